/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/execute.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/execute_internal.h"
#include "daemon/execute_keep.h"
#include "daemon/json_util.h"
#include "daemon/log.h"
#include "daemon/taken_along.h"
#include "daemon/vlan_parent.h"

int execute_fail(struct execute_task *task, int err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(task->error, sizeof(task->error), format, arguments);
	va_end(arguments);
	return err;
}

void execute_note_stuck(struct execute_task *task, const char *format, ...)
{
	struct execution *execution = task->execution;
	char text[EXECUTE_ERROR_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_line(LOG_LEVEL_ERROR, "%s subject=%s event=step_failed", text,
		 task->step->interface);
	execution->lost = true;
	if (!execution->stuck[0]) {
		memcpy(execution->stuck, text, sizeof(text));
	}
}

void execute_change(struct execute_task *task, const char *format, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	json_array_append_new(task->execution->changes, json_text(text));
}

uint32_t execute_ifindex(const struct execute_task *task)
{
	const struct plan_step *step = task->step;
	struct vlan_parent *parent = vlan_parent_of(task->daemon, step->parent);
	const struct vlan_runtime *vlan;

	if (!parent) {
		return 0;
	}
	if (!step->vlan && !step->former_vlan) {
		return parent->ifindex;
	}
	vlan = vlan_parent_find(parent, step->interface);
	return vlan ? vlan->ifindex : 0;
}

struct execute_memory *execute_remember(struct execute_task *task)
{
	if (!*task->memory) {
		*task->memory = calloc(1, sizeof(**task->memory));
	}
	return *task->memory;
}

/* Has what is configured say that the step is done. */
static bool execute_note(struct execute_task *task, const struct plan_step *step)
{
	struct vlan_parent *parent = vlan_parent_of(task->daemon, step->parent);

	if (!parent || !parent->wanted) {
		return true;
	}
	vlan_parent_want_save(parent);
	return wanted_step(parent->wanted, step);
}

/* Whether it is about something on a NIC that isn't there, or on a VLAN interface that
 * somebody moved into another network namespace: it is done when that comes, by what is
 * noted now. */
static bool execute_waits(const struct execute_task *task)
{
	const struct plan_step *step = task->step;
	const struct vlan_parent *parent = vlan_parent_of(task->daemon, step->parent);
	const struct vlan_runtime *vlan;

	if (!parent || (!step->vlan && !step->former_vlan) || step->action == PLAN_NIC_ADD ||
	    step->action == PLAN_NIC_REMOVE) {
		return false;
	}
	if (!parent->path) {
		return true;
	}
	vlan = vlan_parent_find(parent, step->interface);
	return vlan && vlan->ifindex == 0;
}

static int execute_one(struct execute_task *task)
{
	static execute_function *const functions[] = {
		[PLAN_DHCP_STOP] = execute_dhcp_stop,
		[PLAN_RULE_REMOVE] = execute_rule_remove,
		[PLAN_ROUTE_REMOVE] = execute_route_remove,
		[PLAN_ADDRESS_REMOVE] = execute_address_remove,
		[PLAN_VLAN_REMOVE] = NULL, /* many at once: execute_vlans() */
		[PLAN_MEMBER_REMOVE] = execute_member_remove,
		[PLAN_BOND_REMOVE] = execute_bond_remove,
		[PLAN_NIC_REMOVE] = execute_nic_remove,
		[PLAN_BOND_ADD] = execute_bond_add,
		[PLAN_BOND_DEVICE] = execute_bond_device,
		[PLAN_BOND_OPTIONS] = execute_bond_options,
		[PLAN_NIC_ADD] = execute_nic_add,
		[PLAN_MEMBER_ADD] = execute_member_add,
		[PLAN_MEMBER_CHANGE] = execute_member_change,
		[PLAN_VLAN_ADD] = execute_vlan_add,
		[PLAN_VLAN_CHANGE] = execute_vlan_change,
		[PLAN_LINK_UP] = execute_link,
		[PLAN_LINK_DOWN] = execute_link,
		[PLAN_IPV6] = execute_ipv6,
		[PLAN_ADDRESS_ADD] = execute_address_add,
		[PLAN_ROUTE_ADD] = execute_route_add,
		[PLAN_RULE_ADD] = execute_rule_add,
		[PLAN_DHCP_START] = execute_dhcp_start,
	};
	struct plan_step inverse = plan_step_inverse(task->step);
	int result;

	/* First, since some of it goes by what is configured: whether a NIC is the one
	 * that a member's file asks for. */
	if (!execute_note(task, task->step)) {
		return execute_fail(task, -ENOMEM, "out of memory");
	}
	result = execute_waits(task) ? EXECUTE_RESULT_NOTHING
				     : functions[task->step->action](task);
	if (result < 0) {
		(void)execute_note(task, &inverse);
	}
	if (result == EXECUTE_RESULT_NOTHING && !task->undoes) {
		struct execute_memory *memory = execute_remember(task);

		if (memory) {
			memory->was_so = true;
		}
	}
	return result;
}

/* What it is on being gone, so is what it takes away. */
static bool execute_takes_away(const struct plan_step *step)
{
	return step->action <= PLAN_NIC_REMOVE || step->action == PLAN_LINK_DOWN;
}

/* The first is what is told. */
static void execute_note_failure(struct execute_task *task)
{
	struct execution *execution = task->execution;
	char *first = task->undoes ? execution->stuck : execution->error;

	if (!first[0]) {
		memcpy(first, task->error, EXECUTE_ERROR_SIZE);
	}
}

/* The outcome of a step that returned this. */
static enum execute_outcome execute_judge(struct execute_task *task, int result)
{
	struct execution *execution = task->execution;
	const struct plan_step *step = task->step;

	if (result == EXECUTE_RESULT_ABSENT && execution->strict && !task->undoes) {
		result = execute_fail(task, -ENODEV, "%s is gone", step->interface);
	}
	if (result == EXECUTE_RESULT_ABSENT) {
		return task->undoes && execute_takes_away(step) ? EXECUTE_DONE
								: EXECUTE_SKIPPED;
	}
	if (result == EXECUTE_RESULT_LATER || result < 0) {
		execute_note_failure(task);
	}
	if (result >= 0 && (result != EXECUTE_RESULT_LATER || !task->undoes)) {
		return EXECUTE_DONE;
	}
	log_line(LOG_LEVEL_ERROR, "%s%s: %s subject=%s event=step_failed",
		 task->undoes ? "undoing: " : "", step->text, task->error, step->interface);
	if (task->undoes || !execution->strict) {
		problems_add(execution->problems, execution->model, MODEL_ERROR, &step->source,
			     step->interface, "%s", task->error);
	}
	return EXECUTE_FAILED;
}

/* How many steps from this on remove VLAN interfaces of the same parent. */
static size_t execute_removals(const struct plan_step *steps, size_t count)
{
	size_t run = 0;

	while (run < count && steps[run].action == PLAN_VLAN_REMOVE &&
	       strcmp(steps[run].parent, steps[0].parent) == 0) {
		run++;
	}
	return run;
}

static void execute_vlans(struct execute_task *task, const struct plan_step *steps,
			  size_t count, enum execute_outcome *outcomes)
{
	task->step = steps;
	execute_vlans_remove(task, steps, count, outcomes);
	for (size_t i = 0; i < count; i++) {
		task->step = &steps[i];
		if (outcomes[i] == EXECUTE_FAILED) {
			outcomes[i] = execute_judge(task, -EIO);
		} else {
			(void)execute_note(task, &steps[i]);
		}
	}
}

static bool execute_any_failed(const enum execute_outcome *outcomes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (outcomes[i] == EXECUTE_FAILED) {
			return true;
		}
	}
	return false;
}

