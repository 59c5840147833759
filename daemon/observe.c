/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/addresses.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/ipv6_settings.h"
#include "daemon/json_util.h"
#include "daemon/nic_runtime.h"
#include "daemon/observe_internal.h"
#include "daemon/routing.h"
#include "daemon/snapshot.h"
#include "model/model_equal.h"
#include "model/model_sort.h"
#include "model/model_text.h"

struct model *observe_applied(const struct daemon *daemon)
{
	struct model *model = model_new();
	bool whole = model != NULL;

	for (struct bond_runtime *bond = daemon->bonds; whole && bond; bond = bond->next) {
		whole = wanted_add_to_model(bond->wanted, model);
	}
	if (!whole || !nics_add_to_model(daemon, model)) {
		model_free(model);
		return NULL;
	}
	return model;
}

static int observe_compare_names(const void *left, const void *right)
{
	return strcmp(left, *(const char *const *)right);
}

bool observe_concerns(const struct plan_scope *scope, const char *name)
{
	return !scope ||
	       (scope->count > 0 && bsearch(name, scope->names, scope->count,
					    sizeof(*scope->names), observe_compare_names));
}

void observe_drift(struct observation *o, const char *interface, const char *format, ...)
{
	char text[256];
	va_list arguments;

	if (!o->drift) {
		return;
	}
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	json_array_append_new(o->drift,
			      json_pack("{s:o, s:o}", "interface", json_text(interface), "text",
					json_text(text)));
}

/* --- addresses */

/* Whether somebody put it there for good, rather than the kernel, a router or DHCP. */
static bool observe_is_by_hand(const struct netlink_address *address)
{
	bool link_local = address->family == AF_INET6 && address->bytes[0] == 0xfe &&
			  (address->bytes[1] & 0xc0) == 0x80;

	return !link_local && (address->flags & IFA_F_PERMANENT) &&
	       !(address->flags & (IFA_F_TEMPORARY | IFA_F_MANAGETEMPADDR));
}

static void observe_foreign(struct observation *o, const struct model_interface *running,
			    const struct model_interface *wanted, uint32_t ifindex)
{
	size_t count;
	const struct netlink_address *list = snapshot_addresses(&o->snapshot, ifindex, &count);
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		struct model_address address = {.family = list[i].family,
						.prefix = list[i].prefix};

		memcpy(address.bytes, list[i].bytes, sizeof(address.bytes));
		if (observe_is_by_hand(&list[i]) &&
		    !model_interface_has_address(running, &address) &&
		    !(wanted && model_interface_has_address(wanted, &address))) {
			address_text(&address, text);
			observe_drift(o, running->name, "%s is in no file; it is left alone",
				      text);
		}
	}
}

/* As the kernel has them: of one network the first is the one that is spoken with. */
static void observe_order(struct observation *o, struct model_interface *running,
			  uint32_t ifindex)
{
	struct model_address *own = running->addresses, moved;
	size_t count, placed = 0;
	const struct netlink_address *list = snapshot_addresses(&o->snapshot, ifindex, &count);

	for (size_t i = 0; i < count && placed + 1 < running->address_count; i++) {
		size_t at = placed;

		while (at < running->address_count &&
		       (own[at].family != list[i].family || own[at].prefix != list[i].prefix ||
			memcmp(own[at].bytes, list[i].bytes,
			       own[at].family == AF_INET ? 4 : 16) != 0)) {
			at++;
		}
		if (at < running->address_count) {
			moved = own[at];
			memmove(&own[placed + 1], &own[placed], (at - placed) * sizeof(moved));
			own[placed++] = moved;
		}
	}
}

static void observe_addresses(struct observation *o, struct model_interface *running,
			      const struct model_interface *wanted, uint32_t ifindex)
{
	char text[ADDRESS_TEXT_SIZE];
	size_t kept = 0;

	for (size_t i = 0; i < running->address_count; i++) {
		if (snapshot_has_address(&o->snapshot, ifindex, &running->addresses[i])) {
			running->addresses[kept++] = running->addresses[i];
			continue;
		}
		address_text(&running->addresses[i], text);
		observe_drift(o, running->name, "somebody removed %s", text);
	}
	running->address_count = kept;
	for (size_t i = 0; wanted && i < wanted->address_count; i++) {
		const struct model_address *address = &wanted->addresses[i];

		if (!model_interface_has_address(running, address) &&
		    snapshot_has_address(&o->snapshot, ifindex, address) &&
		    !model_interface_add_address(running, address)) {
			o->out_of_memory = true;
		}
	}
	observe_order(o, running, ifindex);
	observe_foreign(o, running, wanted, ifindex);
}

static void observe_dhcp(struct observation *o, struct model_interface *running, int family)
{
	if (!model_interface_has_dhcp(running, family) ||
	    dhcp_runs(o->daemon, running->name, family)) {
		return;
	}
	if (family == AF_INET6) {
		running->dhcpv6 = false;
	} else {
		running->protocol = MODEL_PROTOCOL_STATIC;
	}
	observe_drift(o, running->name, "its DHCP%s client doesn't run",
		      family == AF_INET6 ? "v6" : "");
}

