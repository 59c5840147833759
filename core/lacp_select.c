// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Selection Logic, IEEE 802.1AX-2014 6.4.14, with one Aggregator a bond.
 *
 * Ports belong together when their LAG ID (6.3.6) is the same. The Aggregator
 * takes one group and keeps it as long as a port of it can work, as the kernel
 * driver's ad_select=stable does; ports of other groups stay unselected. Until
 * its first port has attached, a better group may still take its place, so that
 * the group is not chosen by who was heard a moment sooner.
 *
 * Where nobody speaks LACP on any port, one port alone carries the traffic, so
 * that a server has a network behind a switch that isn't set up for it.
 */
#include "core/lacp_machines.h"

#include <string.h>

void lacp_selected_set(struct lacp_port *port, const struct lacp_step *step,
		       enum lacp_selected selected)
{
	if (port->selected != selected) {
		lacp_note(step, BOND_NOTE_SELECTED, (uint8_t)port->selected, (uint8_t)selected);
		port->selected = selected;
	}
}

void lacp_lag_of(const struct lacp_port *port, struct lacp_lag *out)
{
	memset(out, 0, sizeof(*out));
	out->valid = true;
	out->without_partner = !lacp_port_has_partner(port);
	out->individual = out->without_partner || !port->aggregatable ||
			  !lacp_state_has(&port->partner, LACP_STATE_AGGREGATION);
	out->actor_key = port->actor.key;
	out->partner_system_priority = port->partner.system_priority;
	memcpy(out->partner_system, port->partner.system, sizeof(out->partner_system));
	out->partner_key = port->partner.key;
	out->port = out->individual ? port->actor.port : 0;
}

bool lacp_lag_equal(const struct lacp_lag *a, const struct lacp_lag *b)
{
	return a->valid == b->valid && a->individual == b->individual &&
	       a->without_partner == b->without_partner && a->actor_key == b->actor_key &&
	       a->partner_system_priority == b->partner_system_priority &&
	       memcmp(a->partner_system, b->partner_system, sizeof(a->partner_system)) == 0 &&
	       a->partner_key == b->partner_key && a->port == b->port;
}

/* Whether the port has anything to offer: it has heard a partner and not lost
 * it for good, or knows that there is none. */
static bool port_can_work(const struct lacp_port *port)
{
	if (!port->port_enabled || !port->lacp_enabled || port->leaving) {
		return false;
	}
	switch (port->receive) {
	case LACP_RECEIVE_CURRENT:
	case LACP_RECEIVE_DEFAULTED:
		return true;
	case LACP_RECEIVE_EXPIRED:
		return lacp_port_has_partner(port);
	case LACP_RECEIVE_INITIALIZE:
	case LACP_RECEIVE_PORT_DISABLED:
	case LACP_RECEIVE_LACP_DISABLED:
	case LACP_RECEIVE_COUNT:
		break;
	}
	return false;
}

static bool port_in_lag(const struct lacp_port *port, const struct lacp_lag *lag)
{
	struct lacp_lag own;

	lacp_lag_of(port, &own);
	return port_can_work(port) && lacp_lag_equal(&own, lag);
}

/* What a group has to offer, the most important first. */
struct offer {
	bool valid;
	bool with_partner;
	bool aggregates;
	uint64_t speed_mbps;
	size_t ports;
};

static void lag_offer(const struct lacp_ports *ports, const struct lacp_lag *lag,
		      struct offer *out)
{
	memset(out, 0, sizeof(*out));
	out->with_partner = !lag->without_partner;
	out->aggregates = !lag->individual;
	for (size_t i = 0; i < ports->count; i++) {
		if (port_in_lag(ports->port[i], lag)) {
			out->valid = true;
			out->speed_mbps += ports->port[i]->speed_mbps;
			out->ports++;
		}
	}
}

/* Strictly: of equals the one that is there stays. */
static bool offer_better(const struct offer *a, const struct offer *b)
{
	if (a->valid != b->valid) {
		return a->valid;
	}
	if (a->with_partner != b->with_partner) {
		return a->with_partner;
	}
	/* Alone without a partner the first to join is as good as any. */
	if (!a->with_partner) {
		return false;
	}
	if (a->aggregates != b->aggregates) {
		return a->aggregates;
	}
	if (a->speed_mbps != b->speed_mbps) {
		return a->speed_mbps > b->speed_mbps;
	}
	return a->ports > b->ports;
}

