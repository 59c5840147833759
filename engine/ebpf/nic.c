/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A NIC that is no member of anything, as the parent of VLAN interfaces. For the
 * programs it is like a bond with this one member; but it keeps its address, its
 * MTU, its IP and all frames that aren't tagged for one of ours. What a NIC does
 * to frames before anybody sees them is switched off as it is for members: tags and
 * multicast addresses that nobody told it of would be dropped.
 *
 * The VLAN interfaces have the NIC's address unless they are given one of their own,
 * and follow its MTU.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <stdlib.h>
#include <string.h>

/* That of the NIC in the data path. */
#define NIC_SLOT 0

/* Whether it is the other end of a pair of ours: a bond, or a VLAN interface. */
static bool link_is_ours(struct engine *engine, const struct netlink_link *link)
{
	struct netlink_link peer;

	if (hub_alias_is_ours(link->alias)) {
		return true;
	}
	return strcmp(link->kind, "veth") == 0 && link->link && !link->link_elsewhere &&
	       netlink_link_get(engine->netlink, link->link, &peer) == 0 &&
	       hub_alias_is_ours(peer.alias);
}

static int nic_check(struct engine *engine, const struct netlink_link *link,
		     struct engine_error *err)
{
	struct dp_table stray;

	if (link->type != ARPHRD_ETHER || !link->has_mac) {
		return engine_fail(err, -EINVAL, "%s is no Ethernet interface", link->name);
	}
	if (link_is_ours(engine, link)) {
		return engine_fail(err, -EINVAL, "%s is portchannel's own and no NIC",
				   link->name);
	}
	/* What is there already works beneath a bridge, too. */
	if (link->master && !takeover_is_nic(link->ifindex)) {
		return engine_fail(err, -EBUSY, "%s belongs to another interface (%u)",
				   link->name, link->master);
	}
	if (takeover_is_ours(link->ifindex, HOOK_INGRESS) && !takeover_is_nic(link->ifindex) &&
	    !takeover_is_stray(link->ifindex, HOOK_INGRESS, &stray)) {
		return engine_fail(err, -EBUSY, "%s is a member of a port channel", link->name);
	}
	return 0;
}

/* What is changed of the NIC; the rest of it is its own and never put back. */
static void nic_observe(struct engine *engine, const struct netlink_link *link,
			struct engine_member_saved *out)
{
	struct engine_member_saved saved;

	saved_observe(engine, link, &saved);
	memset(saved.mac, 0, sizeof(saved.mac));
	saved.mtu = 0;
	saved.disable_ipv6 = -1;
	saved.addr_gen_mode = -1;
	*out = saved;
}

/* One that was a member of a bond which somebody deleted is first what it was. */
static int nic_stray_release(struct engine *engine, struct netlink_link *link,
			     struct engine_error *err)
{
	struct engine_member_saved was;
	int result;

	if (!takeover_is_ours(link->ifindex, HOOK_INGRESS) || takeover_is_nic(link->ifindex)) {
		return 0;
	}
	saved_guess(link, &was);
	result = member_release(engine, link, &was, was.promisc_set, err);
	if (!result) {
		result = netlink_link_get(engine->netlink, link->ifindex, link);
		if (result) {
			engine_fail_netlink(engine, err, result,
					    "asking for the former member");
		}
	}
	return result;
}

static void nic_table_init(struct engine_bond *bond)
{
	struct dp_table *table = bond->datapath.table;

	memset(table, 0, sizeof(*table));
	for (int i = 0; i < BOND_BUCKETS; i++) {
		table->buckets[i] =
			(struct dp_bucket){.slot = NIC_SLOT, .backup = BOND_NO_MEMBER};
	}
	table->abi_version = DP_ABI_VERSION;
	table->policy = XMIT_HASH_LAYER2; /* with one way to go, the cheapest */
}

/* The NIC's slot and what the table says of the NIC; of a running data path nothing
 * changes. */
static void nic_slot_fill(struct engine_bond *bond)
{
	struct dp_table *table = bond->datapath.table;

	bond->slot_flags[NIC_SLOT] = DP_SLOT_TRANSMIT | DP_SLOT_RECEIVE;
	table->bond_ifindex = bond->ifindex;
	table->hub_ifindex = bond->ifindex;
	if (table->slots[NIC_SLOT].ifindex != bond->ifindex) {
		slot_assign(bond, NIC_SLOT, bond->ifindex);
		bond->slot_flags[NIC_SLOT] = DP_SLOT_TRANSMIT | DP_SLOT_RECEIVE;
	}
	slot_flags_write(bond, NIC_SLOT,
			 (table->slots[NIC_SLOT].flags & SLOT_NOTES) |
				 bond->slot_flags[NIC_SLOT]);
}

