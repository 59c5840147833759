/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/explain_frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A protocol number without ports that no packet has (RFC 3692: experiments). */
#define EXPLAIN_NO_PROTOCOL 253
#define EXPLAIN_NO_PORTS    (-1)

enum explain_ports {
	EXPLAIN_PORTS_NONE,
	EXPLAIN_PORTS_TWO,
	EXPLAIN_PORTS_IDENTIFIER, /* sport is the identifier of an ICMP echo */
};

static const struct explain_protocol {
	const char *name;
	uint8_t number;
	enum explain_ports ports;
} explain_protocols[] = {
	{"TCP", IPPROTO_TCP, EXPLAIN_PORTS_TWO},
	{"UDP", IPPROTO_UDP, EXPLAIN_PORTS_TWO},
	{"SCTP", IPPROTO_SCTP, EXPLAIN_PORTS_TWO},
	{"DCCP", IPPROTO_DCCP, EXPLAIN_PORTS_TWO},
	{"UDPLITE", IPPROTO_UDPLITE, EXPLAIN_PORTS_TWO},
	{"ICMP", IPPROTO_ICMP, EXPLAIN_PORTS_IDENTIFIER},
	{"ICMPV6", IPPROTO_ICMPV6, EXPLAIN_PORTS_IDENTIFIER},
};

/* What the query says, in numbers. */
struct explain_flow_values {
	int family; /* 0: no addresses */
	uint8_t src[16], dst[16];
	uint8_t src_mac[6], dst_mac[6];
	uint8_t protocol;
	const struct explain_protocol *known;
	int sport, dport; /* EXPLAIN_NO_PORTS: not given */
};

__attribute__((format(printf, 2, 3))) static int explain_fail(char error[EXPLAIN_ERROR_SIZE],
							      const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error, EXPLAIN_ERROR_SIZE, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static int explain_number(const char *text, const char *name, int max, int *out,
			  char error[EXPLAIN_ERROR_SIZE])
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < 0 || value > max) {
		snprintf(error, EXPLAIN_ERROR_SIZE,
			 "%s is '%.60s'; expected a number from 0 to %d", name, text, max);
		return -EINVAL;
	}
	*out = (int)value;
	return 0;
}

static int explain_mac(const char *text, const char *name, uint8_t out[6],
		       char error[EXPLAIN_ERROR_SIZE])
{
	unsigned int b[6];
	char rest;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5],
		   &rest) != 6) {
		snprintf(error, EXPLAIN_ERROR_SIZE,
			 "%s is '%.60s'; expected an address like 52:54:00:12:34:56", name,
			 text);
		return -EINVAL;
	}
	for (int i = 0; i < 6; i++) {
		out[i] = (uint8_t)b[i];
	}
	return 0;
}

static int explain_parse_macs(const struct explain_query *query,
			      const struct explain_needs *needs,
			      struct explain_flow_values *flow, char error[EXPLAIN_ERROR_SIZE])
{
	int err = 0;

	memcpy(flow->src_mac, needs->own_mac, sizeof(flow->src_mac));
	if (query->src_mac) {
		err = explain_mac(query->src_mac, "src_mac", flow->src_mac, error);
	}
	if (err == 0 && query->dst_mac) {
		err = explain_mac(query->dst_mac, "dst_mac", flow->dst_mac, error);
	}
	if (err == 0 && needs->ethernet && !query->dst_mac) {
		return explain_fail(error, "dst_mac is needed: %s hashes MAC addresses",
				    needs->addresses ? "layer2+3" : "layer2");
	}
	return err;
}

