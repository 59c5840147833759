// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Marker Responder, IEEE 802.1AX-2014 6.5.4.2: every Marker PDU is sent back
 * as a Marker Response on the port that it came in on. No slow protocol sends
 * more than ten frames a second, so more Markers than that are not answered.
 */
#include "core/lacp_machines.h"

#include "core/assert.h"

#define WINDOW_MS 1000

void lacp_marker_answer(struct lacp_port *port, const struct lacp_step *step,
			const struct bond_member_info *info, const uint8_t *frame)
{
	struct bond_actions *out = step->out;
	struct bond_frame *answer;

	if (port->marker_window <= step->now) {
		port->marker_window = step->now + WINDOW_MS;
		port->marker_count = 0;
	}
	if (port->marker_count >= LACP_MARKER_LIMIT) {
		port->counters.rejected[LACP_REJECT_MARKER_RATE]++;
		return;
	}
	CORE_ASSERT(out->frame_count < BOND_FRAMES_MAX);
	answer = &out->frames[out->frame_count++];
	answer->slot = step->slot;
	answer->size = LACP_FRAME_SIZE;
	lacp_pdu_encode_marker_response(answer->data, info->mac, frame);
	port->marker_count++;
	port->counters.markers_answered++;
}
