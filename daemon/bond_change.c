/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From one configuration to another, in three steps: the device (which may be
 * refused, and then nothing has changed), what goes, what comes. apply.c takes
 * each step for all bonds before the next, so that a member or a VLAN interface
 * can move from one bond to another.
 */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/changes.h"
#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/log.h"
#include "daemon/poll.h"
#include "daemon/state.h"

void bond_runtime_spec(const struct wanted *wanted, const struct wanted *before,
		       struct engine_bond_spec *out)
{
	const struct model_interface *interface = &wanted->bond.interface;

	*out = (struct engine_bond_spec){.policy = wanted->bond.options.xmit_hash_policy,
					 .hook = wanted->bond.options.transmit_hook,
					 .mtu = interface->mtu};
	memcpy(out->name, interface->name, sizeof(out->name));
	if (interface->has_mac) {
		memcpy(out->mac, interface->mac, sizeof(out->mac));
	}
	/* A file that no longer asks for an MTU asks for the usual one. */
	if (before && before->bond.interface.mtu != 0 && interface->mtu == 0) {
		out->mtu = WANTED_MTU_DEFAULT;
	}
}

static bool bond_spec_equal(const struct engine_bond_spec *a, const struct engine_bond_spec *b)
{
	return a->policy == b->policy && a->hook == b->hook && a->mtu == b->mtu &&
	       memcmp(a->mac, b->mac, sizeof(a->mac)) == 0;
}

int bond_change_device(struct bond_runtime *bond, const struct wanted *wanted,
		       struct engine_error *error)
{
	struct engine_bond_spec now, then;
	int err;

	bond_runtime_spec(bond->wanted, NULL, &now);
	bond_runtime_spec(wanted, bond->wanted, &then);
	if (bond_spec_equal(&now, &then)) {
		return 0;
	}
	err = engine_bond_change(bond->path, &then, error);
	if (err == 0) {
		bond_runtime_follow(bond);
	}
	return err;
}

void bond_change_remove(struct bond_runtime *bond, const struct wanted *wanted,
			struct changes *changes)
{
	vlan_parent_remove_unwanted(&bond->parent, wanted, changes);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_runtime_member *member = &bond->members[slot];

		if (!member->wanted[0] || wanted_find_member(wanted, member->wanted)) {
			continue;
		}
		changes_add(changes, "%s: member %s removed", bond->name, member->name);
		bond_member_leave(bond, slot, "no file names it as a member any more");
		member->wanted[0] = '\0';
		member->name[0] = '\0';
	}
}

/* What the callbacks below have to know. */
struct bond_change_context {
	struct bond_runtime *bond;
	struct changes *changes;
	const struct model_interface *interface;
};

static void bond_change_on_option(const char *option, const char *from, const char *to,
				  void *context)
{
	struct bond_change_context *c = context;

	changes_add(c->changes, "%s: %s %s -> %s", c->bond->name, option, from, to);
	log_line(LOG_LEVEL_NOTICE, "%s %s %s -> %s bond=%s event=reloaded", c->bond->name,
		 option, from, to, c->bond->name);
}

static void bond_change_on_address(const struct address *address, bool added, int err,
				   void *context)
{
	struct bond_change_context *c = context;
	char text[ADDRESS_TEXT_SIZE];

	address_text(address, text);
	if (err < 0) {
		problems_add(c->changes->problems, c->changes->model, MODEL_ERROR,
			     &c->interface->source, c->bond->name, "%s could not be %s %s: %s",
			     text, added ? "put on" : "removed from", c->bond->name,
			     strerror(-err));
		return;
	}
	changes_add(c->changes, "%s: address %s %s", c->bond->name, text,
		    added ? "added" : "removed");
}

/* The mode may be another one now. */
static void bond_change_socket(struct bond_runtime *bond)
{
	if (bond->core.config.mode != BOND_MODE_8023AD) {
		bond_socket_close(bond);
		return;
	}
	if (bond->socket >= 0) {
		return;
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].ifindex != 0 && bond_socket_join(bond, slot) < 0) {
			bond_member_let_go(bond, slot, "no socket for its LACPDUs");
		}
	}
}

