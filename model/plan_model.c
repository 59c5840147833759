/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A step done to a model: what is configured after it. The daemon keeps what it applied
 * in this way, step by step, so that half an application is known as what it is.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "model/model_equal.h"
#include "model/model_list.h"
#include "model/plan.h"

/* The name and what an interface is given when it is made, nothing of what has steps of
 * its own. */
static struct model_interface interface_bare(const struct model_interface *from)
{
	struct model_interface bare = {
		.onboot = from->onboot,
		.mtu = from->mtu,
		.has_mac = from->has_mac,
		.ipv6_autoconf = from->ipv6_autoconf,
		.ipv6_untouched = from->ipv6_untouched,
		.address_check = from->address_check,
		.source = from->source,
	};

	memcpy(bare.name, from->name, sizeof(bare.name));
	memcpy(bare.mac, from->mac, sizeof(bare.mac));
	return bare;
}

static struct model_interface *interface_find(const struct plan_step *step, struct model *model)
{
	struct model_bond *bond;
	struct model_vlan *vlan;

	if (step->vlan || step->former_vlan) {
		vlan = model_find_vlan(model, step->interface);
		return vlan ? &vlan->interface : NULL;
	}
	bond = model_find_bond(model, step->interface);
	return bond ? &bond->interface : NULL;
}

/* --- bonds and members */

static bool bond_add(const struct plan_step *step, struct model *model)
{
	struct model_bond bond = {.interface = interface_bare(&step->bond->interface),
				  .options = step->bond->options};

	return model_find_bond(model, step->interface) || model_add_bond(model, &bond);
}

static bool bond_remove(const struct plan_step *step, struct model *model)
{
	struct model_bond *bond = model_find_bond(model, step->interface);

	if (bond) {
		size_t behind = model->bond_count - (size_t)(bond - model->bonds) - 1;

		model_bond_clear(bond);
		memmove(bond, bond + 1, behind * sizeof(*bond));
		model->bond_count--;
	}
	return true;
}

static bool bond_device(const struct plan_step *step, struct model *model)
{
	struct model_bond *bond = model_find_bond(model, step->interface);

	if (bond) {
		bond->interface.mtu = step->bond->interface.mtu;
		bond->interface.has_mac = step->bond->interface.has_mac;
		memcpy(bond->interface.mac, step->bond->interface.mac, 6);
		bond->options.xmit_hash_policy = step->bond->options.xmit_hash_policy;
		bond->options.transmit_hook = step->bond->options.transmit_hook;
	}
	return true;
}

static bool bond_options(const struct plan_step *step, struct model *model)
{
	struct model_bond *bond = model_find_bond(model, step->interface);

	if (bond) {
		enum xmit_hash_policy policy = bond->options.xmit_hash_policy;
		enum transmit_hook hook = bond->options.transmit_hook;

		bond->options = step->bond->options;
		bond->options.xmit_hash_policy = policy;
		bond->options.transmit_hook = hook;
	}
	return true;
}

static struct model_member *member_find(struct model_bond *bond, const char *name)
{
	for (size_t i = 0; bond && i < bond->member_count; i++) {
		if (strcmp(bond->members[i].interface.name, name) == 0) {
			return &bond->members[i];
		}
	}
	return NULL;
}

static bool member_add(const struct plan_step *step, struct model *model)
{
	struct model_bond *bond = model_find_bond(model, step->parent);
	struct model_member member = *step->member;

	member.interface = interface_bare(&step->member->interface);
	return !bond || member_find(bond, step->interface) ||
	       model_bond_add_member(bond, &member);
}

static bool member_remove(const struct plan_step *step, struct model *model)
{
	struct model_bond *bond = model_find_bond(model, step->parent);
	struct model_member *member = member_find(bond, step->interface);

	if (member) {
		size_t behind = bond->member_count - (size_t)(member - bond->members) - 1;

		model_interface_clear(&member->interface);
		memmove(member, member + 1, behind * sizeof(*member));
		bond->member_count--;
	}
	return true;
}

static bool member_change(const struct plan_step *step, struct model *model)
{
	struct model_member *member =
		member_find(model_find_bond(model, step->parent), step->interface);

	if (member) {
		member->has_hwaddr = step->member->has_hwaddr;
		memcpy(member->hwaddr, step->member->hwaddr, 6);
		member->any_name = step->member->any_name;
	}
	return true;
}

/* --- VLAN interfaces */

static bool vlan_add(const struct plan_step *step, struct model *model)
{
	struct model_vlan vlan = *step->vlan;

	vlan.interface = interface_bare(&step->vlan->interface);
	return model_find_vlan(model, step->interface) || model_add_vlan(model, &vlan);
}

static bool vlan_remove(const struct plan_step *step, struct model *model)
{
	struct model_vlan *vlan = model_find_vlan(model, step->interface);

	if (vlan) {
		size_t behind = model->vlan_count - (size_t)(vlan - model->vlans) - 1;

		model_interface_clear(&vlan->interface);
		memmove(vlan, vlan + 1, behind * sizeof(*vlan));
		model->vlan_count--;
	}
	return true;
}

static bool vlan_change(const struct plan_step *step, struct model *model)
{
	struct model_interface *interface = interface_find(step, model);

	if (interface) {
		interface->mtu = step->vlan->interface.mtu;
		interface->has_mac = step->vlan->interface.has_mac;
		memcpy(interface->mac, step->vlan->interface.mac, 6);
	}
	return true;
}

