/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan as a whole: bonds, members, NICs and VLAN interfaces of two models, sorted by
 * name and gone through side by side. What is on an interface: plan_interface.c; what a
 * change of its settings is: plan_difference.c; the order: plan_builder.c.
 */
#include "model/plan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model_sort.h"
#include "model/plan_internal.h"

static const struct model_source no_source = {.file = UINT32_MAX};

/* What the two models have of one kind, by name; a NULL side hasn't. */
struct pair {
	const char *name;
	const void *from, *to;
};

static int pair_compare(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	return strcmp(a->name, b->name);
}

/* Sorts, and makes one of two neighbours with the same name. Returns how many are left. */
static size_t pairs_join(struct pair *pairs, size_t count)
{
	size_t kept = 0;

	if (count == 0) {
		return 0;
	}
	model_sort(pairs, count, sizeof(*pairs), pair_compare);
	for (size_t i = 1; i < count; i++) {
		if (strcmp(pairs[kept].name, pairs[i].name) != 0) {
			pairs[++kept] = pairs[i];
			continue;
		}
		pairs[kept].from = pairs[kept].from ? pairs[kept].from : pairs[i].from;
		pairs[kept].to = pairs[kept].to ? pairs[kept].to : pairs[i].to;
	}
	return kept + 1;
}

static int name_compare(const void *left, const void *right)
{
	return strcmp(left, *(const char *const *)right);
}

static bool in_scope(const struct plan_scope *scope, const char *name)
{
	return !scope || (scope->count > 0 && bsearch(name, scope->names, scope->count,
						      sizeof(*scope->names), name_compare));
}

/* "change lacp_rate of bond0 from slow to fast, miimon from 0 to 100" */
static void plan_change(struct plan_builder *builder, struct plan_step *step,
			enum plan_action phase, const struct plan_difference *differences,
			size_t count)
{
	char text[PLAN_TEXT_SIZE] = "change ";

	if (count == 0) {
		return;
	}
	step->disruption = PLAN_DISRUPTION_NONE;
	for (size_t i = 0; i < count; i++) {
		const struct plan_difference *d = &differences[i];

		plan_text_append(text, "%s%s", i ? ", " : "", d->name);
		if (i == 0) {
			plan_text_append(text, " of %s", step->interface);
		}
		plan_text_append(text, " from %s to %s", d->from, d->to);
		if (d->disruption > step->disruption) {
			step->disruption = d->disruption;
		}
	}
	plan_builder_add_at(builder, step, phase, text);
}

/* --- members */

static bool member_is_same(const struct model_member *a, const struct model_member *b)
{
	return a->has_hwaddr == b->has_hwaddr &&
	       (!a->has_hwaddr || memcmp(a->hwaddr, b->hwaddr, 6) == 0) &&
	       a->any_name == b->any_name;
}

static void plan_member_change(struct plan_builder *builder, struct plan_step *step)
{
	const uint8_t *mac = step->member->hwaddr;
	char text[PLAN_TEXT_SIZE] = "";

	step->action = PLAN_MEMBER_CHANGE;
	step->disruption = PLAN_DISRUPTION_NONE;
	if (step->member->has_hwaddr) {
		/* It may be another NIC than the present one. */
		step->disruption = PLAN_DISRUPTION_MEMBER;
		plan_text_append(text,
				 "know %s of %s by its address %02x:%02x:%02x:%02x:%02x:%02x",
				 step->interface, step->parent, mac[0], mac[1], mac[2], mac[3],
				 mac[4], mac[5]);
	} else {
		plan_text_append(text, "know %s of %s by its name", step->interface,
				 step->parent);
	}
	plan_builder_add(builder, step, text);
}

static const struct model_member *member_find(const struct model_bond *bond, const char *name)
{
	for (size_t i = 0; bond && i < bond->member_count; i++) {
		if (strcmp(bond->members[i].interface.name, name) == 0) {
			return &bond->members[i];
		}
	}
	return NULL;
}