static int nic_prepare(struct engine_bond *bond, const struct netlink_link *link,
		       struct engine_error *err)
{
	struct engine_member_saved *saved = &bond->nic_saved;
	struct netlink_link_change change = {.fields = NETLINK_LINK_ALIAS};
	char alias[NETLINK_ALIAS_SIZE];
	int result;

	saved_nic_alias_make(saved, alias);
	change.alias = alias;
	if (saved->alias_set && strcmp(alias, link->alias) != 0) {
		result = netlink_link_set(bond->engine->netlink, link->ifindex, &change);
		if (result) {
			return engine_fail_netlink(bond->engine, err, result,
						   "setting the alias of %s", link->name);
		}
	}
	result = member_filters_off(bond, NIC_SLOT, link, saved, err);
	if (result) {
		return result;
	}
	result = datapath_attach(&bond->datapath, PROGRAM_RECEIVE_NIC, link->ifindex,
				 HOOK_INGRESS, false);
	if (result) {
		return engine_fail_bpf(err, result, "attaching the receive program to %s",
				       link->name);
	}
	if (!bond->datapath.table->slots[NIC_SLOT].net_device) {
		/* Without it the carrier of the NIC is the daemon's to see. */
		(void)datapath_learn(&bond->datapath, link->ifindex);
	}
	return 0;
}

static int nic_create(struct engine_bond *bond, const struct netlink_link *link,
		      struct engine_error *err)
{
	struct engine_error ignored;
	int result = datapath_make(&bond->datapath, &bond->engine->template, NULL, err);

	if (result) {
		return result;
	}
	nic_table_init(bond);
	nic_slot_fill(bond);
	result = nic_prepare(bond, link, err);
	if (result) {
		(void)nic_release(bond, &ignored);
		datapath_free(&bond->datapath);
	}
	return result;
}

static int nic_take_over(struct engine_bond *bond, const struct netlink_link *link,
			 struct engine_error *err)
{
	uint32_t notes = bond->datapath.table->slots[NIC_SLOT].flags;
	int result;

	bond->promisc = (notes & SLOT_PROMISC_SET) && !(notes & SLOT_PROMISC_FILTER);
	nic_slot_fill(bond);
	result = nic_prepare(bond, link, err);
	if (!result) {
		result = vlans_take_over(bond, err);
	}
	if (result) {
		datapath_free(&bond->datapath);
	}
	return result;
}

static void nic_remember(struct engine_bond *bond, const struct netlink_link *link)
{
	memcpy(bond->name, link->name, sizeof(bond->name));
	memcpy(bond->mac, link->mac, MAC_SIZE);
	bond->ifindex = link->ifindex;
	bond->mtu = link->mtu;
	bond->gso_max_size = link->gso_max_size;
	bond->gso_max_segs = link->gso_max_segs;
	bond->carrier = (link->flags & IFF_UP) && link->carrier;
}

static int nic_begin(struct engine_bond *bond, struct netlink_link *link, bool *taken_over,
		     struct engine_error *err)
{
	struct engine_member_saved *saved = &bond->nic_saved;
	bool found = false;
	int result = nic_stray_release(bond->engine, link, err);

	if (result) {
		return result;
	}
	nic_remember(bond, link);
	/* One that an unfinished opening left has it in its alias. */
	if (!saved->valid && !saved_nic_alias_parse(link->alias, saved)) {
		nic_observe(bond->engine, link, saved);
	}
	result = takeover_nic(bond->engine, link->ifindex, &bond->datapath, err);
	if (result == -ENOENT) {
		result = nic_create(bond, link, err);
	} else if (!result) {
		found = true;
		result = nic_take_over(bond, link, err);
	}
	if (!result) {
		*taken_over = found;
	}
	return result;
}

int engine_nic_open(struct engine *engine, uint32_t ifindex, struct engine_member_saved *saved,
		    struct engine_bond **out, bool *taken_over, struct engine_error *err)
{
	struct engine_bond *bond;
	struct netlink_link link;
	int result = netlink_link_get(engine->netlink, ifindex, &link);

