/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From nothing to a running bond, or from what a former daemon left behind. A
 * takeover first becomes what the former daemon was, members, buckets and LACP,
 * touching nothing, and then changes to what the files want as a reload does.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/changes.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/nic_find.h"
#include "daemon/state.h"

/* How long what was found running without saved state is left alone while LACP
 * starts afresh: a partner that asks for the slow rate is heard at once, since
 * our first LACPDU shows it that something has changed. */
#define BOND_HOLD_TIME_US (10 * 1000000ULL)

static void bond_start_append(struct bond_runtime *bond)
{
	struct bond_runtime **link = &bond->daemon->bonds;

	while (*link) {
		link = &(*link)->next;
	}
	*link = bond;
}

/* The bond's own device as the core has to know it. */
static int bond_start_core(struct bond_runtime *bond)
{
	struct bond_config config;
	struct netlink_link link;
	int err;

	bond->ifindex = engine_bond_ifindex(bond->path);
	bond->parent.path = bond->path;
	bond->parent.ifindex = bond->ifindex;
	err = netlink_link_get(bond->daemon->netlink, bond->ifindex, &link);
	if (err < 0) {
		return err;
	}
	bond_runtime_config(&bond->wanted->bond.options, &config);
	bond_init(&bond->core, &config, link.mac);
	return 0;
}

/* Whose NIC it is by the files, where nothing says whose it was. */
static void bond_start_name_member(struct bond_runtime *bond, uint8_t slot,
				   const struct netlink_link *link)
{
	const struct model_bond *wanted = &bond->wanted->bond;
	uint8_t mac[6];

	if (wanted_find_member(bond->wanted, link->name)) {
		return;
	}
	nic_own_mac(bond->daemon, link, mac);
	for (size_t i = 0; i < wanted->member_count; i++) {
		const struct model_member *member = &wanted->members[i];
		const char *name = member->interface.name;

		if (member->has_hwaddr && memcmp(member->hwaddr, mac, sizeof(mac)) == 0 &&
		    bond_runtime_slot(bond, name, false) == BOND_NO_MEMBER) {
			memcpy(bond->members[slot].wanted, name,
			       sizeof(bond->members[slot].wanted));
			return;
		}
	}
}

/* The NIC that the data path has in the slot becomes its member again. */
static void bond_start_take_member(struct bond_runtime *bond, uint8_t slot, uint32_t ifindex,
				   const struct bond_state *state)
{
	struct bond_runtime_member *member = &bond->members[slot];
	bool named = member->wanted[0] != '\0';
	struct engine_error error;
	struct netlink_link link;

	if (netlink_link_get(bond->daemon->netlink, ifindex, &link) < 0) {
		(void)engine_member_remove(bond->path, slot, &member->saved, &error);
		return;
	}
	if (!named) {
		snprintf(member->wanted, sizeof(member->wanted), "%s", link.name);
	}
	if (state && state->members[slot].ifindex == ifindex) {
		member->saved = state->members[slot].saved;
	}
	bond_member_take_in(bond, slot, &link, true);
	if (member->ifindex == 0) {
		(void)engine_member_remove(bond->path, slot, &member->saved, &error);
	} else if (!named) {
		bond_start_name_member(bond, slot, &link);
	}
}

static void bond_start_take_members(struct bond_runtime *bond, const struct bond_state *state)
{
	struct engine_slot slots[BOND_MEMBERS_MAX];

	for (uint8_t slot = 0; state && slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_runtime_member *member = &bond->members[slot];

		memcpy(member->wanted, state->members[slot].wanted, sizeof(member->wanted));
		memcpy(member->name, member->wanted, sizeof(member->name));
	}
	engine_bond_slots(bond->path, slots);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (slots[slot].ifindex != 0) {
			bond_start_take_member(bond, slot, slots[slot].ifindex, state);
		}
	}
}

static int bond_start_on_hold_end(sd_event_source *source, uint64_t time_us, void *user)
{
	struct bond_runtime *bond = user;

	(void)source;
	(void)time_us;
	bond_runtime_release_hold(bond);
	bond_runtime_publish(bond);
	return 0;
}

/* Without saved state LACP starts afresh, and until it has come to a result
 * the running buckets are the best that is known. */
static void bond_start_hold(struct bond_runtime *bond)
{
	if (bond->core.config.mode != BOND_MODE_8023AD ||
	    sd_event_add_time_relative(bond->daemon->loop, &bond->hold_source, CLOCK_MONOTONIC,
				       BOND_HOLD_TIME_US, 0, bond_start_on_hold_end,
				       bond) < 0) {
		return;
	}
	bond->held = true;
	log_line(LOG_LEVEL_WARNING,
		 "%s runs, but no state of it was saved: LACP starts afresh, the buckets stay "
		 "until it has formed bond=%s",
		 bond->name, bond->name);
}

