// SPDX-License-Identifier: BSD-2-Clause
/*
 * The bond's step: an event goes in (bond_events.c), the link monitors and the
 * LACP machines run until nothing changes, and what follows from where they
 * stand goes out.
 */
#include "core/bond.h"

#include <string.h>

#include "core/assert.h"
#include "core/bond_internal.h"

/*
 * Passes over all machines within one event, at most. A port needs about ten to
 * go the longest way through its charts, from BEGIN to WAITING, and the
 * Aggregator changes its group at most once for each port.
 */
#define PASSES_MAX 64

static void config_check(const struct bond_config *config)
{
	CORE_ASSERT(config->mode == BOND_MODE_BALANCE_XOR || config->mode == BOND_MODE_8023AD);
	CORE_ASSERT(config->placement == FLOW_PLACEMENT_RESILIENT ||
		    config->placement == FLOW_PLACEMENT_KERNEL);
	CORE_ASSERT(config->lacp.user_key < 1024);
}

void bond_init(struct bond *bond, const struct bond_config *config, const uint8_t mac[6])
{
	config_check(config);
	memset(bond, 0, sizeof(*bond));
	bond->config = *config;
	memcpy(bond->mac, mac, sizeof(bond->mac));
	lacp_system_configure(&bond->lacp, &config->lacp, mac);
	bucket_table_init(&bond->table);
	for (size_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		bond->members[slot].reason = BOND_REASON_ABSENT;
		link_monitor_init(&bond->members[slot].monitor);
	}
}

void bond_step_init(struct bond *bond, struct lacp_step *step, struct bond_actions *out,
		    bool time_passes, time_ms now)
{
	out->frame_count = 0;
	out->publish = false;
	out->save = false;
	out->note_count = 0;
	out->notes_lost = 0;
	memset(step, 0, sizeof(*step));
	step->system = &bond->lacp;
	step->now = now;
	step->time_passes = time_passes;
	step->slot = BOND_NO_MEMBER;
	step->out = out;
}

void lacp_note(const struct lacp_step *step, enum bond_note_type type, uint8_t from, uint8_t to)
{
	struct bond_actions *out = step->out;

	out->save = true;
	if (out->note_count == BOND_NOTES_MAX) {
		out->notes_lost++;
		return;
	}
	out->notes[out->note_count++] = (struct bond_note){
		.type = type,
		.slot = step->slot,
		.from = from,
		.to = to,
	};
}

size_t bond_joining_order(const struct bond *bond, uint8_t slots[BOND_MEMBERS_MAX])
{
	size_t count = 0;

	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		size_t at = count;

		if (!bond->members[slot].present) {
			continue;
		}
		while (at > 0 &&
		       bond->members[slots[at - 1]].joined > bond->members[slot].joined) {
			slots[at] = slots[at - 1];
			at--;
		}
		slots[at] = slot;
		count++;
	}
	return count;
}

static bool member_link_up(const struct bond *bond, uint8_t slot)
{
	const struct bond_member *member = &bond->members[slot];

	return member->present && bond->admin_up && link_monitor_usable(&member->monitor);
}

bool bond_member_has_left(const struct bond *bond, uint8_t slot)
{
	const struct lacp_port *port = &bond->members[slot].lacp;

	CORE_ASSERT(slot < BOND_MEMBERS_MAX);
	return !bond_runs_lacp(bond) || !member_link_up(bond, slot) ||
	       port->receive != LACP_RECEIVE_CURRENT ||
	       !lacp_state_has(&port->partner, LACP_STATE_DISTRIBUTING);
}

bool bond_member_transmits(const struct bond *bond, uint8_t slot)
{
	CORE_ASSERT(slot < BOND_MEMBERS_MAX);
	if (!member_link_up(bond, slot) || bond->members[slot].leaving) {
		return false;
	}
	return !bond_runs_lacp(bond) || lacp_port_distributes(&bond->members[slot].lacp);
}

bool bond_member_receives(const struct bond *bond, uint8_t slot)
{
	CORE_ASSERT(slot < BOND_MEMBERS_MAX);
	if (bond->members[slot].leaving) {
		return bond->members[slot].leaving_receives;
	}
	/* Without LACP nobody says when to begin: of a link that comes back, the
	 * other end may know earlier (or wait no updelay), and what it sends is
	 * not to be lost. So a frame that arrives is taken. */
	if (!bond_runs_lacp(bond)) {
		return bond->admin_up && bond->members[slot].present;
	}
	return member_link_up(bond, slot) && lacp_port_collects(&bond->members[slot].lacp);
}

uint32_t bond_usable_count(const struct bond *bond)
{
	uint32_t count = 0;

	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		count += bond_member_transmits(bond, slot) ? 1 : 0;
	}
	return count;
}

bool bond_carrier(const struct bond *bond)
{
	uint32_t wanted = bond->config.min_links > 1 ? bond->config.min_links : 1;

	return bond_usable_count(bond) >= wanted;
}

void bond_published_take(const struct bond *bond, struct bond_published *out)
{
	memset(out, 0, sizeof(*out));
	out->carrier = bond->carrier;
	out->placement = bond->config.placement;
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		out->transmits[slot] = bond_member_transmits(bond, slot);
		out->receives[slot] = bond_member_receives(bond, slot);
		out->joined[slot] = bond->members[slot].joined;
	}
}

