/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/poll.h"

#include <stdbool.h>
#include <stdlib.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/nic_runtime.h"

/* A driver is asked for the link's carrier at least, and for a speed that it didn't
 * know yet about, this often. */
#define POLL_DRIVER_INTERVAL_US	  1000000ULL

/* Some of what is done to a bond makes no news: a macvlan in another network
 * namespace adds its address silently, and the members must then take frames to
 * it. So the bond is looked at once a second, less often the more VLAN
 * interfaces it has, since each of these is looked at too. A bond without
 * miimon is polled for this alone. */
#define POLL_FOLLOW_INTERVAL_MS	  1000
#define POLL_FOLLOW_PER_VLAN_US	  20000ULL
#define POLL_REPAIR_PER_MEMBER_US 10000ULL

struct poll_group {
	struct daemon *daemon;
	struct poll_group *next;
	uint32_t interval_ms;
	uint64_t due_us;
	uint64_t driver_asked_us;
	bool used;
	sd_event_source *timer;
};

/* The members that the kernel says are as they were, all asked at once. One that
 * differs is for its driver to say, and so is each once a second: the note that
 * the kernel keeps may come later than the driver's own knowledge. With
 * use_carrier=0 the driver alone is believed. */
static uint32_t poll_unchanged(struct bond_runtime *bond)
{
	uint32_t known, carriers, before = 0;

	if (!bond->wanted->bond.options.use_carrier) {
		return 0;
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		before |= (uint32_t)bond->members[slot].carrier << slot;
	}
	engine_bond_carriers(bond->path, &known, &carriers);
	return known & ~(carriers ^ before);
}

static void poll_bond(struct bond_runtime *bond, bool each_second)
{
	uint32_t unchanged = each_second ? 0 : poll_unchanged(bond);

	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].ifindex == 0) {
			continue;
		}
		if (!(unchanged >> slot & 1)) {
			bond_member_check_carrier(bond, slot);
		}
		if (each_second && bond->members[slot].carrier &&
		    bond->core.members[slot].info.speed_mbps == 0) {
			bond_member_check_speed(bond, slot);
		}
	}
}

/* Each member's program is asked for, so with hundreds of them each bond has its
 * turn less often. */
static void poll_repair(struct bond_runtime *bond, uint64_t now_us)
{
	uint64_t members = 0;

	for (struct bond_runtime *each = bond->daemon->bonds; each; each = each->next) {
		members += each->wanted->bond.member_count;
	}
	if (now_us - bond->repaired_us >= members * POLL_REPAIR_PER_MEMBER_US) {
		bond->repaired_us = now_us;
		bond_runtime_repair(bond);
	}
}

static void poll_follow(struct bond_runtime *bond)
{
	uint64_t now_us = daemon_now_us();
	uint64_t wait_us = POLL_FOLLOW_INTERVAL_MS * 1000ULL +
			   bond->parent.vlan_count * POLL_FOLLOW_PER_VLAN_US;

	if (now_us - bond->followed_us >= wait_us) {
		bond->followed_us = now_us;
		vlan_parent_look(&bond->parent);
		bond_runtime_follow(bond, ENGINE_FOLLOW_ALL);
		poll_repair(bond, now_us);
		if (bond->save_error != 0) {
			bond_runtime_want_save(bond);
		}
	}
}

/* As poll_follow(). Its carrier comes as news. */
static void poll_nic(struct nic_runtime *nic)
{
	uint64_t now_us = daemon_now_us();

	if (now_us - nic->followed_us >=
	    POLL_FOLLOW_INTERVAL_MS * 1000ULL / 2 +
		    nic->parent.vlan_count * POLL_FOLLOW_PER_VLAN_US) {
		nic->followed_us = now_us;
		nic_runtime_poll(nic);
	}
}

static uint32_t poll_interval_ms(const struct bond_runtime *bond)
{
	uint32_t miimon_ms = bond->wanted->bond.options.miimon_ms;

	return miimon_ms > 0 ? miimon_ms : POLL_FOLLOW_INTERVAL_MS;
}

/* The next multiple of the interval: groups of 100 and 200 ms wake together. */
static uint64_t poll_next_us(const struct poll_group *group)
{
	uint64_t interval_us = (uint64_t)group->interval_ms * 1000;

	return (daemon_now_us() / interval_us + 1) * interval_us;
}

static void poll_run(struct poll_group *group)
{
	bool each_second = group->due_us >= group->driver_asked_us + POLL_DRIVER_INTERVAL_US;

	daemon_note_latency(group->daemon, group->due_us);
	if (each_second) {
		group->driver_asked_us = group->due_us;
	}
	for (struct bond_runtime *bond = group->daemon->bonds; bond; bond = bond->next) {
		if (poll_interval_ms(bond) != group->interval_ms) {
			continue;
		}
		if (bond->wanted->bond.options.miimon_ms > 0) {
			poll_bond(bond, each_second);
		}
		poll_follow(bond);
	}
	if (each_second && group->interval_ms == POLL_FOLLOW_INTERVAL_MS) {
		for (struct nic_runtime *nic = group->daemon->nics; nic; nic = nic->next) {
			poll_nic(nic);
		}
	}
	group->due_us = poll_next_us(group);
	sd_event_source_set_time(group->timer, group->due_us);
	sd_event_source_set_enabled(group->timer, SD_EVENT_ONESHOT);
}

static int poll_on_time(sd_event_source *source, uint64_t due_us, void *user)
{
	(void)source;
	(void)due_us;
	poll_run(user);
	return 0;
}

void poll_breathe(struct daemon *daemon)
{
	uint64_t now_us = daemon_now_us();

	for (struct poll_group *group = daemon->polls; group; group = group->next) {
		if (group->due_us <= now_us) {
			poll_run(group);
		}
	}
}

static void poll_add(struct daemon *daemon, uint32_t interval_ms)
{
	struct poll_group *group;
	int err;

	for (group = daemon->polls; group; group = group->next) {
		if (group->interval_ms == interval_ms) {
			group->used = true;
			return;
		}
	}
	group = calloc(1, sizeof(*group));
	if (!group) {
		log_line(LOG_LEVEL_ERROR, "no memory to poll carrier each %u ms", interval_ms);
		return;
	}
	group->daemon = daemon;
	group->interval_ms = interval_ms;
	group->used = true;
	group->due_us = poll_next_us(group);
	err = sd_event_add_time(daemon->loop, &group->timer, CLOCK_MONOTONIC, group->due_us,
				1000, poll_on_time, group);
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "no timer to poll carrier each %u ms", interval_ms);
		free(group);
		return;
	}
	sd_event_source_set_priority(group->timer, DAEMON_PRIORITY_CARRIER);
	group->next = daemon->polls;
	daemon->polls = group;
}

static void poll_drop_unused(struct daemon *daemon)
{
	struct poll_group **link = &daemon->polls;

	while (*link) {
		struct poll_group *group = *link;

		if (group->used) {
			link = &group->next;
			continue;
		}
		*link = group->next;
		sd_event_source_disable_unref(group->timer);
		free(group);
	}
}

void poll_update(struct daemon *daemon)
{
	for (struct poll_group *group = daemon->polls; group; group = group->next) {
		group->used = false;
	}
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		poll_add(daemon, poll_interval_ms(bond));
	}
	if (daemon->nics) {
		poll_add(daemon, POLL_FOLLOW_INTERVAL_MS);
	}
	poll_drop_unused(daemon);
}

void poll_free(struct daemon *daemon)
{
	for (struct poll_group *group = daemon->polls; group; group = group->next) {
		group->used = false;
	}
	poll_drop_unused(daemon);
}