static struct plan_step member_step(const struct plan_step *base,
				    const struct model_member *from,
				    const struct model_member *to)
{
	struct plan_step step = *base;
	const struct model_member *member = to ? to : from;

	assert(member);
	memcpy(step.interface, member->interface.name, sizeof(step.interface));
	step.former_member = from;
	step.member = to;
	step.source = to ? to->interface.source : no_source;
	return step;
}

/* In the order in which the files have them: it is the one in which they join. */
static void plan_members(struct plan_builder *builder, const struct plan_step *base)
{
	const struct model_bond *from = base->former_bond, *to = base->bond;
	char text[PLAN_TEXT_SIZE];

	for (size_t i = 0; from && i < from->member_count; i++) {
		const struct model_member *member = &from->members[i];
		struct plan_step step = member_step(base, member, NULL);

		if (!member_find(to, member->interface.name)) {
			step.action = PLAN_MEMBER_REMOVE;
			step.disruption = PLAN_DISRUPTION_MEMBER;
			text[0] = '\0';
			plan_text_append(text, "take %s out of %s", step.interface,
					 step.parent);
			plan_builder_add(builder, &step, text);
		}
	}
	for (size_t i = 0; to && i < to->member_count; i++) {
		const struct model_member *member = &to->members[i];
		const struct model_member *former = member_find(from, member->interface.name);
		struct plan_step step = member_step(base, former, member);

		if (!former) {
			step.action = PLAN_MEMBER_ADD;
			text[0] = '\0';
			plan_text_append(text, "add %s to %s", step.interface, step.parent);
			plan_builder_add(builder, &step, text);
		} else if (!member_is_same(former, member)) {
			plan_member_change(builder, &step);
		}
	}
}

/* --- bonds */

static void plan_bond(struct plan_builder *builder, const struct model_bond *from,
		      const struct model_bond *to)
{
	struct plan_difference differences[PLAN_DIFFERENCES_MAX];
	const struct model_bond *bond = to ? to : from;
	struct plan_step base = {.bond = to, .former_bond = from, .source = no_source}, step;
	char text[PLAN_TEXT_SIZE] = "";

	assert(bond);
	memcpy(base.parent, bond->interface.name, sizeof(base.parent));
	memcpy(base.interface, bond->interface.name, sizeof(base.interface));
	base.source = to ? to->interface.source : no_source;
	step = base;
	if (from && to) {
		step.action = PLAN_BOND_DEVICE;
		plan_change(builder, &step, step.action, differences,
			    plan_device_differences(from, to, differences));
		step.action = PLAN_BOND_OPTIONS;
		plan_change(builder, &step, step.action, differences,
			    plan_option_differences(from, to, differences));
	} else if (to) {
		step.action = PLAN_BOND_ADD;
		plan_text_append(text, "make %s, %s", step.interface,
				 bond_mode_name(to->options.mode));
		plan_builder_add(builder, &step, text);
	} else {
		step.action = PLAN_BOND_REMOVE;
		step.disruption = PLAN_DISRUPTION_BOND;
		plan_text_append(text, "remove %s", step.interface);
		plan_builder_add(builder, &step, text);
	}
	plan_members(builder, &base);
	plan_on_interface(builder, &base);
}

/* --- VLAN interfaces */

static void plan_vlan_change(struct plan_builder *builder, const struct plan_step *base)
{
	struct plan_difference differences[PLAN_DIFFERENCES_MAX];
	const struct model_interface *from = &base->former_vlan->interface;
	const struct model_interface *to = &base->vlan->interface;
	struct plan_step step = *base;
	/* What shrinks does so before its bond may, so that the way back grows the bond
	 * first. */
	bool shrinks = from->mtu != 0 && (to->mtu == 0 || to->mtu < from->mtu);

	step.action = PLAN_VLAN_CHANGE;
	plan_change(builder, &step, shrinks ? PLAN_NIC_REMOVE : PLAN_VLAN_CHANGE, differences,
		    plan_vlan_differences(base->former_vlan, base->vlan, differences));
}

