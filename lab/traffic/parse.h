/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds our packet in an Ethernet frame: tags, IPv4 or IPv6, UDP. The lab makes
 * these frames itself, so nothing more than that is looked for.
 */
#ifndef LAB_TRAFFIC_PARSE_H
#define LAB_TRAFFIC_PARSE_H

#include "lab/traffic/traffic.h"

/* False if the frame of size bytes is none of ours. ends->vlan is that of a
 * tag inside the frame, 0 without one. */
bool parse_frame(const uint8_t *frame, size_t size, struct traffic_endpoints *ends,
		 struct traffic_packet *packet);

#endif
