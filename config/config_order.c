/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordering problems; see the header. */
#include "config/config_order.h"

#include <stdlib.h>

static int problem_compare(const void *left, const void *right)
{
	const struct model_problem *a = *(const struct model_problem *const *)left;
	const struct model_problem *b = *(const struct model_problem *const *)right;

	if (a->source.file != b->source.file) {
		return a->source.file < b->source.file ? -1 : 1;
	}
	if (a->source.line != b->source.line) {
		return a->source.line < b->source.line ? -1 : 1;
	}
	if (a->source.column != b->source.column) {
		return a->source.column < b->source.column ? -1 : 1;
	}
	if (a->severity != b->severity) {
		return a->severity < b->severity ? -1 : 1;
	}
	/* As they were found, which is their order in the list. */
	return a < b ? -1 : a > b;
}

const struct model_problem **config_problems_order(const struct model_problems *problems)
{
	const struct model_problem **order = calloc(problems->count + 1, sizeof(void *));

	if (!order) {
		return NULL;
	}
	for (size_t i = 0; i < problems->count; i++) {
		order[i] = &problems->list[i];
	}
	qsort(order, problems->count, sizeof(*order), problem_compare);
	return order;
}

const char *config_problem_path(const struct model *model, const struct model_problem *problem)
{
	return problem->source.file < model->file_count ? model->files[problem->source.file]
							: NULL;
}