/* One that is the same before and after, or is on one side only. */
static void plan_vlan_alike(struct plan_builder *builder, const struct model_vlan *from,
			    const struct model_vlan *to)
{
	const struct model_vlan *vlan = to ? to : from;
	struct plan_step base = {.vlan = to, .former_vlan = from}, step;
	char text[PLAN_TEXT_SIZE] = "";

	assert(vlan);
	memcpy(base.parent, vlan->parent, sizeof(base.parent));
	memcpy(base.interface, vlan->interface.name, sizeof(base.interface));
	base.source = to ? to->interface.source : no_source;
	step = base;
	if (from && to) {
		plan_vlan_change(builder, &base);
	} else if (to) {
		step.action = PLAN_VLAN_ADD;
		plan_text_append(text, "make VLAN interface %s, VLAN %u of %s", step.interface,
				 vlan->vid, vlan->parent);
		plan_builder_add(builder, &step, text);
	} else {
		step.action = PLAN_VLAN_REMOVE;
		step.disruption = PLAN_DISRUPTION_VLAN;
		plan_text_append(text, "remove VLAN interface %s, VLAN %u of %s",
				 step.interface, vlan->vid, vlan->parent);
		plan_builder_add(builder, &step, text);
	}
	plan_on_interface(builder, &base);
}

/* Whether the one can become the other; otherwise it goes, and is made anew. */
static bool vlan_is_same(const struct model_vlan *from, const struct model_vlan *to)
{
	return from->vid == to->vid && from->parent_is_nic == to->parent_is_nic &&
	       strcmp(from->parent, to->parent) == 0;
}

static void plan_vlan(struct plan_builder *builder, const struct model_vlan *from,
		      const struct model_vlan *to)
{
	if (from && to && !vlan_is_same(from, to)) {
		plan_vlan_alike(builder, from, NULL);
		plan_vlan_alike(builder, NULL, to);
		return;
	}
	plan_vlan_alike(builder, from, to);
}

/* --- NICs under VLAN interfaces */

static void plan_nic(struct plan_builder *builder, const struct model_vlan *from,
		     const struct model_vlan *to)
{
	const struct model_vlan *vlan = to ? to : from;
	struct plan_step step = {.vlan = to, .former_vlan = from, .source = no_source};
	char text[PLAN_TEXT_SIZE] = "";

	memcpy(step.parent, vlan->parent, sizeof(step.parent));
	memcpy(step.interface, vlan->parent, sizeof(step.interface));
	if (from && !to) {
		step.action = PLAN_NIC_REMOVE;
		plan_text_append(text, "let go of %s, which carries no VLAN interface any more",
				 step.interface);
		plan_builder_add(builder, &step, text);
	} else if (to && !from) {
		step.action = PLAN_NIC_ADD;
		step.source = to->interface.source;
		plan_text_append(text, "have %s carry VLAN interfaces", step.interface);
		plan_builder_add(builder, &step, text);
	}
}

/* The NICs that carry VLAN interfaces now, and that will when the plan is done. */
static void plan_nics(struct plan_builder *builder, const struct pair *vlans, size_t count)
{
	struct pair *nics = calloc(2 * count + 1, sizeof(*nics));
	size_t nic_count = 0;

	if (!nics) {
		builder->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct model_vlan *from = vlans[i].from, *to = vlans[i].to;

		if (!in_scope(builder->scope, vlans[i].name)) {
			to = from;
		}
		if (from && from->parent_is_nic) {
			nics[nic_count++] = (struct pair){.name = from->parent, .from = from};
		}
		if (to && to->parent_is_nic) {
			nics[nic_count++] = (struct pair){.name = to->parent, .to = to};
		}
	}
	nic_count = pairs_join(nics, nic_count);
	for (size_t i = 0; i < nic_count; i++) {
		plan_nic(builder, nics[i].from, nics[i].to);
	}
	free(nics);
}

