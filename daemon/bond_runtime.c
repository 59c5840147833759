/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/bond_runtime.h"

#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/log.h"

/* The timer may come so much late: LACP counts in seconds. */
#define BOND_DEADLINE_ACCURACY_US 1000

struct bond_runtime *bond_runtime_find(struct daemon *daemon, const char *name)
{
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		if (strcmp(bond->name, name) == 0) {
			return bond;
		}
	}
	return NULL;
}

void bond_runtime_config(const struct model_bond_options *options, struct bond_config *out)
{
	*out = (struct bond_config){
		.mode = options->mode,
		.placement = options->flow_placement,
		.min_links = options->min_links,
		.monitor = {.miimon_ms = options->miimon_ms,
			    .updelay_ms = options->updelay_ms,
			    .downdelay_ms = options->downdelay_ms},
		.lacp = {.active = options->lacp_active,
			 .rate_fast = options->lacp_rate_fast,
			 .system_priority = options->ad_actor_sys_prio,
			 .user_key = options->ad_user_port_key},
	};
	memcpy(out->lacp.system, options->ad_actor_system, sizeof(out->lacp.system));
}

static int bond_runtime_on_deadline(sd_event_source *source, uint64_t due_us, void *user)
{
	struct bond_runtime *bond = user;

	(void)source;
	daemon_note_latency(bond->daemon, due_us);
	bond->deadline_at = TIME_NEVER;
	bond_runtime_tick(bond);
	return 0;
}

struct bond_runtime *bond_runtime_new(struct daemon *daemon, struct wanted *wanted)
{
	struct bond_runtime *bond = calloc(1, sizeof(*bond));

	if (!bond) {
		wanted_free(wanted);
		return NULL;
	}
	bond->daemon = daemon;
	bond->deadline_at = TIME_NEVER;
	bond->socket = -1;
	bucket_table_init(&bond->published);
	memcpy(bond->name, wanted->bond.interface.name, sizeof(bond->name));
	vlan_parent_init(&bond->parent, daemon, bond->name);
	bond_runtime_set_wanted(bond, wanted);
	for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		bond->members[slot].bond = bond;
		bond->members[slot].slot = (uint8_t)slot;
	}
	if (sd_event_add_time(daemon->loop, &bond->deadline, CLOCK_MONOTONIC, UINT64_MAX,
			      BOND_DEADLINE_ACCURACY_US, bond_runtime_on_deadline, bond) < 0) {
		bond_runtime_free(bond);
		return NULL;
	}
	sd_event_source_set_enabled(bond->deadline, SD_EVENT_OFF);
	sd_event_source_set_priority(bond->deadline, DAEMON_PRIORITY_DEADLINE);
	return bond;
}

void bond_runtime_free(struct bond_runtime *bond)
{
	if (!bond) {
		return;
	}
	sd_event_source_disable_unref(bond->deadline);
	sd_event_source_disable_unref(bond->hold_source);
	bond_socket_close(bond);
	vlan_parent_clear(&bond->parent);
	if (bond->path) {
		engine_bond_close(bond->path);
	}
	wanted_free(bond->wanted);
	free(bond);
}

void bond_runtime_set_wanted(struct bond_runtime *bond, struct wanted *wanted)
{
	if (bond->wanted != wanted) {
		wanted_free(bond->wanted);
	}
	bond->wanted = wanted;
	bond->parent.wanted = wanted;
}

void bond_runtime_want_save(struct bond_runtime *bond)
{
	vlan_parent_want_save(&bond->parent);
}

void bond_runtime_event(struct bond_runtime *bond, const char *name, const char *member,
			const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vlan_parent_event_list(&bond->parent, name, member, format, arguments);
	va_end(arguments);
}

void bond_runtime_release_hold(struct bond_runtime *bond)
{
	bond->hold_source = sd_event_source_disable_unref(bond->hold_source);
	bond->held = false;
}

/* Tells bond0's users, and those of its VLAN interfaces, whether it has carrier. */
static void bond_runtime_publish_carrier(struct bond_runtime *bond)
{
	bool carrier = bond_carrier(&bond->core);
	int err;

	if (bond->carrier_known && bond->carrier_set == carrier) {
		return;
	}
	err = engine_bond_set_carrier(bond->path, carrier);
	bond->carrier_known = err == 0;
	bond->carrier_set = carrier;
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s carrier can't be switched %s: %s bond=%s",
			 bond->name, carrier ? "on" : "off", strerror(-err), bond->name);
	}
}

/* Counts which buckets are about to change their member. */
static void bond_runtime_count_moves(struct bond_runtime *bond)
{
	bool failover = false;

	for (int i = 0; i < BOND_BUCKETS; i++) {
		uint8_t from = bond->published.slot[i], to = bond->core.table.slot[i];

		if (from != to && from < BOND_MEMBERS_MAX && to < BOND_MEMBERS_MAX) {
			bond->buckets_moved++;
			failover |= !bond_member_transmits(&bond->core, from);
		}
	}
	bond->failovers += failover;
	bond->published = bond->core.table;
}

