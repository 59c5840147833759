/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of a VLAN interface's file. What the old text already says, in each dialect
 * that can read it, stays as it stands, in whatever form; the rest becomes initscripts'
 * plainest one. Where NetworkManager needs a key that initscripts doesn't know (VLAN_ID),
 * that stands there too.
 */
#include "ifcfg/ifcfg_write_keys.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ifcfg/ifcfg_key.h"

#define KEY_SIZE       32
#define VID_DIGITS_MAX 4
/* Of an address with its prefix and a blank. */
#define IPV6_TEXT_SIZE (INET6_ADDRSTRLEN + 5)

static void edit_add(struct ifcfg_write_edits *edits, const char *key, const char *value)
{
	if (edits->count == edits->capacity) {
		size_t capacity = edits->capacity ? 2 * edits->capacity : 32;
		struct ifcfg_edit *list = realloc(edits->list, capacity * sizeof(*list));
		if (!list) {
			edits->out_of_memory = true;
			return;
		}
		edits->list = list;
		edits->capacity = capacity;
	}
	char *key_copy = strdup(key);
	char *value_copy = value ? strdup(value) : NULL;
	if (!key_copy || (value && !value_copy)) {
		edits->out_of_memory = true;
		free(key_copy);
		free(value_copy);
		return;
	}
	edits->list[edits->count++] = (struct ifcfg_edit){.key = key_copy, .value = value_copy};
}

void ifcfg_write_edits_free(struct ifcfg_write_edits *edits)
{
	for (size_t i = 0; i < edits->count; i++) {
		free((char *)edits->list[i].key);
		free((char *)edits->list[i].value);
	}
	free(edits->list);
}

static const char *old_value(const struct ifcfg_vlan_writer *writer, enum ifcfg_dialect dialect,
			     const char *key)
{
	const char *value = ifcfg_value(&writer->variables[dialect], key);

	return value && value[0] != '\0' ? value : NULL;
}

static bool is_set(const struct ifcfg_vlan_writer *writer, const char *key)
{
	return ifcfg_value(&writer->variables[IFCFG_DIALECT_INITSCRIPTS], key) ||
	       ifcfg_value(&writer->variables[IFCFG_DIALECT_NM], key);
}

/* Sets the key, or, with value NULL, takes it away. */
static void key_set(struct ifcfg_vlan_writer *writer, const char *key, const char *value)
{
	edit_add(&writer->edits, key, value);
}

static void key_set_yes(struct ifcfg_vlan_writer *writer, const char *key, bool yes)
{
	key_set(writer, key, yes ? "yes" : "no");
}

/* Whether each dialect that can read the old text says that the aspect is as wanted. */
typedef bool aspect_same(const struct model_vlan *old, const struct model_vlan *wanted);

static bool is_same(const struct ifcfg_vlan_writer *writer, aspect_same *same)
{
	bool any = false;

	for (size_t d = 0; d < IFCFG_WRITE_DIALECTS; d++) {
		if (!writer->reads[d]) {
			continue;
		}
		if (!writer->vlans[d] || !same(writer->vlans[d], writer->vlan)) {
			return false;
		}
		any = true;
	}
	return any;
}

bool ifcfg_write_identity_same(const struct model_vlan *old, const struct model_vlan *wanted)
{
	return strcmp(old->interface.name, wanted->interface.name) == 0 &&
	       strcmp(old->parent, wanted->parent) == 0 && old->vid == wanted->vid;
}

static bool onboot_same(const struct model_vlan *old, const struct model_vlan *wanted)
{
	return old->interface.onboot == wanted->interface.onboot;
}

static bool mtu_same(const struct model_vlan *old, const struct model_vlan *wanted)
{
	return old->interface.mtu == wanted->interface.mtu;
}

static bool mac_same(const struct model_vlan *old, const struct model_vlan *wanted)
{
	return old->interface.has_mac == wanted->interface.has_mac &&
	       (!old->interface.has_mac ||
		memcmp(old->interface.mac, wanted->interface.mac, 6) == 0);
}

static const struct model_address *address_next(const struct model_interface *interface,
						int family, size_t *at)
{
	while (*at < interface->address_count) {
		const struct model_address *address = &interface->addresses[(*at)++];
		if (address->family == family) {
			return address;
		}
	}
	return NULL;
}

