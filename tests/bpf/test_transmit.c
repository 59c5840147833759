/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pc_transmit and pc_transmit_vlan on real interfaces (scene.h): which wire a
 * frame leaves by, with and without carrier, its tag, and what is counted. All
 * tests run with both objects, those of the carrier only with the one that reads
 * it; each object has a namespace of its own.
 */
#include "tests/bpf/scene.h"

#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <cmocka.h>
#include <linux/if_ether.h>

#include "abi/flow_hash.h"
#include "bpf/portchannel_carrier.skel.h"
#include "bpf/portchannel_plain.skel.h"

#define FLOWS	    120
#define WAIT_MS	    10
#define WAITS	    200
#define TAG_UNKNOWN 700

static const uint8_t peer[6] = {2, 0, 0, 0, 0xbb, 0xbb};
static struct scene scene;
static int wires[SCENE_MEMBERS];
static struct received got;

static int setup(void **state)
{
	(void)state;
	scene_reset(&scene);
	for (int i = 0; i < SCENE_MEMBERS; i++) {
		wires[i] = packet_open(scene.wire[i], ETH_P_ALL);
	}
	return 0;
}

static int setup_carrier(void **state)
{
	int result = setup(state);

	scene_learn(&scene);
	return result;
}

static int teardown(void **state)
{
	(void)state;
	for (int i = 0; i < SCENE_MEMBERS; i++) {
		close(wires[i]);
	}
	return 0;
}

static uint32_t bucket_of(const uint8_t *frame, size_t size)
{
	struct flow_hash_info info;

	return flow_hash_bucket(flow_hash(scene.table->policy, frame, frame + size, &info));
}

static uint64_t drops_of(const struct dp_counters *counters)
{
	uint64_t sum = 0;

	for (int i = 0; i < DP_DROP_COUNT; i++) {
		sum += counters->drops[i];
	}
	return sum;
}

/* Sends the frame; the wire that it comes out of, or SCENE_MEMBERS if it was
 * counted as dropped. The frame as it came is in got. */
static unsigned int wire_of(unsigned int ifindex, const uint8_t *frame, size_t size)
{
	struct dp_counters before = scene_counters(&scene), now;
	int wire, tries;

	packet_send(ifindex, frame, size);
	for (tries = 0; tries < WAITS; tries++) {
		wire = packet_wait(wires, SCENE_MEMBERS, tries ? WAIT_MS : 0, &got);
		if (wire >= 0) {
			return (unsigned int)wire;
		}
		now = scene_counters(&scene);
		if (drops_of(&now) != drops_of(&before)) {
			return SCENE_MEMBERS;
		}
	}
	fail_msg("the frame came out of no wire and was not counted as dropped");
	return SCENE_MEMBERS;
}

/* The wire for a flow on the bond. */
static unsigned int flow_wire(uint16_t flow, uint32_t *bucket)
{
	uint8_t frame[FRAME_ROOM];
	size_t size = frame_udp(frame, peer, flow, 18);

	if (bucket) {
		*bucket = bucket_of(frame, size);
	}
	return wire_of(scene.bond, frame, size);
}

static void test_bucket_decides(void **state)
{
	struct dp_counters counters;
	uint32_t bucket, used[SCENE_MEMBERS] = {0};
	uint16_t flow;

	(void)state;
	for (flow = 0; flow < FLOWS; flow++) {
		unsigned int wire = flow_wire(flow, &bucket);

		assert_int_equal(wire, bucket % SCENE_MEMBERS);
		assert_int_equal(got.size, 60);
		assert_false(got.tagged);
		used[wire]++;
	}
	counters = scene_counters(&scene);
	for (int i = 0; i < SCENE_MEMBERS; i++) {
		assert_true(used[i] > 0);
		assert_int_equal(counters.members[i].tx_packets, used[i]);
		assert_int_equal(counters.members[i].tx_bytes, used[i] * 60);
		assert_int_equal(counters.members[i].tx_failover, 0);
	}
	assert_int_equal(drops_of(&counters), 0);
}

