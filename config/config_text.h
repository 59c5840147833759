/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A model and its problems as text for people: what `portchannel config check`
 * and `config show` print.
 */
#ifndef CONFIG_CONFIG_TEXT_H
#define CONFIG_CONFIG_TEXT_H

#include <stdio.h>

#include "model/model.h"

/* Where a problem is, as a compiler would say it: "FILE:LINE:COLUMN", "FILE" where
 * it is about the file as a whole, "" where it is about none. To be freed; NULL: no
 * memory. */
char *config_problem_place(const struct model *model, const struct model_problem *problem);

/* The keys that nothing reads (model_variable_is_unknown()), "FILE:LINE:COLUMN:
 * KEY=VALUE" a line. */
void config_print_unknown(FILE *out, const struct model *model);

/* How many of them are errors. */
size_t config_error_count(const struct model_problems *problems);

/* The bonds with their members and VLAN interfaces, then those of NICs, as a short
 * outline. */
void config_print_model(FILE *out, const struct model *model);

#endif
