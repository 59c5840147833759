/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bond's configuration in the saved state. What is read back is taken only
 * whole and in range: it may be handed to the core, which believes it.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/json_util.h"
#include "daemon/wanted.h"
#include "daemon/wanted_route_json.h"

#define WANTED_MTU_MAX	    65535
#define WANTED_DELAY_MAX_MS 3600000

static json_t *wanted_addresses_to_json(const struct model_interface *interface)
{
	json_t *list = json_array();

	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *address = &interface->addresses[i];

		json_array_append_new(
			list, json_address(address->family, address->bytes, address->prefix));
	}
	return list;
}

/* Says nothing of what is as it mostly is: there may be thousands of them, and each change
 * of one writes them all. */
static json_t *wanted_interface_to_json(const struct model_interface *interface)
{
	json_t *json = json_pack("{s:s}", "name", interface->name);

	if (!interface->onboot) {
		json_object_set_new(json, "onboot", json_false());
	}
	if (interface->mtu != 0) {
		json_object_set_new(json, "mtu", json_integer(interface->mtu));
	}
	if (interface->address_count > 0) {
		json_object_set_new(json, "addresses", wanted_addresses_to_json(interface));
	}
	if (interface->has_mac) {
		json_object_set_new(json, "mac", json_mac(interface->mac));
	}
	if (!interface->ipv6_autoconf) {
		json_object_set_new(json, "ipv6_autoconf", json_false());
	}
	if (interface->ipv6_untouched) {
		json_object_set_new(json, "ipv6_untouched", json_true());
	}
	wanted_routes_to_json(interface, json);
	return json;
}

static json_t *wanted_options_to_json(const struct model_bond_options *options)
{
	return json_pack(
		"{s:i, s:i, s:I, s:I, s:I, s:b, s:I, s:b, s:b, s:i, s:o, s:i, s:i, "
		"s:b, s:i, s:i}",
		"mode", (int)options->mode, "policy", (int)options->xmit_hash_policy, "miimon",
		(json_int_t)options->miimon_ms, "updelay", (json_int_t)options->updelay_ms,
		"downdelay", (json_int_t)options->downdelay_ms, "use_carrier",
		options->use_carrier, "min_links", (json_int_t)options->min_links,
		"lacp_rate_fast", options->lacp_rate_fast, "lacp_active", options->lacp_active,
		"sys_prio", (int)options->ad_actor_sys_prio, "actor_system",
		json_mac(options->ad_actor_system), "user_key", (int)options->ad_user_port_key,
		"engine", (int)options->engine, "engine_said", options->engine_said,
		"placement", (int)options->flow_placement, "hook", (int)options->transmit_hook);
}

json_t *wanted_to_json(const struct wanted *wanted)
{
	json_t *members = json_array(), *vlans = json_array();

	for (size_t i = 0; i < wanted->bond.member_count; i++) {
		const struct model_member *member = &wanted->bond.members[i];
		json_t *json = wanted_interface_to_json(&member->interface);

		if (member->has_hwaddr) {
			json_object_set_new(json, "hwaddr", json_mac(member->hwaddr));
			json_object_set_new(json, "any_name", json_boolean(member->any_name));
		}
		json_array_append_new(members, json);
	}
	for (size_t i = 0; i < wanted->vlan_count; i++) {
		json_t *json = wanted_interface_to_json(&wanted->vlans[i].interface);

		json_object_set_new(json, "vid", json_integer(wanted->vlans[i].vid));
		if (wanted->vlans[i].parent_is_nic) {
			json_object_set_new(json, "parent_is_nic", json_true());
		}
		if (wanted->vlans[i].has_parent_hwaddr) {
			json_object_set_new(json, "parent_hwaddr",
					    json_mac(wanted->vlans[i].parent_hwaddr));
		}
		json_array_append_new(vlans, json);
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "interface",
			 wanted_interface_to_json(&wanted->bond.interface), "options",
			 wanted_options_to_json(&wanted->bond.options), "members", members,
			 "vlans", vlans);
}

static bool wanted_address_from_json(const json_t *json, struct model_interface *interface)
{
	const char *text = json_string_value(json_object_get(json, "address"));
	struct model_address address = {.source = {.file = UINT32_MAX}};

	if (!text) {
		return false;
	}
	address.family = strchr(text, ':') ? AF_INET6 : AF_INET;
	address.prefix =
		(uint8_t)json_get_uint(json, "prefix", address.family == AF_INET ? 32 : 128, 0);
	return inet_pton(address.family, text, address.bytes) == 1 &&
	       model_interface_add_address(interface, &address);
}

bool wanted_addresses_from_json(const json_t *addresses, struct model_interface *interface)
{
	for (size_t i = 0; i < json_array_size(addresses); i++) {
		if (!wanted_address_from_json(json_array_get(addresses, i), interface)) {
			return false;
		}
	}
	return true;
}

