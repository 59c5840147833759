/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the subcommands of portchannel share: how one is described, how its
 * arguments are read, how it talks to the daemon and says what went wrong.
 * One file a subcommand; main.c lists them.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "client/client.h"

/* portchannel(8), EXIT STATUS. */
enum exit_code {
	EXIT_CODE_DONE = 0,
	EXIT_CODE_FAILED = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_SOMETHING_TO_DO = 2, /* plan --detailed-exitcode */
	EXIT_CODE_NO_DAEMON = 8,
};

/* What holds for every subcommand. */
struct cli {
	const char *socket_path;
};

struct command {
	const char *name;
	const char *arguments; /* for the usage line: "[BOND] [--json]" */
	const char *summary;   /* one line, for the list of subcommands */
	const char *help;      /* what it does and its options, lines of their own */
	enum exit_code (*run)(struct cli *cli, const struct command *command, int argc,
			      char **argv);
	/* What stands behind it as a second word ("vlan add"): named in full, and NULL at
	 * the end. */
	const struct command *const *parts;
};

extern const struct command command_status;
extern const struct command command_config;
extern const struct command command_explain;
extern const struct command command_monitor;
extern const struct command command_plan;
extern const struct command command_apply;
extern const struct command command_confirm;
extern const struct command command_rollback;
extern const struct command command_history;
extern const struct command command_vlan;
extern const struct command command_bond;
extern const struct command command_staged;
extern const struct command command_commit;
extern const struct command command_discard;
extern const struct command command_console;
extern const struct command command_metrics;
extern const struct command command_reload;
extern const struct command command_down;
extern const struct command command_check_system;
extern const struct command command_help;

/* All of them, in the order of the help. */
extern const struct command *const commands[];
extern const size_t command_count;

/* NULL after having said that there is none of that name, and which one may
 * have been meant. */
const struct command *command_find(const char *name);
/* The same of a second word. */
const struct command *command_find_part(const struct command *command, const char *word);
/* The run of a command that has parts. */
enum exit_code command_run_part(struct cli *cli, const struct command *command, int argc,
				char **argv);

#define ARGUMENTS_MAX 66

/* What is given several times. */
struct argument_list {
	size_t count;
	const char *list[ARGUMENTS_MAX];
};

/* One option of a subcommand: a flag, or one with a value, or with several. */
struct argument_option {
	const char *name; /* without the dashes */
	bool *flag;	  /* set to true; or */
	const char **value;
	struct argument_list *values;
};

struct arguments {
	size_t count;
	const char *list[ARGUMENTS_MAX]; /* what is no option, in its order */
	enum exit_code code;		 /* that arguments_read() was false for */
};

/*
 * Reads argv[1] and on: the options given, --socket and --help, and from least
 * to most other arguments. Options may stand anywhere before a "--". False: it was said
 * what is wrong, or --help was answered, and out->code is to be returned.
 */
bool arguments_read(struct cli *cli, const struct command *command, int argc, char **argv,
		    const struct argument_option *options, size_t option_count, size_t least,
		    size_t most, struct arguments *out);

/* A number of digits only from least to most; false: it was said what is expected. name:
 * "--confirm", "VID". */
bool argument_number(const struct command *command, const char *name, const char *text,
		     unsigned int least, unsigned int most, unsigned int *out);

/* Prints "portchannel: ..." on standard error, escaped. */
void command_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, and the subcommand's usage line. */
enum exit_code command_usage_error(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints the subcommand's whole help on standard output. */
void command_help_print(const struct command *command);

/* Prints JSON on standard output, indented, in ASCII. */
void command_json_print(const json_t *json);

/* Asks the daemon. Not EXIT_CODE_DONE: it was said why, *out is untouched; as_json: a refusal
 * was printed as JSON, too, as command_send() has it. */
enum exit_code command_get(const struct cli *cli, const char *path,
			   const struct client_parameter *parameters, size_t count,
			   bool as_json, json_t **out);
/* Likewise without parameters, of what name, escaped, stands behind the path for. */
enum exit_code command_get_named(const struct cli *cli, const char *path, const char *name,
				 json_t **out);
/* Sends it something by "POST", "PATCH" or "DELETE"; name, where not NULL, is appended to the
 * path. body is consumed; NULL stands for no memory. *out is the answer, and of a refusal what
 * came with it (NULL: nothing), to be released in any case. */
enum exit_code command_send(const struct cli *cli, const char *method, const char *path,
			    const char *name, json_t *body, json_t **out);

/* Says what a client's call failed with, and which exit code that is. */
enum exit_code command_client_error(enum client_result result,
				    const struct client_error *error);

#endif
