/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VLAN interfaces of a bond or a NIC. Each is made or not made on its own: one that
 * can't be keeps neither its parent nor the others from running.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/changes.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/vlan_parent.h"
#include "daemon/wanted.h"

void vlan_parent_take_over(struct vlan_parent *parent, const json_t *addresses)
{
	vlan_parent_list(parent);
	for (size_t i = 0; i < parent->vlan_count; i++) {
		struct vlan_runtime *vlan = &parent->vlans[i];

		address_set_from_json(&vlan->addresses, json_object_get(addresses, vlan->name));
	}
}

/* Those of the list that are marked, of the data path and of the list. */
static void vlan_parent_remove_marked(struct vlan_parent *parent)
{
	const char **names = calloc(parent->vlan_count + 1, sizeof(*names));
	struct engine_error error;
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < parent->vlan_count; i++) {
		if (parent->vlans[i].removing && names) {
			names[count++] = parent->vlans[i].name;
		} else if (parent->vlans[i].removing) {
			/* No memory: slowly, then. */
			(void)engine_vlan_remove(parent->path, parent->vlans[i].name, &error);
		}
	}
	for (size_t done = 0; done < count;) {
		size_t portion = engine_vlans_portion(parent->path, names + done, count - done);

		if (engine_vlans_remove(parent->path, names + done, portion, &error) < 0) {
			log_line(LOG_LEVEL_ERROR, "%s %s bond=%s", parent->name, error.text,
				 parent->name);
		}
		done += portion;
		daemon_breathe(parent->daemon);
	}
	free(names);
	for (size_t i = 0; i < parent->vlan_count; i++) {
		if (parent->vlans[i].removing) {
			address_set_free(&parent->vlans[i].addresses);
		} else {
			parent->vlans[kept++] = parent->vlans[i];
		}
	}
	parent->vlan_count = kept;
	vlan_parent_want_save(parent);
}

void vlan_parent_remove_unwanted(struct vlan_parent *parent, const struct wanted *wanted,
				 struct changes *changes)
{
	bool any = false;

	for (size_t i = 0; i < parent->vlan_count; i++) {
		struct vlan_runtime *running = &parent->vlans[i];
		const struct model_vlan *vlan = wanted_find_vlan(wanted, running->name);

		running->removing = !vlan || vlan->vid != running->vid;
		if (!running->removing) {
			continue;
		}
		any = true;
		vlan_parent_event(parent, "vlan_removed", running->name,
				  "VLAN interface removed");
		changes_add(changes, "%s: VLAN interface %s removed", parent->name,
			    running->name);
	}
	if (any) {
		vlan_parent_remove_marked(parent);
	}
}

void vlan_parent_remove_all(struct vlan_parent *parent)
{
	for (size_t i = 0; i < parent->vlan_count; i++) {
		parent->vlans[i].removing = true;
	}
	vlan_parent_remove_marked(parent);
}

static void vlan_change_spec(const struct model_vlan *vlan, struct engine_vlan_spec *out)
{
	*out = (struct engine_vlan_spec){.vid = vlan->vid, .mtu = vlan->interface.mtu};
	memcpy(out->name, vlan->interface.name, sizeof(out->name));
	if (vlan->interface.has_mac) {
		memcpy(out->mac, vlan->interface.mac, sizeof(out->mac));
	}
}

/* What vlan_change_on_address() has to know. */
struct vlan_change_context {
	struct vlan_parent *parent;
	struct changes *changes;
	const struct model_interface *interface;
};

