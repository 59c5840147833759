/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MTU of a bond's device, hub, members and VLAN interfaces. Growing begins
 * at the members and shrinking ends there, so that at no time a device may send
 * what the next one on the way would drop.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#define IPV6_MTU_MIN 1280

static int link_mtu_set(struct engine *engine, uint32_t ifindex, uint32_t mtu)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_MTU, .mtu = mtu};

	return netlink_link_set(engine->netlink, ifindex, &change);
}

/* The same of a hub or a member, which have no IPv6. Below its least MTU the kernel forgets
 * all of IPv6's settings. */
static int inner_mtu_set(struct engine *engine, uint32_t ifindex, uint32_t mtu)
{
	int result = link_mtu_set(engine, ifindex, mtu);
	char name[IF_NAMESIZE];

	if (!result && mtu >= IPV6_MTU_MIN && if_indextoname(ifindex, name)) {
		(void)netlink_sysctl_write("ipv6", name, "disable_ipv6", 1);
	}
	return result;
}

int mtu_fail(struct engine_bond *bond, uint32_t ifindex, uint32_t mtu, int result,
	     struct engine_error *err)
{
	struct netlink_link link;
	struct engine_error reason;

	/* First, since the next request's answer takes the text away. */
	engine_fail_netlink(bond->engine, &reason, result, "refuses an MTU of %u", mtu);
	if (netlink_link_get(bond->engine->netlink, ifindex, &link)) {
		return engine_fail(err, result, "interface %u %.200s", ifindex, reason.text);
	}
	if (link.max_mtu && mtu > link.max_mtu) {
		return engine_fail(err, result, "%s refuses an MTU of %u: it takes at most %u",
				   link.name, mtu, link.max_mtu);
	}
	if (mtu < link.min_mtu) {
		return engine_fail(err, result, "%s refuses an MTU of %u: it takes at least %u",
				   link.name, mtu, link.min_mtu);
	}
	return engine_fail(err, result, "%s %.200s", link.name, reason.text);
}

/* All members, or, if one refuses, all as they were. */
static int members_mtu_set(struct engine_bond *bond, uint32_t mtu, struct engine_error *err)
{
	const struct dp_slot *slots = bond->datapath.table->slots;

	for (int i = 0; i < BOND_MEMBERS_MAX; i++) {
		int result;

		if (!slots[i].ifindex) {
			continue;
		}
		result = inner_mtu_set(bond->engine, slots[i].ifindex, mtu);
		if (!result || result == -ENODEV) {
			continue;
		}
		(void)mtu_fail(bond, slots[i].ifindex, mtu, result, err);
		while (i-- > 0) {
			if (slots[i].ifindex) {
				(void)inner_mtu_set(bond->engine, slots[i].ifindex, bond->mtu);
			}
		}
		return result;
	}
	return 0;
}

int vlan_mtu_set(struct engine_bond *bond, struct vlan *vlan, uint32_t mtu,
		 struct engine_error *err)
{
	struct engine_vlan *public = &vlan->public;
	struct netlink_link device, hub;
	bool grows;
	int result = vlan_device_get(bond, vlan, &device);

	if (!result) {
		result = netlink_link_get(bond->engine->netlink, public->hub_ifindex, &hub);
	}
	if (result) {
		return engine_fail_netlink(bond->engine, err, result, "asking for %s",
					   public->spec.name);
	}
	grows = mtu > hub.mtu;
	if (grows) {
		result = inner_mtu_set(bond->engine, hub.ifindex, mtu);
	}
	if (!result && device.mtu != mtu) {
		result = link_mtu_set(bond->engine, device.ifindex, mtu);
	}
	if (!result && !grows && hub.mtu != mtu) {
		result = inner_mtu_set(bond->engine, hub.ifindex, mtu);
	}
	if (result) {
		(void)mtu_fail(bond, public->ifindex, mtu, result, err);
		(void)inner_mtu_set(bond->engine, hub.ifindex, hub.mtu);
		(void)link_mtu_set(bond->engine, device.ifindex, device.mtu);
		return result;
	}
	vlan->mtu = mtu;
	return 0;
}

