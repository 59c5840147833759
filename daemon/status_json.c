/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/status_json.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/address_probe.h"
#include "daemon/addresses.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/json_util.h"
#include "daemon/nic_runtime.h"
#include "daemon/staged.h"
#include "daemon/transaction.h"

/* All addresses of the namespace, asked for once an answer: by interface they
 * would be dumped as a whole each time by older kernels. */
struct status_addresses {
	size_t count;
	struct netlink_address *list;
};

static int status_on_address(const struct netlink_address *address, void *context)
{
	struct status_addresses *addresses = context;
	struct netlink_address *list;

	/* What an interface gives itself says nothing of what it was given. */
	if (address->scope == RT_SCOPE_LINK) {
		return 0;
	}
	list = realloc(addresses->list, (addresses->count + 1) * sizeof(*list));
	if (list) {
		list[addresses->count++] = *address;
		addresses->list = list;
	}
	return 0;
}

static void status_addresses_read(struct daemon *daemon, struct status_addresses *out)
{
	*out = (struct status_addresses){0};
	(void)netlink_address_dump(daemon->netlink, 0, AF_UNSPEC, status_on_address, out);
}

static json_t *status_json_addresses(const struct daemon *daemon,
				     const struct status_addresses *addresses, uint32_t ifindex)
{
	json_t *list = json_array();

	for (size_t i = 0; i < addresses->count; i++) {
		const struct netlink_address *address = &addresses->list[i];

		json_t *json;

		if (address->ifindex != ifindex) {
			continue;
		}
		json = json_address(address->family, address->bytes, address->prefix);
		json_object_set_new(json, "in_use",
				    json_boolean(address_is_held(daemon, address)));
		json_array_append_new(list, json);
	}
	return list;
}

/* Addresses of the interface that another host holds. */
static void status_add_held(json_t *list, const struct daemon *daemon, uint32_t ifindex,
			    const struct status_addresses *addresses)
{
	for (size_t i = 0; i < addresses->count; i++) {
		if (addresses->list[i].ifindex == ifindex) {
			address_trouble(daemon, &addresses->list[i], list);
		}
	}
}

json_t *status_json_traffic(uint64_t packets, uint64_t bytes)
{
	return json_pack("{s:I, s:I}", "packets", (json_int_t)packets, "bytes",
			 (json_int_t)bytes);
}

static json_t *status_json_drops(const struct dp_counters *counters)
{
	json_t *drops = json_object();

	for (int reason = 0; reason < DP_DROP_COUNT; reason++) {
		json_object_set_new(drops, dp_drop_name(reason),
				    json_integer((json_int_t)counters->drops[reason]));
	}
	return drops;
}

/* What every interface of ours has: device of the bond, VLAN interfaces. */
static void status_add_link(json_t *json, struct daemon *daemon, uint32_t ifindex,
			    uint32_t hub_ifindex, const struct status_addresses *addresses)
{
	struct netlink_link link = {0};
	char hub[IF_NAMESIZE] = "";

	(void)netlink_link_get(daemon->netlink, ifindex, &link);
	json_object_set_new(json, "ifindex", json_integer(ifindex));
	json_object_set_new(json, "hub",
			    if_indextoname(hub_ifindex, hub) ? json_text(hub) : json_null());
	json_object_set_new(json, "mac", json_mac(link.mac));
	json_object_set_new(json, "mtu", json_integer(link.mtu));
	json_object_set_new(json, "admin_up", json_boolean(link.flags & IFF_UP));
	json_object_set_new(json, "carrier", json_boolean(link.carrier));
	json_object_set_new(json, "addresses",
			    status_json_addresses(daemon, addresses, ifindex));
	json_object_set_new(json, "dhcp", dhcp_json(daemon, link.name));
	json_object_set_new(
		json, "rx",
		status_json_traffic(link.counters.rx_packets, link.counters.rx_bytes));
	json_object_set_new(
		json, "tx",
		status_json_traffic(link.counters.tx_packets, link.counters.tx_bytes));
}