/*
 * The steps in their order, until one fails if that ends it. *task says on whose behalf;
 * memories: one a step. False: it ended early.
 */
static bool execute_steps(struct execute_task *task, const struct plan_step *steps,
			  size_t count, struct execute_memory **memories,
			  enum execute_outcome *outcomes)
{
	bool stops = task->execution->strict && !task->undoes;

	for (size_t i = 0; i < count;) {
		size_t run = execute_removals(&steps[i], count - i);

		task->error[0] = '\0';
		if (run > 0) {
			execute_vlans(task, &steps[i], run, &outcomes[i]);
		} else {
			run = 1;
			task->step = &steps[i];
			task->memory = &memories[i];
			outcomes[i] = execute_judge(task, execute_one(task));
		}
		if (stops && execute_any_failed(&outcomes[i], run)) {
			return false;
		}
		i += run;
		daemon_breathe(task->daemon);
	}
	return true;
}

/* What was done, in reverse. What can't be undone is said, and the rest undone all the
 * same. */
static void execute_undo(struct execution *execution, struct execute_memory **memories,
			 struct execute_keep *keep)
{
	const struct plan *plan = execution->plan;
	struct execute_task task = {
		.execution = execution, .daemon = execution->daemon, .undoes = true};
	struct plan_step *steps = calloc(plan->step_count + 1, sizeof(*steps));
	struct execute_memory **kept =
		calloc(plan->step_count + 1, sizeof(struct execute_memory *));
	enum execute_outcome *outcomes = calloc(plan->step_count + 1, sizeof(*outcomes));
	size_t *places = calloc(plan->step_count + 1, sizeof(*places)), count = 0;

