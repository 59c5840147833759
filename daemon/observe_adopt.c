/* SPDX-License-Identifier: BSD-2-Clause */
/* What was observed becomes what was applied, and the ways back: at once, and later. */
#include <stdlib.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/nic_runtime.h"
#include "daemon/observe.h"
#include "daemon/wanted.h"
#include "model/model_equal.h"

struct observe_former {
	struct observe_former *next;
	struct wanted *wanted; /* of the bond or NIC that it names */
};

void observe_former_free(struct observe_former *former)
{
	while (former) {
		struct observe_former *next = former->next;

		wanted_free(former->wanted);
		free(former);
		former = next;
	}
}

/* Keeps what would be freed, if somebody wants it. False: no memory. */
static bool observe_keep_former(struct observe_former **former, struct wanted *wanted)
{
	struct observe_former *entry;

	if (!former) {
		wanted_free(wanted);
		return true;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry) {
		wanted_free(wanted);
		return false;
	}
	*entry = (struct observe_former){.next = *former, .wanted = wanted};
	*former = entry;
	return true;
}

/* Whether anything on it was looked at; else what was applied is what was observed. */
static bool observe_has_seen(const struct plan_scope *scope, const struct vlan_parent *parent)
{
	bool seen = !scope;

	for (size_t i = 0; !seen && i < scope->count; i++) {
		seen = strcmp(scope->names[i], parent->name) == 0 ||
		       vlan_parent_find(parent, scope->names[i]) ||
		       (parent->wanted && wanted_find_vlan(parent->wanted, scope->names[i]));
	}
	return seen;
}

bool observe_adopt(struct daemon *daemon, const struct model *observed,
		   const struct plan_scope *scope, struct observe_former **former)
{
	bool whole = true;

	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		const struct model_bond *now = model_find_bond(observed, bond->name);
		struct wanted *before = bond->wanted;
		struct wanted *wanted;

		if (!observe_has_seen(scope, &bond->parent)) {
			continue;
		}
		wanted = now ? wanted_from_model(observed, now) : NULL;
		if (wanted) {
			bond->wanted = NULL;
			bond_runtime_set_wanted(bond, wanted);
			whole = observe_keep_former(former, before) && whole;
		}
		whole = whole && wanted;
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		struct wanted *before = nic->wanted;
		struct wanted *wanted;

		if (!observe_has_seen(scope, &nic->parent)) {
			continue;
		}
		wanted = nic->wanted ? wanted_from_model(observed, &nic->wanted->bond) : NULL;
		if (wanted && !nic->foreign) {
			nic->wanted = NULL;
			nic_runtime_set_wanted(nic, wanted);
			whole = observe_keep_former(former, before) && whole;
		} else {
			wanted_free(wanted);
		}
		whole = whole && (nic->foreign || wanted);
	}
	return whole;
}

/* --- the ways back: at once, and later */

/* Leaves what the other has not. */
static void observe_subtract(struct model_interface *interface,
			     const struct model_interface *other)
{
	size_t addresses = 0, routes = 0, rules = 0;

	for (size_t i = 0; i < interface->address_count; i++) {
		if (!model_interface_has_address(other, &interface->addresses[i])) {
			interface->addresses[addresses++] = interface->addresses[i];
		}
	}
	interface->address_count = addresses;
	for (size_t i = 0; i < interface->route_count; i++) {
		if (!model_interface_has_route(other, &interface->routes[i])) {
			interface->routes[routes++] = interface->routes[i];
		}
	}
	interface->route_count = routes;
	for (size_t i = 0; i < interface->rule_count; i++) {
		if (!model_interface_has_rule(other, &interface->rules[i])) {
			interface->rules[rules++] = interface->rules[i];
		}
	}
	interface->rule_count = rules;
	interface->ipv4_default.is_set &= !other->ipv4_default.is_set;
	interface->ipv6_default.is_set &= !other->ipv6_default.is_set;
}

/* Whether there is something that the other has not. */
static bool observe_has_more(const struct model_interface *interface,
			     const struct model_interface *other)
{
	bool more = (interface->ipv4_default.is_set && !other->ipv4_default.is_set) ||
		    (interface->ipv6_default.is_set && !other->ipv6_default.is_set);

	for (size_t i = 0; i < interface->address_count && !more; i++) {
		more = !model_interface_has_address(other, &interface->addresses[i]);
	}
	for (size_t i = 0; i < interface->route_count && !more; i++) {
		more = !model_interface_has_route(other, &interface->routes[i]);
	}
	for (size_t i = 0; i < interface->rule_count && !more; i++) {
		more = !model_interface_has_rule(other, &interface->rules[i]);
	}
	return more;
}

/* The i-th VLAN interface as it was before: most often at the same place. NULL: it wasn't. */
static const struct model_vlan *observe_former_vlan(const struct wanted *before, size_t i,
						    const char *name)
{
	return i < before->vlan_count && strcmp(before->vlans[i].interface.name, name) == 0
		       ? &before->vlans[i]
		       : wanted_find_vlan(before, name);
}

