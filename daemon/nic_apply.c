/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NICs with VLAN interfaces: what the plan does with them, and what a former daemon left,
 * by its saved state, or, where that is lost, by the programs that are there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/nic_runtime.h"

/* NICs that carry VLAN interfaces at a time; more are left to --teardown. */
#define NICS_FOUND_MAX 256

/* The VLAN interfaces that a model has on a NIC, as a struct wanted; NULL: no memory. */
static struct wanted *nic_wanted_make(const struct model *model, const char *name)
{
	struct model_bond bond = {0};

	snprintf(bond.interface.name, sizeof(bond.interface.name), "%s", name);
	model_bond_options_init(&bond.options);
	bond.options.mode = BOND_MODE_BALANCE_XOR; /* what the saved state takes */
	return wanted_from_model(model, &bond);
}

static bool model_has_nic(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->vlan_count; i++) {
		if (model->vlans[i].parent_is_nic &&
		    strcmp(model->vlans[i].parent, name) == 0) {
			return true;
		}
	}
	return false;
}

/* NICs that carry something, whoever put it there. */
struct nics_found {
	struct daemon *daemon;
	size_t count;
	uint32_t list[NICS_FOUND_MAX];
};

static void nics_find(struct daemon *daemon, struct nics_found *out)
{
	struct engine_error error;

	*out = (struct nics_found){.daemon = daemon};
	if (engine_nics(daemon->engine, out->list, NICS_FOUND_MAX, &out->count, &error) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s", error.text);
	}
	if (out->count > NICS_FOUND_MAX) {
		out->count = NICS_FOUND_MAX;
	}
}

/* Takes it out of the list: it's somebody's by now. */
static bool nics_found_take(struct nics_found *found, uint32_t ifindex)
{
	for (size_t i = 0; i < found->count; i++) {
		if (found->list[i] == ifindex) {
			found->list[i] = found->list[--found->count];
			return true;
		}
	}
	return false;
}

/* wanted is taken, and NULL where nothing is known; so may state be. */
static void nic_take_over(struct daemon *daemon, const char *name, uint32_t ifindex,
			  const struct nic_state *state, struct wanted *wanted)
{
	static const struct model nothing;
	struct nic_runtime *nic = nic_runtime_get(daemon, name);
	struct engine_error error;
	struct netlink_link link;

	if (!nic || nic->parent.path) {
		wanted_free(wanted);
		return;
	}
	nic_runtime_set_wanted(nic, wanted ? wanted : nic_wanted_make(&nothing, name));
	/* Files that don't speak of it, or are of another folder, don't end it. */
	nic->foreign = !state || strcmp(state->config, daemon->options.config) != 0;
	if (state) {
		nic->saved = state->saved;
		nic->parent.unfinished = state->unfinished;
	}
	if (!nic->wanted || netlink_link_get(daemon->netlink, ifindex, &link) < 0 ||
	    nic_runtime_open_link(nic, &link, NULL, &error) < 0 ||
	    !vlan_parent_reconcile(&nic->parent, !state || state->unfinished)) {
		log_line(LOG_LEVEL_WARNING, "%s can't be taken over: %s bond=%s", name,
			 nic->refused, name);
		nic_runtime_remove(nic, nic->refused);
	}
}

static void nic_on_state(struct nic_state *state, void *context)
{
	struct nics_found *found = context;
	struct wanted *wanted = state->wanted;

	if (!nics_found_take(found, state->ifindex)) {
		/* Nothing of it runs any more. */
		nic_state_forget(found->daemon, state->name);
		return;
	}
	state->wanted = NULL;
	nic_take_over(found->daemon, state->name, state->ifindex, state, wanted);
}

void nics_take_over(struct daemon *daemon)
{
	struct nics_found found;
	struct netlink_link link;

	nics_find(daemon, &found);
	nic_state_read_all(daemon->options.state, nic_on_state, &found);
	/* Those that nobody has saved anything of. What is wanted there is not known. */
	for (size_t i = 0; i < found.count; i++) {
		if (netlink_link_get(daemon->netlink, found.list[i], &link) == 0) {
			nic_take_over(daemon, link.name, link.ifindex, NULL, NULL);
		}
	}
}

int nic_apply_add(struct daemon *daemon, const char *name, const uint8_t *hwaddr,
		  bool *was_down, struct engine_error *error)
{
	static const struct model nothing;
	struct nic_runtime *nic = nic_runtime_get(daemon, name);
	struct wanted *wanted = NULL;

	if (nic && !nic->wanted) {
		wanted = nic_wanted_make(&nothing, name);
		nic_runtime_set_wanted(nic, wanted);
	}
	if (!nic || !nic->wanted) {
		snprintf(error->text, sizeof(error->text), "out of memory");
		return -ENOMEM;
	}
	nic->foreign = false;
	vlan_parent_want_save(&nic->parent);
	return nic_runtime_open(nic, hwaddr, was_down, error);
}

void nics_claim(struct daemon *daemon, const struct model *model)
{
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		if (nic->foreign && model_has_nic(model, nic->parent.name)) {
			nic->foreign = false;
			vlan_parent_want_save(&nic->parent);
		}
	}
}

void nics_remove_idle(struct daemon *daemon)
{
	struct nic_runtime *next;

	for (struct nic_runtime *nic = daemon->nics; nic; nic = next) {
		next = nic->next;
		if (!nic->foreign && nic->wanted && nic->wanted->vlan_count == 0) {
			nic_runtime_remove(nic, "no file has one on it any more");
		}
	}
}

bool nics_add_to_model(const struct daemon *daemon, struct model *model)
{
	for (const struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		if (nic->wanted && !nic->foreign &&
		    !wanted_add_vlans_to_model(nic->wanted, model)) {
			return false;
		}
	}
	return true;
}
