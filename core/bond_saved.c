// SPDX-License-Identifier: BSD-2-Clause
/*
 * A bond over a restart of the daemon: bond_save and bond_restore. What comes
 * back is checked here and in lacp_saved.c, for it may have been damaged or
 * have been written for other members.
 */
#include <string.h>

#include "core/bond_internal.h"

void bond_save(const struct bond *bond, time_ms now, struct bond_saved *out)
{
	const struct lacp_lag *lag = &bond->lacp.aggregator;

	memset(out, 0, sizeof(*out));
	out->saved_at = now;
	out->admin_up = bond->admin_up;
	out->joined_next = bond->joined_next;
	out->lacp.valid = lag->valid;
	out->lacp.individual = lag->individual;
	out->lacp.without_partner = lag->without_partner;
	out->lacp.actor_key = lag->actor_key;
	out->lacp.partner_system_priority = lag->partner_system_priority;
	memcpy(out->lacp.partner_system, lag->partner_system, sizeof(lag->partner_system));
	out->lacp.partner_key = lag->partner_key;
	out->lacp.port = lag->port;
	out->table = bond->table;
	for (size_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const struct bond_member *member = &bond->members[slot];
		struct bond_saved_member *saved = &out->members[slot];

		if (!member->present) {
			continue;
		}
		saved->present = true;
		saved->port = member->info.port;
		saved->joined = member->joined;
		saved->link_failures = member->link_failures;
		saved->link_up = link_monitor_usable(&member->monitor);
		lacp_port_save(&member->lacp, now, &saved->lacp);
	}
}

bool bond_saved_speak(struct bond_saved *saved, uint8_t slot, const uint8_t mac[6], time_ms now,
		      struct bond_frame *out)
{
	struct bond_saved_member *member = &saved->members[slot];
	time_ms elapsed_ms = now > saved->saved_at ? now - saved->saved_at : 0;

	for (size_t i = 0; i < BOND_MEMBERS_MAX; i++) {
		lacp_port_saved_age(&saved->members[i].lacp, elapsed_ms);
	}
	saved->saved_at = now;
	if (member->present == 0 || member->link_up == 0 || saved->admin_up == 0 ||
	    !lacp_port_saved_speak(&member->lacp, mac, out->data)) {
		return false;
	}
	out->slot = slot;
	out->size = LACP_FRAME_SIZE;
	return true;
}

static void aggregator_restore(struct lacp_lag *lag, const struct lacp_system_saved *saved)
{
	memset(lag, 0, sizeof(*lag));
	lag->valid = saved->valid != 0;
	lag->individual = saved->individual != 0;
	lag->without_partner = saved->without_partner != 0;
	lag->actor_key = saved->actor_key;
	lag->partner_system_priority = saved->partner_system_priority;
	memcpy(lag->partner_system, saved->partner_system, sizeof(lag->partner_system));
	lag->partner_key = saved->partner_key;
	lag->port = saved->port;
}

/* The slot that the saved one's member has now, BOND_NO_MEMBER if it is gone. */
static uint8_t slot_of(const struct bond *bond, const struct bond_saved_member *saved)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const struct bond_member *member = &bond->members[slot];

		if (saved->present != 0 && member->present &&
		    member->info.port == saved->port) {
			return slot;
		}
	}
	return BOND_NO_MEMBER;
}

static void member_restore(struct bond_member *member, const struct bond_saved_member *saved,
			   time_ms now, time_ms elapsed_ms)
{
	member->link_failures = saved->link_failures;
	lacp_port_restore_counters(&member->lacp, &saved->lacp, now, elapsed_ms);
	if (saved->link_up == 0) {
		return;
	}
	if (!member->info.carrier) {
		member->link_failures++;
		return;
	}
	member->monitor.state = LINK_UP;
	member->monitor.carrier = true;
	member->monitor.deadline = TIME_NEVER;
	lacp_port_restore(&member->lacp, &saved->lacp, now, elapsed_ms);
}

/* Members that are new come after those that were there. The numbers are given
 * anew: what was saved says only who came before whom. */
static void joined_restore(struct bond *bond, const struct bond_saved *saved,
			   const uint8_t slots[BOND_MEMBERS_MAX])
{
	uint8_t order[BOND_MEMBERS_MAX];
	size_t count = bond_joining_order(bond, order);
	bool placed[BOND_MEMBERS_MAX] = {false};
	uint32_t joined = 0;

	for (size_t turn = 0; turn < BOND_MEMBERS_MAX; turn++) {
		size_t first = BOND_MEMBERS_MAX;

		for (size_t i = 0; i < BOND_MEMBERS_MAX; i++) {
			if (slots[i] == BOND_NO_MEMBER || placed[slots[i]]) {
				continue;
			}
			if (first == BOND_MEMBERS_MAX ||
			    saved->members[i].joined < saved->members[first].joined) {
				first = i;
			}
		}
		if (first < BOND_MEMBERS_MAX) {
			placed[slots[first]] = true;
			bond->members[slots[first]].joined = joined++;
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (!placed[order[i]]) {
			bond->members[order[i]].joined = joined++;
		}
	}
	bond->joined_next = joined;
}

/* The buckets with the slots of now. */
static void table_restore(struct bond *bond, const struct bond_saved *saved,
			  const uint8_t slots[BOND_MEMBERS_MAX])
{
	bucket_table_init(&bond->table);
	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		uint8_t slot = saved->table.slot[i];

		if (slot < BOND_MEMBERS_MAX) {
			bond->table.slot[i] = slots[slot];
		}
	}
}

void bond_restore(struct bond *bond, const struct bond_saved *saved, time_ms now,
		  struct bond_actions *out)
{
	struct bond_published before;
	struct lacp_step step;
	time_ms elapsed_ms = now > saved->saved_at ? now - saved->saved_at : 0;
	uint8_t slots[BOND_MEMBERS_MAX];

	bond_step_init(bond, &step, out, false, now);
	bond_published_take(bond, &before);
	before.unknown = true;
	bond->admin_up = saved->admin_up != 0;
	aggregator_restore(&bond->lacp.aggregator, &saved->lacp);
	for (size_t i = 0; i < BOND_MEMBERS_MAX; i++) {
		slots[i] = slot_of(bond, &saved->members[i]);
		if (slots[i] != BOND_NO_MEMBER) {
			struct bond_member *member = &bond->members[slots[i]];

			member_restore(member, &saved->members[i], now, elapsed_ms);
			step.slot = slots[i];
			lacp_port_refresh(&member->lacp, &member->info, &step);
		}
	}
	joined_restore(bond, saved, slots);
	table_restore(bond, saved, slots);
	bond_settle(bond, &step, BOND_NO_MEMBER, NULL, &before);
}
