/* SPDX-License-Identifier: BSD-2-Clause */
/* portchannel help: what there is, for someone who has never seen it. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

static void help_print(void)
{
	fputs("portchannel shows and steers the port channels (bonds) of this server: several\n"
	      "network links that act as one. The daemon portchanneld runs them, from the\n"
	      "interface files in /etc/sysconfig/network-scripts; this command talks to it.\n"
	      "\n"
	      "usage: portchannel [--socket PATH] SUBCOMMAND ...\n"
	      "\n",
	      stdout);
	for (size_t i = 0; i < command_count; i++) {
		printf("  %-13s %s\n", commands[i]->name, commands[i]->summary);
	}
	fputs("\n"
	      "Begin with:\n"
	      "  portchannel check-system   can this machine run it?\n"
	      "  portchannel config check   are the interface files right?\n"
	      "  portchannel status         what is up, what is not, and why\n"
	      "  portchannel plan           what differs between the files and what runs\n"
	      "\n"
	      "'portchannel help SUBCOMMAND' (or SUBCOMMAND --help) says more about one;\n"
	      "portchannel(8) is the manual. --socket chooses another daemon than that of\n"
	      "/run/portchannel/portchannel.sock, --version prints the version.\n"
	      "\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage, 8 the daemon is not running.\n",
	      stdout);
}

static enum exit_code help_run(struct cli *cli, const struct command *command, int argc,
			       char **argv)
{
	struct arguments arguments;

	if (!arguments_read(cli, command, argc, argv, NULL, 0, 0, 2, &arguments)) {
		return arguments.code;
	}
	if (arguments.count == 0) {
		help_print();
		return EXIT_CODE_DONE;
	}
	const struct command *about = command_find(arguments.list[0]);
	if (about && arguments.count > 1) {
		about = command_find_part(about, arguments.list[1]);
	}
	if (!about) {
		return EXIT_CODE_USAGE;
	}
	command_help_print(about);
	return EXIT_CODE_DONE;
}

const struct command command_help = {
	.name = "help",
	.arguments = "[SUBCOMMAND [PART]]",
	.summary = "this text, or what a subcommand does",
	.help = "Lists the subcommands, or says what one of them does and takes.\n",
	.run = help_run,
};
