/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel apply, and what becomes of it: confirm, rollback. The answer's printing is
 * in answer.c.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "cli/answer.h"
#include "cli/command.h"
#include "cli/field.h"
#include "cli/out.h"

static enum exit_code apply_run(struct cli *cli, const struct command *command, int argc,
				char **argv)
{
	return answer_change_run(cli, command, argc, argv, "/v1/apply", true);
}

const struct command command_apply = {
	.name = "apply",
	.arguments = "[--confirm SECONDS] [--revision R] [--json]",
	.summary = "do what the interface files say: all of it or nothing",
	.help = "Does the steps that 'portchannel plan' shows and prints what has become of each.\n"
		"When one fails, those before it are undone. With --confirm, what was done is\n"
		"taken back after so many seconds, files and all, unless 'portchannel confirm'\n"
		"comes before; also when the daemon or the server ends meanwhile.\n"
		"\n"
		"  --confirm SECONDS   take it back unless it is confirmed in time\n"
		"  --revision R        only if the files are as in the plan of revision R\n"
		"  --json              for programs: what the daemon answers\n",
	.run = apply_run,
};

static enum exit_code confirm_run(struct cli *cli, const struct command *command, int argc,
				  char **argv)
{
	struct arguments arguments;
	json_t *answer;
	uint64_t number;
	struct out out;

	if (!arguments_read(cli, command, argc, argv, NULL, 0, 0, 0, &arguments)) {
		return arguments.code;
	}
	enum exit_code code =
		command_send(cli, "POST", "/v1/confirm", NULL, json_object(), &answer);
	if (code == EXIT_CODE_DONE) {
		out_init(&out, stdout);
		number = field_number(answer, "number");
		if (number > 0) {
			out_print(&out, OUT_PLAIN, "Change %" PRIu64 " is kept.", number);
		} else {
			out_print(&out, OUT_PLAIN, "The change is kept.");
		}
		out_line(&out);
	}
	json_decref(answer);
	return code;
}

const struct command command_confirm = {
	.name = "confirm",
	.arguments = "",
	.summary = "keep what was applied with --confirm",
	.help = "Keeps the change that waits to be confirmed. Without this it is taken back when\n"
		"its time is over.\n",
	.run = confirm_run,
};

/* A commit that is taken back is staged again: says so. It is no failure if that can't be found
 * out. */
static void staged_print(const struct cli *cli)
{
	struct client *client = client_new(cli->socket_path);
	struct client_error error;
	json_t *answer = NULL;
	struct out out;

	if (client && client_get(client, "/v1/staged", NULL, 0, &answer, &error) == CLIENT_OK) {
		out_init(&out, stdout);
		answer_staged_count_print(&out,
					  json_array_size(json_object_get(answer, "changes")));
	}
	json_decref(answer);
	client_close(client);
}

static enum exit_code rollback_run(struct cli *cli, const struct command *command, int argc,
				   char **argv)
{
	const char *confirm = NULL;
	bool as_json = false;
	const struct argument_option options[] = {
		{.name = "confirm", .value = &confirm},
		{.name = "json", .flag = &as_json},
	};
	struct arguments arguments;
	unsigned int number = 0;

	if (!arguments_read(cli, command, argc, argv, options, 2, 0, 1, &arguments)) {
		return arguments.code;
	}
	if (arguments.count > 0 &&
	    !argument_number(command, "N", arguments.list[0], 1, INT_MAX, &number)) {
		return EXIT_CODE_USAGE;
	}
	json_t *body = json_object();
	if (!answer_confirm_option(command, confirm, body)) {
		json_decref(body);
		return EXIT_CODE_USAGE;
	}
	if (number > 0) {
		answer_set(body, "number", json_integer(number));
	}
	enum exit_code code =
		answer_change(cli, &(struct answer_request){.method = "POST",
							    .path = "/v1/rollback",
							    .body = body,
							    .as_json = as_json});
	if (code == EXIT_CODE_DONE && !as_json) {
		staged_print(cli);
	}
	return code;
}

const struct command command_rollback = {
	.name = "rollback",
	.arguments = "[N] [--confirm SECONDS] [--json]",
	.summary = "take the last change back, or go to configuration N",
	.help = "Takes back the change that waits to be confirmed; where none does, goes to the\n"
		"configuration before the present one, but not right after a change was taken\n"
		"back, which may be the one you mean. With N to that one of the history. Files\n"
		"and what runs are then as they were; a file that somebody has edited since is\n"
		"kept beside as NAME.bak.\n"
		"\n"
		"  --confirm SECONDS   come back unless it is confirmed in time\n"
		"  --json              for programs: what the daemon answers\n",
	.run = rollback_run,
};
