// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The tc programs of a bond. abi/datapath.h says what their maps hold,
 * abi/flow_hash.h which bucket a frame belongs to; the daemon decides who may
 * transmit and collect, the programs only follow the table.
 *
 *   pc_transmit       hub's ingress or bond's egress: out by the bucket's member
 *   pc_transmit_vlan  the same for a VLAN interface: with its tag
 *   pc_receive        member's ingress: up the bond or one of its VLAN interfaces
 *   pc_receive_nic    a NIC's ingress that is no member: frames of its VLAN interfaces
 *                     to those, all others their usual way
 *   pc_learn          run by hand with a member as the interface: notes where the
 *                     kernel keeps it, for the carrier read
 *
 *   pc_carriers       run by hand: which members have carrier, all with one call
 *
 * Built twice, see bpf/carrier.h; only the build that reads carrier has the last
 * two.
 */
#include "bpf/receive.h"
#include "bpf/transmit.h"

SEC("tc")
int pc_transmit(struct __sk_buff *skb)
{
	return transmit(skb);
}

SEC("tc")
int pc_transmit_vlan(struct __sk_buff *skb)
{
	return transmit_tagged(skb);
}

SEC("tc")
int pc_receive(struct __sk_buff *skb)
{
	return receive(skb);
}

SEC("tc")
int pc_receive_nic(struct __sk_buff *skb)
{
	return receive_nic(skb);
}

#if PC_CARRIER_READ
SEC("tc")
int pc_learn(struct __sk_buff *skb)
{
	return learn(skb);
}

SEC("tc")
int pc_carriers(struct __sk_buff *skb)
{
	return carriers();
}
#endif

char LICENSE[] SEC("license") = "Dual BSD/GPL";
