/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The carrier of a member as the kernel itself sees it, read by the transmit
 * program for every packet: the first packet after the kernel knows of a lost
 * link leaves on another one, with no daemon in between.
 *
 * Compiled twice: with PC_CARRIER_READ 1 it needs kernel BTF and the functions
 * bpf_rdonly_cast and bpf_cast_to_kern_ctx (Linux 6.2); with 0 every member is
 * taken to have carrier, and the daemon rewrites the table when one has lost it.
 *
 * The kernel's structs are declared with the few members that are used; their
 * real offsets are filled in when the programs are loaded.
 */
#ifndef BPF_CARRIER_H
#define BPF_CARRIER_H

#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/maps.h"

#if PC_CARRIER_READ

enum netdev_state_t {
	__LINK_STATE_START,
	__LINK_STATE_PRESENT,
	__LINK_STATE_NOCARRIER,
};

struct net_device {
	unsigned long state;
	int ifindex;
} __attribute__((preserve_access_index));

struct sk_buff {
	struct net_device *dev;
} __attribute__((preserve_access_index));

extern void *bpf_cast_to_kern_ctx(void *obj) __ksym;
extern void *bpf_rdonly_cast(void *obj, __u32 btf_id) __ksym;

/* Whether the device that stands at the slot's address is its interface's. */
static __always_inline bool slot_is_its_device(const struct dp_slot *slot)
{
	const struct net_device *device = bpf_rdonly_cast(
		(void *)slot->net_device, bpf_core_type_id_kernel(struct net_device));

	return (__u32)device->ifindex == slot->ifindex;
}

/*
 * Whether the member's device is up and has carrier. The address may be stale:
 * the device can have vanished, and another thing stand in its memory. Reading
 * is harmless in any case (a fault reads as 0), and an answer is believed only
 * if the device's ifindex is there.
 */
static __always_inline bool slot_has_carrier(const struct dp_slot *slot)
{
	const struct net_device *device;
	unsigned long state;

	if (slot->net_device == 0) {
		return true;
	}
	device = bpf_rdonly_cast((void *)slot->net_device,
				 bpf_core_type_id_kernel(struct net_device));
	if ((__u32)device->ifindex != slot->ifindex) {
		return false;
	}
	state = device->state;
	return (state >> bpf_core_enum_value(enum netdev_state_t, __LINK_STATE_START) & 1) &&
	       !(state >> bpf_core_enum_value(enum netdev_state_t, __LINK_STATE_NOCARRIER) & 1);
}

/* Notes in the slot of the packet's interface where the kernel keeps that. */
static __always_inline int learn(struct __sk_buff *ctx)
{
	const struct sk_buff *skb = bpf_cast_to_kern_ctx(ctx);
	struct dp_table *table = table_get();
	struct net_device *device = skb->dev;
	__u32 slot;

	if (!table) {
		return TC_ACT_SHOT;
	}
	slot = slot_of(table, (__u32)device->ifindex);
	barrier_var(slot);
	if (slot >= BOND_MEMBERS_MAX) {
		return TC_ACT_SHOT;
	}
	table->slots[slot].net_device = (__u64)device;
	return TC_ACT_OK;
}

/*
 * Which members are up and have carrier: bit n for the one in slot n. Bit
 * n + BOND_MEMBERS_MAX says that this is known of it.
 */
static __always_inline int carriers(void)
{
	const struct dp_table *table = table_get();
	int answer = 0;

	if (!table) {
		return 0;
	}
#pragma unroll
	for (__u32 i = 0; i < BOND_MEMBERS_MAX; i++) {
		const struct dp_slot *slot = &table->slots[i];

		if (slot->net_device == 0 || !slot_is_its_device(slot)) {
			continue;
		}
		answer |= 1 << (i + BOND_MEMBERS_MAX);
		if (slot_has_carrier(slot)) {
			answer |= 1 << i;
		}
	}
	return answer;
}

#else

static __always_inline bool slot_has_carrier(const struct dp_slot *slot)
{
	(void)slot;
	return true;
}

#endif

#endif
