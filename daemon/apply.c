/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/apply.h"

#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/apply_internal.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/log.h"
#include "daemon/nic_runtime.h"
#include "daemon/observe.h"
#include "daemon/poll.h"
#include "daemon/state.h"

/* Somebody who wants a reload while an application is under way. */
struct apply_waiter {
	struct apply_waiter *next;
	apply_callback *callback;
	void *user;
};

/* --- one application */

void apply_free(struct apply *apply)
{
	if (!apply) {
		return;
	}
	address_probe_cancel(apply->probe);
	for (size_t i = 0; i < apply->scope.count; i++) {
		free(apply->names[i]);
	}
	free(apply->names);
	config_texts_free(&apply->texts);
	plan_free(&apply->plan);
	configuration_give_back(apply->configuration);
	model_free(apply->own_wanted);
	model_free(apply->running);
	json_decref(apply->drift);
	json_decref(apply->changes);
	json_decref(apply->former);
	problems_free(&apply->problems);
	free(apply->queries);
	free(apply->query_steps);
	execution_free(&apply->execution);
	free(apply);
}

static bool apply_take_scope(struct apply *apply, const struct apply_request *request)
{
	apply->has_scope = request->scope != NULL;
	apply->names = calloc(request->scope_count + 1, sizeof(*apply->names));
	if (!apply->names) {
		return false;
	}
	apply->scope.names = (const char *const *)apply->names;
	for (size_t i = 0; apply->has_scope && i < request->scope_count; i++) {
		apply->names[i] = strdup(request->scope[i]);
		if (!apply->names[i]) {
			return false;
		}
		apply->scope.count++;
	}
	return true;
}

struct apply *apply_new(struct daemon *daemon, const struct apply_request *request)
{
	struct apply *apply = calloc(1, sizeof(*apply));

	if (!apply) {
		return NULL;
	}
	apply->daemon = daemon;
	apply->strict = request->strict;
	apply->number = request->number;
	if (request->ran_before) {
		apply->former = json_pack("{s:O}", "ran", request->ran_before);
	}
	apply->skip_probe = request->skip_probe;
	apply->changes = json_array();
	if (!apply->changes || !apply_take_scope(apply, request)) {
		apply_free(apply);
		return NULL;
	}
	return apply;
}

void apply_fail(struct apply *apply, const char *code, const char *format, ...)
{
	va_list arguments;

	apply->code = code;
	va_start(arguments, format);
	(void)vsnprintf(apply->error, sizeof(apply->error), format, arguments);
	va_end(arguments);
}

/* --- doing it */

/* What may be there of a parent if this process ends before the application does; NULL:
 * the application doesn't concern it. */
static struct wanted *apply_ahead(const struct apply *apply, const struct vlan_parent *parent)
{
	struct wanted *ahead = NULL;

	for (size_t i = 0; i < apply->plan.step_count; i++) {
		const struct plan_step *step = &apply->plan.steps[i];

		if (strcmp(step->parent, parent->name) != 0) {
			continue;
		}
		if (!ahead) {
			ahead = wanted_copy(parent->wanted);
		}
		if (!ahead || !wanted_step_ahead(ahead, step)) {
			break;
		}
	}
	return ahead;
}

static void apply_write_ahead(const struct apply *apply)
{
	struct daemon *daemon = apply->daemon;

	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		struct wanted *ahead = apply_ahead(apply, &bond->parent);

		if (ahead) {
			state_write_ahead(bond, ahead);
			bond->parent.save_wanted = true;
		}
		wanted_free(ahead);
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		struct wanted *ahead = nic->wanted ? apply_ahead(apply, &nic->parent) : NULL;

		if (ahead) {
			nic_state_write_ahead(nic, ahead);
			nic->parent.save_wanted = true;
		}
		wanted_free(ahead);
	}
}

/* For who takes the change back later: what of it wasn't ours until now. */
static void apply_note_former(struct apply *apply, const struct observe_former *former)
{
	json_t *adopted = observe_adopted_json(apply->daemon, former);

	if (adopted && !apply->former) {
		apply->former = json_object();
	}
	if (adopted) {
		json_object_set_new(apply->former, "adopted", adopted);
	}
}

/* Whether what was written ahead says all of it, once it has come to pass: that it has can
 * then be written when nobody waits for it. */
static bool apply_is_written_ahead(const struct plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		enum plan_action action = plan->steps[i].action;

		if (action != PLAN_VLAN_ADD && action != PLAN_ADDRESS_ADD &&
		    action != PLAN_ROUTE_ADD && action != PLAN_RULE_ADD) {
			return false;
		}
	}
	return true;
}

