/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the daemon answers to those who plan and change, for people (doc/api.md, "A plan",
 * "Applying"): steps, problems, and what waits to be confirmed.
 */
#ifndef CLI_ANSWER_H
#define CLI_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "cli/command.h"
#include "cli/out.h"

/* Room for a time of day with its date. */
#define ANSWER_TIME_SIZE 32

/* "2026-11-22 16:15:03" of seconds since the epoch, in local time; returns out. */
const char *answer_time_text(const json_t *seconds, char out[ANSWER_TIME_SIZE]);

/* Prints "FILE:LINE:COLUMN: " of a problem, as far as they are known. */
void answer_place_print(struct out *out, const json_t *problem);

/* Prints "FILE:LINE:COLUMN: error: ..." for each, and returns how many are errors. */
size_t answer_problems_print(struct out *out, const json_t *problems);
size_t answer_errors_count(const json_t *problems);

/* Prints the steps with what they disturb, or, where they were done, with what has become
 * of each. False: no memory. */
bool answer_steps_print(struct out *out, const json_t *steps);

/* Prints how long there is to confirm the change that waits, and how. */
void answer_waiting_print(struct out *out, const json_t *waiting);

/* Prints that so many changes are staged, if any are. */
void answer_staged_count_print(struct out *out, uint64_t count);

/* One change to be asked for. */
struct answer_request {
	const char *method, *path;
	const char *name;  /* behind the path, or NULL */
	json_t *body;	   /* consumed; NULL stands for no memory */
	bool as_json;	   /* print the answer as it is */
	bool errors_count; /* errors in the files make EXIT_CODE_FAILED of a change that is done
			    */
};

/* Sends it and prints what has come of it. */
enum exit_code answer_change(const struct cli *cli, const struct answer_request *request);

/* The whole run of a subcommand that posts to path, with the options --confirm, --revision and
 * --json. errors_count: see above. */
enum exit_code answer_change_run(struct cli *cli, const struct command *command, int argc,
				 char **argv, const char *path, bool errors_count);

/* A list that the daemon is asked for. */
struct answer_list {
	const char *path;
	const char *key;  /* where the list stands in the answer */
	const char *none; /* the sentence if it is empty */
	bool (*print)(struct out *out, const json_t *list); /* false: no memory */
};

/* The whole run of a subcommand that prints it, with the option --json. */
enum exit_code answer_list_run(struct cli *cli, const struct command *command, int argc,
			       char **argv, const struct answer_list *list);

/* Puts "confirm" into a change's body, if the option is given; false: it was said what is
 * wrong with it. */
bool answer_confirm_option(const struct command *command, const char *value, json_t *body);

/* Puts a text or flag into it. No memory is no reason to ask for something else: then the
 * program ends. */
void answer_set(json_t *body, const char *field, json_t *value);
/* The same of a list. */
void answer_append(json_t *list, json_t *value);

#endif
