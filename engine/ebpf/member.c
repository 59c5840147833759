/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members: joining and leaving. What is changed is written into the member's
 * alias before anything is changed, the slot before the alias, so that a process
 * dying at any point leaves something that its successor can finish or undo.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <string.h>

#define GSO_MAX_SIZE_DEFAULT 65536
#define GSO_MAX_SEGS_DEFAULT 65535

int member_mac_set(struct engine *engine, uint32_t ifindex, const uint8_t mac[MAC_SIZE])
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_MAC};
	struct netlink_link link;
	int result, up_result;

	memcpy(change.mac, mac, MAC_SIZE);
	result = netlink_link_set(engine->netlink, ifindex, &change);
	if (result != -EBUSY || netlink_link_get(engine->netlink, ifindex, &link) ||
	    !(link.flags & IFF_UP)) {
		return result;
	}
	/* The driver changes the address of a stopped interface only. */
	result = netlink_link_set_up(engine->netlink, ifindex, false);
	if (!result) {
		result = netlink_link_set(engine->netlink, ifindex, &change);
		up_result = netlink_link_set_up(engine->netlink, ifindex, true);
		result = result ? result : up_result;
	}
	return result;
}

int member_promisc_apply(struct engine_bond *bond, uint8_t slot)
{
	uint32_t flags = bond->datapath.table->slots[slot].flags;
	uint32_t ifindex = bond->datapath.table->slots[slot].ifindex;
	bool needed = bond->promisc || (flags & SLOT_PROMISC_FILTER);
	bool ours = flags & SLOT_PROMISC_SET;
	struct netlink_link_change change = {.fields = NETLINK_LINK_PROMISC, .promisc = needed};
	struct netlink_link link;
	int result;

	if (!ifindex || (!needed && !ours)) {
		return 0;
	}
	result = netlink_link_get(bond->engine->netlink, ifindex, &link);
	if (result) {
		return result == -ENODEV ? 0 : result;
	}
	/* Set by someone else: theirs to clear, too. */
	if (needed == ((link.flags & IFF_PROMISC) != 0)) {
		if (!needed) {
			slot_note(bond, slot, SLOT_PROMISC_SET, false);
		}
		return 0;
	}
	result = netlink_link_set(bond->engine->netlink, ifindex, &change);
	if (!result) {
		slot_note(bond, slot, SLOT_PROMISC_SET, needed);
	}
	return result;
}

void bond_gso_update(struct engine_bond *bond)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_GSO,
					     .gso_max_size = GSO_MAX_SIZE_DEFAULT,
					     .gso_max_segs = GSO_MAX_SEGS_DEFAULT};
	struct netlink_link link;

	for (int i = 0; i < BOND_MEMBERS_MAX; i++) {
		uint32_t ifindex = bond->datapath.table->slots[i].ifindex;

		if (!ifindex || netlink_link_get(bond->engine->netlink, ifindex, &link)) {
			continue;
		}
		if (link.gso_max_size && link.gso_max_size < change.gso_max_size) {
			change.gso_max_size = link.gso_max_size;
		}
		if (link.gso_max_segs && link.gso_max_segs < change.gso_max_segs) {
			change.gso_max_segs = link.gso_max_segs;
		}
	}
	if (change.gso_max_size == bond->gso_max_size &&
	    change.gso_max_segs == bond->gso_max_segs) {
		return;
	}
	/* Larger packets than a NIC takes are cut by the kernel before they reach
	 * it, so a refusal here costs speed, nothing else. */
	if (!bond->is_nic) {
		(void)netlink_link_set(bond->engine->netlink, bond->ifindex, &change);
	}
	for (size_t i = 0; i < bond->vlan_count; i++) {
		(void)netlink_link_set(bond->engine->netlink, bond->vlans[i].public.ifindex,
				       &change);
	}
	bond->gso_max_size = change.gso_max_size;
	bond->gso_max_segs = change.gso_max_segs;
}

static bool link_is_bonds_own(const struct engine_bond *bond, uint32_t ifindex)
{
	if (ifindex == bond->ifindex || ifindex == bond->hub_ifindex) {
		return true;
	}
	for (size_t i = 0; i < bond->vlan_count; i++) {
		if (ifindex == bond->vlans[i].public.ifindex ||
		    ifindex == bond->vlans[i].public.hub_ifindex) {
			return true;
		}
	}
	return false;
}

static int member_check(struct engine_bond *bond, uint8_t slot, const struct netlink_link *link,
			struct engine_error *err)
{
	const struct dp_slot *slots = bond->datapath.table->slots;
	struct dp_table stray;

