/* SPDX-License-Identifier: BSD-2-Clause */
/* Making, filling, searching and freeing a model. */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#include "model/model_list.h"

struct model *model_new(void)
{
	return calloc(1, sizeof(struct model));
}

void model_bond_clear(struct model_bond *bond)
{
	for (size_t i = 0; i < bond->member_count; i++) {
		model_interface_clear(&bond->members[i].interface);
	}
	free(bond->members);
	model_interface_clear(&bond->interface);
}

static void file_clear(struct model_file *info)
{
	free(info->variables);
	model_words_free(info->words);
}

void model_free(struct model *model)
{
	if (!model) {
		return;
	}
	for (size_t i = 0; i < model->file_count; i++) {
		free(model->files[i]);
		file_clear(&model->file_infos[i]);
	}
	for (size_t i = 0; i < model->bond_count; i++) {
		model_bond_clear(&model->bonds[i]);
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		model_interface_clear(&model->vlans[i].interface);
	}
	free(model->files);
	free(model->file_infos);
	free(model->bonds);
	free(model->vlans);
	free(model);
}

bool model_add_file(struct model *model, const char *path, const struct model_file *info)
{
	char **files = model_list_grow(model->files, model->file_count, sizeof(*files));

	if (!files) {
		return false;
	}
	model->files = files;

	struct model_file *infos =
		model_list_grow(model->file_infos, model->file_count, sizeof(*infos));
	if (!infos) {
		return false;
	}
	model->file_infos = infos;

	char *copy = strdup(path);
	if (!copy) {
		return false;
	}
	files[model->file_count] = copy;
	infos[model->file_count] = *info;
	model->file_count++;
	return true;
}

bool model_variable_is_unknown(const struct model_file *info,
			       const struct model_variable *variable)
{
	return info->is_read_through && !variable->is_read;
}

bool model_add_bond(struct model *model, const struct model_bond *bond)
{
	struct model_bond *bonds =
		model_list_grow(model->bonds, model->bond_count, sizeof(*bonds));

	if (!bonds) {
		return false;
	}
	model->bonds = bonds;
	bonds[model->bond_count++] = *bond;
	return true;
}

bool model_add_vlan(struct model *model, const struct model_vlan *vlan)
{
	struct model_vlan *vlans =
		model_list_grow(model->vlans, model->vlan_count, sizeof(*vlans));

	if (!vlans) {
		return false;
	}
	model->vlans = vlans;
	vlans[model->vlan_count++] = *vlan;
	return true;
}

bool model_bond_add_member(struct model_bond *bond, const struct model_member *member)
{
	struct model_member *members =
		model_list_grow(bond->members, bond->member_count, sizeof(*members));

	if (!members) {
		return false;
	}
	bond->members = members;
	members[bond->member_count++] = *member;
	return true;
}

struct model_bond *model_find_bond(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->bond_count; i++) {
		if (strcmp(model->bonds[i].interface.name, name) == 0) {
			return &model->bonds[i];
		}
	}
	return NULL;
}

struct model_vlan *model_find_vlan(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->vlan_count; i++) {
		if (strcmp(model->vlans[i].interface.name, name) == 0) {
			return &model->vlans[i];
		}
	}
	return NULL;
}

const struct model_interface *model_interface_at(const struct model *model, size_t place)
{
	if (place < model->bond_count) {
		return &model->bonds[place].interface;
	}
	place -= model->bond_count;
	return place < model->vlan_count ? &model->vlans[place].interface : NULL;
}