/* --- interfaces */

/* usual_mtu: what it has if no MTU was asked for. */
static void observe_link(struct observation *o, struct model_interface *running,
			 const struct snapshot_link *link, uint32_t usual_mtu, bool keep_down)
{
	bool up = (link->flags & IFF_UP) != 0;

	if (running->onboot && !up) {
		observe_drift(o, running->name, "somebody set it down");
	}
	running->onboot = up || (keep_down && running->onboot);
	if (link->mtu != (running->mtu ? running->mtu : usual_mtu)) {
		observe_drift(o, running->name, "somebody changed its MTU to %u", link->mtu);
		running->mtu = link->mtu;
	}
	if (running->has_mac && memcmp(running->mac, link->mac, 6) != 0) {
		observe_drift(o, running->name,
			      "somebody changed its address to %02x:%02x:%02x:%02x:%02x:%02x",
			      link->mac[0], link->mac[1], link->mac[2], link->mac[3],
			      link->mac[4], link->mac[5]);
		memcpy(running->mac, link->mac, 6);
	}
}

/* What differs from the file's becomes a step, whichever of the settings it is in. */
static void observe_ipv6(struct observation *o, struct model_interface *running,
			 const struct model_interface *wanted, const struct snapshot_link *link)
{
	const struct model_interface *reference = wanted ? wanted : running;

	if (reference->ipv6_untouched) {
		return;
	}
	if (!ipv6_settings_fit(running, &link->ipv6)) {
		bool heeds = link->ipv6.accept_ra > 0;

		observe_drift(
			o, running->name,
			heeds == running->ipv6_autoconf
				? "somebody changed what it takes of router advertisements"
			: heeds ? "somebody has it heed router advertisements"
				: "somebody has it not heed router advertisements");
	}
	running->ipv6_autoconf = ipv6_settings_fit(reference, &link->ipv6)
					 ? reference->ipv6_autoconf
					 : !reference->ipv6_autoconf;
}

static void observe_interface(struct observation *o, struct model_interface *running,
			      const struct model_interface *wanted,
			      const struct vlan_parent *parent, uint32_t ifindex,
			      uint32_t usual_mtu)
{
	const struct snapshot_link *link = snapshot_link(&o->snapshot, ifindex);

	if (!link || !observe_concerns(o->scope, running->name)) {
		return;
	}
	observe_link(o, running, link, usual_mtu, o->keep_down && !parent->unfinished);
	observe_ipv6(o, running, wanted, link);
	observe_addresses(o, running, wanted, ifindex);
	if (o->snapshot.routing) {
		observe_routing(o, running, wanted, ifindex);
	}
	observe_dhcp(o, running, AF_INET);
	observe_dhcp(o, running, AF_INET6);
}

static int observe_compare_vlans(const void *left, const void *right)
{
	const struct model_vlan *const *a = left, *const *b = right;

	return strcmp((*a)->interface.name, (*b)->interface.name);
}

/* The wanted model's VLAN interfaces by name; NULL: no memory. */
static const struct model_vlan **observe_sorted_vlans(const struct model *model)
{
	const struct model_vlan **list =
		calloc(model->vlan_count + 1, sizeof(const struct model_vlan *));

	for (size_t i = 0; list && i < model->vlan_count; i++) {
		list[i] = &model->vlans[i];
	}
	if (list && model->vlan_count > 0) {
		model_sort(list, model->vlan_count, sizeof(const struct model_vlan *),
			   observe_compare_vlans);
	}
	return list;
}

static const struct model_interface *observe_find_vlan(const struct model_vlan **sorted,
						       size_t count,
						       const struct model_vlan *vlan)
{
	const struct model_vlan **found =
		count == 0 ? NULL
			   : bsearch(&vlan, sorted, count, sizeof(const struct model_vlan *),
				     observe_compare_vlans);

	return found ? &(*found)->interface : NULL;
}

/* Whether it is on a NIC that isn't there: it counts as done, and is when the NIC comes. */
static bool observe_waits(struct observation *o, const struct model_vlan *vlan)
{
	const struct vlan_parent *parent = vlan_parent_of(o->daemon, vlan->parent);

	return parent && !parent->path;
}

/* What runs of a VLAN interface, and what its MTU is by itself; NULL: nothing does. */
static const struct vlan_runtime *observe_vlan_runtime(struct observation *o,
						       const struct model_vlan *vlan,
						       uint32_t *usual_mtu)
{
	struct vlan_parent *parent = vlan_parent_of(o->daemon, vlan->parent);
	const struct snapshot_link *below =
		parent ? snapshot_link(&o->snapshot, parent->ifindex) : NULL;

	*usual_mtu = below ? below->mtu : WANTED_MTU_DEFAULT;
	return parent ? vlan_parent_find(parent, vlan->interface.name) : NULL;
}

