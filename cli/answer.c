/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/field.h"

#define CONFIRM_MAX_S 86400

const char *answer_time_text(const json_t *seconds, char out[ANSWER_TIME_SIZE])
{
	time_t time = (time_t)json_number_value(seconds);
	struct tm parts;

	if (!json_is_number(seconds) || !localtime_r(&time, &parts) ||
	    strftime(out, ANSWER_TIME_SIZE, "%Y-%m-%d %H:%M:%S", &parts) == 0) {
		snprintf(out, ANSWER_TIME_SIZE, "?");
	}
	return out;
}

static bool problem_is_error(const json_t *problem)
{
	return strcmp(field_text(problem, "severity", "error"), "error") == 0;
}

size_t answer_errors_count(const json_t *problems)
{
	size_t index, count = 0;
	json_t *problem;

	json_array_foreach (problems, index, problem) {
		count += problem_is_error(problem);
	}
	return count;
}

void answer_place_print(struct out *out, const json_t *problem)
{
	const char *file = field_text(problem, "file", NULL);
	uint64_t line = field_number(problem, "line");
	uint64_t column = field_number(problem, "column");

	if (!file) {
		return;
	}
	out_print(out, OUT_PLAIN, "%s:", file);
	if (line > 0) {
		out_print(out, OUT_PLAIN, "%" PRIu64 ":", line);
	}
	if (line > 0 && column > 0) {
		out_print(out, OUT_PLAIN, "%" PRIu64 ":", column);
	}
	out_print(out, OUT_PLAIN, " ");
}

size_t answer_problems_print(struct out *out, const json_t *problems)
{
	size_t index;
	json_t *problem;

	json_array_foreach (problems, index, problem) {
		answer_place_print(out, problem);
		out_print(out, problem_is_error(problem) ? OUT_BAD : OUT_WARN,
			  "%s:", field_text(problem, "severity", "error"));
		out_print(out, OUT_PLAIN, " %s", field_text(problem, "message", ""));
		out_line(out);
	}
	return answer_errors_count(problems);
}

/* How a word of the API is shown. */
struct word {
	const char *name;
	const char *shown;
	enum out_style style;
	bool marked;
};

static const struct word disruptions[] = {
	{"none", "nothing", OUT_PLAIN, false}, {"vlan", "its users", OUT_PLAIN, false},
	{"member", "a link", OUT_WARN, true},  {"bond", "the bond", OUT_BAD, true},
	{NULL, NULL, OUT_PLAIN, false},
};

static const struct word results[] = {
	{"done", "done", OUT_GOOD, false},    {"failed", "failed", OUT_BAD, true},
	{"undone", "undone", OUT_WARN, true}, {"skipped", "not done", OUT_WARN, true},
	{NULL, NULL, OUT_PLAIN, false},
};

static struct word word_find(const struct word *words, const char *name)
{
	for (; words->name; words++) {
		if (strcmp(words->name, name) == 0) {
			return *words;
		}
	}
	return (struct word){name, name, OUT_PLAIN, false};
}

bool answer_steps_print(struct out *out, const json_t *steps)
{
	static const struct table_column planned[] = {{"DISTURBS", false}, {"STEP", false}};
	static const struct table_column done[] = {{"RESULT", false}, {"STEP", false}};
	bool has_results = json_object_get(json_array_get(steps, 0), "result") != NULL;
	struct table *table = table_new(has_results ? done : planned, 2);
	size_t index;
	json_t *step;
	bool printed;

	if (!table) {
		return false;
	}
	json_array_foreach (steps, index, step) {
		struct word word =
			has_results
				? word_find(results, field_text(step, "result", "?"))
				: word_find(disruptions, field_text(step, "disruption", "?"));

		table_row(table, word.marked);
		table_cell(table, word.style, "%s", word.shown);
		table_cell(table, OUT_PLAIN, "%s", field_text(step, "text", "?"));
	}
	printed = json_array_size(steps) == 0 || table_print(table, out);
	table_free(table);
	return printed;
}

