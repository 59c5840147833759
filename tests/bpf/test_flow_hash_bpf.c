/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow hash as eBPF against the flow hash as C, on random frames of every
 * kind, and pc_transmit's real pick against both: each frame is run through
 * hash_test.bpf.c, and by each policy through pc_transmit of the plain object,
 * whose counters tell which bucket it took. For eBPF, other bytes stood behind
 * each frame before it was cut there; in C each frame ends at a page that
 * may not be read.
 *
 * --pcap FILE writes the frames, --answers FILE one line a frame with what eBPF
 * made of it (number, and the hash by layer2, layer3+4 and layer2+3), so that
 * other programs can be held against the same frames.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>

#include "abi/datapath.h"
#include "abi/flow_hash.h"
#include "bpf/portchannel_plain.skel.h"
#include "tests/bpf/frame_gen.h"
#include "tests/bpf/hash_test.h"
#include "tests/bpf/hash_test.skel.h"

#define SEED_DEFAULT  20140612
#define COUNT_DEFAULT 100000
/* What is behind the end of a frame before the programs cut it there. */
#define PADDING_SIZE  64
/* A branch of the hash is tested if this share of the frames went there. */
#define BRANCH_SHARE  1000
#define MEMBERS	      7

/* Every combination of inputs that layer3+4 can have, and a name for each. */
static const struct branch {
	uint32_t inputs;
	uint32_t truncated;
	const char *name;
} branches[] = {
	{FLOW_HASH_ETHERNET, 0, "no IP header"},
	{FLOW_HASH_ETHERNET, 1, "IP header cut off"},
	{FLOW_HASH_ADDRESSES, 0, "addresses"},
	{FLOW_HASH_ADDRESSES, 1, "ports or ICMP header cut off"},
	{FLOW_HASH_ADDRESSES | FLOW_HASH_PORTS, 0, "ports"},
	{FLOW_HASH_ADDRESSES | FLOW_HASH_ICMP_ID, 0, "ICMP identifier"},
	{FLOW_HASH_ADDRESSES | FLOW_HASH_QUOTED, 0, "quoted addresses"},
	{FLOW_HASH_ADDRESSES | FLOW_HASH_QUOTED, 1, "quoted ports cut off"},
	{FLOW_HASH_ADDRESSES | FLOW_HASH_QUOTED | FLOW_HASH_PORTS, 0, "quoted ports"},
};

#define BRANCHES (sizeof(branches) / sizeof(branches[0]))

struct test {
	struct hash_test *hash_test;
	struct hash_test_answers *answers;
	struct portchannel_plain *plain;
	struct dp_table *table;
	struct dp_counters *counters; /* one a possible CPU */
	int cpu;
	uint8_t *guarded; /* the end of the readable page */
	uint64_t hits[BRANCHES];
	FILE *pcap_file;
	FILE *answers_file;
};

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static void *map_memory(int fd, size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED) {
		fail("mmap of a map");
	}
	return memory;
}

/* The counters are per CPU: one CPU, so that there is one place to look. */
static void stay_on_this_cpu(struct test *test)
{
	cpu_set_t set;

	test->cpu = sched_getcpu();
	CPU_ZERO(&set);
	CPU_SET(test->cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		fail("sched_setaffinity");
	}
}

