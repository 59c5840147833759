/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow hash as C on frames whose answers were worked out by hand
 * (flow_hash_cases.h). That eBPF computes the same is in tests/bpf.
 */
#include "abi/flow_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/flow_hash_cases.h"

#define HASH_CASES (sizeof(hash_cases) / sizeof(hash_cases[0]))

/* Each frame in memory of exactly its size, for the sanitizer to watch. */
static void test_hand_worked_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < HASH_CASES; i++) {
		const struct hash_case *c = &hash_cases[i];
		uint8_t *frame = malloc(c->size ? c->size : 1);
		struct flow_hash_info info;
		uint32_t hash;

		assert_non_null(frame);
		if (c->size) {
			memcpy(frame, c->frame, c->size);
		}
		hash = flow_hash(c->policy, frame, frame + c->size, &info);
		free(frame);
		if (hash != c->hash || flow_hash_bucket(hash) != c->bucket ||
		    info.truncated != c->truncated) {
			fail_msg("%s: hash %08x bucket %u truncated %u, expected %08x %u %u",
				 c->name, hash, flow_hash_bucket(hash), info.truncated, c->hash,
				 c->bucket, c->truncated);
		}
	}
}

/* What explain tells of a frame. */
static void test_inputs(void **state)
{
	static const uint8_t echo[] = {MACS, IPV4_TYPE, IPV4(1), 8, 0, 0, 0, 0, 7, 0, 1};
	static const uint8_t error[] = {MACS, IPV4_TYPE, IPV4(1), ICMP(3), QUOTED_IPV4(17),
					0,    1,	 0,	  2};
	struct flow_hash_info info;

	(void)state;
	flow_hash(XMIT_HASH_LAYER2, echo, echo + sizeof(echo), &info);
	assert_int_equal(info.inputs, FLOW_HASH_ETHERNET);
	flow_hash(XMIT_HASH_LAYER23, echo, echo + sizeof(echo), &info);
	assert_int_equal(info.inputs, FLOW_HASH_ETHERNET | FLOW_HASH_ADDRESSES);
	flow_hash(XMIT_HASH_LAYER34, echo, echo + sizeof(echo), &info);
	assert_int_equal(info.inputs, FLOW_HASH_ADDRESSES | FLOW_HASH_ICMP_ID);
	flow_hash(XMIT_HASH_LAYER23, error, error + sizeof(error), &info);
	assert_int_equal(info.inputs,
			 FLOW_HASH_ETHERNET | FLOW_HASH_ADDRESSES | FLOW_HASH_QUOTED);
	flow_hash(XMIT_HASH_LAYER34, error, error + sizeof(error), &info);
	assert_int_equal(info.inputs, FLOW_HASH_ADDRESSES | FLOW_HASH_QUOTED | FLOW_HASH_PORTS);
}

/* The longest frame that is looked at in full, and each one shorter. */
static void test_longest_frame(void **state)
{
	static const uint8_t whole[] = {MACS,
					IPV4_TYPE,
					IPV4_OF(0x4f, 0, 0, 1),
					ZEROES_20,
					ZEROES_20,
					ICMP(3),
					QUOTED_IPV4_OF(0x4f, 0, 0, 51),
					ZEROES_20,
					ZEROES_20,
					0,
					0,
					0,
					0,
					1,
					2,
					3,
					4};
	struct flow_hash_info info;
	size_t size;

	(void)state;
	assert_int_equal(sizeof(whole), FLOW_HASH_READ_MAX);
	flow_hash(XMIT_HASH_LAYER34, whole, whole + sizeof(whole), &info);
	assert_false(info.truncated);
	for (size = 0; size < sizeof(whole); size++) {
		flow_hash(XMIT_HASH_LAYER34, whole, whole + size, &info);
		assert_true(info.truncated);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hand_worked_frames),
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_longest_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
