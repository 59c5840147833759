/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One application, and what the files of it share:
 *
 *   apply.c        from the request to the callback
 *   apply_read.c   the texts and the models, the plan
 *   apply_disruption.c  what steps disturb, by what runs
 *   apply_files.c  which of the files a scope needs
 *   apply_mtu.c    MTUs that the NICs can't do
 *   apply_probe.c  addresses that somebody else holds
 *   apply_start.c  at the start: takes over, then applies; and the end of a bond
 *   apply_json.c   plans and outcomes for clients
 */
#ifndef DAEMON_APPLY_INTERNAL_H
#define DAEMON_APPLY_INTERNAL_H

#include "config/configuration.h"
#include "daemon/address_probe.h"
#include "daemon/apply.h"
#include "daemon/execute.h"
#include "daemon/problems.h"
#include "model/plan.h"

#define APPLY_ERROR_SIZE 512

struct apply_files;

struct apply {
	struct daemon *daemon;
	bool strict;
	unsigned int number; /* the request's */
	json_t *former;	     /* what is noted for a way back later, or NULL */
	bool skip_probe;
	bool starts; /* the daemon does */
	bool has_scope;
	char **names; /* of the scope, sorted; ours */
	struct plan_scope scope;

	const struct model *ran;    /* the request's, while the texts are read */
	struct config_texts texts;  /* that are to be in force */
	bool texts_known;	    /* false: there were none to be read */
	const struct model *wanted; /* of them; what is faulty is in it as it runs */
	/* Whose that is: a model's without errors, or its own. */
	const struct configuration *configuration;
	struct model *own_wanted;
	struct model *running;
	struct plan plan;
	json_t *drift;		  /* NULL: nobody asks */
	struct problems problems; /* of the files, and of what came of them */

	struct address_query *queries;
	size_t *query_steps; /* the step that each is of */
	size_t query_count;
	struct address_probe *probe;

	struct execution execution;
	json_t *changes;
	const char *code; /* NULL: nothing is wrong */
	char error[APPLY_ERROR_SIZE];
	apply_callback *callback;
	void *user;
};

/* --- apply.c */

/* What the request asks for, with nothing read yet; NULL: no memory. */
struct apply *apply_new(struct daemon *daemon, const struct apply_request *request);
void apply_free(struct apply *apply);
/* Why there will be nothing. */
void apply_fail(struct apply *apply, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Does the plan, and keeps what came of it. */
void apply_execute(struct apply *apply);
/* Makes what was found and done the daemon's. */
void apply_keep(struct apply *apply);

/* --- apply_read.c */

/* Reads the texts and makes the wanted model. 0 or -errno, the apply having failed. */
int apply_read(struct apply *apply, const struct apply_request *request);
/* The wanted model, to be changed; the same things stand at the same places as before.
 * NULL: no memory, the apply having failed. */
struct model *apply_wanted_own(struct apply *apply);
/* Observes what runs and makes the plan, anew if there is one. */
int apply_plan(struct apply *apply);

bool apply_in_scope(const struct apply *apply, const char *name);

/* --- apply_files.c */

/* Notes what the files are of, which were all read. */
void apply_files_note(struct daemon *daemon, const struct model *model);
void apply_files_free(struct apply_files *files);
/* The texts that the scope's model is made of, borrowed but for .list, which is to be
 * freed. 0, or -1: no memory. */
int apply_files_needed(const struct apply *apply, struct config_texts *out);

/* --- apply_mtu.c */

/* Checks the wanted model's MTUs against the NICs: the application fails, or, if it's
 * lenient, goes on with what they can do. */
void apply_check_mtus(struct apply *apply);

/* --- apply_disruption.c */

/* Has the steps say what they disturb by what runs, too. */
void apply_disruption(struct daemon *daemon, struct plan *plan);

/* --- apply_probe.c */

/* Checks the addresses that are to be added against those of other interfaces here, and
 * gathers questions for the others. */
int apply_probe_prepare(struct apply *apply);
/* Heeds the answers: the application fails, or, if it's lenient, goes on without these
 * addresses. */
void apply_probe_judge(struct apply *apply);
/* At the start nothing can be asked: remembers the questions for later. */
void apply_probe_later(const struct apply *apply);

/* --- apply_json.c */

json_t *apply_steps_json(const struct plan *plan, const struct model *model,
			 const enum execute_outcome *outcomes);

#endif
