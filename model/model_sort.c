/* SPDX-License-Identifier: BSD-2-Clause */
/* See the header. */
#include "model/model_sort.h"

#include <stdlib.h>
#include <string.h>

typedef int sort_compare(const void *left, const void *right);

/* The first element behind begin that is less than the one before it; count: none is. */
static size_t run_end(const char *list, size_t begin, size_t count, size_t size,
		      sort_compare *compare)
{
	for (size_t i = begin + 1; i < count; i++) {
		if (compare(list + (i - 1) * size, list + i * size) > 0) {
			return i;
		}
	}
	return count;
}

/* Merges the first elements, as many as middle says and of which first is a copy, with
 * those behind them; of equal ones the first come first. */
static void runs_merge(char *list, const char *first, size_t middle, size_t count, size_t size,
		       sort_compare *compare)
{
	const char *first_end = first + middle * size;
	const char *second = list + middle * size;
	const char *second_end = list + count * size;

	while (first < first_end) {
		if (second < second_end && compare(first, second) > 0) {
			memcpy(list, second, size);
			second += size;
		} else {
			memcpy(list, first, size);
			first += size;
		}
		list += size;
	}
}

void model_sort(void *list, size_t count, size_t size,
		int (*compare)(const void *left, const void *right))
{
	size_t middle = count > 0 ? run_end(list, 0, count, size, compare) : 0;

	if (middle == count) {
		return;
	}
	char *first = run_end(list, middle, count, size, compare) == count
			      ? malloc(middle * size)
			      : NULL;
	if (!first) {
		qsort(list, count, size, compare);
		return;
	}
	memcpy(first, list, middle * size);
	runs_merge(list, first, middle, count, size, compare);
	free(first);
}
