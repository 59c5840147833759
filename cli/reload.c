/* SPDX-License-Identifier: BSD-2-Clause */
/* portchannel reload: the daemon reads the files again, as by SIGHUP. */
#include <stdio.h>

#include "cli/answer.h"
#include "cli/command.h"
#include "cli/field.h"
#include "cli/out.h"

/* A change is a sentence, or an object with one as its "text". */
static void change_print(struct out *out, const json_t *change)
{
	const char *text = json_string_value(change);

	out_print(out, OUT_PLAIN, "%s", text ? text : field_text(change, "text", "?"));
	out_line(out);
}

/* Prints the daemon's answer and returns how many errors it names. */
static size_t answer_print(const json_t *answer)
{
	const json_t *changes = json_object_get(answer, "changes");
	struct out out;
	struct out err;
	size_t index;
	json_t *entry;

	out_init(&out, stdout);
	out_init(&err, stderr);
	json_array_foreach (changes, index, entry) {
		change_print(&out, entry);
	}
	if (json_array_size(changes) == 0) {
		out_print(&out, OUT_PLAIN, "nothing has changed");
		out_line(&out);
	}
	fflush(stdout);
	return answer_problems_print(&err, json_object_get(answer, "problems"));
}

static enum exit_code reload_run(struct cli *cli, const struct command *command, int argc,
				 char **argv)
{
	bool as_json = false;
	const struct argument_option options[] = {{.name = "json", .flag = &as_json}};
	struct arguments arguments;
	json_t *answer = NULL;
	size_t errors = 0;

	if (!arguments_read(cli, command, argc, argv, options, 1, 0, 0, &arguments)) {
		return arguments.code;
	}
	enum exit_code code =
		command_send(cli, "POST", "/v1/reload", NULL, json_object(), &answer);
	if (code != EXIT_CODE_DONE) {
		json_decref(answer);
		return code;
	}
	if (as_json) {
		command_json_print(answer);
		errors = answer_errors_count(json_object_get(answer, "problems"));
	} else {
		errors = answer_print(answer);
	}
	json_decref(answer);
	return errors > 0 ? EXIT_CODE_FAILED : EXIT_CODE_DONE;
}

const struct command command_reload = {
	.name = "reload",
	.arguments = "[--json]",
	.summary = "read the interface files again and apply what differs",
	.help = "The daemon reads its files again and changes only what differs; other traffic is\n"
		"not disturbed. Prints what it changed, and the problems that it found: what has\n"
		"an error goes on as it was (exit status 1).\n"
		"\n"
		"  --json   for programs: {\"changes\": [...], \"problems\": [...]}\n",
	.run = reload_run,
};