/* Static balancing has no state but its buckets, and those can be read. */
static void bond_start_state_of_path(struct bond_runtime *bond, struct bond_saved *out)
{
	memset(out, 0, sizeof(*out));
	engine_bond_buckets(bond->path, &out->table);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_saved_member *member = &out->members[slot];

		if (bond->members[slot].ifindex != 0) {
			member->present = 1;
			member->port = (uint16_t)(slot + 1);
			member->joined = slot;
			member->link_up = bond->members[slot].carrier;
		}
	}
}

static void bond_start_restore(struct bond_runtime *bond, const struct bond_state *state)
{
	struct bond_saved of_path = {0};
	const struct bond_saved *saved = state ? &state->core : &of_path;

	if (!state) {
		bond_start_state_of_path(bond, &of_path);
		bond_start_hold(bond);
	}
	if (state || bond->core.config.mode != BOND_MODE_8023AD) {
		bond_restore(&bond->core, saved, daemon_now_ms(), &bond->daemon->actions);
		bond_runtime_act(bond);
	}
	bond_runtime_check_admin(bond);
	bond_runtime_publish(bond);
	bond_runtime_arm(bond);
}

static void bond_start_take_over(struct bond_runtime *bond, const struct bond_state *state)
{
	bond_start_take_members(bond, state);
	if (state) {
		state_take_addresses(state, bond->name, &bond->addresses);
	}
	vlan_parent_take_over(&bond->parent, state ? state->addresses : NULL);
	bond_start_restore(bond, state);
	bond_runtime_follow(bond);
	bond_runtime_event(bond, "bond_taken_over", NULL,
			   "taken over as it runs, %s saved state", state ? "with" : "without");
}

/* From what was taken over to what the files want. A device that can't be
 * changed goes on as it is: better a server with yesterday's MTU than none. */
static void bond_start_change(struct bond_runtime *bond, struct wanted *wanted, bool known,
			      struct changes *changes)
{
	struct engine_bond_spec spec;
	struct engine_error error;
	int err;

	if (known) {
		err = bond_change_device(bond, wanted, &error);
	} else {
		bond_runtime_spec(wanted, NULL, &spec);
		err = engine_bond_change(bond->path, &spec, &error);
	}
	if (err < 0) {
		problems_add(changes->problems, changes->model, MODEL_ERROR,
			     &wanted->bond.interface.source, bond->name, "%s", error.text);
		if (known) {
			wanted_free(wanted);
			bond_change_finish(bond, bond->wanted, bond->wanted, changes);
			return;
		}
	}
	bond_change_remove(bond, wanted, changes);
	bond_change_finish(bond, known ? bond->wanted : NULL, wanted, changes);
}

int bond_runtime_start(struct daemon *daemon, struct wanted *wanted, struct bond_state *state,
		       struct engine_error *error, struct changes *changes)
{
	struct bond_runtime *bond;
	struct wanted *now = wanted;
	struct engine_bond_spec spec;
	bool taken_over;
	int err;

	bond = bond_runtime_new(daemon, wanted);
	if (!bond) {
		snprintf(error->text, sizeof(error->text), "out of memory");
		return -ENOMEM;
	}
	bond_runtime_spec(wanted, NULL, &spec);
	err = engine_bond_open(daemon->engine, &spec, &bond->path, &taken_over, error);
	if (err < 0) {
		bond_runtime_free(bond);
		return err;
	}
	if (!taken_over) {
		state = NULL;
	}
	if (state) {
		now = state->wanted;
		state->wanted = NULL;
		bond->wanted = now;
	}
	err = bond_start_core(bond);
	if (err < 0) {
		snprintf(error->text, sizeof(error->text), "%s vanished: %s", bond->name,
			 strerror(-err));
		if (now != wanted) {
			wanted_free(wanted);
		}
		bond_runtime_free(bond);
		return err;
	}
	bond_start_append(bond);
	if (taken_over) {
		bond_start_take_over(bond, state);
		bond_start_change(bond, wanted, now != wanted, changes);
	} else {
		bond_runtime_event(bond, "bond_added", NULL, "made, %s%s",
				   bond_mode_name(wanted->bond.options.mode),
				   wanted->bond.interface.onboot ? ""
								 : ", left down: ONBOOT=no");
		changes_add(changes, "%s: made", bond->name);
		bond_change_finish(bond, NULL, wanted, changes);
	}
	/* At once: whoever takes over from us must know what to restore. */
	state_write(bond);
	return 0;
}
