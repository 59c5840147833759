// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Churn Detection machines, IEEE 802.1AX-2014 6.4.17: an actor or a partner
 * that isn't in sync within a minute is said to churn. They tell an operator
 * and change nothing.
 */
#include "core/lacp_machines.h"

/* One of the two machines. */
struct churn {
	enum lacp_churn_state *state;
	time_ms *timer;
	bool in_sync;
	enum bond_note_type note;
};

/* The arrows; the present state if none is open. */
static enum lacp_churn_state next(const struct lacp_port *port, const struct lacp_step *step,
				  const struct churn *churn)
{
	if (port->begin || !port->port_enabled) {
		return LACP_CHURN_MONITOR;
	}
	switch (*churn->state) {
	case LACP_CHURN_MONITOR:
		if (churn->in_sync) {
			return LACP_CHURN_NO_CHURN;
		}
		return lacp_timer_expired(step, *churn->timer) ? LACP_CHURN_CHURN
							       : LACP_CHURN_MONITOR;
	case LACP_CHURN_NO_CHURN:
		return churn->in_sync ? LACP_CHURN_NO_CHURN : LACP_CHURN_MONITOR;
	case LACP_CHURN_CHURN:
		return churn->in_sync ? LACP_CHURN_NO_CHURN : LACP_CHURN_CHURN;
	case LACP_CHURN_COUNT:
		break;
	}
	return *churn->state;
}

static bool churn_step(const struct lacp_port *port, const struct lacp_step *step,
		       const struct churn *churn)
{
	enum lacp_churn_state from = *churn->state;
	enum lacp_churn_state to = next(port, step, churn);
	bool counts = to == LACP_CHURN_MONITOR && port->port_enabled && !port->begin;

	/* The timer starts when MONITOR is entered, and stands still at its
	 * start while the port is disabled. */
	if (!counts) {
		*churn->timer = TIME_NEVER;
	} else if (*churn->timer == TIME_NEVER) {
		*churn->timer = step->now + LACP_CHURN_DETECTION_TIME_MS;
	}
	if (to == from) {
		return false;
	}
	*churn->state = to;
	lacp_note(step, churn->note, (uint8_t)from, (uint8_t)to);
	return true;
}

bool lacp_churn_step(struct lacp_port *port, const struct lacp_step *step)
{
	const struct churn actor = {
		.state = &port->actor_churn,
		.timer = &port->actor_churn_timer,
		.in_sync = lacp_state_has(&port->actor, LACP_STATE_SYNCHRONIZATION),
		.note = BOND_NOTE_ACTOR_CHURN,
	};
	const struct churn partner = {
		.state = &port->partner_churn,
		.timer = &port->partner_churn_timer,
		.in_sync = lacp_state_has(&port->partner, LACP_STATE_SYNCHRONIZATION),
		.note = BOND_NOTE_PARTNER_CHURN,
	};
	bool actor_changed = churn_step(port, step, &actor);
	bool partner_changed = churn_step(port, step, &partner);

	return actor_changed || partner_changed;
}
