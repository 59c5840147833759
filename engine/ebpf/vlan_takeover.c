/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VLAN interfaces of a bond that is taken over: those that its maps name, and
 * what was left of one that a process died over.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <linux/if.h>
#include <string.h>

/* Unfinished ones; a process leaves one at most. */
#define ORPHANS_MAX 64

/* A NIC may have been given another name since; a bond has its own. */
static bool hub_is_of(const struct engine_bond *bond, const struct netlink_link *hub)
{
	return bond->is_nic ? vlan_hub_alias_is_ours(hub->alias)
			    : vlan_hub_alias_is_of(hub->alias, bond->name);
}

/* The program at the device's egress, if there is one: over our own maps, should those
 * be new. */
static int vlan_take_over_device(struct engine_bond *bond, struct vlan *vlan)
{
	uint32_t ifindex = vlan->public.ifindex;

	if (!ifindex || !takeover_is_ours(ifindex, HOOK_EGRESS)) {
		return 0;
	}
	vlan->hook = TRANSMIT_HOOK_DEVICE;
	return datapath_attach(&bond->datapath, PROGRAM_TRANSMIT_VLAN, ifindex, HOOK_EGRESS,
			       true);
}

/* The interface behind the hub. One that was moved into another network namespace goes
 * on working there; its name here is the one that the hub knows. */
static int vlan_find(struct engine_bond *bond, uint32_t hub_ifindex, struct vlan *vlan)
{
	char parent[ENGINE_NAME_SIZE];
	struct netlink_link device, hub;
	int result = netlink_link_get(bond->engine->netlink, hub_ifindex, &hub);

	if (result) {
		return result;
	}
	if (!hub_is_of(bond, &hub) ||
	    !vlan_hub_alias_parse(hub.alias, vlan->public.spec.name, parent)) {
		return -ENODEV;
	}
	vlan->hub_up = (hub.flags & IFF_UP) != 0;
	vlan->mtu = hub.mtu;
	if (hub.link_elsewhere) {
		return 0;
	}
	result = netlink_link_get(bond->engine->netlink, hub.link, &device);
	if (!result) {
		memcpy(vlan->public.spec.name, device.name, sizeof(device.name));
		vlan->public.ifindex = device.ifindex;
	}
	return result;
}

/* One VLAN interface that the maps name: noted, or taken out if it is gone. */
static int vlan_take_over(struct engine_bond *bond, uint16_t vid, uint32_t hub_ifindex,
			  struct engine_error *err)
{
	struct vlan vlan = {.public = {.spec = {.vid = vid}, .hub_ifindex = hub_ifindex},
			    .touched = true};
	int result = vlan_room_make(bond);

	if (result) {
		return engine_fail(err, result, "no memory for VLAN %u of %s", vid, bond->name);
	}
	result = vlan_find(bond, hub_ifindex, &vlan);
	if (result == -ENODEV) {
		return datapath_vlan_set(&bond->datapath, vid, 0);
	}
	if (result) {
		return engine_fail_netlink(bond->engine, err, result,
					   "asking for VLAN %u of %s", vid, bond->name);
	}
	result = vlan_hub_attach(bond, &vlan.public);
	if (!result) {
		result = vlan_take_over_device(bond, &vlan);
	}
	if (result) {
		return engine_fail_bpf(err, result, "attaching the transmit program of %s",
				       vlan.public.spec.name);
	}
	vlan_note(bond, &vlan);
	return 0;
}

/* Hubs of this bond that no map leads to. */
struct orphans {
	const struct engine_bond *bond;
	const uint32_t *hubs; /* by VLAN id */
	size_t count;
	uint32_t ifindexes[ORPHANS_MAX];
};

static int orphan_collect(const struct netlink_link *link, void *context)
{
	struct orphans *orphans = context;

	if (!vlan_hub_alias_is_of(link->alias, orphans->bond->name) ||
	    orphans->count == ORPHANS_MAX) {
		return 0;
	}
	for (size_t vid = 0; vid < DP_VLANS_MAX; vid++) {
		if (orphans->hubs[vid] == link->ifindex) {
			return 0;
		}
	}
	orphans->ifindexes[orphans->count++] = link->ifindex;
	return 0;
}

int vlans_take_over(struct engine_bond *bond, struct engine_error *err)
{
	uint32_t hubs[DP_VLANS_MAX];
	struct orphans orphans = {.bond = bond, .hubs = hubs};
	int result = datapath_vlans_read(&bond->datapath, hubs);

	if (result) {
		return engine_fail_bpf(err, result, "reading the VLANs of %s", bond->name);
	}
	for (uint16_t vid = VID_MIN; vid <= VID_MAX; vid++) {
		if (!hubs[vid]) {
			continue;
		}
		result = vlan_take_over(bond, vid, hubs[vid], err);
		if (result) {
			return result;
		}
	}
	/* A process that died while making one: it will be made again. */
	(void)netlink_link_dump(bond->engine->netlink, orphan_collect, &orphans);
	for (size_t i = 0; i < orphans.count; i++) {
		(void)netlink_link_delete(bond->engine->netlink, orphans.ifindexes[i]);
	}
	return 0;
}
