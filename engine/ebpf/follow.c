/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bond0 is like any other interface: what `ip link` (or a bridge, a macvlan,
 * tcpdump) does to it reaches hub, members and VLAN interfaces, as it does with
 * the kernel's own bonds and VLANs. What a member refuses is put back on the
 * device, which is as near as one gets to refusing it in the first place.
 *
 * All-multicast needs no following: members are all-multicast at all times.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <linux/if.h>
#include <string.h>

static int link_mac_set(struct engine *engine, uint32_t ifindex, const uint8_t mac[MAC_SIZE])
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_MAC};

	memcpy(change.mac, mac, MAC_SIZE);
	return netlink_link_set(engine->netlink, ifindex, &change);
}

/* A member has the address or is given it. */
static int member_mac_follow(struct engine_bond *bond, uint32_t ifindex,
			     const uint8_t mac[MAC_SIZE], struct engine_error *err)
{
	struct engine *engine = bond->engine;
	struct netlink_link link;
	int result = netlink_link_get(engine->netlink, ifindex, &link);

	if (result == -ENODEV) {
		return 0;
	}
	if (result) {
		return engine_fail_netlink(engine, err, result, "asking for interface %u",
					   ifindex);
	}
	if (!mac_equal(link.mac, mac)) {
		result = member_mac_set(engine, ifindex, mac);
	}
	if (result) {
		return engine_fail_netlink(engine, err, result, "%s refuses %s's MAC address",
					   link.name, bond->name);
	}
	return 0;
}

static int members_mac_set(struct engine_bond *bond, const uint8_t mac[MAC_SIZE],
			   struct engine_error *err)
{
	const struct dp_slot *slots = bond->datapath.table->slots;

	for (int i = 0; i < BOND_MEMBERS_MAX; i++) {
		int result = 0;

		if (slots[i].ifindex) {
			result = member_mac_follow(bond, slots[i].ifindex, mac, err);
		}
		if (!result) {
			continue;
		}
		while (i-- > 0) {
			if (slots[i].ifindex) {
				(void)member_mac_follow(bond, slots[i].ifindex, bond->mac,
							NULL);
			}
		}
		return result;
	}
	return 0;
}

int vlans_mac_set(struct engine_bond *bond, const uint8_t mac[MAC_SIZE],
		  struct engine_error *err)
{
	struct engine *engine = bond->engine;
	uint8_t old[MAC_SIZE];

	memcpy(old, bond->mac, MAC_SIZE);
	memcpy(bond->mac, mac, MAC_SIZE);
	for (size_t i = 0; i < bond->vlan_count; i++) {
		struct netlink_link vlan;
		int result;

		/* One with an address of its own keeps it. */
		if (vlan_device_get(bond, &bond->vlans[i], &vlan) ||
		    !mac_equal(vlan.mac, old)) {
			continue;
		}
		result = link_mac_set(engine, vlan.ifindex, bond->mac);
		if (result && result != -ENODEV) {
			return engine_fail_netlink(engine, err, result,
						   "setting the address of %s", vlan.name);
		}
	}
	return 0;
}

static int mac_follow(struct engine_bond *bond, struct netlink_link *device,
		      struct engine_error *err)
{
	struct engine *engine = bond->engine;
	int result;

	if (mac_equal(device->mac, bond->mac)) {
		return 0;
	}
	result = members_mac_set(bond, device->mac, err);
	if (result) {
		(void)link_mac_set(engine, bond->ifindex, bond->mac);
		memcpy(device->mac, bond->mac, MAC_SIZE);
		return result;
	}
	return vlans_mac_set(bond, device->mac, err);
}

/* A VLAN interface's own changes: its MTU may not exceed the bond's, its hub has
 * the same; and whether it wants frames to other addresses. */
