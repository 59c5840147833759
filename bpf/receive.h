/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The way in: what a member has received goes out of a hub, and so comes in on
 * the bond or on one of its VLAN interfaces with their counters, their address
 * compared and their taps. Used by pc_receive at the members' ingress; and by
 * pc_receive_nic at that of a NIC which is no member but has VLAN interfaces.
 *
 * The tag of a frame is beside it here, whoever took it off (the NIC or the
 * stack just before).
 */
#ifndef BPF_RECEIVE_H
#define BPF_RECEIVE_H

#include <stdbool.h>

#include "bpf/maps.h"

#define VLAN_VID_MASK 0x0fff

/* 01:80:c2:00:00:00 to 0f: what a bridge never forwards, each link's own. */
static __always_inline bool packet_is_link_local(const struct __sk_buff *skb)
{
	const __u8 *data = (const void *)(long)skb->data;
	const __u8 *end = (const void *)(long)skb->data_end;

	if (data + ETH_HLEN > end || *(const __u32 *)data != bpf_htonl(0x0180c200)) {
		return false;
	}
	return data[4] == 0 && (data[5] & 0xf0) == 0;
}

static __always_inline void count_receive(struct dp_member_counters *member,
					  struct __sk_buff *skb)
{
	member->rx_packets += packet_frames(skb);
	member->rx_bytes += skb->len;
}

/*
 * LACP and the marker protocol concern the link alone. The others stay on the
 * member too, for a daemon that listens there (LLDP), and a copy goes up the
 * bond, for a bridge on it (STP).
 */
static __noinline int receive_link_local(struct __sk_buff *skb, const struct dp_table *table,
					 struct dp_member_counters *member)
{
	if (!table || !member) {
		return TC_ACT_OK;
	}
	if (skb->protocol != bpf_htons(ETH_P_SLOW)) {
		count_receive(member, skb);
		bpf_clone_redirect(skb, table->hub_ifindex, 0);
	}
	return TC_ACT_OK;
}

/*
 * The hub for a tagged frame, its tag taken off where it is ours: priority only
 * (VLAN id 0), or that of a VLAN interface. Any other goes up the bond as it
 * is. 0: taking it off failed.
 */
static __always_inline __u32 receive_tagged(struct __sk_buff *skb, const struct dp_table *table)
{
	__u32 vid = skb->vlan_tci & VLAN_VID_MASK;
	__u32 hub = table->hub_ifindex;
	const __u32 *vlan_hub;

	if (skb->vlan_proto != bpf_htons(ETH_P_8021Q)) {
		return hub;
	}
	if (vid != 0) {
		vlan_hub = bpf_map_lookup_elem(&pc_vlans, &vid);
		if (!vlan_hub || *vlan_hub == 0) {
			return hub;
		}
		hub = *vlan_hub;
	}
	return bpf_skb_vlan_pop(skb) == 0 ? hub : 0;
}

/* Where a frame that a member has received goes, and its count. */
static __always_inline int receive_packet(struct __sk_buff *skb, const struct dp_table *table,
					  struct dp_counters *counters)
{
	struct dp_member_counters *member;
	bool link_local = packet_is_link_local(skb);
	__u32 slot = slot_of(table, skb->ifindex);
	__u32 hub = table->hub_ifindex;

	barrier_var(slot);
	if (slot >= BOND_MEMBERS_MAX) {
		if (link_local) {
			return TC_ACT_OK;
		}
		counters->drops[DP_DROP_NOT_MEMBER]++;
		return TC_ACT_SHOT;
	}
	member = &counters->members[slot];
	if (!(table->slots[slot].flags & DP_SLOT_RECEIVE)) {
		if (link_local) {
			return TC_ACT_OK;
		}
		member->rx_drops[DP_DROP_NOT_COLLECTING]++;
		return TC_ACT_SHOT;
	}
	if (link_local) {
		return receive_link_local(skb, table, member);
	}
	if (skb->vlan_present) {
		hub = receive_tagged(skb, table);
		if (!hub) {
			member->rx_drops[DP_DROP_TAG_FAILED]++;
			return TC_ACT_SHOT;
		}
	}
	count_receive(member, skb);
	return (int)bpf_redirect(hub, 0);
}

/*
 * At a NIC with VLAN interfaces: their frames go to them. All others are the NIC's
 * own, and whatever filters come after this one are asked about them as if it weren't
 * there. The NIC has slot 0.
 */
static __always_inline int receive_nic(struct __sk_buff *skb)
{
	__u32 vid = skb->vlan_tci & VLAN_VID_MASK;
	struct dp_counters *counters = counters_get();
	const __u32 *hub;

	if (!counters || !skb->vlan_present || skb->vlan_proto != bpf_htons(ETH_P_8021Q)) {
		return TC_ACT_UNSPEC;
	}
	hub = bpf_map_lookup_elem(&pc_vlans, &vid);
	if (!hub || *hub == 0) {
		return TC_ACT_UNSPEC;
	}
	if (bpf_skb_vlan_pop(skb)) {
		counters->members[0].rx_drops[DP_DROP_TAG_FAILED]++;
		return TC_ACT_SHOT;
	}
	count_receive(&counters->members[0], skb);
	return (int)bpf_redirect(*hub, 0);
}

static __always_inline int receive(struct __sk_buff *skb)
{
	struct dp_counters *counters = counters_get();
	const struct dp_table *table = table_get();

	if (!table || !counters) {
		return TC_ACT_SHOT;
	}
	return receive_packet(skb, table, counters);
}

#endif
