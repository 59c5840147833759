// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The tc programs of a bond. abi/datapath.h says what their maps hold,
 * abi/flow_hash.h which bucket a frame belongs to; the daemon decides who may
 * transmit and collect, the programs only follow the table.
 *
 *   pc_transmit       hub's ingress or bond's egress: out by the bucket's member
 *   pc_transmit_vlan  the same for a VLAN interface: with its tag
 *   pc_receive        member's ingress: up the bond or one of its VLAN interfaces
 *   pc_learn          run by hand with a member as the interface: notes where the
 *                     kernel keeps it, for the carrier read
 *
 * Built twice, see bpf/carrier.h; only the build that reads carrier has pc_learn.
 */
#include "bpf/receive.h"
#include "bpf/transmit.h"

SEC("tc")
int pc_transmit(struct __sk_buff *skb)
{
	struct dp_counters *counters = counters_get();
	const struct dp_table *table = table_get();

	if (!table || !counters) {
		return TC_ACT_SHOT;
	}
	return transmit(skb, table, counters);
}

/*
 * The tag is set before the hash is taken: it stands beside the packet, so the
 * hash is that of the untagged one. Only a packet that already came with a tag
 * gets that one moved into it, and is then hashed as tagged, as the kernel's
 * bonding driver does with a VLAN interface on a VLAN interface.
 */
SEC("tc")
int pc_transmit_vlan(struct __sk_buff *skb)
{
	struct dp_counters *counters = counters_get();
	const struct dp_table *table = table_get();
	__u32 ifindex = skb->ifindex;
	const __u32 *vid;

	if (!table || !counters) {
		return TC_ACT_SHOT;
	}
	vid = bpf_map_lookup_elem(&pc_tags, &ifindex);
	if (!vid) {
		counters->drops[DP_DROP_NO_TAG]++;
		return TC_ACT_SHOT;
	}
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), (__u16)*vid)) {
		counters->drops[DP_DROP_TAG_FAILED]++;
		return TC_ACT_SHOT;
	}
	return transmit(skb, table, counters);
}

SEC("tc")
int pc_receive(struct __sk_buff *skb)
{
	struct dp_counters *counters = counters_get();
	const struct dp_table *table = table_get();

	if (!table || !counters) {
		return TC_ACT_SHOT;
	}
	return receive(skb, table, counters);
}

#if PC_CARRIER_READ
SEC("tc")
int pc_learn(struct __sk_buff *ctx)
{
	struct sk_buff *skb = bpf_cast_to_kern_ctx(ctx);
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
#endif

char LICENSE[] SEC("license") = "Dual BSD/GPL";
