/* SPDX-License-Identifier: BSD-2-Clause */
/* Problems in the order in which people want to read them. */
#ifndef CONFIG_CONFIG_ORDER_H
#define CONFIG_CONFIG_ORDER_H

#include "model/model.h"

/* The problems by file, line, column and severity, else as they were found: an array of
 * problems->count pointers, to be freed. NULL: no memory. */
const struct model_problem **config_problems_order(const struct model_problems *problems);

/* The path of the problem's file; NULL if it names none. */
const char *config_problem_path(const struct model *model, const struct model_problem *problem);

#endif
