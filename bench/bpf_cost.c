/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tc programs cost a packet beyond an empty program, in nanoseconds, by
 * BPF test run: medians over rounds in which every program runs in turn, each
 * compared with the empty program of its own round. Prints JSON rows (name,
 * value, unit) for bench.py. See bpf_cost.bpf.c for how tags are measured.
 *
 * The member is this namespace's own loopback interface, in the second slot of
 * two, with its carrier read as in service. --quick: few packets, to see that it
 * runs.
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>

#include "abi/datapath.h"
#include "bench/bpf_cost_carrier.skel.h"
#include "bench/bpf_cost_plain.skel.h"

#define ROUNDS	      15
#define PACKETS	      300000
#define QUICK_PACKETS 2000
#define LOOPBACK      1
#define LOOPBACK_SLOT 1
#define VID	      652

#define MACS	      2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2
#define TCP_WITH_TIME 0x9c, 0x40, 0x01, 0xbb, 0, 0, 0, 1, 0, 0, 0, 1, 0x80, 0x10
#define DOC_NET	      0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0

static const uint8_t ipv4[98] = {MACS, 0x08, 0x00, 0x45, 0, 0, 84, 0,
				 1,    0x40, 0,	   64,	 6, 0, 0,  10,
				 0,    0,    1,	   10,	 0, 0, 2,  TCP_WITH_TIME};
static const uint8_t ipv6[118] = {
	MACS, 0x86, 0xdd, 0x60, 0, 0, 0, 64, 6, 64, DOC_NET, 1, DOC_NET, 2, TCP_WITH_TIME};

struct cost {
	const struct bpf_object *object;
	bool reads_carrier;
	struct dp_table *table;
	uint32_t packets;
};

/* One row: program on frame, less the empty program on the same frame, less
 * half of cost_tag_pair's excess if halves is 1. */
struct row {
	const char *name;
	const char *program;
	const uint8_t *frame;
	uint32_t size;
	uint32_t verdict;
	bool tag;	   /* subtract the undoing of the tag */
	bool carrier_read; /* with the member's address in its slot */
	double samples[ROUNDS];
};

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

/* Of this thread's own running, whoever else uses the machine. */
static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int program_fd(const struct cost *cost, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(cost->object, name));
}

static int map_fd(const struct cost *cost, const char *name)
{
	return bpf_object__find_map_fd_by_name(cost->object, name);
}

/* Nanoseconds a packet, the loop of the test run included. */
static double run_ns(const struct cost *cost, const char *program, const struct row *row,
		     uint32_t verdict)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = row->frame, .data_size_in = row->size,
		    .repeat = (int)cost->packets);
	double start = now_ns();

	if (bpf_prog_test_run_opts(program_fd(cost, program), &opts)) {
		fail("test run");
	}
	if (opts.retval != verdict) {
		fprintf(stderr, "%s: verdict %d\n", row->name, (int)opts.retval);
		exit(1);
	}
	return (now_ns() - start) / cost->packets;
}

static void loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request)) {
		fail("loopback");
	}
	request.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request)) {
		fail("loopback up");
	}
	close(fd);
}

static void stay_on_this_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		fail("sched_setaffinity");
	}
}

/* The object that reads carrier, or where the kernel cannot, the other. */
static void objects_load(struct cost *cost)
{
	struct bpf_cost_carrier *carrier = bpf_cost_carrier__open_and_load();
	struct bpf_cost_plain *plain;

	if (carrier) {
		cost->object = carrier->obj;
		cost->reads_carrier = true;
		return;
	}
	plain = bpf_cost_plain__open_and_load();
	if (!plain) {
		fail("loading the programs");
	}
	cost->object = plain->obj;
}

