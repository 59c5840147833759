/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/apply.h"

#include <errno.h>
#include <malloc.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_folder.h"
#include "daemon/bond_runtime.h"
#include "daemon/changes.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/nic_runtime.h"
#include "daemon/state.h"

/* What is to become of one bond. */
struct apply_step {
	struct bond_runtime *running; /* NULL: it is to be started */
	struct wanted *wanted;	      /* NULL: the step is done */
};

/* One application of the files. */
struct apply {
	struct daemon *daemon;
	struct changes changes;
	size_t step_count;
	struct apply_step *steps;
};

/* What runs, or ran under the former daemon, as a model: NULL for no memory. */
static struct model *apply_running_model(const struct apply *apply)
{
	struct model *model = model_new();
	bool whole = model != NULL;

	for (struct bond_runtime *bond = apply->daemon->bonds; whole && bond;
	     bond = bond->next) {
		whole = wanted_add_to_model(bond->wanted, model);
	}
	for (struct bond_state *state = apply->daemon->states; whole && state;
	     state = state->next) {
		/* Without the interface there is nothing that could go on. */
		if (if_nametoindex(state->name) != 0) {
			whole = wanted_add_to_model(state->wanted, model);
		}
	}
	if (!whole || !nics_add_to_model(apply->daemon, model)) {
		model_free(model);
		return NULL;
	}
	return model;
}

/* Reads the files into a model that can be applied; NULL: it can't be, and the
 * problem says why. */
static struct model *apply_read(struct apply *apply)
{
	struct problems *problems = &apply->daemon->problems;
	const char *folder = apply->daemon->options.config;
	struct model_problems found = {0};
	struct model *running, *model = NULL;
	int err;

	problems_free(problems);
	err = config_read_folder(folder, apply->daemon->options.dialect, &model, &found);
	if (err < 0) {
		problems_add(problems, NULL, MODEL_ERROR, NULL, "",
			     "%s can't be read: %s; what runs goes on running", folder,
			     strerror(-err));
		return NULL;
	}
	problems_add_model(problems, model, &found);
	running = apply_running_model(apply);
	model_drop_faulty(model, &found);
	if (!running || found.out_of_memory || !model_keep_running(model, &found, running)) {
		problems_add(problems, NULL, MODEL_ERROR, NULL, "",
			     "out of memory; what runs goes on running");
		model_free(model);
		model = NULL;
	}
	model_free(running);
	model_problems_free(&found);
	return model;
}

static void apply_problem(struct apply *apply, const struct model_bond *bond, const char *text)
{
	problems_add(apply->changes.problems, apply->changes.model, MODEL_ERROR,
		     &bond->interface.source, bond->interface.name, "%s", text);
}

/* Makes the step of one bond of the model, with the first half of its change
 * done: the device's, which may be refused. */
static void apply_plan_bond(struct apply *apply, const struct model_bond *bond)
{
	struct bond_runtime *running = bond_runtime_find(apply->daemon, bond->interface.name);
	struct engine_error error;
	struct wanted *wanted;

	if (running) {
		running->configured = true;
	}
	if (bond->options.engine != BOND_ENGINE_EBPF) {
		apply_problem(apply, bond,
			      "engine=kernel is not available in this version; expected "
			      "engine=ebpf");
		return;
	}
	wanted = wanted_from_model(apply->changes.model, bond);
	if (!wanted) {
		apply_problem(apply, bond, "out of memory");
		return;
	}
	if (running && bond_change_device(running, wanted, &error) < 0) {
		apply_problem(apply, bond, error.text);
		wanted_free(wanted);
		return;
	}
	apply->steps[apply->step_count++] =
		(struct apply_step){.running = running, .wanted = wanted};
}

static void apply_remove_unconfigured(struct apply *apply)
{
	struct bond_runtime *next;

	for (struct bond_runtime *bond = apply->daemon->bonds; bond; bond = next) {
		next = bond->next;
		if (!bond->configured) {
			changes_add(&apply->changes, "%s: removed", bond->name);
			bond_runtime_remove(bond, "no file defines it any more");
		}
	}
}

static void apply_start_bond(struct apply *apply, struct apply_step *step)
{
	struct model_interface interface = step->wanted->bond.interface;
	struct engine_error error;
	int err;

	err = bond_runtime_start(apply->daemon, step->wanted,
				 state_find(apply->daemon->states, interface.name), &error,
				 &apply->changes);
	step->wanted = NULL;
	if (err < 0) {
		problems_add(apply->changes.problems, apply->changes.model, MODEL_ERROR,
			     &interface.source, interface.name, "%s", error.text);
	}
}