static json_t *status_json_vlans(struct vlan_parent *parent,
				 const struct status_addresses *addresses)
{
	size_t count = engine_bond_vlans(parent->path, NULL, 0);
	struct engine_vlan *vlans = calloc(count + 1, sizeof(*vlans));
	json_t *list = json_array();

	if (!vlans) {
		return list;
	}
	count = engine_bond_vlans(parent->path, vlans, count);
	for (size_t i = 0; i < count; i++) {
		json_t *json = json_pack("{s:o, s:i}", "name", json_text(vlans[i].spec.name),
					 "vid", (int)vlans[i].spec.vid);

		status_add_link(json, parent->daemon, vlans[i].ifindex, vlans[i].hub_ifindex,
				addresses);
		json_object_set_new(json, "elsewhere", json_boolean(vlans[i].ifindex == 0));
		json_array_append_new(list, json);
	}
	free(vlans);
	return list;
}

/* At the hook of the device a redirected packet is not counted by the interface,
 * so what the members sent stands in. */
static void status_replace_tx(json_t *json, const struct dp_counters *counters)
{
	uint64_t packets = 0, bytes = 0;

	for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		packets += counters->members[slot].tx_packets;
		bytes += counters->members[slot].tx_bytes;
	}
	json_object_set_new(json, "tx", status_json_traffic(packets, bytes));
}

static json_t *status_json_options(const struct bond_runtime *bond)
{
	const struct model_bond_options *o = &bond->wanted->bond.options;

	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:I}", "name", bond->name,
		"engine", bond_engine_name(BOND_ENGINE_EBPF), "mode", bond_mode_name(o->mode),
		"xmit_hash_policy", xmit_hash_policy_name(o->xmit_hash_policy),
		"flow_placement", flow_placement_name(o->flow_placement), "transmit_hook",
		transmit_hook_name(o->transmit_hook), "miimon", (json_int_t)o->miimon_ms,
		"updelay", (json_int_t)o->updelay_ms, "downdelay", (json_int_t)o->downdelay_ms,
		"use_carrier", o->use_carrier, "min_links", (json_int_t)o->min_links);
}

/* Such addresses aren't listed, whoever gave them. */
static bool status_is_link_local(const struct model_address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

static bool status_has_address(const struct status_addresses *addresses, uint32_t ifindex,
			       const struct model_address *wanted)
{
	for (size_t i = 0; i < addresses->count; i++) {
		const struct netlink_address *address = &addresses->list[i];

		if (address->ifindex == ifindex && address->family == wanted->family &&
		    address->prefix == wanted->prefix &&
		    memcmp(address->bytes, wanted->bytes, wanted->family == AF_INET ? 4 : 16) ==
			    0) {
			return true;
		}
	}
	return false;
}

/* Addresses that we put on the interface and that aren't there now. */
static void status_add_missing(json_t *list, const struct model_interface *interface,
			       uint32_t ifindex, const struct status_addresses *addresses)
{
	char text[ADDRESS_TEXT_SIZE];

	if (ifindex == 0) {
		return; /* in another network namespace */
	}
	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *address = &interface->addresses[i];

		if (status_is_link_local(address) ||
		    status_has_address(addresses, ifindex, address)) {
			continue;
		}
		address_text(address, text);
		json_array_append_new(
			list, json_sprintf("somebody removed %s from %s; 'portchannel reload' "
					   "puts it back",
					   text, interface->name));
	}
}

/* Addresses of VLAN interfaces that somebody has removed. */
static void status_add_missing_vlans(json_t *list, const struct vlan_parent *parent,
				     const struct status_addresses *addresses)
{
	for (size_t i = 0; parent->wanted && i < parent->wanted->vlan_count; i++) {
		const struct model_interface *interface = &parent->wanted->vlans[i].interface;
		const struct vlan_runtime *vlan = vlan_parent_find(parent, interface->name);

		if (vlan) {
			status_add_missing(list, interface, vlan->ifindex, addresses);
		}
	}
}

static void status_add_held_vlans(json_t *list, const struct vlan_parent *parent,
				  const struct status_addresses *addresses)
{
	for (size_t i = 0; i < parent->vlan_count; i++) {
		status_add_held(list, parent->daemon, parent->vlans[i].ifindex, addresses);
	}
}