static void test_open(struct test *test)
{
	long page = sysconf(_SC_PAGESIZE);
	uint8_t *pages;
	uint32_t i, key = 0;
	int transmit_fd;

	stay_on_this_cpu(test);
	test->hash_test = hash_test__open_and_load();
	test->plain = portchannel_plain__open_and_load();
	if (!test->hash_test || !test->plain) {
		fail("loading the programs");
	}
	transmit_fd = bpf_program__fd(test->plain->progs.pc_transmit);
	test->answers =
		map_memory(bpf_map__fd(test->hash_test->maps.answers), sizeof(*test->answers));
	test->table = map_memory(bpf_map__fd(test->plain->maps.pc_table), sizeof(*test->table));
	if (bpf_map_update_elem(bpf_map__fd(test->hash_test->maps.next_program), &key,
				&transmit_fd, BPF_ANY)) {
		fail("tail call");
	}
	test->counters = calloc((size_t)libbpf_num_possible_cpus(), sizeof(*test->counters));
	pages = mmap(NULL, (size_t)page * 2, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!test->counters || pages == MAP_FAILED ||
	    mprotect(pages + page, (size_t)page, PROT_NONE)) {
		fail("memory");
	}
	test->guarded = pages + page;
	/* The picks are counted, not sent: any number will do for an interface. */
	for (i = 0; i < MEMBERS; i++) {
		test->table->slots[i].ifindex = 1000 + i;
		test->table->slots[i].flags = DP_SLOT_TRANSMIT;
	}
	for (i = 0; i < BOND_BUCKETS; i++) {
		test->table->buckets[i].slot = (uint8_t)(i % MEMBERS);
		test->table->buckets[i].backup = BOND_NO_MEMBER;
	}
}

static uint32_t run_program(struct test *test, const struct bpf_program *program,
			    const uint8_t *frame, size_t size)
{
	int fd = bpf_program__fd(program);
	uint8_t padded[FRAME_SIZE_MAX + PADDING_SIZE];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = padded,
		    .data_size_in = (__u32)(size + PADDING_SIZE));

	memcpy(padded, frame, size);
	memset(padded + size, 0xa5, PADDING_SIZE);
	test->answers->size = (uint32_t)size;
	if (bpf_prog_test_run_opts(fd, &opts)) {
		fail("test run");
	}
	return opts.retval;
}

static const struct dp_counters *counters_read(const struct test *test)
{
	uint32_t key = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(test->plain->maps.pc_counters), &key,
				test->counters)) {
		fail("reading the counters");
	}
	return &test->counters[test->cpu];
}

/* Whether pc_transmit takes the bucket, and that bucket's member. */
static bool transmit_picks(struct test *test, uint32_t policy, const uint8_t *frame,
			   size_t size, uint32_t bucket)
{
	uint32_t member = bucket % MEMBERS;
	const struct dp_counters *now = counters_read(test);
	uint64_t bytes = now->bucket_bytes[bucket] + size;
	uint64_t packets = now->members[member].tx_packets + 1;
	uint32_t verdict;

	test->table->policy = policy;
	verdict = run_program(test, test->hash_test->progs.pc_run_cut, frame, size);
	now = counters_read(test);
	return verdict == TC_ACT_REDIRECT && now->bucket_bytes[bucket] == bytes &&
	       now->members[member].tx_packets == packets;
}

static void print_frame(const uint8_t *frame, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		fprintf(stderr, "%02x%s", frame[i], i % 16 == 15 ? "\n" : " ");
	}
	fputc('\n', stderr);
}

static void count_branch(struct test *test, const struct flow_hash_info *info)
{
	for (size_t i = 0; i < BRANCHES; i++) {
		if (info->inputs == branches[i].inputs &&
		    info->truncated == branches[i].truncated) {
			test->hits[i]++;
			return;
		}
	}
	fprintf(stderr, "inputs %#x truncated %u: not expected\n", info->inputs,
		info->truncated);
	exit(1);
}

static bool check_policy(struct test *test, uint32_t policy, const uint8_t *frame, size_t size)
{
	const struct hash_test_answer *ebpf = &test->answers->answers[policy];
	struct flow_hash_info info;
	uint32_t hash = flow_hash(policy, frame, frame + size, &info);

	if (policy == XMIT_HASH_LAYER34) {
		count_branch(test, &info);
	}
	if (ebpf->hash != hash || ebpf->inputs != info.inputs ||
	    ebpf->truncated != info.truncated || ebpf->bucket != flow_hash_bucket(hash)) {
		fprintf(stderr, "policy %u: C %#x inputs %#x, eBPF %#x inputs %#x\n", policy,
			hash, info.inputs, ebpf->hash, ebpf->inputs);
		return false;
	}
	if (!transmit_picks(test, policy, frame, size, flow_hash_bucket(hash))) {
		fprintf(stderr, "policy %u: pc_transmit did not take bucket %u\n", policy,
			flow_hash_bucket(hash));
		return false;
	}
	return true;
}