	if (link->type != ARPHRD_ETHER || !link->has_mac) {
		return engine_fail(err, -EINVAL, "%s is not an Ethernet interface", link->name);
	}
	if (link_is_bonds_own(bond, link->ifindex)) {
		return engine_fail(err, -EINVAL, "%s belongs to %s itself", link->name,
				   bond->name);
	}
	if (link->master) {
		return engine_fail(err, -EBUSY,
				   "%s belongs to another interface (a bridge, bond or the "
				   "like, number %u)",
				   link->name, link->master);
	}
	if (slots[slot].ifindex && slots[slot].ifindex != link->ifindex) {
		return engine_fail(err, -EBUSY, "%s: slot %u of %s is taken by interface %u",
				   link->name, slot, bond->name, slots[slot].ifindex);
	}
	for (int i = 0; i < BOND_MEMBERS_MAX; i++) {
		if (i != slot && slots[i].ifindex == link->ifindex) {
			return engine_fail(err, -EBUSY, "%s is a member of %s already",
					   link->name, bond->name);
		}
	}
	if (takeover_is_nic(link->ifindex)) {
		return engine_fail(err, -EBUSY,
				   "%s has VLAN interfaces of its own, which a member can't "
				   "have",
				   link->name);
	}
	if (takeover_is_ours(link->ifindex, HOOK_INGRESS) &&
	    !datapath_is_attached(&bond->datapath, link->ifindex, HOOK_INGRESS) &&
	    !takeover_is_stray(link->ifindex, HOOK_INGRESS, &stray)) {
		return engine_fail(err, -EBUSY, "%s belongs to another port channel",
				   link->name);
	}
	return 0;
}

int engine_member_add(struct engine_bond *bond, uint8_t slot, uint32_t ifindex,
		      struct engine_member_saved *saved, struct engine_error *err)
{
	struct engine_member_saved was = *saved;
	struct engine_error ignored;
	struct netlink_link link;
	bool is_new;
	int result;

	if (slot >= BOND_MEMBERS_MAX || bond->is_nic) {
		return engine_fail(err, -EINVAL, "%s has no slot %u", bond->name, slot);
	}
	result = netlink_link_get(bond->engine->netlink, ifindex, &link);
	if (result) {
		return engine_fail_netlink(bond->engine, err, result, "asking for interface %u",
					   ifindex);
	}
	result = member_check(bond, slot, &link, err);
	if (result) {
		return result;
	}
	/* One that an unfinished joining left has it in its alias. */
	if (!was.valid && !saved_alias_parse(link.alias, &was)) {
		saved_observe(bond->engine, &link, &was);
	}
	is_new = bond->datapath.table->slots[slot].ifindex != ifindex;
	if (is_new) {
		slot_assign(bond, slot, ifindex);
	}
	result = member_prepare(bond, slot, &link, &was, err);
	if (result) {
		if (is_new) {
			(void)engine_member_remove(bond, slot, &was, &ignored);
		}
		return result;
	}
	if (!saved->valid) {
		*saved = was;
	}
	bond_gso_update(bond);
	return 0;
}

int member_release(struct engine *engine, const struct netlink_link *link,
		   const struct engine_member_saved *was, bool promisc_set,
		   struct engine_error *err)
{
	int result = saved_restore(engine, link, was, promisc_set);
	struct netlink_link again;

	if (result && !netlink_link_get(engine->netlink, link->ifindex, &again)) {
		/* Twice: nobody knows of it afterwards, and it must not go on without IPv6,
		 * say, for a moment's lack of memory. */
		result = saved_restore(engine, &again, was, promisc_set);
	}
	if (result) {
		engine_fail_netlink(engine, err, result, "restoring %s", link->name);
	}
	/* Last, for a member that goes on being up: until it is itself again,
	 * what arrives is dropped here and reaches nobody. */
	if (hook_detach(engine, link->ifindex, HOOK_INGRESS) &&
	    hook_detach(engine, link->ifindex, HOOK_INGRESS) && !result) {
		result = engine_fail_bpf(err, -EIO, "taking the program off %s", link->name);
	}
	return result;
}

/* Nothing at it shows that it was ever a member: the one that was has gone, and its
 * number is another's. */
static bool member_is_stranger(struct engine_bond *bond, const struct netlink_link *link)
{
	return !saved_alias_is_ours(link->alias) && !mac_equal(link->mac, bond->mac) &&
	       !datapath_is_attached(&bond->datapath, link->ifindex, HOOK_INGRESS);
}

int engine_member_remove(struct engine_bond *bond, uint8_t slot,
			 const struct engine_member_saved *saved, struct engine_error *err)
{
	struct engine *engine = bond->engine;
	struct engine_member_saved was = *saved, noted;
	struct netlink_link link;
	uint32_t ifindex, notes;
	int result;

	if (slot >= BOND_MEMBERS_MAX || bond->is_nic) {
		return engine_fail(err, -EINVAL, "%s has no slot %u", bond->name, slot);
	}
	ifindex = bond->datapath.table->slots[slot].ifindex;
	notes = bond->datapath.table->slots[slot].flags;
	if (!ifindex) {
		return 0;
	}
	/* Sends and receives no more, then the rest in its own time. */
	bond->slot_flags[slot] = 0;
	slot_flags_write(bond, slot, notes & SLOT_NOTES);
	result = netlink_link_get(engine->netlink, ifindex, &link);
	/* Gone, or gone and its number given to another. */
	if (result == -ENODEV || (!result && member_is_stranger(bond, &link))) {
		slot_assign(bond, slot, 0);
		bond_gso_update(bond);
		return 0;
	}
	if (result) {
		return engine_fail_netlink(engine, err, result, "asking for interface %u",
					   ifindex);
	}
	if (!was.valid) {
		saved_guess(&link, &was);
	} else if (saved_alias_parse(link.alias, &noted)) {
		was.lro = noted.lro; /* which a caller may not have kept */
	}
	result = member_release(engine, &link, &was, notes & SLOT_PROMISC_SET, err);
	slot_assign(bond, slot, 0);
	bond_gso_update(bond);
	return result;
}