void apply_execute(struct apply *apply)
{
	struct daemon *daemon = apply->daemon;
	struct execution *execution = &apply->execution;
	struct observe_former *former = NULL;

	(void)observe_adopt(daemon, apply->running, apply->has_scope ? &apply->scope : NULL,
			    apply->strict ? &former : NULL);
	if (apply->number != 0) {
		apply_note_former(apply, former);
	}
	if (apply->plan.step_count == 0 && !apply->former) {
		observe_former_free(former);
		return;
	}
	apply_write_ahead(apply);
	*execution = (struct execution){.daemon = daemon,
					.plan = &apply->plan,
					.model = apply->wanted,
					.strict = apply->strict,
					.number = apply->number,
					.former = apply->former,
					.changes = apply->changes,
					.problems = &apply->problems};
	if (execute(execution)) {
		observe_former_free(former);
	} else {
		observe_disown(daemon, apply->running, former);
		apply_fail(apply, "step_failed", "%s", execution->error);
	}
	if (!apply->has_scope) {
		nics_remove_idle(daemon);
	}
	if (!apply->code && apply_is_written_ahead(&apply->plan)) {
		daemon_want_save(daemon);
	} else {
		daemon_save(daemon);
	}
}

static bool apply_is_subject(const struct apply *apply, const struct problem *problem)
{
	for (size_t i = 0; i < apply->scope.count; i++) {
		if (strcmp(apply->scope.names[i], problem->subject) == 0) {
			return true;
		}
	}
	return false;
}

void apply_keep(struct apply *apply)
{
	struct daemon *daemon = apply->daemon;

	if (apply->strict && apply->code) {
		return;
	}
	if (!apply->has_scope) {
		problems_free(&daemon->problems);
		problems_move(&apply->problems, &daemon->problems);
		if (apply->wanted) {
			apply_files_note(daemon, apply->wanted);
		}
	} else {
		for (size_t i = daemon->problems.count; i-- > 0;) {
			if (apply_is_subject(apply, &daemon->problems.list[i])) {
				problems_remove(&daemon->problems, i);
			}
		}
		for (size_t i = apply->problems.count; i-- > 0;) {
			if (!apply_is_subject(apply, &apply->problems.list[i])) {
				problems_remove(&apply->problems, i);
			}
		}
		problems_move(&apply->problems, &daemon->problems);
	}
	if (apply->texts_known) {
		config_texts_free(&daemon->texts);
		daemon->texts = apply->texts;
		apply->texts = (struct config_texts){0};
	}
}

/* NICs that were there and could not be taken in are tried again: what was in the way may
 * be gone. No step of a plan does that. */
static void apply_retry_refused(struct apply *apply)
{
	struct daemon *daemon = apply->daemon;
	char text[128];

	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
			struct bond_runtime_member *member = &bond->members[slot];

			if (!member->wanted[0] || !member->refused[0] || member->ifindex != 0) {
				continue;
			}
			member->refused[0] = '\0';
			bond_member_look(bond, slot);
			if (member->ifindex != 0) {
				(void)snprintf(text, sizeof(text), "%s: member %s added",
					       bond->name, member->name);
				json_array_append_new(apply->changes, json_text(text));
			}
		}
		daemon_breathe(daemon);
	}
	poll_update(daemon);
}

/* --- those who wait */

static void apply_reload_waiters(struct daemon *daemon);

static void apply_finish(struct apply *apply)
{
	struct daemon *daemon = apply->daemon;
	struct apply_result result = {.changes = apply->changes};

	if (!apply->code && !apply->execution.error[0] && !apply->has_scope) {
		apply_retry_refused(apply);
	}
	if (!apply->strict && apply->code) {
		problems_add(&apply->problems, NULL, MODEL_ERROR, NULL, "", "%s", apply->error);
	}
	apply_keep(apply);
	result.done = !apply->code;
	result.code = apply->code;
	result.error = apply->code ? apply->error : NULL;
	result.failed = !apply->strict && apply->execution.error[0] ? apply->execution.error
								    : result.error;
	result.steps = apply_steps_json(&apply->plan, apply->wanted, apply->execution.outcomes);
	result.texts = daemon->texts.folder ? &daemon->texts : NULL;
	daemon->apply = NULL;
	if (!apply->has_scope) {
		/* Reading the files took far more memory than running does. */
		malloc_trim(0);
	}
	apply->callback(&result, apply->user);
	json_decref(result.steps);
	apply_free(apply);
	apply_reload_waiters(daemon);
	apply_resume(daemon);
}

static void apply_on_probe(struct address_query *queries, size_t count, void *user)
{
	struct apply *apply = user;

	(void)queries;
	(void)count;
	apply->probe = NULL;
	/* The world went on meanwhile. */
	if (apply_plan(apply) == 0) {
		apply_probe_judge(apply);
	}
	if (!apply->code) {
		apply_execute(apply);
	}
	apply_finish(apply);
}

