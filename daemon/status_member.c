/* SPDX-License-Identifier: BSD-2-Clause */
#include <net/if.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/status_json.h"

static const char *status_link_name(enum link_state state)
{
	switch (state) {
	case LINK_DOWN:
		return "down";
	case LINK_BACK:
		return "back";
	case LINK_UP:
		return "up";
	case LINK_FAIL:
		return "fail";
	}
	return "down";
}

static const char *status_duplex_name(enum link_duplex duplex)
{
	switch (duplex) {
	case LINK_DUPLEX_HALF:
		return "half";
	case LINK_DUPLEX_FULL:
		return "full";
	case LINK_DUPLEX_UNKNOWN:
		break;
	}
	return NULL;
}

static bool status_is_active(const struct bond_runtime_member *member)
{
	const struct bond *core = &member->bond->core;

	return member->ifindex != 0 && bond_member_transmits(core, member->slot) &&
	       bond_member_receives(core, member->slot);
}

const char *status_member_state(const struct bond_runtime_member *member)
{
	if (member->ifindex == 0) {
		return member->refused[0] ? "down" : "absent";
	}
	if (status_is_active(member)) {
		return "active";
	}
	return member->bond->core.members[member->slot].monitor.state == LINK_DOWN ? "down"
										   : "standby";
}

/* A member that there is a NIC for: what the core says of it. */
static void status_add_core(json_t *json, const struct bond_runtime_member *member)
{
	const struct bond *core = &member->bond->core;
	const struct bond_member *m = &core->members[member->slot];
	bool active = status_is_active(member);
	enum bond_reason reason = active ? BOND_REASON_NONE : m->reason;

	json_object_set_new(json, "state", json_string(status_member_state(member)));
	json_object_set_new(json, "reason",
			    json_text(active ? NULL : bond_reason_name(reason)));
	json_object_set_new(json, "reason_text", json_text(bond_reason_text(reason)));
	json_object_set_new(json, "link", json_string(status_link_name(m->monitor.state)));
	json_object_set_new(json, "speed_mbps",
			    m->info.speed_mbps ? json_integer(m->info.speed_mbps)
					       : json_null());
	json_object_set_new(json, "duplex", json_text(status_duplex_name(m->info.duplex)));
	json_object_set_new(json, "link_failures", json_integer(m->link_failures));
	json_object_set_new(json, "buckets",
			    json_integer(bucket_table_count(&core->table, member->slot)));
	json_object_set_new(json, "lacp",
			    core->config.mode == BOND_MODE_8023AD
				    ? status_json_lacp_port(&m->lacp)
				    : json_null());
}

/* Why there is no NIC in the slot. */
static json_t *status_absent_text(const struct bond_runtime_member *member)
{
	const struct model_member *wanted =
		wanted_find_member(member->bond->wanted, member->wanted);
	const uint8_t *m;

	if (member->refused[0]) {
		return json_text(member->refused);
	}
	if (!wanted || !wanted->has_hwaddr) {
		return json_text(bond_reason_text(BOND_REASON_ABSENT));
	}
	m = wanted->hwaddr;
	return json_sprintf("%s, and no NIC has the address %02x:%02x:%02x:%02x:%02x:%02x of "
			    "HWADDR in its file",
			    bond_reason_text(BOND_REASON_ABSENT), m[0], m[1], m[2], m[3], m[4],
			    m[5]);
}

static void status_add_absent(json_t *json, const struct bond_runtime_member *member)
{
	bool refused = member->refused[0] != '\0';

	json_object_set_new(json, "state", json_string(status_member_state(member)));
	json_object_set_new(json, "reason", json_string(refused ? "refused" : "absent"));
	json_object_set_new(json, "reason_text", status_absent_text(member));
	json_object_set_new(json, "link", json_string("down"));
	json_object_set_new(json, "speed_mbps", json_null());
	json_object_set_new(json, "duplex", json_null());
	json_object_set_new(json, "link_failures", json_integer(0));
	json_object_set_new(json, "buckets", json_integer(0));
	json_object_set_new(json, "lacp", json_null());
}

/* What the interface itself says. */
static void status_add_link(json_t *json, const struct bond_runtime_member *member)
{
	const struct bond_member *m = &member->bond->core.members[member->slot];
	struct netlink_link link;

	if (member->ifindex == 0 ||
	    netlink_link_get(member->bond->daemon->netlink, member->ifindex, &link) < 0) {
		json_object_set_new(json, "mac", json_null());
		json_object_set_new(json, "permanent_mac", json_null());
		json_object_set_new(json, "rx_errors", json_integer(0));
		json_object_set_new(json, "tx_errors", json_integer(0));
		return;
	}
	/* Nobody needs to look for a broken cable then. */
	if (m->reason == BOND_REASON_NO_CARRIER && !(link.flags & IFF_UP)) {
		json_object_set_new(json, "reason", json_string("set_down"));
		json_object_set_new(json, "reason_text",
				    json_string("the interface is set down"));
	}
	json_object_set_new(json, "mac", json_mac(link.mac));
	json_object_set_new(json, "rx_errors",
			    json_integer((json_int_t)link.counters.rx_errors));
	json_object_set_new(json, "tx_errors",
			    json_integer((json_int_t)link.counters.tx_errors));
	json_object_set_new(json, "permanent_mac", json_mac(m->info.mac));
}

static void status_add_counters(json_t *json, const struct dp_member_counters *counters)
{
	json_t *tx = status_json_traffic(counters->tx_packets, counters->tx_bytes);
	json_t *drops = json_object();

	json_object_set_new(tx, "failover", json_integer((json_int_t)counters->tx_failover));
	for (int reason = 0; reason < DP_DROP_COUNT; reason++) {
		json_object_set_new(drops, dp_drop_name(reason),
				    json_integer((json_int_t)counters->rx_drops[reason]));
	}
	json_object_set_new(json, "rx",
			    status_json_traffic(counters->rx_packets, counters->rx_bytes));
	json_object_set_new(json, "tx", tx);
	json_object_set_new(json, "drops", drops);
}

json_t *status_json_member(const struct bond_runtime_member *member,
			   const struct dp_counters *counters)
{
	bool present = member->ifindex != 0;
	json_t *json = json_pack(
		"{s:o, s:o, s:I, s:i, s:i, s:b, s:b, s:b}", "name", json_text(member->name),
		"configured_name", json_text(member->wanted), "ifindex",
		(json_int_t)member->ifindex, "slot", (int)member->slot, "port",
		(int)member->slot + 1, "present", present || member->refused[0] != '\0',
		"carrier", present && member->carrier, "promiscuous",
		present && member->promiscuous);

	if (present) {
		status_add_core(json, member);
	} else {
		status_add_absent(json, member);
	}
	status_add_link(json, member);
	status_add_counters(json, &counters->members[member->slot]);
	return json;
}
