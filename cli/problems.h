/* SPDX-License-Identifier: BSD-2-Clause */
/* The problems of the interface files, printed as a compiler prints its own. */
#ifndef CLI_PROBLEMS_H
#define CLI_PROBLEMS_H

#include <stdbool.h>
#include <stdio.h>

#include "model/model.h"

/* Prints all of them in the order of files, lines and columns:
 *
 *   FILE:LINE:COLUMN: error: what is wrong; what was expected
 *     the line itself
 *         ^
 *
 * False: no memory; whether writing failed, ferror(file) says. */
bool problems_print(FILE *file, const struct model *model,
		    const struct model_problems *problems);

#endif
