/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Alias files. They once made interfaces of their own; what they do since long is to
 * add addresses to the interface before the ':', and so they do here, but without the
 * label. Facts: initscripts' ifup-aliases (ONPARENT, ranges within one /24, the prefix and
 * ARPCHECK of the interface's file where the alias says none);
 * NetworkManager's ifcfg-rh plugin (no ranges, DEVICE must be the file's).
 */
#include "ifcfg/ifcfg_alias.h"

#include <arpa/inet.h>
#include <string.h>

#include "ifcfg/ifcfg_address.h"
#include "ifcfg/ifcfg_gateway.h"

size_t ifcfg_alias_parent_size(const char *name)
{
	size_t size = strcspn(name, ":");
	const char *range = strstr(name, "-range");

	return range && (size_t)(range - name) < size ? (size_t)(range - name) : size;
}

/* Whether DEVICE fits the file's name; if not, that is said. */
static bool device_check(const struct ifcfg_context *context)
{
	const char *device = ifcfg_key_value(context, "DEVICE");
	const char *name = context->subject;
	size_t size = ifcfg_alias_parent_size(name);

	if (context->dialect == IFCFG_DIALECT_NM) {
		if (device && strcmp(device, name) == 0) {
			return true;
		}
		ifcfg_key_warning(context, "DEVICE",
				  "the alias is not used: nm wants DEVICE=%s in it", name);
		return false;
	}
	if (!device ||
	    (ifcfg_alias_parent_size(device) == size && strncmp(device, name, size) == 0)) {
		return true;
	}
	ifcfg_key_error(context, "DEVICE",
			"DEVICE '%s' is no alias of '%.*s', which the file's name speaks of; "
			"expected DEVICE=%s",
			device, (int)size, name, name);
	return false;
}

/* One end of a range; false: it is not set or no address, as was said. */
static bool range_end_read(const struct ifcfg_context *context, const char *key, uint8_t out[4])
{
	const char *text = ifcfg_key_value(context, key);
	char word[IFCFG_WORD_SIZE];

	if (text && ifcfg_word_read(text, word) && inet_pton(AF_INET, word, out) == 1 &&
	    ifcfg_ipv4_is_usable(out)) {
		return true;
	}
	ifcfg_key_error(context, key,
			"%s '%s' is no IPv4 address of a host; expected one like 192.0.2.1",
			key, text ? text : "");
	return false;
}

static void range_read(const struct ifcfg_context *context, struct model_interface *interface)
{
	uint8_t first[4];
	uint8_t last[4];

	/* Numbers the labels, which there are none of here. */
	ifcfg_key_value(context, "CLONENUM_START");
	if (!range_end_read(context, "IPADDR_START", first) ||
	    !range_end_read(context, "IPADDR_END", last)) {
		return;
	}
	if (memcmp(first, last, 3) != 0 || first[3] > last[3]) {
		ifcfg_key_error(
			context, "IPADDR_END",
			"IPADDR_END '%s' does not go on from IPADDR_START '%s'; expected "
			"an address that differs in its last number only and is not less",
			ifcfg_key_value(context, "IPADDR_END"),
			ifcfg_key_value(context, "IPADDR_START"));
		return;
	}

	struct model_address address = {.family = AF_INET,
					.source = ifcfg_key_source(context, "IPADDR_START")};
	memcpy(address.bytes, first, sizeof(first));
	if (!ifcfg_prefix_read(context, "IPADDR_START", first, &address.prefix)) {
		return;
	}
	for (unsigned int number = first[3]; number <= last[3]; number++) {
		address.bytes[3] = (uint8_t)number;
		ifcfg_address_add(context, interface, "IPADDR_START", &address);
	}
}

void ifcfg_alias_read(const struct ifcfg_context *context, struct model_interface *interface)
{
	bool range = strstr(context->subject, "-range") != NULL;

	if (context->dialect == IFCFG_DIALECT_NM && range) {
		ifcfg_key_warning(context, "IPADDR_START",
				  "the addresses are not used: nm knows no range files");
		return;
	}
	/* Known; it is the interface's ONBOOT that counts. */
	ifcfg_key_value(context, "ONBOOT");
	ifcfg_key_value(context, "NAME");
	ifcfg_key_value(context, "TYPE");
	ifcfg_key_value(context, "NETWORK");
	ifcfg_key_value(context, "BOOTPROTO");
	if (!device_check(context)) {
		return;
	}
	if (context->dialect == IFCFG_DIALECT_INITSCRIPTS &&
	    ifcfg_key_is_false(context, "ONPARENT")) {
		return; /* only by hand, then */
	}
	if (range) {
		range_read(context, interface);
		return;
	}

	bool ipv6 = context->dialect == IFCFG_DIALECT_INITSCRIPTS &&
		    ifcfg_key_value(context, "IPV6ADDR");
	if (ifcfg_key_value(context, "IPADDR")) {
		ifcfg_address_read(context, interface);
		if (context->parent) {
			ifcfg_alias_gateway_read(context, interface);
		}
	} else if (!ipv6) {
		ifcfg_key_error(context, "IPADDR",
				"the alias has no address; expected IPADDR and PREFIX");
	}
	if (ipv6) {
		ifcfg_ipv6_addresses_read(context, interface);
	}
}