static void test_policy_is_followed(void **state)
{
	static const uint32_t policies[] = {XMIT_HASH_LAYER2, XMIT_HASH_LAYER23};
	uint32_t bucket;

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		scene.table->policy = policies[i];
		for (uint16_t flow = 0; flow < 10; flow++) {
			unsigned int wire = flow_wire(flow, &bucket);

			assert_int_equal(wire, bucket % SCENE_MEMBERS);
		}
		assert_int_equal(scene_counters(&scene).bucket_bytes[bucket], 600);
	}
}

/* A slot that must not transmit: its buckets go to their backups, no other moves. */
static void test_backup(void **state)
{
	uint32_t bucket, moved = 0;

	(void)state;
	scene.table->slots[1].flags = DP_SLOT_RECEIVE;
	for (uint16_t flow = 0; flow < FLOWS; flow++) {
		unsigned int wire = flow_wire(flow, &bucket);

		assert_int_equal(wire,
				 bucket % SCENE_MEMBERS == 1 ? 2 : bucket % SCENE_MEMBERS);
		moved += bucket % SCENE_MEMBERS == 1;
	}
	assert_true(moved > 0);
	assert_int_equal(scene_counters(&scene).members[2].tx_failover, moved);
}

/* Slot and backup both gone: whatever is left, spread evenly. */
static void test_last_resort(void **state)
{
	uint32_t used[SCENE_MEMBERS] = {0};

	(void)state;
	for (int i = 0; i < BOND_BUCKETS; i++) {
		scene.table->buckets[i] = (struct dp_bucket){7, BOND_NO_MEMBER};
	}
	for (uint16_t flow = 0; flow < FLOWS; flow++) {
		used[flow_wire(flow, NULL)]++;
	}
	for (int i = 0; i < SCENE_MEMBERS; i++) {
		assert_in_range(used[i], FLOWS / SCENE_MEMBERS / 2, FLOWS / SCENE_MEMBERS * 2);
	}
}

static void test_no_member(void **state)
{
	struct dp_counters counters;

	(void)state;
	for (int i = 0; i < SCENE_MEMBERS; i++) {
		scene.table->slots[i].flags = DP_SLOT_RECEIVE;
	}
	assert_int_equal(flow_wire(1, NULL), SCENE_MEMBERS);
	scene.table->slots[0] = (struct dp_slot){.flags = DP_SLOT_TRANSMIT};
	assert_int_equal(flow_wire(2, NULL), SCENE_MEMBERS);
	counters = scene_counters(&scene);
	assert_int_equal(counters.drops[DP_DROP_NO_MEMBER], 2);
	for (int i = 0; i < SCENE_MEMBERS; i++) {
		assert_int_equal(counters.members[i].tx_packets, 0);
	}
}

/* Nobody rewrites the table here: the program alone keeps off the cut wire. */
static void cut_and_check(const char *cut)
{
	uint32_t bucket;

	scene_ip(cut);
	for (uint16_t flow = 0; flow < FLOWS; flow++) {
		unsigned int wire = flow_wire(flow, &bucket);

		assert_int_equal(wire,
				 bucket % SCENE_MEMBERS == 0 ? 1 : bucket % SCENE_MEMBERS);
	}
	assert_true(scene_counters(&scene).members[1].tx_failover > 0);
	assert_int_equal(scene_counters(&scene).members[0].tx_packets, 0);
}

static void test_carrier_lost(void **state)
{
	(void)state;
	cut_and_check("link set wire0 down");
}

static void test_carrier_back(void **state)
{
	uint32_t bucket;

	(void)state;
	cut_and_check("link set wire0 down");
	scene_ip("link set wire0 up");
	for (uint16_t flow = 0; flow < FLOWS; flow++) {
		unsigned int wire = flow_wire(flow, &bucket);

		assert_int_equal(wire, bucket % SCENE_MEMBERS);
	}
}

static void test_member_down(void **state)
{
	(void)state;
	cut_and_check("link set member0 down");
}

static void test_carrier_of_none(void **state)
{
	(void)state;
	for (int i = 0; i < SCENE_MEMBERS; i++) {
		char cut[64];

		snprintf(cut, sizeof(cut), "link set wire%d down", i);
		scene_ip(cut);
	}
	assert_int_equal(flow_wire(1, NULL), SCENE_MEMBERS);
	assert_int_equal(scene_counters(&scene).drops[DP_DROP_NO_MEMBER], 1);
}

