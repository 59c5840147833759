/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VLAN interfaces: each a pair of its own, whose hub's program pushes the tag.
 *
 * What is done for one costs the same however many there are: it is looked up
 * by name and index, never by listing all links.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <linux/if.h>
#include <stdlib.h>
#include <string.h>

/* A thousand VLAN interfaces need one queue each, not one for every CPU. */
#define VLAN_QUEUES	 1

/* VLAN interfaces whose hook is changed at a time: well below a second. */
#define HOOK_CHANGES_MAX 20

/* Where the VLAN id stands, or would have to be put in. */
static size_t vlan_position(const struct engine_bond *bond, uint16_t vid)
{
	size_t low = 0, high = bond->vlan_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bond->vlans[middle].public.spec.vid < vid) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static struct vlan *vlan_by_vid(const struct engine_bond *bond, uint16_t vid)
{
	size_t position = vlan_position(bond, vid);

	if (position == bond->vlan_count || bond->vlans[position].public.spec.vid != vid) {
		return NULL;
	}
	return &bond->vlans[position];
}

struct vlan *vlan_by_name(const struct engine_bond *bond, const char *name)
{
	for (size_t i = 0; i < bond->vlan_count; i++) {
		if (strcmp(bond->vlans[i].public.spec.name, name) == 0) {
			return &bond->vlans[i];
		}
	}
	return NULL;
}

int vlan_room_make(struct engine_bond *bond)
{
	size_t room = bond->vlan_room ? bond->vlan_room * 2 : 8;
	struct vlan *vlans;

	if (bond->vlan_count < bond->vlan_room) {
		return 0;
	}
	vlans = reallocarray(bond->vlans, room, sizeof(*vlans));
	if (!vlans) {
		return -ENOMEM;
	}
	bond->vlans = vlans;
	bond->vlan_room = room;
	return 0;
}

void vlan_note(struct engine_bond *bond, const struct vlan *vlan)
{
	size_t position = vlan_position(bond, vlan->public.spec.vid);

	memmove(&bond->vlans[position + 1], &bond->vlans[position],
		(bond->vlan_count - position) * sizeof(*bond->vlans));
	bond->vlans[position] = *vlan;
	bond->vlan_count++;
}

/* Attaching by tcx waits until no processor uses what was there, 10 to 20 ms. So a new
 * hub has a filter, which is attached at once and costs a packet some 60 to 100 ns more,
 * and where there are no more than the VLANs of a usual server, each is attached by tcx
 * later on, when nobody waits. */
#define TCX_VLANS_MAX	  32
#define TCX_VLANS_AT_ONCE 4

static int vlan_tags_set(struct engine_bond *bond, const struct engine_vlan *vlan)
{
	int result = 0;

	if (vlan->ifindex) {
		result = datapath_tag_set(&bond->datapath, vlan->ifindex, vlan->spec.vid);
	}
	return result ? result
		      : datapath_tag_set(&bond->datapath, vlan->hub_ifindex, vlan->spec.vid);
}

int vlan_hub_attach(struct engine_bond *bond, const struct engine_vlan *vlan)
{
	int result = vlan_tags_set(bond, vlan);

	return result ? result
		      : datapath_attach(&bond->datapath, PROGRAM_TRANSMIT_VLAN,
					vlan->hub_ifindex, HOOK_HUB, false);
}

void vlans_settle(struct engine_bond *bond)
{
	int changed = 0;
	int program;

	if (bond->vlan_count > TCX_VLANS_MAX) {
		return;
	}
	for (size_t i = 0; i < bond->vlan_count && changed < TCX_VLANS_AT_ONCE; i++) {
		struct vlan *vlan = &bond->vlans[i];

		if (vlan->hub_settled) {
			continue;
		}
		program = datapath_program(&bond->datapath, PROGRAM_TRANSMIT_VLAN);
		if (program < 0) {
			return;
		}
		/* Where it can't be, the filter serves as well. */
		changed += !hook_is_tcx(vlan->public.hub_ifindex, HOOK_HUB);
		(void)hook_hub_settle(vlan->public.hub_ifindex, program);
		vlan->hub_settled = true;
	}
}

