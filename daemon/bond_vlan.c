/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VLAN interfaces of a bond. Each is made or not made on its own: one that can't
 * be keeps neither its bond nor the others from running.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/changes.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/state.h"

void bond_vlan_take_over(struct bond_runtime *bond, const struct bond_state *state)
{
	vlan_parent_list(&bond->parent);
	for (size_t i = 0; state && i < bond->parent.vlan_count; i++) {
		struct vlan_runtime *vlan = &bond->parent.vlans[i];

		state_take_addresses(state, vlan->name, &vlan->addresses);
	}
}

void bond_vlan_remove_unwanted(struct bond_runtime *bond, const struct wanted *wanted,
			       struct changes *changes)
{
	for (size_t i = bond->parent.vlan_count; i-- > 0;) {
		const struct model_vlan *vlan =
			wanted_find_vlan(wanted, bond->parent.vlans[i].name);
		char name[BOND_NAME_SIZE];

		if (vlan && vlan->vid == bond->parent.vlans[i].vid) {
			continue;
		}
		memcpy(name, bond->parent.vlans[i].name, sizeof(name));
		vlan_parent_forget(&bond->parent, i);
		bond_runtime_event(bond, "vlan_removed", name, "VLAN interface removed");
		changes_add(changes, "%s: VLAN interface %s removed", bond->name, name);
		daemon_breathe(bond->daemon);
	}
}

/* Of the data path only; the bond's own list is the caller's. */
static void bond_vlan_remove_paths(struct bond_runtime *bond, const char **names, size_t count)
{
	struct engine_error error;

	while (count > 0) {
		size_t portion = engine_vlans_portion(bond->path, names, count);

		if (engine_vlans_remove(bond->path, names, portion, &error) < 0) {
			log_line(LOG_LEVEL_ERROR, "%s %s bond=%s", bond->name, error.text,
				 bond->name);
		}
		names += portion;
		count -= portion;
		daemon_breathe(bond->daemon);
	}
}

void bond_vlan_remove_all(struct bond_runtime *bond)
{
	const char **names = calloc(bond->parent.vlan_count + 1, sizeof(*names));

	/* Without memory they are removed when the bond is, at one go. */
	for (size_t i = 0; names && i < bond->parent.vlan_count; i++) {
		names[i] = bond->parent.vlans[i].name;
	}
	if (names) {
		bond_vlan_remove_paths(bond, names, bond->parent.vlan_count);
	}
	free(names);
	for (size_t i = 0; i < bond->parent.vlan_count; i++) {
		address_set_free(&bond->parent.vlans[i].addresses);
	}
	bond->parent.vlan_count = 0;
	bond_runtime_want_save(bond);
}

static void bond_vlan_spec(const struct model_vlan *vlan, struct engine_vlan_spec *out)
{
	*out = (struct engine_vlan_spec){.vid = vlan->vid, .mtu = vlan->interface.mtu};
	memcpy(out->name, vlan->interface.name, sizeof(out->name));
	if (vlan->interface.has_mac) {
		memcpy(out->mac, vlan->interface.mac, sizeof(out->mac));
	}
}

/* What bond_vlan_on_address() has to know. */
struct bond_vlan_context {
	struct bond_runtime *bond;
	struct changes *changes;
	const struct model_interface *interface;
};

static void bond_vlan_on_address(const struct address *address, bool added, int err,
				 void *context)
{
	struct bond_vlan_context *c = context;
	char text[ADDRESS_TEXT_SIZE];

	address_text(address, text);
	if (err < 0) {
		problems_add(c->changes->problems, c->changes->model, MODEL_ERROR,
			     &c->interface->source, c->interface->name,
			     "%s could not be %s %s: %s", text,
			     added ? "put on" : "removed from", c->interface->name,
			     strerror(-err));
		return;
	}
	changes_add(c->changes, "%s: address %s %s", c->interface->name, text,
		    added ? "added" : "removed");
}

static void bond_vlan_addresses(struct bond_runtime *bond, struct vlan_runtime *running,
				const struct model_vlan *vlan, struct changes *changes)
{
	struct bond_vlan_context context = {
		.bond = bond, .changes = changes, .interface = &vlan->interface};

	addresses_apply(bond->daemon->netlink, running->ifindex, &running->addresses,
			&vlan->interface, bond_vlan_on_address, &context);
}

