/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/wanted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct model_source wanted_no_source = {.file = UINT32_MAX};

/* Makes a shallow copy's own pointers its own. */
static bool wanted_interface_own(struct model_interface *interface)
{
	struct model_interface own;

	if (!model_interface_copy(interface, &own)) {
		/* Nothing of it is ours to free. */
		interface->addresses = NULL;
		interface->routes = NULL;
		interface->rules = NULL;
		return false;
	}
	*interface = own;
	interface->source = wanted_no_source;
	interface->ipv4_default.source = wanted_no_source;
	interface->ipv6_default.source = wanted_no_source;
	for (size_t i = 0; i < interface->address_count; i++) {
		interface->addresses[i].source = wanted_no_source;
	}
	for (size_t i = 0; i < interface->route_count; i++) {
		interface->routes[i].source = wanted_no_source;
	}
	for (size_t i = 0; i < interface->rule_count; i++) {
		interface->rules[i].source = wanted_no_source;
	}
	return true;
}

static bool wanted_bond_own(struct model_bond *bond)
{
	const struct model_member *members = bond->members;
	size_t count = bond->member_count;

	bond->members = NULL;
	bond->member_count = 0;
	if (!wanted_interface_own(&bond->interface)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		struct model_member member = members[i];

		member.interface =
			(struct model_interface){.onboot = members[i].interface.onboot};
		memcpy(member.interface.name, members[i].interface.name,
		       sizeof(member.interface.name));
		member.interface.source = wanted_no_source;
		if (!model_bond_add_member(bond, &member)) {
			return false;
		}
	}
	return true;
}

static void wanted_bond_clear(struct model_bond *bond)
{
	model_interface_clear(&bond->interface);
	free(bond->members);
}

struct wanted *wanted_from_model(const struct model *model, const struct model_bond *bond)
{
	struct wanted *wanted = calloc(1, sizeof(*wanted));

	if (!wanted) {
		return NULL;
	}
	wanted->bond = *bond;
	wanted->vlans =
		calloc(model->vlan_count ? model->vlan_count : 1, sizeof(*wanted->vlans));
	if (!wanted_bond_own(&wanted->bond) || !wanted->vlans) {
		wanted_free(wanted);
		return NULL;
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		const struct model_vlan *vlan = &model->vlans[i];
		struct model_vlan *own = &wanted->vlans[wanted->vlan_count];

		if (strcmp(vlan->parent, bond->interface.name) != 0) {
			continue;
		}
		*own = *vlan;
		if (!wanted_interface_own(&own->interface)) {
			wanted_free(wanted);
			return NULL;
		}
		wanted->vlan_count++;
	}
	return wanted;
}

void wanted_free(struct wanted *wanted)
{
	if (!wanted) {
		return;
	}
	wanted_bond_clear(&wanted->bond);
	for (size_t i = 0; wanted->vlans && i < wanted->vlan_count; i++) {
		model_interface_clear(&wanted->vlans[i].interface);
	}
	free(wanted->vlans);
	free(wanted);
}

bool wanted_add_to_model(const struct wanted *wanted, struct model *model)
{
	struct model_bond bond = wanted->bond;

	if (!wanted_bond_own(&bond) || !model_add_bond(model, &bond)) {
		wanted_bond_clear(&bond);
		return false;
	}
	return wanted_add_vlans_to_model(wanted, model);
}

bool wanted_add_vlans_to_model(const struct wanted *wanted, struct model *model)
{
	for (size_t i = 0; i < wanted->vlan_count; i++) {
		struct model_vlan vlan = wanted->vlans[i];

		if (!wanted_interface_own(&vlan.interface) || !model_add_vlan(model, &vlan)) {
			model_interface_clear(&vlan.interface);
			return false;
		}
	}
	return true;
}

struct wanted *wanted_copy(const struct wanted *wanted)
{
	struct model *model = model_new();
	struct wanted *copy = NULL;

	if (model && wanted_add_to_model(wanted, model)) {
		copy = wanted_from_model(model, &model->bonds[0]);
	}
	model_free(model);
	return copy;
}

const struct model_member *wanted_find_member(const struct wanted *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->bond.member_count; i++) {
		if (strcmp(wanted->bond.members[i].interface.name, name) == 0) {
			return &wanted->bond.members[i];
		}
	}
	return NULL;
}

const struct model_vlan *wanted_find_vlan(const struct wanted *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->vlan_count; i++) {
		if (strcmp(wanted->vlans[i].interface.name, name) == 0) {
			return &wanted->vlans[i];
		}
	}
	return NULL;
}

