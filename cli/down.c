/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel down: removes the data path of a bond, or of all. That may be the
 * server's only connection, so a person is asked first; a script is not.
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/out.h"

/* Asks on the terminal; anything but y is no. */
static bool confirmed(const char *bond)
{
	struct out out;

	out_init(&out, stdout);
	if (bond) {
		out_print(&out, OUT_PLAIN, "Take %s down", bond);
	} else {
		out_print(&out, OUT_PLAIN, "Take all bonds down");
	}
	out_print(&out, OUT_PLAIN, " and release the links? Connections over them end. [y/N] ");
	fflush(stdout);
	int answer = getchar();
	return answer == 'y' || answer == 'Y';
}

static void removed_print(const json_t *removed)
{
	struct out out;
	size_t index;
	json_t *name;

	out_init(&out, stdout);
	json_array_foreach (removed, index, name) {
		const char *text = json_string_value(name);

		out_print(&out, OUT_PLAIN, "%s is down, its links are released",
			  text ? text : "?");
		out_line(&out);
	}
	out_print(&out, OUT_PLAIN,
		  json_array_size(removed) == 0 ? "no bond was running"
						: "'portchannel reload' brings up again what "
						  "the files say");
	out_line(&out);
}

static enum exit_code down_bond(struct cli *cli, const char *bond)
{
	json_t *body = bond ? json_pack("{s:s}", "bond", bond) : json_object();
	json_t *answer = NULL;
	enum exit_code code;

	if (!body) {
		/* A name that is not UTF-8 is no bond's either. */
		command_error("there is no bond '%s'", bond ? bond : "");
		return EXIT_CODE_FAILED;
	}
	code = command_send(cli, "POST", "/v1/down", NULL, body, &answer);
	if (code == EXIT_CODE_DONE) {
		removed_print(json_object_get(answer, "removed"));
	}
	json_decref(answer);
	return code;
}

static enum exit_code down_run(struct cli *cli, const struct command *command, int argc,
			       char **argv)
{
	bool yes = false;
	const struct argument_option options[] = {{.name = "yes", .flag = &yes}};
	struct arguments arguments;

	if (!arguments_read(cli, command, argc, argv, options, 1, 0, 1, &arguments)) {
		return arguments.code;
	}
	if (!yes && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	    !confirmed(arguments.list[0])) {
		command_error("nothing was changed");
		return EXIT_CODE_FAILED;
	}
	return down_bond(cli, arguments.list[0]);
}

const struct command command_down = {
	.name = "down",
	.arguments = "[BOND] [--yes]",
	.summary = "take a bond, or all, down and release the links",
	.help = "Removes the bond's interface, its VLAN interfaces and its programs, and puts its\n"
		"links back as they were. Without BOND: all bonds. 'portchannel reload' brings\n"
		"them up again from the files. On a terminal it asks first.\n"
		"\n"
		"  --yes    don't ask\n",
	.run = down_run,
};
