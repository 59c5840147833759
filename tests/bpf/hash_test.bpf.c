// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Shows what abi/flow_hash.h computes as eBPF: for one frame, the hash and the
 * rest of the answer by each policy, in a map; and runs another program on a
 * frame cut to size. Only for the tests.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "abi/flow_hash.h"
#include "tests/bpf/hash_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hash_test_answers);
} answers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next_program SEC(".maps");

/* The policy is a variable to the program under test, so it is one here. */
static __noinline int answer(struct __sk_buff *skb, __u32 policy, struct hash_test_answer *out)
{
	struct flow_hash_info info;
	__u32 hash;

	if (!out) {
		return 0;
	}
	hash = flow_hash(policy, (void *)(long)skb->data, (void *)(long)skb->data_end, &info);
	out->hash = hash;
	out->bucket = flow_hash_bucket(hash);
	out->inputs = info.inputs;
	out->truncated = info.truncated;
	return 0;
}

SEC("tc")
int pc_hash_test(struct __sk_buff *skb)
{
	struct hash_test_answers *out;
	__u32 key = 0;

	out = bpf_map_lookup_elem(&answers, &key);
	if (!out || bpf_skb_change_tail(skb, out->size, 0)) {
		return 1;
	}
	answer(skb, XMIT_HASH_LAYER2, &out->answers[XMIT_HASH_LAYER2]);
	answer(skb, XMIT_HASH_LAYER34, &out->answers[XMIT_HASH_LAYER34]);
	answer(skb, XMIT_HASH_LAYER23, &out->answers[XMIT_HASH_LAYER23]);
	out->runs++;
	return 0;
}

SEC("tc")
int pc_run_cut(struct __sk_buff *skb)
{
	const struct hash_test_answers *in;
	__u32 key = 0;

	in = bpf_map_lookup_elem(&answers, &key);
	if (in && bpf_skb_change_tail(skb, in->size, 0) == 0) {
		bpf_tail_call(skb, &next_program, 0);
	}
	return -1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
