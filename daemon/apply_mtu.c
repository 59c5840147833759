/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MTUs that the files ask for and the NICs here can't do. Who wants all or nothing is
 * refused them before anything is done; a start or a reload goes on with what can be had: a
 * member that can't do its bond's is left out when the bond comes to take it
 * (engine/ebpf/member_prepare.c), a VLAN interface gets as much as its NIC has. What a file
 * can be told from by itself is an error of the model (model/model_validate.c).
 */
#include <string.h>

#include "daemon/apply_internal.h"
#include "daemon/nic_find.h"

/* Where an interface's file says its MTU. */
struct apply_mtu_place {
	struct model_source source;
	const char *file;
};

static struct apply_mtu_place apply_mtu_place(const struct apply *apply,
					      const struct model_interface *interface)
{
	struct apply_mtu_place place = {
		.source = model_key_source(apply->wanted, interface, "MTU"),
		.file = "?",
	};

	if (place.source.file < apply->wanted->file_count) {
		place.file = apply->wanted->files[place.source.file];
	}
	return place;
}

static bool apply_mtu_refuses(const struct apply *apply,
			      const struct model_interface *interface)
{
	return apply->strict && !apply->code &&
	       (!apply->has_scope || apply_in_scope(apply, interface->name));
}

static void apply_check_member(struct apply *apply, const struct model_bond *bond,
			       const struct model_member *member)
{
	const struct nic_wanted wanted = nic_wanted_of_member(member);
	const struct model_interface *interface = &bond->interface;
	struct apply_mtu_place place;
	char why[ENGINE_ERROR_SIZE];
	struct netlink_link link;

	/* Kernels before 4.19 tell no limits. */
	if (nic_find(apply->daemon, &wanted, &link, why) < 0 || link.max_mtu == 0 ||
	    (interface->mtu >= link.min_mtu && interface->mtu <= link.max_mtu)) {
		return;
	}
	place = apply_mtu_place(apply, interface);
	problems_add(&apply->problems, apply->wanted,
		     apply->strict ? MODEL_ERROR : MODEL_WARNING, &place.source,
		     interface->name,
		     "%s can't have an MTU of %u: its member %s takes %u to %u",
		     interface->name, interface->mtu, link.name, link.min_mtu, link.max_mtu);
	if (apply_mtu_refuses(apply, interface)) {
		apply_fail(apply, "bad_config",
			   "%s:%u: %s can't have an MTU of %u: its member %s takes %u to %u; "
			   "nothing is applied",
			   place.file, place.source.line, interface->name, interface->mtu,
			   link.name, link.min_mtu, link.max_mtu);
	}
}

/* The wanted model's VLAN interface of that number. */
static void apply_check_vlan(struct apply *apply, size_t number, uint32_t most)
{
	const struct model_vlan *vlan = &apply->wanted->vlans[number];
	const struct model_interface *interface = &vlan->interface;
	struct apply_mtu_place place;
	struct model *own;

	if (most == 0 || interface->mtu <= most) {
		return;
	}
	place = apply_mtu_place(apply, interface);
	problems_add(&apply->problems, apply->wanted,
		     apply->strict ? MODEL_ERROR : MODEL_WARNING, &place.source,
		     interface->name, "%s can't have an MTU of %u, since %s has %u%s",
		     interface->name, interface->mtu, vlan->parent, most,
		     apply->strict ? "" : ": it gets that");
	if (apply_mtu_refuses(apply, interface)) {
		apply_fail(apply, "bad_config",
			   "%s:%u: %s can't have an MTU of %u, since %s has %u; nothing is "
			   "applied",
			   place.file, place.source.line, interface->name, interface->mtu,
			   vlan->parent, most);
	}
	own = apply_wanted_own(apply);
	if (own) {
		own->vlans[number].interface.mtu = most;
	}
}

/* 0: the NIC isn't there. */
static uint32_t apply_nic_mtu(struct daemon *daemon, const struct model_vlan *vlan)
{
	const struct nic_wanted wanted = {
		.name = vlan->parent,
		.hwaddr = vlan->has_parent_hwaddr ? vlan->parent_hwaddr : NULL,
	};
	char why[ENGINE_ERROR_SIZE];
	struct netlink_link link;

	return nic_find(daemon, &wanted, &link, why) < 0 ? 0 : link.mtu;
}

void apply_check_mtus(struct apply *apply)
{
	const struct model *model = apply->wanted;
	const char *parent = ""; /* whose MTU is known: there may be thousands on one */
	uint32_t most = 0;

	for (size_t i = 0; i < model->bond_count; i++) {
		const struct model_bond *bond = &model->bonds[i];

		for (size_t m = 0; bond->interface.mtu != 0 && m < bond->member_count; m++) {
			apply_check_member(apply, bond, &bond->members[m]);
		}
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		const struct model_vlan *vlan = &model->vlans[i];

		if (!vlan->parent_is_nic || vlan->interface.mtu == 0) {
			continue;
		}
		if (strcmp(parent, vlan->parent) != 0) {
			parent = vlan->parent;
			most = apply_nic_mtu(apply->daemon, vlan);
		}
		apply_check_vlan(apply, i, most);
	}
}
