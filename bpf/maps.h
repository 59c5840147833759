/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The four maps of a bond, as abi/datapath.h lays them out, and the small
 * things that every program does with them. Included by the programs only.
 */
#ifndef BPF_MAPS_H
#define BPF_MAPS_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "abi/datapath.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dp_table);
} pc_table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, DP_VLANS_MAX);
	__type(key, __u32);
	__type(value, __u32);
} pc_vlans SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, DP_TAGS_MAX);
	__type(key, __u32);
	__type(value, __u32);
} pc_tags SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dp_counters);
} pc_counters SEC(".maps");

/* Both have one entry that is always there; the verifier wants it checked. */
static __always_inline struct dp_table *table_get(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&pc_table, &key);
}

static __always_inline struct dp_counters *counters_get(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&pc_counters, &key);
}

/* The slot of the interface; BOND_NO_MEMBER if it has none. */
static __always_inline __u32 slot_of(const struct dp_table *table, __u32 ifindex)
{
	__u32 slot;

#pragma unroll
	for (slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (table->slots[slot].ifindex == ifindex) {
			return slot;
		}
	}
	return BOND_NO_MEMBER;
}

static __always_inline __u32 packet_byte(struct __sk_buff *skb, __u32 offset)
{
	__u8 byte = 0;

	bpf_skb_load_bytes(skb, offset, &byte, sizeof(byte));
	return byte;
}

/*
 * The frames that a GSO packet will become, worked out from the size of its
 * headers: one from an untrusted source (a virtual machine) comes without their
 * number until the stack has looked at it.
 */
static __noinline __u32 gso_frames(struct __sk_buff *skb)
{
	__u32 headers = ETH_HLEN, size = skb->gso_size, protocol;

	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		protocol = packet_byte(skb, ETH_HLEN + 6);
		headers += 40;
	} else {
		protocol = packet_byte(skb, ETH_HLEN + 9);
		headers += (packet_byte(skb, ETH_HLEN) & 0x0f) * 4;
	}
	if (protocol == IPPROTO_UDP) {
		headers += 8;
	} else {
		headers += (packet_byte(skb, headers + 12) >> 4) * 4;
	}
	if (size == 0 || skb->len <= headers) {
		return 1;
	}
	return (skb->len - headers + size - 1) / size;
}

/* Frames on the wire that this packet is. */
static __always_inline __u64 packet_frames(struct __sk_buff *skb)
{
	__u32 segments = skb->gso_segs;

	if (segments) {
		return segments;
	}
	return skb->gso_size ? gso_frames(skb) : 1;
}

#endif