static void cost_open(struct cost *cost)
{
	uint32_t vlan[2] = {LOOPBACK, VID}, vid = VID, i;
	LIBBPF_OPTS(bpf_test_run_opts, learn, .data_in = ipv4, .data_size_in = sizeof(ipv4));

	stay_on_this_cpu();
	if (unshare(CLONE_NEWNET)) {
		fail("a network namespace of its own");
	}
	loopback_up();
	objects_load(cost);
	cost->table = mmap(NULL, sizeof(*cost->table), PROT_READ | PROT_WRITE, MAP_SHARED,
			   map_fd(cost, DP_MAP_TABLE), 0);
	if (cost->table == MAP_FAILED) {
		fail("mmap of the table");
	}
	cost->table->policy = XMIT_HASH_LAYER34;
	cost->table->hub_ifindex = LOOPBACK;
	for (i = 0; i <= LOOPBACK_SLOT; i++) {
		cost->table->slots[i].flags = DP_SLOT_TRANSMIT | DP_SLOT_RECEIVE;
		cost->table->slots[i].ifindex = i == LOOPBACK_SLOT ? LOOPBACK : 1000;
	}
	for (i = 0; i < BOND_BUCKETS; i++) {
		cost->table->buckets[i] = (struct dp_bucket){LOOPBACK_SLOT, BOND_NO_MEMBER};
	}
	if (bpf_map_update_elem(map_fd(cost, DP_MAP_TAGS), &vlan[0], &vlan[1], BPF_ANY) ||
	    bpf_map_update_elem(map_fd(cost, DP_MAP_VLANS), &vid, &vlan[0], BPF_ANY)) {
		fail("the VLAN's maps");
	}
	if (cost->reads_carrier &&
	    (bpf_prog_test_run_opts(program_fd(cost, "cost_learn"), &learn) ||
	     !cost->table->slots[LOOPBACK_SLOT].net_device)) {
		fail("learning the member's address");
	}
}

static void measure_round(const struct cost *cost, struct row *rows, size_t count, size_t round)
{
	uint64_t device = cost->table->slots[LOOPBACK_SLOT].net_device;

	for (size_t i = 0; i < count; i++) {
		struct row *row = &rows[i];
		double empty = run_ns(cost, "cost_empty", row, TC_ACT_OK);
		double undo = 0;

		if (row->tag) {
			undo = run_ns(cost, "cost_tag_pair", row, TC_ACT_OK);
			undo = (undo - empty) / 2;
		}
		cost->table->slots[LOOPBACK_SLOT].net_device = row->carrier_read ? device : 0;
		row->samples[round] =
			run_ns(cost, row->program, row, row->verdict) - empty - undo;
		cost->table->slots[LOOPBACK_SLOT].net_device = device;
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	struct cost cost = {.packets = PACKETS};
	size_t count, i;

	if (argc == 2 && strcmp(argv[1], "--quick") == 0) {
		cost.packets = QUICK_PACKETS;
	} else if (argc != 1) {
		fprintf(stderr, "usage: bpf_cost [--quick]\n");
		return 2;
	}
	cost_open(&cost);
#define ROW(name, program, frame, tag, carrier)                                      \
	{                                                                            \
		name, #program, frame, sizeof(frame), TC_ACT_REDIRECT, tag, carrier, \
		{                                                                    \
			0                                                            \
		}                                                                    \
	}
	struct row rows[] = {
		ROW("transmit, IPv4", cost_transmit, ipv4, false, true),
		ROW("transmit, IPv6", cost_transmit, ipv6, false, true),
		ROW("transmit, IPv4, carrier not read", cost_transmit, ipv4, false, false),
		ROW("transmit with tag, IPv4", cost_transmit_tagged_pop, ipv4, true, true),
		ROW("transmit with tag, IPv6", cost_transmit_tagged_pop, ipv6, true, true),
		ROW("receive, IPv4", cost_receive, ipv4, false, true),
		ROW("receive, IPv6", cost_receive, ipv6, false, true),
		ROW("receive tagged, IPv4", cost_push_receive_tagged, ipv4, true, true),
		ROW("receive tagged, IPv6", cost_push_receive_tagged, ipv6, true, true),
	};
#undef ROW
	count = sizeof(rows) / sizeof(rows[0]);
	for (i = 0; i < ROUNDS; i++) {
		measure_round(&cost, rows, count, i);
	}
	printf("[\n");
	for (i = 0; i < count; i++) {
		qsort(rows[i].samples, ROUNDS, sizeof(double), compare);
		printf("  {\"name\": \"%s\", \"value\": %.1f, \"unit\": \"ns\"}%s\n",
		       rows[i].name, rows[i].samples[ROUNDS / 2], i + 1 < count ? "," : "");
	}
	printf("]\n");
	return fflush(stdout) ? 1 : 0;
}
