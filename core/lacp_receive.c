// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Receive machine, IEEE 802.1AX-2014 6.4.12: what is known of the partner,
 * and until when.
 *
 * It stands between the frames (lacp_pdu.c) and the selection logic
 * (lacp_select.c), to which it speaks by unselecting the port.
 */
#include "core/lacp_machines.h"

#include <string.h>

/* What update_NTT compares of the Actor's state, 6.4.9. */
#define STATE_FOR_NTT                                                        \
	(LACP_STATE_ACTIVITY | LACP_STATE_TIMEOUT | LACP_STATE_AGGREGATION | \
	 LACP_STATE_SYNCHRONIZATION)

/*
 * Partner_Admin_*: nobody is there, and if somebody is who does not speak LACP,
 * then he is in sync and takes frames, which is what lets a single port work as
 * an individual link. The short timeout makes us speak every second until we are
 * heard: a partner that appears or comes back is found at once.
 */
void lacp_partner_default(struct lacp_info *out)
{
	memset(out, 0, sizeof(*out));
	out->state = LACP_STATE_TIMEOUT | LACP_STATE_SYNCHRONIZATION | LACP_STATE_COLLECTING |
		     LACP_STATE_DISTRIBUTING;
}

/* Whether two speak of the same port in the same group (6.4.9). */
static bool identity_equal(const struct lacp_info *a, const struct lacp_info *b)
{
	return a->port == b->port && a->port_priority == b->port_priority &&
	       memcmp(a->system, b->system, sizeof(a->system)) == 0 &&
	       a->system_priority == b->system_priority && a->key == b->key &&
	       ((a->state ^ b->state) & LACP_STATE_AGGREGATION) == 0;
}

/* Changes of what is made up are not worth a note. */
static void partner_set(struct lacp_port *port, const struct lacp_step *step,
			const struct lacp_info *partner)
{
	struct lacp_info before = port->partner;

	port->partner = *partner;
	if (!identity_equal(&before, partner) ||
	    (before.state != partner->state && lacp_port_has_partner(port))) {
		lacp_note(step, BOND_NOTE_PARTNER, before.state, partner->state);
	}
}

static void record_default(struct lacp_port *port, const struct lacp_step *step)
{
	struct lacp_info partner;

	lacp_partner_default(&partner);
	partner_set(port, step, &partner);
	lacp_state_set(&port->actor, LACP_STATE_DEFAULTED, true);
}

static void update_default_selected(struct lacp_port *port, const struct lacp_step *step)
{
	struct lacp_info partner;

	lacp_partner_default(&partner);
	if (!identity_equal(&partner, &port->partner)) {
		lacp_selected_set(port, step, LACP_SELECTED_UNSELECTED);
	}
}

static void update_selected(struct lacp_port *port, const struct lacp_step *step)
{
	if (!identity_equal(&step->pdu->actor, &port->partner)) {
		lacp_selected_set(port, step, LACP_SELECTED_UNSELECTED);
	}
}

/* The partner must hear from us if what it believes of us isn't so. */
static void update_ntt(struct lacp_port *port, const struct lacp_step *step)
{
	const struct lacp_info *believed = &step->pdu->partner;

	if (!identity_equal(believed, &port->actor) ||
	    ((believed->state ^ port->actor.state) & STATE_FOR_NTT) != 0) {
		port->ntt = true;
	}
}

/* The partner is in sync if it says so, speaks of this very port (or is
 * individual, when that doesn't matter), and goes on speaking. */
static void record_pdu(struct lacp_port *port, const struct lacp_step *step)
{
	struct lacp_info partner = step->pdu->actor;
	const struct lacp_info *believed = &step->pdu->partner;
	bool matched = identity_equal(believed, &port->actor) ||
		       !lacp_state_has(&partner, LACP_STATE_AGGREGATION);
	bool maintained = lacp_state_has(&partner, LACP_STATE_ACTIVITY) ||
			  (lacp_state_has(&port->actor, LACP_STATE_ACTIVITY) &&
			   lacp_state_has(believed, LACP_STATE_ACTIVITY));

	if (!matched || !maintained) {
		lacp_state_set(&partner, LACP_STATE_SYNCHRONIZATION, false);
	}
	partner_set(port, step, &partner);
	lacp_state_set(&port->actor, LACP_STATE_DEFAULTED, false);
}

static void partner_out_of_sync(struct lacp_port *port, const struct lacp_step *step,
				bool short_timeout)
{
	struct lacp_info partner = port->partner;

	lacp_state_set(&partner, LACP_STATE_SYNCHRONIZATION, false);
	if (short_timeout) {
		lacp_state_set(&partner, LACP_STATE_TIMEOUT, true);
	}
	partner_set(port, step, &partner);
}

static time_ms current_while_ms(const struct lacp_port *port)
{
	return lacp_state_has(&port->actor, LACP_STATE_TIMEOUT) ? LACP_SHORT_TIMEOUT_TIME_MS
								: LACP_LONG_TIMEOUT_TIME_MS;
}

/* The arrows. False: none is open. */
static bool next(const struct lacp_port *port, const struct lacp_step *step,
		 enum lacp_receive_state *to)
{
	bool expired = lacp_timer_expired(step, port->current_while_timer);