/* The best group to begin with. One that has fallen silent is not begun with,
 * though one may go on with it. */
static void choose_best(const struct lacp_ports *ports, struct lacp_lag *best)
{
	struct offer best_offer = {0};

	memset(best, 0, sizeof(*best));
	for (size_t i = 0; i < ports->count; i++) {
		struct lacp_lag lag;
		struct offer offer;

		if (ports->port[i]->receive == LACP_RECEIVE_EXPIRED) {
			continue;
		}
		lacp_lag_of(ports->port[i], &lag);
		lag_offer(ports, &lag, &offer);
		if (offer_better(&offer, &best_offer)) {
			*best = lag;
			best_offer = offer;
		}
	}
}

/* Whether a port of the group has attached. */
static bool lag_established(const struct lacp_ports *ports, const struct lacp_lag *lag)
{
	for (size_t i = 0; i < ports->count; i++) {
		const struct lacp_port *port = ports->port[i];

		if (port_in_lag(port, lag) && (port->mux == LACP_MUX_ATTACHED ||
					       port->mux == LACP_MUX_COLLECTING_DISTRIBUTING)) {
			return true;
		}
	}
	return false;
}

/* Keeps the Aggregator's group or gives it another. */
static bool aggregator_update(struct lacp_system *system, const struct lacp_ports *ports,
			      struct lacp_step *step)
{
	struct lacp_lag *present = &system->aggregator;
	struct lacp_lag best;
	struct offer present_offer = {0};
	struct offer best_offer;
	bool established = present->valid && lag_established(ports, present);

	if (established && !present->without_partner) {
		return false;
	}
	if (present->valid) {
		lag_offer(ports, present, &present_offer);
	}
	choose_best(ports, &best);
	lag_offer(ports, &best, &best_offer);
	/* Ports that are without a partner learn it one after the other; until
	 * one works, the first of them in joining order is the one to take. */
	if (present_offer.valid && !offer_better(&best_offer, &present_offer) &&
	    (established || !present->without_partner || !best.without_partner)) {
		return false;
	}
	if (lacp_lag_equal(&best, present)) {
		return false;
	}
	step->slot = BOND_NO_MEMBER;
	lacp_note(step, BOND_NOTE_AGGREGATOR, present->valid, best.valid);
	*present = best;
	return true;
}

/* A port that is unselected must detach before it may be selected again. */
static bool port_select(struct lacp_port *port, const struct lacp_lag *aggregator,
			const struct lacp_step *step)
{
	enum lacp_selected wanted = port->selected;

	if (!aggregator->valid || !port_in_lag(port, aggregator)) {
		wanted = LACP_SELECTED_UNSELECTED;
	} else if (port->mux == LACP_MUX_DETACHED) {
		wanted = LACP_SELECTED_SELECTED;
	}
	if (wanted == port->selected) {
		return false;
	}
	lacp_selected_set(port, step, wanted);
	return true;
}

/* Ready: all ports that wait for the Aggregator have waited long enough, or this
 * one has waited twice as long. */
static bool port_ready(const struct lacp_port *port, const struct lacp_ports *ports,
		       const struct lacp_step *step)
{
	if (!port->ready_n) {
		return false;
	}
	if (lacp_timer_expired(step, port->ready_limit)) {
		return true;
	}
	for (size_t i = 0; i < ports->count; i++) {
		const struct lacp_port *other = ports->port[i];

		if (other->mux == LACP_MUX_WAITING &&
		    other->selected == LACP_SELECTED_SELECTED && !other->ready_n) {
			return false;
		}
	}
	return true;
}

bool lacp_select_step(struct lacp_system *system, const struct lacp_ports *ports,
		      struct lacp_step *step)
{
	bool changed = aggregator_update(system, ports, step);

	for (size_t i = 0; i < ports->count; i++) {
		step->slot = ports->slot[i];
		if (port_select(ports->port[i], &system->aggregator, step)) {
			changed = true;
		}
	}
	for (size_t i = 0; i < ports->count; i++) {
		bool ready = port_ready(ports->port[i], ports, step);

		if (ready != ports->port[i]->ready) {
			ports->port[i]->ready = ready;
			changed = true;
		}
	}
	return changed;
}
