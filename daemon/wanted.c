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

/* Adds a copy, with the room that model_add_vlan() leaves. */
static bool wanted_add_vlan(struct wanted *wanted, const struct model_vlan *vlan)
{
	struct model model = {.vlan_count = wanted->vlan_count, .vlans = wanted->vlans};
	struct model_vlan own = *vlan;

	if (!wanted_interface_own(&own.interface) || !model_add_vlan(&model, &own)) {
		model_interface_clear(&own.interface);
		return false;
	}
	wanted->vlans = model.vlans;
	wanted->vlan_count = model.vlan_count;
	return true;
}

struct wanted *wanted_from_model(const struct model *model, const struct model_bond *bond)
{
	struct wanted *wanted = calloc(1, sizeof(*wanted));

	if (!wanted) {
		return NULL;
	}
	wanted->bond = *bond;
	if (!wanted_bond_own(&wanted->bond)) {
		wanted_free(wanted);
		return NULL;
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		if (strcmp(model->vlans[i].parent, bond->interface.name) == 0 &&
		    !wanted_add_vlan(wanted, &model->vlans[i])) {
			wanted_free(wanted);
			return NULL;
		}
	}
	return wanted;
}

/* The bond as the plan's first step makes it: with its own settings, and members as
 * the model has them, but nothing on it. */
struct wanted *wanted_from_bond(const struct model_bond *bond)
{
	struct model_bond bare = *bond;
	struct model model = {0};

	bare.interface.address_count = 0;
	bare.interface.route_count = 0;
	bare.interface.rule_count = 0;
	bare.interface.ipv4_default = (struct model_default_route){0};
	bare.interface.ipv6_default = (struct model_default_route){0};
	bare.interface.protocol = MODEL_PROTOCOL_STATIC;
	bare.interface.dhcpv6 = false;
	return wanted_from_model(&model, &bare);
}

void wanted_clear(struct wanted *wanted)
{
	struct wanted *bare = wanted_from_bond(&wanted->bond), old = *wanted;

	if (bare) {
		*wanted = *bare;
		*bare = old;
		wanted_free(bare);
	}
	for (size_t i = wanted->bond.member_count; i-- > 0;) {
		wanted_remove_member(wanted, wanted->bond.members[i].interface.name);
	}
}

bool wanted_add_member(struct wanted *wanted, const char *name)
{
	struct model_member member = {.interface = {.source = wanted_no_source}};

	(void)snprintf(member.interface.name, sizeof(member.interface.name), "%s", name);
	return model_bond_add_member(&wanted->bond, &member);
}

void wanted_remove_member(struct wanted *wanted, const char *name)
{
	struct model_bond *bond = &wanted->bond;
	size_t kept = 0;

	for (size_t i = 0; i < bond->member_count; i++) {
		if (strcmp(bond->members[i].interface.name, name) == 0) {
			model_interface_clear(&bond->members[i].interface);
		} else {
			bond->members[kept++] = bond->members[i];
		}
	}
	bond->member_count = kept;
}

bool wanted_add_bare_vlan(struct wanted *wanted, const char *name, uint16_t vid, bool on_nic)
{
	struct model_vlan vlan = {.vid = vid,
				  .parent_is_nic = on_nic,
				  .interface = {.onboot = true, .source = wanted_no_source}};

	(void)snprintf(vlan.interface.name, sizeof(vlan.interface.name), "%s", name);
	memcpy(vlan.parent, wanted->bond.interface.name, sizeof(vlan.parent));
	return wanted_add_vlan(wanted, &vlan);
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

bool wanted_step(struct wanted *wanted, const struct plan_step *step)
{
	struct model model = {.bond_count = 1,
			      .bonds = &wanted->bond,
			      .vlan_count = wanted->vlan_count,
			      .vlans = wanted->vlans};
	bool fine;

	if (step->action == PLAN_BOND_ADD || step->action == PLAN_BOND_REMOVE) {
		return true;
	}
	fine = plan_step_to_model(step, &model);
	wanted->vlans = model.vlans;
	wanted->vlan_count = model.vlan_count;
	return fine;
}

bool wanted_step_ahead(struct wanted *wanted, const struct plan_step *step)
{
	struct model_interface *interface = &wanted->bond.interface;

	switch (step->action) {
	case PLAN_BOND_DEVICE:
		/* So that MACADDR is known to be ours to take back. */
		if (step->bond->interface.has_mac) {
			interface->has_mac = true;
			memcpy(interface->mac, step->bond->interface.mac, 6);
		}
		return true;
	case PLAN_MEMBER_ADD:
	case PLAN_VLAN_ADD:
	case PLAN_ADDRESS_ADD:
	case PLAN_ROUTE_ADD:
	case PLAN_RULE_ADD:
	case PLAN_DHCP_START:
		return wanted_step(wanted, step);
	case PLAN_DHCP_STOP:
	case PLAN_RULE_REMOVE:
	case PLAN_ROUTE_REMOVE:
	case PLAN_ADDRESS_REMOVE:
	case PLAN_VLAN_REMOVE:
	case PLAN_MEMBER_REMOVE:
	case PLAN_BOND_REMOVE:
	case PLAN_NIC_REMOVE:
	case PLAN_BOND_ADD:
	case PLAN_BOND_OPTIONS:
	case PLAN_NIC_ADD:
	case PLAN_MEMBER_CHANGE:
	case PLAN_VLAN_CHANGE:
	case PLAN_LINK_UP:
	case PLAN_LINK_DOWN:
	case PLAN_IPV6:
		break;
	}
	return true;
}
