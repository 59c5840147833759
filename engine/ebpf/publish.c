/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs go by, packet for packet: buckets and the slots' flags,
 * written into the mapped table while packets pass; and the carrier that the
 * bond shows. Every store is one aligned word of at most 64 bits, so a program
 * sees the old value or the new one.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <string.h>

/* A bucket goes in as one store of both its bytes. */
static void bucket_write(struct dp_bucket *bucket, uint8_t slot, uint8_t backup)
{
	struct dp_bucket value = {.slot = slot, .backup = backup};
	uint16_t word;

	_Static_assert(sizeof(value) == sizeof(word), "a bucket is one 16-bit word");
	memcpy(&word, &value, sizeof(word));
	__atomic_store_n((uint16_t *)(void *)bucket, word, __ATOMIC_RELAXED);
}

void slot_flags_write(struct engine_bond *bond, uint8_t slot, uint32_t flags)
{
	__atomic_store_n(&bond->datapath.table->slots[slot].flags, flags, __ATOMIC_RELEASE);
}

void slot_note(struct engine_bond *bond, uint8_t slot, uint32_t note, bool on)
{
	uint32_t flags = bond->datapath.table->slots[slot].flags;

	slot_flags_write(bond, slot, on ? flags | note : flags & ~note);
}

void slot_assign(struct engine_bond *bond, uint8_t slot, uint32_t ifindex)
{
	struct dp_slot *entry = &bond->datapath.table->slots[slot];

	/* No flag before the interface changes, and no interface's device beside
	 * another's ifindex. What was said ahead of its receiving counts at once. */
	bond->slot_flags[slot] = ifindex ? bond->slot_flags[slot] & DP_SLOT_RECEIVE : 0;
	__atomic_store_n(&entry->flags, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&entry->net_device, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&entry->ifindex, ifindex, __ATOMIC_SEQ_CST);
	__atomic_store_n(&entry->flags, bond->slot_flags[slot], __ATOMIC_SEQ_CST);
}

/* The wanted flags as they go into the table: without carrier nobody sends,
 * wherever the transmit program stands. */
static uint32_t slot_flags_effective(const struct engine_bond *bond, uint8_t slot)
{
	uint32_t notes = bond->datapath.table->slots[slot].flags & SLOT_NOTES;
	uint32_t flags = bond->slot_flags[slot];

	if (!bond->datapath.table->slots[slot].ifindex) {
		return 0;
	}
	return notes | (bond->carrier ? flags : flags & ~DP_SLOT_TRANSMIT);
}

/* Brings the flags to what is wanted: only those that gain a flag, or all. */
static void slots_write(struct engine_bond *bond, bool gains_only)
{
	for (uint8_t i = 0; i < BOND_MEMBERS_MAX; i++) {
		uint32_t now = bond->datapath.table->slots[i].flags;
		uint32_t wanted = slot_flags_effective(bond, i);

		if (gains_only) {
			wanted |= now;
		}
		if (wanted != now) {
			slot_flags_write(bond, i, wanted);
		}
	}
}

void engine_bond_publish(struct engine_bond *bond, const struct bucket_table *table,
			 const uint32_t slot_flags[BOND_MEMBERS_MAX])
{
	struct dp_bucket *buckets = bond->datapath.table->buckets;

	for (int i = 0; i < BOND_MEMBERS_MAX; i++) {
		bond->slot_flags[i] = slot_flags[i] & (DP_SLOT_TRANSMIT | DP_SLOT_RECEIVE);
	}
	/* Who may send from now on is let before a bucket names it, and who may
	 * no longer is stopped after no bucket does. */
	slots_write(bond, true);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (int i = 0; i < BOND_BUCKETS; i++) {
		if (buckets[i].slot != table->slot[i] ||
		    buckets[i].backup != table->backup[i]) {
			bucket_write(&buckets[i], table->slot[i], table->backup[i]);
		}
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	slots_write(bond, false);
}

void engine_bond_slots(const struct engine_bond *bond, struct engine_slot out[BOND_MEMBERS_MAX])
{
	for (int i = 0; i < BOND_MEMBERS_MAX; i++) {
		out[i].ifindex = bond->datapath.table->slots[i].ifindex;
		out[i].flags = bond->datapath.table->slots[i].flags & ~SLOT_NOTES;
	}
}

void engine_bond_buckets(const struct engine_bond *bond, struct bucket_table *out)
{
	for (int i = 0; i < BOND_BUCKETS; i++) {
		out->slot[i] = bond->datapath.table->buckets[i].slot;
		out->backup[i] = bond->datapath.table->buckets[i].backup;
	}
}

int engine_bond_set_carrier(struct engine_bond *bond, bool up)
{
	int first = 0;
	int result;

	bond->carrier = up;
	/* Sending is possible before a device says so. */
	if (up) {
		slots_write(bond, false);
	}
	if (!bond->is_nic) {
		first = netlink_link_set_up(bond->engine->netlink, bond->hub_ifindex, up);
	}
	for (size_t i = 0; i < bond->vlan_count; i++) {
		struct vlan *vlan = &bond->vlans[i];

		if (vlan->hub_up == up) {
			continue;
		}
		result = netlink_link_set_up(bond->engine->netlink, vlan->public.hub_ifindex,
					     up);
		if (!result) {
			vlan->hub_up = up;
		}
		/* One that someone has deleted has no carrier to be set. */
		if (result && result != -ENODEV && !first) {
			first = result;
		}
	}
	if (!up) {
		slots_write(bond, false);
	}
	return first;
}