/* A member's link, and what it means to its port. */
static bool link_step(struct bond *bond, uint8_t slot, struct lacp_step *step)
{
	struct bond_member *member = &bond->members[slot];
	enum link_state before = member->monitor.state;
	bool skip_updelay = bond_usable_count(bond) == 0;
	bool changed =
		link_monitor_step(&member->monitor, &bond->config.monitor, member->info.carrier,
				  skip_updelay, step->time_passes, step->now);
	bool enabled;

	step->slot = slot;
	if (changed) {
		lacp_note(step, BOND_NOTE_LINK, (uint8_t)before,
			  (uint8_t)member->monitor.state);
		if (member->monitor.state == LINK_DOWN && before != LINK_BACK) {
			member->link_failures++;
		}
	}
	enabled = bond->admin_up && link_monitor_usable(&member->monitor);
	if (enabled != member->lacp.port_enabled) {
		member->lacp.port_enabled = enabled;
		member->lacp.looped_until = TIME_NEVER;
		changed = true;
	}
	return changed;
}

static bool port_step(struct lacp_port *port, struct lacp_step *step)
{
	bool changed = lacp_receive_step(port, step);

	step->pdu = NULL;
	changed |= lacp_periodic_step(port, step);
	changed |= lacp_mux_step(port, step);
	changed |= lacp_churn_step(port, step);
	port->begin = false;
	if (lacp_timer_expired(step, port->looped_until)) {
		port->looped_until = TIME_NEVER;
		changed = true;
	}
	return changed;
}

static bool pass(struct bond *bond, struct lacp_step *step, uint8_t heard_on,
		 const struct lacp_pdu *pdu)
{
	struct lacp_ports ports;
	bool changed = false;

	ports.count = bond_joining_order(bond, ports.slot);
	for (size_t i = 0; i < ports.count; i++) {
		changed |= link_step(bond, ports.slot[i], step);
	}
	if (!bond_runs_lacp(bond)) {
		return changed;
	}
	for (size_t i = 0; i < ports.count; i++) {
		ports.port[i] = &bond->members[ports.slot[i]].lacp;
		step->slot = ports.slot[i];
		step->pdu = ports.slot[i] == heard_on ? pdu : NULL;
		changed |= port_step(ports.port[i], step);
	}
	changed |= lacp_select_step(&bond->lacp, &ports, step);
	return changed;
}

static void update_reasons(struct bond *bond, struct lacp_step *step)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_member *member = &bond->members[slot];
		enum bond_reason reason = bond_member_reason(bond, slot);

		if (reason != member->reason) {
			step->slot = slot;
			lacp_note(step, BOND_NOTE_REASON, (uint8_t)member->reason,
				  (uint8_t)reason);
			member->reason = reason;
		}
	}
}

static void update_table(struct bond *bond)
{
	uint8_t order[BOND_MEMBERS_MAX];
	uint8_t usable[BOND_MEMBERS_MAX];
	size_t present = bond_joining_order(bond, order);
	size_t count = 0;

	for (size_t i = 0; i < present; i++) {
		if (bond_member_transmits(bond, order[i])) {
			usable[count++] = order[i];
		}
	}
	bucket_table_update(&bond->table, bond->config.placement, usable, count);
}

static bool published_equal(const struct bond_published *before,
			    const struct bond_published *after)
{
	return !before->unknown && before->carrier == after->carrier &&
	       before->placement == after->placement &&
	       memcmp(before->transmits, after->transmits, sizeof(after->transmits)) == 0 &&
	       memcmp(before->receives, after->receives, sizeof(after->receives)) == 0 &&
	       memcmp(before->joined, after->joined, sizeof(after->joined)) == 0;
}

static void update_published(struct bond *bond, struct lacp_step *step,
			     const struct bond_published *before)
{
	struct bond_published after;

	bond->carrier = bond_carrier(bond);
	bond_published_take(bond, &after);
	if (after.carrier != before->carrier) {
		step->slot = BOND_NO_MEMBER;
		lacp_note(step, BOND_NOTE_CARRIER, before->carrier, after.carrier);
	}
	if (!published_equal(before, &after)) {
		update_table(bond);
		step->out->publish = true;
		step->out->save = true;
	}
}

void bond_settle(struct bond *bond, struct lacp_step *step, uint8_t heard_on,
		 const struct lacp_pdu *pdu, const struct bond_published *before)
{
	unsigned int passes = 0;

	while (pass(bond, step, heard_on, pdu)) {
		heard_on = BOND_NO_MEMBER;
		passes++;
		CORE_ASSERT(passes < PASSES_MAX);
	}
	for (uint8_t slot = 0; bond_runs_lacp(bond) && slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_member *member = &bond->members[slot];

		step->slot = slot;
		if (member->present) {
			lacp_transmit_step(&member->lacp, step, &member->info);
		}
	}
	update_reasons(bond, step);
	update_published(bond, step, before);
}

void bond_input(struct bond *bond, const struct bond_event *event, time_ms now,
		struct bond_actions *out)
{
	struct bond_published before;
	struct lacp_step step;
	struct lacp_pdu pdu;
	uint8_t heard_on;

	bond_step_init(bond, &step, out, event->type == BOND_EVENT_TIME, now);
	bond_published_take(bond, &before);
	heard_on = bond_event_apply(bond, event, &step, &pdu);
	bond_settle(bond, &step, heard_on, &pdu, &before);
}

time_ms bond_next_deadline(const struct bond *bond)
{
	time_ms deadline = TIME_NEVER;

	for (size_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const struct bond_member *member = &bond->members[slot];
		time_ms port;

		if (!member->present) {
			continue;
		}
		port = bond_runs_lacp(bond) ? lacp_port_deadline(&member->lacp) : TIME_NEVER;
		if (port < deadline) {
			deadline = port;
		}
		if (member->monitor.deadline < deadline) {
			deadline = member->monitor.deadline;
		}
	}
	return deadline;
}
