/* SPDX-License-Identifier: BSD-2-Clause */
/* Words for numbers in route and rule files. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_NAMES_H
#define IFCFG_IFCFG_NAMES_H

#include "ifcfg/ifcfg.h"

enum ifcfg_names_kind {
	IFCFG_NAMES_TABLES = 0,
	IFCFG_NAMES_PROTOCOLS,
	IFCFG_NAMES_SCOPES,
	IFCFG_NAMES_DSFIELDS,
};

/* The name's number, by the system's files (names, may be NULL) or else by what everybody
 * has; false: there is none of that name. */
bool ifcfg_names_find(const struct ifcfg_names *names, enum ifcfg_names_kind kind,
		      const char *name, uint32_t *out);

#endif
