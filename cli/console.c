/* SPDX-License-Identifier: BSD-2-Clause */
/* portchannel console: a link that opens the console's page, signed in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/field.h"

#define CONSOLE_PORT_DEFAULT "8650"
#define CONSOLE_TICKET_SIZE  64

/* Hands the link to the desktop's browser; doesn't return unless there is none. */
static void console_open(const char *link)
{
	execlp("xdg-open", "xdg-open", link, (char *)NULL);
	command_error("no browser can be opened here (xdg-open: %s); open the link yourself",
		      strerror(errno));
}

static bool console_port_is_valid(const char *text)
{
	return text[0] && strlen(text) <= 5 && text[strspn(text, "0123456789")] == '\0' &&
	       strtoul(text, NULL, 10) >= 1 && strtoul(text, NULL, 10) <= 65535;
}

static enum exit_code console_run(struct cli *cli, const struct command *command, int argc,
				  char **argv)
{
	const char *port = CONSOLE_PORT_DEFAULT;
	bool open = false;
	const struct argument_option options[] = {{.name = "open", .flag = &open},
						  {.name = "port", .value = &port}};
	struct arguments arguments;
	json_t *answer = NULL;
	enum exit_code code;
	const char *ticket;
	char link[128];

	if (!arguments_read(cli, command, argc, argv, options, 2, 0, 0, &arguments)) {
		return arguments.code;
	}
	if (!console_port_is_valid(port)) {
		return command_usage_error(command, "--port is '%s'; expected 1 to 65535",
					   port);
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
	snprintf(link, sizeof(link), "http://127.0.0.1:%s/#ticket=%s", port, ticket);
	json_decref(answer);
	puts(link);
	if (open) {
		fflush(stdout);
		console_open(link);
		return EXIT_CODE_FAILED;
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
