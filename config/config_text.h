/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A model and its problems as text for people: what `portchannel config check`
 * and `config show` print, and what the daemon logs of a problem.
 */
#ifndef CONFIG_CONFIG_TEXT_H
#define CONFIG_CONFIG_TEXT_H

#include <stdio.h>

#include "model/model.h"

/* One problem as a compiler would say it, "FILE:LINE: error: TEXT" without a
 * line end ("FILE: error: TEXT" where it is about the file as a whole). To be
 * freed; NULL: no memory. */
char *config_problem_text(const struct model *model, const struct model_problem *problem);

/* All problems, one a line, in the order of files and lines. Returns 0 or
 * -ENOMEM; whether writing failed, ferror(out) says. */
int config_print_problems(FILE *out, const struct model *model,
			  const struct model_problems *problems);

/* How many of them are errors. */
size_t config_error_count(const struct model_problems *problems);

/* The bonds with their members, and their VLAN interfaces, as a short outline. */
void config_print_model(FILE *out, const struct model *model);

#endif
