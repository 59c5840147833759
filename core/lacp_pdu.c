// SPDX-License-Identifier: BSD-2-Clause
/*
 * LACPDU and Marker PDU, bytes to struct and back; core/lacp_pdu.h.
 *
 * A receiver must not judge a LACPDU by its Version_Number, TLV_type or
 * reserved fields, and may by the lengths (6.4.12). The two TLVs that matter
 * stand at fixed places in every version; what a later version adds comes after
 * them and is not looked at.
 */
#include "core/lacp_pdu.h"

#include <string.h>

#define ETHERTYPE_SLOW	    0x8809u

#define SUBTYPE_LACP	    1
#define SUBTYPE_MARKER	    2

#define LACP_VERSION	    1
#define MARKER_VERSION	    1

/* Offsets from the frame's first byte. */
#define AT_SOURCE	    6
#define AT_ETHERTYPE	    12
#define AT_SUBTYPE	    14
#define AT_VERSION	    15
#define AT_ACTOR	    16 /* TLV: type, length, information, reserved */
#define AT_PARTNER	    36
#define AT_COLLECTOR	    56
#define AT_MARKER	    16
#define AT_TRANSACTION_PAD  30 /* a Marker's last two octets, pad */

#define TLV_ACTOR	    1
#define TLV_PARTNER	    2
#define TLV_COLLECTOR	    3
#define TLV_MARKER	    1
#define TLV_MARKER_RESPONSE 2
#define LENGTH_INFO	    20
#define LENGTH_COLLECTOR    16
#define LENGTH_MARKER	    16

static const uint8_t slow_protocols_multicast[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x02};

static uint16_t read16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void write16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void read_info(const uint8_t *tlv, struct lacp_info *out)
{
	out->system_priority = read16(tlv + 2);
	memcpy(out->system, tlv + 4, sizeof(out->system));
	out->key = read16(tlv + 10);
	out->port_priority = read16(tlv + 12);
	out->port = read16(tlv + 14);
	out->state = tlv[16];
}

static void write_info(uint8_t *tlv, uint8_t type, const struct lacp_info *info)
{
	tlv[0] = type;
	tlv[1] = LENGTH_INFO;
	write16(tlv + 2, info->system_priority);
	memcpy(tlv + 4, info->system, sizeof(info->system));
	write16(tlv + 10, info->key);
	write16(tlv + 12, info->port_priority);
	write16(tlv + 14, info->port);
	tlv[16] = info->state;
}

static enum lacp_reject decode_lacpdu(const uint8_t *frame, struct lacp_pdu *out)
{
	if (frame[AT_ACTOR + 1] != LENGTH_INFO) {
		return LACP_REJECT_ACTOR_LENGTH;
	}
	if (frame[AT_PARTNER + 1] != LENGTH_INFO) {
		return LACP_REJECT_PARTNER_LENGTH;
	}
	memset(out, 0, sizeof(*out));
	out->kind = LACP_PDU_LACPDU;
	out->version = frame[AT_VERSION];
	read_info(frame + AT_ACTOR, &out->actor);
	read_info(frame + AT_PARTNER, &out->partner);
	return LACP_REJECT_NONE;
}

static enum lacp_reject decode_marker(const uint8_t *frame, struct lacp_pdu *out)
{
	uint8_t type = frame[AT_MARKER];

	if (type != TLV_MARKER && type != TLV_MARKER_RESPONSE) {
		return LACP_REJECT_MARKER_TYPE;
	}
	if (frame[AT_MARKER + 1] != LENGTH_MARKER) {
		return LACP_REJECT_MARKER_LENGTH;
	}
	memset(out, 0, sizeof(*out));
	out->kind = type == TLV_MARKER ? LACP_PDU_MARKER : LACP_PDU_MARKER_RESPONSE;
	out->version = frame[AT_VERSION];
	return LACP_REJECT_NONE;
}

enum lacp_reject lacp_pdu_decode(const uint8_t *frame, size_t size, struct lacp_pdu *out)
{
	if (size < AT_VERSION + 1) {
		return LACP_REJECT_TRUNCATED;
	}
	if (memcmp(frame, slow_protocols_multicast, sizeof(slow_protocols_multicast)) != 0) {
		return LACP_REJECT_WRONG_DESTINATION;
	}
	if (read16(frame + AT_ETHERTYPE) != ETHERTYPE_SLOW) {
		return LACP_REJECT_WRONG_ETHERTYPE;
	}
	if (frame[AT_SUBTYPE] != SUBTYPE_LACP && frame[AT_SUBTYPE] != SUBTYPE_MARKER) {
		return LACP_REJECT_OTHER_SUBTYPE;
	}
	if (size < LACP_FRAME_SIZE) {
		return LACP_REJECT_TRUNCATED;
	}
	if (frame[AT_SUBTYPE] == SUBTYPE_MARKER) {
		return decode_marker(frame, out);
	}
	return decode_lacpdu(frame, out);
}

static void write_header(uint8_t *frame, const uint8_t source[6], uint8_t subtype,
			 uint8_t version)
{
	memset(frame, 0, LACP_FRAME_SIZE);
	memcpy(frame, slow_protocols_multicast, sizeof(slow_protocols_multicast));
	memcpy(frame + AT_SOURCE, source, 6);
	write16(frame + AT_ETHERTYPE, ETHERTYPE_SLOW);
	frame[AT_SUBTYPE] = subtype;
	frame[AT_VERSION] = version;
}

void lacp_pdu_encode(uint8_t *frame, const uint8_t source[6], const struct lacp_info *actor,
		     const struct lacp_info *partner)
{
	write_header(frame, source, SUBTYPE_LACP, LACP_VERSION);
	write_info(frame + AT_ACTOR, TLV_ACTOR, actor);
	write_info(frame + AT_PARTNER, TLV_PARTNER, partner);
	/* CollectorMaxDelay stays 0: frames are never held back. The Terminator
	 * TLV and the reserved octets are zeros. */
	frame[AT_COLLECTOR] = TLV_COLLECTOR;
	frame[AT_COLLECTOR + 1] = LENGTH_COLLECTOR;
}

void lacp_pdu_encode_marker_response(uint8_t *frame, const uint8_t source[6],
				     const uint8_t *marker)
{
	write_header(frame, source, SUBTYPE_MARKER, MARKER_VERSION);
	memcpy(frame + AT_MARKER, marker + AT_MARKER, AT_TRANSACTION_PAD - AT_MARKER);
	frame[AT_MARKER] = TLV_MARKER_RESPONSE;
}
