// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Periodic Transmission machine, IEEE 802.1AX-2014 6.4.13: how often the
 * partner wants to hear from us, and that it does.
 */
#include "core/lacp_machines.h"

static bool partner_short(const struct lacp_port *port)
{
	return lacp_state_has(&port->partner, LACP_STATE_TIMEOUT);
}

/* The arrow to NO_PERIODIC: nobody may, or nobody wants to, speak. */
static bool silent(const struct lacp_port *port)
{
	return port->begin || !port->lacp_enabled || !port->port_enabled ||
	       (!lacp_state_has(&port->actor, LACP_STATE_ACTIVITY) &&
		!lacp_state_has(&port->partner, LACP_STATE_ACTIVITY));
}

/* The arrows; the present state if none is open. */
static enum lacp_periodic_state next(const struct lacp_port *port, const struct lacp_step *step)
{
	bool expired = lacp_timer_expired(step, port->periodic_timer);

	if (silent(port)) {
		return LACP_PERIODIC_NO_PERIODIC;
	}
	switch (port->periodic) {
	case LACP_PERIODIC_NO_PERIODIC:
		return LACP_PERIODIC_FAST_PERIODIC;
	case LACP_PERIODIC_FAST_PERIODIC:
		if (expired) {
			return LACP_PERIODIC_PERIODIC_TX;
		}
		return partner_short(port) ? LACP_PERIODIC_FAST_PERIODIC
					   : LACP_PERIODIC_SLOW_PERIODIC;
	case LACP_PERIODIC_SLOW_PERIODIC:
		return expired || partner_short(port) ? LACP_PERIODIC_PERIODIC_TX
						      : LACP_PERIODIC_SLOW_PERIODIC;
	case LACP_PERIODIC_PERIODIC_TX:
		return partner_short(port) ? LACP_PERIODIC_FAST_PERIODIC
					   : LACP_PERIODIC_SLOW_PERIODIC;
	case LACP_PERIODIC_COUNT:
		break;
	}
	return port->periodic;
}

/* The boxes. */
static void enter(struct lacp_port *port, const struct lacp_step *step,
		  enum lacp_periodic_state state)
{
	port->periodic = state;
	port->periodic_timer = TIME_NEVER;
	switch (state) {
	case LACP_PERIODIC_NO_PERIODIC:
		break;
	case LACP_PERIODIC_FAST_PERIODIC:
		port->periodic_timer = step->now + LACP_FAST_PERIODIC_TIME_MS;
		break;
	case LACP_PERIODIC_SLOW_PERIODIC:
		port->periodic_timer = step->now + LACP_SLOW_PERIODIC_TIME_MS;
		break;
	case LACP_PERIODIC_PERIODIC_TX:
		port->ntt = true;
		break;
	case LACP_PERIODIC_COUNT:
		break;
	}
}

/* PERIODIC_TX is passed through at once, and noted only if it leads to another
 * state than it came from: else each LACPDU would be a note. */
bool lacp_periodic_step(struct lacp_port *port, const struct lacp_step *step)
{
	enum lacp_periodic_state from = port->periodic;
	enum lacp_periodic_state to = next(port, step);

	if (to == from) {
		return false;
	}
	enter(port, step, to);
	if (to == LACP_PERIODIC_PERIODIC_TX) {
		enter(port, step, next(port, step));
	}
	/* The chart speaks first when the timer has run out. A link that has
	 * just come up need not be silent for that second. */
	if (from == LACP_PERIODIC_NO_PERIODIC) {
		port->ntt = true;
	}
	if (port->periodic != from) {
		lacp_note(step, BOND_NOTE_PERIODIC, (uint8_t)from, (uint8_t)port->periodic);
	}
	return true;
}