static void vlan_change_on_address(const struct address *address, bool added, int err,
				   void *context)
{
	struct vlan_change_context *c = context;
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

static void vlan_change_addresses(struct vlan_parent *parent, struct vlan_runtime *running,
				  const struct model_vlan *vlan, struct changes *changes)
{
	struct vlan_change_context context = {
		.parent = parent, .changes = changes, .interface = &vlan->interface};

	addresses_apply(parent->daemon->netlink, running->ifindex, &running->addresses,
			&vlan->interface, vlan_change_on_address, &context);
}

static uint32_t vlan_change_ifindex(struct vlan_parent *parent, const char *name)
{
	struct netlink_link link;

	if (netlink_link_get_by_name(parent->daemon->netlink, name, &link) < 0) {
		return 0;
	}
	return link.ifindex;
}

static void vlan_change_add(struct vlan_parent *parent, const struct model_vlan *vlan,
			    struct changes *changes)
{
	const struct model_interface *interface = &vlan->interface;
	struct vlan_runtime *running;
	struct engine_vlan_spec spec;
	struct engine_error error;
	bool taken_over = false;
	uint32_t ifindex;
	int err;

	vlan_change_spec(vlan, &spec);
	err = engine_vlan_add(parent->path, &spec, &taken_over, &error);
	if (err < 0) {
		problems_add(changes->problems, changes->model, MODEL_ERROR, &interface->source,
			     interface->name, "%s", error.text);
		return;
	}
	ifindex = vlan_change_ifindex(parent, interface->name);
	running = ifindex ? vlan_parent_append(parent, interface->name, vlan->vid, ifindex)
			  : NULL;
	if (!running) {
		(void)engine_vlan_remove(parent->path, interface->name, &error);
		problems_add(changes->problems, changes->model, MODEL_ERROR, &interface->source,
			     interface->name, "%s vanished while it was made, or out of memory",
			     interface->name);
		return;
	}
	if (interface->onboot && !taken_over) {
		(void)netlink_link_set_up(parent->daemon->netlink, ifindex, true);
	}
	vlan_parent_event(parent, "vlan_added", interface->name, "VLAN %u%s", vlan->vid,
			  interface->onboot ? "" : ", left down: ONBOOT=no");
	changes_add(changes, "%s: VLAN interface %s added", parent->name, interface->name);
	vlan_change_addresses(parent, running, vlan, changes);
	vlan_parent_want_save(parent);
}

/* What there is differs from what was wanted until now. */
static bool vlan_change_differs(const struct model_vlan *vlan, const struct model_vlan *before)
{
	return !before || vlan->interface.mtu != before->interface.mtu ||
	       vlan->interface.has_mac != before->interface.has_mac ||
	       memcmp(vlan->interface.mac, before->interface.mac, 6) != 0;
}

static void vlan_change_change(struct vlan_parent *parent, struct vlan_runtime *running,
			       const struct model_vlan *vlan, const struct model_vlan *before,
			       struct changes *changes)
{
	struct engine_vlan_spec spec;
	struct engine_error error;

	vlan_change_spec(vlan, &spec);
	if (vlan_change_differs(vlan, before)) {
		if (engine_vlan_change(parent->path, &spec, &error) < 0) {
			problems_add(changes->problems, changes->model, MODEL_ERROR,
				     &vlan->interface.source, vlan->interface.name, "%s",
				     error.text);
		} else if (before) {
			changes_add(changes, "%s: changed", vlan->interface.name);
		}
	}
	if (before && vlan->interface.onboot && !before->interface.onboot) {
		(void)netlink_link_set_up(parent->daemon->netlink, running->ifindex, true);
		changes_add(changes, "%s: set up", vlan->interface.name);
	}
	vlan_change_addresses(parent, running, vlan, changes);
}

void vlan_parent_apply(struct vlan_parent *parent, const struct wanted *before,
		       const struct wanted *wanted, struct changes *changes)
{
	for (size_t i = 0; i < wanted->vlan_count; i++) {
		const struct model_vlan *vlan = &wanted->vlans[i];
		struct vlan_runtime *running = vlan_parent_find(parent, vlan->interface.name);

		if (running) {
			vlan_change_change(
				parent, running, vlan,
				before ? wanted_find_vlan(before, vlan->interface.name) : NULL,
				changes);
		} else {
			vlan_change_add(parent, vlan, changes);
		}
		daemon_breathe(parent->daemon);
	}
}
