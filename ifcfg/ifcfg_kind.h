/* SPDX-License-Identifier: BSD-2-Clause */
/* What kind of interface a file describes. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_KIND_H
#define IFCFG_IFCFG_KIND_H

#include "ifcfg/ifcfg_key.h"

/* The bond that the file's interface is to be a member of; NULL: it is no member's
 * file. Warns where it only looks so. In the nm dialect it may be a UUID. */
const char *ifcfg_kind_master(const struct ifcfg_context *context);

/* Whether the file is a bond's; named: some member's MASTER names it. */
bool ifcfg_kind_is_bond(const struct ifcfg_context *context, bool named);

/* Whether the file is meant to be a VLAN interface's. */
bool ifcfg_kind_says_vlan(const struct ifcfg_context *context);

/* Warns where a file that is none of these looks like a bond's. */
void ifcfg_kind_warn(const struct ifcfg_context *context);

#endif
