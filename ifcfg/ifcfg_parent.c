/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VLAN interfaces on NICs that are no members. Whether there is such a NIC shows only when
 * the interface is made; the files can say what its name stands for otherwise.
 */
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_reader.h"
#include "model/model_index.h"

/* The file of an interface that is none of ours, by name. */
struct nic_file {
	const char *name;
	const struct ifcfg_file *file;
};

static int nic_compare(const void *left, const void *right)
{
	return strcmp(((const struct nic_file *)left)->name,
		      ((const struct nic_file *)right)->name);
}

/* What a NIC's own file says of it. */
static void nic_read(const struct ifcfg_reader *reader, const struct nic_file *nic,
		     struct model_vlan *vlan)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, nic->file);
	const char *hwaddr = ifcfg_key_value(&context, "HWADDR");
	char word[IFCFG_WORD_SIZE];

	vlan->has_parent_hwaddr = hwaddr && ifcfg_word_read(hwaddr, word) &&
				  ifcfg_mac_parse(word, vlan->parent_hwaddr);
}

/* A parent that no file has heard of may be a slip for a bond's name. */
static void nic_warn(const struct model_vlan *vlan, const char *const *bonds,
		     struct model_problems *problems)
{
	const char *near = ifcfg_suggest(vlan->parent, bonds);

	if (near) {
		model_problem_add(
			problems, MODEL_WARNING, vlan->interface.source, vlan->interface.name,
			"VLAN interface's parent '%s' is taken for a NIC: no file here "
			"describes it; did you mean '%s'?",
			vlan->parent, near);
	}
}

void ifcfg_nic_parents_settle(const struct ifcfg_reader *reader)
{
	struct model *model = reader->model;
	struct nic_file *nics = calloc(reader->count + 1, sizeof(*nics));
	const char **bonds = calloc(model->bond_count + 1, sizeof(*bonds));
	struct model_faults faults = {0};
	struct model_problems found = {0}; /* the list behind the faults stays as it is */
	size_t count = 0;

	for (size_t i = 0; nics && i < reader->count; i++) {
		const struct ifcfg_file *file = &reader->files[i];
		if (file->kind == MODEL_FILE_OTHER) {
			nics[count++] = (struct nic_file){.name = file->device, .file = file};
		}
	}
	if (!nics || !bonds || !model_faults_make(reader->problems, &faults)) {
		reader->problems->out_of_memory = true;
		goto out;
	}
	qsort(nics, count, sizeof(*nics), nic_compare);
	for (size_t i = 0; i < model->bond_count; i++) {
		bonds[i] = model->bonds[i].interface.name;
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		struct model_vlan *vlan = &model->vlans[i];
		struct nic_file wanted = {.name = vlan->parent};
		/* One that has a fault may be a bond: then it isn't known what it is. */
		if (model_find_bond(model, vlan->parent) ||
		    model_faults_have(&faults, vlan->parent)) {
			continue;
		}
		vlan->parent_is_nic = true;
		const struct nic_file *nic =
			count ? bsearch(&wanted, nics, count, sizeof(*nics), nic_compare)
			      : NULL;
		if (nic) {
			nic_read(reader, nic, vlan);
		} else {
			nic_warn(vlan, bonds, &found);
		}
	}
	if (!model_problems_move(&found, reader->problems)) {
		reader->problems->out_of_memory = true;
	}
out:
	model_problems_free(&found);
	model_faults_free(&faults);
	free(nics);
	free(bonds);
}