/* Set down, but with carrier, which a veth never has. */
static void test_down_with_carrier(void **state)
{
	uint16_t flow = 0;

	(void)state;
	scene_ip("link add redirecting type ifb");
	scene.table->slots[0].ifindex = if_nametoindex("redirecting");
	scene_learn_slot(&scene, 0);
	for (flow = 0; flow < 12; flow++) {
		assert_int_not_equal(flow_wire(flow, NULL), 0);
	}
	assert_int_equal(scene_counters(&scene).members[0].tx_packets, 0);
	scene_ip("link set redirecting up");
	for (flow = 0; flow < 12; flow++) {
		uint8_t frame[FRAME_ROOM];

		packet_send(scene.bond, frame, frame_udp(frame, peer, flow, 18));
	}
	assert_true(scene_counters(&scene).members[0].tx_packets > 0);
	scene_ip("link del redirecting");
}

/* An address at which another device stands, or nothing at all, is no carrier
 * and does no harm. */
static void test_stale_address(void **state)
{
	const uint64_t stale[] = {scene.table->slots[2].net_device, 0xffff8dead0000000, 8,
				  0xffffffffffffff00, 0x5a5a5a5a5a5a5a5a};
	uint32_t bucket;

	(void)state;
	for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++) {
		scene.table->slots[0].net_device = stale[i];
		for (uint16_t flow = 0; flow < 12; flow++) {
			assert_int_not_equal(flow_wire(flow, &bucket), 0);
		}
	}
}

/* The address of a member that has vanished. */
static void test_vanished_member(void **state)
{
	uint64_t address;

	(void)state;
	scene_ip("link add gone type veth peer name gone-far");
	scene_ip("link del gone");
	address = scene.table->slots[0].net_device;
	scene.table->slots[0].ifindex = 0x7ffffff0;
	for (uint16_t flow = 0; flow < 12; flow++) {
		assert_int_not_equal(flow_wire(flow, NULL), 0);
	}
	assert_int_equal(scene.table->slots[0].net_device, address);
}

/* Not learnt: taken to have carrier. */
static void test_carrier_unknown(void **state)
{
	(void)state;
	scene_ip("link set wire0 down");
	for (int i = 0; i < SCENE_MEMBERS; i++) {
		scene.table->slots[i].net_device = 0;
	}
	for (uint16_t flow = 0; flow < 12; flow++) {
		uint8_t frame[FRAME_ROOM];

		packet_send(scene.bond, frame, frame_udp(frame, peer, flow, 18));
	}
	assert_true(scene_counters(&scene).members[0].tx_packets > 0);
	assert_int_equal(scene_counters(&scene).members[1].tx_failover, 0);
}

/* All members at once, and of which it is known. */
static void test_carriers_at_once(void **state)
{
	const uint32_t known = 1u << BOND_MEMBERS_MAX, all = (1u << SCENE_MEMBERS) - 1;

	(void)state;
	assert_int_equal(scene_carriers(&scene), all * known | all);
	scene_ip("link set wire1 down");
	assert_int_equal(scene_carriers(&scene), all * known | (all & ~2u));
	scene_ip("link set wire1 up");
	scene_ip("link set member0 down");
	assert_int_equal(scene_carriers(&scene), all * known | (all & ~1u));
	/* Not learnt, and an address at which another device stands. */
	scene.table->slots[0].net_device = 0;
	scene.table->slots[1].net_device = scene.table->slots[2].net_device;
	assert_int_equal(scene_carriers(&scene), 4 * known | 4);
}

static void test_vlan_tag(void **state)
{
	uint8_t frame[FRAME_ROOM];

	(void)state;
	for (uint16_t flow = 0; flow < FLOWS; flow++) {
		size_t size = frame_udp(frame, peer, flow, 18);

		/* The tag is not in the hash: the bucket is the untagged frame's. */
		assert_int_equal(wire_of(scene.vlan, frame, size),
				 bucket_of(frame, size) % SCENE_MEMBERS);
		assert_true(got.tagged);
		assert_int_equal(got.tag_type, ETH_P_8021Q);
		assert_int_equal(got.tci, SCENE_VID);
		assert_int_equal(got.size, size);
		assert_memory_equal(got.bytes, frame, size);
	}
}