void bond_runtime_publish(struct bond_runtime *bond)
{
	uint32_t flags[BOND_MEMBERS_MAX] = {0};

	if (bond->held) {
		if (!bond_carrier(&bond->core)) {
			return;
		}
		bond_runtime_release_hold(bond);
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond_member_transmits(&bond->core, slot)) {
			flags[slot] |= DP_SLOT_TRANSMIT;
		}
		/* Where nothing is negotiated, the other end may see carrier
		 * before we do: what it sends is taken, as by the kernel's driver. */
		if (bond_member_receives(&bond->core, slot) ||
		    (bond->core.config.mode != BOND_MODE_8023AD && bond->core.admin_up)) {
			flags[slot] |= DP_SLOT_RECEIVE;
		}
	}
	bond_runtime_count_moves(bond);
	engine_bond_publish(bond->path, &bond->core.table, flags);
	bond_runtime_publish_carrier(bond);
}

void bond_runtime_arm(struct bond_runtime *bond)
{
	time_ms deadline = bond_next_deadline(&bond->core);

	if (deadline == bond->deadline_at) {
		return;
	}
	bond->deadline_at = deadline;
	if (deadline == TIME_NEVER) {
		sd_event_source_set_enabled(bond->deadline, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time(bond->deadline, deadline * 1000);
	sd_event_source_set_enabled(bond->deadline, SD_EVENT_ONESHOT);
}

void bond_runtime_act(struct bond_runtime *bond)
{
	const struct bond_actions *actions = &bond->daemon->actions;

	/* First the data path, then the LACPDU that tells the partner of it. */
	if (actions->publish) {
		bond_runtime_publish(bond);
	}
	for (size_t i = 0; i < actions->frame_count; i++) {
		bond_socket_send(bond, &actions->frames[i]);
	}
	for (size_t i = 0; i < actions->note_count; i++) {
		bond_runtime_note(bond, &actions->notes[i]);
	}
	if (actions->notes_lost > 0) {
		log_line(LOG_LEVEL_WARNING, "%s %u transitions at once were not noted bond=%s",
			 bond->name, actions->notes_lost, bond->name);
	}
	if (actions->save) {
		bond_runtime_want_save(bond);
	}
	bond_runtime_arm(bond);
}

void bond_runtime_input(struct bond_runtime *bond, const struct bond_event *event)
{
	bond_input(&bond->core, event, daemon_now_ms(), &bond->daemon->actions);
	bond_runtime_act(bond);
}

void bond_runtime_tick(struct bond_runtime *bond)
{
	struct bond_event event = {.type = BOND_EVENT_TIME};

	bond_socket_receive(bond);
	bond_runtime_input(bond, &event);
}

/* What can't be done is tried each second, but said once. */
static void bond_runtime_keep_error(struct bond_runtime *bond, const struct engine_error *error,
				    char kept[ENGINE_ERROR_SIZE])
{
	if (error->text[0] && strcmp(error->text, kept) != 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s bond=%s", bond->name, error->text, bond->name);
	}
	memcpy(kept, error->text, ENGINE_ERROR_SIZE);
}

void bond_runtime_repair(struct bond_runtime *bond)
{
	struct engine_error done = {""}, error = {""};

	(void)engine_bond_repair(bond->path, &done, &error);
	bond_runtime_keep_error(bond, &error, bond->repair_error);
	if (done.text[0]) {
		bond_runtime_event(bond, "repaired", NULL, "%s", done.text);
	}
}

void bond_runtime_follow(struct bond_runtime *bond, enum engine_follow follow)
{
	struct bond_event event = {.type = BOND_EVENT_ADDRESS};
	struct engine_error error = {""};

	memcpy(event.mac, bond->core.mac, sizeof(event.mac));
	(void)engine_bond_follow(bond->path, follow, event.mac, &error);
	bond_runtime_keep_error(bond, &error, bond->follow_error);
	if (memcmp(event.mac, bond->core.mac, sizeof(event.mac)) != 0) {
		bond_runtime_input(bond, &event);
	}
}

void bond_runtime_check_admin(struct bond_runtime *bond)
{
	struct bond_event event = {.type = BOND_EVENT_ADMIN};
	struct netlink_link link;

	if (netlink_link_get(bond->daemon->netlink, bond->ifindex, &link) < 0) {
		return;
	}
	event.up = (link.flags & IFF_UP) != 0;
	if (event.up != bond->core.admin_up) {
		bond_runtime_event(bond, "admin", NULL, "set %s", event.up ? "up" : "down");
		bond_runtime_input(bond, &event);
	}
}