void answer_waiting_print(struct out *out, const json_t *waiting)
{
	char deadline[ANSWER_TIME_SIZE];

	answer_time_text(json_object_get(waiting, "deadline"), deadline);
	out_print(out, OUT_ALARM, "Change %" PRIu64 " is taken back in %" PRIu64 " s",
		  field_number(waiting, "number"), field_number(waiting, "seconds"));
	out_print(out, OUT_PLAIN, " (at %s) unless you keep it:", deadline);
	out_line(out);
	out_print(out, OUT_PLAIN, "  portchannel confirm    keep it");
	out_line(out);
	out_print(out, OUT_PLAIN, "  portchannel rollback   take it back now");
	out_line(out);
	out_print(out, OUT_PLAIN,
		  "Its files are taken back too; 'portchannel rollback %" PRIu64
		  "' would bring it again.",
		  field_number(waiting, "number"));
	out_line(out);
	if (json_is_true(json_object_get(waiting, "edited"))) {
		out_print(out, OUT_PLAIN,
			  "What was edited by hand is then kept beside, as NAME.bak.");
		out_line(out);
	}
}

void answer_staged_count_print(struct out *out, uint64_t count)
{
	if (count > 0) {
		out_print(out, OUT_WARN, "%" PRIu64 " staged change%s", count,
			  count > 1 ? "s" : "");
		out_print(out, OUT_PLAIN, ": see 'portchannel staged'");
		out_line(out);
	}
}

/* What has been staged, and what its file will say. */
static void staged_print(struct out *out, const json_t *answer)
{
	const json_t *staged = json_object_get(answer, "staged");
	const char *text = field_text(answer, "text", "");

	out_print(out, OUT_PLAIN, "Staged: %s %s", field_text(staged, "staged", "change"),
		  field_text(staged, "name", "?"));
	out_line(out);
	out_print(out, OUT_PLAIN, *text ? "%s will say:" : "%s will be removed",
		  field_text(answer, "file", "its file"));
	out_line(out);
	while (*text) {
		size_t size = strcspn(text, "\n");

		out_print(out, OUT_PLAIN, "  %.*s", (int)size, text);
		out_line(out);
		text += size + (text[size] == '\n');
	}
	out_print(
		out, OUT_PLAIN,
		"'portchannel plan --staged' shows what it does, 'portchannel commit' does it");
	out_line(out);
}

/* What is different now, where no step says so. */
static void changes_print(struct out *out, const json_t *changes)
{
	size_t index;
	json_t *change;

	json_array_foreach (changes, index, change) {
		const char *text = json_string_value(change);

		out_print(out, OUT_PLAIN, "%s", text ? text : "?");
		out_line(out);
	}
}

/* An apply heeds all files; the others only those that they change. */
static void nothing_print(struct out *out, const json_t *answer, bool applies)
{
	if (answer_errors_count(json_object_get(answer, "problems")) > 0) {
		out_print(out, OUT_PLAIN,
			  "Nothing was done; what has an error below is left as it runs.");
	} else if (applies) {
		out_print(out, OUT_PLAIN, "Nothing to do: what runs is what the files say.");
	} else {
		out_print(out, OUT_PLAIN, "Nothing to do: that runs already.");
	}
}

static bool change_print(const json_t *answer, bool applies)
{
	const json_t *changes = json_object_get(answer, "changes");
	const json_t *steps = json_object_get(answer, "steps");
	const json_t *waiting = json_object_get(answer, "waiting");
	uint64_t number = field_number(answer, "number");
	struct out out, err;

	out_init(&out, stdout);
	out_init(&err, stderr);
	if (json_is_object(json_object_get(answer, "staged"))) {
		staged_print(&out, answer);
		return true;
	}
	if (!answer_steps_print(&out, steps)) {
		return false;
	}
	if (json_array_size(steps) == 0) {
		changes_print(&out, changes);
	} else {
		out_line(&out);
	}
	if (json_is_object(waiting)) {
		answer_waiting_print(&out, waiting);
	} else if (json_array_size(steps) + json_array_size(changes) == 0) {
		nothing_print(&out, answer, applies);
		out_line(&out);
	} else if (number > 0) {
		out_print(&out, OUT_PLAIN, "Change %" PRIu64 " is in force.", number);
		out_line(&out);
	}
	fflush(stdout);
	(void)answer_problems_print(&err, json_object_get(answer, "problems"));
	return true;
}

