/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frames of test_flow_hash.c and their answers, worked out by hand: over
 * each stands the arithmetic, from the bytes to the bucket. All values are those
 * of a little-endian host: four bytes 12 34 56 78 are the word 78563412. A fold
 * is shown as its two steps, h ^ h >> 16 and then h ^ h >> 8.
 *
 * The letters are those of abi/flow_hash.h. Unless a comment says otherwise,
 *   E = 0a ^ 05 ^ 0800 = 080f for IPv4, 0a ^ 05 ^ 86dd = 86d2 for IPv6
 *   A = 65fb7c0a ^ 210200c0 = 44f97cca for IPv4 (10.124.251.101, 192.0.2.33)
 *   A = 01000000 ^ 03000200 = 02000200 for IPv6 (2001:db8::1, 2001:db8::2:3)
 *   A = 077100cb ^ 096433c6 = 0e15330d for a quoted IPv4 packet
 *       (203.0.113.7, 198.51.100.9)
 */
#ifndef TESTS_UNIT_FLOW_HASH_CASES_H
#define TESTS_UNIT_FLOW_HASH_CASES_H

#include <stddef.h>
#include <stdint.h>

#include "abi/bond_types.h"

/* clang-format off */
#define DST_MAC 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a
#define SRC_MAC 0x02, 0x00, 0x00, 0x00, 0x00, 0x05
#define MACS DST_MAC, SRC_MAC
#define IPV4_TYPE 0x08, 0x00
#define IPV6_TYPE 0x86, 0xdd
#define ZEROES_20 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0

/* Version and length, the two bytes of flags and offset, protocol. */
#define IPV4_OF(length, frag0, frag1, protocol) \
	(length), 0, 0, 0, 0, 0, (frag0), (frag1), 64, (protocol), 0, 0, \
	10, 124, 251, 101, 192, 0, 2, 33
#define IPV4_AT(frag0, frag1, protocol) IPV4_OF(0x45, frag0, frag1, protocol)
#define IPV4(protocol) IPV4_OF(0x45, 0, 0, protocol)
#define IPV4_SHORT 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0, 10, 124, 251, 101, 192, 0, 2
#define QUOTED_IPV4_OF(length, frag0, frag1, protocol) \
	(length), 0, 0, 0, 0, 0, (frag0), (frag1), 64, (protocol), 0, 0, \
	203, 0, 113, 7, 198, 51, 100, 9
#define QUOTED_IPV4_AT(frag0, frag1, protocol) QUOTED_IPV4_OF(0x45, frag0, frag1, protocol)
#define QUOTED_IPV4(protocol) QUOTED_IPV4_OF(0x45, 0, 0, protocol)

#define DOC_NET 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0
#define IPV6(next) \
	0x60, 0, 0, 0, 0, 0, (next), 64, DOC_NET, 0, 0, 0, 1, DOC_NET, 0, 2, 0, 3
#define QUOTED_IPV6(next) \
	0x60, 0, 0, 0, 0, 0, (next), 64, DOC_NET, 0, 0, 0, 7, DOC_NET, 0, 0, 0, 9
#define IPV6_SHORT \
	0x60, 0, 0, 0, 0, 0, 6, 64, DOC_NET, 0, 0, 0, 1, DOC_NET, 0, 2, 0
#define IPV6_ND \
	0x60, 0, 0, 0, 0, 0, 58, 255, \
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0xff, 0xfe, 0x78, 0x9a, 0xbc, \
	0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 5

/* An ICMP header without identifier; what it quotes follows. */
#define ICMP(type) (type), 1, 0, 0, 0, 0, 0, 0