static bool addresses_same(const struct model_interface *old,
			   const struct model_interface *wanted, int family)
{
	size_t bytes = family == AF_INET ? 4 : 16;
	size_t old_at = 0;
	size_t wanted_at = 0;

	for (;;) {
		const struct model_address *left = address_next(old, family, &old_at);
		const struct model_address *right = address_next(wanted, family, &wanted_at);
		if (!left || !right) {
			return left == right;
		}
		if (left->prefix != right->prefix ||
		    memcmp(left->bytes, right->bytes, bytes) != 0) {
			return false;
		}
	}
}

static bool ipv4_same(const struct model_vlan *old, const struct model_vlan *wanted)
{
	return old->interface.protocol == wanted->interface.protocol &&
	       addresses_same(&old->interface, &wanted->interface, AF_INET);
}

bool ifcfg_write_has_ipv4(const struct ifcfg_vlan_writer *writer)
{
	for (size_t d = 0; d < IFCFG_WRITE_DIALECTS; d++) {
		if (writer->vlans[d] && ipv4_same(writer->vlans[d], writer->vlan)) {
			return true;
		}
	}
	return false;
}

static bool default_same(const struct model_default_route *old,
			 const struct model_default_route *wanted, size_t size)
{
	return old->is_set == wanted->is_set &&
	       (!old->is_set ||
		(old->has_gateway == wanted->has_gateway &&
		 (!old->has_gateway || memcmp(old->gateway, wanted->gateway, size) == 0)));
}

static bool ipv4_default_same(const struct model_vlan *old, const struct model_vlan *wanted)
{
	return default_same(&old->interface.ipv4_default, &wanted->interface.ipv4_default, 4);
}

static bool ipv6_same(const struct model_vlan *old, const struct model_vlan *wanted)
{
	return old->interface.ipv6_autoconf == wanted->interface.ipv6_autoconf &&
	       old->interface.dhcpv6 == wanted->interface.dhcpv6 &&
	       addresses_same(&old->interface, &wanted->interface, AF_INET6) &&
	       default_same(&old->interface.ipv6_default, &wanted->interface.ipv6_default, 16);
}

/* How the name itself says which VLAN of what it is. */
enum form {
	FORM_NOTHING = 0,
	FORM_VLAN_ONLY,	      /* vlan652 */
	FORM_INITSCRIPTS_ALL, /* a.b.652, where nm takes the first dot */
	FORM_ALL,	      /* bond0.652 */
};

static enum form form_of(const struct model_vlan *vlan)
{
	const char *name = vlan->interface.name;
	const char *dot = strrchr(name, '.');
	const char *digits = dot ? dot + 1 : strncmp(name, "vlan", 4) == 0 ? name + 4 : "";
	uint32_t vid;

	if (digits[0] == '0' || strlen(digits) > VID_DIGITS_MAX ||
	    !ifcfg_number_parse(digits, UINT16_MAX, &vid) || vid != vlan->vid) {
		return FORM_NOTHING;
	}
	if (!dot) {
		return FORM_VLAN_ONLY;
	}
	size_t size = (size_t)(dot - name);
	if (size == 0 || strlen(vlan->parent) != size ||
	    memcmp(vlan->parent, name, size) != 0) {
		return FORM_NOTHING;
	}
	return memchr(name, '.', size) ? FORM_INITSCRIPTS_ALL : FORM_ALL;
}

static void identity_write(struct ifcfg_vlan_writer *writer)
{
	const struct model_vlan *vlan = writer->vlan;
	const char *type = old_value(writer, IFCFG_DIALECT_NM, "TYPE");
	const char *device = old_value(writer, IFCFG_DIALECT_INITSCRIPTS, "DEVICE");
	enum form form = form_of(vlan);
	char vid[8];

	if (!device || !is_same(writer, ifcfg_write_identity_same)) {
		key_set(writer, "DEVICE", vlan->interface.name);
	}
	if (type && strcasecmp(type, "Vlan") != 0 && strcasecmp(type, "Ethernet") != 0) {
		key_set(writer, "TYPE", NULL);
	}
	if (is_same(writer, ifcfg_write_identity_same)) {
		return;
	}
	snprintf(vid, sizeof(vid), "%u", vlan->vid);
	key_set(writer, "VLAN", "yes");
	key_set(writer, "PHYSDEV", form == FORM_ALL ? NULL : vlan->parent);
	key_set(writer, "VID", form == FORM_NOTHING ? vid : NULL);
	key_set(writer, "VLAN_ID",
		form == FORM_NOTHING || form == FORM_INITSCRIPTS_ALL ? vid : NULL);
}