enum exit_code answer_change(const struct cli *cli, const struct answer_request *request)
{
	json_t *answer;
	enum exit_code code = command_send(cli, request->method, request->path, request->name,
					   request->body, &answer);
	bool printed = true;

	if (request->as_json && answer) {
		command_json_print(answer);
	} else if (code == EXIT_CODE_DONE) {
		printed = change_print(answer, request->errors_count);
	} else if (answer) {
		struct out out;

		out_init(&out, stdout);
		printed = answer_steps_print(
			&out, json_object_get(json_object_get(answer, "error"), "steps"));
	}
	if (!printed) {
		command_error("out of memory");
		code = EXIT_CODE_FAILED;
	}
	if (code == EXIT_CODE_DONE && request->errors_count &&
	    answer_errors_count(json_object_get(answer, "problems")) > 0) {
		code = EXIT_CODE_FAILED;
	}
	json_decref(answer);
	return code;
}

void answer_set(json_t *body, const char *field, json_t *value)
{
	if (json_object_set_new(body, field, value) < 0) {
		command_error("'%s' can't be sent: out of memory, or no UTF-8", field);
		exit(EXIT_CODE_FAILED);
	}
}

void answer_append(json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) < 0) {
		command_error("out of memory, or no UTF-8");
		exit(EXIT_CODE_FAILED);
	}
}

bool answer_confirm_option(const struct command *command, const char *value, json_t *body)
{
	unsigned int seconds;

	if (!value) {
		return true;
	}
	if (!argument_number(command, "--confirm", value, 1, CONFIRM_MAX_S, &seconds)) {
		return false;
	}
	answer_set(body, "confirm", json_integer(seconds));
	return true;
}

enum exit_code answer_change_run(struct cli *cli, const struct command *command, int argc,
				 char **argv, const char *path, bool errors_count)
{
	const char *confirm = NULL, *revision = NULL;
	bool as_json = false;
	const struct argument_option options[] = {
		{.name = "confirm", .value = &confirm},
		{.name = "revision", .value = &revision},
		{.name = "json", .flag = &as_json},
	};
	struct arguments arguments;

	if (!arguments_read(cli, command, argc, argv, options, 3, 0, 0, &arguments)) {
		return arguments.code;
	}
	json_t *body = json_object();
	if (!answer_confirm_option(command, confirm, body)) {
		json_decref(body);
		return EXIT_CODE_USAGE;
	}
	if (revision) {
		answer_set(body, "revision", json_string(revision));
	}
	return answer_change(cli, &(struct answer_request){.method = "POST",
							   .path = path,
							   .body = body,
							   .as_json = as_json,
							   .errors_count = errors_count});
}

enum exit_code answer_list_run(struct cli *cli, const struct command *command, int argc,
			       char **argv, const struct answer_list *list)
{
	bool as_json = false;
	const struct argument_option options[] = {{.name = "json", .flag = &as_json}};
	struct arguments arguments;
	json_t *answer = NULL;
	struct out out;

	if (!arguments_read(cli, command, argc, argv, options, 1, 0, 0, &arguments)) {
		return arguments.code;
	}
	enum exit_code code = command_get(cli, list->path, NULL, 0, as_json, &answer);
	if (code != EXIT_CODE_DONE) {
		return code;
	}
	const json_t *elements = json_object_get(answer, list->key);
	out_init(&out, stdout);
	if (as_json) {
		command_json_print(answer);
	} else if (json_array_size(elements) == 0) {
		out_print(&out, OUT_PLAIN, "%s", list->none);
		out_line(&out);
	} else if (!list->print(&out, elements)) {
		command_error("out of memory");
		code = EXIT_CODE_FAILED;
	}
	json_decref(answer);
	return code;
}