	if (!steps || !kept || !outcomes || !places) {
		log_line(LOG_LEVEL_ERROR, "out of memory: what was done isn't undone");
		execution->lost = true;
		(void)snprintf(execution->stuck, sizeof(execution->stuck), "out of memory");
		goto out;
	}
	for (size_t i = plan->step_count; i-- > 0;) {
		struct plan_step inverse = plan_step_inverse(&plan->steps[i]);

		if (execution->outcomes[i] == EXECUTE_DONE && memories[i] &&
		    memories[i]->was_so) {
			(void)execute_note(&task, &inverse);
			execution->outcomes[i] = EXECUTE_UNDONE;
		} else if (execution->outcomes[i] == EXECUTE_DONE) {
			steps[count] = inverse;
			kept[count] = memories[i];
			places[count++] = i;
		}
	}
	(void)execute_steps(&task, steps, count, kept, outcomes);
	for (size_t i = 0; i < count; i++) {
		if (outcomes[i] == EXECUTE_DONE) {
			execution->outcomes[places[i]] = EXECUTE_UNDONE;
		}
	}
	if (!execute_keep_restore(keep)) {
		execution->lost = true;
	}
	if (execution->lost && !execution->stuck[0]) {
		(void)snprintf(execution->stuck, sizeof(execution->stuck),
			       "addresses and routes that others had put there are gone");
	}
out:
	free(steps);
	free(kept);
	free(outcomes);
	free(places);
}

static void execute_say_failure(struct execution *execution, const struct execute_task *task)
{
	const struct plan *plan = execution->plan;
	size_t failed = 0, stuck = execution->lost;

	for (size_t i = plan->step_count; i-- > 0;) {
		if (execution->outcomes[i] == EXECUTE_FAILED) {
			failed = i;
		}
		stuck += execution->outcomes[i] == EXECUTE_DONE;
	}
	(void)snprintf(execution->error, sizeof(execution->error),
		       "can't %.150s: %.150s%s%s%.150s", plan->steps[failed].text, task->error,
		       stuck	? "; not all that had been done could be undone"
		       : failed ? "; what had been done before is undone"
				: "",
		       stuck && execution->stuck[0] ? ": " : "", execution->stuck);
}

/* Keeps what the steps may take along, and what of it is to outlive them. False: it can't be
 * kept, and execution->error says why. */
static bool execute_prepare(struct execution *execution, struct execute_keep **keep)
{
	struct daemon *daemon = execution->daemon;
	int err = 0;

	if (!execution->strict) {
		return true;
	}
	err = execute_keep_make(daemon, execution->plan, keep);
	if (err < 0) {
		(void)snprintf(execution->error, sizeof(execution->error),
			       "what there is can't be remembered: %s", strerror(-err));
		return false;
	}
	if (execution->number != 0 && *keep) {
		err = execute_keep_write(*keep, execution->plan, execution->number,
					 execution->former);
	} else if (execution->number != 0) {
		err = taken_along_write(daemon,
					&(struct taken_along){.number = execution->number,
							      .former = execution->former});
	}
	if (err < 0) {
		(void)snprintf(
			execution->error, sizeof(execution->error),
			"what the steps take along can't be kept in %s, to be given back "
			"if they are taken back: %s",
			daemon->options.state, strerror(-err));
		taken_along_drop(daemon);
	}
	return err == 0;
}

bool execute(struct execution *execution)
{
	const struct plan *plan = execution->plan;
	struct execute_task task = {.execution = execution, .daemon = execution->daemon};
	struct execute_keep *keep = NULL;
	struct execute_memory **memories =
		calloc(plan->step_count + 1, sizeof(struct execute_memory *));
	size_t changes = json_array_size(execution->changes);
	bool done = false;

	execution->outcomes = calloc(plan->step_count + 1, sizeof(*execution->outcomes));
	if (!memories || !execution->outcomes) {
		snprintf(execution->error, sizeof(execution->error), "out of memory");
		free(memories);
		return false;
	}
	if (!execute_prepare(execution, &keep)) {
		execute_keep_free(keep);
		free(memories);
		return false;
	}
	done = execute_steps(&task, plan->steps, plan->step_count, memories,
			     execution->outcomes);
	if (!done) {
		struct execute_task failed = task;

		execute_undo(execution, memories, keep);
		execute_say_failure(execution, &failed);
		while (json_array_size(execution->changes) > changes) {
			json_array_remove(execution->changes, changes);
		}
	}
	if (execution->number != 0 && done && keep) {
		execute_keep_settle(keep);
	} else if (execution->number != 0 && !done) {
		taken_along_drop(execution->daemon);
	}
	for (size_t i = 0; i < plan->step_count; i++) {
		execution->done += execution->outcomes[i] == EXECUTE_DONE;
		free(memories[i]);
	}
	free(memories);
	execute_keep_free(keep);
	return done;
}

void execution_free(struct execution *execution)
{
	free(execution->outcomes);
	execution->outcomes = NULL;
}

const char *execute_outcome_name(enum execute_outcome outcome)
{
	static const char *const names[] = {
		[EXECUTE_SKIPPED] = "skipped",
		[EXECUTE_DONE] = "done",
		[EXECUTE_FAILED] = "failed",
		[EXECUTE_UNDONE] = "undone",
	};

	return names[outcome];
}