static void bond_change_options(struct bond_runtime *bond, const struct wanted *before,
				const struct wanted *wanted, struct changes *changes)
{
	struct bond_change_context context = {.bond = bond, .changes = changes};
	struct bond_event event = {.type = BOND_EVENT_CONFIGURE};
	struct bond_config config;

	if (!before ||
	    wanted_differences(before, wanted, bond_change_on_option, &context) == 0) {
		return;
	}
	bond_runtime_config(&wanted->bond.options, &config);
	event.config = &config;
	bond_runtime_input(bond, &event);
	bond_change_socket(bond);
}

static void bond_change_members(struct bond_runtime *bond, const struct wanted *before,
				struct changes *changes)
{
	const struct model_bond *wanted = &bond->wanted->bond;

	for (size_t i = 0; i < wanted->member_count; i++) {
		const char *name = wanted->members[i].interface.name;
		uint8_t slot = bond_runtime_slot(bond, name, true);

		if (slot == BOND_NO_MEMBER) {
			problems_add(changes->problems, changes->model, MODEL_ERROR,
				     &wanted->members[i].interface.source, bond->name,
				     "no slot is free for member %s; a bond has at most %d",
				     name, BOND_MEMBERS_MAX);
			continue;
		}
		if (before && !wanted_find_member(before, name)) {
			changes_add(changes, "%s: member %s added", bond->name, name);
		}
		bond->members[slot].refused[0] = '\0';
		bond_member_verify(bond, slot);
		bond_member_look(bond, slot);
		daemon_breathe(bond->daemon);
	}
}

static void bond_change_set_up(struct bond_runtime *bond, const struct wanted *before,
			       struct changes *changes)
{
	int err;

	if (!bond->wanted->bond.interface.onboot || (before && before->bond.interface.onboot)) {
		return;
	}
	err = netlink_link_set_up(bond->daemon->netlink, bond->ifindex, true);
	if (err < 0) {
		problems_add(changes->problems, changes->model, MODEL_ERROR,
			     &bond->wanted->bond.interface.source, bond->name,
			     "%s could not be set up: %s", bond->name, strerror(-err));
	}
	bond_runtime_check_admin(bond);
}

void bond_change_finish(struct bond_runtime *bond, const struct wanted *before,
			struct wanted *wanted, struct changes *changes)
{
	struct bond_change_context context = {
		.bond = bond, .changes = changes, .interface = &wanted->bond.interface};
	struct wanted *old = bond->wanted;

	bond_change_options(bond, before, wanted, changes);
	bond->wanted = wanted;
	bond_change_members(bond, before, changes);
	bond_change_set_up(bond, before, changes);
	addresses_apply(bond->daemon->netlink, bond->ifindex, &bond->addresses,
			&wanted->bond.interface, bond_change_on_address, &context);
	vlan_parent_apply(&bond->parent, before, wanted, changes);
	poll_update(bond->daemon);
	bond_runtime_want_save(bond);
	if (old != wanted) {
		wanted_free(old);
	}
}

void bond_runtime_remove(struct bond_runtime *bond, const char *why)
{
	struct daemon *daemon = bond->daemon;
	struct bond_runtime **link = &daemon->bonds;
	struct bond_event event = {.type = BOND_EVENT_ADMIN, .up = false};
	struct engine_error error;

	dhcp_stop_parent(&bond->parent);
	bond_runtime_release_hold(bond);
	bond_runtime_input(bond, &event);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		bond_member_let_go(bond, slot, why);
	}
	vlan_parent_remove_all(&bond->parent);
	if (engine_bond_destroy(bond->path, &error) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s bond=%s", bond->name, error.text, bond->name);
	}
	bond->path = NULL;
	bond->parent.path = NULL;
	state_forget(daemon, bond->name);
	bond_runtime_event(bond, "bond_removed", NULL, "removed: %s", why);
	while (*link != bond) {
		link = &(*link)->next;
	}
	*link = bond->next;
	bond_runtime_free(bond);
	poll_update(daemon);
}
