/* SPDX-License-Identifier: BSD-2-Clause */
/* What a text said the last time it was parsed; ifcfg.h says where that is kept. Private
 * to ifcfg/. */
#ifndef IFCFG_IFCFG_PARSED_H
#define IFCFG_IFCFG_PARSED_H

#include "ifcfg/ifcfg.h"

/* ifcfg_parse(), or the same from what is kept. *out has its words in one piece. */
bool ifcfg_parsed_get(const struct ifcfg_text *text, enum ifcfg_dialect dialect,
		      uint32_t file_index, const char *subject, struct ifcfg_variables *out,
		      struct model_problems *problems);

#endif