/* The device's, or none. */
static int vlan_device_attach(struct engine_bond *bond, struct vlan *vlan, bool running)
{
	uint32_t ifindex = vlan->public.ifindex;
	int result = 0;

	if (bond->hook == TRANSMIT_HOOK_DEVICE) {
		result = datapath_attach(&bond->datapath, PROGRAM_TRANSMIT_VLAN, ifindex,
					 HOOK_EGRESS,
					 running || bond->vlan_count < TCX_VLANS_MAX);
	} else if (datapath_is_attached(&bond->datapath, ifindex, HOOK_EGRESS)) {
		result = hook_detach(bond->engine, ifindex, HOOK_EGRESS);
	}
	if (!result) {
		vlan->hook = bond->hook;
	}
	return result;
}

/* To a pair that is new and has none, which need not be asked for, then. */
static int vlan_pair_attach(struct engine_bond *bond, struct vlan *vlan)
{
	int program = datapath_program(&bond->datapath, PROGRAM_TRANSMIT_VLAN);
	int result = program < 0 ? program : vlan_tags_set(bond, &vlan->public);

	if (!result) {
		result = hook_attach_first(vlan->public.hub_ifindex, HOOK_HUB, program);
	}
	if (!result && bond->hook == TRANSMIT_HOOK_DEVICE) {
		result = vlan_device_attach(bond, vlan, false);
	}
	return result;
}

int vlans_hook_follow(struct engine_bond *bond, struct engine_error *err)
{
	size_t changed = 0;

	for (size_t i = 0; i < bond->vlan_count && changed < HOOK_CHANGES_MAX; i++) {
		struct vlan *vlan = &bond->vlans[i];
		int result;

		if (vlan->hook == bond->hook) {
			continue;
		}
		changed++;
		result = vlan_device_attach(bond, vlan, true);
		if (result && result != -ENODEV) {
			return engine_fail_bpf(err, result,
					       "attaching the transmit program of %s",
					       vlan->public.spec.name);
		}
	}
	return 0;
}

void vlan_unmap(struct engine_bond *bond, const struct engine_vlan *vlan)
{
	(void)datapath_vlan_set(&bond->datapath, vlan->spec.vid, 0);
	(void)datapath_tag_clear(&bond->datapath, vlan->ifindex);
	(void)datapath_tag_clear(&bond->datapath, vlan->hub_ifindex);
}

/* Makes the pair, or finishes one that was left half made. */
static int vlan_pair_make(struct engine_bond *bond, const struct engine_vlan_spec *spec,
			  struct netlink_link *device, struct netlink_link *hub,
			  struct engine_error *err)
{
	static const uint8_t random_mac[MAC_SIZE];
	char alias[NETLINK_ALIAS_SIZE];
	struct pair_spec pair = {
		.name = spec->name,
		.hub_alias = alias,
		.mac = mac_is_zero(spec->mac) ? bond->mac : spec->mac,
		.hub_mac = random_mac,
		.mtu = spec->mtu ? spec->mtu : bond->mtu,
		.queues = VLAN_QUEUES,
		.finishes = true,
	};
	int result;

	vlan_hub_alias_make(spec->name, spec->vid, bond->name, alias);
	result = pair_find(bond->engine, spec->name, alias, device, hub, err);
	if (!result) {
		/* Nothing can be said for what it has: begin anew. */
		result = netlink_link_delete(bond->engine->netlink, device->ifindex);
		if (result) {
			return engine_fail_netlink(bond->engine, err, result,
						   "removing an unfinished %s", spec->name);
		}
		result = -ENODEV;
	}
	if (result != -ENODEV) {
		return result;
	}
	return pair_create(bond->engine, &pair, device, hub, err);
}

