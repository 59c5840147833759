/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the daemon and the eBPF programs of one bond share: the layout of the
 * maps. Every struct is fixed width and has no hidden padding.
 *
 * A bond has four maps, told apart by name:
 *
 *   pc_table    ARRAY, 1 entry of struct dp_table, memory-mapped. The daemon
 *               writes it with plain stores, the programs read it. One bucket
 *               is one naturally aligned 16-bit store, so a program sees the
 *               old pick or the new one, never half of each.
 *   pc_vlans    ARRAY, 4096 entries of __u32: VLAN id to the ifindex of the
 *               VLAN interface's hub, 0 where there is none. Can be mapped, which
 *               reads all at once; entries then begin at multiples of 8 bytes.
 *   pc_tags     HASH, DP_TAGS_MAX entries: ifindex of a VLAN interface and of
 *               its hub, to the VLAN id (__u32) the transmit program pushes.
 *   pc_counters PERCPU_ARRAY, 1 entry of struct dp_counters.
 *
 * A NIC that is no member and has VLAN interfaces is like a bond with one member in
 * slot 0, which every bucket names; bond_ifindex and hub_ifindex are both its own. Only
 * the way in is another: pc_receive_nic.
 *
 * A program refers only to the maps that it uses: pc_vlans belongs to pc_receive,
 * pc_receive_nic and pc_transmit_vlan, pc_tags to the latter. (That one has a map of its own
 * besides, pc_tag_hints, which nobody else needs to know or keep.) Whoever wants
 * to find all four again from any one attached program binds them to it
 * (bpf_prog_bind_map, Linux 5.10).
 */
#ifndef ABI_DATAPATH_H
#define ABI_DATAPATH_H

#include <linux/types.h>

#include "abi/bond_types.h"

/* Changes with every change of a layout or of its meaning. A daemon that finds
 * another number in a running bond's table builds new maps and replaces the
 * programs one by one. */
#define DP_ABI_VERSION	1

#define DP_MAP_TABLE	"pc_table"
#define DP_MAP_VLANS	"pc_vlans"
#define DP_MAP_TAGS	"pc_tags"
#define DP_MAP_COUNTERS "pc_counters"

#define DP_VLANS_MAX	4096
#define DP_TAGS_MAX	8192

/* One bucket: the slot that carries it, and the one that takes over in the
 * program itself when the first has no carrier. BOND_NO_MEMBER for neither. */
struct dp_bucket {
	__u8 slot;
	__u8 backup;
};

/* dp_slot.flags */
#define DP_SLOT_TRANSMIT 0x1u /* distributing: may be picked */
#define DP_SLOT_RECEIVE	 0x2u /* collecting: frames go up the bond */

struct dp_slot {
	__u32 ifindex; /* 0: the slot is free */
	__u32 flags;
	/* The kernel's address of the member's net_device, 0 where the carrier
	 * is not read in the program. Filled in by the learn program, read only
	 * through bpf_rdonly_cast and only after its ifindex was compared. */
	__u64 net_device;
};

struct dp_table {
	__u32 abi_version;
	__u32 policy;	    /* enum xmit_hash_policy */
	__u32 bond_ifindex; /* bond0 */
	__u32 hub_ifindex;  /* bond0's hub */
	struct dp_slot slots[BOND_MEMBERS_MAX];
	struct dp_bucket buckets[BOND_BUCKETS];
};

/* Why a program dropped a frame. Names: dp_drop_name() in engine/. */
enum dp_drop {
	DP_DROP_NO_MEMBER = 0,	/* transmit: no usable member for the bucket */
	DP_DROP_NO_TAG,		/* transmit: a hub the tag map doesn't know */
	DP_DROP_TAG_FAILED,	/* push or pop of a VLAN tag failed */
	DP_DROP_NOT_COLLECTING, /* receive: the member is not collecting */
	DP_DROP_NOT_MEMBER,	/* receive: the interface has no slot */
	DP_DROP_COUNT,
};

/* One CPU's share. Packets are frames on the wire: a GSO packet counts its
 * segments. Bytes are the bytes handed over (headers of a GSO packet once). */
struct dp_member_counters {
	__u64 tx_packets;
	__u64 tx_bytes;
	__u64 rx_packets;
	__u64 rx_bytes;
	__u64 tx_failover; /* packets the program itself put on the backup */
	__u64 rx_drops[DP_DROP_COUNT];
};

struct dp_counters {
	struct dp_member_counters members[BOND_MEMBERS_MAX];
	__u64 drops[DP_DROP_COUNT]; /* of the bond: transmit and unattributed */
	__u64 bucket_bytes[BOND_BUCKETS];
};

#endif
