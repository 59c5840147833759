/* SPDX-License-Identifier: BSD-2-Clause */
/* What was observed becomes what was applied, and the way back. */
#include <stdlib.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/nic_runtime.h"
#include "daemon/observe.h"
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

/* --- the way back */

/* What is in neither was put there by a step that could not be undone: it stays ours. */
static void observe_disown_interface(struct model_interface *now,
				     const struct model_interface *before,
				     const struct model_interface *adopted)
{
	size_t kept = 0;

	for (size_t i = 0; i < now->address_count; i++) {
		if (model_interface_has_address(before, &now->addresses[i]) ||
		    !model_interface_has_address(adopted, &now->addresses[i])) {
			now->addresses[kept++] = now->addresses[i];
		}
	}
	now->address_count = kept;
	kept = 0;
	for (size_t i = 0; i < now->route_count; i++) {
		if (model_interface_has_route(before, &now->routes[i]) ||
		    !model_interface_has_route(adopted, &now->routes[i])) {
			now->routes[kept++] = now->routes[i];
		}
	}
	now->route_count = kept;
	kept = 0;
	for (size_t i = 0; i < now->rule_count; i++) {
		if (model_interface_has_rule(before, &now->rules[i]) ||
		    !model_interface_has_rule(adopted, &now->rules[i])) {
			now->rules[kept++] = now->rules[i];
		}
	}
	now->rule_count = kept;
	now->ipv4_default.is_set &=
		before->ipv4_default.is_set || !adopted->ipv4_default.is_set;
	now->ipv6_default.is_set &=
		before->ipv6_default.is_set || !adopted->ipv6_default.is_set;
}

void observe_disown(struct daemon *daemon, const struct model *adopted,
		    struct observe_former *former)
{
	for (const struct observe_former *one = former; one; one = one->next) {
		const struct model_bond *before = &one->wanted->bond;
		const struct model_bond *bond =
			model_find_bond(adopted, before->interface.name);
		struct vlan_parent *parent = vlan_parent_of(daemon, before->interface.name);
		struct wanted *now = parent ? parent->wanted : NULL;

		if (!now) {
			continue;
		}
		if (bond) { /* a NIC is in no model: nothing of its own is adopted */
			observe_disown_interface(&now->bond.interface, &before->interface,
						 &bond->interface);
		}
		for (size_t i = 0; i < now->vlan_count; i++) {
			const char *name = now->vlans[i].interface.name;
			const struct model_vlan *vlan = wanted_find_vlan(one->wanted, name);
			const struct model_vlan *observed = model_find_vlan(adopted, name);

			if (vlan && observed) {
				observe_disown_interface(&now->vlans[i].interface,
							 &vlan->interface,
							 &observed->interface);
			}
		}
		vlan_parent_want_save(parent);
	}
	observe_former_free(former);
}