int vlan_device_get(struct engine_bond *bond, struct vlan *vlan, struct netlink_link *out)
{
	struct engine_vlan *public = &vlan->public;
	struct netlink *netlink = bond->engine->netlink;
	struct netlink_link hub;
	int result = netlink_link_get(netlink, public->ifindex, out);

	/* The number may be another's by now. */
	if (!result && out->link == public->hub_ifindex && !out->link_elsewhere) {
		return 0;
	}
	if (result && result != -ENODEV) {
		return result;
	}
	if (netlink_link_get(netlink, public->hub_ifindex, &hub)) {
		return -ENODEV;
	}
	(void)datapath_tag_clear(&bond->datapath, public->ifindex);
	public->ifindex = hub.link_elsewhere ? 0 : hub.link;
	if (hub.link_elsewhere || netlink_link_get(netlink, hub.link, out)) {
		return -ENODEV;
	}
	(void)datapath_tag_set(&bond->datapath, public->ifindex, public->spec.vid);
	return 0;
}

bool engine_vlan_is_elsewhere(struct engine_bond *bond, const char *name)
{
	const struct vlan *vlan = vlan_by_name(bond, name);
	struct netlink_link hub;

	return vlan &&
	       netlink_link_get(bond->engine->netlink, vlan->public.hub_ifindex, &hub) == 0 &&
	       hub.link_elsewhere;
}

uint32_t engine_vlan_ifindex(struct engine_bond *bond, const char *name)
{
	struct vlan *vlan = vlan_by_name(bond, name);
	struct netlink_link device;

	return vlan && vlan_device_get(bond, vlan, &device) == 0 ? device.ifindex : 0;
}

static void vlan_gso_inherit(struct engine_bond *bond, const struct netlink_link *device)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_GSO,
					     .gso_max_size = bond->gso_max_size,
					     .gso_max_segs = bond->gso_max_segs};

	if (bond->gso_max_size && bond->gso_max_segs &&
	    (device->gso_max_size != bond->gso_max_size ||
	     device->gso_max_segs != bond->gso_max_segs)) {
		(void)netlink_link_set(bond->engine->netlink, device->ifindex, &change);
	}
}

static int vlan_create(struct engine_bond *bond, const struct engine_vlan_spec *spec,
		       struct engine_error *err)
{
	struct vlan vlan = {
		.public = {.spec = *spec}, .hub_up = bond->carrier, .touched = true};
	struct netlink_link device, hub;
	int result = vlan_room_make(bond);

	if (result) {
		return engine_fail(err, result, "no memory for %s", spec->name);
	}
	result = vlan_pair_make(bond, spec, &device, &hub, err);
	if (result) {
		return result;
	}
	vlan.public.ifindex = device.ifindex;
	vlan.public.hub_ifindex = hub.ifindex;
	vlan.mtu = device.mtu;
	vlan_gso_inherit(bond, &device);
	result = vlan_pair_attach(bond, &vlan);
	if (!result) {
		result = datapath_vlan_set(&bond->datapath, spec->vid, hub.ifindex);
	}
	if (result) {
		engine_fail_bpf(err, result, "attaching the transmit program of %s",
				spec->name);
		goto fail;
	}
	if (bond->carrier) {
		result = netlink_link_set_up(bond->engine->netlink, hub.ifindex, true);
	}
	if (result) {
		engine_fail_netlink(bond->engine, err, result, "setting %s up", hub.name);
		goto fail;
	}
	vlan_note(bond, &vlan);
	return 0;

fail:
	vlan_unmap(bond, &vlan.public);
	netlink_link_abandon(bond->engine->netlink, device.ifindex);
	return result;
}

static int vlan_spec_check(struct engine_bond *bond, const struct engine_vlan_spec *spec,
			   struct engine_error *err)
{
	if (spec->vid < VID_MIN || spec->vid > VID_MAX) {
		return engine_fail(err, -EINVAL, "%s: %u is no VLAN id, which is 1 to 4094",
				   spec->name, spec->vid);
	}
	if (spec->mtu > bond->mtu) {
		return engine_fail(err, -ERANGE, "%s can't have an MTU of %u, since %s has %u",
				   spec->name, spec->mtu, bond->name, bond->mtu);
	}
	return 0;
}

