// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs of bench/bpf_cost.c, over the same code as bpf/portchannel.bpf.c.
 *
 * A test run gives the same packet to the program again and again, so a program
 * that leaves it changed would meet another packet each time. What sets or takes
 * a tag is therefore measured together with its undoing, and the undoing is
 * measured by itself: a push and a pop cost alike (both change the tag beside
 * the packet and correct its checksum), so half of the pair is either.
 */
#include "bpf/receive.h"
#include "bpf/transmit.h"

/* bpf_cost.c has the same. */
#define BENCH_VID 652

SEC("tc")
int cost_empty(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

SEC("tc")
int cost_tag_pair(struct __sk_buff *skb)
{
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), BENCH_VID)) {
		return TC_ACT_SHOT;
	}
	return bpf_skb_vlan_pop(skb) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc")
int cost_transmit(struct __sk_buff *skb)
{
	return transmit(skb);
}

SEC("tc")
int cost_transmit_tagged_pop(struct __sk_buff *skb)
{
	int verdict = transmit_tagged(skb);

	return bpf_skb_vlan_pop(skb) ? TC_ACT_SHOT : verdict;
}

SEC("tc")
int cost_receive(struct __sk_buff *skb)
{
	return receive(skb);
}

SEC("tc")
int cost_push_receive_tagged(struct __sk_buff *skb)
{
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), BENCH_VID)) {
		return TC_ACT_SHOT;
	}
	return receive(skb);
}

#if PC_CARRIER_READ
SEC("tc")
int cost_learn(struct __sk_buff *skb)
{
	return learn(skb);
}
#endif

char LICENSE[] SEC("license") = "Dual BSD/GPL";
