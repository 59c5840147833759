/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys that any interface's file may have. Facts: initscripts' ifup-eth. */
#include "ifcfg/ifcfg_interface.h"

#include <string.h>

/* What the kernel takes on an Ethernet interface. */
#define MTU_MIN	     68
#define MTU_MIN_IPV6 1280
#define MTU_MAX	     65535

static void mtu_read(const struct ifcfg_context *context, struct model_interface *interface)
{
	const char *text = ifcfg_key_value(context, "MTU");
	char word[IFCFG_WORD_SIZE];

	if (!text) {
		return;
	}
	if (context->dialect == IFCFG_DIALECT_NM &&
	    (!ifcfg_number_parse(text, MTU_MAX, &interface->mtu) || interface->mtu == 0)) {
		/* 0 is nm's own word for the default. */
		if (strcmp(text, "0") != 0) {
			ifcfg_key_warning(
				context, "MTU",
				"MTU '%s' is not used; expected a number from 0 to %d", text,
				MTU_MAX);
		}
		return;
	}
	if (!ifcfg_word_read(text, word) ||
	    !ifcfg_number_parse(word, MTU_MAX, &interface->mtu) || interface->mtu < MTU_MIN) {
		interface->mtu = 0;
		ifcfg_key_error(context, "MTU", "MTU '%s'; expected a number from %d to %d",
				text, MTU_MIN, MTU_MAX);
	} else if (interface->mtu < MTU_MIN_IPV6 && ifcfg_key_value(context, "IPV6ADDR")) {
		ifcfg_key_error(
			context, "MTU",
			"MTU %u is too small for the IPv6 address; expected at least %d",
			interface->mtu, MTU_MIN_IPV6);
	}
}

/* A MAC address that an interface can have. */
static bool mac_read(const struct ifcfg_context *context, const char *key, uint8_t out[6])
{
	const char *text = ifcfg_key_value(context, key);
	static const uint8_t none[6];
	char word[IFCFG_WORD_SIZE];

	if (!text) {
		return false;
	}
	if (!ifcfg_word_read(text, word) || !ifcfg_mac_parse(word, out) || out[0] & 1 ||
	    memcmp(out, none, sizeof(none)) == 0) {
		ifcfg_key_error(context, key,
				"%s '%s' is no interface's MAC address; expected one like "
				"52:54:00:12:34:56",
				key, text);
		return false;
	}
	return true;
}

/* ifup compares it with the address that a bond or VLAN interface has at that moment, which
 * is none that it could be told from by. */
static void hwaddr_check(const struct ifcfg_context *context,
			 const struct model_interface *interface)
{
	uint8_t hwaddr[6];

	if (!mac_read(context, "HWADDR", hwaddr) ||
	    (interface->has_mac && memcmp(hwaddr, interface->mac, sizeof(hwaddr)) == 0)) {
		return;
	}
	ifcfg_key_warning(context, "HWADDR",
			  "HWADDR is not used: '%s' is made here, and has its address from "
			  "MACADDR or from what it is made of",
			  context->subject);
}

void ifcfg_interface_read(const struct ifcfg_context *context,
			  struct model_interface *interface)
{
	const char *onboot = ifcfg_key_value(context, "ONBOOT");

	interface->onboot = !ifcfg_key_is_false(context, "ONBOOT");
	if (onboot && interface->onboot && !ifcfg_key_is_true(context, "ONBOOT")) {
		ifcfg_key_warning(context, "ONBOOT",
				  "ONBOOT '%s' is neither yes nor no and is taken as yes",
				  onboot);
	}
	mtu_read(context, interface);
	interface->has_mac = mac_read(context, "MACADDR", interface->mac);
	hwaddr_check(context, interface);
}

/* IPADDR, IPADDR0, ..., IPV6ADDR, IPV6ADDR_SECONDARIES. */
static bool is_address_key(const char *name)
{
	uint32_t number;

	if (strncmp(name, "IPADDR", 6) == 0) {
		return name[6] == '\0' || ifcfg_number_parse(name + 6, UINT32_MAX, &number);
	}
	return strcmp(name, "IPV6ADDR") == 0 || strcmp(name, "IPV6ADDR_SECONDARIES") == 0;
}

void ifcfg_member_read(const struct ifcfg_context *context, const char *master,
		       struct model_member *member)
{
	static const char *const unused[] = {"MTU", "MACADDR", NULL};
	const struct ifcfg_variables *variables = context->variables;

	for (size_t i = 0; i < variables->count; i++) {
		const struct model_variable *variable = &variables->list[i];
		if (is_address_key(variable->name) &&
		    ifcfg_key_value(context, variable->name)) {
			ifcfg_key_error(context, variable->name,
					"'%s' is a member of '%s' and has an address; expected "
					"%s in the file of '%s'",
					context->subject, master, variable->name, master);
		}
	}
	member->has_hwaddr = mac_read(context, "HWADDR", member->hwaddr);
	member->any_name = member->has_hwaddr && !ifcfg_key_value(context, "DEVICE");
	for (const char *const *key = unused; *key; key++) {
		if (ifcfg_key_value(context, *key)) {
			ifcfg_key_warning(context, *key,
					  "%s is not used: a member takes what its bond has; "
					  "expected it in the file of '%s'",
					  *key, master);
		}
	}
	ifcfg_member_keys_read(context);
}
