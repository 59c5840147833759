/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving problems the lines that they speak of. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_QUOTE_H
#define IFCFG_IFCFG_QUOTE_H

#include "ifcfg/ifcfg.h"

/* Gives each problem its excerpt of the texts. */
void ifcfg_quote(const struct ifcfg_text *texts, size_t count, struct model_problems *problems);

#endif