/* Takes away every key of that beginning and a number that is at least first. */
static void numbered_remove(struct ifcfg_vlan_writer *writer, const char *beginning,
			    uint32_t first)
{
	size_t size = strlen(beginning);

	for (size_t d = 0; d < IFCFG_WRITE_DIALECTS; d++) {
		for (size_t i = 0; i < writer->variables[d].count; i++) {
			const char *name = writer->variables[d].list[i].name;
			uint32_t number;
			if (strncmp(name, beginning, size) == 0 &&
			    ifcfg_number_parse(name + size, UINT32_MAX, &number) &&
			    (number >= first || name[size] == '0')) {
				key_set(writer, name, NULL);
			}
		}
	}
}

/* The first is IPADDR, the second IPADDR1: IPADDR0 is another way to say the first. */
static void ipv4_key(char key[KEY_SIZE], const char *beginning, size_t index)
{
	if (index == 0) {
		snprintf(key, KEY_SIZE, "%s", beginning);
	} else {
		snprintf(key, KEY_SIZE, "%s%zu", beginning, index);
	}
}

static void ipv4_address_write(struct ifcfg_vlan_writer *writer, size_t index,
			       const struct model_address *address)
{
	static const char *const derived[] = {"NETMASK", "BROADCAST", "NETWORK"};
	char text[INET_ADDRSTRLEN] = "";
	char prefix[8];
	char key[KEY_SIZE];

	inet_ntop(AF_INET, address->bytes, text, sizeof(text));
	snprintf(prefix, sizeof(prefix), "%u", address->prefix);
	ipv4_key(key, "IPADDR", index);
	key_set(writer, key, text);
	ipv4_key(key, "PREFIX", index);
	key_set(writer, key, prefix);
	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++) {
		ipv4_key(key, derived[i], index);
		key_set(writer, key, NULL);
	}
}

static void ipv4_write(struct ifcfg_vlan_writer *writer)
{
	static const char *const keys[] = {"IPADDR", "PREFIX", "NETMASK", "BROADCAST",
					   "NETWORK"};
	const struct model_interface *interface = &writer->vlan->interface;
	const char *old = old_value(writer, IFCFG_DIALECT_INITSCRIPTS, "BOOTPROTO");
	bool is_static = interface->protocol == MODEL_PROTOCOL_STATIC;
	const struct model_address *address;
	size_t index = 0;
	size_t at = 0;

	if (is_same(writer, ipv4_same)) {
		return;
	}
	if (!is_static || !old || strcmp(old, "static") != 0) {
		key_set(writer, "BOOTPROTO",
			is_static ? "none" : model_protocol_name(interface->protocol));
	}
	while ((address = address_next(interface, AF_INET, &at))) {
		ipv4_address_write(writer, index++, address);
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (index == 0) {
			key_set(writer, keys[i], NULL);
		}
		numbered_remove(writer, keys[i], index > 1 ? (uint32_t)index : 1);
	}
}

static void ipv4_default_write(struct ifcfg_vlan_writer *writer)
{
	const struct model_interface *interface = &writer->vlan->interface;
	const struct model_default_route *route = &interface->ipv4_default;
	char text[INET_ADDRSTRLEN] = "";

	if (is_same(writer, ipv4_default_same) || (writer->is_new && !route->is_set)) {
		return;
	}
	inet_ntop(AF_INET, route->gateway, text, sizeof(text));
	key_set(writer, "GATEWAY", route->is_set && route->has_gateway ? text : NULL);
	numbered_remove(writer, "GATEWAY", 0);
	key_set(writer, "GATEWAYDEV",
		route->is_set && !route->has_gateway ? interface->name : NULL);
	if (route->is_set) {
		key_set(writer, "DEFROUTE", is_set(writer, "DEFROUTE") ? "yes" : NULL);
	}
}

