/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is the engine's own, hubs and the programs at hubs and members, and what a
 * member must be to work, is put right where somebody changed it by hand. What
 * belongs to the bond's user is follow.c's: the device as a whole.
 *
 * None of this makes news that would have to be waited for, so it is looked at
 * from time to time. VLAN interfaces take turns, since there can be thousands.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <linux/if.h>
#include <stdio.h>
#include <string.h>

/* VLAN interfaces that are looked at in one call. */
#define REPAIR_VLANS_MAX 64

/* What one call has found and done. */
struct repair {
	struct engine_bond *bond;
	int count;
	int first; /* error */
	struct engine_error *done;
	struct engine_error *err;
};

/* Notes the end of one attempt: result 0, what was wrong and is right again. */
static void repair_note(struct repair *repair, int result, const char *name, const char *what)
{
	if (result == -ENODEV) {
		return; /* news of that follows */
	}
	if (result && !repair->first) {
		repair->first =
			engine_fail_netlink(repair->bond->engine, repair->err, result,
					    "%s %s, and can't be put right", name, what);
	}
	if (result) {
		return;
	}
	if (repair->count++ == 0) {
		(void)snprintf(repair->done->text, sizeof(repair->done->text),
			       "%s %s: put right", name, what);
	}
}

static void repair_set(struct repair *repair, const struct netlink_link *link,
		       const struct netlink_link_change *change, const char *what)
{
	repair_note(repair,
		    netlink_link_set(repair->bond->engine->netlink, link->ifindex, change),
		    link->name, what);
}

/* Writing net.ipv6.conf.all.disable_ipv6 sets that of every interface. */
static void repair_ipv6(struct repair *repair, const struct netlink_link *link)
{
	int value;

	if (netlink_sysctl_read("ipv6", link->name, "disable_ipv6", &value) == 0 &&
	    value == 0) {
		repair_note(repair, netlink_sysctl_write("ipv6", link->name, "disable_ipv6", 1),
			    link->name, "had IPv6 switched on");
	}
}

static void repair_hub(struct repair *repair, const struct netlink_link *hub, const char *alias,
		       bool up, uint32_t mtu)
{
	struct netlink_link_change change = {.mtu = mtu, .alias = alias};

	if (((hub->flags & IFF_UP) != 0) != up) {
		repair_note(
			repair,
			netlink_link_set_up(repair->bond->engine->netlink, hub->ifindex, up),
			hub->name, up ? "was set down" : "was set up");
	}
	if (hub->mtu != mtu) {
		change.fields = NETLINK_LINK_MTU;
		repair_set(repair, hub, &change, "had another MTU than its other end");
	}
	/* It is what a later process knows the hub by. */
	if (strcmp(hub->alias, alias) != 0) {
		change.fields = NETLINK_LINK_ALIAS;
		repair_set(repair, hub, &change, "had lost its alias");
	}
	repair_ipv6(repair, hub);
}

static void repair_bond_hub(struct repair *repair)
{
	struct engine_bond *bond = repair->bond;
	char alias[NETLINK_ALIAS_SIZE];
	struct netlink_link hub;

	if (netlink_link_get(bond->engine->netlink, bond->hub_ifindex, &hub)) {
		return;
	}
	hub_alias_make(bond->name, alias);
	repair_hub(repair, &hub, alias, bond->carrier, bond->mtu);
	if (!datapath_is_attached(&bond->datapath, hub.ifindex, HOOK_HUB)) {
		repair_note(repair,
			    datapath_attach(&bond->datapath, PROGRAM_TRANSMIT, hub.ifindex,
					    HOOK_HUB, true),
			    hub.name, "had lost its program");
	}
	if (bond->hook == TRANSMIT_HOOK_DEVICE &&
	    !datapath_is_attached(&bond->datapath, bond->ifindex, HOOK_EGRESS)) {
		repair_note(repair,
			    datapath_attach(&bond->datapath, PROGRAM_TRANSMIT, bond->ifindex,
					    HOOK_EGRESS, true),
			    bond->name, "had lost its program");
	}
}

