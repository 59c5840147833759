/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The flow hash: which bucket of a bond a frame belongs to. One copy for the
 * transmit program (bpf/) and for everything that foretells its answer in C
 * (the CLI's and the daemon's explain, the tests).
 *
 * The answer is that of the kernel's bonding driver, bit for bit. The facts are
 * those of drivers/net/bonding/bond_main.c (the policies and the dissection
 * without encapsulation) and net/core/flow_dissector.c (where ports stand, which
 * ICMP messages carry an identifier). With E = last byte of the destination
 * address ^ last byte of the source address ^ EtherType, A = the XOR of the IP
 * addresses as 32-bit words, P = the four bytes that hold the ports, X = the
 * ICMP word of a message with an identifier, else P:
 *
 *   layer2     E
 *   layer2+3   fold(E ^ A)           fold(h): h ^= h >> 16; h ^= h >> 8
 *   layer3+4   fold(X ^ A) >> 1
 *
 * and E alone where there is no IPv4 or IPv6 header, or not all of it. Words
 * are read from the frame in the host's byte order, as the driver does; the
 * values in the tests are those of a little-endian host.
 *
 * What the driver does that one might not expect, and so does this file:
 *  - an IPv4 header's version is not looked at, nor whether its length is >= 20;
 *  - IPv6 extension headers are not followed;
 *  - ICMPv4 and ICMPv6 are told apart by the protocol number, not by the IP
 *    version, and the types that carry an identifier are the same list for both;
 *  - an ICMP error (either kind) has the addresses and ports of the packet it
 *    quotes, so that it leaves by the link of the flow it is about;
 *  - a tag in the frame itself is an EtherType like another: E.
 *
 * In eBPF, data and end are the packet pointers of the program; all accesses
 * are checked against end in the form that the verifier follows. In C they are
 * the first byte of the Ethernet header and the byte behind the last one.
 */
#ifndef ABI_FLOW_HASH_H
#define ABI_FLOW_HASH_H

#include <linux/types.h>

#include "abi/bond_types.h"

#define FLOW_HASH_INLINE     static inline __attribute__((always_inline))

#define FLOW_HASH_ETH_SIZE   14
#define FLOW_HASH_IPV4_SIZE  20
#define FLOW_HASH_IPV6_SIZE  40
#define FLOW_HASH_ICMP_SIZE  8
#define FLOW_HASH_PORTS_SIZE 4

/* The bytes of a frame that the hash may look at, at most: IPv4 with all its
 * options, an ICMP error, the quoted header with all its options, and AH. */
#define FLOW_HASH_READ_MAX   (14 + 60 + 8 + 60 + 8)

/* flow_hash_info.inputs: what of the frame is in the hash. */
#define FLOW_HASH_ETHERNET   0x01u /* MAC addresses and EtherType */
#define FLOW_HASH_ADDRESSES  0x02u /* IP addresses */
#define FLOW_HASH_PORTS	     0x04u /* ports, SPI or AH's four bytes */
#define FLOW_HASH_ICMP_ID    0x08u /* ICMP type, code and identifier */
#define FLOW_HASH_QUOTED     0x10u /* of the packet that an ICMP error quotes */

struct flow_hash_info {
	__u32 inputs; /* FLOW_HASH_* */
	/* 1: the frame as given ended before a field that the hash would have
	 * looked at. Given more of the same frame, the hash may differ. */
	__u32 truncated;
};

/* An IP header, as far as the hash is concerned. */
struct flow_hash_network {
	__u32 addresses;       /* A */
	__u32 protocol;	       /* the next header, or FLOW_HASH_NO_PROTOCOL */
	const __u8 *transport; /* where layer 4 begins; may be past the end */
};

/* The protocol of a fragment: its ports are not looked for. */
#define FLOW_HASH_NO_PROTOCOL 0x100u

enum flow_hash_ether_type {
	FLOW_HASH_ETHER_IPV4 = 0x0800,
	FLOW_HASH_ETHER_IPV6 = 0x86dd,
};

