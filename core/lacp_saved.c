// SPDX-License-Identifier: BSD-2-Clause
/*
 * A port over a restart: what bond_save keeps of it, and how it goes on.
 *
 * What comes back may have been written by another version or be damaged, so
 * nothing is taken that a port could not be in, and what follows from the
 * machines' states is worked out again.
 */
#include "core/lacp_machines.h"

#include <string.h>

static uint32_t time_left_ms(time_ms deadline, time_ms now)
{
	if (deadline == TIME_NEVER) {
		return LACP_SAVED_NEVER;
	}
	return deadline > now ? (uint32_t)(deadline - now) : 0;
}

/* When the port goes on, and how long ago it was saved. */
struct resume {
	time_ms now;
	time_ms elapsed_ms;
};

/* A timer that runs, with no more left than it can have. */
static time_ms deadline_of(uint32_t left_ms, uint32_t limit_ms, const struct resume *resume)
{
	time_ms left = left_ms < limit_ms ? left_ms : limit_ms;

	return resume->now + (left > resume->elapsed_ms ? left - resume->elapsed_ms : 0);
}

/* A timer that may be stopped. */
static time_ms deadline_or_never(uint32_t left_ms, uint32_t limit_ms,
				 const struct resume *resume)
{
	return left_ms == LACP_SAVED_NEVER ? TIME_NEVER
					   : deadline_of(left_ms, limit_ms, resume);
}

void lacp_port_save(const struct lacp_port *port, time_ms now, struct lacp_port_saved *out)
{
	memset(out, 0, sizeof(*out));
	out->actor = port->actor;
	out->partner = port->partner;
	out->receive = (uint8_t)port->receive;
	out->periodic = (uint8_t)port->periodic;
	out->mux = (uint8_t)port->mux;
	out->selected = (uint8_t)port->selected;
	out->actor_churn = (uint8_t)port->actor_churn;
	out->partner_churn = (uint8_t)port->partner_churn;
	out->port_enabled = port->port_enabled && !port->begin;
	out->port_moved = port->port_moved;
	out->ready_n = port->ready_n;
	out->wait_while_left_ms = time_left_ms(port->wait_while_timer, now);
	out->ready_limit_left_ms = time_left_ms(port->ready_limit, now);
	out->actor_churn_left_ms = time_left_ms(port->actor_churn_timer, now);
	out->partner_churn_left_ms = time_left_ms(port->partner_churn_timer, now);
	out->looped_left_ms = time_left_ms(port->looped_until, now);
	for (size_t i = 0; i < LACP_TRANSMIT_LIMIT; i++) {
		/* The oldest first. */
		size_t at = (port->transmit_next + i) % LACP_TRANSMIT_LIMIT;

		out->transmit_left_ms[i] = time_left_ms(port->transmit_until[at], now);
	}
	out->counters = port->counters;
}

/* Whether a working port can have been in these states. */
static bool saved_is_sound(const struct lacp_port_saved *saved)
{
	bool heard = saved->receive == LACP_RECEIVE_CURRENT ||
		     saved->receive == LACP_RECEIVE_EXPIRED ||
		     saved->receive == LACP_RECEIVE_DEFAULTED;
	bool defaulted = lacp_state_has(&saved->actor, LACP_STATE_DEFAULTED);

	if (!saved->port_enabled || !heard || saved->mux >= LACP_MUX_COUNT ||
	    saved->periodic >= LACP_PERIODIC_PERIODIC_TX ||
	    saved->selected >= LACP_SELECTED_COUNT || saved->actor_churn >= LACP_CHURN_COUNT ||
	    saved->partner_churn >= LACP_CHURN_COUNT) {
		return false;
	}
	if ((saved->receive == LACP_RECEIVE_CURRENT && defaulted) ||
	    (saved->receive == LACP_RECEIVE_DEFAULTED && !defaulted)) {
		return false;
	}
	return (saved->selected == LACP_SELECTED_UNSELECTED) ==
	       (saved->mux == LACP_MUX_DETACHED);
}

static void restore_states(struct lacp_port *port, const struct lacp_port_saved *saved)
{
	bool attached = saved->mux == LACP_MUX_ATTACHED ||
			saved->mux == LACP_MUX_COLLECTING_DISTRIBUTING;
	bool carries = saved->mux == LACP_MUX_COLLECTING_DISTRIBUTING;

	port->begin = false;
	port->port_enabled = true;
	port->actor = saved->actor;
	port->partner = saved->partner;
	port->receive = (enum lacp_receive_state)saved->receive;
	port->periodic = (enum lacp_periodic_state)saved->periodic;
	port->mux = (enum lacp_mux_state)saved->mux;
	port->selected = (enum lacp_selected)saved->selected;
	port->actor_churn = (enum lacp_churn_state)saved->actor_churn;
	port->partner_churn = (enum lacp_churn_state)saved->partner_churn;
	port->ready_n = port->mux == LACP_MUX_WAITING && saved->ready_n;
	lacp_state_set(&port->actor, LACP_STATE_SYNCHRONIZATION, attached);
	lacp_state_set(&port->actor, LACP_STATE_COLLECTING, carries);
	lacp_state_set(&port->actor, LACP_STATE_DISTRIBUTING, carries);
	lacp_state_set(&port->actor, LACP_STATE_EXPIRED, port->receive == LACP_RECEIVE_EXPIRED);
}

/* One LACPDU may have been sent since without a save (lacp_transmit.c), so unless
 * the limit was reached one more is counted, as late as it can have been. */
