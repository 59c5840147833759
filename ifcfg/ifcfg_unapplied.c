/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys that mean something elsewhere and are not carried out here. Facts: initscripts'
 * doc/sysconfig.txt, NetworkManager's nm-settings-ifcfg-rh(5).
 */
#include "ifcfg/ifcfg_interface.h"

#include <string.h>

/* Which values of a key would change something. */
enum when {
	WHEN_NEVER = 0, /* known, and nothing that is to be done here */
	WHEN_SET,
	WHEN_TRUE,
	WHEN_FALSE,
};

/* Who reads the key. */
enum reader {
	READER_BOTH = 0,
	READER_INITSCRIPTS,
	READER_NM,
};

struct unapplied {
	const char *key;
	enum when when;
	enum reader reader;
	const char *expected; /* what does it instead; NULL: nothing */
};

#define BY_OTHER_MEANS "expected it to be set by other means"
#define RESOLV_CONF    "expected /etc/resolv.conf to be written by other means"

static const struct unapplied keys[] = {
	{"NAME", WHEN_NEVER, READER_BOTH, NULL},
	{"ID", WHEN_NEVER, READER_BOTH, NULL},
	{"UUID", WHEN_NEVER, READER_BOTH, NULL},
	{"TYPE", WHEN_NEVER, READER_BOTH, NULL},
	{"NM_CONTROLLED", WHEN_NEVER, READER_BOTH, NULL},
	{"HOTPLUG", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"USERCTL", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"NETWORK", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"NOROUTESET", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"NOZEROCONF", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"LINKDELAY", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"DEVTIMEOUT", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"NO_DHCP_HOSTNAME", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"ARPING_WAIT", WHEN_NEVER, READER_BOTH, NULL},
	{"ARPING_UPDATE_WAIT", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"DHCLIENT_IGNORE_GATEWAY", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"IPV4_FAILURE_FATAL", WHEN_TRUE, READER_BOTH, NULL},
	{"LINKSTATUS", WHEN_SET, READER_INITSCRIPTS, NULL},
	{"ZONE", WHEN_SET, READER_BOTH, BY_OTHER_MEANS},
	{"DNS1", WHEN_SET, READER_BOTH, RESOLV_CONF},
	{"DNS2", WHEN_SET, READER_BOTH, RESOLV_CONF},
	{"DNS3", WHEN_SET, READER_BOTH, RESOLV_CONF},
	{"DOMAIN", WHEN_SET, READER_BOTH, RESOLV_CONF},
	{"RES_OPTIONS", WHEN_SET, READER_BOTH, RESOLV_CONF},
	{"SCOPE", WHEN_SET, READER_INITSCRIPTS, NULL},
	{"EXTRA_ROUTE_OPTS", WHEN_SET, READER_INITSCRIPTS, "expected a line in a route file"},
	{"ARPUPDATE", WHEN_FALSE, READER_INITSCRIPTS, NULL},
	{"ARP", WHEN_FALSE, READER_INITSCRIPTS, NULL},
	{"ETHTOOL_OPTS", WHEN_SET, READER_BOTH, BY_OTHER_MEANS},
	{"ETHTOOL_DELAY", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"BRIDGE", WHEN_SET, READER_BOTH, BY_OTHER_MEANS},
	{"BRIDGE_UUID", WHEN_SET, READER_NM, BY_OTHER_MEANS},
	{"BRIDGING_OPTS", WHEN_SET, READER_BOTH, BY_OTHER_MEANS},
	{"DHCLIENTARGS", WHEN_SET, READER_INITSCRIPTS, NULL},
	{"DHCPV6C_OPTIONS", WHEN_SET, READER_INITSCRIPTS, NULL},
	{"IPV6FORWARDING", WHEN_TRUE, READER_INITSCRIPTS, BY_OTHER_MEANS},
	{"IPV6_ROUTER", WHEN_SET, READER_INITSCRIPTS, NULL},
	{"IPV6_FORCE_ACCEPT_RA", WHEN_TRUE, READER_INITSCRIPTS, NULL},
	{"IPV6_MTU", WHEN_SET, READER_BOTH, NULL},
	{"IPV6_PRIVACY", WHEN_SET, READER_BOTH, BY_OTHER_MEANS},
	{"IPV6_CONTROL_RADVD", WHEN_TRUE, READER_INITSCRIPTS, NULL},
	{"IPV6TO4INIT", WHEN_TRUE, READER_INITSCRIPTS, NULL},
	{"NO_ALIASROUTING", WHEN_NEVER, READER_INITSCRIPTS, NULL},
	{"VLAN_EGRESS_PRIORITY_MAP", WHEN_SET, READER_BOTH, NULL},
	{"VLAN_INGRESS_PRIORITY_MAP", WHEN_SET, READER_NM, NULL},
	{"VLAN_FLAGS", WHEN_SET, READER_NM, NULL},
	{"REORDER_HDR", WHEN_FALSE, READER_INITSCRIPTS, NULL},
	{"PROXY_METHOD", WHEN_NEVER, READER_NM, NULL},
	{"BROWSER_ONLY", WHEN_NEVER, READER_NM, NULL},
	{"AUTOCONNECT_PRIORITY", WHEN_NEVER, READER_NM, NULL},
	{"IPV6_FAILURE_FATAL", WHEN_TRUE, READER_NM, NULL},
	{"IPV6_ADDR_GEN_MODE", WHEN_NEVER, READER_NM, NULL},
	{"PEERROUTES", WHEN_FALSE, READER_NM, NULL},
	{"IPV6_PEERROUTES", WHEN_FALSE, READER_NM, NULL},
	{"IPV4_ROUTE_TABLE", WHEN_SET, READER_NM, "expected 'table' in a route file"},
	{"IPV6_ROUTE_TABLE", WHEN_SET, READER_NM, "expected 'table' in a route file"},
};

