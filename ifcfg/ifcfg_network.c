/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file "network" beside the folder. Facts: initscripts' ifup, ifup-eth and ifup-ipv6
 * source it before an interface's own file, so that each of its variables counts where that
 * one says nothing; doc/sysconfig.txt (what the network service itself reads there);
 * NetworkManager's ifcfg-rh plugin (GATEWAY, GATEWAYDEV, IPV6_DEFAULTGW and
 * IPV6_DEFAULTDEV alone).
 */
#include "ifcfg/ifcfg_network.h"

#include <string.h>

#include "ifcfg/ifcfg_interface.h"

static bool is_one_of(const char *key, const char *const *keys)
{
	for (; *keys; keys++) {
		if (strcmp(key, *keys) == 0) {
			return true;
		}
	}
	return false;
}

/* What says which interface a file is of and what that is. Sourced for all of them, it
 * would make one of all; nobody means that. */
static bool is_of_one_interface(const char *key)
{
	static const char *const keys[] = {
		"DEVICE",   "NAME",	    "ID",
		"UUID",	    "TYPE",	    "DEVICETYPE",
		"HWADDR",   "MACADDR",	    "MASTER",
		"SLAVE",    "VLAN",	    "VID",
		"PHYSDEV",  "BONDING_OPTS", "PORTCHANNEL_OPTS",
		"BRIDGE",   "IPV6ADDR",	    "IPV6ADDR_SECONDARIES",
		"ONPARENT", "NETWORK",	    NULL,
	};
	static const char *const beginnings[] = {"IPADDR", "PREFIX", "NETMASK", "BROADCAST"};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		if (strncmp(key, beginnings[i], strlen(beginnings[i])) == 0) {
			return true;
		}
	}
	return is_one_of(key, keys);
}

/* Of the whole system: known, and nothing to an interface. */
static bool is_of_the_system(const char *key)
{
	static const char *const keys[] = {
		"NETWORKING",
		"NETWORKING_IPV6",
		"HOSTNAME",
		"NISDOMAIN",
		"NETWORKDELAY",
		"NETWORKWAIT",
		"FORWARD_IPV4",
		"NOZEROCONF",
		"WAIT_UNTIL_REACHABLE",
		"VLAN",
		"RES_OPTIONS",
		"IFDOWN_ON_SHUTDOWN",
		"PEERNTP",
		"IPV6_AUTOTUNNEL",
		"IPV6_RADVD_PIDFILE",
		"NTPSERVERARGS",
		"IPV6_RADVD_TRIGGER_ACTION",
		NULL,
	};

	return is_one_of(key, keys);
}

bool ifcfg_network_gives(enum ifcfg_dialect dialect, const char *key)
{
	static const char *const by_nm[] = {"GATEWAY", "IPV6_DEFAULTGW", NULL};

	if (dialect == IFCFG_DIALECT_NM) {
		return is_one_of(key, by_nm);
	}
	return !is_of_one_interface(key) && !is_of_the_system(key);
}

void ifcfg_network_warn(const struct ifcfg_context *context)
{
	bool nm = context->dialect == IFCFG_DIALECT_NM;

	for (size_t i = 0; i < context->variables->count; i++) {
		const char *name = context->variables->list[i].name;

		if (is_of_the_system(name)) {
			ifcfg_key_own_value(context, name);
		} else if (!nm && is_of_one_interface(name) &&
			   ifcfg_key_own_value(context, name)) {
			ifcfg_key_warning(context, name,
					  "%s is not used here, where it would be that of "
					  "every interface; expected it in the file of one",
					  name);
		}
	}
	if (ifcfg_key_is_false(context, "NETWORKING")) {
		ifcfg_key_warning(context, "NETWORKING",
				  "NETWORKING=no is not heeded: interfaces are brought up as "
				  "their files say; expected the service to be disabled");
	}
	if (!nm) {
		ifcfg_unapplied_warn(context);
	}
}
