/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names found fast: a model's interfaces, and those that errors name. Each is made for a
 * while in which the names stay as they are, and holds pointers to them.
 */
#ifndef MODEL_MODEL_INDEX_H
#define MODEL_MODEL_INDEX_H

#include "model/model.h"

struct model_index_entry {
	const char *name;
	enum model_file_kind kind; /* BOND, MEMBER or VLAN */
	size_t place;		   /* in model->bonds or model->vlans; of a member its bond's */
	size_t member;
};

struct model_index {
	size_t count;
	struct model_index_entry *list; /* by name and kind */
};

/* False: no memory, nothing is to be freed. */
bool model_index_make(const struct model *model, struct model_index *out);
void model_index_free(struct model_index *index);
/* The first of that name and kind; NULL: there is none. */
const struct model_index_entry *model_index_find(const struct model_index *index,
						 const char *name, enum model_file_kind kind);

/* The names that are the subjects of errors. */
struct model_faults {
	size_t count;
	const char **list; /* sorted */
};

bool model_faults_make(const struct model_problems *problems, struct model_faults *out);
void model_faults_free(struct model_faults *faults);
bool model_faults_have(const struct model_faults *faults, const char *name);

#endif
