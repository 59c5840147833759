/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pc_receive_nic on real interfaces (scene.h): member 0 is a NIC with the scene's
 * VLAN interface. What is tagged for that goes there, all else stays where it came in,
 * as it came in.
 */
#include "tests/bpf/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/if_ether.h>

#include "bpf/portchannel_plain.skel.h"

#define TAG_UNKNOWN	  700
#define ETH_TYPE_EXPECTED 0x88b6

static const uint8_t somebody[6] = {2, 0, 0, 0, 0xcc, 0xcc};
static const uint8_t slow_protocols[6] = {0x01, 0x80, 0xc2, 0, 0, 2};

static struct scene scene;
static int nic_fd, vlan_fd, bond_fd;
static struct received got;
static uint8_t frame[FRAME_ROOM];

static int setup(void **state)
{
	(void)state;
	scene_reset(&scene);
	/* A protocol's socket sees what has got past the filters, ETH_P_ALL all. */
	nic_fd = packet_open(scene.member[0], ETH_TYPE_PLAIN);
	vlan_fd = packet_open(scene.vlan, ETH_P_ALL);
	bond_fd = packet_open(scene.bond, ETH_P_ALL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(nic_fd);
	close(vlan_fd);
	close(bond_fd);
	return 0;
}

static void assert_arrives(int fd, const uint8_t *expected, size_t size)
{
	packet_receive(fd, &got);
	assert_int_equal(got.size, size);
	assert_memory_equal(got.bytes, expected, size);
}

/* Neither a frame on the VLAN interface nor one on the bond came before this. */
static void assert_elsewhere_silent(void)
{
	static uint8_t mark;
	size_t size = frame_plain(frame, scene.mac, ETH_TYPE_EXPECTED, ++mark);

	packet_send(scene.wire[1], frame, size);
	assert_arrives(bond_fd, frame, size);
	packet_send(scene.wire[0], frame, frame_tag(frame, size, ETH_P_8021Q, SCENE_VID));
	packet_receive(vlan_fd, &got);
	assert_int_equal(got.protocol, ETH_TYPE_EXPECTED);
	assert_int_equal(got.bytes[got.size - 1], mark);
}

static void test_vlan(void **state)
{
	uint8_t untagged[FRAME_ROOM];
	size_t size = frame_udp(untagged, scene.mac, 1, 10);
	struct dp_counters counters;

	(void)state;
	/* Whatever the address, whatever the priority: as a member's frames. */
	for (int i = 0; i < 2; i++) {
		size = frame_udp(untagged, i ? somebody : scene.mac, 1, 10);
		memcpy(frame, untagged, size);
		packet_send(scene.wire[0], frame,
			    frame_tag(frame, size, ETH_P_8021Q, 0xe000 | SCENE_VID));
		assert_arrives(vlan_fd, untagged, size);
		assert_false(got.tagged);
	}
	counters = scene_counters(&scene);
	assert_int_equal(counters.members[0].rx_packets, 2);
	assert_int_equal(counters.members[0].rx_bytes, 2 * size);
}

/* What isn't collected from a member is no matter here. */
static void test_flags_do_not_matter(void **state)
{
	uint8_t untagged[FRAME_ROOM];
	size_t size = frame_udp(untagged, scene.mac, 1, 10);

	(void)state;
	scene.table->slots[0] = (struct dp_slot){0};
	memcpy(frame, untagged, size);
	packet_send(scene.wire[0], frame, frame_tag(frame, size, ETH_P_8021Q, SCENE_VID));
	assert_arrives(vlan_fd, untagged, size);
	assert_int_equal(scene_counters(&scene).drops[DP_DROP_NOT_MEMBER], 0);
}

static void test_untagged_stays(void **state)
{
	size_t size;

	(void)state;
	for (int i = 0; i < 2; i++) {
		size = frame_plain(frame, i ? slow_protocols : somebody, ETH_TYPE_PLAIN, 1);
		packet_send(scene.wire[0], frame, size);
		assert_arrives(nic_fd, frame, size);
		assert_false(got.tagged);
	}
	assert_int_equal(scene_counters(&scene).members[0].rx_packets, 0);
	assert_elsewhere_silent();
}

/* Others' tags: nobody here has the id, priority only, a provider's. The stack takes
 * a priority tag off before it asks protocols; the others nobody takes. */
static void test_tag_of_others_stays(void **state)
{
	const struct {
		uint16_t type, tci;
	} tags[] = {{ETH_P_8021Q, 0x6000 | TAG_UNKNOWN},
		    {ETH_P_8021AD, SCENE_VID},
		    {ETH_P_8021Q, 0xa000}};
	int all_fd = packet_open(scene.member[0], ETH_P_ALL);
	uint8_t untagged[FRAME_ROOM];
	size_t size = frame_plain(untagged, somebody, ETH_TYPE_PLAIN, 1);

	(void)state;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		memcpy(frame, untagged, size);
		packet_send(scene.wire[0], frame,
			    frame_tag(frame, size, tags[i].type, tags[i].tci));
		assert_arrives(all_fd, untagged, size);
		assert_true(got.tagged);
		assert_int_equal(got.tci, tags[i].tci);
	}
	/* The last has gone on up the stack. */
	assert_arrives(nic_fd, untagged, size);
	assert_int_equal(scene_counters(&scene).members[0].rx_packets, 0);
	close(all_fd);
	assert_elsewhere_silent();
}

static void test_vlan_gone(void **state)
{
	int all_fd = packet_open(scene.member[0], ETH_P_ALL);
	uint8_t untagged[FRAME_ROOM];
	size_t size = frame_plain(untagged, scene.mac, ETH_TYPE_PLAIN, 1);

	(void)state;
	scene_vlan_set(&scene, SCENE_VID, 0);
	memcpy(frame, untagged, size);
	packet_send(scene.wire[0], frame, frame_tag(frame, size, ETH_P_8021Q, SCENE_VID));
	assert_arrives(all_fd, untagged, size);
	assert_true(got.tagged);
	scene_vlan_set(&scene, SCENE_VID, scene.vlan_hub);
	assert_elsewhere_silent();
	assert_int_equal(scene_counters(&scene).members[0].rx_packets, 1);
	close(all_fd);
}

/* The table of a NIC: one way out, whatever the hash. */
static void test_transmit(void **state)
{
	int wire_fd = packet_open(scene.wire[0], ETH_P_ALL);
	size_t size;

	(void)state;
	for (int i = 0; i < BOND_BUCKETS; i++) {
		scene.table->buckets[i] =
			(struct dp_bucket){.slot = 0, .backup = BOND_NO_MEMBER};
	}
	scene.table->policy = XMIT_HASH_LAYER2;
	for (uint16_t flow = 0; flow < 20; flow++) {
		size = frame_udp(frame, somebody, flow, 10);
		packet_send(scene.vlan, frame, size);
		assert_arrives(wire_fd, frame, size);
		assert_true(got.tagged);
		assert_int_equal(got.tci, SCENE_VID);
	}
	assert_int_equal(scene_counters(&scene).members[0].tx_packets, 20);
	close(wire_fd);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vlan),	   TEST(test_flags_do_not_matter),
		TEST(test_untagged_stays), TEST(test_tag_of_others_stays),
		TEST(test_vlan_gone),	   TEST(test_transmit),
	};
	struct portchannel_plain *plain = portchannel_plain__open_and_load();

	if (!plain) {
		fprintf(stderr, "the object does not load\n");
		return 1;
	}
	scene_open(&scene, plain->obj);
	scene_ingress_replace(&scene, "pc_receive_nic", scene.member[0]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