static bool observe_any_adopted(const struct wanted *now, const struct wanted *before)
{
	bool any = observe_has_more(&now->bond.interface, &before->bond.interface);

	for (size_t i = 0; i < now->vlan_count && !any; i++) {
		const struct model_interface *interface = &now->vlans[i].interface;
		const struct model_vlan *former =
			observe_former_vlan(before, i, interface->name);

		any = former && observe_has_more(interface, &former->interface);
	}
	return any;
}

/* A copy of what is applied to the parent, or was to be, with nothing in it but what was not
 * before; NULL: nothing is left, or no memory. */
static struct wanted *observe_adopted(const struct wanted *now, const struct wanted *before)
{
	struct wanted *adopted = observe_any_adopted(now, before) ? wanted_copy(now) : NULL;
	size_t kept = 0;

	if (!adopted) {
		return NULL;
	}
	observe_subtract(&adopted->bond.interface, &before->bond.interface);
	for (size_t i = 0; i < adopted->vlan_count; i++) {
		struct model_vlan *vlan = &adopted->vlans[i];
		const struct model_vlan *former =
			observe_former_vlan(before, i, vlan->interface.name);

		if (former && observe_has_more(&vlan->interface, &former->interface)) {
			observe_subtract(&vlan->interface, &former->interface);
			adopted->vlans[kept++] = *vlan;
		} else {
			model_interface_clear(&vlan->interface);
		}
	}
	adopted->vlan_count = kept;
	return adopted;
}

json_t *observe_adopted_json(struct daemon *daemon, const struct observe_former *former)
{
	json_t *list = json_array();

	for (const struct observe_former *one = former; one; one = one->next) {
		const struct vlan_parent *parent =
			vlan_parent_of(daemon, one->wanted->bond.interface.name);
		struct wanted *adopted = parent && parent->wanted
						 ? observe_adopted(parent->wanted, one->wanted)
						 : NULL;

		if (adopted) {
			json_array_append_new(list, wanted_to_json(adopted));
		}
		wanted_free(adopted);
	}
	if (json_array_size(list) == 0) {
		json_decref(list);
		return NULL;
	}
	return list;
}

static void observe_give_up(struct wanted *now, const struct wanted *adopted)
{
	observe_subtract(&now->bond.interface, &adopted->bond.interface);
	for (size_t i = 0; i < now->vlan_count; i++) {
		const struct model_vlan *vlan =
			wanted_find_vlan(adopted, now->vlans[i].interface.name);

		if (vlan) {
			observe_subtract(&now->vlans[i].interface, &vlan->interface);
		}
	}
}

void observe_disown(struct daemon *daemon, const struct model *adopted,
		    struct observe_former *former)
{
	for (const struct observe_former *one = former; one; one = one->next) {
		const struct model_bond *before = &one->wanted->bond;
		const struct model_bond *bond =
			model_find_bond(adopted, before->interface.name);
		struct vlan_parent *parent = vlan_parent_of(daemon, before->interface.name);
		struct wanted *all, *theirs;

		if (!parent || !parent->wanted) {
			continue;
		}
		/* A NIC is in no model: nothing of its own is adopted. */
		all = wanted_from_model(adopted, bond ? bond : before);
		theirs = all ? observe_adopted(all, one->wanted) : NULL;
		if (theirs) {
			observe_give_up(parent->wanted, theirs);
		}
		vlan_parent_want_save(parent);
		wanted_free(theirs);
		wanted_free(all);
	}
	observe_former_free(former);
}

void observe_disown_json(struct daemon *daemon, const json_t *adopted)
{
	for (size_t i = 0; i < json_array_size(adopted); i++) {
		struct wanted *one = wanted_from_json(json_array_get(adopted, i));
		struct vlan_parent *parent =
			one ? vlan_parent_of(daemon, one->bond.interface.name) : NULL;

		if (parent && parent->wanted) {
			observe_give_up(parent->wanted, one);
			vlan_parent_want_save(parent);
		}
		wanted_free(one);
	}
}

/* --- what was applied, as JSON */

json_t *observe_applied_json(const struct daemon *daemon)
{
	json_t *bonds = json_array(), *nics = json_array();

	for (const struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		json_array_append_new(bonds, wanted_to_json(bond->wanted));
	}
	for (const struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		if (nic->wanted && !nic->foreign) {
			json_array_append_new(nics, wanted_to_json(nic->wanted));
		}
	}
	return json_pack("{s:o, s:o}", "bonds", bonds, "nics", nics);
}

static bool observe_add_json(const json_t *list,
			     bool (*add)(const struct wanted *wanted, struct model *model),
			     struct model *model)
{
	bool whole = true;

	for (size_t i = 0; i < json_array_size(list) && whole; i++) {
		struct wanted *wanted = wanted_from_json(json_array_get(list, i));

		whole = wanted && add(wanted, model);
		wanted_free(wanted);
	}
	return whole;
}

struct model *observe_applied_from_json(const json_t *json)
{
	struct model *model = json_is_object(json) ? model_new() : NULL;

	if (!model ||
	    !observe_add_json(json_object_get(json, "bonds"), wanted_add_to_model, model) ||
	    !observe_add_json(json_object_get(json, "nics"), wanted_add_vlans_to_model,
			      model)) {
		model_free(model);
		return NULL;
	}
	return model;
}
