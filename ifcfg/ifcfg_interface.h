/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys that a bond's, a member's and a VLAN interface's file share.
 * Private to ifcfg/. */
#ifndef IFCFG_IFCFG_INTERFACE_H
#define IFCFG_IFCFG_INTERFACE_H

#include "ifcfg/ifcfg_key.h"

/* Reads ONBOOT, MTU and MACADDR; interface->name is context->subject. */
void ifcfg_interface_read(const struct ifcfg_context *context,
			  struct model_interface *interface);

/* Reads HWADDR and says which keys have no effect on a member, or must not
 * stand in its file. */
void ifcfg_member_read(const struct ifcfg_context *context, const char *master,
		       struct model_member *member);

/* Knows the keys that mean something to the dialect's programs and nothing here, and warns
 * of those that would change what ifup does, so that nobody thinks they were applied. */
void ifcfg_unapplied_warn(const struct ifcfg_context *context);

/* The same of a member's file. */
void ifcfg_member_keys_read(const struct ifcfg_context *context);

#endif