enum flow_hash_protocol {
	FLOW_HASH_PROTOCOL_ICMP = 1,
	FLOW_HASH_PROTOCOL_TCP = 6,
	FLOW_HASH_PROTOCOL_UDP = 17,
	FLOW_HASH_PROTOCOL_DCCP = 33,
	FLOW_HASH_PROTOCOL_ESP = 50,
	FLOW_HASH_PROTOCOL_AH = 51,
	FLOW_HASH_PROTOCOL_ICMPV6 = 58,
	FLOW_HASH_PROTOCOL_SCTP = 132,
	FLOW_HASH_PROTOCOL_UDPLITE = 136,
};

/* Two bytes in network order. */
FLOW_HASH_INLINE __u32 flow_hash_be16(const __u8 *p)
{
	return (__u32)p[0] << 8 | p[1];
}

/* Four bytes in the host's order. eBPF loads unaligned packet words with one
 * instruction, but only if it is not told that they are unaligned. */
FLOW_HASH_INLINE __u32 flow_hash_word(const __u8 *p)
{
#ifdef __bpf__
	return *(const __u32 *)p;
#else
	__u32 word;

	__builtin_memcpy(&word, p, sizeof(word));
	return word;
#endif
}

FLOW_HASH_INLINE __u32 flow_hash_fold(__u32 hash)
{
	hash ^= hash >> 16;
	return hash ^ hash >> 8;
}

/* Reads the IP header at p; whether there was a whole one. *out is untouched if
 * not. */
FLOW_HASH_INLINE int flow_hash_network(__u32 ether_type, const __u8 *p, const __u8 *end,
				       struct flow_hash_network *out,
				       struct flow_hash_info *info)
{
	if (ether_type == FLOW_HASH_ETHER_IPV4) {
		if (p + FLOW_HASH_IPV4_SIZE > end) {
			info->truncated = 1;
			return 0;
		}
		out->addresses = flow_hash_word(p + 12) ^ flow_hash_word(p + 16);
		/* More fragments, or an offset. */
		if (flow_hash_be16(p + 6) & 0x3fff) {
			out->protocol = FLOW_HASH_NO_PROTOCOL;
		} else {
			out->protocol = p[9];
		}
		out->transport = p + (p[0] & 0x0f) * 4;
		return 1;
	}
	if (ether_type == FLOW_HASH_ETHER_IPV6) {
		if (p + FLOW_HASH_IPV6_SIZE > end) {
			info->truncated = 1;
			return 0;
		}
		out->addresses = flow_hash_word(p + 8) ^ flow_hash_word(p + 12) ^
				 flow_hash_word(p + 16) ^ flow_hash_word(p + 20) ^
				 flow_hash_word(p + 24) ^ flow_hash_word(p + 28) ^
				 flow_hash_word(p + 32) ^ flow_hash_word(p + 36);
		out->protocol = p[6];
		out->transport = p + FLOW_HASH_IPV6_SIZE;
		return 1;
	}
	return 0;
}

/* P: 0 for a protocol without ports or where they are cut off. */
FLOW_HASH_INLINE __u32 flow_hash_ports(const struct flow_hash_network *network, const __u8 *end,
				       struct flow_hash_info *info)
{
	const __u8 *p = network->transport;

	switch (network->protocol) {
	case FLOW_HASH_PROTOCOL_TCP:
	case FLOW_HASH_PROTOCOL_UDP:
	case FLOW_HASH_PROTOCOL_DCCP:
	case FLOW_HASH_PROTOCOL_ESP:
	case FLOW_HASH_PROTOCOL_SCTP:
	case FLOW_HASH_PROTOCOL_UDPLITE:
		break;
	case FLOW_HASH_PROTOCOL_AH:
		p += 4;
		break;
	default:
		return 0;
	}
	if (p + FLOW_HASH_PORTS_SIZE > end) {
		info->truncated = 1;
		return 0;
	}
	info->inputs |= FLOW_HASH_PORTS;
	return flow_hash_word(p);
}

FLOW_HASH_INLINE int flow_hash_icmp_has_id(__u32 type)
{
	return type == 0 || type == 8 || type == 13 || type == 14 || type == 128 || type == 129;
}