	if (result) {
		return engine_fail_netlink(engine, err, result, "asking for interface %u",
					   ifindex);
	}
	result = nic_check(engine, &link, err);
	if (result) {
		return result;
	}
	bond = calloc(1, sizeof(*bond));
	if (!bond) {
		return engine_fail(err, -ENOMEM, "no memory for %s", link.name);
	}
	bond->engine = engine;
	bond->is_nic = true;
	bond->nic_saved = *saved;
	result = nic_begin(bond, &link, taken_over, err);
	if (result) {
		free(bond->vlans);
		free(bond);
		return result;
	}
	if (!saved->valid) {
		*saved = bond->nic_saved;
	}
	*out = bond;
	return 0;
}

int nic_release(struct engine_bond *bond, struct engine_error *err)
{
	uint32_t notes = bond->datapath.table->slots[NIC_SLOT].flags;
	struct engine_member_saved was = bond->nic_saved;
	struct netlink_link link;
	int result = netlink_link_get(bond->engine->netlink, bond->ifindex, &link);

	if (result == -ENODEV) {
		return 0;
	}
	if (result) {
		return engine_fail_netlink(bond->engine, err, result, "asking for %s",
					   bond->name);
	}
	/* The number may be another's by now. */
	if (was.alias_set && !saved_alias_is_ours(link.alias) &&
	    !datapath_is_attached(&bond->datapath, link.ifindex, HOOK_INGRESS)) {
		return 0;
	}
	was.was_up = (link.flags & IFF_UP) != 0; /* stays as it is */
	return member_release(bond->engine, &link, &was, notes & SLOT_PROMISC_SET, err);
}

/* What a later process knows the hubs by, should it find no map. */
static void nic_rename(struct engine_bond *bond, const char name[ENGINE_NAME_SIZE])
{
	char alias[NETLINK_ALIAS_SIZE];
	struct netlink_link_change change = {.fields = NETLINK_LINK_ALIAS, .alias = alias};

	memcpy(bond->name, name, sizeof(bond->name));
	for (size_t i = 0; i < bond->vlan_count; i++) {
		const struct engine_vlan *vlan = &bond->vlans[i].public;

		vlan_hub_alias_make(vlan->spec.name, vlan->spec.vid, bond->name, alias);
		(void)netlink_link_set(bond->engine->netlink, vlan->hub_ifindex, &change);
	}
}

int nic_follow(struct engine_bond *bond, enum engine_follow follow,
	       const struct netlink_link *device, struct engine_error *err)
{
	int first = 0;
	int result;

	if (strcmp(device->name, bond->name) != 0) {
		nic_rename(bond, device->name);
	}
	if (!mac_equal(device->mac, bond->mac)) {
		first = vlans_mac_set(bond, device->mac, err);
	}
	if (device->mtu != bond->mtu) {
		result = vlans_mtu_set(bond, device->mtu, first ? NULL : err);
		bond->mtu = device->mtu;
		first = first ? first : result;
	}
	bond_gso_update(bond);
	result = vlans_follow(bond, follow, false, first ? NULL : err);
	return first ? first : result;
}

/* Interfaces that may be NICs under VLAN interfaces: those with an alias, since each of
 * them has one, ours or its own. */
struct nic_list {
	size_t count;
	uint32_t *list;
};

static int nic_collect(const struct netlink_link *link, void *context)
{
	struct nic_list *nics = context;
	uint32_t *list;

	if (!link->alias[0] || hub_alias_is_ours(link->alias)) {
		return 0;
	}
	list = reallocarray(nics->list, nics->count + 1, sizeof(*list));
	if (!list) {
		return -ENOMEM;
	}
	nics->list = list;
	list[nics->count++] = link->ifindex;
	return 0;
}

int engine_nics(struct engine *engine, uint32_t *out, size_t max, size_t *count,
		struct engine_error *err)
{
	struct nic_list nics = {0};
	size_t found = 0;
	int result = netlink_link_dump(engine->netlink, nic_collect, &nics);

	if (result) {
		engine_fail_netlink(engine, err, result, "listing the interfaces");
	}
	for (size_t i = 0; !result && i < nics.count; i++) {
		if (!takeover_is_nic(nics.list[i])) {
			continue;
		}
		if (found < max) {
			out[found] = nics.list[i];
		}
		found++;
	}
	free(nics.list);
	if (!result) {
		*count = found;
	}
	return result;
}
