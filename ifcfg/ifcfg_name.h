/* SPDX-License-Identifier: BSD-2-Clause */
/* What a file's name says before it is opened. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_NAME_H
#define IFCFG_IFCFG_NAME_H

#include "model/model.h"

/* What the file can be by its name: ALIAS, ROUTES, RULES, or OTHER for a file
 * that describes an interface. *interface is set to the rest of the name behind
 * "ifcfg-" and the like, a part of path. */
enum model_file_kind ifcfg_name_kind(const char *path, const char **interface);

#endif
