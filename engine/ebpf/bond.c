/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bond's device and hub: made new, finished where a process died half way, or
 * taken over running; changed, and removed.
 *
 * The hub always has the transmit program, also with transmit_hook=device: what
 * gets past the device's egress (a packet socket that bypasses it, what was
 * under way when the hook was changed) is sent from there. Nothing is sent twice,
 * since a packet that the egress program sends never reaches the hub.
 *
 * As long as device and hub have the same (random) address, nobody has set the
 * bond's: the first member then gives it its own. That way it is known after a
 * restart as well.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <linux/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MTU_DEFAULT	     1500
#define GSO_MAX_SIZE_DEFAULT 65536
#define GSO_MAX_SEGS_DEFAULT 65535

static int mac_random(uint8_t mac[MAC_SIZE])
{
	if (getrandom(mac, MAC_SIZE, 0) != MAC_SIZE) {
		return -EIO;
	}
	mac[0] = (uint8_t)((mac[0] & 0xfe) | 0x02); /* one station's, made up locally */
	return 0;
}

static void table_init(struct engine_bond *bond, enum xmit_hash_policy policy)
{
	struct dp_table *table = bond->datapath.table;

	memset(table, 0, sizeof(*table));
	memset(table->buckets, BOND_NO_MEMBER, sizeof(table->buckets));
	table->abi_version = DP_ABI_VERSION;
	table->policy = policy;
	table->bond_ifindex = bond->ifindex;
	table->hub_ifindex = bond->hub_ifindex;
}

/* Attaches what the hook wants before it takes away what it doesn't. */
static int hook_set(struct engine_bond *bond, enum transmit_hook hook, struct engine_error *err)
{
	int result = datapath_attach(&bond->datapath, PROGRAM_TRANSMIT, bond->hub_ifindex,
				     HOOK_HUB, true);

	if (!result && hook == TRANSMIT_HOOK_DEVICE) {
		result = datapath_attach(&bond->datapath, PROGRAM_TRANSMIT, bond->ifindex,
					 HOOK_EGRESS, true);
	}
	if (result) {
		return engine_fail_bpf(err, result, "attaching the transmit program of %s",
				       bond->name);
	}
	if (hook == TRANSMIT_HOOK_HUB &&
	    datapath_is_attached(&bond->datapath, bond->ifindex, HOOK_EGRESS)) {
		result = hook_detach(bond->engine, bond->ifindex, HOOK_EGRESS);
	}
	if (result) {
		return engine_fail_bpf(err, result, "taking the program off %s's egress",
				       bond->name);
	}
	bond->hook = hook;
	return vlans_hook_follow(bond, err);
}

/* Loads programs for a pair that has none, and attaches them. */
static int bond_begin(struct engine_bond *bond, const struct engine_bond_spec *spec,
		      struct engine_error *err)
{
	int result = datapath_make(&bond->datapath, &bond->engine->template, NULL, err);

	if (result) {
		return result;
	}
	table_init(bond, spec->policy);
	result = hook_set(bond, spec->hook, err);
	if (result) {
		datapath_free(&bond->datapath);
	}
	return result;
}

static void bond_remember(struct engine_bond *bond, const struct netlink_link *device,
			  const struct netlink_link *hub)
{
	bond->ifindex = device->ifindex;
	bond->hub_ifindex = hub->ifindex;
	bond->carrier = (hub->flags & IFF_UP) != 0;
	bond->mtu = hub->mtu;
	bond->gso_max_size = device->gso_max_size;
	bond->gso_max_segs = device->gso_max_segs;
	memcpy(bond->mac, device->mac, MAC_SIZE);
}

static int bond_create(struct engine_bond *bond, const struct engine_bond_spec *spec,
		       struct engine_error *err)
{
	uint8_t hub_mac[MAC_SIZE], mac[MAC_SIZE];
	char alias[NETLINK_ALIAS_SIZE];
	struct netlink_link device, hub;
	struct pair_spec pair = {
		.name = spec->name,
		.hub_alias = alias,
		.mac = mac,
		.hub_mac = hub_mac,
		.mtu = spec->mtu ? spec->mtu : MTU_DEFAULT,
	};
	int result = mac_random(hub_mac);

	if (result) {
		return engine_fail(err, result, "no random address for %s", spec->name);
	}
	memcpy(mac, mac_is_zero(spec->mac) ? hub_mac : spec->mac, MAC_SIZE);
	hub_alias_make(spec->name, alias);
	result = pair_create(bond->engine, &pair, &device, &hub, err);
	if (result) {
		return result;
	}
	bond_remember(bond, &device, &hub);
	bond->unfinished = true;
	result = bond_begin(bond, spec, err);
	if (result) {
		netlink_link_abandon(bond->engine->netlink, device.ifindex);
	}
	return result;
}

