/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What hash_test.bpf.c tells test_flow_hash_bpf.c. */
#ifndef TESTS_BPF_HASH_TEST_H
#define TESTS_BPF_HASH_TEST_H

#include <linux/types.h>

#include "abi/bond_types.h"

/* Policies 0 to 2 of enum xmit_hash_policy. */
#define HASH_TEST_POLICIES 3

struct hash_test_answer {
	__u32 hash;
	__u32 bucket;
	__u32 inputs;
	__u32 truncated;
};

/* The programs first cut the frame to size: a test run by itself refuses IP
 * frames whose header is not whole (since Linux 6.18.24 or so). */
struct hash_test_answers {
	__u32 size;
	__u32 runs;
	struct hash_test_answer answers[HASH_TEST_POLICIES];
};

#endif