/* The VLAN id that the program has noted does not outlive the VLAN interface. */
static void test_vlan_tag_changes(void **state)
{
	uint32_t vid = TAG_UNKNOWN;
	uint8_t frame[FRAME_ROOM];
	size_t size = frame_udp(frame, peer, 1, 18);

	(void)state;
	wire_of(scene.vlan, frame, size);
	assert_int_equal(got.tci, SCENE_VID);
	scene_vlan_set(&scene, SCENE_VID, 0);
	assert_int_equal(bpf_map_update_elem(scene.tags_fd, &scene.vlan_hub, &vid, BPF_ANY), 0);
	wire_of(scene.vlan, frame, size);
	assert_int_equal(got.tci, TAG_UNKNOWN);
	assert_int_equal(bpf_map_delete_elem(scene.tags_fd, &scene.vlan_hub), 0);
	assert_int_equal(wire_of(scene.vlan, frame, size), SCENE_MEMBERS);
	assert_int_equal(scene_counters(&scene).drops[DP_DROP_NO_TAG], 1);
}

/* What a VLAN interface of somebody else's on the bond sends keeps its tag. */
static void test_tag_of_sender(void **state)
{
	uint8_t frame[FRAME_ROOM], untagged[FRAME_ROOM];

	(void)state;
	for (uint16_t flow = 0; flow < FLOWS; flow++) {
		size_t size = frame_udp(frame, peer, flow, 18);

		memcpy(untagged, frame, size);
		frame_tag(frame, size, ETH_P_8021Q, 0xa000 | TAG_UNKNOWN);
		assert_int_equal(wire_of(scene.bond, frame, size + 4),
				 bucket_of(untagged, size) % SCENE_MEMBERS);
		assert_true(got.tagged);
		assert_int_equal(got.tci, 0xa000 | TAG_UNKNOWN);
		assert_memory_equal(got.bytes, untagged, size);
	}
}

/* A tag within the VLAN: both are on the wire, the VLAN interface's outside. */
static void test_tag_in_tag(void **state)
{
	uint8_t frame[FRAME_ROOM];
	size_t size = frame_tag(frame, frame_udp(frame, peer, 3, 18), ETH_P_8021Q, TAG_UNKNOWN);

	(void)state;
	assert_int_equal(wire_of(scene.vlan, frame, size),
			 bucket_of(frame, size) % SCENE_MEMBERS);
	assert_true(got.tagged);
	assert_int_equal(got.tci, SCENE_VID);
	assert_int_equal(got.size, size);
	assert_memory_equal(got.bytes, frame, size);
}

/* Only the Ethernet header in the packet's linear part: the ports are found. */
static void test_headers_not_linear(void **state)
{
	uint8_t frame[FRAME_ROOM];

	(void)state;
	for (uint16_t flow = 0; flow < FLOWS; flow++) {
		size_t size = frame_udp(frame, peer, flow, 8000);
		uint32_t bucket = bucket_of(frame, size);

		packet_send_offload(scene.bond, frame, size, ETH_HLEN, 0);
		assert_int_equal(packet_wait(wires, SCENE_MEMBERS, WAIT_MS * WAITS, &got),
				 bucket % SCENE_MEMBERS);
		assert_int_equal(got.size, size);
		assert_memory_equal(got.bytes, frame, size);
	}
}

/* Frames on the wire are counted, not packets of the stack. */
static void test_gso_counted(void **state)
{
	const uint8_t tcp[20] = {0x30, 0x39, 0x10, 0x00, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10};
	uint8_t frame[FRAME_ROOM];
	size_t size = frame_udp(frame, peer, 12345, 12 + 5005);
	unsigned int member;

	(void)state;
	frame[23] = 6;
	memcpy(frame + 34, tcp, sizeof(tcp));
	member = bucket_of(frame, size) % SCENE_MEMBERS;
	packet_send_offload(scene.bond, frame, size, 54, 1000);
	packet_receive(wires[member], &got);
	assert_int_equal(scene_counters(&scene).members[member].tx_packets, 6);
	assert_int_equal(scene_counters(&scene).members[member].tx_bytes, size);
}

