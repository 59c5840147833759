/* SPDX-License-Identifier: BSD-2-Clause */
/* Growing lists; see the header. */
#include "model/model_list.h"

#include <stdint.h>
#include <stdlib.h>

void *model_list_grow(void *list, size_t count, size_t size)
{
	if (count == 0) {
		return realloc(list, size);
	}
	if ((count & (count - 1)) != 0) {
		return list;
	}
	if (count > SIZE_MAX / 2 / size) {
		return NULL;
	}
	return realloc(list, count * 2 * size);
}
