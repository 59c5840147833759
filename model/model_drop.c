/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes what errors name out of a model; model.h says what they name. */
#include "model/model.h"

#include <stdlib.h>

#include "model/model_index.h"
#include "model/model_list.h"

/* Names are looked up in the sorted list, or, without memory for it, one by one. */
struct faults {
	const struct model_problems *problems;
	struct model_faults sorted;
	bool is_sorted;
};

static bool is_faulty(const struct faults *faults, const char *name)
{
	return faults->is_sorted ? model_faults_have(&faults->sorted, name)
				 : model_name_is_faulty(faults->problems, name);
}

static void bond_drop_members(struct model_bond *bond, const struct faults *faults)
{
	size_t kept = 0;

	for (size_t i = 0; i < bond->member_count; i++) {
		if (is_faulty(faults, bond->members[i].interface.name)) {
			model_interface_clear(&bond->members[i].interface);
		} else {
			bond->members[kept++] = bond->members[i];
		}
	}
	bond->member_count = kept;
}

/* Whether what the VLAN interface stands on is there, as far as files can say. */
static bool has_parent(const struct model *model, const struct faults *faults,
		       const struct model_vlan *vlan)
{
	return vlan->parent_is_nic ? !is_faulty(faults, vlan->parent)
				   : model_find_bond(model, vlan->parent) != NULL;
}

void model_drop_faulty(struct model *model, const struct model_problems *problems)
{
	struct faults faults = {.problems = problems};
	size_t kept = 0;

	faults.is_sorted = model_faults_make(problems, &faults.sorted);
	for (size_t i = 0; i < model->bond_count; i++) {
		if (is_faulty(&faults, model->bonds[i].interface.name)) {
			model_bond_clear(&model->bonds[i]);
		} else {
			bond_drop_members(&model->bonds[i], &faults);
			model->bonds[kept++] = model->bonds[i];
		}
	}
	model->bond_count = kept;

	kept = 0;
	for (size_t i = 0; i < model->vlan_count; i++) {
		struct model_vlan *vlan = &model->vlans[i];
		if (is_faulty(&faults, vlan->interface.name) ||
		    !has_parent(model, &faults, vlan)) {
			model_interface_clear(&vlan->interface);
		} else {
			model->vlans[kept++] = *vlan;
		}
	}
	model->vlan_count = kept;
	model_faults_free(&faults.sorted);
}