int engine_vlan_add(struct engine_bond *bond, const struct engine_vlan_spec *spec,
		    bool *taken_over, struct engine_error *err)
{
	struct vlan *same_name = vlan_by_name(bond, spec->name);
	const struct vlan *same_vid = vlan_by_vid(bond, spec->vid);
	int result = vlan_spec_check(bond, spec, err);

	if (result) {
		return result;
	}
	if (same_name && same_name == same_vid && engine_vlan_is_elsewhere(bond, spec->name)) {
		return engine_fail(err, -EBUSY, "%s is in another network namespace",
				   spec->name);
	}
	if (same_name && same_name == same_vid) {
		same_name->public.spec = *spec;
		*taken_over = true;
		return 0;
	}
	if (same_vid) {
		return engine_fail(err, -EEXIST, "VLAN %u of %s is %s already", spec->vid,
				   bond->name, same_vid->public.spec.name);
	}
	if (same_name) {
		return engine_fail(err, -EEXIST, "%s is VLAN %u of %s already", spec->name,
				   same_name->public.spec.vid, bond->name);
	}
	result = vlan_create(bond, spec, err);
	if (!result) {
		*taken_over = false;
	}
	return result;
}

/* MTU and address of one that is there. */
static int vlan_change_device(struct engine_bond *bond, struct vlan *vlan,
			      const struct engine_vlan_spec *spec,
			      const struct netlink_link *device, struct engine_error *err)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_MAC};
	uint8_t mac[MAC_SIZE];
	int result = vlan_mtu_set(bond, vlan, spec->mtu ? spec->mtu : bond->mtu, err);

	if (result) {
		return result;
	}
	memcpy(change.mac, mac_is_zero(spec->mac) ? bond->mac : spec->mac, MAC_SIZE);
	if (!mac_equal(change.mac, device->mac)) {
		result = netlink_link_set(bond->engine->netlink, device->ifindex, &change);
		if (result) {
			return engine_fail_netlink(bond->engine, err, result,
						   "setting the address of %s", spec->name);
		}
	}
	vlan->public.spec = *spec;
	/* An address of its own makes the members promiscuous. */
	vlan->touched = true;
	return engine_bond_follow(bond, ENGINE_FOLLOW_TOUCHED, mac, err);
}

static void vlan_change_undo(struct engine_bond *bond, struct vlan *vlan,
			     const struct engine_vlan_spec *before,
			     const struct netlink_link *device)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_MAC};
	uint8_t mac[MAC_SIZE];

	vlan->public.spec = *before;
	(void)vlan_mtu_set(bond, vlan, device->mtu, NULL);
	memcpy(change.mac, device->mac, MAC_SIZE);
	(void)netlink_link_set(bond->engine->netlink, device->ifindex, &change);
	vlan->touched = true;
	(void)engine_bond_follow(bond, ENGINE_FOLLOW_TOUCHED, mac, NULL);
}

int engine_vlan_change(struct engine_bond *bond, const struct engine_vlan_spec *spec,
		       struct engine_error *err)
{
	struct vlan *vlan = vlan_by_name(bond, spec->name);
	struct engine_vlan_spec before;
	struct netlink_link device;
	int result;

	if (!vlan || vlan->public.spec.vid != spec->vid) {
		return engine_fail(err, -ENOENT, "%s is not VLAN %u of %s", spec->name,
				   spec->vid, bond->name);
	}
	result = vlan_spec_check(bond, spec, err);
	if (result) {
		return result;
	}
	result = vlan_device_get(bond, vlan, &device);
	if (result == -ENODEV && vlan->public.ifindex == 0) {
		return engine_fail(err, -EBUSY, "%s is in another network namespace",
				   spec->name);
	}
	if (result) {
		return engine_fail_netlink(bond->engine, err, result, "asking for %s",
					   spec->name);
	}
	before = vlan->public.spec;
	result = vlan_change_device(bond, vlan, spec, &device, err);
	if (result) {
		vlan_change_undo(bond, vlan, &before, &device);
	}
	return result;
}

size_t engine_bond_vlans(const struct engine_bond *bond, struct engine_vlan *out, size_t max)
{
	for (size_t i = 0; i < bond->vlan_count && i < max; i++) {
		out[i] = bond->vlans[i].public;
	}
	return bond->vlan_count;
}
