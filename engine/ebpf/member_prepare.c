/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making an interface fit to be a member: no IP on it, the bond's MTU and address,
 * nothing filtered out that the bond wants, the receive program, up.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <string.h>

/* Addresses dropped in one go, and the goes that are tried. */
#define FLUSH_ADDRESSES_MAX 32
#define FLUSH_ROUNDS_MAX    64

struct address_list {
	size_t count;
	struct netlink_address list[FLUSH_ADDRESSES_MAX];
};

static int address_collect(const struct netlink_address *address, void *context)
{
	struct address_list *addresses = context;

	if (addresses->count < FLUSH_ADDRESSES_MAX) {
		addresses->list[addresses->count++] = *address;
	}
	return 0;
}

static int addresses_flush(struct engine *engine, uint32_t ifindex)
{
	for (int round = 0; round < FLUSH_ROUNDS_MAX; round++) {
		struct address_list addresses = {0};
		int result = netlink_address_dump(engine->netlink, ifindex, AF_UNSPEC,
						  address_collect, &addresses);

		if (result || !addresses.count) {
			return result;
		}
		for (size_t i = 0; i < addresses.count; i++) {
			result = netlink_address_delete(engine->netlink, &addresses.list[i]);
			/* Deleting a first address can take others with it. */
			if (result && result != -EADDRNOTAVAIL) {
				return result;
			}
		}
	}
	return -EBUSY;
}

/* No IP on a member: what arrives there is the bond's. */
static int member_ip_off(struct engine_bond *bond, const struct netlink_link *link,
			 const char *alias, struct engine_error *err)
{
	struct netlink_link_change change = {.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE,
					     .alias = alias};
	struct engine *engine = bond->engine;
	int result = 0;

	if (alias && strcmp(alias, link->alias) != 0) {
		change.fields = NETLINK_LINK_ALIAS;
		result = netlink_link_set(engine->netlink, link->ifindex, &change);
		if (result) {
			return engine_fail_netlink(engine, err, result,
						   "setting the alias of %s", link->name);
		}
	}
	result = netlink_sysctl_write("ipv6", link->name, "disable_ipv6", 1);
	if (result && result != -ENOENT) {
		return engine_fail(err, result, "switching IPv6 off on %s: %s", link->name,
				   strerror(-result));
	}
	if (link->addr_gen_mode >= 0 && link->addr_gen_mode != IN6_ADDR_GEN_MODE_NONE) {
		change.fields = NETLINK_LINK_ADDR_GEN_MODE;
		result = netlink_link_set(engine->netlink, link->ifindex, &change);
	}
	if (!result) {
		result = addresses_flush(engine, link->ifindex);
	}
	if (result) {
		return engine_fail_netlink(engine, err, result, "removing the addresses of %s",
					   link->name);
	}
	return 0;
}

/* Lets in what a NIC would otherwise sort out itself. */
int member_filters_off(struct engine_bond *bond, uint8_t slot, const struct netlink_link *link,
		       struct engine_member_saved *saved, struct engine_error *err)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_ALLMULTI, .allmulti = true};
	struct engine *engine = bond->engine;
	int result = 0;

	if (!(link->flags & IFF_ALLMULTI)) {
		result = netlink_link_set(engine->netlink, link->ifindex, &change);
		if (result) {
			return engine_fail_netlink(engine, err, result,
						   "setting %s to all-multicast", link->name);
		}
	}
	if (saved->rx_vlan_filter == 1 &&
	    netlink_feature_set(engine->netlink, link->ifindex, "rx-vlan-filter", false)) {
		/* The driver said it could, and didn't. */
		saved->rx_vlan_filter = 0;
		saved->promisc_set = true;
	}
	/* Packets merged by the NIC can't be sent on as they came (a bridge, a
	 * router on the bond); one that can't stop it is still good enough. */
	if (saved->lro == 1) {
		(void)netlink_feature_set(engine->netlink, link->ifindex, "rx-lro", false);
	}
	slot_note(bond, slot, SLOT_PROMISC_FILTER, saved->promisc_set);
	result = member_promisc_apply(bond, slot);
	if (result) {
		return engine_fail_netlink(engine, err, result, "setting %s promiscuous",
					   link->name);
	}
	return 0;
}

/* MTU and address as the bond's; the first member gives a new bond its address. */
static int member_match(struct engine_bond *bond, const struct netlink_link *link,
			struct engine_error *err)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_MTU, .mtu = bond->mtu};
	struct engine *engine = bond->engine;
	int result;

	if (link->mtu != bond->mtu) {
		result = netlink_link_set(engine->netlink, link->ifindex, &change);
		if (result) {
			return mtu_fail(bond, link->ifindex, bond->mtu, result, err);
		}
	}
	if (bond_mac_is_unset(bond)) {
		result = bond_mac_set(bond, link->mac, err);
		if (result) {
			return result;
		}
	}
	if (!mac_equal(link->mac, bond->mac)) {
		result = member_mac_set(engine, link->ifindex, bond->mac);
		if (result) {
			return engine_fail_netlink(engine, err, result,
						   "%s refuses %s's MAC address", link->name,
						   bond->name);
		}
	}
	return 0;
}

int member_prepare(struct engine_bond *bond, uint8_t slot, const struct netlink_link *link,
		   struct engine_member_saved *saved, struct engine_error *err)
{
	char alias[NETLINK_ALIAS_SIZE];
	int result;

	saved_alias_make(saved, bond->name, alias);
	result = member_ip_off(bond, link, saved->alias_set ? alias : NULL, err);
	if (!result) {
		result = member_match(bond, link, err);
	}
	if (!result) {
		result = member_filters_off(bond, slot, link, saved, err);
	}
	if (result) {
		return result;
	}
	/* The program first: nothing that arrives may reach the stack. */
	result = datapath_attach(&bond->datapath, PROGRAM_RECEIVE, link->ifindex, HOOK_INGRESS,
				 true);
	if (result) {
		return engine_fail_bpf(err, result, "attaching the receive program to %s",
				       link->name);
	}
	if (!(link->flags & IFF_UP)) {
		result = netlink_link_set_up(bond->engine->netlink, link->ifindex, true);
	}
	if (result) {
		return engine_fail_netlink(bond->engine, err, result, "setting %s up",
					   link->name);
	}
	if (!bond->datapath.table->slots[slot].net_device) {
		/* Without it the carrier of this member is the daemon's to see. */
		(void)datapath_learn(&bond->datapath, link->ifindex);
	}
	return 0;
}
