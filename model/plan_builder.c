/* SPDX-License-Identifier: BSD-2-Clause */
/* Gathering a plan's steps, their order, and what any step is. */
#include <stdlib.h>
#include <string.h>

#include "model/model_list.h"
#include "model/plan_internal.h"

void plan_builder_add_at(struct plan_builder *builder, const struct plan_step *step,
			 enum plan_action phase, const char *text)
{
	struct plan_entry *entries =
		model_list_grow(builder->entries, builder->count, sizeof(*entries));
	char *copy = strdup(text);

	if (entries) {
		builder->entries = entries;
	}
	if (!entries || !copy) {
		free(copy);
		builder->out_of_memory = true;
		return;
	}
	entries[builder->count] = (struct plan_entry){
		.phase = (unsigned int)phase, .sequence = builder->count, .step = *step};
	entries[builder->count].step.text = copy;
	builder->count++;
}

void plan_builder_add(struct plan_builder *builder, const struct plan_step *step,
		      const char *text)
{
	plan_builder_add_at(builder, step, step->action, text);
}

static int entry_compare(const void *left, const void *right)
{
	const struct plan_entry *a = left, *b = right;

	if (a->phase != b->phase) {
		return a->phase < b->phase ? -1 : 1;
	}
	return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static void builder_clear(struct plan_builder *builder)
{
	for (size_t i = 0; i < builder->count; i++) {
		free(builder->entries[i].step.text);
	}
	free(builder->entries);
}

bool plan_builder_finish(struct plan_builder *builder, struct plan *plan)
{
	struct plan_step *steps = calloc(builder->count + 1, sizeof(*steps));

	if (!steps || builder->out_of_memory) {
		builder_clear(builder);
		free(steps);
		return false;
	}
	if (builder->count > 0) {
		qsort(builder->entries, builder->count, sizeof(*builder->entries),
		      entry_compare);
	}
	for (size_t i = 0; i < builder->count; i++) {
		steps[i] = builder->entries[i].step;
	}
	*plan = (struct plan){.step_count = builder->count, .steps = steps};
	free(builder->entries);
	return true;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		free(plan->steps[i].text);
	}
	free(plan->steps);
	*plan = (struct plan){0};
}

const struct model_interface *plan_step_interface(const struct plan_step *step)
{
	if (step->vlan) {
		return &step->vlan->interface;
	}
	return step->bond ? &step->bond->interface : NULL;
}

const struct model_interface *plan_step_former_interface(const struct plan_step *step)
{
	if (step->former_vlan) {
		return &step->former_vlan->interface;
	}
	return step->former_bond ? &step->former_bond->interface : NULL;
}

/* One line an action: what the API calls it, and what undoes it. */
static const struct {
	const char *name;
	enum plan_action inverse;
} actions[] = {
	[PLAN_DHCP_STOP] = {"dhcp_stop", PLAN_DHCP_START},
	[PLAN_RULE_REMOVE] = {"rule_remove", PLAN_RULE_ADD},
	[PLAN_ROUTE_REMOVE] = {"route_remove", PLAN_ROUTE_ADD},
	[PLAN_ADDRESS_REMOVE] = {"address_remove", PLAN_ADDRESS_ADD},
	[PLAN_VLAN_REMOVE] = {"vlan_remove", PLAN_VLAN_ADD},
	[PLAN_MEMBER_REMOVE] = {"member_remove", PLAN_MEMBER_ADD},
	[PLAN_BOND_REMOVE] = {"bond_remove", PLAN_BOND_ADD},
	[PLAN_NIC_REMOVE] = {"nic_remove", PLAN_NIC_ADD},
	[PLAN_BOND_ADD] = {"bond_add", PLAN_BOND_REMOVE},
	[PLAN_BOND_DEVICE] = {"bond_device", PLAN_BOND_DEVICE},
	[PLAN_BOND_OPTIONS] = {"bond_options", PLAN_BOND_OPTIONS},
	[PLAN_NIC_ADD] = {"nic_add", PLAN_NIC_REMOVE},
	[PLAN_MEMBER_ADD] = {"member_add", PLAN_MEMBER_REMOVE},
	[PLAN_MEMBER_CHANGE] = {"member_change", PLAN_MEMBER_CHANGE},
	[PLAN_VLAN_ADD] = {"vlan_add", PLAN_VLAN_REMOVE},
	[PLAN_VLAN_CHANGE] = {"vlan_change", PLAN_VLAN_CHANGE},
	[PLAN_LINK_UP] = {"link_up", PLAN_LINK_DOWN},
	[PLAN_LINK_DOWN] = {"link_down", PLAN_LINK_UP},
	[PLAN_IPV6] = {"ipv6", PLAN_IPV6},
	[PLAN_ADDRESS_ADD] = {"address_add", PLAN_ADDRESS_REMOVE},
	[PLAN_ROUTE_ADD] = {"route_add", PLAN_ROUTE_REMOVE},
	[PLAN_RULE_ADD] = {"rule_add", PLAN_RULE_REMOVE},
	[PLAN_DHCP_START] = {"dhcp_start", PLAN_DHCP_STOP},
};

struct plan_step plan_step_inverse(const struct plan_step *step)
{
	struct plan_step inverse = *step;

	inverse.action = actions[step->action].inverse;
	inverse.bond = step->former_bond;
	inverse.former_bond = step->bond;
	inverse.vlan = step->former_vlan;
	inverse.former_vlan = step->vlan;
	inverse.member = step->former_member;
	inverse.former_member = step->member;
	inverse.address = step->former_address;
	inverse.former_address = step->address;
	inverse.route = step->former_route;
	inverse.former_route = step->route;
	inverse.rule = step->former_rule;
	inverse.former_rule = step->rule;
	return inverse;
}

enum plan_disruption plan_disruption(const struct plan *plan)
{
	enum plan_disruption worst = PLAN_DISRUPTION_NONE;

	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].disruption > worst) {
			worst = plan->steps[i].disruption;
		}
	}
	return worst;
}

const char *plan_action_name(enum plan_action action)
{
	return actions[action].name;
}

const char *plan_disruption_name(enum plan_disruption disruption)
{
	static const char *const names[] = {
		[PLAN_DISRUPTION_NONE] = "none",
		[PLAN_DISRUPTION_VLAN] = "vlan",
		[PLAN_DISRUPTION_MEMBER] = "member",
		[PLAN_DISRUPTION_BOND] = "bond",
	};

	return names[disruption];
}
