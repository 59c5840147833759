/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model's words as the files spell them, and the kernel's defaults.
 *
 * Facts: the kernel's Documentation/networking/bonding.rst, and the tables of
 * drivers/net/bonding/bond_options.c, which take names and numbers alike.
 */
#include "model/model.h"

#include <string.h>

#include "abi/name_table.h"

static const char *const mode_names[] = {
	[BOND_MODE_BALANCE_RR] = "balance-rr",	 [BOND_MODE_ACTIVE_BACKUP] = "active-backup",
	[BOND_MODE_BALANCE_XOR] = "balance-xor", [BOND_MODE_BROADCAST] = "broadcast",
	[BOND_MODE_8023AD] = "802.3ad",		 [BOND_MODE_BALANCE_TLB] = "balance-tlb",
	[BOND_MODE_BALANCE_ALB] = "balance-alb",
};

static const char *const policy_names[] = {
	[XMIT_HASH_LAYER2] = "layer2",	  [XMIT_HASH_LAYER34] = "layer3+4",
	[XMIT_HASH_LAYER23] = "layer2+3", [XMIT_HASH_ENCAP23] = "encap2+3",
	[XMIT_HASH_ENCAP34] = "encap3+4", [XMIT_HASH_VLAN_SRCMAC] = "vlan+srcmac",
};

static const char *const placement_names[] = {
	[FLOW_PLACEMENT_RESILIENT] = "resilient",
	[FLOW_PLACEMENT_KERNEL] = "kernel",
};

static const char *const hook_names[] = {
	[TRANSMIT_HOOK_HUB] = "hub",
	[TRANSMIT_HOOK_DEVICE] = "device",
};

static const char *const engine_names[] = {
	[BOND_ENGINE_EBPF] = "ebpf",
	[BOND_ENGINE_KERNEL] = "kernel",
};

static const char *const kind_names[] = {
	[MODEL_FILE_OTHER] = "other",	  [MODEL_FILE_BOND] = "bond",
	[MODEL_FILE_MEMBER] = "member",	  [MODEL_FILE_VLAN] = "vlan",
	[MODEL_FILE_ALIAS] = "alias",	  [MODEL_FILE_ROUTES] = "routes",
	[MODEL_FILE_RULES] = "rules",	  [MODEL_FILE_NETWORK] = "network",
	[MODEL_FILE_REFUSED] = "refused",
};

static const char *const route_type_names[] = {
	[MODEL_ROUTE_UNICAST] = "unicast",     [MODEL_ROUTE_LOCAL] = "local",
	[MODEL_ROUTE_BLACKHOLE] = "blackhole", [MODEL_ROUTE_UNREACHABLE] = "unreachable",
	[MODEL_ROUTE_PROHIBIT] = "prohibit",   [MODEL_ROUTE_THROW] = "throw",
};

static const char *const rule_action_names[] = {
	[MODEL_RULE_TABLE] = "table",	      [MODEL_RULE_GOTO] = "goto",
	[MODEL_RULE_BLACKHOLE] = "blackhole", [MODEL_RULE_UNREACHABLE] = "unreachable",
	[MODEL_RULE_PROHIBIT] = "prohibit",
};

/* The index of the name, or the index itself in decimal if digits is set;
 * count if it is neither. */
static size_t value_of(const char *const *names, size_t count, const char *text, bool digits)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], text) == 0) {
			return i;
		}
	}
	if (digits && text[0] >= '0' && text[0] <= '9' && text[1] == '\0') {
		size_t value = (size_t)(text[0] - '0');
		return value < count ? value : count;
	}
	return count;
}

const char *bond_mode_name(enum bond_mode mode)
{
	return NAME_TABLE_AT(mode_names, mode);
}

const char *xmit_hash_policy_name(enum xmit_hash_policy policy)
{
	return NAME_TABLE_AT(policy_names, policy);
}

const char *flow_placement_name(enum flow_placement placement)
{
	return NAME_TABLE_AT(placement_names, placement);
}

const char *transmit_hook_name(enum transmit_hook hook)
{
	return NAME_TABLE_AT(hook_names, hook);
}

const char *bond_engine_name(enum bond_engine engine)
{
	return NAME_TABLE_AT(engine_names, engine);
}

const char *model_file_kind_name(enum model_file_kind kind)
{
	return NAME_TABLE_AT(kind_names, kind);
}

const char *model_route_type_name(enum model_route_type type)
{
	return NAME_TABLE_AT(route_type_names, type);
}

const char *model_rule_action_name(enum model_rule_action action)
{
	return NAME_TABLE_AT(rule_action_names, action);
}

bool bond_mode_parse(const char *text, enum bond_mode *out)
{
	size_t value = value_of(mode_names, NAME_TABLE_COUNT(mode_names), text, true);

	if (value == NAME_TABLE_COUNT(mode_names)) {
		return false;
	}
	*out = (enum bond_mode)value;
	return true;
}

bool xmit_hash_policy_parse(const char *text, enum xmit_hash_policy *out)
{
	size_t value = value_of(policy_names, NAME_TABLE_COUNT(policy_names), text, true);

	if (value == NAME_TABLE_COUNT(policy_names)) {
		return false;
	}
	*out = (enum xmit_hash_policy)value;
	return true;
}

bool flow_placement_parse(const char *text, enum flow_placement *out)
{
	size_t value =
		value_of(placement_names, NAME_TABLE_COUNT(placement_names), text, false);

	if (value == NAME_TABLE_COUNT(placement_names)) {
		return false;
	}
	*out = (enum flow_placement)value;
	return true;
}

bool transmit_hook_parse(const char *text, enum transmit_hook *out)
{
	size_t value = value_of(hook_names, NAME_TABLE_COUNT(hook_names), text, false);

	if (value == NAME_TABLE_COUNT(hook_names)) {
		return false;
	}
	*out = (enum transmit_hook)value;
	return true;
}

bool bond_engine_parse(const char *text, enum bond_engine *out)
{
	size_t value = value_of(engine_names, NAME_TABLE_COUNT(engine_names), text, false);

	if (value == NAME_TABLE_COUNT(engine_names)) {
		return false;
	}
	*out = (enum bond_engine)value;
	return true;
}

void model_bond_options_init(struct model_bond_options *options)
{
	*options = (struct model_bond_options){
		.mode = BOND_MODE_BALANCE_RR,
		.xmit_hash_policy = XMIT_HASH_LAYER2,
		.use_carrier = true,
		.lacp_rate_fast = false,
		.lacp_active = true,
		.ad_actor_sys_prio = 65535,
		.engine = BOND_ENGINE_EBPF,
		.flow_placement = FLOW_PLACEMENT_RESILIENT,
		.transmit_hook = TRANSMIT_HOOK_HUB,
	};
}

/* Stricter than the kernel, which takes any byte but white space, '/' and ':':
 * printable ASCII only, and no '%', which makes a pattern of the name. */
bool model_name_is_valid(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length >= MODEL_NAME_SIZE || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		if (name[i] <= ' ' || name[i] > '~' || strchr("/:%", name[i])) {
			return false;
		}
	}
	return true;
}

const char *model_protocol_name(enum model_protocol protocol)
{
	switch (protocol) {
	case MODEL_PROTOCOL_STATIC:
		return "static";
	case MODEL_PROTOCOL_DHCP:
		return "dhcp";
	case MODEL_PROTOCOL_BOOTP:
		return "bootp";
	case MODEL_PROTOCOL_AUTOIP:
		return "autoip";
	case MODEL_PROTOCOL_SHARED:
		return "shared";
	}
	return "?";
}
