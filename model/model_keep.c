/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "What ran before goes on running": puts back into a newly read model what the
 * model that runs holds under the names that errors touch. Next to
 * model_drop.c, which has taken the faulty things out before.
 */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#include "model/model_list.h"

/* The file of the other model in this one, added if it is not there. */
static bool file_carry(struct model *model, const struct model *other,
		       struct model_source *source)
{
	if (source->file >= other->file_count) {
		return true; /* a model without files: nothing to translate */
	}

	const char *path = other->files[source->file];
	for (size_t i = 0; i < model->file_count; i++) {
		if (strcmp(model->files[i], path) == 0) {
			source->file = (uint32_t)i;
			return true;
		}
	}

	struct model_file info = other->file_infos[source->file];
	info.variable_count = 0;
	info.variables = NULL;
	if (!model_add_file(model, path, &info)) {
		return false;
	}
	source->file = (uint32_t)(model->file_count - 1);
	return true;
}

/* A copy that shares nothing; on failure *out holds nothing to free. */
static bool interface_copy(struct model *model, const struct model *other,
			   const struct model_interface *from, struct model_interface *out)
{
	struct model_interface copy;
	bool fine;

	if (!model_interface_copy(from, &copy)) {
		return false;
	}
	fine = file_carry(model, other, &copy.source) &&
	       file_carry(model, other, &copy.ipv4_default.source) &&
	       file_carry(model, other, &copy.ipv6_default.source);
	for (size_t i = 0; fine && i < copy.address_count; i++) {
		fine = file_carry(model, other, &copy.addresses[i].source);
	}
	for (size_t i = 0; fine && i < copy.route_count; i++) {
		fine = file_carry(model, other, &copy.routes[i].source);
	}
	for (size_t i = 0; fine && i < copy.rule_count; i++) {
		fine = file_carry(model, other, &copy.rules[i].source);
	}
	if (!fine) {
		model_interface_clear(&copy);
		return false;
	}
	*out = copy;
	return true;
}

static bool member_keep(struct model *model, const struct model *running,
			const struct model_member *member, struct model_bond *bond)
{
	struct model_member copy = *member;

	if (!interface_copy(model, running, &member->interface, &copy.interface)) {
		return false;
	}
	if (!model_bond_add_member(bond, &copy)) {
		model_interface_clear(&copy.interface);
		return false;
	}
	return true;
}

/* Whether the files now give the name to a bond or a VLAN interface. */
static bool name_is_taken(const struct model *model, const char *name)
{
	return model_find_bond(model, name) || model_find_vlan(model, name);
}

static bool bond_keep(struct model *model, const struct model *running,
		      const struct model_bond *from)
{
	struct model_bond copy = *from;

	copy.members = NULL;
	copy.member_count = 0;
	if (!interface_copy(model, running, &from->interface, &copy.interface)) {
		return false;
	}
	for (size_t i = 0; i < from->member_count; i++) {
		if (name_is_taken(model, from->members[i].interface.name)) {
			continue;
		}
		if (!member_keep(model, running, &from->members[i], &copy)) {
			model_bond_clear(&copy);
			return false;
		}
	}
	if (!model_add_bond(model, &copy)) {
		model_bond_clear(&copy);
		return false;
	}
	return true;
}

static bool vlan_keep(struct model *model, const struct model *running,
		      const struct model_vlan *from)
{
	struct model_vlan copy = *from;

	if (!interface_copy(model, running, &from->interface, &copy.interface)) {
		return false;
	}
	if (!model_add_vlan(model, &copy)) {
		model_interface_clear(&copy.interface);
		return false;
	}
	return true;
}

static const struct model_member *bond_find_member(const struct model_bond *bond,
						   const char *name)
{
	for (size_t i = 0; bond && i < bond->member_count; i++) {
		if (strcmp(bond->members[i].interface.name, name) == 0) {
			return &bond->members[i];
		}
	}
	return NULL;
}

