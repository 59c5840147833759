// SPDX-License-Identifier: BSD-2-Clause
/*
 * Why a member carries no traffic: the one reason that helps an operator most,
 * from the cable upwards.
 */
#include <string.h>

#include "core/bond_internal.h"

/* Why a port with a partner is not of the Aggregator's group. */
static enum bond_reason other_group_reason(const struct lacp_port *port,
					   const struct lacp_lag *aggregator)
{
	struct lacp_lag own;

	lacp_lag_of(port, &own);
	if (!port->aggregatable) {
		return BOND_REASON_HALF_DUPLEX;
	}
	if (memcmp(own.partner_system, aggregator->partner_system,
		   sizeof(own.partner_system)) != 0 ||
	    own.partner_system_priority != aggregator->partner_system_priority) {
		return BOND_REASON_OTHER_PARTNER;
	}
	/* Before the partner's key: its key often differs for the same cause. */
	if (own.actor_key != aggregator->actor_key) {
		return BOND_REASON_SPEED_DIFFERS;
	}
	if (own.partner_key != aggregator->partner_key) {
		return BOND_REASON_WRONG_KEY;
	}
	return own.individual ? BOND_REASON_PARTNER_NOT_AGGREGATABLE
			      : BOND_REASON_INDIVIDUAL_STANDBY;
}

static enum bond_reason selected_reason(const struct lacp_port *port)
{
	switch (port->mux) {
	case LACP_MUX_DETACHED:
	case LACP_MUX_WAITING:
		return BOND_REASON_WAITING;
	case LACP_MUX_ATTACHED:
		return BOND_REASON_PARTNER_OUT_OF_SYNC;
	case LACP_MUX_COLLECTING_DISTRIBUTING:
		return BOND_REASON_PARTNER_NOT_COLLECTING;
	case LACP_MUX_COUNT:
		break;
	}
	return BOND_REASON_WAITING;
}

static enum bond_reason lacp_reason(const struct lacp_port *port,
				    const struct lacp_lag *aggregator)
{
	if (port->looped_until != TIME_NEVER) {
		return BOND_REASON_LOOPED;
	}
	if (!lacp_port_has_partner(port)) {
		if (port->selected == LACP_SELECTED_SELECTED) {
			return BOND_REASON_WAITING;
		}
		return aggregator->without_partner && port->receive == LACP_RECEIVE_DEFAULTED
			       ? BOND_REASON_INDIVIDUAL_STANDBY
			       : BOND_REASON_NO_LACPDU;
	}
	if (port->receive == LACP_RECEIVE_EXPIRED) {
		return BOND_REASON_LACPDU_EXPIRED;
	}
	if (port->selected == LACP_SELECTED_SELECTED) {
		return selected_reason(port);
	}
	return other_group_reason(port, aggregator);
}

enum bond_reason bond_member_reason(const struct bond *bond, uint8_t slot)
{
	const struct bond_member *member = &bond->members[slot];

	if (!member->present) {
		return BOND_REASON_ABSENT;
	}
	if (member->leaving) {
		return BOND_REASON_LEAVING;
	}
	if (!bond->admin_up) {
		return BOND_REASON_BOND_DOWN;
	}
	if (member->monitor.state == LINK_DOWN) {
		return BOND_REASON_NO_CARRIER;
	}
	if (member->monitor.state == LINK_BACK) {
		return BOND_REASON_UPDELAY;
	}
	if (bond_member_transmits(bond, slot)) {
		return BOND_REASON_NONE;
	}
	return lacp_reason(&member->lacp, &bond->lacp.aggregator);
}
