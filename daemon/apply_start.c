/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The start: what a former daemon left is taken over as it runs, all of it, before
 * anything is changed, so that a NIC or a VLAN interface can move from one bond to
 * another; then the files are applied as ever. And the end of a bond by command.
 */
#include <errno.h>
#include <malloc.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/apply_internal.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/nic_runtime.h"
#include "daemon/observe.h"
#include "daemon/state.h"
#include "daemon/transaction.h"
#include "daemon/vlan_parent.h"

static void apply_take_over(struct daemon *daemon, const char *name,
			    const struct model_bond *wanted, struct bond_state *state)
{
	struct engine_error error;

	if (bond_runtime_find(daemon, name) || if_nametoindex(name) == 0) {
		return;
	}
	/* One that isn't ours is refused when the plan comes to make the bond. */
	if (bond_runtime_take_over(daemon, wanted, state, &error) < 0) {
		log_line(LOG_LEVEL_INFO, "%s is not taken over: %s bond=%s", name, error.text,
			 name);
	}
	daemon_breathe(daemon);
}

/* In the order of the files, then what no file has any more. Files of another folder say
 * nothing about a bond that these files don't know. */
static void apply_take_over_all(struct apply *apply, const struct model *files)
{
	struct daemon *daemon = apply->daemon;

	for (size_t i = 0; files && i < files->bond_count; i++) {
		const struct model_bond *bond = &files->bonds[i];

		apply_take_over(daemon, bond->interface.name, bond,
				state_find(daemon->states, bond->interface.name));
	}
	for (struct bond_state *state = daemon->states; state; state = state->next) {
		if (state->wanted &&
		    (!files || strcmp(state->config, daemon->options.config) == 0)) {
			apply_take_over(daemon, state->name, NULL, state);
		}
	}
}

/* Bonds that somebody removed while no daemon ran. Their rules outlived them. */
static void apply_forget_states(struct daemon *daemon)
{
	for (struct bond_state *state = daemon->states; state; state = state->next) {
		if (!state->wanted || if_nametoindex(state->name) != 0 ||
		    strcmp(state->config, daemon->options.config) != 0) {
			continue;
		}
		interface_remove_rules(daemon, &state->wanted->bond.interface);
		for (size_t i = 0; i < state->wanted->vlan_count; i++) {
			interface_remove_rules(daemon, &state->wanted->vlans[i].interface);
		}
		if (!bond_runtime_find(daemon, state->name)) {
			state_forget(daemon, state->name);
		}
	}
}

/* A NIC that was refused may be free by now. */
static void apply_retry_members(struct daemon *daemon)
{
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		bond_members_retry(bond);
		daemon_breathe(daemon);
	}
}

/* The bonds that the files have, faulty or not, before anything runs. */
static const struct configuration *apply_configuration_of_files(struct daemon *daemon)
{
	const struct daemon_options *options = &daemon->options;
	const struct configuration *files = NULL;

	if (config_texts_read(options->config, options->dialect, NULL, &daemon->texts) == 0) {
		(void)configuration_get(&daemon->configurations, &daemon->texts,
					options->dialect, &files);
	}
	return files;
}

void apply_start(struct daemon *daemon)
{
	struct apply_request request = {.texts = transactions_start_texts(daemon),
					.skip_probe = true};
	struct apply *apply = apply_new(daemon, &request);
	const struct configuration *files;
	struct model *ran;

	if (!apply) {
		problems_add(&daemon->problems, NULL, MODEL_ERROR, NULL, "", "out of memory");
		return;
	}
	apply->starts = true;
	nics_take_over(daemon);
	files = apply_configuration_of_files(daemon);
	apply_take_over_all(apply, files ? files->model : NULL);
	configuration_give_back(files);
	apply_forget_states(daemon);
	ran = transactions_start_former(daemon);
	request.ran = ran;
	if (apply_read(apply, &request) == 0 && apply_plan(apply) == 0) {
		apply_probe_later(apply);
		apply_execute(apply);
	}
	if (apply->code) {
		problems_add(&apply->problems, NULL, MODEL_ERROR, NULL, "", "%s", apply->error);
	}
	apply_keep(apply);
	apply_free(apply);
	model_free(ran);
	apply_retry_members(daemon);
	problems_log(&daemon->problems, 0);
	state_free(daemon->states);
	daemon->states = NULL;
	/* Reading the files and loading the programs took far more memory than
	 * running does. */
	malloc_trim(0);
}

/* --- the end of a bond */

/* What was applied, without one bond or any (NULL). */
static struct model *apply_model_without(struct daemon *daemon, const char *name)
{
	struct model *model = model_new();

	for (struct bond_runtime *bond = daemon->bonds; model && bond; bond = bond->next) {
		if (name && strcmp(bond->name, name) != 0 &&
		    !wanted_add_to_model(bond->wanted, model)) {
			model_free(model);
			model = NULL;
		}
	}
	for (struct nic_runtime *nic = daemon->nics; model && nic; nic = nic->next) {
		if (name && strcmp(nic->parent.name, name) != 0 && nic->wanted &&
		    !nic->foreign && !wanted_add_vlans_to_model(nic->wanted, model)) {
			model_free(model);
			model = NULL;
		}
	}
	return model;
}

static void apply_take_down(struct daemon *daemon, const char *name)
{
	struct apply_request request = {.skip_probe = true};
	struct apply *apply = apply_new(daemon, &request);

	if (!apply) {
		return;
	}
	apply->running = observe_applied(daemon);
	apply->own_wanted = apply_model_without(daemon, name);
	apply->wanted = apply->own_wanted;
	if (apply->running && apply->wanted &&
	    plan_make(apply->running, apply->wanted, NULL, &apply->plan)) {
		apply_execute(apply);
	}
	problems_log(&apply->problems, 0);
	apply_free(apply);
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
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		if (!name || strcmp(bond->name, name) == 0) {
			json_array_append_new(names, json_string(bond->name));
		}
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		if (!name || strcmp(nic->parent.name, name) == 0) {
			json_array_append_new(names, json_string(nic->parent.name));
		}
	}
	apply_take_down(daemon, name);
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = next) {
		next = bond->next;
		if (!name || strcmp(bond->name, name) == 0) {
			bond_runtime_remove(bond, "taken down on request");
		}
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = next_nic) {
		next_nic = nic->next;
		if (!name || strcmp(nic->parent.name, name) == 0) {
			nic_runtime_remove(nic, "taken down on request");
		}
	}
	return names;
}
