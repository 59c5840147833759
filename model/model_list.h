/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Growing lists of the model's structs, and freeing them; private to model/.
 *
 * A list is a pointer and a count. There is always room for the next power of
 * two of the count, so that no capacity need be kept, and taking elements out
 * by lowering the count is fine.
 */
#ifndef MODEL_MODEL_LIST_H
#define MODEL_MODEL_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model.h"

/* Makes room for one more element of the given size behind count of them.
 * Returns the list, moved or not; NULL: no memory, the old one still valid. */
void *model_list_grow(void *list, size_t count, size_t size);

/* Frees what the bond owns, not the bond itself. */
void model_bond_clear(struct model_bond *bond);

#endif