/* Takes the NIC out of every bond but the named one. */
static void member_reserve(struct model *model, const char *nic, const char *bond_name)
{
	for (size_t i = 0; i < model->bond_count; i++) {
		struct model_bond *bond = &model->bonds[i];
		size_t kept = 0;
		if (strcmp(bond->interface.name, bond_name) == 0) {
			continue;
		}
		for (size_t m = 0; m < bond->member_count; m++) {
			if (strcmp(bond->members[m].interface.name, nic) == 0) {
				model_interface_clear(&bond->members[m].interface);
			} else {
				bond->members[kept++] = bond->members[m];
			}
		}
		bond->member_count = kept;
	}
}

/* Leaves out newcomers, the last first, until the bond has no more members
 * than it may have. Those that ran are never more than that themselves. */
static void bond_make_room(struct model_bond *bond, const struct model_bond *ran)
{
	for (size_t i = bond->member_count; i > 0 && bond->member_count > BOND_MEMBERS_MAX;
	     i--) {
		struct model_member *member = &bond->members[i - 1];
		if (bond_find_member(ran, member->interface.name)) {
			continue;
		}
		model_interface_clear(&member->interface);
		memmove(member, member + 1, (bond->member_count - i) * sizeof(*member));
		bond->member_count--;
	}
}

static bool members_keep(struct model *model, const struct model_problems *problems,
			 const struct model *running)
{
	for (size_t i = 0; i < running->bond_count; i++) {
		const struct model_bond *ran = &running->bonds[i];
		struct model_bond *bond = model_find_bond(model, ran->interface.name);
		for (size_t m = 0; bond && m < ran->member_count; m++) {
			const char *nic = ran->members[m].interface.name;
			if (!model_name_is_faulty(problems, nic) ||
			    bond_find_member(bond, nic)) {
				continue;
			}
			if (!member_keep(model, running, &ran->members[m], bond)) {
				return false;
			}
		}
		if (bond) {
			bond_make_room(bond, ran);
		}
	}
	/* A NIC that runs in one bond and now stands in another's files while
	 * the first is kept as it ran: it stays where it is. */
	for (size_t i = 0; i < running->bond_count; i++) {
		const struct model_bond *ran = &running->bonds[i];
		const struct model_bond *bond = model_find_bond(model, ran->interface.name);
		for (size_t m = 0; m < ran->member_count; m++) {
			const char *nic = ran->members[m].interface.name;
			if (bond_find_member(bond, nic)) {
				member_reserve(model, nic, ran->interface.name);
			}
		}
	}
	return true;
}

/* Makes the place free: a VLAN interface of another name with the same id on
 * the same bond is a newcomer and left out. False: the name itself is taken by
 * something that the files now describe without fault. */
static bool vlan_reserve(struct model *model, const struct model_vlan *ran)
{
	size_t kept = 0;

	if (name_is_taken(model, ran->interface.name)) {
		return false;
	}
	for (size_t i = 0; i < model->bond_count; i++) {
		if (bond_find_member(&model->bonds[i], ran->interface.name)) {
			return false;
		}
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		struct model_vlan *vlan = &model->vlans[i];
		if (vlan->vid == ran->vid && strcmp(vlan->parent, ran->parent) == 0) {
			model_interface_clear(&vlan->interface);
		} else {
			model->vlans[kept++] = *vlan;
		}
	}
	model->vlan_count = kept;
	return true;
}

bool model_keep_running(struct model *model, const struct model_problems *problems,
			const struct model *running)
{
	for (size_t i = 0; i < running->bond_count; i++) {
		const struct model_bond *ran = &running->bonds[i];
		if (model_name_is_faulty(problems, ran->interface.name) &&
		    !model_find_bond(model, ran->interface.name) &&
		    !bond_keep(model, running, ran)) {
			return false;
		}
	}
	if (!members_keep(model, problems, running)) {
		return false;
	}
	for (size_t i = 0; i < running->vlan_count; i++) {
		const struct model_vlan *ran = &running->vlans[i];
		if ((model_name_is_faulty(problems, ran->interface.name) ||
		     model_name_is_faulty(problems, ran->parent)) &&
		    model_find_bond(model, ran->parent) && vlan_reserve(model, ran) &&
		    !vlan_keep(model, running, ran)) {
			return false;
		}
	}
	return true;
}