#define FRAME(...) \
	(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define NO_FRAME NULL, 0

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in reading order */
struct hash_case {
	const char *name;
	uint32_t policy;
	const uint8_t *frame;
	size_t size;
	uint32_t hash;
	uint32_t bucket;
	uint32_t truncated;
};

static const struct hash_case hash_cases[] = {
	/* E: 0a ^ 05 = 0f, ^ 0800 = 080f; nothing behind it counts
	 * bucket: 2063 - 840 * 2 = 383 */
	{"layer2: IPv4", XMIT_HASH_LAYER2,
	 FRAME(MACS, IPV4_TYPE, IPV4(6), 0x03, 0xe8, 0x00, 0x50), 0x0000080f, 383, 0},
	/* E: 0f ^ 86dd = 86d2
	 * bucket: 34514 - 840 * 41 = 74 */
	{"layer2: IPv6", XMIT_HASH_LAYER2,
	 FRAME(MACS, IPV6_TYPE, IPV6(17), 0x03, 0xe8, 0x00, 0x50), 0x000086d2, 74, 0},
	/* E: 0f ^ 0806 = 0809
	 * bucket: 2057 - 840 * 2 = 377 */
	{"layer2: ARP", XMIT_HASH_LAYER2,
	 FRAME(MACS, 0x08, 0x06, 0, 1, 8, 0), 0x00000809, 377, 0},
	/* E: ff ^ 05 = fa, ^ 0806 = 08fc
	 * bucket: 2300 - 840 * 2 = 620 */
	{"layer2: ARP to everybody", XMIT_HASH_LAYER2,
	 FRAME(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, SRC_MAC, 0x08, 0x06, 0, 1, 8, 0),
	 0x000008fc, 620, 0},
	/* E: 0f ^ 8100 = 810f
	 * bucket: 33039 - 840 * 39 = 279 */
	{"layer2: a tag in the frame", XMIT_HASH_LAYER2,
	 FRAME(MACS, 0x81, 0x00, 0x02, 0x8c, IPV4_TYPE, IPV4(6), 0x03, 0xe8, 0x00, 0x50),
	 0x0000810f, 279, 0},
	/* E: 0f ^ 0026 = 0029
	 * bucket: 41 - 840 * 0 = 41 */
	{"layer2: a length for an EtherType", XMIT_HASH_LAYER2,
	 FRAME(MACS, 0x00, 0x26, 0x42, 0x42, 0x03), 0x00000029, 41, 0},
	/* E: 0f ^ 0800 = 080f
	 * bucket: 2063 - 840 * 2 = 383 */
	{"layer2: the Ethernet header alone", XMIT_HASH_LAYER2,
	 FRAME(MACS, IPV4_TYPE), 0x0000080f, 383, 0},
	/* no Ethernet header: 0
	 * bucket: 0 - 840 * 0 = 0 */
	{"layer2: one byte short of it", XMIT_HASH_LAYER2,
	 FRAME(MACS, 0x08), 0x00000000, 0, 1},
	/* no Ethernet header: 0
	 * bucket: 0 - 840 * 0 = 0 */
	{"layer2: nothing", XMIT_HASH_LAYER2,
	 NO_FRAME, 0x00000000, 0, 1},
	/* A: 0a 7c fb 65 and c0 00 02 21: 65fb7c0a ^ 210200c0 = 44f97cca
	 * E ^ A = 0000080f ^ 44f97cca = 44f974c5
	 * fold: 44f974c5 ^ 000044f9 = 44f9303c; 44f9303c ^ 0044f930 = 44bdc90c
	 * bucket: 1153288460 - 840 * 1372962 = 380 */
	{"layer2+3: IPv4", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV4_TYPE, IPV4(6), 0x03, 0xe8, 0x00, 0x50), 0x44bdc90c, 380, 0},
	/* as the frame before
	 * E ^ A = 0000080f ^ 44f97cca = 44f974c5
	 * fold: 44f974c5 ^ 000044f9 = 44f9303c; 44f9303c ^ 0044f930 = 44bdc90c
	 * bucket: 1153288460 - 840 * 1372962 = 380 */
	{"layer2+3: a fragment hashes like the rest", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV4_TYPE, IPV4_AT(0x20, 0x00, 17), 0x03, 0xe8, 0x00, 0x50),
	 0x44bdc90c, 380, 0},
	/* the ports are not looked for, so none is missing
	 * E ^ A = 0000080f ^ 44f97cca = 44f974c5
	 * fold: 44f974c5 ^ 000044f9 = 44f9303c; 44f9303c ^ 0044f930 = 44bdc90c
	 * bucket: 1153288460 - 840 * 1372962 = 380 */
	{"layer2+3: IPv4 header alone", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV4_TYPE, IPV4(6)), 0x44bdc90c, 380, 0},
	/* A: the first words are equal and cancel; 00 00 00 01 and 00 02 00 03:
	 *    01000000 ^ 03000200 = 02000200
	 * E ^ A = 000086d2 ^ 02000200 = 020084d2
	 * fold: 020084d2 ^ 00000200 = 020086d2; 020086d2 ^ 00020086 = 02028654
	 * bucket: 33719892 - 840 * 40142 = 612 */
	{"layer2+3: IPv6", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV6_TYPE, IPV6(17), 0x03, 0xe8, 0x00, 0x50), 0x02028654, 612, 0},
	/* source words: 000080fe ^ 0 ^ ff563412 ^ bc9a78fe = 43cccc12
	 * destination words: 000002ff ^ 0 ^ 01000000 ^ 050000ff = 04000200
	 * A: 43cccc12 ^ 04000200 = 47ccce12
	 * E ^ A = 000086d2 ^ 47ccce12 = 47cc48c0
	 * fold: 47cc48c0 ^ 000047cc = 47cc0f0c; 47cc0f0c ^ 0047cc0f = 478bc303
	 * bucket: 1200341763 - 840 * 1428978 = 243 */
	{"layer2+3: neighbour solicitation", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV6_TYPE, IPV6_ND, 135, 0, 0, 0, 0, 0, 0, 0), 0x478bc303, 243, 0},
	/* not IP: E alone, not folded: 0f ^ 0806 = 0809
	 * bucket: 2057 - 840 * 2 = 377 */
	{"layer2+3: ARP", XMIT_HASH_LAYER23,
	 FRAME(MACS, 0x08, 0x06, 0, 1, 8, 0), 0x00000809, 377, 0},
	/* not IP: E: 0f ^ 8100 = 810f
	 * bucket: 33039 - 840 * 39 = 279 */
	{"layer2+3: a tag in the frame", XMIT_HASH_LAYER23,
	 FRAME(MACS, 0x81, 0x00, 0x02, 0x8c, IPV4_TYPE, IPV4(6), 0x03, 0xe8, 0x00, 0x50),
	 0x0000810f, 279, 0},
	/* 19 of 20 bytes: E: 080f
	 * bucket: 2063 - 840 * 2 = 383 */
	{"layer2+3: IPv4 header one byte short", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV4_TYPE, IPV4_SHORT), 0x0000080f, 383, 1},
	/* 39 of 40 bytes: E: 86d2
	 * bucket: 34514 - 840 * 41 = 74 */
	{"layer2+3: IPv6 header one byte short", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV6_TYPE, IPV6_SHORT), 0x000086d2, 74, 1},
	/* the identifier does not count here
	 * E ^ A = 0000080f ^ 44f97cca = 44f974c5
	 * fold: 44f974c5 ^ 000044f9 = 44f9303c; 44f9303c ^ 0044f930 = 44bdc90c
	 * bucket: 1153288460 - 840 * 1372962 = 380 */
	{"layer2+3: ICMP echo", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), 8, 0, 0, 0, 0x12, 0x34, 0, 1), 0x44bdc90c, 380,
	 0},
	/* A of the quoted packet: cb 00 71 07 and c6 33 64 09: 077100cb ^ 096433c6 = 0e15330d
	 * E ^ A = 0000080f ^ 0e15330d = 0e153b02
	 * fold: 0e153b02 ^ 00000e15 = 0e153517; 0e153517 ^ 000e1535 = 0e1b2022
	 * bucket: 236658722 - 840 * 281736 = 482 */
	{"layer2+3: ICMP error", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), ICMP(3), QUOTED_IPV4(17), 0x03, 0xe8, 0x00, 0x50),
	 0x0e1b2022, 482, 0},
	/* as the frame before; quoted ports are not looked for
	 * E ^ A = 0000080f ^ 0e15330d = 0e153b02
	 * fold: 0e153b02 ^ 00000e15 = 0e153517; 0e153517 ^ 000e1535 = 0e1b2022
	 * bucket: 236658722 - 840 * 281736 = 482 */
	{"layer2+3: ICMP error, quoted header alone", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), ICMP(3), QUOTED_IPV4(17)), 0x0e1b2022, 482, 0},
	/* E alone, not folded: 080f
	 * bucket: 2063 - 840 * 2 = 383 */
	{"layer2+3: ICMP error, quoted header cut off", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), ICMP(3), IPV4_SHORT), 0x0000080f, 383, 1},
	/* E: 080f
	 * bucket: 2063 - 840 * 2 = 383 */
	{"layer2+3: ICMP error, nothing quoted", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), ICMP(11)), 0x0000080f, 383, 1},
	/* type not read: the addresses of the frame itself
	 * E ^ A = 0000080f ^ 44f97cca = 44f974c5
	 * fold: 44f974c5 ^ 000044f9 = 44f9303c; 44f9303c ^ 0044f930 = 44bdc90c
	 * bucket: 1153288460 - 840 * 1372962 = 380 */
	{"layer2+3: ICMP header one byte short", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), 3, 1, 0, 0, 0, 0, 0), 0x44bdc90c, 380, 1},
	/* A of the quoted packet: ..::7 and ..::9: 07000000 ^ 09000000 = 0e000000
	 * E ^ A = 000086d2 ^ 0e000000 = 0e0086d2
	 * fold: 0e0086d2 ^ 00000e00 = 0e0088d2; 0e0088d2 ^ 000e0088 = 0e0e885a
	 * bucket: 235833434 - 840 * 280754 = 74 */
	{"layer2+3: ICMPv6 error", XMIT_HASH_LAYER23,
	 FRAME(MACS, IPV6_TYPE, IPV6(58), ICMP(1), QUOTED_IPV6(6), 0x03, 0xe8, 0x00, 0x50),
	 0x0e0e885a, 74, 0},
	/* A: 0a 7c fb 65 and c0 00 02 21: 65fb7c0a ^ 210200c0 = 44f97cca
	 * P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 44f97cca = 14f994c9
	 * fold: 14f994c9 ^ 000014f9 = 14f98030; 14f98030 ^ 0014f980 = 14ed79b0
	 * >> 1: 0a76bcd8
	 * bucket: 175553752 - 840 * 208992 = 472 */
	{"layer3+4: TCP", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(6), 0x03, 0xe8, 0x00, 0x50), 0x0a76bcd8, 472, 0},
	/* P: c0 01 00 35 is 350001c0
	 * X ^ A = 350001c0 ^ 44f97cca = 71f97d0a
	 * fold: 71f97d0a ^ 000071f9 = 71f90cf3; 71f90cf3 ^ 0071f90c = 7188f5ff
	 * >> 1: 38c47aff
	 * bucket: 952400639 - 840 * 1133810 = 239 */
	{"layer3+4: UDP", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(17), 0xc0, 0x01, 0x00, 0x35), 0x38c47aff, 239, 0},
	/* P: c0 00 01 bb is bb0100c0
	 * X ^ A = bb0100c0 ^ 44f97cca = fff87c0a
	 * fold: fff87c0a ^ 0000fff8 = fff883f2; fff883f2 ^ 00fff883 = ff077b71
	 * >> 1: 7f83bdb8
	 * bucket: 2139340216 - 840 * 2546833 = 496 */
	{"layer3+4: DCCP", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(33), 0xc0, 0x00, 0x01, 0xbb), 0x7f83bdb8, 496, 0},
	/* P: c0 00 01 bb is bb0100c0
	 * X ^ A = bb0100c0 ^ 44f97cca = fff87c0a
	 * fold: fff87c0a ^ 0000fff8 = fff883f2; fff883f2 ^ 00fff883 = ff077b71
	 * >> 1: 7f83bdb8
	 * bucket: 2139340216 - 840 * 2546833 = 496 */
	{"layer3+4: SCTP", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(132), 0xc0, 0x00, 0x01, 0xbb), 0x7f83bdb8, 496, 0},
	/* P: c0 00 01 bb is bb0100c0
	 * X ^ A = bb0100c0 ^ 44f97cca = fff87c0a
	 * fold: fff87c0a ^ 0000fff8 = fff883f2; fff883f2 ^ 00fff883 = ff077b71
	 * >> 1: 7f83bdb8
	 * bucket: 2139340216 - 840 * 2546833 = 496 */
	{"layer3+4: UDP-Lite", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(136), 0xc0, 0x00, 0x01, 0xbb), 0x7f83bdb8, 496, 0},
	/* P: 12 34 56 78 is 78563412
	 * X ^ A = 78563412 ^ 44f97cca = 3caf48d8
	 * fold: 3caf48d8 ^ 00003caf = 3caf7477; 3caf7477 ^ 003caf74 = 3c93db03
	 * >> 1: 1e49ed81
	 * bucket: 508161409 - 840 * 604954 = 49 */
	{"layer3+4: ESP, the SPI", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(50), 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 1), 0x1e49ed81,
	 49, 0},
	/* P: at offset 4, 12 34 56 78 is 78563412
	 * X ^ A = 78563412 ^ 44f97cca = 3caf48d8
	 * fold: 3caf48d8 ^ 00003caf = 3caf7477; 3caf7477 ^ 003caf74 = 3c93db03
	 * >> 1: 1e49ed81
	 * bucket: 508161409 - 840 * 604954 = 49 */
	{"layer3+4: AH, four bytes further on", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(51), 6, 4, 0, 0, 0x12, 0x34, 0x56, 0x78), 0x1e49ed81,
	 49, 0},
	/* P: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: AH one byte short", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(51), 6, 4, 0, 0, 0x12, 0x34, 0x56), 0x225ee085, 5, 1},
	/* P: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: GRE has no ports", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(47), 0, 0, 8, 0), 0x225ee085, 5, 0},
	/* P: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: ports one byte short", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(6), 0x03, 0xe8, 0x00), 0x225ee085, 5, 1},
	/* P: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: no layer 4 at all", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(17)), 0x225ee085, 5, 1},
	/* 24 bytes of IP header; P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 44f97cca = 14f994c9
	 * fold: 14f994c9 ^ 000014f9 = 14f98030; 14f98030 ^ 0014f980 = 14ed79b0
	 * >> 1: 0a76bcd8
	 * bucket: 175553752 - 840 * 208992 = 472 */
	{"layer3+4: one word of options", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_OF(0x46, 0, 0, 6), 1, 1, 1, 0, 0x03, 0xe8, 0x00,
	 0x50), 0x0a76bcd8, 472, 0},
	/* 60 bytes of IP header; P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 44f97cca = 14f994c9
	 * fold: 14f994c9 ^ 000014f9 = 14f98030; 14f98030 ^ 0014f980 = 14ed79b0
	 * >> 1: 0a76bcd8
	 * bucket: 175553752 - 840 * 208992 = 472 */
	{"layer3+4: all the options there can be", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_OF(0x4f, 0, 0, 6), ZEROES_20, ZEROES_20, 0x03, 0xe8,
	 0x00, 0x50), 0x0a76bcd8, 472, 0},
	/* P: would stand at 60, there are 41 bytes: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: options cut off", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_OF(0x4f, 0, 0, 6), ZEROES_20, 0), 0x225ee085, 5, 1},
	/* P: layer 4 at the IP header itself: 40 00 00 00 is 00000040
	 * X ^ A = 00000040 ^ 44f97cca = 44f97c8a
	 * fold: 44f97c8a ^ 000044f9 = 44f93873; 44f93873 ^ 0044f938 = 44bdc14b
	 * >> 1: 225ee0a5
	 * bucket: 576643237 - 840 * 686480 = 37 */
	{"layer3+4: a header length of 0", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_OF(0x40, 0, 0, 6), 0x03, 0xe8, 0x00, 0x50),
	 0x225ee0a5, 37, 0},
	/* P: layer 4 at the source address: 0a 7c fb 65 is 65fb7c0a
	 * X ^ A = 65fb7c0a ^ 44f97cca = 210200c0
	 * fold: 210200c0 ^ 00002102 = 210221c2; 210221c2 ^ 00210221 = 212323e3
	 * >> 1: 109191f1
	 * bucket: 277975537 - 840 * 330923 = 217 */
	{"layer3+4: a header length of 12", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_OF(0x43, 0, 0, 6), 0x03, 0xe8, 0x00, 0x50),
	 0x109191f1, 217, 0},
	/* the version is not looked at; P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 44f97cca = 14f994c9
	 * fold: 14f994c9 ^ 000014f9 = 14f98030; 14f98030 ^ 0014f980 = 14ed79b0
	 * >> 1: 0a76bcd8
	 * bucket: 175553752 - 840 * 208992 = 472 */
	{"layer3+4: version 6 in an IPv4 frame", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_OF(0x65, 0, 0, 6), 0x03, 0xe8, 0x00, 0x50),
	 0x0a76bcd8, 472, 0},
	/* more fragments: no ports; P: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: first fragment", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_AT(0x20, 0x00, 6), 0x03, 0xe8, 0x00, 0x50),
	 0x225ee085, 5, 0},
	/* an offset: no ports; P: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: last fragment", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_AT(0x00, 0xb9, 6), 0x03, 0xe8, 0x00, 0x50),
	 0x225ee085, 5, 0},
	/* 4000 & 3fff = 0, no fragment; P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 44f97cca = 14f994c9
	 * fold: 14f994c9 ^ 000014f9 = 14f98030; 14f98030 ^ 0014f980 = 14ed79b0
	 * >> 1: 0a76bcd8
	 * bucket: 175553752 - 840 * 208992 = 472 */
	{"layer3+4: don't fragment", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_AT(0x40, 0x00, 6), 0x03, 0xe8, 0x00, 0x50),
	 0x0a76bcd8, 472, 0},
	/* 8000 & 3fff = 0, no fragment; P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 44f97cca = 14f994c9
	 * fold: 14f994c9 ^ 000014f9 = 14f98030; 14f98030 ^ 0014f980 = 14ed79b0
	 * >> 1: 0a76bcd8
	 * bucket: 175553752 - 840 * 208992 = 472 */
	{"layer3+4: the reserved bit", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_AT(0x80, 0x00, 6), 0x03, 0xe8, 0x00, 0x50),
	 0x0a76bcd8, 472, 0},
	/* A: 01000000 ^ 03000200 = 02000200
	 * P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 02000200 = 5200ea03
	 * fold: 5200ea03 ^ 00005200 = 5200b803; 5200b803 ^ 005200b8 = 5252b8bb
	 * >> 1: 29295c5d
	 * bucket: 690576477 - 840 * 822114 = 717 */
	{"layer3+4: IPv6 TCP", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6(6), 0x03, 0xe8, 0x00, 0x50), 0x29295c5d, 717, 0},
	/* P: at offset 4, 12 34 56 78 is 78563412
	 * X ^ A = 78563412 ^ 02000200 = 7a563612
	 * fold: 7a563612 ^ 00007a56 = 7a564c44; 7a564c44 ^ 007a564c = 7a2c1a08
	 * >> 1: 3d160d04
	 * bucket: 1024855300 - 840 * 1220065 = 700 */
	{"layer3+4: IPv6 AH", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6(51), 6, 4, 0, 0, 0x12, 0x34, 0x56, 0x78), 0x3d160d04,
	 700, 0},
	/* not followed; P: 0
	 * X ^ A = 00000000 ^ 02000200 = 02000200
	 * fold: 02000200 ^ 00000200 = 02000000; 02000000 ^ 00020000 = 02020000
	 * >> 1: 01010000
	 * bucket: 16842752 - 840 * 20050 = 752 */
	{"layer3+4: IPv6 hop-by-hop options", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6(0), 6, 0, 1, 4, 0, 0, 0, 0, 0x03, 0xe8, 0x00, 0x50),
	 0x01010000, 752, 0},
	/* not followed; P: 0
	 * X ^ A = 00000000 ^ 02000200 = 02000200
	 * fold: 02000200 ^ 00000200 = 02000000; 02000000 ^ 00020000 = 02020000
	 * >> 1: 01010000
	 * bucket: 16842752 - 840 * 20050 = 752 */
	{"layer3+4: IPv6 fragment", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6(44), 6, 0, 0, 1, 0, 0, 0, 9, 0x03, 0xe8, 0x00, 0x50),
	 0x01010000, 752, 0},
	/* E: 86d2, neither folded nor shifted
	 * bucket: 34514 - 840 * 41 = 74 */
	{"layer3+4: IPv6 header one byte short", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6_SHORT), 0x000086d2, 74, 1},
	/* X: type 08 | code 00 << 8 | 1234 << 16 = 12340008
	 * X ^ A = 12340008 ^ 44f97cca = 56cd7cc2
	 * fold: 56cd7cc2 ^ 000056cd = 56cd2a0f; 56cd2a0f ^ 0056cd2a = 569be725
	 * >> 1: 2b4df392
	 * bucket: 726528914 - 840 * 864915 = 314 */
	{"layer3+4: ICMP echo request", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), 8, 0, 0xaa, 0xbb, 0x12, 0x34, 0, 1), 0x2b4df392,
	 314, 0},
	/* X: 00 | 00 << 8 | 1234 << 16 = 12340000
	 * X ^ A = 12340000 ^ 44f97cca = 56cd7cca
	 * fold: 56cd7cca ^ 000056cd = 56cd2a07; 56cd2a07 ^ 0056cd2a = 569be72d
	 * >> 1: 2b4df396
	 * bucket: 726528918 - 840 * 864915 = 318 */
	{"layer3+4: ICMP echo reply", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), 0, 0, 0xaa, 0xbb, 0x12, 0x34, 0, 1), 0x2b4df396,
	 318, 0},
	/* X: 0 counts as 1: 08 | 00 << 8 | 0001 << 16 = 00010008
	 * X ^ A = 00010008 ^ 44f97cca = 44f87cc2
	 * fold: 44f87cc2 ^ 000044f8 = 44f8383a; 44f8383a ^ 0044f838 = 44bcc002
	 * >> 1: 225e6001
	 * bucket: 576610305 - 840 * 686440 = 705 */
	{"layer3+4: ICMP identifier 0", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), 8, 0, 0xaa, 0xbb, 0, 0, 0, 1), 0x225e6001, 705,
	 0},
	/* X: 0d | 07 << 8 | fffe << 16 = fffe070d
	 * X ^ A = fffe070d ^ 44f97cca = bb077bc7
	 * fold: bb077bc7 ^ 0000bb07 = bb07c0c0; bb07c0c0 ^ 00bb07c0 = bbbcc700
	 * >> 1: 5dde6380
	 * bucket: 1574855552 - 840 * 1874828 = 32 */
	{"layer3+4: ICMP timestamp, with a code", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), 13, 7, 0xaa, 0xbb, 0xff, 0xfe, 0, 1), 0x5dde6380,
	 32, 0},
	/* X: 0e | 00 << 8 | 0002 << 16 = 0002000e
	 * X ^ A = 0002000e ^ 44f97cca = 44fb7cc4
	 * fold: 44fb7cc4 ^ 000044fb = 44fb383f; 44fb383f ^ 0044fb38 = 44bfc307
	 * >> 1: 225fe183
	 * bucket: 576708995 - 840 * 686558 = 275 */
	{"layer3+4: ICMP timestamp reply", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), 14, 0, 0xaa, 0xbb, 0x00, 0x02, 0, 1), 0x225fe183,
	 275, 0},
	/* no identifier by the driver's list; X: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: ICMP address mask request", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), 17, 0, 0xaa, 0xbb, 0x12, 0x34, 0, 1), 0x225ee085,
	 5, 0},
	/* X: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: ICMP header one byte short", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), 8, 0, 0xaa, 0xbb, 0x12, 0x34, 0), 0x225ee085, 5,
	 1},
	/* A of the quoted packet: cb 00 71 07 and c6 33 64 09: 077100cb ^ 096433c6 = 0e15330d
	 * P of the quoted packet: 5000e803
	 * X ^ A = 5000e803 ^ 0e15330d = 5e15db0e
	 * fold: 5e15db0e ^ 00005e15 = 5e15851b; 5e15851b ^ 005e1585 = 5e4b909e
	 * >> 1: 2f25c84f
	 * bucket: 791005263 - 840 * 941672 = 783 */
	{"layer3+4: ICMP error about UDP", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), ICMP(3), QUOTED_IPV4(17), 0x03, 0xe8, 0x00, 0x50),
	 0x2f25c84f, 783, 0},
	/* quoted more fragments: no ports; P: 0
	 * X ^ A = 00000000 ^ 0e15330d = 0e15330d
	 * fold: 0e15330d ^ 00000e15 = 0e153d18; 0e153d18 ^ 000e153d = 0e1b2825
	 * >> 1: 070d9412
	 * bucket: 118330386 - 840 * 140869 = 426 */
	{"layer3+4: ICMP error about a fragment", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), ICMP(11), QUOTED_IPV4_AT(0x20, 0x00, 17), 0x03,
	 0xe8, 0x00, 0x50), 0x070d9412, 426, 0},
	/* the quoted identifier does not count; P: 0
	 * X ^ A = 00000000 ^ 0e15330d = 0e15330d
	 * fold: 0e15330d ^ 00000e15 = 0e153d18; 0e153d18 ^ 000e153d = 0e1b2825
	 * >> 1: 070d9412
	 * bucket: 118330386 - 840 * 140869 = 426 */
	{"layer3+4: ICMP error about an echo request", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), ICMP(12), QUOTED_IPV4(1), 8, 0, 0, 0, 0x12, 0x34,
	 0, 1), 0x070d9412, 426, 0},
	/* P: 0
	 * X ^ A = 00000000 ^ 0e15330d = 0e15330d
	 * fold: 0e15330d ^ 00000e15 = 0e153d18; 0e153d18 ^ 000e153d = 0e1b2825
	 * >> 1: 070d9412
	 * bucket: 118330386 - 840 * 140869 = 426 */
	{"layer3+4: ICMP error, quoted ports cut off", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), ICMP(4), QUOTED_IPV4(6), 0x03, 0xe8), 0x070d9412,
	 426, 1},
	/* E: 080f
	 * bucket: 2063 - 840 * 2 = 383 */
	{"layer3+4: ICMP error, quoted header cut off", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), ICMP(5), IPV4_SHORT), 0x0000080f, 383, 1},
	/* 24 bytes of quoted IP header; P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 0e15330d = 5e15db0e
	 * fold: 5e15db0e ^ 00005e15 = 5e15851b; 5e15851b ^ 005e1585 = 5e4b909e
	 * >> 1: 2f25c84f
	 * bucket: 791005263 - 840 * 941672 = 783 */
	{"layer3+4: ICMP error about a packet with options", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(1), ICMP(3), QUOTED_IPV4_OF(0x46, 0, 0, 6), 1, 1, 1,
	 0, 0x03, 0xe8, 0x00, 0x50), 0x2f25c84f, 783, 0},
	/* 24 bytes of IP header; P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 0e15330d = 5e15db0e
	 * fold: 5e15db0e ^ 00005e15 = 5e15851b; 5e15851b ^ 005e1585 = 5e4b909e
	 * >> 1: 2f25c84f
	 * bucket: 791005263 - 840 * 941672 = 783 */
	{"layer3+4: ICMP error behind options", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_OF(0x46, 0, 0, 1), 1, 1, 1, 0, ICMP(3),
	 QUOTED_IPV4(6), 0x03, 0xe8, 0x00, 0x50), 0x2f25c84f, 783, 0},
	/* a fragment is not parsed: its own addresses; P: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: a fragment of an ICMP error", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4_AT(0x20, 0x00, 1), ICMP(3), QUOTED_IPV4(17), 0x03,
	 0xe8, 0x00, 0x50), 0x225ee085, 5, 0},
	/* X: 80 | 00 << 8 | 1234 << 16 = 12340080
	 * X ^ A = 12340080 ^ 02000200 = 10340280
	 * fold: 10340280 ^ 00001034 = 103412b4; 103412b4 ^ 00103412 = 102426a6
	 * >> 1: 08121353
	 * bucket: 135402323 - 840 * 161193 = 203 */
	{"layer3+4: ICMPv6 echo request", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6(58), 128, 0, 0xaa, 0xbb, 0x12, 0x34, 0, 1),
	 0x08121353, 203, 0},
	/* X: 81 | 00 << 8 | 0001 << 16 = 00010081
	 * X ^ A = 00010081 ^ 02000200 = 02010281
	 * fold: 02010281 ^ 00000201 = 02010080; 02010080 ^ 00020100 = 02030180
	 * >> 1: 010180c0
	 * bucket: 16875712 - 840 * 20090 = 112 */
	{"layer3+4: ICMPv6 echo reply, identifier 0", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6(58), 129, 0, 0xaa, 0xbb, 0, 0, 0, 1), 0x010180c0, 112,
	 0},
	/* A of the quoted packet: 07000000 ^ 09000000 = 0e000000
	 * P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 0e000000 = 5e00e803
	 * fold: 5e00e803 ^ 00005e00 = 5e00b603; 5e00b603 ^ 005e00b6 = 5e5eb6b5
	 * >> 1: 2f2f5b5a
	 * bucket: 791632730 - 840 * 942419 = 770 */
	{"layer3+4: ICMPv6 packet too big", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6(58), ICMP(2), QUOTED_IPV6(6), 0x03, 0xe8, 0x00, 0x50),
	 0x2f2f5b5a, 770, 0},
	/* its own addresses; X: 0
	 * X ^ A = 00000000 ^ 02000200 = 02000200
	 * fold: 02000200 ^ 00000200 = 02000000; 02000000 ^ 00020000 = 02020000
	 * >> 1: 01010000
	 * bucket: 16842752 - 840 * 20050 = 752 */
	{"layer3+4: ICMPv6 type 5 is no error", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6(58), ICMP(5), QUOTED_IPV6(6), 0x03, 0xe8, 0x00, 0x50),
	 0x01010000, 752, 0},
	/* one list for both: X: 08 | 00 << 8 | 1234 << 16 = 12340008
	 * X ^ A = 12340008 ^ 02000200 = 10340208
	 * fold: 10340208 ^ 00001034 = 1034123c; 1034123c ^ 00103412 = 1024262e
	 * >> 1: 08121317
	 * bucket: 135402263 - 840 * 161193 = 143 */
	{"layer3+4: ICMPv6 type 8 has an identifier", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6(58), 8, 0, 0, 0, 0x12, 0x34, 0, 1), 0x08121317, 143,
	 0},
	/* by the protocol's number type 5 is an error, about an IPv6 packet;
	 * A: 0e000000; P: 03 e8 00 50 is 5000e803
	 * X ^ A = 5000e803 ^ 0e000000 = 5e00e803
	 * fold: 5e00e803 ^ 00005e00 = 5e00b603; 5e00b603 ^ 005e00b6 = 5e5eb6b5
	 * >> 1: 2f2f5b5a
	 * bucket: 791632730 - 840 * 942419 = 770 */
	{"layer3+4: ICMPv4 over IPv6, an error", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV6_TYPE, IPV6(1), ICMP(5), QUOTED_IPV6(17), 0x03, 0xe8, 0x00, 0x50),
	 0x2f2f5b5a, 770, 0},
	/* by the protocol's number no error: its own addresses; X: 0
	 * X ^ A = 00000000 ^ 44f97cca = 44f97cca
	 * fold: 44f97cca ^ 000044f9 = 44f93833; 44f93833 ^ 0044f938 = 44bdc10b
	 * >> 1: 225ee085
	 * bucket: 576643205 - 840 * 686480 = 5 */
	{"layer3+4: ICMPv6 over IPv4, type 5", XMIT_HASH_LAYER34,
	 FRAME(MACS, IPV4_TYPE, IPV4(58), ICMP(5), QUOTED_IPV4(17), 0x03, 0xe8, 0x00,
	 0x50), 0x225ee085, 5, 0},
	/* not IP: E: 0f ^ 0806 = 0809, neither folded nor shifted
	 * bucket: 2057 - 840 * 2 = 377 */
	{"layer3+4: ARP", XMIT_HASH_LAYER34,
	 FRAME(MACS, 0x08, 0x06, 0, 1, 8, 0), 0x00000809, 377, 0},
	/* not IP: E: 0f ^ 88a8 = 88a7
	 * bucket: 34983 - 840 * 41 = 543 */
	{"layer3+4: an 802.1ad tag in the frame", XMIT_HASH_LAYER34,
	 FRAME(MACS, 0x88, 0xa8, 0x02, 0x8c, IPV4_TYPE, IPV4(6), 0x03, 0xe8, 0x00, 0x50),
	 0x000088a7, 543, 0},
	/* E: 080f
	 * bucket: 2063 - 840 * 2 = 383 */
	{"encap2+3, not here yet, is layer2", XMIT_HASH_ENCAP23,
	 FRAME(MACS, IPV4_TYPE, IPV4(6), 0x03, 0xe8, 0x00, 0x50), 0x0000080f, 383, 0},
	/* E: 080f
	 * bucket: 2063 - 840 * 2 = 383 */
	{"encap3+4, not here yet, is layer2", XMIT_HASH_ENCAP34,
	 FRAME(MACS, IPV4_TYPE, IPV4(6), 0x03, 0xe8, 0x00, 0x50), 0x0000080f, 383, 0},
	/* E: 080f
	 * bucket: 2063 - 840 * 2 = 383 */
	{"vlan+srcmac, not here yet, is layer2", XMIT_HASH_VLAN_SRCMAC,
	 FRAME(MACS, IPV4_TYPE, IPV4(6), 0x03, 0xe8, 0x00, 0x50), 0x0000080f, 383, 0},
};
/* clang-format on */

#endif