/* A record of a pcap file, or with frame NULL the file's header. */
static void write_pcap(FILE *file, const uint8_t *frame, size_t size)
{
	const uint32_t header[6] = {0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65535, 1};
	const uint32_t record[4] = {0, 0, (uint32_t)size, (uint32_t)size};

	if (!file) {
		return;
	}
	if (!frame) {
		fwrite(header, sizeof(header), 1, file);
		return;
	}
	fwrite(record, sizeof(record), 1, file);
	fwrite(frame, size, 1, file);
}

/* Hash and pick by every policy. */
static bool check_frame(struct test *test, uint64_t number, const uint8_t *bytes, size_t size)
{
	uint8_t *frame = test->guarded - size;
	uint32_t policy;

	memcpy(frame, bytes, size);
	if (run_program(test, test->hash_test->progs.pc_hash_test, frame, size)) {
		fprintf(stderr, "hash_test failed\n");
		return false;
	}
	for (policy = 0; policy < HASH_TEST_POLICIES; policy++) {
		if (!check_policy(test, policy, frame, size)) {
			fprintf(stderr, "frame %" PRIu64 ", %zu bytes:\n", number, size);
			print_frame(frame, size);
			return false;
		}
	}
	write_pcap(test->pcap_file, frame, size);
	if (test->answers_file) {
		fprintf(test->answers_file, "%" PRIu64 " %u %u %u\n", number,
			test->answers->answers[0].hash, test->answers->answers[1].hash,
			test->answers->answers[2].hash);
	}
	return true;
}

static uint64_t check_branches(const struct test *test, uint64_t count)
{
	uint64_t missing = 0;

	for (size_t i = 0; i < BRANCHES; i++) {
		printf("  %-30s %" PRIu64 "\n", branches[i].name, test->hits[i]);
		if (test->hits[i] < count / BRANCH_SHARE) {
			fprintf(stderr, "too few frames of the kind: %s\n", branches[i].name);
			missing++;
		}
	}
	return missing;
}

static FILE *open_output(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file) {
		fail(path);
	}
	return file;
}

static void close_output(FILE *file)
{
	if (file && fclose(file)) {
		fail("writing");
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"seed", required_argument, NULL, 's'},
						{"count", required_argument, NULL, 'c'},
						{"pcap", required_argument, NULL, 'p'},
						{"answers", required_argument, NULL, 'a'},
						{0}};
	uint64_t seed = SEED_DEFAULT, count = COUNT_DEFAULT, failed = 0, i;
	uint8_t bytes[FRAME_SIZE_MAX];
	struct test test = {0};
	struct frame_gen gen;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's') {
			seed = strtoull(optarg, NULL, 0);
		} else if (option == 'c') {
			count = strtoull(optarg, NULL, 0);
		} else if (option == 'p') {
			test.pcap_file = open_output(optarg);
		} else if (option == 'a') {
			test.answers_file = open_output(optarg);
		} else {
			exit(2);
		}
	}
	printf("seed %" PRIu64 ", %" PRIu64 " frames, 3 policies\n", seed, count);
	test_open(&test);
	write_pcap(test.pcap_file, NULL, 0);
	frame_gen_init(&gen, seed);
	for (i = 0; i < count && failed < 5; i++) {
		size_t size = frame_gen_next(&gen, bytes);

		failed += !check_frame(&test, i + 1, bytes, size);
	}
	failed += check_branches(&test, count);
	close_output(test.pcap_file);
	close_output(test.answers_file);
	printf("%" PRIu64 " passed, %" PRIu64 " failed\n", i - failed, failed);
	return failed != 0;
}