/* What somebody did to the bond, or what refuses it something, in sentences. */
/* Members that are there by their address while another NIC has their name. */
static void status_add_misnamed(json_t *list, const struct bond_runtime *bond)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const struct bond_runtime_member *member = &bond->members[slot];
		const struct model_member *wanted =
			wanted_find_member(bond->wanted, member->wanted);
		unsigned int named = if_nametoindex(member->wanted);

		if (member->ifindex == 0 || !wanted || !wanted->has_hwaddr ||
		    wanted->any_name || named == 0 || named == member->ifindex) {
			continue;
		}
		json_array_append_new(
			list, json_sprintf("%s is the NIC that HWADDR in the file of %s asks "
					   "for, but another is called %s: with a fresh start "
					   "the file would be refused; expected DEVICE=%s "
					   "there, or no DEVICE",
					   member->name, member->wanted, member->wanted,
					   member->name));
	}
}

static json_t *status_json_troubles(const struct bond_runtime *bond,
				    const struct status_addresses *addresses)
{
	json_t *list = json_array();
	char name[IF_NAMESIZE];

	if (if_indextoname(bond->ifindex, name) && strcmp(name, bond->name) != 0) {
		json_array_append_new(list,
				      json_sprintf("somebody renamed it %s; 'ip link set "
						   "%s name %s' makes it what its file says",
						   name, name, bond->name));
	}
	if (bond->follow_error[0]) {
		json_array_append_new(list, json_text(bond->follow_error));
	}
	if (bond->repair_error[0]) {
		json_array_append_new(list, json_text(bond->repair_error));
	}
	if (bond->save_error != 0) {
		json_array_append_new(
			list,
			json_sprintf("its state can't be saved in %s (%s): a restart "
				     "of the daemon would begin LACP anew",
				     bond->daemon->options.state, strerror(-bond->save_error)));
	}
	status_add_misnamed(list, bond);
	status_add_missing(list, &bond->wanted->bond.interface, bond->ifindex, addresses);
	status_add_missing_vlans(list, &bond->parent, addresses);
	status_add_held(list, bond->daemon, bond->ifindex, addresses);
	status_add_held_vlans(list, &bond->parent, addresses);
	return list;
}

static json_t *status_bond(struct bond_runtime *bond, const struct status_addresses *addresses)
{
	struct dp_counters counters = {0};
	json_t *json = status_json_options(bond), *members = json_array();

	(void)engine_bond_counters(bond->path, &counters);
	status_add_link(json, bond->daemon, bond->ifindex, engine_bond_hub_ifindex(bond->path),
			addresses);
	if (bond->wanted->bond.options.transmit_hook == TRANSMIT_HOOK_DEVICE) {
		status_replace_tx(json, &counters);
	}
	json_object_set_new(json, "drops", status_json_drops(&counters));
	json_object_set_new(json, "lacp", status_json_lacp(bond));
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].wanted[0]) {
			json_array_append_new(
				members, status_json_member(&bond->members[slot], &counters));
		}
	}
	json_object_set_new(json, "members", members);
	json_object_set_new(json, "troubles", status_json_troubles(bond, addresses));
	json_object_set_new(json, "vlans", status_json_vlans(&bond->parent, addresses));
	return json;
}

json_t *status_json_bond(struct bond_runtime *bond)
{
	struct status_addresses addresses;
	json_t *json;

	status_addresses_read(bond->daemon, &addresses);
	json = status_bond(bond, &addresses);
	free(addresses.list);
	return json;
}

static json_t *status_nic_troubles(const struct nic_runtime *nic,
				   const struct status_addresses *addresses)
{
	json_t *list = json_array();

	if (nic->refused[0]) {
		json_array_append_new(list, json_text(nic->refused));
	}
	if (nic->follow_error[0]) {
		json_array_append_new(list, json_text(nic->follow_error));
	}
	if (nic->repair_error[0]) {
		json_array_append_new(list, json_text(nic->repair_error));
	}
	status_add_missing_vlans(list, &nic->parent, addresses);
	status_add_held_vlans(list, &nic->parent, addresses);
	return list;
}

