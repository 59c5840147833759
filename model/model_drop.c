/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes what errors name out of a model; model.h says what they name. */
#include "model/model.h"

#include <stdlib.h>

#include "model/model_list.h"

static void bond_drop_members(struct model_bond *bond, const struct model_problems *problems)
{
	size_t kept = 0;

	for (size_t i = 0; i < bond->member_count; i++) {
		if (model_name_is_faulty(problems, bond->members[i].interface.name)) {
			model_interface_clear(&bond->members[i].interface);
		} else {
			bond->members[kept++] = bond->members[i];
		}
	}
	bond->member_count = kept;
}

void model_drop_faulty(struct model *model, const struct model_problems *problems)
{
	size_t kept = 0;

	for (size_t i = 0; i < model->bond_count; i++) {
		if (model_name_is_faulty(problems, model->bonds[i].interface.name)) {
			model_bond_clear(&model->bonds[i]);
		} else {
			bond_drop_members(&model->bonds[i], problems);
			model->bonds[kept++] = model->bonds[i];
		}
	}
	model->bond_count = kept;

	kept = 0;
	for (size_t i = 0; i < model->vlan_count; i++) {
		struct model_vlan *vlan = &model->vlans[i];
		if (model_name_is_faulty(problems, vlan->interface.name) ||
		    !model_find_bond(model, vlan->parent)) {
			model_interface_clear(&vlan->interface);
		} else {
			model->vlans[kept++] = *vlan;
		}
	}
	model->vlan_count = kept;
}
