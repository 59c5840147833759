/* SPDX-License-Identifier: BSD-2-Clause */
/* What the subcommands share; see command.h. Arguments are in arguments.c. */
#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/out.h"
#include "cli/text.h"

__attribute__((format(printf, 1, 0))) static void error_print(const char *format,
							      va_list arguments)
{
	struct out out;
	char *text;

	if (vasprintf(&text, format, arguments) < 0) {
		return;
	}
	/* What standard output holds comes first where both are one terminal. */
	fflush(stdout);
	out_init(&out, stderr);
	out_print(&out, OUT_PLAIN, "portchannel: ");
	out_print(&out, OUT_PLAIN, "%s", text);
	out_line(&out);
	free(text);
}

void command_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_print(format, arguments);
	va_end(arguments);
}

enum exit_code command_usage_error(const struct command *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_print(format, arguments);
	va_end(arguments);
	fprintf(stderr, "usage: portchannel %s%s%s\n", command->name,
		*command->arguments ? " " : "", command->arguments);
	fprintf(stderr, "'portchannel help %s' says more\n", command->name);
	return EXIT_CODE_USAGE;
}

void command_help_print(const struct command *command)
{
	printf("usage: portchannel %s%s%s\n\n%s", command->name, *command->arguments ? " " : "",
	       command->arguments, command->help);
}

void command_json_print(const json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
	putchar('\n');
}

const struct command *command_find(const char *name)
{
	const char *names[16];

	for (size_t i = 0; i < command_count; i++) {
		names[i] = commands[i]->name;
		if (strcmp(name, names[i]) == 0) {
			return commands[i];
		}
	}
	const char *nearest = text_nearest(name, names, command_count);
	if (nearest) {
		command_error("there is no subcommand '%s'; did you mean '%s'?", name, nearest);
	} else {
		command_error("there is no subcommand '%s'; 'portchannel help' lists them",
			      name);
	}
	return NULL;
}

enum exit_code command_client_error(enum client_result result, const struct client_error *error)
{
	command_error("%s", error->text);
	if (result != CLIENT_NO_DAEMON) {
		return EXIT_CODE_FAILED;
	}
	fputs("start it with: systemctl start portchannel"
	      " (another socket is chosen with --socket)\n",
	      stderr);
	return EXIT_CODE_NO_DAEMON;
}

/* One request, as get (post false, body NULL) or post. */
static enum exit_code request(const struct cli *cli, bool post, const char *path,
			      const struct client_parameter *parameters, size_t count,
			      const json_t *body, json_t **out)
{
	struct client *client = client_new(cli->socket_path);
	struct client_error error;
	enum client_result result;

	if (!client) {
		command_error("out of memory");
		return EXIT_CODE_FAILED;
	}
	result = post ? client_post(client, path, body, out, &error)
		      : client_get(client, path, parameters, count, out, &error);
	client_close(client);
	return result == CLIENT_OK ? EXIT_CODE_DONE : command_client_error(result, &error);
}

enum exit_code command_get(const struct cli *cli, const char *path,
			   const struct client_parameter *parameters, size_t count,
			   json_t **out)
{
	return request(cli, false, path, parameters, count, NULL, out);
}

enum exit_code command_post(const struct cli *cli, const char *path, const json_t *body,
			    json_t **out)
{
	return request(cli, true, path, NULL, 0, body, out);
}