/* A VLAN interface that has the bond's MTU, and none of its own in its spec, goes
 * on having it; none may have a larger one. */
static uint32_t vlan_mtu_wanted(const struct engine_bond *bond, const struct vlan *vlan,
				uint32_t mtu)
{
	uint32_t wanted = vlan->public.spec.mtu;

	if (!wanted) {
		wanted = vlan->mtu == bond->mtu ? mtu : vlan->mtu;
	}
	return wanted > mtu ? mtu : wanted;
}

int vlans_mtu_set(struct engine_bond *bond, uint32_t mtu, struct engine_error *err)
{
	for (size_t i = 0; i < bond->vlan_count; i++) {
		struct vlan *vlan = &bond->vlans[i];
		uint32_t wanted = vlan_mtu_wanted(bond, vlan, mtu);
		int result = wanted == vlan->mtu ? 0 : vlan_mtu_set(bond, vlan, wanted, err);

		/* One that has vanished is its owner's to notice. */
		if (result && result != -ENODEV) {
			return result;
		}
	}
	return 0;
}

static int mtu_grow(struct engine_bond *bond, uint32_t mtu, struct engine_error *err)
{
	int result = members_mtu_set(bond, mtu, err);

	if (result) {
		return result;
	}
	result = inner_mtu_set(bond->engine, bond->hub_ifindex, mtu);
	if (!result) {
		result = link_mtu_set(bond->engine, bond->ifindex, mtu);
	}
	if (result) {
		(void)mtu_fail(bond, bond->ifindex, mtu, result, err);
		return result;
	}
	return vlans_mtu_set(bond, mtu, err);
}

static int mtu_shrink(struct engine_bond *bond, uint32_t mtu, struct engine_error *err)
{
	int result = vlans_mtu_set(bond, mtu, err);

	if (result) {
		return result;
	}
	result = link_mtu_set(bond->engine, bond->ifindex, mtu);
	if (!result) {
		result = inner_mtu_set(bond->engine, bond->hub_ifindex, mtu);
	}
	if (result) {
		(void)mtu_fail(bond, bond->ifindex, mtu, result, err);
		return result;
	}
	return members_mtu_set(bond, mtu, err);
}

/* All as it was, as if it had been refused from the start. VLAN interfaces have it in
 * .mtu_before. */
static void mtu_restore(struct engine_bond *bond)
{
	(void)members_mtu_set(bond, bond->mtu, NULL);
	(void)inner_mtu_set(bond->engine, bond->hub_ifindex, bond->mtu);
	(void)link_mtu_set(bond->engine, bond->ifindex, bond->mtu);
	for (size_t i = 0; i < bond->vlan_count; i++) {
		struct vlan *vlan = &bond->vlans[i];

		if (vlan->mtu != vlan->mtu_before) {
			(void)vlan_mtu_set(bond, vlan, vlan->mtu_before, NULL);
		}
	}
}

int bond_mtu_set(struct engine_bond *bond, uint32_t mtu, struct engine_error *err)
{
	struct netlink_link device;
	int result = netlink_link_get(bond->engine->netlink, bond->ifindex, &device);

	if (result) {
		return engine_fail_netlink(bond->engine, err, result, "asking for %s",
					   bond->name);
	}
	if (mtu == bond->mtu && mtu == device.mtu) {
		return 0;
	}
	for (size_t i = 0; i < bond->vlan_count; i++) {
		bond->vlans[i].mtu_before = bond->vlans[i].mtu;
	}
	result = mtu >= bond->mtu ? mtu_grow(bond, mtu, err) : mtu_shrink(bond, mtu, err);
	if (result) {
		mtu_restore(bond);
		return result;
	}
	bond->mtu = mtu;
	return 0;
}
