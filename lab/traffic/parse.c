// SPDX-License-Identifier: BSD-2-Clause
/* See parse.h. */
#include "lab/traffic/parse.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#define ETHERNET_SIZE 14u
#define TAG_SIZE      4u
#define IPV4_LEAST    20u
#define IPV6_SIZE     40u
#define UDP_SIZE      8u

static uint16_t be16_at(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static bool parse_udp(const uint8_t *at, size_t size, struct traffic_endpoints *ends,
		      struct traffic_packet *packet)
{
	if (size < UDP_SIZE + sizeof(*packet)) {
		return false;
	}
	ends->source_port = be16_at(at);
	ends->destination_port = be16_at(at + 2);
	memcpy(packet, at + UDP_SIZE, sizeof(*packet));
	return packet->magic == TRAFFIC_MAGIC;
}

static bool parse_ipv4(const uint8_t *at, size_t size, struct traffic_endpoints *ends,
		       struct traffic_packet *packet)
{
	size_t header_size;

	if (size < IPV4_LEAST || at[9] != IPPROTO_UDP || (be16_at(at + 6) & 0x1fff) != 0) {
		return false;
	}
	header_size = (size_t)(at[0] & 0xf) * 4;
	if (header_size < IPV4_LEAST || size < header_size) {
		return false;
	}
	ends->family = AF_INET;
	memcpy(ends->source, at + 12, 4);
	memcpy(ends->destination, at + 16, 4);
	return parse_udp(at + header_size, size - header_size, ends, packet);
}

static bool parse_ipv6(const uint8_t *at, size_t size, struct traffic_endpoints *ends,
		       struct traffic_packet *packet)
{
	if (size < IPV6_SIZE || at[6] != IPPROTO_UDP) {
		return false;
	}
	ends->family = AF_INET6;
	memcpy(ends->source, at + 8, 16);
	memcpy(ends->destination, at + 24, 16);
	return parse_udp(at + IPV6_SIZE, size - IPV6_SIZE, ends, packet);
}

bool parse_frame(const uint8_t *frame, size_t size, struct traffic_endpoints *ends,
		 struct traffic_packet *packet)
{
	size_t offset = ETHERNET_SIZE;
	uint16_t type;

	memset(ends, 0, sizeof(*ends));
	if (size < offset) {
		return false;
	}
	type = be16_at(frame + 12);
	if (type == ETH_P_8021Q && size >= offset + TAG_SIZE) {
		ends->vlan = be16_at(frame + 14) & 0xfff;
		type = be16_at(frame + 16);
		offset += TAG_SIZE;
	}
	if (type == ETH_P_IP) {
		return parse_ipv4(frame + offset, size - offset, ends, packet);
	}
	if (type == ETH_P_IPV6) {
		return parse_ipv6(frame + offset, size - offset, ends, packet);
	}
	return false;
}