/* A pair that was made by a process which died before it attached a program. */
static int bond_finish(struct engine_bond *bond, const struct engine_bond_spec *spec,
		       const struct netlink_link *hub, struct engine_error *err)
{
	char alias[NETLINK_ALIAS_SIZE];
	int result;

	hub_alias_make(bond->name, alias);
	result = hub_prepare(bond->engine, hub, alias, false, err);
	if (!result) {
		result = netlink_link_set_up(bond->engine->netlink, hub->ifindex, false);
		if (result) {
			engine_fail_netlink(bond->engine, err, result, "setting %s down",
					    hub->name);
		}
	}
	if (!result) {
		bond->carrier = false;
		result = bond_begin(bond, spec, err);
	}
	if (!result) {
		result = engine_bond_change(bond, spec, err);
		if (result) {
			datapath_free(&bond->datapath);
		}
	}
	return result;
}

/* Puts our programs in the place of a former version's. */
static int members_take_over(struct engine_bond *bond, struct engine_error *err)
{
	struct dp_table *table = bond->datapath.table;

	for (uint8_t i = 0; i < BOND_MEMBERS_MAX; i++) {
		uint32_t ifindex = table->slots[i].ifindex;
		struct netlink_link link;
		int result;

		bond->slot_flags[i] = table->slots[i].flags & ~SLOT_NOTES;
		/* One that is gone is left to engine_member_remove(). */
		if (!ifindex || !takeover_is_ours(ifindex, HOOK_INGRESS)) {
			continue;
		}
		result = datapath_attach(&bond->datapath, PROGRAM_RECEIVE, ifindex,
					 HOOK_INGRESS, true);
		if (result) {
			return engine_fail_bpf(err, result,
					       "attaching the receive program to "
					       "interface %u",
					       ifindex);
		}
		if (!table->slots[i].net_device) {
			(void)datapath_learn(&bond->datapath, ifindex);
		}
		/* What the members have is what was made true last; the device
		 * may have been changed while nobody looked. */
		if (netlink_link_get(bond->engine->netlink, ifindex, &link) == 0) {
			memcpy(bond->mac, link.mac, MAC_SIZE);
			bond->promisc = bond->promisc ||
					(table->slots[i].flags & SLOT_PROMISC_SET &&
					 !(table->slots[i].flags & SLOT_PROMISC_FILTER));
		}
	}
	return 0;
}

static int bond_take_over(struct engine_bond *bond, struct engine_error *err)
{
	struct dp_table *table = bond->datapath.table;
	int result;

	table->bond_ifindex = bond->ifindex;
	table->hub_ifindex = bond->hub_ifindex;
	bond->hook = takeover_is_ours(bond->ifindex, HOOK_EGRESS) ? TRANSMIT_HOOK_DEVICE
								  : TRANSMIT_HOOK_HUB;
	result = members_take_over(bond, err);
	if (!result) {
		result = vlans_take_over(bond, err);
	}
	if (!result) {
		result = hook_set(bond, bond->hook, err);
	}
	return result;
}

int engine_bond_open(struct engine *engine, const struct engine_bond_spec *spec,
		     struct engine_bond **out, bool *taken_over, struct engine_error *err)
{
	struct engine_bond *bond = calloc(1, sizeof(*bond));
	char alias[NETLINK_ALIAS_SIZE];
	struct netlink_link device, hub;
	bool found = false;
	int result;

	if (!bond) {
		return engine_fail(err, -ENOMEM, "no memory for %s", spec->name);
	}
	bond->engine = engine;
	memcpy(bond->name, spec->name, sizeof(bond->name));
	hub_alias_make(spec->name, alias);
	result = pair_find(engine, spec->name, alias, &device, &hub, err);
	if (result == -ENODEV) {
		result = bond_create(bond, spec, err);
	} else if (!result) {
		bond_remember(bond, &device, &hub);
		bond->unfinished = hub.group == HUB_GROUP_UNFINISHED;
		result = takeover_datapath(engine, bond->ifindex, bond->hub_ifindex,
					   &bond->datapath, err);
		if (result == -ENOENT) {
			result = bond_finish(bond, spec, &hub, err);
		} else if (!result) {
			found = true;
			result = bond_take_over(bond, err);
			if (result) {
				datapath_free(&bond->datapath);
			}
		}
	}
	if (result) {
		free(bond->vlans);
		free(bond);
		return result;
	}
	*out = bond;
	*taken_over = found;
	return 0;
}

