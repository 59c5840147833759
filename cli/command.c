/* SPDX-License-Identifier: BSD-2-Clause */
/* What the subcommands share; see command.h. Arguments are in arguments.c. */
#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/out.h"
#include "cli/text.h"

/* Subcommands, or parts of one. */
#define COMMANDS_MAX 32

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

/* Says that there is no word of that kind among the count, and which may have been
 * meant. */
static void word_unknown(const char *kind, const char *word, const char *const *words,
			 size_t count, const char *help)
{
	const char *nearest = text_nearest(word, words, count);

	if (nearest) {
		command_error("there is no %s '%s'; did you mean '%s'?", kind, word, nearest);
	} else {
		command_error("there is no %s '%s'; '%s' lists them", kind, word, help);
	}
}

const struct command *command_find(const char *name)
{
	const char *names[COMMANDS_MAX];

	for (size_t i = 0; i < command_count; i++) {
		names[i] = commands[i]->name;
		if (strcmp(name, names[i]) == 0) {
			return commands[i];
		}
	}
	word_unknown("subcommand", name, names, command_count, "portchannel help");
	return NULL;
}

const struct command *command_find_part(const struct command *command, const char *word)
{
	/* "vlan add": the second word follows the first and a blank. */
	size_t skip = strlen(command->name) + 1;
	const char *names[COMMANDS_MAX];
	char kind[64], help[64];
	size_t count = 0;

	for (; command->parts && command->parts[count]; count++) {
		names[count] = command->parts[count]->name + skip;
		if (strcmp(word, names[count]) == 0) {
			return command->parts[count];
		}
	}
	snprintf(kind, sizeof(kind), "'%s' subcommand", command->name);
	snprintf(help, sizeof(help), "portchannel help %s", command->name);
	word_unknown(kind, word, names, count, help);
	return NULL;
}

enum exit_code command_run_part(struct cli *cli, const struct command *command, int argc,
				char **argv)
{
	const struct command *part;
	struct arguments arguments;

	if (argc < 2 || argv[1][0] == '-') {
		/* --help, or nothing that could be done. */
		(void)arguments_read(cli, command, argc, argv, NULL, 0, 1, 1, &arguments);
		return arguments.code;
	}
	part = command_find_part(command, argv[1]);
	return part ? part->run(cli, part, argc - 1, argv + 1) : EXIT_CODE_USAGE;
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

/* path with name, escaped, behind it; freed by the caller. */
static char *path_make(struct client *client, const char *path, const char *name)
{
	char *escaped = name ? client_escape(client, name) : strdup("");
	char *whole = NULL;

	if (escaped && asprintf(&whole, "%s%s", path, escaped) < 0) {
		whole = NULL;
	}
	free(escaped);
	return whole;
}

/* Prints what the daemon has answered, in its own form. */
static void refusal_print(const struct client_error *error)
{
	json_t *json = json_pack("{s:{s:s, s:s}}", "error", "code", error->code, "message",
				 error->text);

	if (json) {
		command_json_print(json);
	}
	json_decref(json);
}

/* Asks for path, name behind it if there is one. */
static enum exit_code get(const struct cli *cli, const char *path, const char *name,
			  const struct client_parameter *parameters, size_t count, bool as_json,
			  json_t **out)
{
	struct client *client = client_new(cli->socket_path);
	char *whole = client ? path_make(client, path, name) : NULL;
	enum exit_code code = EXIT_CODE_FAILED;
	struct client_error error;
	enum client_result result;

	if (!whole) {
		command_error("out of memory");
	} else {
		result = client_get(client, whole, parameters, count, out, &error);
		if (as_json && result == CLIENT_REFUSED) {
			refusal_print(&error);
		}
		code = result == CLIENT_OK ? EXIT_CODE_DONE
					   : command_client_error(result, &error);
	}
	free(whole);
	client_close(client);
	return code;
}

enum exit_code command_get(const struct cli *cli, const char *path,
			   const struct client_parameter *parameters, size_t count,
			   bool as_json, json_t **out)
{
	return get(cli, path, NULL, parameters, count, as_json, out);
}

enum exit_code command_get_named(const struct cli *cli, const char *path, const char *name,
				 json_t **out)
{
	return get(cli, path, name, NULL, 0, false, out);
}

enum exit_code command_send(const struct cli *cli, const char *method, const char *path,
			    const char *name, json_t *body, json_t **out)
{
	struct client *client = client_new(cli->socket_path);
	char *whole = client ? path_make(client, path, name) : NULL;
	enum exit_code code = EXIT_CODE_FAILED;
	struct client_error error;
	enum client_result result;

	*out = NULL;
	if (!whole || !body) {
		command_error("out of memory");
	} else {
		result = client_send(client, method, whole, body, out, &error);
		code = result == CLIENT_OK ? EXIT_CODE_DONE
					   : command_client_error(result, &error);
		if (result == CLIENT_LOST) {
			fputs("'portchannel status' and 'portchannel history' say what has "
			      "become of it\n",
			      stderr);
		}
	}
	free(whole);
	client_close(client);
	json_decref(body);
	return code;
}
