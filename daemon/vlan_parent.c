/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/vlan_parent.h"

#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/nic_runtime.h"
#include "daemon/routing.h"
#include "daemon/wanted.h"

void vlan_parent_init(struct vlan_parent *parent, struct daemon *daemon, const char *name)
{
	*parent = (struct vlan_parent){.daemon = daemon};
	snprintf(parent->name, sizeof(parent->name), "%s", name);
}

void vlan_parent_clear(struct vlan_parent *parent)
{
	free(parent->vlans);
	parent->vlans = NULL;
	parent->vlan_count = 0;
}

/* Where one of that name stands in the list, or would have to. */
static size_t vlan_parent_place(const struct vlan_parent *parent, const char *name)
{
	size_t low = 0, high = parent->vlan_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(parent->vlans[middle].name, name) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

struct vlan_runtime *vlan_parent_find(const struct vlan_parent *parent, const char *name)
{
	size_t place = vlan_parent_place(parent, name);

	return place < parent->vlan_count && strcmp(parent->vlans[place].name, name) == 0
		       ? &parent->vlans[place]
		       : NULL;
}

struct vlan_runtime *vlan_parent_find_index(const struct vlan_parent *parent, uint32_t ifindex)
{
	for (size_t i = 0; i < parent->vlan_count; i++) {
		if (parent->vlans[i].ifindex == ifindex) {
			return &parent->vlans[i];
		}
	}
	return NULL;
}

struct vlan_runtime *vlan_parent_insert(struct vlan_parent *parent, const char *name,
					uint16_t vid, uint32_t ifindex)
{
	size_t place = vlan_parent_place(parent, name);
	struct vlan_runtime *vlans =
		reallocarray(parent->vlans, parent->vlan_count + 1, sizeof(*vlans));
	struct vlan_runtime *vlan;

	if (!vlans) {
		return NULL;
	}
	parent->vlans = vlans;
	vlan = &vlans[place];
	memmove(vlan + 1, vlan, (parent->vlan_count++ - place) * sizeof(*vlan));
	*vlan = (struct vlan_runtime){.vid = vid, .ifindex = ifindex};
	snprintf(vlan->name, sizeof(vlan->name), "%s", name);
	return vlan;
}

void vlan_parent_list(struct vlan_parent *parent)
{
	size_t count = engine_bond_vlans(parent->path, NULL, 0);
	struct engine_vlan *found = calloc(count + 1, sizeof(*found));

	if (!found) {
		return;
	}
	count = engine_bond_vlans(parent->path, found, count);
	for (size_t i = 0; i < count; i++) {
		(void)vlan_parent_insert(parent, found[i].spec.name, found[i].spec.vid,
					 found[i].ifindex);
	}
	free(found);
}

void vlan_parent_see_link(struct daemon *daemon, uint32_t ifindex,
			  struct model_interface *interface)
{
	struct netlink_link link;

	if (interface->onboot && ifindex != 0 &&
	    netlink_link_get(daemon->netlink, ifindex, &link) == 0) {
		interface->onboot = (link.flags & IFF_UP) != 0;
	}
}

bool vlan_parent_reconcile(struct vlan_parent *parent, bool unfinished)
{
	struct wanted *wanted = parent->wanted;
	size_t kept = 0;

	for (size_t i = 0; i < wanted->vlan_count; i++) {
		struct model_vlan *vlan = &wanted->vlans[i];
		const struct vlan_runtime *running =
			vlan_parent_find(parent, vlan->interface.name);

		if (running && running->vid == vlan->vid) {
			wanted->vlans[kept++] = *vlan;
		} else {
			model_interface_clear(&vlan->interface);
		}
	}
	wanted->vlan_count = kept;
	for (size_t i = 0; i < parent->vlan_count; i++) {
		const struct vlan_runtime *running = &parent->vlans[i];

		if (!wanted_find_vlan(wanted, running->name) &&
		    !wanted_add_bare_vlan(wanted, running->name, running->vid,
					  nic_runtime_find(parent->daemon, parent->name) !=
						  NULL)) {
			return false;
		}
	}
	for (size_t i = 0; unfinished && i < wanted->vlan_count; i++) {
		struct model_interface *interface = &wanted->vlans[i].interface;

		vlan_parent_see_link(parent->daemon,
				     vlan_parent_find(parent, interface->name)->ifindex,
				     interface);
	}
	return true;
}

void vlan_parent_forget(struct vlan_parent *parent, size_t index)
{
	struct vlan_runtime *vlan = &parent->vlans[index];
	const struct model_vlan *applied =
		parent->wanted ? wanted_find_vlan(parent->wanted, vlan->name) : NULL;
	struct engine_error error;

	if (applied) {
		interface_remove_rules(parent->daemon, &applied->interface);
	}

	if (engine_vlan_remove(parent->path, vlan->name, &error) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s bond=%s vlan=%s", vlan->name, error.text,
			 parent->name, vlan->name);
	}
	parent->vlan_count--;
	memmove(vlan, vlan + 1, (parent->vlan_count - index) * sizeof(*vlan));
	vlan_parent_want_save(parent);
}