static void apply_model(struct apply *apply, const struct model *model)
{
	struct daemon *daemon = apply->daemon;

	apply->steps = calloc(model->bond_count + 1, sizeof(*apply->steps));
	if (!apply->steps) {
		problems_add(&daemon->problems, NULL, MODEL_ERROR, NULL, "", "out of memory");
		return;
	}
	apply->changes.model = model;
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		bond->configured = false;
	}
	for (size_t i = 0; i < model->bond_count; i++) {
		apply_plan_bond(apply, &model->bonds[i]);
	}
	apply_remove_unconfigured(apply);
	/* Before any of these NICs becomes a member. */
	nics_remove_unwanted(daemon, model, &apply->changes);
	for (size_t i = 0; i < apply->step_count; i++) {
		struct apply_step *step = &apply->steps[i];

		if (step->running) {
			bond_change_remove(step->running, step->wanted, &apply->changes);
		}
	}
	for (size_t i = 0; i < apply->step_count; i++) {
		struct apply_step *step = &apply->steps[i];

		if (step->running) {
			bond_change_finish(step->running, step->running->wanted, step->wanted,
					   &apply->changes);
		} else {
			apply_start_bond(apply, step);
		}
		daemon_breathe(daemon);
	}
	nics_apply(daemon, model, &apply->changes);
	apply->changes.model = NULL;
	free(apply->steps);
}

/* A bond that the former daemon ran for the same files and that they no longer
 * have. Files of another folder say nothing about it. */
static void apply_remove_leftovers(struct apply *apply, const struct model *model)
{
	struct daemon *daemon = apply->daemon;

	for (struct bond_state *state = apply->daemon->states; state; state = state->next) {
		struct bond_runtime *bond;
		struct engine_error error;
		struct wanted *wanted;

		if (!state->wanted || model_find_bond(model, state->name) ||
		    bond_runtime_find(daemon, state->name) ||
		    strcmp(state->config, daemon->options.config) != 0) {
			continue;
		}
		if (if_nametoindex(state->name) == 0) {
			state_forget(daemon, state->name);
			continue;
		}
		wanted = wanted_copy(state->wanted);
		if (!wanted ||
		    bond_runtime_start(daemon, wanted, state, &error, &apply->changes) < 0) {
			log_line(LOG_LEVEL_ERROR, "%s %s bond=%s", state->name,
				 wanted ? error.text : "out of memory", state->name);
			continue;
		}
		bond = bond_runtime_find(daemon, state->name);
		changes_add(&apply->changes, "%s: removed", state->name);
		bond_runtime_remove(bond, "no file defines it any more");
	}
}

/* Bonds that run without any file that could be read: they are kept alive. */
static void apply_states(struct apply *apply)
{
	struct model *model = apply_running_model(apply);

	if (model) {
		apply_model(apply, model);
		model_free(model);
	}
}

/* A NIC that the files have moved to another bond while no daemon ran was refused
 * if its new bond came first; by now its former one has let it go. */
static void apply_retry_members(struct daemon *daemon)
{
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		bond_members_retry(bond);
		daemon_breathe(daemon);
	}
}

void apply_start(struct daemon *daemon)
{
	struct apply apply = {.daemon = daemon,
			      .changes = {.list = json_array(), .problems = &daemon->problems}};
	struct model *model;

	nics_take_over(daemon);
	model = apply_read(&apply);
	if (model) {
		apply_model(&apply, model);
		apply_remove_leftovers(&apply, model);
		model_free(model);
	} else {
		apply_states(&apply);
	}
	apply_retry_members(daemon);
	problems_log(&daemon->problems, 0);
	state_free(daemon->states);
	daemon->states = NULL;
	json_decref(apply.changes.list);
	/* Reading the files and loading the programs took far more memory than
	 * running does. */
	malloc_trim(0);
}

json_t *apply_reload(struct daemon *daemon)
{
	struct apply apply = {.daemon = daemon,
			      .changes = {.list = json_array(), .problems = &daemon->problems}};
	struct event event = {.name = "reloaded"};
	struct model *model = apply_read(&apply);

	if (model) {
		apply_model(&apply, model);
		model_free(model);
	}
	problems_log(&daemon->problems, 0);
	snprintf(event.text, sizeof(event.text), "files read again: %zu changes, %zu problems",
		 json_array_size(apply.changes.list), daemon->problems.count);
	events_add(&daemon->events, &event);
	log_line(LOG_LEVEL_NOTICE, "%s event=reloaded", event.text);
	malloc_trim(0);
	return apply.changes.list;
}

json_t *apply_down(struct daemon *daemon, const char *name)
{
	json_t *names = json_array();
	struct bond_runtime *next;
	struct nic_runtime *next_nic;

	if (name && !bond_runtime_find(daemon, name) && !nic_runtime_find(daemon, name)) {
		json_decref(names);
		return NULL;
	}
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = next) {
		next = bond->next;
		if (!name || strcmp(bond->name, name) == 0) {
			json_array_append_new(names, json_string(bond->name));
			bond_runtime_remove(bond, "taken down on request");
		}
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = next_nic) {
		next_nic = nic->next;
		if (!name || strcmp(nic->parent.name, name) == 0) {
			json_array_append_new(names, json_string(nic->parent.name));
			nic_runtime_remove(nic, "taken down on request");
		}
	}
	return names;
}