static bool is_read(const struct ifcfg_context *context, const struct unapplied *unapplied)
{
	switch (unapplied->reader) {
	case READER_INITSCRIPTS:
		return context->dialect == IFCFG_DIALECT_INITSCRIPTS;
	case READER_NM:
		return context->dialect == IFCFG_DIALECT_NM;
	case READER_BOTH:
		break;
	}
	return true;
}

static bool applies(const struct ifcfg_context *context, const struct unapplied *unapplied)
{
	const char *value = ifcfg_key_value(context, unapplied->key);

	switch (unapplied->when) {
	case WHEN_SET:
		/* That one says what is the case anyhow. */
		return value && !(strcmp(unapplied->key, "LINKSTATUS") == 0 &&
				  strcmp(value, "down") != 0);
	case WHEN_TRUE:
		return ifcfg_key_is_true(context, unapplied->key);
	case WHEN_FALSE:
		return ifcfg_key_is_false(context, unapplied->key);
	case WHEN_NEVER:
		break;
	}
	return false;
}

static const char *value_text(const struct unapplied *unapplied)
{
	switch (unapplied->when) {
	case WHEN_TRUE:
		return "=yes";
	case WHEN_FALSE:
		return "=no";
	case WHEN_SET:
	case WHEN_NEVER:
		break;
	}
	return "";
}

static void key_check(const struct ifcfg_context *context, const struct unapplied *unapplied)
{
	if (is_read(context, unapplied) && applies(context, unapplied)) {
		ifcfg_key_warning(context, unapplied->key, "%s%s is not applied%s%s",
				  unapplied->key, value_text(unapplied),
				  unapplied->expected ? "; " : "",
				  unapplied->expected ? unapplied->expected : "");
	}
}

void ifcfg_unapplied_warn(const struct ifcfg_context *context)
{
	/* A file has few keys, and there are thousands of files. */
	for (size_t v = 0; v < context->variables->count; v++) {
		const char *name = context->variables->list[v].name;
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			if (name[0] == keys[i].key[0] && strcmp(name, keys[i].key) == 0) {
				key_check(context, &keys[i]);
			}
		}
		if (context->dialect == IFCFG_DIALECT_NM &&
		    strncmp(name, "ROUTING_RULE", strlen("ROUTING_RULE")) == 0 &&
		    ifcfg_key_value(context, name)) {
			ifcfg_key_warning(context, name,
					  "%s is not applied; expected a line in a rule file",
					  name);
		}
	}
	if (ifcfg_key_is_true(context, "GVRP")) {
		ifcfg_key_warning(context, "GVRP",
				  "GVRP=yes is not applied: GVRP is not spoken; expected the "
				  "VLAN to be allowed on the switch");
	}
	if (context->dialect == IFCFG_DIALECT_NM &&
	    ifcfg_key_is_false(context, "REORDER_HDR")) {
		ifcfg_key_warning(context, "REORDER_HDR",
				  "REORDER_HDR=no is not used: nm reads VLAN_FLAGS instead");
	}
}

void ifcfg_member_keys_read(const struct ifcfg_context *context)
{
	static const char *const of_no_effect[] = {
		"NAME",	    "ID",	  "UUID",      "TYPE",		"NM_CONTROLLED",
		"HOTPLUG",  "USERCTL",	  "BOOTPROTO", "ETHTOOL_DELAY", "LINKDELAY",
		"IPV6INIT", "DEVICETYPE", "DEFROUTE",  "PEERDNS",	NULL,
	};

	for (const char *const *key = of_no_effect; *key; key++) {
		ifcfg_key_value(context, *key);
	}
	if (ifcfg_key_value(context, "ETHTOOL_OPTS")) {
		ifcfg_key_warning(
			context, "ETHTOOL_OPTS",
			"ETHTOOL_OPTS is not applied; expected the NIC to be set up by "
			"other means");
	}
}
