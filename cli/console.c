/* SPDX-License-Identifier: BSD-2-Clause */
/* portchannel console: a link that opens the console's page, signed in. */
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/field.h"

#define CONSOLE_PORT_DEFAULT 8650U
#define CONSOLE_TICKET_SIZE  64

/* Hands the link to the desktop's browser. False: it was said that there is none. */
static bool console_open(const char *link)
{
	char *const argv[] = {"xdg-open", (char *)link, NULL};
	int status = -1;
	pid_t browser;
	int err = posix_spawnp(&browser, argv[0], NULL, NULL, argv, environ);

	if (err == 0 && waitpid(browser, &status, 0) == browser && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0) {
		return true;
	}
	command_error("no browser can be opened here (xdg-open%s%s); open the link yourself",
		      err ? ": " : " failed", err ? strerror(err) : "");
	return false;
}

static enum exit_code console_run(struct cli *cli, const struct command *command, int argc,
				  char **argv)
{
	unsigned int port = CONSOLE_PORT_DEFAULT;
	const char *port_text = NULL;
	bool open = false;
	const struct argument_option options[] = {{.name = "open", .flag = &open},
						  {.name = "port", .value = &port_text}};
	struct arguments arguments;
	json_t *answer = NULL;
	enum exit_code code;
	const char *ticket;
	char link[128];

	if (!arguments_read(cli, command, argc, argv, options, 2, 0, 0, &arguments)) {
		return arguments.code;
	}
	if (port_text && !argument_number(command, "--port", port_text, 1, UINT16_MAX, &port)) {
		return EXIT_CODE_USAGE;
	}
	code = command_send(cli, "POST", "/v1/tickets", NULL, json_object(), &answer);
	if (code != EXIT_CODE_DONE) {
		json_decref(answer);
		return code;
	}
	ticket = field_text(answer, "ticket", "");
	if (strlen(ticket) != CONSOLE_TICKET_SIZE) {
		command_error("the daemon's answer holds no ticket");
		json_decref(answer);
		return EXIT_CODE_FAILED;
	}
	snprintf(link, sizeof(link), "http://127.0.0.1:%u/#ticket=%s", port, ticket);
	json_decref(answer);
	puts(link);
	if (open) {
		fflush(stdout);
		return console_open(link) ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
	}
	return EXIT_CODE_DONE;
}

const struct command command_console = {
	.name = "console",
	.arguments = "[--open] [--port N]",
	.summary = "print a link that opens the console in a browser, signed in",
	.help = "The link works once and for 60 seconds, on this machine only, with your own\n"
		"rights: look (group portchannel), or change (root, portchannel-operator). From\n"
		"another machine, forward the port first: ssh -L 8650:127.0.0.1:8650 SERVER.\n"
		"\n"
		"  --open     open it in the desktop's browser\n"
		"  --port N   where portchannel-console listens (default 8650)\n",
	.run = console_run,
};
