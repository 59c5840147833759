// SPDX-License-Identifier: BSD-2-Clause
/*
 * What an event changes in a bond; the machines see it in the step that follows
 * (bond.c).
 */
#include <string.h>

#include "core/assert.h"
#include "core/bond_internal.h"

/* Tells every port what the system or the members have become. */
static void refresh_ports(struct bond *bond, struct lacp_step *step)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_member *member = &bond->members[slot];

		if (member->present) {
			step->slot = slot;
			lacp_port_refresh(&member->lacp, &member->info, step);
		}
	}
}

/* LACP begins or ends on all ports. */
static void restart_ports(struct bond *bond)
{
	memset(&bond->lacp.aggregator, 0, sizeof(bond->lacp.aggregator));
	for (size_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_member *member = &bond->members[slot];
		struct lacp_counters counters = member->lacp.counters;

		if (member->present) {
			lacp_port_restart(&member->lacp, bond_runs_lacp(bond));
			member->lacp.counters = counters;
		}
	}
}

static void configure(struct bond *bond, const struct bond_config *config,
		      struct lacp_step *step)
{
	bool mode_changes = config->mode != bond->config.mode;

	CORE_ASSERT(config->mode == BOND_MODE_BALANCE_XOR || config->mode == BOND_MODE_8023AD);
	CORE_ASSERT(config->lacp.user_key < 1024);
	bond->config = *config;
	lacp_system_configure(&bond->lacp, &config->lacp, bond->mac);
	if (mode_changes) {
		restart_ports(bond);
	}
	refresh_ports(bond, step);
	step->out->save = true;
}

static void member_add(struct bond *bond, const struct bond_event *event,
		       struct lacp_step *step)
{
	struct bond_member *member = &bond->members[event->slot];
	struct lacp_port former = member->lacp;

	CORE_ASSERT(!member->present);
	memset(member, 0, sizeof(*member));
	member->present = true;
	member->joined = bond->joined_next++;
	member->info = event->member;
	member->reason = BOND_REASON_ABSENT;
	link_monitor_init(&member->monitor);
	member->lacp = former;
	lacp_port_restart(&member->lacp, bond_runs_lacp(bond));
	lacp_port_refresh(&member->lacp, &member->info, step);
	step->out->save = true;
}

static void member_leave(struct bond *bond, uint8_t slot, struct lacp_step *step)
{
	struct bond_member *member = &bond->members[slot];

	member->leaving_receives = bond_member_receives(bond, slot);
	member->leaving = true;
	member->lacp.leaving = true;
	step->out->save = true;
}

static void member_remove(struct bond *bond, uint8_t slot, struct lacp_step *step)
{
	struct bond_member *member = &bond->members[slot];

	if (bond_runs_lacp(bond)) {
		lacp_transmit_farewell(&member->lacp, step, &member->info);
	}
	member->present = false;
	member->leaving = false;
	member->lacp.leaving = false;
	member->info.carrier = false;
	link_monitor_init(&member->monitor);
	step->out->save = true;
}

/* A port that waits in PORT_DISABLED for a partner that has just been heard on
 * another one has been rewired (6.4.9, port_moved). */
static void partner_heard(struct bond *bond, uint8_t heard_on, const struct lacp_pdu *pdu)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_member *member = &bond->members[slot];
		struct lacp_port *port = &member->lacp;

		if (member->present && slot != heard_on &&
		    port->receive == LACP_RECEIVE_PORT_DISABLED &&
		    lacp_port_has_partner(port) && port->partner.port == pdu->actor.port &&
		    memcmp(port->partner.system, pdu->actor.system,
			   sizeof(pdu->actor.system)) == 0) {
			port->port_moved = true;
		}
	}
}

static bool frame_take(struct bond *bond, const struct bond_event *event,
		       struct lacp_step *step, struct lacp_pdu *pdu)
{
	struct bond_member *member = &bond->members[event->slot];

	if (!lacp_receive_frame(&member->lacp, step, &member->info, event->frame,
				event->frame_size, pdu)) {
		return false;
	}
	partner_heard(bond, event->slot, pdu);
	return true;
}

static bool event_names_member(const struct bond_event *event)
{
	return event->type == BOND_EVENT_MEMBER_LEAVING ||
	       event->type == BOND_EVENT_MEMBER_REMOVED || event->type == BOND_EVENT_CARRIER ||
	       event->type == BOND_EVENT_SPEED || event->type == BOND_EVENT_FRAME;
}

uint8_t bond_event_apply(struct bond *bond, const struct bond_event *event,
			 struct lacp_step *step, struct lacp_pdu *pdu)
{
	CORE_ASSERT(event->type == BOND_EVENT_TIME || event->slot < BOND_MEMBERS_MAX ||
		    !event_names_member(event));
	CORE_ASSERT(!event_names_member(event) || bond->members[event->slot].present);
	step->slot = event->slot;
	switch (event->type) {
	case BOND_EVENT_TIME:
		break;
	case BOND_EVENT_CONFIGURE:
		configure(bond, event->config, step);
		break;
	case BOND_EVENT_ADMIN:
		bond->admin_up = event->up;
		step->out->save = true;
		break;
	case BOND_EVENT_ADDRESS:
		memcpy(bond->mac, event->mac, sizeof(bond->mac));
		lacp_system_configure(&bond->lacp, &bond->config.lacp, bond->mac);
		refresh_ports(bond, step);
		step->out->save = true;
		break;
	case BOND_EVENT_MEMBER_ADDED:
		CORE_ASSERT(event->slot < BOND_MEMBERS_MAX);
		member_add(bond, event, step);
		break;
	case BOND_EVENT_MEMBER_LEAVING:
		member_leave(bond, event->slot, step);
		break;
	case BOND_EVENT_MEMBER_REMOVED:
		member_remove(bond, event->slot, step);
		break;
	case BOND_EVENT_CARRIER:
		bond->members[event->slot].info.carrier = event->up;
		break;
	case BOND_EVENT_SPEED:
		bond->members[event->slot].info.speed_mbps = event->member.speed_mbps;
		bond->members[event->slot].info.duplex = event->member.duplex;
		lacp_port_refresh(&bond->members[event->slot].lacp,
				  &bond->members[event->slot].info, step);
		break;
	case BOND_EVENT_FRAME:
		return frame_take(bond, event, step, pdu) ? event->slot : BOND_NO_MEMBER;
	}
	return BOND_NO_MEMBER;
}
