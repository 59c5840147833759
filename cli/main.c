/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel: the command line of the port channels. Finds the subcommand and
 * hands over to its file; see command.h.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

const struct command *const commands[] = {
	&command_status,  &command_explain, &command_monitor,	   &command_config,
	&command_plan,	  &command_apply,   &command_confirm,	   &command_rollback,
	&command_history, &command_vlan,    &command_staged,	   &command_commit,
	&command_discard, &command_bond,    &command_reload,	   &command_down,
	&command_console, &command_metrics, &command_check_system, &command_help,
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

/* Output that could not be written is a failure, whatever was done. */
static enum exit_code output_finish(enum exit_code code)
{
	bool lost = ferror(stdout);

	if (fclose(stdout) != 0) {
		lost = true;
	}
	if (lost && code == EXIT_CODE_DONE) {
		fputs("portchannel: cannot write to standard output\n", stderr);
		return EXIT_CODE_FAILED;
	}
	return code;
}

static enum exit_code usage_wrong(void)
{
	fputs("usage: portchannel [--socket PATH] SUBCOMMAND ...\n"
	      "'portchannel help' lists the subcommands\n",
	      stderr);
	return EXIT_CODE_USAGE;
}

/* The options before the subcommand; leaves *at at the subcommand's name.
 * False: *code is to be returned. */
static bool options_take(struct cli *cli, int argc, char **argv, int *at, enum exit_code *code)
{
	static const char socket_equals[] = "--socket=";

	for (; *at < argc && argv[*at][0] == '-'; ++*at) {
		const char *option = argv[*at];

		if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
			*code = command_help.run(cli, &command_help, 1, argv);
			return false;
		}
		if (strcmp(option, "--version") == 0 || strcmp(option, "-V") == 0) {
			puts("portchannel " PORTCHANNEL_VERSION);
			*code = EXIT_CODE_DONE;
			return false;
		}
		if (strncmp(option, socket_equals, sizeof(socket_equals) - 1) == 0) {
			cli->socket_path = option + sizeof(socket_equals) - 1;
		} else if (strcmp(option, "--socket") == 0 && *at + 1 < argc) {
			cli->socket_path = argv[++*at];
		} else {
			command_error(strcmp(option, "--socket") == 0
					      ? "%s wants a value"
					      : "unknown option '%s' before the subcommand",
				      option);
			*code = usage_wrong();
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	struct cli cli = {.socket_path = CLIENT_SOCKET_DEFAULT};
	enum exit_code code;
	int at = 1;

	/* Only for what characters are: numbers and messages stay as they are. */
	setlocale(LC_CTYPE, "");
	if (!options_take(&cli, argc, argv, &at, &code)) {
		return output_finish(code);
	}
	if (at >= argc) {
		command_error("which subcommand?");
		return usage_wrong();
	}
	const struct command *command = command_find(argv[at]);
	if (!command) {
		return EXIT_CODE_USAGE;
	}
	return output_finish(command->run(&cli, command, argc - at, argv + at));
}