/* A NIC under VLAN interfaces is nothing of its own in a model. */
static bool nic_nothing(const struct plan_step *step, struct model *model)
{
	(void)step;
	(void)model;
	return true;
}

/* --- what is on an interface */

static bool link_up(const struct plan_step *step, struct model *model)
{
	struct model_interface *interface = interface_find(step, model);

	if (interface) {
		interface->onboot = step->action == PLAN_LINK_UP;
	}
	return true;
}

static bool ipv6(const struct plan_step *step, struct model *model)
{
	struct model_interface *interface = interface_find(step, model);

	if (interface) {
		interface->ipv6_autoconf = plan_step_interface(step)->ipv6_autoconf;
		interface->ipv6_untouched = plan_step_interface(step)->ipv6_untouched;
	}
	return true;
}

static bool address_add(const struct plan_step *step, struct model *model)
{
	struct model_interface *interface = interface_find(step, model);

	return !interface || model_interface_has_address(interface, step->address) ||
	       model_interface_add_address(interface, step->address);
}

static bool address_remove(const struct plan_step *step, struct model *model)
{
	struct model_interface *interface = interface_find(step, model);
	size_t kept = 0;

	for (size_t i = 0; interface && i < interface->address_count; i++) {
		if (!model_address_equal(&interface->addresses[i], step->former_address)) {
			interface->addresses[kept++] = interface->addresses[i];
		}
	}
	if (interface) {
		interface->address_count = kept;
	}
	return true;
}

static struct model_default_route *default_of(struct model_interface *interface, int family)
{
	return family == AF_INET ? &interface->ipv4_default : &interface->ipv6_default;
}

static bool route_add(const struct plan_step *step, struct model *model)
{
	struct model_interface *interface = interface_find(step, model);

	if (interface && !step->route) {
		*default_of(interface, step->family) =
			*model_interface_default(plan_step_interface(step), step->family);
		return true;
	}
	return !interface || model_interface_has_route(interface, step->route) ||
	       model_interface_add_route(interface, step->route);
}

static bool route_remove(const struct plan_step *step, struct model *model)
{
	struct model_interface *interface = interface_find(step, model);
	size_t kept = 0;

	if (interface && !step->former_route) {
		*default_of(interface, step->family) = (struct model_default_route){0};
		return true;
	}
	for (size_t i = 0; interface && i < interface->route_count; i++) {
		if (!model_route_equal(&interface->routes[i], step->former_route)) {
			interface->routes[kept++] = interface->routes[i];
		}
	}
	if (interface) {
		interface->route_count = kept;
	}
	return true;
}

static bool rule_add(const struct plan_step *step, struct model *model)
{
	struct model_interface *interface = interface_find(step, model);

	return !interface || model_interface_has_rule(interface, step->rule) ||
	       model_interface_add_rule(interface, step->rule);
}

static bool rule_remove(const struct plan_step *step, struct model *model)
{
	struct model_interface *interface = interface_find(step, model);
	size_t kept = 0;

	for (size_t i = 0; interface && i < interface->rule_count; i++) {
		if (!model_rule_equal(&interface->rules[i], step->former_rule)) {
			interface->rules[kept++] = interface->rules[i];
		}
	}
	if (interface) {
		interface->rule_count = kept;
	}
	return true;
}

static bool dhcp(const struct plan_step *step, struct model *model)
{
	struct model_interface *interface = interface_find(step, model);
	bool starts = step->action == PLAN_DHCP_START;

	if (!interface) {
		return true;
	}
	if (step->family == AF_INET6) {
		interface->dhcpv6 = starts;
	} else {
		interface->protocol =
			starts ? plan_step_interface(step)->protocol : MODEL_PROTOCOL_STATIC;
	}
	if (starts) {
		interface->dhcp = plan_step_interface(step)->dhcp;
	}
	return true;
}

bool plan_step_to_model(const struct plan_step *step, struct model *model)
{
	static bool (*const doers[])(const struct plan_step *step, struct model *model) = {
		[PLAN_DHCP_STOP] = dhcp,
		[PLAN_RULE_REMOVE] = rule_remove,
		[PLAN_ROUTE_REMOVE] = route_remove,
		[PLAN_ADDRESS_REMOVE] = address_remove,
		[PLAN_VLAN_REMOVE] = vlan_remove,
		[PLAN_MEMBER_REMOVE] = member_remove,
		[PLAN_BOND_REMOVE] = bond_remove,
		[PLAN_NIC_REMOVE] = nic_nothing,
		[PLAN_BOND_ADD] = bond_add,
		[PLAN_BOND_DEVICE] = bond_device,
		[PLAN_BOND_OPTIONS] = bond_options,
		[PLAN_NIC_ADD] = nic_nothing,
		[PLAN_MEMBER_ADD] = member_add,
		[PLAN_MEMBER_CHANGE] = member_change,
		[PLAN_VLAN_ADD] = vlan_add,
		[PLAN_VLAN_CHANGE] = vlan_change,
		[PLAN_LINK_UP] = link_up,
		[PLAN_LINK_DOWN] = link_up,
		[PLAN_IPV6] = ipv6,
		[PLAN_ADDRESS_ADD] = address_add,
		[PLAN_ROUTE_ADD] = route_add,
		[PLAN_RULE_ADD] = rule_add,
		[PLAN_DHCP_START] = dhcp,
	};

	return doers[step->action](step, model);
}
