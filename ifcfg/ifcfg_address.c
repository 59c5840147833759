/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses. Facts: expand_config of initscripts' network-functions (numbering,
 * PREFIX over NETMASK), ifup-eth (none of it under dhcp), ifup-ipv6 and
 * network-functions-ipv6 (/64 where no prefix is given).
 */
#include "ifcfg/ifcfg_address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INDEX_MAX 255
#define KEY_SIZE  32

/* "" or "0" to "255": the endings of IPADDR, PREFIX and NETMASK. */
struct ending {
	char text[4];
};

/* Several for each of thousands of files, where printf would take the most time. */
static void key_make(char key[KEY_SIZE], const char *name, struct ending ending)
{
	size_t size = strlen(name);

	memcpy(key, name, size + 1);
	memcpy(key + size, ending.text, sizeof(ending.text));
}

/* index: -1 to INDEX_MAX. */
static struct ending ending_of(int index)
{
	struct ending ending = {{0}};
	size_t at = 0;

	if (index >= 100) {
		ending.text[at++] = (char)('0' + index / 100);
	}
	if (index >= 10) {
		ending.text[at++] = (char)('0' + index / 10 % 10);
	}
	if (index >= 0) {
		ending.text[at] = (char)('0' + index % 10);
	}
	return ending;
}

/* The kernel takes no address twice; neither does ifup. */
void ifcfg_address_add(const struct ifcfg_context *context, struct model_interface *interface,
		       const char *key, const struct model_address *address)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *other = &interface->addresses[i];
		if (other->family == address->family && other->prefix == address->prefix &&
		    memcmp(other->bytes, address->bytes, sizeof(other->bytes)) == 0) {
			if (other->source.file == context->file_index) {
				ifcfg_key_warning(context, key,
						  "%s repeats an address of line %u and "
						  "changes nothing",
						  key, other->source.line);
			} else {
				ifcfg_key_warning(context, key,
						  "%s repeats an address that '%s' has by "
						  "another file and changes nothing",
						  key, interface->name);
			}
			return;
		}
	}
	if (!model_interface_add_address(interface, address)) {
		context->problems->out_of_memory = true;
	}
}

/* The prefix of a network mask in network order; 33 if it has holes. */
static uint8_t mask_prefix(const uint8_t mask[4])
{
	uint32_t bits = (uint32_t)mask[0] << 24 | (uint32_t)mask[1] << 16 |
			(uint32_t)mask[2] << 8 | mask[3];
	uint8_t prefix = 0;

	while (prefix < 32 && bits & 1U << (31 - prefix)) {
		prefix++;
	}
	return prefix == 32 || bits << prefix == 0 ? prefix : 33;
}

static uint8_t class_prefix(const uint8_t address[4])
{
	return address[0] < 128 ? 8 : address[0] < 192 ? 16 : 24;
}

/* The file's value, or that of the interface's file where an alias goes by it. */
static const char *key_value(const struct ifcfg_context *context, const char *key)
{
	const char *value = ifcfg_key_value(context, key);

	return value || !context->parent ? value : ifcfg_key_value(context->parent, key);
}

/* PREFIXn, else NETMASKn, else the class; false after an error. */
static bool ipv4_prefix_read(const struct ifcfg_context *context, const char *address_key,
			     struct ending ending, const uint8_t address[4], uint8_t *out)
{
	char prefix_key[KEY_SIZE];
	char mask_key[KEY_SIZE];
	char word[IFCFG_WORD_SIZE];
	uint8_t mask[4];
	uint8_t mask_bits = 0;
	uint32_t prefix = 0;

	key_make(prefix_key, "PREFIX", ending);
	key_make(mask_key, "NETMASK", ending);
	const char *prefix_text = key_value(context, prefix_key);
	const char *mask_text = key_value(context, mask_key);

	if (mask_text) {
		bool fine =
			ifcfg_word_read(mask_text, word) && inet_pton(AF_INET, word, mask) == 1;
		mask_bits = fine ? mask_prefix(mask) : 33;
		if (mask_bits > 32 || mask_bits == 0) {
			ifcfg_key_error(context, mask_key,
					"%s '%s' is no network mask%s; expected one like "
					"255.255.255.0",
					mask_key, mask_text,
					fine && mask_bits > 32 ? ", for its ones have gaps"
							       : "");
			return false;
		}
	}
	if (prefix_text) {
		if (!ifcfg_word_read(prefix_text, word) ||
		    !ifcfg_number_parse(word, 32, &prefix) || prefix == 0) {
			ifcfg_key_error(context, prefix_key,
					"%s '%s'; expected a number from 1 to 32", prefix_key,
					prefix_text);
			return false;
		}
		if (mask_text && mask_bits != prefix) {
			ifcfg_key_warning(context, mask_key,
					  "%s says /%u, but %s says /%u, and that counts",
					  mask_key, mask_bits, prefix_key, prefix);
		}
		*out = (uint8_t)prefix;
		return true;
	}
	*out = mask_text ? mask_bits : class_prefix(address);
	if (!mask_text) {
		ifcfg_key_warning(
			context, address_key,
			"neither %s nor %s is set; /%u is taken from the class of the "
			"address",
			prefix_key, mask_key, *out);
	}
	return true;
}