static void repair_vlan(struct repair *repair, struct vlan *vlan)
{
	struct engine_bond *bond = repair->bond;
	const struct engine_vlan *public = &vlan->public;
	char alias[NETLINK_ALIAS_SIZE];
	struct netlink_link hub;
	int result = netlink_link_get(bond->engine->netlink, public->hub_ifindex, &hub);

	if (result == -ENODEV) {
		/* In another network namespace. The device alone is of no use; the
		 * news that it's gone has the caller forget it. */
		(void)pair_delete(bond->engine, public->ifindex, public->hub_ifindex);
	}
	if (result) {
		return;
	}
	vlan_hub_alias_make(public->spec.name, public->spec.vid, bond->name, alias);
	repair_hub(repair, &hub, alias, vlan->hub_up, vlan->mtu);
	if (!datapath_is_attached(&bond->datapath, hub.ifindex, HOOK_HUB)) {
		repair_note(repair, vlan_hub_attach(bond, public), hub.name,
			    "had lost its program");
		vlan->hub_settled = false;
	}
	if (vlan->hook == TRANSMIT_HOOK_DEVICE && public->ifindex &&
	    !datapath_is_attached(&bond->datapath, public->ifindex, HOOK_EGRESS)) {
		repair_note(repair,
			    datapath_attach(&bond->datapath, PROGRAM_TRANSMIT_VLAN,
					    public->ifindex, HOOK_EGRESS, true),
			    public->spec.name, "had lost its program");
	}
}

static void repair_vlans(struct repair *repair)
{
	struct engine_bond *bond = repair->bond;
	size_t count =
		bond->vlan_count < REPAIR_VLANS_MAX ? bond->vlan_count : REPAIR_VLANS_MAX;

	for (size_t i = 0; i < count; i++) {
		if (bond->repair_next >= bond->vlan_count) {
			bond->repair_next = 0;
		}
		repair_vlan(repair, &bond->vlans[bond->repair_next++]);
	}
}

/* A member: whether it's up is its operator's affair, its name as well. */
static void repair_member(struct repair *repair, uint8_t slot)
{
	struct netlink_link_change change = {.allmulti = true};
	struct engine_bond *bond = repair->bond;
	struct netlink_link link;

	if (netlink_link_get(bond->engine->netlink, bond->datapath.table->slots[slot].ifindex,
			     &link)) {
		return;
	}
	if (!datapath_is_attached(&bond->datapath, link.ifindex, HOOK_INGRESS)) {
		repair_note(repair,
			    datapath_attach(&bond->datapath, PROGRAM_RECEIVE, link.ifindex,
					    HOOK_INGRESS, true),
			    link.name, "had lost its program");
	}
	if (!mac_equal(link.mac, bond->mac)) {
		repair_note(repair, member_mac_set(bond->engine, link.ifindex, bond->mac),
			    link.name, "had another address than its bond");
	}
	repair_ipv6(repair, &link);
	/* A larger one does no harm. */
	if (link.mtu < bond->mtu) {
		change.fields = NETLINK_LINK_MTU;
		change.mtu = bond->mtu;
		repair_set(repair, &link, &change, "had a smaller MTU than its bond");
	}
	if (!(link.flags & IFF_ALLMULTI)) {
		change.fields = NETLINK_LINK_ALLMULTI;
		repair_set(repair, &link, &change, "no longer took all multicasts");
	}
}

/* A NIC under VLAN interfaces: its address and its MTU are its own. */
static void repair_nic(struct repair *repair)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_ALLMULTI, .allmulti = true};
	struct engine_bond *bond = repair->bond;
	struct netlink_link link;

	if (netlink_link_get(bond->engine->netlink, bond->ifindex, &link)) {
		return;
	}
	if (!datapath_is_attached(&bond->datapath, link.ifindex, HOOK_INGRESS)) {
		repair_note(repair,
			    datapath_attach(&bond->datapath, PROGRAM_RECEIVE_NIC, link.ifindex,
					    HOOK_INGRESS, false),
			    link.name, "had lost its program");
	}
	if (!(link.flags & IFF_ALLMULTI)) {
		repair_set(repair, &link, &change, "no longer took all multicasts");
	}
}

int engine_bond_repair(struct engine_bond *bond, struct engine_error *done,
		       struct engine_error *err)
{
	struct repair repair = {.bond = bond, .done = done, .err = err};

	if (bond->is_nic) {
		repair_nic(&repair);
	} else {
		repair_bond_hub(&repair);
	}
	for (uint8_t i = 0; !bond->is_nic && i < BOND_MEMBERS_MAX; i++) {
		if (bond->datapath.table->slots[i].ifindex) {
			repair_member(&repair, i);
		}
	}
	repair_vlans(&repair);
	return repair.first ? repair.first : repair.count;
}
