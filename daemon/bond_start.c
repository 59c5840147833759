/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From nothing to a running bond, or from what a former daemon left behind. A
 * takeover first becomes what the former daemon was, members, buckets and LACP,
 * touching nothing; what the files want instead is a plan's to do.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/ipv6_settings.h"
#include "daemon/log.h"
#include "daemon/nic_find.h"
#include "daemon/poll.h"
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

static void bond_start_unlink(struct bond_runtime *bond)
{
	struct bond_runtime **link = &bond->daemon->bonds;

	while (*link != bond) {
		link = &(*link)->next;
	}
	*link = bond->next;
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
	/* One that took another's place just before the former daemon ended isn't the one
	 * that its state speaks of. */
	bool known = state && state->members[slot].ifindex == ifindex;
	bool named = member->wanted[0] != '\0' && (known || !state || !state->unfinished);
	struct engine_error error;
	struct netlink_link link;

	if (netlink_link_get(bond->daemon->netlink, ifindex, &link) < 0) {
		(void)engine_member_remove(bond->path, slot, &member->saved, &error);
		return;
	}
	if (!named) {
		snprintf(member->wanted, sizeof(member->wanted), "%s", link.name);
	}
	if (known) {
		member->saved = state->members[slot].saved;
	}
	bond_member_take_in(bond, slot, &link, true);
	if (member->ifindex == 0) {
		(void)engine_member_remove(bond->path, slot, &member->saved, &error);
	} else if (!named) {
		bond_start_name_member(bond, slot, &link);
	}
}

/* Whether the slot was given to another NIC after the state was last saved. */
static bool bond_start_is_another(struct bond_runtime *bond, uint32_t saved, uint32_t running)
{
	struct netlink_link link;

	return running != 0 && running != saved &&
	       netlink_link_get(bond->daemon->netlink, running, &link) == 0;
}

static void bond_start_take_members(struct bond_runtime *bond, struct bond_state *state)
{
	struct engine_slot slots[BOND_MEMBERS_MAX];

	engine_bond_slots(bond->path, slots);
	for (uint8_t slot = 0; state && slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_runtime_member *member = &bond->members[slot];

		if (bond_start_is_another(bond, state->members[slot].ifindex,
					  slots[slot].ifindex)) {
			/* What was saved is about the one that it has replaced. */
			state->core.members[slot].present = 0;
			continue;
		}
		memcpy(member->wanted, state->members[slot].wanted, sizeof(member->wanted));
		memcpy(member->name, member->wanted, sizeof(member->name));
	}
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

/* What was saved, but of members that have changed since. */
static void bond_start_state_of_state(const struct bond_runtime *bond,
				      const struct bond_state *state, struct bond_saved *out)
{
	*out = state->core;
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].ifindex != 0 && state->unfinished &&
		    bond->members[slot].ifindex != state->members[slot].ifindex) {
			out->members[slot] = (struct bond_saved_member){0};
		}
	}
}

static void bond_start_restore(struct bond_runtime *bond, const struct bond_state *state)
{
	struct bond_saved saved = {0};

	if (state) {
		bond_start_state_of_state(bond, state, &saved);
	} else {
		bond_start_state_of_path(bond, &saved);
		bond_start_hold(bond);
	}
	if (state || bond->core.config.mode != BOND_MODE_8023AD) {
		bond_restore(&bond->core, &saved, daemon_now_ms(), &bond->daemon->actions);
		bond_runtime_act(bond);
	}
	bond_runtime_check_admin(bond);
	bond_runtime_publish(bond);
	bond_runtime_arm(bond);
}

/* Has what is configured say nothing of members that are not here, nor of VLAN interfaces
 * that the data path doesn't have, and all that are. */
static bool bond_start_reconcile(struct bond_runtime *bond, bool unfinished)
{
	struct wanted *wanted = bond->wanted;

	for (size_t i = wanted->bond.member_count; i-- > 0;) {
		const char *name = wanted->bond.members[i].interface.name;

		if (bond_runtime_slot(bond, name, false) == BOND_NO_MEMBER) {
			wanted_remove_member(wanted, name);
		}
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const char *name = bond->members[slot].wanted;

		if (name[0] && !wanted_find_member(wanted, name) &&
		    !wanted_add_member(wanted, name)) {
			return false;
		}
	}
	if (unfinished) {
		vlan_parent_see_link(bond->daemon, bond->ifindex, &wanted->bond.interface);
	}
	return vlan_parent_reconcile(&bond->parent, unfinished);
}

static bool bond_start_become(struct bond_runtime *bond, struct bond_state *state)
{
	bond_start_take_members(bond, state);
	vlan_parent_list(&bond->parent);
	if (!bond_start_reconcile(bond, !state || state->unfinished)) {
		return false;
	}
	bond_start_restore(bond, state);
	bond_runtime_follow(bond, ENGINE_FOLLOW_ALL);
	bond_runtime_event(bond, "bond_taken_over", NULL,
			   "taken over as it runs, %s saved state", state ? "with" : "without");
	return true;
}

