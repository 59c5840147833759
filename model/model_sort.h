/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorting what is mostly in order already. */
#ifndef MODEL_MODEL_SORT_H
#define MODEL_MODEL_SORT_H

#include <stddef.h>

/* qsort(), quick where the list is in order, or is two lists in order, one behind the
 * other: as models are, which come from sorted files. */
void model_sort(void *list, size_t count, size_t size,
		int (*compare)(const void *left, const void *right));

#endif