/* A broadcast leaves once and does not come back. */
static void test_no_loop(void **state)
{
	static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	int bond = packet_open(scene.bond, ETH_P_ALL);
	uint8_t frame[FRAME_ROOM];
	size_t size = frame_plain(frame, everybody, ETH_TYPE_PLAIN, 1);

	(void)state;
	assert_int_equal(wire_of(scene.bond, frame, size),
			 bucket_of(frame, size) % SCENE_MEMBERS);
	/* What comes in next on the bond is not it, but what was sent later. */
	frame_plain(frame, everybody, ETH_TYPE_PLAIN, 2);
	packet_send(scene.wire[0], frame, size);
	packet_receive(bond, &got);
	assert_int_equal(got.bytes[ETH_HLEN], 2);
	assert_int_equal(packet_wait(wires, SCENE_MEMBERS, 0, &got), -1);
	close(bond);
}

/* The programs at the devices' own egress: the hubs see nothing. */
static void test_device_hook(void **state)
{
	unsigned long hub_packets = scene_rx_packets("bond0-hub");
	unsigned long vlan_packets = scene_rx_packets("vlan652-hub");

	scene_egress_attach(&scene, "pc_transmit", scene.bond);
	scene_egress_attach(&scene, "pc_transmit_vlan", scene.vlan);
	test_bucket_decides(state);
	test_vlan_tag(state);
	scene_reset(&scene);
	test_gso_counted(state);
	scene_egress_detach(scene.bond);
	scene_egress_detach(scene.vlan);
	assert_int_equal(scene_rx_packets("bond0-hub"), hub_packets);
	assert_int_equal(scene_rx_packets("vlan652-hub"), vlan_packets);
}

/* Whether this kernel has what the object that reads carrier asks for. */
static bool kernel_reads_carrier(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has = btf && btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;

	btf__free(btf);
	return has;
}

#define TEST(test)	   cmocka_unit_test_setup_teardown(test, setup, teardown)
#define TEST_CARRIER(test) cmocka_unit_test_setup_teardown(test, setup_carrier, teardown)

static int run_common_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bucket_decides), TEST(test_policy_is_followed),
		TEST(test_backup),	   TEST(test_last_resort),
		TEST(test_no_member),	   TEST(test_carrier_unknown),
		TEST(test_vlan_tag),	   TEST(test_vlan_tag_changes),
		TEST(test_tag_of_sender),  TEST(test_tag_in_tag),
		TEST(test_gso_counted),	   TEST(test_headers_not_linear),
		TEST(test_no_loop),	   TEST(test_device_hook),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

static int run_carrier_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST_CARRIER(test_bucket_decides),  TEST_CARRIER(test_backup),
		TEST_CARRIER(test_last_resort),	    TEST_CARRIER(test_no_member),
		TEST_CARRIER(test_carrier_lost),    TEST_CARRIER(test_carrier_back),
		TEST_CARRIER(test_member_down),	    TEST_CARRIER(test_carrier_of_none),
		TEST_CARRIER(test_stale_address),   TEST_CARRIER(test_vanished_member),
		TEST_CARRIER(test_carrier_unknown), TEST_CARRIER(test_down_with_carrier),
		TEST_CARRIER(test_vlan_tag),	    TEST_CARRIER(test_carriers_at_once),
	};

	return cmocka_run_group_tests_name("carrier read", tests, NULL, NULL);
}

int main(void)
{
	struct portchannel_carrier *carrier = portchannel_carrier__open_and_load();
	struct portchannel_plain *plain = portchannel_plain__open_and_load();
	int failed;

	if (!plain) {
		fprintf(stderr, "the plain object does not load\n");
		return 1;
	}
	scene_open(&scene, plain->obj);
	failed = run_common_tests("carrier not read");
	if (!carrier) {
		fprintf(stderr, "the object that reads carrier does not load\n");
		return failed || kernel_reads_carrier();
	}
	scene_open(&scene, carrier->obj);
	failed += run_common_tests("carrier read, not learnt");
	failed += run_carrier_tests();
	portchannel_carrier__destroy(carrier);
	portchannel_plain__destroy(plain);
	return failed != 0;
}