/* Whether one that isn't here any more was moved into another network namespace. */
static bool vlan_parent_is_moved(struct vlan_parent *parent, struct vlan_runtime *vlan)
{
	if (!engine_vlan_is_elsewhere(parent->path, vlan->name)) {
		return false;
	}
	vlan->gone = false;
	if (vlan->ifindex != 0) {
		vlan->ifindex = 0;
		vlan_parent_event(parent, "vlan_moved", vlan->name,
				  "moved into another network namespace, where it goes on "
				  "working");
	}
	return true;
}

void vlan_parent_check_gone(struct vlan_parent *parent)
{
	for (size_t i = parent->vlan_count; i-- > 0;) {
		char name[ENGINE_NAME_SIZE];

		if (!parent->vlans[i].gone || vlan_parent_is_moved(parent, &parent->vlans[i])) {
			continue;
		}
		memcpy(name, parent->vlans[i].name, sizeof(name));
		vlan_parent_forget(parent, i);
		vlan_parent_event(parent, "vlan_removed", name,
				  "somebody deleted the interface");
		problems_add(&parent->daemon->problems, NULL, MODEL_WARNING, NULL, name,
			     "somebody deleted %s, or the network namespace that it had been "
			     "moved into; 'portchannel reload' makes it anew",
			     name);
	}
}

void vlan_parent_look(struct vlan_parent *parent)
{
	for (size_t i = 0; i < parent->vlan_count; i++) {
		struct vlan_runtime *vlan = &parent->vlans[i];

		if (vlan->ifindex != 0) {
			continue;
		}
		vlan->ifindex = engine_vlan_ifindex(parent->path, vlan->name);
		if (vlan->ifindex != 0) {
			vlan_parent_event(parent, "vlan_back", vlan->name,
					  "back from another network namespace, down and "
					  "without addresses; 'portchannel reload' makes it "
					  "what its file says");
		} else {
			vlan->gone = !engine_vlan_is_elsewhere(parent->path, vlan->name);
		}
	}
	vlan_parent_check_gone(parent);
}

struct vlan_parent *vlan_parent_of(struct daemon *daemon, const char *name)
{
	struct bond_runtime *bond = bond_runtime_find(daemon, name);
	struct nic_runtime *nic = bond ? NULL : nic_runtime_find(daemon, name);

	if (bond) {
		return &bond->parent;
	}
	return nic ? &nic->parent : NULL;
}

void interface_remove_rules(struct daemon *daemon, const struct model_interface *interface)
{
	char error[ROUTING_ERROR_SIZE];

	for (size_t i = 0; i < interface->rule_count; i++) {
		(void)routing_rule_remove(daemon->netlink, &interface->rules[i], error);
	}
}

static const struct model_interface *vlan_parent_applied(const struct vlan_parent *parent,
							 uint32_t ifindex)
{
	const struct vlan_runtime *running = vlan_parent_find_index(parent, ifindex);
	const struct model_vlan *vlan =
		running && parent->wanted ? wanted_find_vlan(parent->wanted, running->name)
					  : NULL;

	return vlan ? &vlan->interface : NULL;
}

const struct model_interface *interface_applied(const struct daemon *daemon, uint32_t ifindex)
{
	const struct model_interface *found = NULL;

	for (struct bond_runtime *bond = daemon->bonds; bond && !found; bond = bond->next) {
		if (bond->ifindex == ifindex) {
			return &bond->wanted->bond.interface;
		}
		found = vlan_parent_applied(&bond->parent, ifindex);
	}
	for (struct nic_runtime *nic = daemon->nics; nic && !found; nic = nic->next) {
		found = vlan_parent_applied(&nic->parent, ifindex);
	}
	return found;
}

void vlan_parent_want_save(struct vlan_parent *parent)
{
	parent->save_wanted = true;
	daemon_want_save(parent->daemon);
}

void vlan_parent_event(struct vlan_parent *parent, const char *name, const char *vlan,
		       const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vlan_parent_event_list(parent, name, vlan, format, arguments);
	va_end(arguments);
}

void vlan_parent_event_list(struct vlan_parent *parent, const char *name, const char *about,
			    const char *format, va_list arguments)
{
	struct event event = {.name = name};

	snprintf(event.bond, sizeof(event.bond), "%s", parent->name);
	snprintf(event.member, sizeof(event.member), "%s", about ? about : "");
	vsnprintf(event.text, sizeof(event.text), format, arguments);
	events_add(&parent->daemon->events, &event);
	log_line(LOG_LEVEL_NOTICE, "%s%s%s %s bond=%s%s%s event=%s", parent->name,
		 about ? " " : "", about ? about : "", event.text, parent->name,
		 about ? " member=" : "", about ? about : "", name);
}