/* "2001:db8::1/64"; of a link-local gateway, which is one only on its link, "fe80::1%NAME" */
static void ipv6_gateway_text(const struct model_interface *interface, char *out, size_t size)
{
	const uint8_t *gateway = interface->ipv6_default.gateway;
	bool link_local = gateway[0] == 0xfe && (gateway[1] & 0xc0) == 0x80;
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(AF_INET6, gateway, text, sizeof(text));
	snprintf(out, size, "%s%s%s", text, link_local ? "%" : "",
		 link_local ? interface->name : "");
}

static void ipv6_addresses_write(struct ifcfg_vlan_writer *writer)
{
	const struct model_interface *interface = &writer->vlan->interface;
	char *others = malloc(interface->address_count * IPV6_TEXT_SIZE + 1);
	const struct model_address *address;
	char first[IPV6_TEXT_SIZE] = "";
	size_t size = 0;
	size_t at = 0;

	if (!others) {
		writer->edits.out_of_memory = true;
		return;
	}
	others[0] = '\0';
	while ((address = address_next(interface, AF_INET6, &at))) {
		char text[INET6_ADDRSTRLEN] = "";
		inet_ntop(AF_INET6, address->bytes, text, sizeof(text));
		if (first[0] == '\0') {
			snprintf(first, sizeof(first), "%s/%u", text, address->prefix);
		} else {
			size += (size_t)sprintf(others + size, "%s%s/%u", size ? " " : "", text,
						address->prefix);
		}
	}
	key_set(writer, "IPV6ADDR", first[0] ? first : NULL);
	key_set(writer, "IPV6ADDR_SECONDARIES", size ? others : NULL);
	free(others);
}

static void ipv6_write(struct ifcfg_vlan_writer *writer)
{
	const struct model_interface *interface = &writer->vlan->interface;
	const struct model_default_route *route = &interface->ipv6_default;
	char gateway[INET6_ADDRSTRLEN + 1 + MODEL_NAME_SIZE];
	size_t at = 0;

	if (is_same(writer, ipv6_same)) {
		return;
	}
	bool wanted = interface->ipv6_autoconf || interface->dhcpv6 || route->is_set ||
		      address_next(interface, AF_INET6, &at);
	key_set_yes(writer, "IPV6INIT", wanted);
	ipv6_addresses_write(writer);
	key_set(writer, "IPV6_AUTOCONF",
		!wanted			   ? NULL
		: interface->ipv6_autoconf ? "yes"
					   : "no");
	key_set(writer, "DHCPV6C", interface->dhcpv6 ? "yes" : NULL);
	ipv6_gateway_text(interface, gateway, sizeof(gateway));
	key_set(writer, "IPV6_DEFAULTGW", route->is_set ? gateway : NULL);
	if (route->is_set) {
		key_set(writer, "IPV6_DEFAULTDEV", NULL);
		key_set(writer, "IPV6_DEFROUTE",
			is_set(writer, "IPV6_DEFROUTE") ? "yes" : NULL);
	}
}

static void link_write(struct ifcfg_vlan_writer *writer)
{
	const struct model_interface *interface = &writer->vlan->interface;
	const uint8_t *mac = interface->mac;
	char mtu[16];
	char text[18];

	if (!is_same(writer, mtu_same)) {
		snprintf(mtu, sizeof(mtu), "%u", interface->mtu);
		key_set(writer, "MTU", interface->mtu ? mtu : NULL);
	}
	if (!is_same(writer, mac_same)) {
		snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
			 mac[2], mac[3], mac[4], mac[5]);
		key_set(writer, "MACADDR", interface->has_mac ? text : NULL);
	}
}

void ifcfg_write_keys(struct ifcfg_vlan_writer *writer)
{
	identity_write(writer);
	if (!is_same(writer, onboot_same) || !is_set(writer, "ONBOOT")) {
		key_set_yes(writer, "ONBOOT", writer->vlan->interface.onboot);
	}
	if (writer->is_new) {
		key_set(writer, "NM_CONTROLLED", "no");
	}
	ipv4_write(writer);
	ipv4_default_write(writer);
	ipv6_write(writer);
	link_write(writer);
}
