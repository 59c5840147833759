/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a frame comes about: an Ethernet header, maybe tags, an IP header (whole,
 * odd, or with options), a transport header, and for ICMP errors a quoted packet
 * made the same way; then, one time in four, the end is cut off anywhere.
 *
 * Every field is random first, and then made to be of a kind with a likelihood
 * that reaches each branch of the hash thousands of times in 100,000 frames.
 */
#include "tests/bpf/frame_gen.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define QUOTE_DEPTH_MAX 2

/* The frame as far as it is made. */
struct frame {
	struct frame_gen *gen;
	uint8_t *bytes;
	size_t size;
};

void frame_gen_init(struct frame_gen *gen, uint64_t seed)
{
	gen->state = seed;
}

/* SplitMix64: a counter through a mixing function. */
static uint64_t gen_next(struct frame_gen *gen)
{
	uint64_t z = gen->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t frame_gen_below(struct frame_gen *gen, uint32_t below)
{
	return (uint32_t)((gen_next(gen) >> 32) * below >> 32);
}

static bool one_in(struct frame *frame, uint32_t n)
{
	return frame_gen_below(frame->gen, n) == 0;
}

/* Appends count random bytes and returns the first. */
static uint8_t *frame_put(struct frame *frame, size_t count)
{
	uint8_t *start = frame->bytes + frame->size;

	assert(frame->size + count <= FRAME_SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		start[i] = (uint8_t)gen_next(frame->gen);
	}
	frame->size += count;
	return start;
}

static void set_be16(uint8_t *p, unsigned int value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void put_ip(struct frame *frame, bool ipv6, int depth);

static void put_icmp(struct frame *frame, bool ipv6, uint8_t protocol, int depth)
{
	static const uint8_t with_id[] = {0, 8, 13, 14, 128, 129};
	static const uint8_t errors_v4[] = {3, 4, 5, 11, 12};
	uint8_t *icmp = frame_put(frame, 8);

	switch (frame_gen_below(frame->gen, 4)) {
	case 0:
		icmp[0] = with_id[frame_gen_below(frame->gen, sizeof(with_id))];
		if (one_in(frame, 4)) {
			memset(icmp + 4, 0, 2);
		}
		break;
	case 1:
	case 2:
		icmp[0] = protocol == 1
				  ? errors_v4[frame_gen_below(frame->gen, sizeof(errors_v4))]
				  : (uint8_t)(1 + frame_gen_below(frame->gen, 4));
		break;
	case 3: /* any type */
		break;
	}
	if (depth < QUOTE_DEPTH_MAX && !one_in(frame, 8)) {
		put_ip(frame, ipv6, depth + 1);
	} else {
		frame_put(frame, frame_gen_below(frame->gen, 24));
	}
}

static uint8_t random_protocol(struct frame *frame, bool ipv6)
{
	static const uint8_t protocols[] = {6, 6, 17, 17, 33, 50, 51, 132, 136};
	static const uint8_t others[] = {0, 2, 4, 41, 43, 44, 47, 59, 60, 89, 103, 137};

	switch (frame_gen_below(frame->gen, 8)) {
	case 0:
		return others[frame_gen_below(frame->gen, sizeof(others))];
	case 1:
		return (uint8_t)gen_next(frame->gen);
	case 2:
	case 3: /* one time in eight the other version's ICMP */
		return one_in(frame, 8) == ipv6 ? 1 : 58;
	default:
		return protocols[frame_gen_below(frame->gen, sizeof(protocols))];
	}
}

static void put_transport(struct frame *frame, bool ipv6, uint8_t protocol, int depth)
{
	if (protocol == 1 || protocol == 58) {
		put_icmp(frame, ipv6, protocol, depth);
	} else {
		frame_put(frame, frame_gen_below(frame->gen, 24));
	}
}

static void put_ipv4(struct frame *frame, int depth)
{
	uint8_t *ip = frame_put(frame, 20);
	uint8_t protocol = random_protocol(frame, false);
	unsigned int words = 5;

	ip[9] = protocol;
	if (one_in(frame, 4)) {
		words = frame_gen_below(frame->gen, 16);
	}
	/* The version, too, is anything now and then. */
	ip[0] = (uint8_t)((one_in(frame, 16) ? ip[0] & 0xf0 : 0x40) | words);
	switch (frame_gen_below(frame->gen, 8)) {
	case 0: /* any fragment, any flags */
		break;
	case 1: /* the first fragment */
		set_be16(ip + 6, 0x2000);
		break;
	case 2: /* don't fragment */
		set_be16(ip + 6, 0x4000);
		break;
	case 3: /* the reserved bit */
		set_be16(ip + 6, 0x8000);
		break;
	default:
		set_be16(ip + 6, 0);
		break;
	}
	if (words > 5) {
		frame_put(frame, (words - 5) * 4);
	}
	put_transport(frame, false, protocol, depth);
}

static void put_ipv6(struct frame *frame, int depth)
{
	uint8_t *ip = frame_put(frame, 40);
	uint8_t protocol = random_protocol(frame, true);

	ip[0] = (uint8_t)(0x60 | (ip[0] & 0x0f));
	ip[6] = protocol;
	put_transport(frame, true, protocol, depth);
}

static void put_ip(struct frame *frame, bool ipv6, int depth)
{
	if (ipv6) {
		put_ipv6(frame, depth);
	} else {
		put_ipv4(frame, depth);
	}
}

size_t frame_gen_next(struct frame_gen *gen, uint8_t bytes[FRAME_SIZE_MAX])
{
	struct frame frame = {.gen = gen, .bytes = bytes};
	uint8_t *type = frame_put(&frame, 14) + 12;
	bool ipv6 = one_in(&frame, 2);
	unsigned int kind = frame_gen_below(gen, 16);

	if (kind == 0) { /* any EtherType */
		frame_put(&frame, frame_gen_below(gen, 64));
	} else if (kind == 1) { /* one or two tags in the frame */
		set_be16(type, one_in(&frame, 2) ? 0x8100 : 0x88a8);
		type = frame_put(&frame, 4) + 2;
		if (one_in(&frame, 3)) {
			set_be16(type, 0x8100);
			type = frame_put(&frame, 4) + 2;
		}
		set_be16(type, ipv6 ? 0x86dd : 0x0800);
		put_ip(&frame, ipv6, 0);
	} else if (kind == 2) { /* ARP */
		set_be16(type, 0x0806);
		frame_put(&frame, 28);
	} else if (kind == 3) { /* noise behind an IP EtherType */
		set_be16(type, ipv6 ? 0x86dd : 0x0800);
		frame_put(&frame, frame_gen_below(gen, 128));
	} else {
		set_be16(type, ipv6 ? 0x86dd : 0x0800);
		put_ip(&frame, ipv6, 0);
	}
	if (one_in(&frame, 4)) {
		frame.size = FRAME_SIZE_MIN +
			     frame_gen_below(gen, (uint32_t)(frame.size - FRAME_SIZE_MIN + 1));
	}
	return frame.size;
}
