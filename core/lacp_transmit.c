// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Transmit machine, IEEE 802.1AX-2014 6.4.16: a LACPDU when one is needed,
 * at most LACP_TRANSMIT_LIMIT of them in a second. One that is held back is sent
 * as soon as the limit allows, with what is true by then.
 */
#include "core/lacp_machines.h"

#include "core/assert.h"

/* NTT without leave to speak is dropped, not kept. */
static bool may_speak(const struct lacp_port *port)
{
	return port->lacp_enabled && port->port_enabled &&
	       port->periodic != LACP_PERIODIC_NO_PERIODIC;
}

static bool within_limit(const struct lacp_port *port, time_ms now)
{
	return port->transmit_until[port->transmit_next] <= now;
}

static void transmit(struct lacp_port *port, const struct lacp_step *step,
		     const struct bond_member_info *info)
{
	struct bond_actions *out = step->out;
	struct bond_frame *frame;
	uint8_t next = (uint8_t)((port->transmit_next + 1) % LACP_TRANSMIT_LIMIT);

	/* A daemon that starts again must know what counts against the limit;
	 * the one LACPDU a second of fast operation is not worth a save. */
	for (uint8_t i = 0; i < LACP_TRANSMIT_LIMIT; i++) {
		step->out->save |= port->transmit_until[i] > step->now;
	}
	/* One LACPDU and one Marker Response a port and event fit. */
	CORE_ASSERT(out->frame_count < BOND_FRAMES_MAX);
	frame = &out->frames[out->frame_count++];
	frame->slot = step->slot;
	frame->size = LACP_FRAME_SIZE;
	lacp_pdu_encode(frame->data, info->mac, &port->actor, &port->partner);
	port->transmit_until[port->transmit_next] = step->now + LACP_FAST_PERIODIC_TIME_MS;
	port->transmit_next = next;
	port->counters.lacpdus_sent++;
	port->ntt = false;
}

void lacp_transmit_step(struct lacp_port *port, const struct lacp_step *step,
			const struct bond_member_info *info)
{
	if (!may_speak(port)) {
		port->ntt = false;
	}
	if (port->ntt && within_limit(port, step->now)) {
		transmit(port, step, info);
	}
}

time_ms lacp_transmit_deadline(const struct lacp_port *port)
{
	return port->ntt && may_speak(port) ? port->transmit_until[port->transmit_next]
					    : TIME_NEVER;
}

void lacp_transmit_farewell(struct lacp_port *port, const struct lacp_step *step,
			    const struct bond_member_info *info)
{
	if (!may_speak(port) || !within_limit(port, step->now)) {
		return;
	}
	lacp_state_set(&port->actor,
		       LACP_STATE_SYNCHRONIZATION | LACP_STATE_COLLECTING |
			       LACP_STATE_DISTRIBUTING | LACP_STATE_AGGREGATION,
		       false);
	transmit(port, step, info);
}