static void observe_vlans(struct observation *o, struct model *running,
			  const struct model *wanted)
{
	const struct model_vlan **sorted = observe_sorted_vlans(wanted);
	size_t kept = 0;

	if (!sorted) {
		o->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < running->vlan_count; i++) {
		struct model_vlan *vlan = &running->vlans[i];
		uint32_t usual_mtu;
		const struct vlan_runtime *now = observe_vlan_runtime(o, vlan, &usual_mtu);

		if (!now && !observe_waits(o, vlan)) {
			observe_drift(o, vlan->interface.name, "somebody deleted it");
			model_interface_clear(&vlan->interface);
			continue;
		}
		if (now) {
			observe_interface(o, &vlan->interface,
					  observe_find_vlan(sorted, wanted->vlan_count, vlan),
					  vlan_parent_of(o->daemon, vlan->parent), now->ifindex,
					  usual_mtu);
		} else if (observe_concerns(o->scope, vlan->interface.name)) {
			observe_drift(o, vlan->interface.name, "it waits for %s", vlan->parent);
		}
		running->vlans[kept++] = *vlan;
	}
	running->vlan_count = kept;
	free(sorted);
}

/* A member that isn't in its bond joins by itself when it can: no step of a plan does more. */
static void observe_members(struct observation *o, const struct bond_runtime *bond)
{
	for (size_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const struct bond_runtime_member *member = &bond->members[slot];

		if (!member->wanted[0] || member->ifindex != 0) {
			continue;
		}
		if (member->refused[0]) {
			observe_drift(o, bond->name, "member %s is not in it: %.180s",
				      member->wanted, member->refused);
		} else {
			observe_drift(o, bond->name, "member %s is not there", member->wanted);
		}
	}
}

static void observe_bonds(struct observation *o, struct model *running,
			  const struct model *wanted)
{
	for (size_t i = 0; i < running->bond_count; i++) {
		struct model_interface *interface = &running->bonds[i].interface;
		const struct bond_runtime *bond = bond_runtime_find(o->daemon, interface->name);
		const struct model_bond *to = model_find_bond(wanted, interface->name);

		if (bond && observe_concerns(o->scope, interface->name)) {
			observe_members(o, bond);
		}
		if (bond) {
			observe_interface(o, interface, to ? &to->interface : NULL,
					  &bond->parent, bond->ifindex, WANTED_MTU_DEFAULT);
		}
	}
}

/* --- the whole */

static bool observe_has_routing(const struct model_interface *interface)
{
	return interface->route_count > 0 || interface->rule_count > 0 ||
	       interface->ipv4_default.is_set || interface->ipv6_default.is_set;
}

static bool observe_needs_routing(const struct model *model, const struct plan_scope *scope)
{
	const struct model_interface *interface;

	for (size_t i = 0; (interface = model_interface_at(model, i)); i++) {
		if (observe_has_routing(interface) &&
		    observe_concerns(scope, interface->name)) {
			return true;
		}
	}
	return false;
}

/* The indices of the interfaces in the scope, and of what they are on; *count of them.
 * NULL: no memory. */
static uint32_t *observe_indices(struct observation *o, const struct model *running,
				 size_t *count)
{
	uint32_t *list = calloc(2 * o->scope->count + 1, sizeof(*list));

	*count = 0;
	for (size_t i = 0; list && i < o->scope->count; i++) {
		const char *name = o->scope->names[i];
		const struct bond_runtime *bond = bond_runtime_find(o->daemon, name);
		const struct model_vlan *vlan = bond ? NULL : model_find_vlan(running, name);
		const struct vlan_parent *parent =
			vlan ? vlan_parent_of(o->daemon, vlan->parent) : NULL;
		const struct vlan_runtime *now = parent ? vlan_parent_find(parent, name) : NULL;

		if (bond) {
			list[(*count)++] = bond->ifindex;
		}
		if (now) {
			list[(*count)++] = parent->ifindex;
			list[(*count)++] = now->ifindex;
		}
	}
	return list;
}

int observe(struct daemon *daemon, const struct model *wanted, const struct plan_scope *scope,
	    bool keep_down, json_t *drift, struct model **out)
{
	struct observation o = {
		.daemon = daemon, .scope = scope, .keep_down = keep_down, .drift = drift};
	struct model *running = observe_applied(daemon);
	uint32_t *indices = NULL;
	size_t count = 0;
	bool routing;
	int err = -ENOMEM;

	if (!running) {
		return -ENOMEM;
	}
	if (scope) {
		indices = observe_indices(&o, running, &count);
		if (!indices) {
			goto out;
		}
	}
	routing = observe_needs_routing(running, scope) || observe_needs_routing(wanted, scope);
	err = snapshot_read(daemon->netlink, indices, count, routing, &o.snapshot);
	if (err < 0) {
		goto out;
	}
	o.running = running;
	o.wanted = wanted;
	observe_bonds(&o, running, wanted);
	observe_vlans(&o, running, wanted);
	snapshot_free(&o.snapshot);
	err = o.out_of_memory ? -ENOMEM : 0;
	if (err == 0) {
		*out = running;
		running = NULL;
	}
out:
	free(indices);
	model_free(running);
	return err;
}