/* True: answers are awaited. */
static bool apply_ask(struct apply *apply)
{
	int err;

	if (apply->skip_probe || apply_probe_prepare(apply) < 0 || apply->code ||
	    apply->query_count == 0) {
		return false;
	}
	err = address_probe_begin(apply->daemon, apply->queries, apply->query_count,
				  apply_on_probe, apply, &apply->probe);
	if (err < 0) {
		log_line(LOG_LEVEL_WARNING, "no address can be asked for: %s", strerror(-err));
	}
	return err == 0;
}

int apply_begin(struct daemon *daemon, const struct apply_request *request,
		apply_callback *callback, void *user)
{
	struct apply *apply;

	if (daemon->apply) {
		return -EBUSY;
	}
	apply = apply_new(daemon, request);
	if (!apply) {
		return -ENOMEM;
	}
	apply->callback = callback;
	apply->user = user;
	daemon->apply = apply;
	if (apply_read(apply, request) == 0 && apply_plan(apply) == 0) {
		if (apply_ask(apply)) {
			return 0;
		}
		if (!apply->code) {
			apply_execute(apply);
		}
	}
	apply_finish(apply);
	return 0;
}

bool apply_is_under_way(const struct daemon *daemon)
{
	return daemon->apply != NULL;
}

/* --- reload */

static void apply_on_reload(const struct apply_result *result, void *user)
{
	struct daemon *daemon = user;
	struct apply_waiter *waiters = daemon->reloading;
	struct event event = {.name = "reloaded"};

	daemon->reloading = NULL;
	problems_log(&daemon->problems, 0);
	snprintf(event.text, sizeof(event.text), "files read again: %zu changes, %zu problems",
		 json_array_size(result->changes), daemon->problems.count);
	events_add(&daemon->events, &event);
	log_line(LOG_LEVEL_NOTICE, "%s event=reloaded", event.text);
	while (waiters) {
		struct apply_waiter *next = waiters->next;

		if (waiters->callback) {
			waiters->callback(result, waiters->user);
		}
		free(waiters);
		waiters = next;
	}
}

/* One reload for all who wait. */
static void apply_reload_waiters(struct daemon *daemon)
{
	struct apply_request request = {0};
	struct apply_result failed = {.code = "failed", .error = "out of memory"};

	if (!daemon->reload_waiters || daemon->apply) {
		return;
	}
	daemon->reloading = daemon->reload_waiters;
	daemon->reload_waiters = NULL;
	if (apply_begin(daemon, &request, apply_on_reload, daemon) < 0) {
		apply_on_reload(&failed, daemon);
	}
}

int apply_reload(struct daemon *daemon, apply_callback *callback, void *user)
{
	struct apply_waiter *waiter = calloc(1, sizeof(*waiter));
	struct apply_waiter **link = &daemon->reload_waiters;

	if (!waiter) {
		return -ENOMEM;
	}
	waiter->callback = callback;
	waiter->user = user;
	while (*link) {
		link = &(*link)->next;
	}
	*link = waiter;
	apply_reload_waiters(daemon);
	return 0;
}

/* --- NICs that come */

static void apply_on_resumed(const struct apply_result *result, void *user)
{
	struct daemon *daemon = user;

	if (result->error) {
		log_line(LOG_LEVEL_ERROR, "%s event=problem", result->error);
	}
	problems_log(&daemon->problems, daemon->problems.count);
}

static int apply_compare_strings(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void apply_resume_nic(struct daemon *daemon, struct nic_runtime *nic)
{
	struct config_texts texts;
	size_t count = nic->wanted->vlan_count;
	const char **names = calloc(count + 1, sizeof(*names));
	struct apply_request request = {.texts = &texts, .scope = names, .scope_count = count};

	if (!names || config_texts_copy(&daemon->texts, &texts) < 0) {
		free(names);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		names[i] = nic->wanted->vlans[i].interface.name;
	}
	if (count > 0) {
		qsort(names, count, sizeof(*names), apply_compare_strings);
		(void)apply_begin(daemon, &request, apply_on_resumed, daemon);
	}
	config_texts_free(&texts);
	free(names);
}

void apply_resume(struct daemon *daemon)
{
	struct nic_runtime *nic = daemon->nics;

	while (nic && !daemon->apply) {
		if (nic->returned && nic->parent.path && nic->wanted) {
			nic->returned = false;
			apply_resume_nic(daemon, nic);
			nic = daemon->nics; /* the list may be another one */
		} else {
			nic = nic->next;
		}
	}
}

void apply_close(struct daemon *daemon)
{
	struct apply_waiter *lists[] = {daemon->reloading, daemon->reload_waiters};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		while (lists[i]) {
			struct apply_waiter *next = lists[i]->next;

			free(lists[i]);
			lists[i] = next;
		}
	}
	daemon->reloading = NULL;
	daemon->reload_waiters = NULL;
	apply_free(daemon->apply);
	daemon->apply = NULL;
	config_texts_free(&daemon->texts);
	apply_files_free(daemon->files);
	daemon->files = NULL;
}
