/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/vlan_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A plain decimal number up to max, no sign, no zeros before it. */
static bool vlan_number_parse(const char *text, unsigned int max, unsigned int *out)
{
	size_t size = strlen(text);

	if (size == 0 || size > 5 || strspn(text, "0123456789") != size ||
	    (text[0] == '0' && size > 1)) {
		return false;
	}
	*out = (unsigned int)strtoul(text, NULL, 10);
	return *out <= max;
}

bool vlan_address_parse(const char *text, struct model_address *out)
{
	struct model_address address = {0};
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	unsigned int prefix;

	if (!slash || (size_t)(slash - text) >= sizeof(host)) {
		return false;
	}
	memcpy(host, text, (size_t)(slash - text));
	host[slash - text] = '\0';
	address.family = strchr(host, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(address.family, host, address.bytes) != 1 ||
	    !vlan_number_parse(slash + 1, address.family == AF_INET ? 32 : 128, &prefix)) {
		return false;
	}
	address.prefix = (uint8_t)prefix;
	*out = address;
	return true;
}

void vlan_address_text(const struct model_address *address, char out[VLAN_ADDRESS_TEXT_SIZE])
{
	char host[INET6_ADDRSTRLEN] = "";

	inet_ntop(address->family, address->bytes, host, sizeof(host));
	snprintf(out, VLAN_ADDRESS_TEXT_SIZE, "%s/%u", host, address->prefix);
}

/* Whether all bits behind the prefix are 0, or all 1. */
static bool vlan_host_bits_are(const struct model_address *address, bool ones)
{
	unsigned int bits = address->family == AF_INET ? 32 : 128;

	for (unsigned int bit = address->prefix; bit < bits; bit++) {
		bool one = address->bytes[bit / 8] >> (7 - bit % 8) & 1;

		if (one != ones) {
			return false;
		}
	}
	return true;
}

static const char *vlan_ipv4_fault(const struct model_address *address)
{
	const uint8_t *b = address->bytes;

	if (b[0] == 0) {
		return "is in 0.0.0.0/8, which means no address";
	}
	if (b[0] == 127) {
		return "is a loopback address";
	}
	if (b[0] >= 224 && b[0] < 240) {
		return "is a multicast address";
	}
	if (b[0] >= 240) {
		return "is in 240.0.0.0/4, which no host may have";
	}
	if (address->prefix == 0) {
		return "has a prefix of 0, which would be the whole Internet";
	}
	if (address->prefix <= 30 && vlan_host_bits_are(address, false)) {
		return "is the address of the network itself";
	}
	if (address->prefix <= 30 && vlan_host_bits_are(address, true)) {
		return "is the broadcast address of its network";
	}
	return NULL;
}

static const char *vlan_ipv6_fault(const struct model_address *address)
{
	static const uint8_t zero[15];
	const uint8_t *b = address->bytes;

	if (memcmp(b, zero, sizeof(zero)) == 0 && b[15] <= 1) {
		return b[15] ? "is the loopback address" : "means no address";
	}
	if (b[0] == 0xff) {
		return "is a multicast address";
	}
	if (memcmp(b, zero, 10) == 0 && b[10] == 0xff && b[11] == 0xff) {
		return "is an IPv4 address written as IPv6";
	}
	if (address->prefix == 0) {
		return "has a prefix of 0, which would be the whole Internet";
	}
	if (address->prefix <= 126 && vlan_host_bits_are(address, false)) {
		return "is the address that all routers of the network share";
	}
	return NULL;
}

const char *vlan_address_fault(const struct model_address *address)
{
	return address->family == AF_INET ? vlan_ipv4_fault(address) : vlan_ipv6_fault(address);
}

bool vlan_address_same_host(const struct model_address *a, const struct model_address *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, a->family == AF_INET ? 4 : 16) == 0;
}

bool vlan_address_is_link_local(const struct model_address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

bool vlan_address_reaches(const struct model_address *address, const uint8_t *host)
{
	for (unsigned int bit = 0; bit < address->prefix; bit++) {
		if ((host[bit / 8] ^ address->bytes[bit / 8]) >> (7 - bit % 8) & 1) {
			return false;
		}
	}
	return true;
}