/* An address of an interface is not 0.0.0.0 and no multicast or reserved one. */
bool ifcfg_ipv4_is_usable(const uint8_t bytes[4])
{
	return bytes[0] != 0 && bytes[0] < 224;
}

/* An address has the broadcast address of its network, always. */
static void broadcast_check(const struct ifcfg_context *context, struct ending ending,
			    const struct model_address *address)
{
	char key[KEY_SIZE];
	char word[IFCFG_WORD_SIZE];
	uint8_t said[4];
	uint8_t own[4];

	key_make(key, "BROADCAST", ending);
	const char *text = ifcfg_key_value(context, key);
	if (!text || context->dialect == IFCFG_DIALECT_NM) {
		return;
	}
	memcpy(own, address->bytes, sizeof(own));
	for (unsigned int bit = address->prefix; bit < 32; bit++) {
		own[bit / 8] |= (uint8_t)(0x80U >> bit % 8);
	}
	if (!ifcfg_word_read(text, word) || inet_pton(AF_INET, word, said) != 1 ||
	    memcmp(said, own, sizeof(own)) != 0) {
		ifcfg_key_warning(context, key,
				  "%s '%s' is not used: %u.%u.%u.%u is that of the network",
				  key, text, own[0], own[1], own[2], own[3]);
	}
}

static void ipv4_read(const struct ifcfg_context *context, struct model_interface *interface,
		      const char *key, struct ending ending)
{
	const char *text = ifcfg_key_value(context, key);
	struct model_address address = {.family = AF_INET,
					.source = ifcfg_key_source(context, key)};
	char word[IFCFG_WORD_SIZE];

	if (!ifcfg_word_read(text, word) || inet_pton(AF_INET, word, address.bytes) != 1) {
		ifcfg_key_error(context, key,
				"%s '%s' is no IPv4 address; expected one like "
				"192.0.2.1%s",
				key, text,
				strchr(text, '/') ? ", and its prefix in PREFIX" : "");
		return;
	}
	if (!ifcfg_ipv4_is_usable(address.bytes)) {
		ifcfg_key_error(
			context, key,
			"%s '%s' cannot be an interface's address; expected one of a host", key,
			text);
		return;
	}
	if (!ipv4_prefix_read(context, key, ending, address.bytes, &address.prefix)) {
		return;
	}
	broadcast_check(context, ending, &address);
	/* NetworkManager probes unless the wait is none. */
	char check_key[KEY_SIZE];
	key_make(check_key, "ARPCHECK", ending);
	const char *wait = ifcfg_key_value(context, "ARPING_WAIT");
	bool own = !context->parent || ifcfg_key_value(context, check_key);
	address.unchecked =
		context->dialect == IFCFG_DIALECT_NM
			? wait && strcmp(wait, "0") == 0
			: ifcfg_key_is_false(own ? context : context->parent, check_key);
	interface->address_check |= !address.unchecked;
	ifcfg_address_add(context, interface, key, &address);
}

bool ifcfg_prefix_read(const struct ifcfg_context *context, const char *key,
		       const uint8_t address[4], uint8_t *out)
{
	return ipv4_prefix_read(context, key, (struct ending){{0}}, address, out);
}

void ifcfg_address_read(const struct ifcfg_context *context, struct model_interface *interface)
{
	ipv4_read(context, interface, "IPADDR", (struct ending){{0}});
}

/* Numbering ends at the first hole from 2 on: what stands behind is unused. */
static void ipv4_unused_warn(const struct ifcfg_context *context, int first_unused)
{
	const struct ifcfg_variables *variables = context->variables;

	for (size_t i = 0; i < variables->count; i++) {
		const struct model_variable *variable = &variables->list[i];
		uint32_t number;
		if (strncmp(variable->name, "IPADDR", 6) != 0 || variable->value[0] == '\0' ||
		    !ifcfg_number_parse(variable->name + 6, UINT32_MAX, &number)) {
			continue;
		}
		ifcfg_key_value(context, variable->name); /* it is spoken of here */
		bool plain = variable->name[6] != '0' || variable->name[7] == '\0';
		if (!plain || number >= (uint32_t)first_unused) {
			ifcfg_key_warning(context, variable->name,
					  "%s is not used; expected numbers without leading "
					  "zeros and, from 2 on, without a gap",
					  variable->name);
		}
	}
}

static void ipv4_addresses_read(const struct ifcfg_context *context,
				struct model_interface *interface)
{
	int index = -1;

	for (; index <= INDEX_MAX; index++) {
		struct ending ending = ending_of(index);
		char key[KEY_SIZE];
		key_make(key, "IPADDR", ending);
		if (ifcfg_key_value(context, key)) {
			ipv4_read(context, interface, key, ending);
		} else if (index >= 2) {
			break;
		}
	}
	ipv4_unused_warn(context, index);
}

