/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel monitor: the daemon's events as they come. When the daemon ends,
 * so does this, with the exit code for "no daemon": a service manager or a
 * loop in the shell knows better than we do whether it will be back.
 */
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/field.h"
#include "cli/out.h"

struct monitor {
	struct out out;
	bool as_json;
	bool lost; /* the daemon says that we were too slow, and ends the stream */
};

/* Ends at once and well: each event was written whole. */
static void interrupted(int signal_number)
{
	(void)signal_number;
	_exit(EXIT_CODE_DONE);
}

/* "12:44:05.123 " in local time. */
static void time_print(struct out *out, const json_t *event)
{
	double seconds = json_number_value(json_object_get(event, "time"));
	long long milliseconds = llround(seconds * 1000);
	time_t whole = (time_t)(milliseconds / 1000);
	struct tm local;
	char text[32];

	if (!localtime_r(&whole, &local) ||
	    strftime(text, sizeof(text), "%H:%M:%S", &local) == 0) {
		return;
	}
	out_print(out, OUT_FAINT, "%s.%03d ", text, (int)(milliseconds % 1000));
}

/* The event's name and its text, which may begin with the name, and tells from
 * and to where there are such. */
static void happening_print(struct out *out, const json_t *event)
{
	const char *name = field_text(event, "event", "?");
	const char *from = field_text(event, "from", NULL);
	const char *to = field_text(event, "to", NULL);
	const char *text = field_text(event, "text", "");

	if (*text && (from || to || strncmp(text, name, strlen(name)) == 0)) {
		out_print(out, OUT_PLAIN, "%s", text);
		return;
	}
	for (const char *rest = name; *rest;) {
		int size = (int)strcspn(rest, "_");

		out_print(out, OUT_PLAIN, "%.*s", size, rest);
		rest += size;
		if (*rest == '_') {
			out_print(out, OUT_PLAIN, " ");
			rest++;
		}
	}
	if (from || to) {
		out_print(out, OUT_PLAIN, " %s -> %s", from ? from : "?", to ? to : "?");
	} else if (*text) {
		out_print(out, OUT_PLAIN, ": %s", text);
	}
}

/* 12:44:05.123 bond0 ens1f0 mux ATTACHED -> COLLECTING_DISTRIBUTING (...) */
static void event_print(struct out *out, const json_t *event)
{
	const char *bond = field_text(event, "bond", NULL);
	const char *member = field_text(event, "member", NULL);

	time_print(out, event);
	if (bond) {
		out_print(out, OUT_BOLD, "%s ", bond);
	}
	if (member) {
		out_print(out, OUT_BOLD, "%s ", member);
	}
	happening_print(out, event);
	out_line(out);
}

static bool event_take(void *context, const json_t *event)
{
	struct monitor *monitor = context;

	if (json_object_get(event, "lost")) {
		monitor->lost = true;
		command_error("%" PRIu64 " events were lost: they were not read fast enough",
			      field_number(event, "lost"));
	}
	if (monitor->as_json) {
		json_dumpf(event, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
		putchar('\n');
	} else if (!json_object_get(event, "lost")) {
		event_print(&monitor->out, event);
	}
	/* A reader that has gone away ends us. */
	return fflush(stdout) == 0;
}

static enum exit_code monitor_run(struct cli *cli, const struct command *command, int argc,
				  char **argv)
{
	struct monitor monitor = {0};
	const struct argument_option options[] = {{.name = "json", .flag = &monitor.as_json}};
	const struct sigaction action = {.sa_handler = interrupted};
	struct arguments arguments;
	struct client_error error;

	if (!arguments_read(cli, command, argc, argv, options, 1, 0, 0, &arguments)) {
		return arguments.code;
	}
	struct client *client = client_new(cli->socket_path);
	if (!client) {
		command_error("out of memory");
		return EXIT_CODE_FAILED;
	}
	out_init(&monitor.out, stdout);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	enum client_result result;
	do {
		monitor.lost = false;
		result = client_events(client, event_take, &monitor, &error);
	} while (result == CLIENT_LOST && monitor.lost);
	client_close(client);
	if (result == CLIENT_LOST) {
		command_error("%s", error.text);
		return EXIT_CODE_NO_DAEMON;
	}
	return result == CLIENT_OK ? EXIT_CODE_DONE : command_client_error(result, &error);
}

const struct command command_monitor = {
	.name = "monitor",
	.arguments = "[--json]",
	.summary = "what happens, as it happens",
	.help = "Prints the daemon's events as they come: links lost and back, LACP's states,\n"
		"VLAN interfaces added, files read again. Ends when interrupted (exit status 0),\n"
		"or when the daemon ends (exit status 8).\n"
		"\n"
		"  --json   for programs: one JSON object a line, as doc/api.md describes them\n",
	.run = monitor_run,
};