/* A NIC that carries VLAN interfaces, or is to. */
static json_t *status_nic(struct nic_runtime *nic, const struct status_addresses *addresses)
{
	struct netlink_link link = {0};
	bool present = nic->parent.path &&
		       netlink_link_get(nic->daemon->netlink, nic->parent.ifindex, &link) == 0;
	json_t *json = json_pack(
		"{s:o, s:s, s:b, s:I, s:o, s:I, s:b, s:b}", "name",
		json_text(present ? link.name : nic->parent.name), "configured_name",
		nic->parent.name, "present", present, "ifindex", (json_int_t)link.ifindex,
		"mac", present ? json_mac(link.mac) : json_null(), "mtu", (json_int_t)link.mtu,
		"admin_up", (link.flags & IFF_UP) != 0, "carrier", present && nic->carrier);

	json_object_set_new(json, "troubles", status_nic_troubles(nic, addresses));
	json_object_set_new(json, "vlans",
			    present ? status_json_vlans(&nic->parent, addresses)
				    : json_array());
	return json;
}

static json_t *status_json_nics(struct daemon *daemon, const struct nic_runtime *only,
				const struct status_addresses *addresses)
{
	json_t *list = json_array();

	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		if (!only || only == nic) {
			json_array_append_new(list, status_nic(nic, addresses));
		}
		daemon_breathe(daemon);
	}
	return list;
}

json_t *status_json_problem_list(const struct problems *problems)
{
	json_t *list = json_array();

	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *problem = &problems->list[i];
		json_array_append_new(
			list,
			json_pack(
				"{s:s, s:o, s:o, s:o, s:o, s:o}", "severity",
				problem->severity == MODEL_ERROR ? "error" : "warning", "file",
				json_text(problem->file), "line",
				problem->file && problem->line ? json_integer(problem->line)
							       : json_null(),
				"column",
				problem->file && problem->column ? json_integer(problem->column)
								 : json_null(),
				"subject",
				problem->subject[0] ? json_text(problem->subject) : json_null(),
				"message",
				json_text(problem->message ? problem->message : "")));
	}
	return list;
}

json_t *status_json_problems(struct daemon *daemon)
{
	return status_json_problem_list(&daemon->problems);
}

static json_t *status_json_daemon(struct daemon *daemon)
{
	return json_pack("{s:s, s:i, s:o, s:I, s:s, s:b, s:I}", "version", PORTCHANNEL_VERSION,
			 "pid", (int)getpid(), "config", json_text(daemon->options.config),
			 "started", (json_int_t)daemon->started, "engine", "ebpf",
			 "carrier_read", engine_reads_carrier(daemon->engine),
			 "loop_latency_max_us", (json_int_t)daemon->latency_max_us);
}

json_t *status_json(struct daemon *daemon, struct bond_runtime *only_bond,
		    struct nic_runtime *only_nic)
{
	struct status_addresses addresses;
	char revision[CONFIG_REVISION_SIZE];
	json_t *bonds = json_array(), *nics;

	status_addresses_read(daemon, &addresses);
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		if (!only_nic && (!only_bond || only_bond == bond)) {
			json_array_append_new(bonds, status_bond(bond, &addresses));
		}
		daemon_breathe(daemon);
	}
	nics = only_bond ? json_array() : status_json_nics(daemon, only_nic, &addresses);
	free(addresses.list);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I}", "daemon", status_json_daemon(daemon),
			 "bonds", bonds, "nics", nics, "problems", status_json_problems(daemon),
			 "waiting", transactions_waiting_json(daemon), "staged",
			 (json_int_t)staged_count(daemon, revision));
}

json_t *status_json_event(const struct event *event)
{
	return json_pack("{s:I, s:f, s:o, s:o, s:s, s:o, s:o, s:o}", "id",
			 (json_int_t)event->number, "time", event->time, "bond",
			 event->bond[0] ? json_text(event->bond) : json_null(), "member",
			 event->member[0] ? json_text(event->member) : json_null(), "event",
			 event->name, "from", json_text(event->from), "to",
			 json_text(event->to), "text", json_text(event->text));
}
