/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/live_json.h"

#include <linux/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/nic_runtime.h"
#include "daemon/staged.h"
#include "daemon/status_json.h"
#include "daemon/transaction.h"

/* What live data have of a member's status as it stands there. */
static const char *const live_member_fields[] = {
	"name",	      "slot",	"state",   "reason",	    "reason_text", "carrier",
	"speed_mbps", "duplex", "buckets", "link_failures", "rx",	   "tx",
};

static json_t *live_drops(const json_t *status)
{
	json_int_t sum = 0;
	const char *reason;
	json_t *count;

	json_object_foreach (json_object_get(status, "drops"), reason, count) {
		sum += json_integer_value(count);
	}
	return json_integer(sum);
}

static void live_add_partner(json_t *json, const json_t *lacp)
{
	const json_t *partner = json_object_get(lacp, "partner");
	const json_t *mux = json_object_get(lacp, "mux_state");

	json_object_set_new(json, "mux", mux ? json_copy((json_t *)mux) : json_null());
	json_object_set_new(json, "partner_port",
			    json_is_object(partner)
				    ? json_copy(json_object_get(partner, "port"))
				    : json_null());
	json_object_set_new(json, "partner_key",
			    json_is_object(partner) ? json_copy(json_object_get(partner, "key"))
						    : json_null());
	json_object_set_new(json, "partner_system",
			    json_is_object(partner)
				    ? json_copy(json_object_get(partner, "system"))
				    : json_null());
}

static json_t *live_member(const struct bond_runtime_member *member,
			   const struct dp_counters *counters)
{
	json_t *status = status_json_member(member, counters);
	json_t *json = json_object();

	for (size_t i = 0; i < sizeof(live_member_fields) / sizeof(live_member_fields[0]);
	     i++) {
		json_object_set(json, live_member_fields[i],
				json_object_get(status, live_member_fields[i]));
	}
	live_add_partner(json, json_object_get(status, "lacp"));
	json_object_set_new(
		json, "errors",
		json_integer(json_integer_value(json_object_get(status, "rx_errors")) +
			     json_integer_value(json_object_get(status, "tx_errors"))));
	json_object_set_new(json, "drops", live_drops(status));
	json_decref(status);
	return json;
}

static json_t *live_buckets(const struct bond_runtime *bond)
{
	const struct bucket_table *table = &bond->core.table;
	char text[BOND_BUCKETS + 1];

	for (int i = 0; i < BOND_BUCKETS; i++) {
		uint8_t slot = table->slot[i];

		text[i] = slot < BOND_MEMBERS_MAX ? (char)('0' + slot) : '-';
	}
	text[BOND_BUCKETS] = '\0';
	return json_string(text);
}

/* The system at the other end; null where there is none. */
static json_t *live_partner(const struct bond_runtime *bond)
{
	json_t *lacp = status_json_lacp(bond);
	const json_t *partner = json_object_get(lacp, "partner");
	json_t *system = json_is_object(partner) ? json_copy(json_object_get(partner, "system"))
						 : json_null();

	json_decref(lacp);
	return system;
}

static void live_add_traffic(json_t *json, const struct bond_runtime *bond,
			     const struct netlink_link *link,
			     const struct dp_counters *counters)
{
	uint64_t tx_packets = link->counters.tx_packets, tx_bytes = link->counters.tx_bytes;

	/* The interface itself counts nothing then (doc/api.md, "A bond"). */
	if (bond->wanted->bond.options.transmit_hook == TRANSMIT_HOOK_DEVICE) {
		tx_packets = 0;
		tx_bytes = 0;
		for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
			tx_packets += counters->members[slot].tx_packets;
			tx_bytes += counters->members[slot].tx_bytes;
		}
	}
	json_object_set_new(
		json, "rx",
		status_json_traffic(link->counters.rx_packets, link->counters.rx_bytes));
	json_object_set_new(json, "tx", status_json_traffic(tx_packets, tx_bytes));
}