FLOW_HASH_INLINE int flow_hash_icmp_is_error(__u32 protocol, __u32 type)
{
	if (protocol == FLOW_HASH_PROTOCOL_ICMPV6) {
		return type >= 1 && type <= 4;
	}
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* The type, code and identifier as they lie in memory; an identifier of 0 is
 * taken as 1, since 0 stands for none. p: the ICMP header, all of it. */
FLOW_HASH_INLINE __u32 flow_hash_icmp_word(const __u8 *p)
{
	__u32 id = flow_hash_be16(p + 4);

	if (id == 0) {
		id = 1;
	}
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return p[0] | (__u32)p[1] << 8 | id << 16;
#else
	return (__u32)p[0] << 24 | (__u32)p[1] << 16 | id;
#endif
}

/*
 * An ICMP message: X in *word for one with an identifier; for an error, network
 * becomes that of the quoted packet. Returns 0 if the quoted IP header is cut
 * off, which leaves the frame with E alone.
 */
FLOW_HASH_INLINE int flow_hash_icmp(__u32 ether_type, const __u8 *end,
				    struct flow_hash_network *network, __u32 *word,
				    struct flow_hash_info *info)
{
	const __u8 *p = network->transport;

	if (p + FLOW_HASH_ICMP_SIZE > end) {
		info->truncated = 1;
		return 1;
	}
	if (flow_hash_icmp_has_id(p[0])) {
		info->inputs |= FLOW_HASH_ICMP_ID;
		*word = flow_hash_icmp_word(p);
		return 1;
	}
	if (!flow_hash_icmp_is_error(network->protocol, p[0])) {
		return 1;
	}
	if (!flow_hash_network(ether_type, p + FLOW_HASH_ICMP_SIZE, end, network, info)) {
		return 0;
	}
	info->inputs |= FLOW_HASH_QUOTED;
	return 1;
}

/* A and X of a frame; 0 if it has only E. */
FLOW_HASH_INLINE int flow_hash_dissect(__u32 ether_type, const __u8 *p, const __u8 *end,
				       struct flow_hash_network *network, __u32 *word,
				       struct flow_hash_info *info)
{
	if (!flow_hash_network(ether_type, p, end, network, info)) {
		return 0;
	}
	if (network->protocol != FLOW_HASH_PROTOCOL_ICMP &&
	    network->protocol != FLOW_HASH_PROTOCOL_ICMPV6) {
		return 1;
	}
	return flow_hash_icmp(ether_type, end, network, word, info);
}

/*
 * The hash of the frame that begins at data (its Ethernet header) and ends
 * before end. A tag carried beside the frame (skb metadata) is no part of it.
 *
 * policy: enum xmit_hash_policy. The three that are not here yet (encap2+3,
 * encap3+4, vlan+srcmac) are refused where configuration is read; here they are
 * as layer2, so that a frame always has an answer.
 * info: filled in; never NULL.
 */
FLOW_HASH_INLINE __u32 flow_hash(__u32 policy, const void *data, const void *end,
				 struct flow_hash_info *info)
{
	const __u8 *p = (const __u8 *)data;
	const __u8 *stop = (const __u8 *)end;
	struct flow_hash_network network;
	__u32 ethernet, ether_type, word = 0;

	info->inputs = 0;
	info->truncated = 0;
	if (p + FLOW_HASH_ETH_SIZE > stop) {
		info->truncated = 1;
		return 0;
	}
	ether_type = flow_hash_be16(p + 12);
	ethernet = p[5] ^ p[11] ^ ether_type;
	if ((policy != XMIT_HASH_LAYER23 && policy != XMIT_HASH_LAYER34) ||
	    !flow_hash_dissect(ether_type, p + FLOW_HASH_ETH_SIZE, stop, &network, &word,
			       info)) {
		info->inputs = FLOW_HASH_ETHERNET;
		return ethernet;
	}
	info->inputs |= FLOW_HASH_ADDRESSES;
	if (policy == XMIT_HASH_LAYER34) {
		if (word == 0) {
			word = flow_hash_ports(&network, stop, info);
		}
		return flow_hash_fold(word ^ network.addresses) >> 1;
	}
	info->inputs &= ~FLOW_HASH_ICMP_ID;
	info->inputs |= FLOW_HASH_ETHERNET;
	return flow_hash_fold(ethernet ^ network.addresses);
}

/* The bucket of a hash, 0 to BOND_BUCKETS - 1. */
FLOW_HASH_INLINE __u32 flow_hash_bucket(__u32 hash)
{
	return hash % BOND_BUCKETS;
}

#endif