static int explain_parse_addresses(const struct explain_query *query,
				   const struct explain_needs *needs,
				   struct explain_flow_values *flow,
				   char error[EXPLAIN_ERROR_SIZE])
{
	if (!query->src && !query->dst && !needs->addresses) {
		return 0;
	}
	if (!query->src || !query->dst) {
		return explain_fail(error, "%s is needed: the flow's IP address",
				    query->src ? "dst" : "src");
	}
	flow->family = strchr(query->src, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(flow->family, query->src, flow->src) != 1) {
		return explain_fail(error, "src is '%.60s'; expected an IP address",
				    query->src);
	}
	if (inet_pton(flow->family, query->dst, flow->dst) != 1) {
		return explain_fail(error,
				    "dst is '%.60s'; expected an IP address of src's kind",
				    query->dst);
	}
	return 0;
}

static int explain_parse_protocol(const struct explain_query *query,
				  struct explain_flow_values *flow,
				  char error[EXPLAIN_ERROR_SIZE])
{
	size_t count = sizeof(explain_protocols) / sizeof(explain_protocols[0]);
	const char *text = query->proto;
	char *end;
	long number = strtol(text, &end, 10);
	bool is_number = end != text && !*end && number >= 0 && number <= 255;

	/* Which of the two ICMPs, the addresses say. */
	if (flow->family == AF_INET6 &&
	    (strcasecmp(text, "icmp") == 0 || strcasecmp(text, "icmp6") == 0)) {
		text = "ICMPV6";
	}
	for (size_t i = 0; i < count; i++) {
		const struct explain_protocol *protocol = &explain_protocols[i];

		if (strcasecmp(text, protocol->name) == 0 ||
		    (is_number && number == protocol->number)) {
			flow->known = protocol;
			flow->protocol = protocol->number;
			return 0;
		}
	}
	if (!is_number) {
		return explain_fail(error,
				    "proto is '%.60s'; expected tcp, udp, sctp, dccp, udplite, "
				    "icmp or a number from 0 to 255",
				    text);
	}
	flow->protocol = (uint8_t)number;
	return 0;
}

static int explain_parse_ports(const struct explain_query *query,
			       const struct explain_needs *needs,
			       struct explain_flow_values *flow, char error[EXPLAIN_ERROR_SIZE])
{
	enum explain_ports ports = flow->known ? flow->known->ports : EXPLAIN_PORTS_NONE;
	int err = 0;

	if (query->sport) {
		err = explain_number(query->sport, "sport", UINT16_MAX, &flow->sport, error);
	}
	if (err == 0 && query->dport) {
		err = explain_number(query->dport, "dport", UINT16_MAX, &flow->dport, error);
	}
	if (err < 0 || !needs->ports) {
		return err;
	}
	if (ports == EXPLAIN_PORTS_TWO && (!query->sport || !query->dport)) {
		return explain_fail(error, "%s is needed: layer3+4 hashes ports",
				    query->sport ? "dport" : "sport");
	}
	if (ports == EXPLAIN_PORTS_IDENTIFIER && !query->sport) {
		return explain_fail(error,
				    "%s is needed: layer3+4 hashes the identifier of an "
				    "ICMP echo, which is given there",
				    "sport");
	}
	return 0;
}

static int explain_parse(const struct explain_query *query, const struct explain_needs *needs,
			 struct explain_flow_values *flow, char error[EXPLAIN_ERROR_SIZE])
{
	int err;

	*flow = (struct explain_flow_values){.protocol = EXPLAIN_NO_PROTOCOL,
					     .sport = EXPLAIN_NO_PORTS,
					     .dport = EXPLAIN_NO_PORTS};
	err = explain_parse_macs(query, needs, flow, error);
	if (err == 0) {
		err = explain_parse_addresses(query, needs, flow, error);
	}
	if (err == 0 && query->proto) {
		err = explain_parse_protocol(query, flow, error);
	}
	if (err == 0) {
		err = explain_parse_ports(query, needs, flow, error);
	}
	return err;
}