int engine_bond_keep(struct engine_bond *bond, struct engine_error *err)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_GROUP};
	int result;

	if (!bond->unfinished) {
		return 0;
	}
	result = netlink_link_set(bond->engine->netlink, bond->hub_ifindex, &change);
	if (result) {
		return engine_fail_netlink(bond->engine, err, result, "marking %s as finished",
					   bond->name);
	}
	bond->unfinished = false;
	return 0;
}

bool bond_mac_is_unset(struct engine_bond *bond)
{
	struct netlink_link device, hub;

	return netlink_link_get(bond->engine->netlink, bond->ifindex, &device) == 0 &&
	       netlink_link_get(bond->engine->netlink, bond->hub_ifindex, &hub) == 0 &&
	       mac_equal(device.mac, hub.mac);
}

int bond_mac_set(struct engine_bond *bond, const uint8_t mac[MAC_SIZE],
		 struct engine_error *err)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_MAC};
	uint8_t before[MAC_SIZE], now[MAC_SIZE];
	int result;

	memcpy(before, bond->mac, MAC_SIZE);
	memcpy(change.mac, mac, MAC_SIZE);
	result = netlink_link_set(bond->engine->netlink, bond->ifindex, &change);
	if (result) {
		return engine_fail_netlink(bond->engine, err, result,
					   "setting the address of %s", bond->name);
	}
	result = engine_bond_follow(bond, ENGINE_FOLLOW_ALL, now, err);
	if (result) {
		memcpy(change.mac, before, MAC_SIZE);
		(void)netlink_link_set(bond->engine->netlink, bond->ifindex, &change);
		(void)engine_bond_follow(bond, ENGINE_FOLLOW_ALL, now, NULL);
	}
	return result;
}

static void policy_set(struct engine_bond *bond, uint32_t policy)
{
	if (bond->datapath.table->policy != policy) {
		__atomic_store_n(&bond->datapath.table->policy, policy, __ATOMIC_RELEASE);
	}
}

int engine_bond_change(struct engine_bond *bond, const struct engine_bond_spec *spec,
		       struct engine_error *err)
{
	enum transmit_hook hook = bond->hook;
	uint32_t policy = bond->datapath.table->policy, mtu = bond->mtu;
	int result = 0;

	if (bond->is_nic) {
		return engine_fail(err, -EINVAL, "%s is a NIC, not a bond", bond->name);
	}
	if (bond->hook != spec->hook) {
		result = hook_set(bond, spec->hook, err);
	}
	if (result) {
		(void)hook_set(bond, hook, NULL);
		return result;
	}
	policy_set(bond, (uint32_t)spec->policy);
	if (spec->mtu) {
		result = bond_mtu_set(bond, spec->mtu, err);
	}
	if (!result && !mac_is_zero(spec->mac)) {
		result = bond_mac_set(bond, spec->mac, err);
	}
	if (result) {
		(void)bond_mtu_set(bond, mtu, NULL);
		policy_set(bond, policy);
		if (bond->hook != hook) {
			(void)hook_set(bond, hook, NULL);
		}
	}
	return result;
}

void engine_bond_close(struct engine_bond *bond)
{
	if (bond) {
		datapath_free(&bond->datapath);
		free(bond->vlans);
		free(bond);
	}
}

int engine_bond_destroy(struct engine_bond *bond, struct engine_error *err)
{
	struct engine *engine = bond->engine;
	struct engine_member_saved unknown = {0};
	int first = 0;
	int result;

	if (bond->is_nic) {
		first = vlans_remove_all(bond, err);
		result = nic_release(bond, first ? NULL : err);
		engine_bond_close(bond);
		return first ? first : result;
	}
	/* The caller has removed these; whatever is left must not stay behind
	 * with a program that leads nowhere. */
	for (uint8_t i = 0; i < BOND_MEMBERS_MAX; i++) {
		if (bond->datapath.table->slots[i].ifindex) {
			result = engine_member_remove(bond, i, &unknown, first ? NULL : err);
			first = first ? first : result;
		}
	}
	result = vlans_remove_all(bond, first ? NULL : err);
	first = first ? first : result;
	result = pair_delete(engine, bond->ifindex, bond->hub_ifindex);
	if (result && !first) {
		first = engine_fail_netlink(engine, err, result, "removing %s", bond->name);
	}
	engine_bond_close(bond);
	return first;
}

uint32_t engine_bond_ifindex(const struct engine_bond *bond)
{
	return bond->ifindex;
}

uint32_t engine_bond_hub_ifindex(const struct engine_bond *bond)
{
	return bond->hub_ifindex;
}