/* What a new one is given before anything is on it. */
static void bond_start_prepare(struct bond_runtime *bond)
{
	const struct model_interface *interface = &bond->wanted->bond.interface;
	char why[IPV6_SETTINGS_ERROR_SIZE];
	int err = 0;

	if (ipv6_settings_apply(bond->daemon, interface, NULL, why) < 0) {
		snprintf(bond->start_error, sizeof(bond->start_error), "%.250s", why);
	}
	if (interface->onboot) {
		err = netlink_link_set_up(bond->daemon->netlink, bond->ifindex, true);
	}
	if (err < 0) {
		snprintf(bond->start_error, sizeof(bond->start_error), "%s can't be set up: %s",
			 bond->name, strerror(-err));
	}
	if (bond->start_error[0]) {
		log_line(LOG_LEVEL_ERROR, "%s bond=%s", bond->start_error, bond->name);
	}
	bond_runtime_event(bond, "bond_added", NULL, "made, %s%s",
			   bond_mode_name(bond->wanted->bond.options.mode),
			   interface->onboot ? "" : ", left down: ONBOOT=no");
	bond_runtime_check_admin(bond);
}

/* An application that was broken off may have changed what the engine is told. */
static void bond_start_assert_device(struct bond_runtime *bond)
{
	struct engine_bond_spec spec;
	struct engine_error error;

	bond_runtime_spec(&bond->wanted->bond, NULL, &spec);
	if (engine_bond_change(bond->path, &spec, &error) < 0) {
		log_line(LOG_LEVEL_WARNING, "%s bond=%s", error.text, bond->name);
	}
}

/* Before there is anything: whoever comes after us if this is broken off must know whose
 * it is. */
static void bond_start_announce(struct bond_runtime *bond)
{
	static const uint8_t no_mac[6];
	struct wanted *ahead = wanted_copy(bond->wanted);
	struct bond_config config;

	if (ahead) {
		bond_runtime_config(&bond->wanted->bond.options, &config);
		bond_init(&bond->core, &config, no_mac);
		state_write_ahead(bond, ahead);
	}
	wanted_free(ahead);
}

/* Makes it or takes it over. wanted is taken in any case: what is configured, if there
 * turns out to be something. */
static int bond_start(struct daemon *daemon, struct wanted *wanted, struct bond_state *state,
		      struct engine_error *error)
{
	struct bond_runtime *bond = bond_runtime_new(daemon, wanted);
	struct engine_bond_spec spec;
	bool taken_over, is_new = !state && if_nametoindex(wanted->bond.interface.name) == 0;
	int err;

	if (!bond) {
		snprintf(error->text, sizeof(error->text), "out of memory");
		return -ENOMEM;
	}
	if (is_new) {
		bond_start_announce(bond);
	}
	bond_runtime_spec(&wanted->bond, NULL, &spec);
	err = engine_bond_open(daemon->engine, &spec, &bond->path, &taken_over, error);
	if (err < 0 && is_new) {
		state_forget(daemon, bond->name);
	}
	if (err < 0) {
		bond_runtime_free(bond);
		return err;
	}
	err = bond_start_core(bond);
	if (err < 0) {
		snprintf(error->text, sizeof(error->text), "%s vanished: %s", bond->name,
			 strerror(-err));
		bond_runtime_free(bond);
		return err;
	}
	bond->parent.unfinished = state && state->unfinished;
	bond_start_append(bond);
	if (taken_over && !bond_start_become(bond, state)) {
		snprintf(error->text, sizeof(error->text), "out of memory");
		bond_start_unlink(bond);
		bond_runtime_free(bond);
		return -ENOMEM;
	}
	if (!taken_over) {
		wanted_clear(wanted);
		bond_start_prepare(bond);
	} else if (!state || state->unfinished) {
		bond_start_assert_device(bond);
	}
	poll_update(daemon);
	/* At once: whoever takes over from us must know what to restore. */
	state_write(bond);
	if (engine_bond_keep(bond->path, error) < 0) {
		log_line(LOG_LEVEL_WARNING, "%s bond=%s", error->text, bond->name);
	}
	return 0;
}

int bond_runtime_make(struct daemon *daemon, const struct model_bond *wanted,
		      struct engine_error *error)
{
	struct wanted *own = wanted_from_bond(wanted);

	if (!own) {
		snprintf(error->text, sizeof(error->text), "out of memory");
		return -ENOMEM;
	}
	return bond_start(daemon, own, NULL, error);
}

int bond_runtime_take_over(struct daemon *daemon, const struct model_bond *wanted,
			   struct bond_state *state, struct engine_error *error)
{
	struct wanted *own = state ? state->wanted : wanted_from_bond(wanted);

	if (state) {
		state->wanted = NULL;
	}
	if (!own) {
		snprintf(error->text, sizeof(error->text), "out of memory");
		return -ENOMEM;
	}
	return bond_start(daemon, own, state, error);
}