static void explain_put16(uint8_t *p, unsigned int value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* The IP header; returns where layer 4 begins. */
static uint8_t *explain_put_network(uint8_t *p, const struct explain_flow_values *flow)
{
	if (flow->family == AF_INET6) {
		p[0] = 0x60;
		p[5] = 8; /* payload length */
		p[6] = flow->protocol;
		p[7] = 64;
		memcpy(p + 8, flow->src, 16);
		memcpy(p + 24, flow->dst, 16);
		return p + 40;
	}
	p[0] = 0x45;
	p[3] = 28; /* total length */
	p[8] = 64;
	p[9] = flow->protocol;
	memcpy(p + 12, flow->src, 4);
	memcpy(p + 16, flow->dst, 4);
	return p + 20;
}

static void explain_put_transport(uint8_t *p, const struct explain_flow_values *flow)
{
	if (!flow->known || flow->sport == EXPLAIN_NO_PORTS) {
		return;
	}
	switch (flow->known->ports) {
	case EXPLAIN_PORTS_NONE:
		break;
	case EXPLAIN_PORTS_TWO:
		explain_put16(p, (unsigned int)flow->sport);
		if (flow->dport != EXPLAIN_NO_PORTS) {
			explain_put16(p + 2, (unsigned int)flow->dport);
		}
		break;
	case EXPLAIN_PORTS_IDENTIFIER:
		p[0] = flow->protocol == IPPROTO_ICMP ? 8 : 128; /* echo request */
		explain_put16(p + 4, (unsigned int)flow->sport);
		break;
	}
}

static void explain_put_text(const struct explain_query *query,
			     const struct explain_flow_values *flow, struct explain_frame *out)
{
	const uint8_t *s = flow->src_mac, *d = flow->dst_mac;
	char macs[64] = "", addresses[120] = "", protocol[60] = "";

	snprintf(macs, sizeof(macs),
		 "%02x:%02x:%02x:%02x:%02x:%02x > %02x:%02x:%02x:%02x:%02x:%02x", s[0], s[1],
		 s[2], s[3], s[4], s[5], d[0], d[1], d[2], d[3], d[4], d[5]);
	if (flow->family != 0) {
		snprintf(addresses, sizeof(addresses), ", %s %s > %s",
			 flow->family == AF_INET6 ? "IPv6" : "IPv4", query->src, query->dst);
	}
	if (flow->known && flow->known->ports == EXPLAIN_PORTS_TWO &&
	    flow->sport != EXPLAIN_NO_PORTS && flow->dport != EXPLAIN_NO_PORTS) {
		snprintf(protocol, sizeof(protocol), ", %s %d > %d", flow->known->name,
			 flow->sport, flow->dport);
	} else if (flow->known && flow->sport != EXPLAIN_NO_PORTS) {
		snprintf(protocol, sizeof(protocol), ", %s echo request %d", flow->known->name,
			 flow->sport);
	} else if (query->proto) {
		snprintf(protocol, sizeof(protocol), ", protocol %u", flow->protocol);
	}
	snprintf(out->text, sizeof(out->text), "%s%s%s", query->dst_mac ? macs : "any MAC",
		 addresses, protocol);
}

int explain_frame_build(const struct explain_query *query, const struct explain_needs *needs,
			struct explain_frame *out, char error[EXPLAIN_ERROR_SIZE])
{
	struct explain_flow_values flow;
	uint8_t *transport;
	int err = explain_parse(query, needs, &flow, error);

	if (err < 0) {
		return err;
	}
	memset(out, 0, sizeof(*out));
	memcpy(out->bytes, flow.dst_mac, 6);
	memcpy(out->bytes + 6, flow.src_mac, 6);
	explain_put16(out->bytes + 12, flow.family == AF_INET6 ? ETH_P_IPV6 : ETH_P_IP);
	transport = explain_put_network(out->bytes + ETH_HLEN, &flow);
	explain_put_transport(transport, &flow);
	out->size = (size_t)(transport - out->bytes) + 8;
	out->has_protocol = query->proto != NULL;
	explain_put_text(query, &flow, out);
	return 0;
}