bool wanted_addresses_equal(const struct model_interface *a, const struct model_interface *b)
{
	if (a->address_count != b->address_count) {
		return false;
	}
	for (size_t i = 0; i < a->address_count; i++) {
		const struct model_address *left = &a->addresses[i];
		const struct model_address *right = &b->addresses[i];

		if (left->family != right->family || left->prefix != right->prefix ||
		    memcmp(left->bytes, right->bytes, sizeof(left->bytes)) != 0) {
			return false;
		}
	}
	return true;
}

/* Collects differences; value texts live as long as one call. */
struct wanted_compare {
	wanted_difference_callback *callback;
	void *context;
	size_t count;
};

static void wanted_compare_text(struct wanted_compare *compare, const char *option,
				const char *from, const char *to)
{
	if (strcmp(from, to) != 0) {
		compare->callback(option, from, to, compare->context);
		compare->count++;
	}
}

static void wanted_compare_number(struct wanted_compare *compare, const char *option,
				  uint64_t from, uint64_t to)
{
	char from_text[24], to_text[24];

	snprintf(from_text, sizeof(from_text), "%llu", (unsigned long long)from);
	snprintf(to_text, sizeof(to_text), "%llu", (unsigned long long)to);
	wanted_compare_text(compare, option, from_text, to_text);
}

static void wanted_compare_mac(struct wanted_compare *compare, const char *option,
			       const uint8_t from[6], const uint8_t to[6])
{
	char text[2][18];
	const uint8_t *macs[2] = {from, to};

	for (int i = 0; i < 2; i++) {
		const uint8_t *m = macs[i];

		snprintf(text[i], sizeof(text[i]), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1],
			 m[2], m[3], m[4], m[5]);
	}
	wanted_compare_text(compare, option, text[0], text[1]);
}

size_t wanted_differences(const struct wanted *from, const struct wanted *to,
			  wanted_difference_callback *callback, void *context)
{
	struct wanted_compare c = {.callback = callback, .context = context};
	const struct model_bond_options *a = &from->bond.options, *b = &to->bond.options;
	const struct model_interface *x = &from->bond.interface, *y = &to->bond.interface;

	wanted_compare_text(&c, "mode", bond_mode_name(a->mode), bond_mode_name(b->mode));
	wanted_compare_text(&c, "xmit_hash_policy", xmit_hash_policy_name(a->xmit_hash_policy),
			    xmit_hash_policy_name(b->xmit_hash_policy));
	wanted_compare_number(&c, "miimon", a->miimon_ms, b->miimon_ms);
	wanted_compare_number(&c, "updelay", a->updelay_ms, b->updelay_ms);
	wanted_compare_number(&c, "downdelay", a->downdelay_ms, b->downdelay_ms);
	wanted_compare_number(&c, "use_carrier", a->use_carrier, b->use_carrier);
	wanted_compare_number(&c, "min_links", a->min_links, b->min_links);
	wanted_compare_text(&c, "lacp_rate", a->lacp_rate_fast ? "fast" : "slow",
			    b->lacp_rate_fast ? "fast" : "slow");
	wanted_compare_text(&c, "lacp_active", a->lacp_active ? "on" : "off",
			    b->lacp_active ? "on" : "off");
	wanted_compare_number(&c, "ad_actor_sys_prio", a->ad_actor_sys_prio,
			      b->ad_actor_sys_prio);
	wanted_compare_mac(&c, "ad_actor_system", a->ad_actor_system, b->ad_actor_system);
	wanted_compare_number(&c, "ad_user_port_key", a->ad_user_port_key, b->ad_user_port_key);
	wanted_compare_text(&c, "engine", bond_engine_name(a->engine),
			    bond_engine_name(b->engine));
	wanted_compare_text(&c, "flow_placement", flow_placement_name(a->flow_placement),
			    flow_placement_name(b->flow_placement));
	wanted_compare_text(&c, "transmit_hook", transmit_hook_name(a->transmit_hook),
			    transmit_hook_name(b->transmit_hook));
	wanted_compare_number(&c, "MTU", x->mtu ? x->mtu : WANTED_MTU_DEFAULT,
			      y->mtu ? y->mtu : WANTED_MTU_DEFAULT);
	wanted_compare_mac(&c, "MACADDR", x->mac, y->mac);
	wanted_compare_text(&c, "ONBOOT", x->onboot ? "yes" : "no", y->onboot ? "yes" : "no");
	return c.count;
}