static void restore_transmissions(struct lacp_port *port, const struct lacp_port_saved *saved,
				  const struct resume *resume)
{
	time_ms *until = port->transmit_until;

	for (size_t i = 0; i < LACP_TRANSMIT_LIMIT; i++) {
		until[i] = deadline_of(saved->transmit_left_ms[i], LACP_FAST_PERIODIC_TIME_MS,
				       resume);
	}
	port->transmit_next = 0;
	if (until[0] <= resume->now) {
		until[0] = resume->now + LACP_FAST_PERIODIC_TIME_MS;
		port->transmit_next = 1;
	}
}

static void restore_timers(struct lacp_port *port, const struct lacp_port_saved *saved,
			   const struct resume *resume)
{
	bool waits = port->mux == LACP_MUX_WAITING;

	/* While we were away the partner may well have spoken: its silence
	 * begins to count anew. */
	if (port->receive == LACP_RECEIVE_CURRENT) {
		port->current_while_timer =
			resume->now + (lacp_state_has(&port->actor, LACP_STATE_TIMEOUT)
					       ? LACP_SHORT_TIMEOUT_TIME_MS
					       : LACP_LONG_TIMEOUT_TIME_MS);
	}
	if (port->receive == LACP_RECEIVE_EXPIRED) {
		port->current_while_timer = resume->now + LACP_SHORT_TIMEOUT_TIME_MS;
	}
	/* A LACPDU goes out at once, so the period too begins anew. */
	if (port->periodic == LACP_PERIODIC_FAST_PERIODIC) {
		port->periodic_timer = resume->now + LACP_FAST_PERIODIC_TIME_MS;
	}
	if (port->periodic == LACP_PERIODIC_SLOW_PERIODIC) {
		port->periodic_timer = resume->now + LACP_SLOW_PERIODIC_TIME_MS;
	}
	if (waits && port->ready_n) {
		port->ready_limit = deadline_of(saved->ready_limit_left_ms,
						LACP_AGGREGATE_WAIT_TIME_MS, resume);
	}
	if (waits && !port->ready_n) {
		port->wait_while_timer = deadline_of(saved->wait_while_left_ms,
						     LACP_AGGREGATE_WAIT_TIME_MS, resume);
	}
	port->actor_churn_timer = deadline_or_never(saved->actor_churn_left_ms,
						    LACP_CHURN_DETECTION_TIME_MS, resume);
	port->partner_churn_timer = deadline_or_never(saved->partner_churn_left_ms,
						      LACP_CHURN_DETECTION_TIME_MS, resume);
	port->looped_until =
		deadline_or_never(saved->looped_left_ms, LACP_LONG_TIMEOUT_TIME_MS, resume);
}

void lacp_port_restore_counters(struct lacp_port *port, const struct lacp_port_saved *saved,
				time_ms now, time_ms elapsed_ms)
{
	const struct resume resume = {.now = now, .elapsed_ms = elapsed_ms};

	port->counters = saved->counters;
	restore_transmissions(port, saved, &resume);
}

static uint32_t left_after(uint32_t left_ms, time_ms elapsed_ms)
{
	if (left_ms == LACP_SAVED_NEVER) {
		return left_ms;
	}
	return left_ms > elapsed_ms ? (uint32_t)(left_ms - elapsed_ms) : 0;
}

void lacp_port_saved_age(struct lacp_port_saved *saved, time_ms elapsed_ms)
{
	saved->wait_while_left_ms = left_after(saved->wait_while_left_ms, elapsed_ms);
	saved->ready_limit_left_ms = left_after(saved->ready_limit_left_ms, elapsed_ms);
	saved->actor_churn_left_ms = left_after(saved->actor_churn_left_ms, elapsed_ms);
	saved->partner_churn_left_ms = left_after(saved->partner_churn_left_ms, elapsed_ms);
	saved->looped_left_ms = left_after(saved->looped_left_ms, elapsed_ms);
	for (size_t i = 0; i < LACP_TRANSMIT_LIMIT; i++) {
		saved->transmit_left_ms[i] = left_after(saved->transmit_left_ms[i], elapsed_ms);
	}
}

bool lacp_port_saved_speak(struct lacp_port_saved *saved, const uint8_t source[6],
			   uint8_t *frame)
{
	struct lacp_port port = {.lacp_enabled = true};

	if (!saved_is_sound(saved) || saved->receive != LACP_RECEIVE_CURRENT ||
	    saved->periodic == LACP_PERIODIC_NO_PERIODIC || saved->transmit_left_ms[0] > 0) {
		return false;
	}
	restore_states(&port, saved);
	lacp_pdu_encode(frame, source, &port.actor, &port.partner);
	for (size_t i = 1; i < LACP_TRANSMIT_LIMIT; i++) {
		saved->transmit_left_ms[i - 1] = saved->transmit_left_ms[i];
	}
	saved->transmit_left_ms[LACP_TRANSMIT_LIMIT - 1] = LACP_FAST_PERIODIC_TIME_MS;
	saved->counters.lacpdus_sent++;
	return true;
}

bool lacp_port_restore(struct lacp_port *port, const struct lacp_port_saved *saved, time_ms now,
		       time_ms elapsed_ms)
{
	const struct resume resume = {.now = now, .elapsed_ms = elapsed_ms};

	if (!port->lacp_enabled || !saved_is_sound(saved)) {
		return false;
	}
	restore_states(port, saved);
	restore_timers(port, saved, &resume);
	/* The same news as before, but at once: the partner has not heard from
	 * us for as long as we were away. */
	port->ntt = true;
	return true;
}
