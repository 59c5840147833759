/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which file is what. After initscripts (ifup, ifup-eth):
 *   a member  SLAVE is true and MASTER is set;
 *   a VLAN    VLAN is true, there or in "network", and an id can be told (ifcfg_vlan.c);
 *   a bond    BONDING_OPTS is not empty, or a member's MASTER names it.
 * After NetworkManager's ifcfg-rh plugin:
 *   a member  MASTER_UUID or MASTER is set;
 *   a VLAN    TYPE is Vlan, or VLAN is true;
 *   a bond    TYPE is Bond, or TYPE is not set and BONDING_MASTER is true, or TYPE
 *             is Ethernet and BONDING_OPTS is set.
 * All other files are none of our business.
 */
#include "ifcfg/ifcfg_kind.h"

#include <strings.h>

#include "ifcfg/ifcfg_vlan.h"

static const char *nm_master(const struct ifcfg_context *context)
{
	const char *uuid = ifcfg_key_value(context, "MASTER_UUID");
	const char *master = ifcfg_key_value(context, "MASTER");

	ifcfg_key_value(context, "SLAVE"); /* known, and not needed */
	return uuid ? uuid : master;
}

const char *ifcfg_kind_master(const struct ifcfg_context *context)
{
	if (context->dialect == IFCFG_DIALECT_NM) {
		return nm_master(context);
	}

	const char *master = ifcfg_key_value(context, "MASTER");
	bool slave = ifcfg_key_is_true(context, "SLAVE");
	if (master && slave) {
		return master;
	}
	if (master) {
		ifcfg_key_warning(
			context, "MASTER",
			"MASTER=%s without SLAVE=yes makes no member; expected SLAVE=yes "
			"if it is meant to be one",
			master);
	} else if (slave) {
		ifcfg_key_warning(
			context, "SLAVE",
			"SLAVE=yes without MASTER makes no member; expected MASTER with "
			"the name of a bond if it is meant to be one");
	}
	return NULL;
}

bool ifcfg_kind_is_bond(const struct ifcfg_context *context, bool named)
{
	bool has_options = ifcfg_key_value(context, "BONDING_OPTS") != NULL;

	if (context->dialect == IFCFG_DIALECT_INITSCRIPTS) {
		return has_options || named;
	}

	const char *type = ifcfg_key_value(context, "TYPE");
	if (!type) {
		return ifcfg_key_is_true(context, "BONDING_MASTER");
	}
	ifcfg_key_value(context, "BONDING_MASTER"); /* known, and said by TYPE */
	return strcasecmp(type, "Bond") == 0 ||
	       (strcasecmp(type, "Ethernet") == 0 && has_options);
}

bool ifcfg_kind_says_vlan(const struct ifcfg_context *context)
{
	const char *type = NULL;

	if (context->dialect == IFCFG_DIALECT_NM) {
		type = ifcfg_key_value(context, "TYPE");
	}
	if (ifcfg_key_is_true(context, "VLAN") || (type && strcasecmp(type, "Vlan") == 0)) {
		return true;
	}
	/* Said for all, it is of those whose name or VID says which VLAN. */
	return context->dialect == IFCFG_DIALECT_INITSCRIPTS && context->network &&
	       !ifcfg_key_value(context, "VLAN") &&
	       ifcfg_key_is_true(context->network, "VLAN") && ifcfg_vlan_has_id(context);
}

void ifcfg_kind_warn(const struct ifcfg_context *context)
{
	if (context->dialect == IFCFG_DIALECT_NM && ifcfg_key_value(context, "BONDING_OPTS")) {
		ifcfg_key_warning(
			context, "BONDING_OPTS",
			"BONDING_OPTS alone makes no bond for nm; expected TYPE=Bond if "
			"'%s' is meant to be one",
			context->subject);
	}
}