static void ipv6_read(const struct ifcfg_context *context, struct model_interface *interface,
		      const char *key, const char *text)
{
	struct model_address address = {
		.family = AF_INET6, .prefix = 64, .source = ifcfg_key_source(context, key)};
	char word[IFCFG_WORD_SIZE];
	uint32_t prefix = 64;

	bool fine = ifcfg_word_read(text, word);
	char *slash = fine ? strchr(word, '/') : NULL;
	if (slash) {
		*slash = '\0';
		fine = ifcfg_number_parse(slash + 1, 128, &prefix) && prefix > 0;
	}
	fine = fine && inet_pton(AF_INET6, word, address.bytes) == 1;
	static const uint8_t none[16];
	bool usable = fine && memcmp(address.bytes, none, 16) != 0 && address.bytes[0] != 0xff;
	if (!usable) {
		ifcfg_key_error(context, key,
				"%s '%s' is no IPv6 address of a host; expected one like "
				"2001:db8::1/64",
				key, text);
		return;
	}
	address.prefix = (uint8_t)prefix;
	ifcfg_address_add(context, interface, key, &address);
}

/* initscripts' default is yes, nm's no. */
bool ifcfg_ipv6_is_wanted(const struct ifcfg_context *context)
{
	return context->dialect == IFCFG_DIALECT_NM ? ifcfg_key_is_true(context, "IPV6INIT")
						    : !ifcfg_key_is_false(context, "IPV6INIT");
}

void ifcfg_ipv6_addresses_read(const struct ifcfg_context *context,
			       struct model_interface *interface)
{
	const char *first = ifcfg_key_value(context, "IPV6ADDR");
	const char *others = ifcfg_key_value(context, "IPV6ADDR_SECONDARIES");

	if (!ifcfg_ipv6_is_wanted(context)) {
		if (first || others) {
			ifcfg_key_warning(
				context,
				ifcfg_key_value(context, "IPV6INIT") ? "IPV6INIT"
				: first				     ? "IPV6ADDR"
								     : "IPV6ADDR_SECONDARIES",
				"IPV6INIT is not yes, so the file's IPv6 addresses are not "
				"used");
		}
		return;
	}
	if (first) {
		ipv6_read(context, interface, "IPV6ADDR", first);
	}

	char *copy = others ? strdup(others) : NULL;
	char *rest = copy;
	if (others && !copy) {
		context->problems->out_of_memory = true;
		return;
	}
	for (char *word; (word = strsep(&rest, " \t\n"));) {
		if (word[0] != '\0') {
			ipv6_read(context, interface, "IPV6ADDR_SECONDARIES", word);
		}
	}
	free(copy);
}

static enum model_protocol protocol_read(const struct ifcfg_context *context)
{
	static const enum model_protocol known[] = {MODEL_PROTOCOL_DHCP, MODEL_PROTOCOL_BOOTP,
						    MODEL_PROTOCOL_AUTOIP,
						    MODEL_PROTOCOL_SHARED};
	bool nm = context->dialect == IFCFG_DIALECT_NM;
	const char *text = ifcfg_key_value(context, "BOOTPROTO");

	if (!text) {
		return MODEL_PROTOCOL_STATIC;
	}
	/* ifup heeds the first two only, and in lower case; all else is static. */
	for (size_t i = 0; i < (nm ? 4 : 2); i++) {
		const char *name = model_protocol_name(known[i]);
		if (nm ? strcasecmp(text, name) == 0 : strcmp(text, name) == 0) {
			return known[i];
		}
	}
	if (nm && strcasecmp(text, "none") != 0 && strcasecmp(text, "static") != 0) {
		ifcfg_key_error(context, "BOOTPROTO",
				"BOOTPROTO '%s'; expected none, static, dhcp, bootp, autoip or "
				"shared",
				text);
	}
	return MODEL_PROTOCOL_STATIC;
}

void ifcfg_addresses_read(const struct ifcfg_context *context,
			  struct model_interface *interface)
{
	bool nm = context->dialect == IFCFG_DIALECT_NM;

	interface->protocol = protocol_read(context);
	if (interface->protocol == MODEL_PROTOCOL_AUTOIP ||
	    interface->protocol == MODEL_PROTOCOL_SHARED) {
		ifcfg_key_warning(context, "BOOTPROTO",
				  "BOOTPROTO=%s is not applied: '%s' has the addresses of its "
				  "file alone; expected BOOTPROTO=none or dhcp",
				  ifcfg_key_value(context, "BOOTPROTO"), context->subject);
	}
	/* ifup passes a file's own over where a client runs; NetworkManager has both. */
	if (nm || interface->protocol == MODEL_PROTOCOL_STATIC) {
		ipv4_addresses_read(context, interface);
	}
	ifcfg_ipv6_addresses_read(context, interface);
}
