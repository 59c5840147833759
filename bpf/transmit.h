/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The way out: hash, bucket, member. Used by pc_transmit and pc_transmit_vlan,
 * which stand at the hub's ingress or at the device's egress; either way a
 * packet begins with its Ethernet header, and a tag that the sender set is
 * beside the packet and stays there.
 */
#ifndef BPF_TRANSMIT_H
#define BPF_TRANSMIT_H

#include <stdbool.h>

#include "abi/flow_hash.h"
#include "bpf/carrier.h"
#include "bpf/maps.h"

/* The member's interface if it may transmit and has carrier, else 0. */
static __always_inline __u32 slot_egress(const struct dp_table *table, __u32 slot)
{
	const struct dp_slot *member;

	if (slot >= BOND_MEMBERS_MAX) {
		return 0;
	}
	member = &table->slots[slot];
	if (!(member->flags & DP_SLOT_TRANSMIT) || !slot_has_carrier(member)) {
		return 0;
	}
	return member->ifindex;
}

/*
 * For the time between the loss of a bucket's member and its backup together
 * and the daemon's next table: the first slot that can still transmit, from a
 * start and in a stride (1, 3, 5 or 7) that depend on the bucket. Over all
 * starts and strides, two slots that are left come first equally often.
 * BOND_NO_MEMBER if none can.
 *
 * Nothing is carried from one round of the loop to the next, since the verifier
 * follows every combination of what is: counting the usable slots first made
 * four fifths of the time that loading the programs of a bond takes.
 */
static __noinline __u32 bucket_last_resort(const struct dp_table *table, __u32 bucket)
{
	/* A bucket's number and its backup go by the same pattern, so the
	 * number as it is would not spread: mix it first. */
	__u32 mixed = bucket * 2654435761u >> 16;
	__u32 stride = mixed >> 3 | 1;
	__u32 slot = mixed % BOND_MEMBERS_MAX;

	if (!table) {
		return BOND_NO_MEMBER;
	}
	for (__u32 i = 0; i < BOND_MEMBERS_MAX; i++) {
		if (slot_egress(table, slot)) {
			return slot;
		}
		slot = (slot + stride) % BOND_MEMBERS_MAX;
	}
	return BOND_NO_MEMBER;
}

/* The rare packet whose headers are not in its linear part: brings them there
 * and hashes again. */
static __noinline __u32 hash_pulled(struct __sk_buff *skb, __u32 policy)
{
	struct flow_hash_info info;
	__u32 size = skb->len;

	if (size > FLOW_HASH_READ_MAX) {
		size = FLOW_HASH_READ_MAX;
	}
	bpf_skb_pull_data(skb, size);
	return flow_hash(policy, (void *)(long)skb->data, (void *)(long)skb->data_end, &info);
}

static __always_inline __u32 packet_bucket(struct __sk_buff *skb, __u32 policy)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct flow_hash_info info;
	__u32 hash;

	hash = flow_hash(policy, data, end, &info);
	/* A packet that is cut off for real is all there already. */
	if (info.truncated && skb->len > (__u32)(end - data)) {
		hash = hash_pulled(skb, policy);
	}
	return flow_hash_bucket(hash);
}

static __always_inline void count_transmit(struct dp_counters *counters, struct __sk_buff *skb,
					   __u32 slot, __u32 bucket)
{
	struct dp_member_counters *member = &counters->members[slot];
	__u64 bytes = skb->len;

	member->tx_packets += packet_frames(skb);
	member->tx_bytes += bytes;
	counters->bucket_bytes[bucket] += bytes;
}

/* Sends the packet out by its bucket's member. */
static __always_inline int transmit_packet(struct __sk_buff *skb, const struct dp_table *table,
					   struct dp_counters *counters)
{
	__u32 bucket, pick, slot, egress;
	bool failover = false;

	bucket = packet_bucket(skb, table->policy);
	/* The compiler knows that this holds, the verifier does not. */
	barrier_var(bucket);
	if (bucket >= BOND_BUCKETS) {
		return TC_ACT_SHOT;
	}
	/* Both halves in one load: the daemon stores them as one. */
	pick = *(const volatile __u16 *)&table->buckets[bucket];
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	slot = pick & 0xff;
	pick >>= 8;
#else
	slot = pick >> 8;
	pick &= 0xff;
#endif
	egress = slot_egress(table, slot);
	if (!egress) {
		slot = pick;
		egress = slot_egress(table, slot);
		if (!egress) {
			slot = bucket_last_resort(table, bucket);
			egress = slot_egress(table, slot);
		}
		failover = true;
	}
	/* Again: older verifiers forget what they knew of a spilled register. */
	barrier_var(bucket);
	barrier_var(slot);
	if (!egress || slot >= BOND_MEMBERS_MAX || bucket >= BOND_BUCKETS) {
		counters->drops[DP_DROP_NO_MEMBER]++;
		return TC_ACT_SHOT;
	}
	if (failover) {
		counters->members[slot].tx_failover += packet_frames(skb);
	}
	count_transmit(counters, skb, slot, bucket);
	return (int)bpf_redirect(egress, 0);
}

static __always_inline int transmit(struct __sk_buff *skb)
{
	struct dp_counters *counters = counters_get();
	const struct dp_table *table = table_get();

	if (!table || !counters) {
		return TC_ACT_SHOT;
	}
	return transmit_packet(skb, table, counters);
}

/* Interfaces whose index is the same modulo this share a hint. */
#define TAG_HINTS 4096

/* The programs' own note of the VLAN id of a hub. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TAG_HINTS);
	__type(key, __u32);
	__type(value, __u32);
} pc_tag_hints SEC(".maps");

/*
 * The VLAN id for packets of this interface; 0 if it has none. A look into the
 * hash map costs about as much as all else that is done for the packet, so what
 * it says of a hub is noted, and the note is believed only as long as pc_vlans
 * has that very hub for that VLAN id.
 */
static __always_inline __u32 tag_of(__u32 ifindex)
{
	__u32 key = ifindex % TAG_HINTS;
	__u32 *hint = bpf_map_lookup_elem(&pc_tag_hints, &key);
	const __u32 *hub, *tag;
	__u32 vid;

	if (!hint) {
		return 0;
	}
	vid = *hint;
	hub = bpf_map_lookup_elem(&pc_vlans, &vid);
	if (hub && *hub == ifindex) {
		return vid;
	}
	tag = bpf_map_lookup_elem(&pc_tags, &ifindex);
	if (!tag) {
		return 0;
	}
	vid = *tag;
	hub = bpf_map_lookup_elem(&pc_vlans, &vid);
	if (hub && *hub == ifindex) {
		*hint = vid;
	}
	return vid;
}

/*
 * The tag is set before the hash is taken: it stands beside the packet, so the
 * hash is that of the untagged one. Only a packet that already came with a tag
 * gets that one moved into it, and is then hashed as tagged, as the kernel's
 * bonding driver does with a VLAN interface on a VLAN interface.
 */
static __always_inline int transmit_tagged(struct __sk_buff *skb)
{
	struct dp_counters *counters = counters_get();
	const struct dp_table *table = table_get();
	__u32 vid;

	if (!table || !counters) {
		return TC_ACT_SHOT;
	}
	vid = tag_of(skb->ifindex);
	if (!vid) {
		counters->drops[DP_DROP_NO_TAG]++;
		return TC_ACT_SHOT;
	}
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), (__u16)vid)) {
		counters->drops[DP_DROP_TAG_FAILED]++;
		return TC_ACT_SHOT;
	}
	return transmit_packet(skb, table, counters);
}

#endif
