/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorted names; see the header. */
#include "model/model_index.h"

#include <stdlib.h>
#include <string.h>

#include "model/model_sort.h"

static int entry_compare(const void *left, const void *right)
{
	const struct model_index_entry *a = left;
	const struct model_index_entry *b = right;
	int order = strcmp(a->name, b->name);

	if (order == 0 && a->kind != b->kind) {
		order = a->kind < b->kind ? -1 : 1;
	}
	if (order == 0 && a->place != b->place) {
		order = a->place < b->place ? -1 : 1;
	}
	return order;
}

static void entry_add(struct model_index *index, const struct model_interface *interface,
		      enum model_file_kind kind, size_t place, size_t member)
{
	index->list[index->count++] = (struct model_index_entry){
		.name = interface->name, .kind = kind, .place = place, .member = member};
}

bool model_index_make(const struct model *model, struct model_index *out)
{
	struct model_index index = {0};
	size_t most = model->bond_count + model->vlan_count;

	for (size_t i = 0; i < model->bond_count; i++) {
		most += model->bonds[i].member_count;
	}
	index.list = calloc(most + 1, sizeof(*index.list));
	if (!index.list) {
		return false;
	}
	for (size_t i = 0; i < model->bond_count; i++) {
		const struct model_bond *bond = &model->bonds[i];
		entry_add(&index, &bond->interface, MODEL_FILE_BOND, i, 0);
		for (size_t m = 0; m < bond->member_count; m++) {
			entry_add(&index, &bond->members[m].interface, MODEL_FILE_MEMBER, i, m);
		}
	}
	qsort(index.list, index.count, sizeof(*index.list), entry_compare);
	for (size_t i = 0; i < model->vlan_count; i++) {
		entry_add(&index, &model->vlans[i].interface, MODEL_FILE_VLAN, i, 0);
	}
	model_sort(index.list, index.count, sizeof(*index.list), entry_compare);
	*out = index;
	return true;
}

void model_index_free(struct model_index *index)
{
	free(index->list);
	*index = (struct model_index){0};
}

const struct model_index_entry *model_index_find(const struct model_index *index,
						 const char *name, enum model_file_kind kind)
{
	const struct model_index_entry wanted = {.name = name, .kind = kind};
	size_t low = 0;
	size_t high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (entry_compare(&index->list[middle], &wanted) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < index->count && index->list[low].kind == kind &&
			       strcmp(index->list[low].name, name) == 0
		       ? &index->list[low]
		       : NULL;
}

static int name_compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

bool model_faults_make(const struct model_problems *problems, struct model_faults *out)
{
	struct model_faults faults = {.list = calloc(problems->count + 1, sizeof(char *))};

	if (!faults.list) {
		return false;
	}
	for (size_t i = 0; i < problems->count; i++) {
		const struct model_problem *problem = &problems->list[i];
		if (problem->severity == MODEL_ERROR && problem->subject[0] != '\0') {
			faults.list[faults.count++] = problem->subject;
		}
	}
	qsort(faults.list, faults.count, sizeof(*faults.list), name_compare);
	*out = faults;
	return true;
}

void model_faults_free(struct model_faults *faults)
{
	free(faults->list);
	*faults = (struct model_faults){0};
}

bool model_faults_have(const struct model_faults *faults, const char *name)
{
	return faults->count > 0 && bsearch(&name, faults->list, faults->count,
					    sizeof(*faults->list), name_compare) != NULL;
}
