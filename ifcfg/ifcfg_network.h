/* SPDX-License-Identifier: BSD-2-Clause */
/* The file "network" beside the folder: what is said there for all interfaces. Private to
 * ifcfg/. */
#ifndef IFCFG_IFCFG_NETWORK_H
#define IFCFG_IFCFG_NETWORK_H

#include "ifcfg/ifcfg_key.h"

/* Whether the key, set there, counts for an interface whose own file doesn't set it. */
bool ifcfg_network_gives(enum ifcfg_dialect dialect, const char *key);

/* Says what in it is not heeded; context is that of the file itself. */
void ifcfg_network_warn(const struct ifcfg_context *context);

#endif