/* --- all of it */

/* Both models' of one kind, by name; *count of them. NULL: no memory. */
static struct pair *pairs_of_bonds(const struct model *running, const struct model *wanted,
				   size_t *count)
{
	struct pair *pairs =
		calloc(running->bond_count + wanted->bond_count + 1, sizeof(*pairs));
	size_t filled = 0;

	for (size_t i = 0; pairs && i < running->bond_count; i++) {
		pairs[filled++] = (struct pair){.name = running->bonds[i].interface.name,
						.from = &running->bonds[i]};
	}
	for (size_t i = 0; pairs && i < wanted->bond_count; i++) {
		pairs[filled++] = (struct pair){.name = wanted->bonds[i].interface.name,
						.to = &wanted->bonds[i]};
	}
	*count = pairs_join(pairs, filled);
	return pairs;
}

static struct pair *pairs_of_vlans(const struct model *running, const struct model *wanted,
				   size_t *count)
{
	struct pair *pairs =
		calloc(running->vlan_count + wanted->vlan_count + 1, sizeof(*pairs));
	size_t filled = 0;

	for (size_t i = 0; pairs && i < running->vlan_count; i++) {
		pairs[filled++] = (struct pair){.name = running->vlans[i].interface.name,
						.from = &running->vlans[i]};
	}
	if (filled > 0) {
		/* Two lists in order are quickly one. */
		model_sort(pairs, filled, sizeof(*pairs), pair_compare);
	}
	for (size_t i = 0; pairs && i < wanted->vlan_count; i++) {
		pairs[filled++] = (struct pair){.name = wanted->vlans[i].interface.name,
						.to = &wanted->vlans[i]};
	}
	*count = pairs_join(pairs, filled);
	return pairs;
}

/* All addresses that go, since routes of any interface may go with them. */
static void plan_lost(struct plan_builder *builder, const struct pair *bonds, size_t bond_count,
		      const struct pair *vlans, size_t vlan_count)
{
	for (size_t i = 0; i < bond_count; i++) {
		const struct model_bond *from = bonds[i].from, *to = bonds[i].to;

		if (from && in_scope(builder->scope, bonds[i].name)) {
			plan_interface_lost(builder, &from->interface,
					    to ? &to->interface : NULL);
		}
	}
	for (size_t i = 0; i < vlan_count; i++) {
		const struct model_vlan *from = vlans[i].from, *to = vlans[i].to;

		if (from && in_scope(builder->scope, vlans[i].name)) {
			plan_interface_lost(
				builder, &from->interface,
				to && vlan_is_same(from, to) ? &to->interface : NULL);
		}
	}
}

bool plan_make(const struct model *running, const struct model *wanted,
	       const struct plan_scope *scope, struct plan *plan)
{
	struct plan_builder builder = {.scope = scope};
	size_t bond_count, vlan_count;
	struct pair *bonds = pairs_of_bonds(running, wanted, &bond_count);
	struct pair *vlans = pairs_of_vlans(running, wanted, &vlan_count);

	if (!bonds || !vlans) {
		free(bonds);
		free(vlans);
		return false;
	}
	if (plan_has_sources(running) || plan_has_sources(wanted)) {
		plan_lost(&builder, bonds, bond_count, vlans, vlan_count);
	}
	for (size_t i = 0; i < bond_count; i++) {
		if (in_scope(scope, bonds[i].name)) {
			plan_bond(&builder, bonds[i].from, bonds[i].to);
		}
	}
	plan_nics(&builder, vlans, vlan_count);
	for (size_t i = 0; i < vlan_count; i++) {
		if (in_scope(scope, vlans[i].name)) {
			plan_vlan(&builder, vlans[i].from, vlans[i].to);
		}
	}
	free(bonds);
	free(vlans);
	free(builder.lost);
	return plan_builder_finish(&builder, plan);
}
