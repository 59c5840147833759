/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LACPDUs and Marker PDUs as they are on the wire, IEEE 802.1AX-2014 clauses
 * 6.4.2 and 6.5.3, within their Ethernet frame. Wire order here, host order in
 * struct lacp_info.
 */
#ifndef CORE_LACP_PDU_H
#define CORE_LACP_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/lacp.h"

/* The whole frame without FCS; the same for a Marker PDU. */
#define LACP_FRAME_SIZE 124

enum lacp_pdu_kind {
	LACP_PDU_LACPDU = 0,
	LACP_PDU_MARKER,
	LACP_PDU_MARKER_RESPONSE,
};

/* What is taken from a frame. */
struct lacp_pdu {
	enum lacp_pdu_kind kind;
	uint8_t version;	  /* any: a higher one is read as version 1 */
	struct lacp_info actor;	  /* who speaks; LACPDU only */
	struct lacp_info partner; /* what it has heard of us; LACPDU only */
};

/* Reads a frame of size bytes, destination address first. Fills *out only if it
 * returns LACP_REJECT_NONE; else says why the frame is neither kind. */
enum lacp_reject lacp_pdu_decode(const uint8_t *frame, size_t size, struct lacp_pdu *out);

/* Writes a LACPDU's frame, LACP_FRAME_SIZE bytes, sent from source. */
void lacp_pdu_encode(uint8_t *frame, const uint8_t source[6], const struct lacp_info *actor,
		     const struct lacp_info *partner);

/* Writes the response to a Marker PDU's frame that lacp_pdu_decode took. */
void lacp_pdu_encode_marker_response(uint8_t *frame, const uint8_t source[6],
				     const uint8_t *marker);

#endif
