// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Mux machine with coupled control, IEEE 802.1AX-2014 6.4.15: a selected
 * port waits for the others, attaches, and carries traffic once the partner is
 * in sync.
 */
#include "core/lacp_machines.h"

static bool selected(const struct lacp_port *port)
{
	return port->selected == LACP_SELECTED_SELECTED;
}

static bool partner_in_sync(const struct lacp_port *port)
{
	return lacp_state_has(&port->partner, LACP_STATE_SYNCHRONIZATION);
}

/* The arrows; the present state if none is open. */
static enum lacp_mux_state next(const struct lacp_port *port)
{
	if (port->begin) {
		return LACP_MUX_DETACHED;
	}
	switch (port->mux) {
	case LACP_MUX_DETACHED:
		return port->selected != LACP_SELECTED_UNSELECTED ? LACP_MUX_WAITING
								  : LACP_MUX_DETACHED;
	case LACP_MUX_WAITING:
		if (port->selected == LACP_SELECTED_UNSELECTED) {
			return LACP_MUX_DETACHED;
		}
		return selected(port) && port->ready ? LACP_MUX_ATTACHED : LACP_MUX_WAITING;
	case LACP_MUX_ATTACHED:
		if (!selected(port)) {
			return LACP_MUX_DETACHED;
		}
		return partner_in_sync(port) ? LACP_MUX_COLLECTING_DISTRIBUTING
					     : LACP_MUX_ATTACHED;
	case LACP_MUX_COLLECTING_DISTRIBUTING:
		return selected(port) && partner_in_sync(port)
			       ? LACP_MUX_COLLECTING_DISTRIBUTING
			       : LACP_MUX_ATTACHED;
	case LACP_MUX_COUNT:
		break;
	}
	return port->mux;
}

static void actor_set(struct lacp_port *port, bool in_sync, bool carries)
{
	lacp_state_set(&port->actor, LACP_STATE_SYNCHRONIZATION, in_sync);
	lacp_state_set(&port->actor, LACP_STATE_COLLECTING, carries);
	lacp_state_set(&port->actor, LACP_STATE_DISTRIBUTING, carries);
}

/* The boxes. Attaching and collecting are done by whoever asks
 * lacp_port_collects() and lacp_port_distributes(). */
static void enter(struct lacp_port *port, const struct lacp_step *step,
		  enum lacp_mux_state state)
{
	port->wait_while_timer = TIME_NEVER;
	port->ready_limit = TIME_NEVER;
	port->ready_n = false;
	port->ready = false;
	switch (state) {
	case LACP_MUX_DETACHED:
		actor_set(port, false, false);
		port->ntt = true;
		break;
	case LACP_MUX_WAITING:
		port->wait_while_timer = step->now + LACP_AGGREGATE_WAIT_TIME_MS;
		break;
	case LACP_MUX_ATTACHED:
		actor_set(port, true, false);
		port->ntt = true;
		break;
	case LACP_MUX_COLLECTING_DISTRIBUTING:
		actor_set(port, true, true);
		port->ntt = true;
		break;
	case LACP_MUX_COUNT:
		break;
	}
}

/* Ready_N: the port has waited long enough. From here on it waits for the
 * Aggregator's other ports, but not for ever: one that comes and goes must not
 * keep the rest out (lacp_select.c). */
static bool wait_over(struct lacp_port *port, const struct lacp_step *step)
{
	if (port->mux != LACP_MUX_WAITING || port->ready_n ||
	    !lacp_timer_expired(step, port->wait_while_timer)) {
		return false;
	}
	port->ready_n = true;
	port->wait_while_timer = TIME_NEVER;
	port->ready_limit = step->now + LACP_AGGREGATE_WAIT_TIME_MS;
	return true;
}

bool lacp_mux_step(struct lacp_port *port, const struct lacp_step *step)
{
	enum lacp_mux_state from = port->mux;
	enum lacp_mux_state to = next(port);

	if (to == from) {
		return wait_over(port, step);
	}
	port->mux = to;
	enter(port, step, to);
	lacp_note(step, BOND_NOTE_MUX, (uint8_t)from, (uint8_t)to);
	return true;
}
