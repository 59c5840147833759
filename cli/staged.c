/* SPDX-License-Identifier: BSD-2-Clause */
/* portchannel staged, commit, discard: changes that were thought out and not yet done. */
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/command.h"
#include "cli/field.h"
#include "cli/out.h"

static bool staged_print(struct out *out, const json_t *changes)
{
	static const struct table_column columns[] = {{"VLAN INTERFACE", false},
						      {"CHANGE", false},
						      {"WHO", false},
						      {"WHEN", false},
						      {"REVISION", false}};
	struct table *table = table_new(columns, 5);
	char when[ANSWER_TIME_SIZE];
	size_t index;
	json_t *change;
	bool printed;

	if (!table) {
		return false;
	}
	json_array_foreach (changes, index, change) {
		const char *conflict = field_text(change, "conflict", NULL);

		table_row(table, conflict != NULL);
		table_cell(table, OUT_BOLD, "%s", field_text(change, "name", "?"));
		table_cell(table, OUT_PLAIN, "%s", field_text(change, "action", "?"));
		table_cell(table, OUT_PLAIN, "%s", field_text(change, "user", "?"));
		table_cell(table, OUT_PLAIN, "%s",
			   answer_time_text(json_object_get(change, "time"), when));
		table_cell(table, OUT_PLAIN, "%s", field_text(change, "revision", "?"));
		if (conflict) {
			table_note(table, OUT_BAD, "conflict: %s", conflict);
		}
	}
	printed = table_print(table, out);
	table_free(table);
	out_print(
		out, OUT_PLAIN,
		"'portchannel plan --staged' shows what they do, 'portchannel commit' does it");
	out_line(out);
	return printed;
}

static enum exit_code staged_run(struct cli *cli, const struct command *command, int argc,
				 char **argv)
{
	static const struct answer_list list = {.path = "/v1/staged",
						.key = "changes",
						.none = "No change is staged.",
						.print = staged_print};

	return answer_list_run(cli, command, argc, argv, &list);
}

const struct command command_staged = {
	.name = "staged",
	.arguments = "[--json]",
	.summary = "the changes that wait for commit",
	.help = "Lists the staged changes: those made with --stage, whoever made them. A '!'\n"
		"marks one whose file has changed since, which keeps commit from being done.\n"
		"REVISION is what --revision takes to change or discard somebody else's.\n"
		"\n"
		"  --json   for programs: what the daemon answers, with what the files will say\n",
	.run = staged_run,
};

static enum exit_code commit_run(struct cli *cli, const struct command *command, int argc,
				 char **argv)
{
	return answer_change_run(cli, command, argc, argv, "/v1/commit", false);
}

const struct command command_commit = {
	.name = "commit",
	.arguments = "[--confirm SECONDS] [--revision R] [--json]",
	.summary = "write and apply the staged changes",
	.help = "Writes the files of the staged changes and applies them, all or nothing. Files\n"
		"that somebody has edited are not applied with them.\n"
		"\n"
		"  --confirm SECONDS   take it back unless 'portchannel confirm' comes in time;\n"
		"                      the changes are staged again then\n"
		"  --revision R        only if the staged changes are those of revision R\n"
		"  --json              for programs: what the daemon answers\n",
	.run = commit_run,
};

static void discarded_print(const json_t *names)
{
	struct out out;
	size_t index;
	json_t *name;

	out_init(&out, stdout);
	json_array_foreach (names, index, name) {
		const char *text = json_string_value(name);

		out_print(&out, OUT_PLAIN, "The staged change of %s is dropped.",
			  text ? text : "?");
		out_line(&out);
	}
	if (json_array_size(names) == 0) {
		out_print(&out, OUT_PLAIN, "No change was staged.");
		out_line(&out);
	}
}

static enum exit_code discard_run(struct cli *cli, const struct command *command, int argc,
				  char **argv)
{
	const char *revision = NULL;
	const struct argument_option options[] = {{.name = "revision", .value = &revision}};
	struct arguments arguments;
	json_t *answer;

	if (!arguments_read(cli, command, argc, argv, options, 1, 0, 1, &arguments)) {
		return arguments.code;
	}
	const char *name = arguments.list[0];
	json_t *body = json_object();
	if (revision) {
		answer_set(body, "revision", json_string(revision));
	}
	enum exit_code code = command_send(cli, "DELETE", name ? "/v1/staged/" : "/v1/staged",
					   name, body, &answer);
	if (code == EXIT_CODE_DONE) {
		discarded_print(json_object_get(answer, "discarded"));
	}
	json_decref(answer);
	return code;
}

const struct command command_discard = {
	.name = "discard",
	.arguments = "[NAME] [--revision R]",
	.summary = "drop staged changes",
	.help = "Drops the staged change of VLAN interface NAME, or all staged changes.\n"
		"\n"
		"  --revision R   of the change, as 'portchannel staged' shows it; needed where\n"
		"                 it's somebody else's. Of all of them: 'staged --json' has it\n",
	.run = discard_run,
};
