/* SPDX-License-Identifier: BSD-2-Clause */
/* portchannel history: the last configurations, and what one of them changed. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/command.h"
#include "cli/field.h"
#include "cli/out.h"

/* More files are counted only. */
#define HISTORY_FILES_SHOWN 3

static const char *history_state_text(const char *state, enum out_style *style)
{
	static const struct {
		const char *name, *shown;
		enum out_style style;
	} states[] = {
		{"in_force", "in force", OUT_GOOD},
		{"waiting", "to be confirmed", OUT_ALARM},
		{"former", "", OUT_PLAIN},
		{"taken_back", "taken back", OUT_WARN},
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(states[i].name, state) == 0) {
			*style = states[i].style;
			return states[i].shown;
		}
	}
	*style = OUT_PLAIN;
	return state;
}

/* "+ifcfg-bond0.653 ~ifcfg-bond0" as notes below the row. */
static void history_files(struct table *table, const json_t *files)
{
	size_t index, count = json_array_size(files);
	json_t *file;

	json_array_foreach (files, index, file) {
		const char *change = field_text(file, "change", "");

		if (index == HISTORY_FILES_SHOWN - 1 && count > HISTORY_FILES_SHOWN) {
			table_note(table, OUT_FAINT, "and %zu more files", count - index);
			return;
		}
		table_note(table, OUT_FAINT, "%s %s", change, field_text(file, "name", "?"));
	}
}

static bool history_print(struct out *out, const json_t *configurations)
{
	static const struct table_column columns[] = {{"NUMBER", true},
						      {"WHEN", false},
						      {"WHO", false},
						      {"STATE", false},
						      {"HOW", false}};
	struct table *table = table_new(columns, 5);
	char when[ANSWER_TIME_SIZE];
	size_t index;
	json_t *entry;
	bool printed;

	if (!table) {
		return false;
	}
	json_array_foreach (configurations, index, entry) {
		const char *state = field_text(entry, "state", "?");
		const char *fault = field_text(entry, "fault", NULL);
		enum out_style style;
		const char *shown = history_state_text(state, &style);

		table_row(table, strcmp(state, "waiting") == 0);
		table_cell(table, OUT_BOLD, "%" PRIu64, field_number(entry, "number"));
		table_cell(table, OUT_PLAIN, "%s",
			   answer_time_text(json_object_get(entry, "time"), when));
		table_cell(table, OUT_PLAIN, "%s", field_text(entry, "user", "?"));
		table_cell(table, style, "%s", shown);
		table_cell(table, OUT_PLAIN, "%s", field_text(entry, "how", ""));
		if (fault) {
			table_note(table, OUT_BAD, "faulty: %s", fault);
		}
		history_files(table, json_object_get(entry, "files"));
	}
	printed = table_print(table, out);
	table_free(table);
	return printed;
}

/* A line of a difference is what its first character says. */
static void history_difference_print(struct out *out, const char *text)
{
	while (*text) {
		size_t size = strcspn(text, "\n");
		enum out_style style = *text == '+'   ? OUT_GOOD
				       : *text == '-' ? OUT_BAD
				       : *text == '@' ? OUT_FAINT
						      : OUT_PLAIN;

		out_print(out, style, "%.*s", (int)size, text);
		out_line(out);
		text += size + (text[size] == '\n');
	}
}

static bool history_entry_print(struct out *out, const json_t *entry)
{
	json_t *list = json_pack("[O]", entry);
	const char *difference = field_text(entry, "difference", "");
	bool printed = list && history_print(out, list);

	json_decref(list);
	out_line(out);
	if (*difference) {
		history_difference_print(out, difference);
	} else {
		out_print(out, OUT_PLAIN, "No file differs from the configuration before.");
		out_line(out);
	}
	return printed;
}

static bool history_show(const json_t *answer, bool one)
{
	const json_t *list = json_object_get(answer, "configurations");
	struct out out;

	out_init(&out, stdout);
	if (one) {
		return history_entry_print(&out, answer);
	}
	if (json_array_size(list) == 0) {
		out_print(&out, OUT_PLAIN, "Nothing has been applied yet.");
		out_line(&out);
		return true;
	}
	return history_print(&out, list);
}

static enum exit_code history_run(struct cli *cli, const struct command *command, int argc,
				  char **argv)
{
	bool as_json = false;
	const struct argument_option options[] = {{.name = "json", .flag = &as_json}};
	char path[48] = "/v1/history";
	struct arguments arguments;
	json_t *answer = NULL;
	unsigned int number;

	if (!arguments_read(cli, command, argc, argv, options, 1, 0, 1, &arguments)) {
		return arguments.code;
	}
	if (arguments.count > 0) {
		if (!argument_number(command, "N", arguments.list[0], 1, INT_MAX, &number)) {
			return EXIT_CODE_USAGE;
		}
		snprintf(path, sizeof(path), "/v1/history/%u", number);
	}
	enum exit_code code = command_get(cli, path, NULL, 0, as_json, &answer);
	if (code != EXIT_CODE_DONE) {
		return code;
	}
	if (as_json) {
		command_json_print(answer);
	} else if (!history_show(answer, arguments.count > 0)) {
		command_error("out of memory");
		code = EXIT_CODE_FAILED;
	}
	json_decref(answer);
	return code;
}

const struct command command_history = {
	.name = "history",
	.arguments = "[N] [--json]",
	.summary = "the last configurations: when, who, how",
	.help = "Lists the configurations that were applied, the newest first, with who asked for\n"
		"each and the files that it changed. With N: what number N changed, as a\n"
		"difference of the files. 'portchannel rollback N' goes back to one.\n"
		"\n"
		"  --json   for programs: what the daemon answers, as doc/api.md describes it\n",
	.run = history_run,
};