static int vlan_follow(struct engine_bond *bond, struct vlan *vlan, struct engine_error *err)
{
	struct engine *engine = bond->engine;
	struct netlink_link device;
	int result = vlan_device_get(bond, vlan, &device);

	if (result == -ENODEV) {
		/* What it wants in another namespace, nobody can know. */
		vlan->wants_promisc = vlan->public.ifindex == 0;
		return 0;
	}
	if (result) {
		return engine_fail_netlink(engine, err, result, "asking for %s",
					   vlan->public.spec.name);
	}
	vlan->wants_promisc = device.promiscuity || (device.flags & IFF_PROMISC) ||
			      !mac_equal(device.mac, bond->mac);
	if (device.mtu == vlan->mtu) {
		/* Found so: its parent shrank while nobody looked. */
		return device.mtu > bond->mtu ? vlan_mtu_set(bond, vlan, bond->mtu, err) : 0;
	}
	if (device.mtu > bond->mtu) {
		(void)vlan_mtu_set(bond, vlan, bond->mtu, NULL);
		return engine_fail(err, -ERANGE,
				   "%s can't have an MTU of %u, since %s has %u: it has "
				   "been given that",
				   device.name, device.mtu, bond->name, bond->mtu);
	}
	return vlan_mtu_set(bond, vlan, device.mtu, err);
}

static int promisc_follow(struct engine_bond *bond, bool promisc, struct engine_error *err)
{
	int first = 0;

	bond->promisc = promisc;
	for (uint8_t i = 0; i < BOND_MEMBERS_MAX; i++) {
		int result = member_promisc_apply(bond, i);

		if (result && !first) {
			first = engine_fail_netlink(
				bond->engine, err, result,
				"setting member %u of %s promiscuous or not", i, bond->name);
		}
	}
	return first;
}

int vlans_follow(struct engine_bond *bond, enum engine_follow follow, bool promisc,
		 struct engine_error *err)
{
	int first = 0;
	int result;

	for (size_t i = 0; i < bond->vlan_count; i++) {
		struct vlan *vlan = &bond->vlans[i];

		if (follow == ENGINE_FOLLOW_ALL || vlan->touched) {
			vlan->touched = false;
			result = vlan_follow(bond, vlan, first ? NULL : err);
			first = first ? first : result;
		}
		promisc = promisc || vlan->wants_promisc;
	}
	result = promisc_follow(bond, promisc, first ? NULL : err);
	vlans_settle(bond);
	return first ? first : result;
}

void engine_vlan_touch(struct engine_bond *bond, uint32_t ifindex)
{
	for (size_t i = 0; i < bond->vlan_count; i++) {
		if (bond->vlans[i].public.ifindex == ifindex) {
			bond->vlans[i].touched = true;
		}
	}
}

int engine_bond_follow(struct engine_bond *bond, enum engine_follow follow, uint8_t mac[6],
		       struct engine_error *err)
{
	struct netlink_link device;
	bool promisc;
	int first = 0;
	int result = netlink_link_get(bond->engine->netlink, bond->ifindex, &device);

	if (result) {
		return engine_fail_netlink(bond->engine, err, result, "asking for %s",
					   bond->name);
	}
	if (!mac_equal(device.mac, bond->mac) || device.mtu != bond->mtu) {
		follow = ENGINE_FOLLOW_ALL;
	}
	if (bond->is_nic) {
		first = nic_follow(bond, follow, &device, err);
		memcpy(mac, device.mac, MAC_SIZE);
		return first == -ENODEV ? 0 : first;
	}
	/* Each on its own: a refused MTU must not keep an address from being
	 * followed. The first error is the one that's told. */
	first = mac_follow(bond, &device, err);
	if (device.mtu != bond->mtu) {
		result = bond_mtu_set(bond, device.mtu, first ? NULL : err);
		first = first ? first : result;
	}
	promisc = device.promiscuity || (device.flags & IFF_PROMISC);
	result = vlans_follow(bond, follow, promisc, first ? NULL : err);
	first = first ? first : result;
	result = vlans_hook_follow(bond, first ? NULL : err);
	first = first ? first : result;
	if (first == -ENODEV) {
		first = 0; /* something went while it was looked at: news follows */
	}
	memcpy(mac, device.mac, MAC_SIZE);
	return first;
}