static bool wanted_interface_from_json(const json_t *json, struct model_interface *interface)
{
	const json_t *mac = json_object_get(json, "mac");
	const json_t *addresses = json_object_get(json, "addresses");

	interface->source.file = UINT32_MAX;
	json_get_text(json, "name", interface->name, sizeof(interface->name));
	interface->onboot = json_get_bool(json, "onboot", true);
	interface->mtu = (uint32_t)json_get_uint(json, "mtu", WANTED_MTU_MAX, 0);
	interface->has_mac = mac && json_mac_read(mac, interface->mac);
	if (!wanted_addresses_from_json(addresses, interface)) {
		return false;
	}
	interface->ipv6_autoconf = json_get_bool(json, "ipv6_autoconf", true);
	interface->ipv6_untouched = json_get_bool(json, "ipv6_untouched", false);
	return wanted_routes_from_json(json, interface) && model_name_is_valid(interface->name);
}

static bool wanted_options_from_json(const json_t *json, struct model_bond_options *o)
{
	uint64_t mode = json_get_uint(json, "mode", BOND_MODE_8023AD, UINT64_MAX);
	uint64_t policy = json_get_uint(json, "policy", XMIT_HASH_LAYER23, UINT64_MAX);

	if ((mode != BOND_MODE_BALANCE_XOR && mode != BOND_MODE_8023AD) ||
	    policy == UINT64_MAX) {
		return false;
	}
	model_bond_options_init(o);
	o->mode = (enum bond_mode)mode;
	o->xmit_hash_policy = (enum xmit_hash_policy)policy;
	o->miimon_ms = (uint32_t)json_get_uint(json, "miimon", WANTED_DELAY_MAX_MS, 0);
	o->updelay_ms = (uint32_t)json_get_uint(json, "updelay", WANTED_DELAY_MAX_MS, 0);
	o->downdelay_ms = (uint32_t)json_get_uint(json, "downdelay", WANTED_DELAY_MAX_MS, 0);
	o->use_carrier = json_get_bool(json, "use_carrier", true);
	o->min_links = (uint32_t)json_get_uint(json, "min_links", UINT32_MAX, 0);
	o->lacp_rate_fast = json_get_bool(json, "lacp_rate_fast", false);
	o->lacp_active = json_get_bool(json, "lacp_active", true);
	o->ad_actor_sys_prio = (uint16_t)json_get_uint(json, "sys_prio", UINT16_MAX, 65535);
	if (o->ad_actor_sys_prio == 0) {
		return false;
	}
	(void)json_mac_read(json_object_get(json, "actor_system"), o->ad_actor_system);
	o->ad_user_port_key = (uint16_t)json_get_uint(json, "user_key", 1023, 0);
	o->engine = (enum bond_engine)json_get_uint(json, "engine", BOND_ENGINE_KERNEL, 0);
	o->engine_said = json_get_bool(json, "engine_said", false);
	o->flow_placement =
		(enum flow_placement)json_get_uint(json, "placement", FLOW_PLACEMENT_KERNEL, 0);
	o->transmit_hook =
		(enum transmit_hook)json_get_uint(json, "hook", TRANSMIT_HOOK_DEVICE, 0);
	return true;
}

static bool wanted_members_from_json(const json_t *list, struct model_bond *bond)
{
	if (json_array_size(list) > BOND_MEMBERS_MAX) {
		return false;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *json = json_array_get(list, i);
		const json_t *hwaddr = json_object_get(json, "hwaddr");
		struct model_member member = {0};

		if (!wanted_interface_from_json(json, &member.interface)) {
			model_interface_clear(&member.interface);
			return false;
		}
		/* Nothing is ever on a member. */
		model_interface_clear(&member.interface);
		member.has_hwaddr = hwaddr && json_mac_read(hwaddr, member.hwaddr);
		member.any_name =
			member.has_hwaddr && json_is_true(json_object_get(json, "any_name"));
		if (!model_bond_add_member(bond, &member)) {
			return false;
		}
	}
	return true;
}

static bool wanted_vlans_from_json(const json_t *list, struct wanted *wanted)
{
	struct model model = {0};
	bool fine = true;

	for (size_t i = 0; fine && i < json_array_size(list); i++) {
		const json_t *json = json_array_get(list, i);
		const json_t *hwaddr = json_object_get(json, "parent_hwaddr");
		struct model_vlan vlan = {.vid = (uint16_t)json_get_uint(json, "vid", 4094, 0),
					  .parent_is_nic =
						  json_get_bool(json, "parent_is_nic", false)};

		vlan.has_parent_hwaddr = hwaddr && json_mac_read(hwaddr, vlan.parent_hwaddr);
		memcpy(vlan.parent, wanted->bond.interface.name, sizeof(vlan.parent));
		fine = wanted_interface_from_json(json, &vlan.interface) && vlan.vid != 0 &&
		       model_add_vlan(&model, &vlan);
		if (!fine) {
			model_interface_clear(&vlan.interface);
		}
	}
	wanted->vlans = model.vlans;
	wanted->vlan_count = model.vlan_count;
	return fine;
}

struct wanted *wanted_from_json(const json_t *json)
{
	struct wanted *wanted = calloc(1, sizeof(*wanted));

	if (wanted &&
	    wanted_interface_from_json(json_object_get(json, "interface"),
				       &wanted->bond.interface) &&
	    wanted_options_from_json(json_object_get(json, "options"), &wanted->bond.options) &&
	    wanted_members_from_json(json_object_get(json, "members"), &wanted->bond) &&
	    wanted_vlans_from_json(json_object_get(json, "vlans"), wanted)) {
		return wanted;
	}
	wanted_free(wanted);
	return NULL;
}
