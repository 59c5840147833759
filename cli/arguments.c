/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a subcommand's arguments; declared in command.h. */
#include <string.h>

#include "cli/command.h"
#include "cli/text.h"

#define OPTIONS_MAX 24

/* The options of one call: the subcommand's and those of all. */
struct option_list {
	const struct command *command;
	size_t count;
	struct argument_option options[OPTIONS_MAX];
};

/* Says that the option is not known, and which one may have been meant. */
static void option_unknown(const struct option_list *list, const char *name, int name_size)
{
	const char *names[OPTIONS_MAX];
	char word[64] = "";

	for (size_t i = 0; i < list->count; i++) {
		names[i] = list->options[i].name;
	}
	if ((size_t)name_size < sizeof(word)) {
		memcpy(word, name, (size_t)name_size);
	}
	const char *nearest = text_nearest(word, names, list->count);
	if (nearest) {
		command_usage_error(list->command,
				    "unknown option '--%.*s'; did you mean '--%s'?", name_size,
				    name, nearest);
	} else {
		command_usage_error(list->command, "unknown option '--%.*s'", name_size, name);
	}
}

/* Takes "--name", "--name=value" or "--name" "value" at argv[*at], and leaves
 * *at at the last of what it took. */
static bool option_take(const struct option_list *list, int argc, char **argv, int *at)
{
	const char *name = argv[*at] + 2;
	const char *equals = strchr(name, '=');
	size_t size = equals ? (size_t)(equals - name) : strlen(name);
	const struct argument_option *option = NULL;

	for (size_t i = 0; i < list->count && !option; i++) {
		const char *known = list->options[i].name;
		if (strlen(known) == size && strncmp(known, name, size) == 0) {
			option = &list->options[i];
		}
	}
	if (!option) {
		option_unknown(list, name, (int)size);
		return false;
	}
	if (option->flag && equals) {
		command_usage_error(list->command, "--%s takes no value", option->name);
		return false;
	}
	if (option->flag) {
		*option->flag = true;
		return true;
	}
	if (!equals && *at + 1 >= argc) {
		command_usage_error(list->command, "--%s wants a value", option->name);
		return false;
	}
	const char *value = equals ? equals + 1 : argv[++*at];
	if (!option->values) {
		*option->value = value;
		return true;
	}
	if (option->values->count == ARGUMENTS_MAX) {
		command_usage_error(list->command, "--%s is given too often", option->name);
		return false;
	}
	option->values->list[option->values->count++] = value;
	return true;
}

/* Takes what is no option. */
static bool argument_take(const struct command *command, const char *text, size_t most,
			  struct arguments *out)
{
	if (out->count == most) {
		command_usage_error(command, "what is '%s' for? One argument too many", text);
		return false;
	}
	out->list[out->count++] = text;
	return true;
}

bool arguments_read(struct cli *cli, const struct command *command, int argc, char **argv,
		    const struct argument_option *options, size_t option_count, size_t least,
		    size_t most, struct arguments *out)
{
	bool help = false;
	bool options_end = false;
	struct option_list list = {
		.command = command,
		.count = 2,
		.options = {{.name = "help", .flag = &help},
			    {.name = "socket", .value = &cli->socket_path}},
	};

	*out = (struct arguments){.code = EXIT_CODE_USAGE};
	for (size_t i = 0; i < option_count; i++) {
		list.options[list.count++] = options[i];
	}
	for (int i = 1; i < argc; i++) {
		bool taken;

		if (!options_end && strcmp(argv[i], "--") == 0) {
			options_end = true;
			continue;
		}
		if (!options_end && strcmp(argv[i], "-h") == 0) {
			help = taken = true;
		} else if (!options_end && strncmp(argv[i], "--", 2) == 0) {
			taken = option_take(&list, argc, argv, &i);
		} else if (!options_end && argv[i][0] == '-' && argv[i][1]) {
			command_usage_error(command, "unknown option '%s'", argv[i]);
			taken = false;
		} else {
			taken = argument_take(command, argv[i], most, out);
		}
		if (!taken) {
			return false;
		}
	}
	if (help) {
		command_help_print(command);
		out->code = EXIT_CODE_DONE;
		return false;
	}
	if (out->count < least) {
		command_usage_error(command, "arguments are missing");
		return false;
	}
	return true;
}

bool argument_number(const struct command *command, const char *name, const char *text,
		     unsigned int least, unsigned int most, unsigned int *out)
{
	uint64_t number;

	if (!text_number(text, most, &number) || number < least) {
		command_usage_error(command, "%s is '%s'; expected a number from %u to %u",
				    name, text, least, most);
		return false;
	}
	*out = (unsigned int)number;
	return true;
}
