/* SPDX-License-Identifier: BSD-2-Clause */
/* Which VLAN a file with VLAN=yes describes. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_VLAN_H
#define IFCFG_IFCFG_VLAN_H

#include "ifcfg/ifcfg_key.h"

enum ifcfg_vlan_result {
	IFCFG_VLAN_NONE = 0, /* nothing in the file names a VLAN id */
	IFCFG_VLAN_FOUND,
	IFCFG_VLAN_BAD, /* it does, wrongly; said as errors */
};

/* Whether initscripts could tell an id, were it said that this is a VLAN interface. */
bool ifcfg_vlan_has_id(const struct ifcfg_context *context);

/* Sets vlan->vid and vlan->parent from VID (nm: VLAN_ID), DEVICE (context->subject)
 * and PHYSDEV. Parents that are no bonds are model_validate()'s business. */
enum ifcfg_vlan_result ifcfg_vlan_read(const struct ifcfg_context *context,
				       struct model_vlan *vlan);

#endif
