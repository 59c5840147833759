/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that add addresses to an interface of another file. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_ALIAS_H
#define IFCFG_IFCFG_ALIAS_H

#include "ifcfg/ifcfg_key.h"

/* How many bytes of the alias's name ("bond0:1", "bond0-range2") name its interface. */
size_t ifcfg_alias_parent_size(const char *name);

/* Adds the addresses of ifcfg-bond0:1 or ifcfg-bond0-range0 to their interface;
 * context->subject is what stands behind "ifcfg-" in the file's name. What is wrong is
 * an error of the alias alone: its interface has its other addresses. */
void ifcfg_alias_read(const struct ifcfg_context *context, struct model_interface *interface);

#endif