	if (port->begin) {
		*to = LACP_RECEIVE_INITIALIZE;
		return true;
	}
	if (!port->port_enabled && !port->port_moved &&
	    port->receive != LACP_RECEIVE_PORT_DISABLED) {
		*to = LACP_RECEIVE_PORT_DISABLED;
		return true;
	}
	switch (port->receive) {
	case LACP_RECEIVE_INITIALIZE:
		*to = LACP_RECEIVE_PORT_DISABLED;
		return true;
	case LACP_RECEIVE_PORT_DISABLED:
		if (port->port_moved) {
			*to = LACP_RECEIVE_INITIALIZE;
			return true;
		}
		*to = port->lacp_enabled ? LACP_RECEIVE_EXPIRED : LACP_RECEIVE_LACP_DISABLED;
		return port->port_enabled;
	case LACP_RECEIVE_EXPIRED:
		*to = step->pdu != NULL ? LACP_RECEIVE_CURRENT : LACP_RECEIVE_DEFAULTED;
		return step->pdu != NULL || expired;
	case LACP_RECEIVE_LACP_DISABLED:
		return false;
	case LACP_RECEIVE_DEFAULTED:
		*to = LACP_RECEIVE_CURRENT;
		return step->pdu != NULL;
	case LACP_RECEIVE_CURRENT:
		*to = step->pdu != NULL ? LACP_RECEIVE_CURRENT : LACP_RECEIVE_EXPIRED;
		return step->pdu != NULL || expired;
	case LACP_RECEIVE_COUNT:
		break;
	}
	return false;
}

/* The boxes. */
static void enter(struct lacp_port *port, const struct lacp_step *step,
		  enum lacp_receive_state state)
{
	port->current_while_timer = TIME_NEVER;
	switch (state) {
	case LACP_RECEIVE_INITIALIZE:
		lacp_selected_set(port, step, LACP_SELECTED_UNSELECTED);
		record_default(port, step);
		lacp_state_set(&port->actor, LACP_STATE_EXPIRED, false);
		port->port_moved = false;
		break;
	case LACP_RECEIVE_PORT_DISABLED:
		partner_out_of_sync(port, step, false);
		break;
	case LACP_RECEIVE_EXPIRED:
		partner_out_of_sync(port, step, true);
		port->current_while_timer = step->now + LACP_SHORT_TIMEOUT_TIME_MS;
		lacp_state_set(&port->actor, LACP_STATE_EXPIRED, true);
		break;
	case LACP_RECEIVE_LACP_DISABLED:
		lacp_selected_set(port, step, LACP_SELECTED_UNSELECTED);
		record_default(port, step);
		lacp_state_set(&port->partner, LACP_STATE_AGGREGATION, false);
		lacp_state_set(&port->actor, LACP_STATE_EXPIRED, false);
		break;
	case LACP_RECEIVE_DEFAULTED:
		update_default_selected(port, step);
		record_default(port, step);
		lacp_state_set(&port->actor, LACP_STATE_EXPIRED, false);
		break;
	case LACP_RECEIVE_CURRENT:
		update_selected(port, step);
		update_ntt(port, step);
		record_pdu(port, step);
		port->current_while_timer = step->now + current_while_ms(port);
		lacp_state_set(&port->actor, LACP_STATE_EXPIRED, false);
		break;
	case LACP_RECEIVE_COUNT:
		break;
	}
}

bool lacp_receive_step(struct lacp_port *port, const struct lacp_step *step)
{
	enum lacp_receive_state from = port->receive;
	enum lacp_receive_state to;

	if (!next(port, step, &to)) {
		return false;
	}
	port->receive = to;
	enter(port, step, to);
	if (from != to) {
		lacp_note(step, BOND_NOTE_RECEIVE, (uint8_t)from, (uint8_t)to);
	}
	return true;
}

static bool reject_is_fault(enum lacp_reject reject)
{
	return reject != LACP_REJECT_OTHER_SUBTYPE;
}

bool lacp_receive_frame(struct lacp_port *port, const struct lacp_step *step,
			const struct bond_member_info *info, const uint8_t *frame, size_t size,
			struct lacp_pdu *pdu)
{
	enum lacp_reject reject;

	if (!port->port_enabled || !port->lacp_enabled) {
		port->counters.rejected[LACP_REJECT_NOT_ENABLED]++;
		return false;
	}
	reject = lacp_pdu_decode(frame, size, pdu);
	if (reject != LACP_REJECT_NONE) {
		port->counters.rejected[reject]++;
		port->counters.lacpdus_bad += reject_is_fault(reject) ? 1 : 0;
		return false;
	}
	if (pdu->kind != LACP_PDU_LACPDU) {
		port->counters.markers_received++;
		if (pdu->kind == LACP_PDU_MARKER) {
			lacp_marker_answer(port, step, info, frame);
		}
		return false;
	}
	/* Our own voice, over a loop or through a switch that doesn't know
	 * slow protocols. It says nothing of a partner, so the machine doesn't
	 * hear it: behind such a switch one port can still work alone. */
	if (memcmp(pdu->actor.system, step->system->system, sizeof(pdu->actor.system)) == 0) {
		port->counters.rejected[LACP_REJECT_LOOPED]++;
		port->looped_until = step->now + LACP_LONG_TIMEOUT_TIME_MS;
		return false;
	}
	port->looped_until = TIME_NEVER;
	port->counters.lacpdus_received++;
	return true;
}
