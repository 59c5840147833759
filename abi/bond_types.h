/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The words of a bond: modes, hash policies, placement, limits.
 *
 * Shared by everything, the eBPF programs included, so this file holds
 * constants only. The numbers of enum bond_mode and enum xmit_hash_policy are
 * those of the kernel's bonding driver (include/uapi/linux/if_bonding.h), so
 * that "mode=4" in a file and a number from rtnetlink mean the same here.
 */
#ifndef ABI_BOND_TYPES_H
#define ABI_BOND_TYPES_H

/* Members a bond may have, at most. */
#define BOND_MEMBERS_MAX 8
/* Buckets of a bond's table: the least common multiple of 1 to 8. */
#define BOND_BUCKETS	 840
/* A bucket or a slot that names no member. */
#define BOND_NO_MEMBER	 0xff

enum bond_mode {
	BOND_MODE_BALANCE_RR = 0,
	BOND_MODE_ACTIVE_BACKUP = 1,
	BOND_MODE_BALANCE_XOR = 2,
	BOND_MODE_BROADCAST = 3,
	BOND_MODE_8023AD = 4,
	BOND_MODE_BALANCE_TLB = 5,
	BOND_MODE_BALANCE_ALB = 6,
};

enum xmit_hash_policy {
	XMIT_HASH_LAYER2 = 0,
	XMIT_HASH_LAYER34 = 1,
	XMIT_HASH_LAYER23 = 2,
	XMIT_HASH_ENCAP23 = 3,
	XMIT_HASH_ENCAP34 = 4,
	XMIT_HASH_VLAN_SRCMAC = 5,
};

/* What happens to the buckets when the set of usable members changes. */
enum flow_placement {
	FLOW_PLACEMENT_RESILIENT = 0, /* only the buckets that must move do */
	FLOW_PLACEMENT_KERNEL = 1,    /* all: bucket i on usable member i mod n */
};

/* Where the transmit program stands. */
enum transmit_hook {
	TRANSMIT_HOOK_HUB = 0,	  /* tc ingress of the hub */
	TRANSMIT_HOOK_DEVICE = 1, /* tc egress of the bond's own device */
};

enum bond_engine {
	BOND_ENGINE_EBPF = 0,
	BOND_ENGINE_KERNEL = 1,
};

enum link_duplex {
	LINK_DUPLEX_HALF = 0,
	LINK_DUPLEX_FULL = 1,
	LINK_DUPLEX_UNKNOWN = 0xff,
};

#endif
