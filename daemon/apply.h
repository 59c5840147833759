/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the files to what runs: read, validate, compare with what runs, change what
 * differs. A bond whose file is bad goes on as it was; the others are not concerned.
 */
#ifndef DAEMON_APPLY_H
#define DAEMON_APPLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct apply_request;
struct apply_result;
struct config_texts;
struct daemon;
struct model;
struct model_address;

/* At the start: takes over what a former daemon left, starts the rest. */
void apply_start(struct daemon *daemon);

/*
 * One application of a configuration in steps (model/plan.h):
 *
 *   1. the texts become a model, and what runs becomes another; the plan is made;
 *   2. addresses that are to be added are probed for, all at once, on the interface
 *      that they would use (daemon/address_probe.h). This takes a second or less, in
 *      which the loop runs; one that answers ends the application, with nothing done;
 *   3. the steps are done, LACP having its turns in between;
 *   4. strict: the first that fails has those before it undone in reverse.
 *      Lenient (start, reload): it becomes a problem, and what doesn't need it goes on.
 *
 * One application at a time.
 */
struct apply_request {
	/* What is to be in force; NULL: the files of the folder as they are. Not kept. */
	const struct config_texts *texts;
	/* The interfaces concerned, scope_count names sorted; NULL: all. Others' files
	 * are then not heeded, however they have changed. */
	const char *const *scope;
	size_t scope_count;
	bool strict;
	unsigned int number; /* of a change that may be taken back later; else 0 */
	json_t *ran_before;  /* then: observe_applied_json(), if the texts don't say it; NULL */
	bool skip_probe;     /* of addresses: when taking back what was there a moment ago */
	/* What the interfaces of a faulty file go on as; NULL: as they run. Not kept. */
	const struct model *ran;
};

/* What has come of it; lives as long as the callback. */
struct apply_result {
	bool done;	   /* all steps (lenient: all that could be) */
	const char *code;  /* not done: the API's word, "step_failed", "address_in_use", ... */
	const char *error; /* not done: a sentence */
	/* Done as far as could be: what wasn't, the first of it; NULL: all is. */
	const char *failed;
	json_t *steps;	 /* of the plan, as in doc/api.md, each with "result": "done",
			  * "failed", "undone", "skipped" */
	json_t *changes; /* sentences on what is different now */
	const struct config_texts *texts; /* that are in force now; NULL: none were read */
};

typedef void apply_callback(const struct apply_result *result, void *user);

/* Begins. The callback is called exactly once, maybe before this returns. -EBUSY: one
 * is under way (no callback then); -ENOMEM. */
int apply_begin(struct daemon *daemon, const struct apply_request *request,
		apply_callback *callback, void *user);
bool apply_is_under_way(const struct daemon *daemon);

/* Reads the files again and does what can be done. While an application is under way it is
 * remembered, and done after. callback, which may be NULL, as in apply_begin(). 0 or
 * -ENOMEM. */
int apply_reload(struct daemon *daemon, apply_callback *callback, void *user);

/* A NIC that was waited for has come into use: what was applied to it is done now, or when
 * the application that is under way has ended. */
void apply_resume(struct daemon *daemon);

/* At the end: forgets what is under way, without callbacks. */
void apply_close(struct daemon *daemon);

/* What apply_begin() with this request would do, nothing done: {"steps": [...],
 * "disruption": "none", "drift": [...], "problems": [...]} as in doc/api.md. A new
 * reference; NULL: no memory, or the folder can't be read (*err -errno). */
json_t *apply_plan_json(struct daemon *daemon, const struct apply_request *request, int *err);

/* Removes one bond's data path, or all (NULL), and restores the members. Returns
 * the names, a list of strings (a new reference); NULL: there is no such bond. */
json_t *apply_down(struct daemon *daemon, const char *name);

#endif