static uint32_t bond_vlan_ifindex(struct bond_runtime *bond, const char *name)
{
	struct netlink_link link;

	if (netlink_link_get_by_name(bond->daemon->netlink, name, &link) < 0) {
		return 0;
	}
	return link.ifindex;
}

static void bond_vlan_add(struct bond_runtime *bond, const struct model_vlan *vlan,
			  struct changes *changes)
{
	const struct model_interface *interface = &vlan->interface;
	struct vlan_runtime *running;
	struct engine_vlan_spec spec;
	struct engine_error error;
	bool taken_over = false;
	uint32_t ifindex;
	int err;

	bond_vlan_spec(vlan, &spec);
	err = engine_vlan_add(bond->path, &spec, &taken_over, &error);
	if (err < 0) {
		problems_add(changes->problems, changes->model, MODEL_ERROR, &interface->source,
			     interface->name, "%s", error.text);
		return;
	}
	ifindex = bond_vlan_ifindex(bond, interface->name);
	running =
		ifindex ? vlan_parent_append(&bond->parent, interface->name, vlan->vid, ifindex)
			: NULL;
	if (!running) {
		(void)engine_vlan_remove(bond->path, interface->name, &error);
		problems_add(changes->problems, changes->model, MODEL_ERROR, &interface->source,
			     interface->name, "%s vanished while it was made, or out of memory",
			     interface->name);
		return;
	}
	if (interface->onboot && !taken_over) {
		(void)netlink_link_set_up(bond->daemon->netlink, ifindex, true);
	}
	bond_runtime_event(bond, "vlan_added", interface->name, "VLAN %u%s", vlan->vid,
			   interface->onboot ? "" : ", left down: ONBOOT=no");
	changes_add(changes, "%s: VLAN interface %s added", bond->name, interface->name);
	bond_vlan_addresses(bond, running, vlan, changes);
	bond_runtime_want_save(bond);
}

/* What there is differs from what was wanted until now. */
static bool bond_vlan_differs(const struct model_vlan *vlan, const struct model_vlan *before)
{
	return !before || vlan->interface.mtu != before->interface.mtu ||
	       vlan->interface.has_mac != before->interface.has_mac ||
	       memcmp(vlan->interface.mac, before->interface.mac, 6) != 0;
}

static void bond_vlan_change(struct bond_runtime *bond, struct vlan_runtime *running,
			     const struct model_vlan *vlan, const struct model_vlan *before,
			     struct changes *changes)
{
	struct engine_vlan_spec spec;
	struct engine_error error;

	bond_vlan_spec(vlan, &spec);
	if (bond_vlan_differs(vlan, before)) {
		if (engine_vlan_change(bond->path, &spec, &error) < 0) {
			problems_add(changes->problems, changes->model, MODEL_ERROR,
				     &vlan->interface.source, vlan->interface.name, "%s",
				     error.text);
		} else if (before) {
			changes_add(changes, "%s: changed", vlan->interface.name);
		}
	}
	if (before && vlan->interface.onboot && !before->interface.onboot) {
		(void)netlink_link_set_up(bond->daemon->netlink, running->ifindex, true);
		changes_add(changes, "%s: set up", vlan->interface.name);
	}
	bond_vlan_addresses(bond, running, vlan, changes);
}

void bond_vlan_apply(struct bond_runtime *bond, const struct wanted *before,
		     const struct wanted *wanted, struct changes *changes)
{
	for (size_t i = 0; i < wanted->vlan_count; i++) {
		const struct model_vlan *vlan = &wanted->vlans[i];
		struct vlan_runtime *running =
			vlan_parent_find(&bond->parent, vlan->interface.name);

		if (running) {
			bond_vlan_change(bond, running, vlan,
					 before ? wanted_find_vlan(before, vlan->interface.name)
						: NULL,
					 changes);
		} else {
			bond_vlan_add(bond, vlan, changes);
		}
		daemon_breathe(bond->daemon);
	}
}