static json_t *live_bond(struct bond_runtime *bond)
{
	struct dp_counters counters = {0};
	struct netlink_link link = {0};
	json_t *members = json_array();
	json_t *json;

	(void)engine_bond_counters(bond->path, &counters);
	(void)netlink_link_get(bond->daemon->netlink, bond->ifindex, &link);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].wanted[0]) {
			json_array_append_new(members,
					      live_member(&bond->members[slot], &counters));
		}
	}
	json = json_pack("{s:o, s:s, s:b, s:b, s:o, s:o, s:o, s:I}", "name",
			 json_text(bond->name), "mode",
			 bond_mode_name(bond->wanted->bond.options.mode), "carrier",
			 (int)link.carrier, "admin_up", (link.flags & IFF_UP) != 0, "partner",
			 live_partner(bond), "buckets", live_buckets(bond), "members", members,
			 "vlans", (json_int_t)bond->parent.vlan_count);
	live_add_traffic(json, bond, &link, &counters);
	return json;
}

/* A NIC that carries VLAN interfaces, or is to; its traffic is all that it has. */
static json_t *live_nic(struct nic_runtime *nic)
{
	struct netlink_link link = {0};
	bool present = nic->parent.path &&
		       netlink_link_get(nic->daemon->netlink, nic->parent.ifindex, &link) == 0;

	return json_pack("{s:o, s:b, s:b, s:b, s:o, s:I, s:o, s:o}", "name",
			 json_text(present ? link.name : nic->parent.name), "present", present,
			 "carrier", present && link.carrier, "admin_up",
			 present && (link.flags & IFF_UP) != 0, "trouble",
			 nic->refused[0] ? json_text(nic->refused) : json_null(), "vlans",
			 (json_int_t)nic->parent.vlan_count, "rx",
			 status_json_traffic(link.counters.rx_packets, link.counters.rx_bytes),
			 "tx",
			 status_json_traffic(link.counters.tx_packets, link.counters.tx_bytes));
}

json_t *live_json(struct daemon *daemon)
{
	json_t *bonds = json_array(), *nics = json_array();
	char revision[CONFIG_REVISION_SIZE];
	size_t staged = staged_count(daemon, revision);
	json_t *json =
		json_pack("{s:f, s:o, s:I, s:I, s:s, s:I}", "time", json_time_now(), "boot",
			  json_sprintf("%lld-%d", (long long)daemon->started, (int)getpid()),
			  "configuration", (json_int_t)transactions_number(daemon), "staged",
			  (json_int_t)staged, "staged_revision", revision, "problems",
			  (json_int_t)daemon->problems.count);

	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		json_array_append_new(bonds, live_bond(bond));
		daemon_breathe(daemon);
	}
	json_object_set_new(json, "waiting", transactions_waiting_json(daemon));
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		json_array_append_new(nics, live_nic(nic));
	}
	json_object_set_new(json, "bonds", bonds);
	json_object_set_new(json, "nics", nics);
	return json;
}

bool live_vids_read(const char *text, struct live_vids *out)
{
	*out = (struct live_vids){0};
	for (;;) {
		char *end;
		unsigned long vid = strtoul(text, &end, 10);

		if (*text < '0' || *text > '9' || vid >= sizeof(out->bits) * 8 ||
		    (*end != ',' && *end != '\0')) {
			return false;
		}
		out->bits[vid / 8] |= (uint8_t)(1u << (vid % 8));
		if (*end == '\0') {
			return true;
		}
		text = end + 1;
	}
}

json_t *live_json_vlans(struct daemon *daemon, const char *name, const struct live_vids *only)
{
	const struct vlan_parent *parent = vlan_parent_of(daemon, name);
	json_t *vlans = parent ? json_object() : NULL;

	for (size_t i = 0; vlans && i < parent->vlan_count; i++) {
		const struct vlan_runtime *vlan = &parent->vlans[i];
		struct netlink_link link;

		if (only && !(only->bits[vlan->vid / 8] >> (vlan->vid % 8) & 1)) {
			continue;
		}
		daemon_breathe(daemon);
		if (netlink_link_get(daemon->netlink, vlan->ifindex, &link) < 0) {
			continue;
		}
		json_object_set_new(vlans, vlan->name,
				    json_pack("{s:b, s:o, s:o}", "carrier", (int)link.carrier,
					      "rx",
					      status_json_traffic(link.counters.rx_packets,
								  link.counters.rx_bytes),
					      "tx",
					      status_json_traffic(link.counters.tx_packets,
								  link.counters.tx_bytes)));
	}
	return vlans ? json_pack("{s:o}", "vlans", vlans) : NULL;
}
