/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pc_receive on real interfaces (scene.h): what of the frames that come in by a
 * wire goes up the bond or a VLAN interface, what stays on the member, what is
 * dropped, and what is counted.
 *
 * That a frame does not arrive somewhere is seen by sending another one after it
 * that does.
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
#include <linux/if_packet.h>

#include "bpf/portchannel_plain.skel.h"

#define ETH_TYPE_LLDP 0x88cc
#define TAG_UNKNOWN   700

static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t all_nodes[6] = {0x33, 0x33, 0, 0, 0, 1};
static const uint8_t somebody[6] = {2, 0, 0, 0, 0xcc, 0xcc};
static const uint8_t slow_protocols[6] = {0x01, 0x80, 0xc2, 0, 0, 2};
static const uint8_t lldp[6] = {0x01, 0x80, 0xc2, 0, 0, 0x0e};
static const uint8_t bridges[6] = {0x01, 0x80, 0xc2, 0, 0, 0};

static struct scene scene;
static int bond_fd, vlan_fd;
static struct received got;
static uint8_t frame[FRAME_ROOM];

static int setup(void **state)
{
	(void)state;
	scene_reset(&scene);
	bond_fd = packet_open(scene.bond, ETH_P_ALL);
	vlan_fd = packet_open(scene.vlan, ETH_P_ALL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(bond_fd);
	close(vlan_fd);
	return 0;
}

/* Nothing came to the socket before what is sent now by this wire. */
static void assert_silent(int fd, unsigned int wire, bool vlan)
{
	static uint8_t mark;
	uint8_t last[FRAME_ROOM];
	size_t size = frame_plain(last, everybody, ETH_TYPE_PLAIN, ++mark);

	if (vlan) {
		size = frame_tag(last, size, ETH_P_8021Q, SCENE_VID);
	}
	packet_send(scene.wire[wire], last, size);
	packet_receive(fd, &got);
	assert_int_equal(got.protocol, ETH_TYPE_PLAIN);
	assert_int_equal(got.bytes[got.size - 1], mark);
}

static void assert_arrives(int fd, const uint8_t *expected, size_t size)
{
	packet_receive(fd, &got);
	assert_int_equal(got.size, size);
	assert_memory_equal(got.bytes, expected, size);
}

static void test_goes_up(void **state)
{
	struct dp_counters counters;

	(void)state;
	for (unsigned int i = 0; i < SCENE_MEMBERS; i++) {
		size_t size = frame_udp(frame, scene.mac, (uint16_t)i, 100);

		packet_send(scene.wire[i], frame, size);
		assert_arrives(bond_fd, frame, size);
		assert_false(got.tagged);
		counters = scene_counters(&scene);
		assert_int_equal(counters.members[i].rx_packets, 1);
		assert_int_equal(counters.members[i].rx_bytes, size);
	}
	assert_silent(vlan_fd, 0, true);
}

/* The bond takes a frame for what its own address makes it. */
static void test_packet_type(void **state)
{
	const struct {
		const uint8_t *dst;
		unsigned char type;
	} cases[] = {{scene.mac, PACKET_HOST},
		     {somebody, PACKET_OTHERHOST},
		     {everybody, PACKET_BROADCAST},
		     {all_nodes, PACKET_MULTICAST}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size = frame_udp(frame, cases[i].dst, 1, 10);

		packet_send(scene.wire[1], frame, size);
		assert_arrives(bond_fd, frame, size);
		assert_int_equal(got.packet_type, cases[i].type);
		packet_send(scene.wire[1], frame,
			    frame_tag(frame, size, ETH_P_8021Q, SCENE_VID));
		packet_receive(vlan_fd, &got);
		assert_int_equal(got.packet_type == PACKET_BROADCAST,
				 cases[i].type == PACKET_BROADCAST);
	}
}

static void test_not_collecting(void **state)
{
	struct dp_counters counters;
	size_t size = frame_udp(frame, scene.mac, 1, 10);

	(void)state;
	scene.table->slots[1].flags = DP_SLOT_TRANSMIT;
	packet_send(scene.wire[1], frame, size);
	packet_send(scene.wire[1], frame, frame_tag(frame, size, ETH_P_8021Q, SCENE_VID));
	assert_silent(bond_fd, 0, false);
	assert_silent(vlan_fd, 0, true);
	counters = scene_counters(&scene);
	assert_int_equal(counters.members[1].rx_drops[DP_DROP_NOT_COLLECTING], 2);
	assert_int_equal(counters.members[1].rx_packets, 0);
	assert_int_equal(counters.members[0].rx_drops[DP_DROP_NOT_COLLECTING], 0);
}

static void test_not_member(void **state)
{
	int slow = packet_open(scene.member[2], ETH_P_SLOW);
	size_t size = frame_udp(frame, scene.mac, 1, 10);

	(void)state;
	scene.table->slots[2] = (struct dp_slot){0};
	packet_send(scene.wire[2], frame, size);
	assert_silent(bond_fd, 0, false);
	assert_int_equal(scene_counters(&scene).drops[DP_DROP_NOT_MEMBER], 1);
	/* LACP works on a link before it has a slot. */
	size = frame_plain(frame, slow_protocols, ETH_P_SLOW, 1);
	packet_send(scene.wire[2], frame, size);
	assert_arrives(slow, frame, size);
	assert_int_equal(scene_counters(&scene).drops[DP_DROP_NOT_MEMBER], 1);
	close(slow);
}

/* LACP and marker frames: the member's alone, collecting or not. */
static void test_slow_protocols(void **state)
{
	int slow = packet_open(scene.member[1], ETH_P_SLOW);
	size_t size = frame_plain(frame, slow_protocols, ETH_P_SLOW, 1);

	(void)state;
	for (int collecting = 0; collecting < 2; collecting++) {
		scene.table->slots[1].flags = collecting ? DP_SLOT_RECEIVE : 0;
		packet_send(scene.wire[1], frame, size);
		assert_arrives(slow, frame, size);
	}
	assert_silent(bond_fd, 0, false);
	assert_int_equal(scene_counters(&scene).members[1].rx_packets, 0);
	assert_int_equal(scene_counters(&scene).members[1].rx_drops[DP_DROP_NOT_COLLECTING], 0);
	close(slow);
}

/* An EtherType alone does not make a frame the link's own. */
static void test_slow_type_to_us(void **state)
{
	size_t size = frame_plain(frame, scene.mac, ETH_P_SLOW, 1);

	(void)state;
	packet_send(scene.wire[1], frame, size);
	assert_arrives(bond_fd, frame, size);
}

/* LLDP and STP: on the member and, if it collects, on the bond. */
static void test_other_link_local(void **state)
{
	int member = packet_open(scene.member[1], ETH_TYPE_LLDP);
	const uint8_t *destinations[] = {lldp, bridges};
	size_t size;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		scene.table->slots[1].flags = DP_SLOT_RECEIVE;
		size = frame_plain(frame, destinations[i], ETH_TYPE_LLDP, 1);
		packet_send(scene.wire[1], frame, size);
		assert_arrives(member, frame, size);
		assert_arrives(bond_fd, frame, size);
		scene.table->slots[1].flags = 0;
		packet_send(scene.wire[1], frame, size);
		assert_arrives(member, frame, size);
		assert_silent(bond_fd, 0, false);
	}
	assert_int_equal(scene_counters(&scene).members[1].rx_packets, 2);
	close(member);
}

/* 01:80:c2:00:00:1x and beyond are ordinary multicast. */
static void test_not_link_local(void **state)
{
	const uint8_t beyond[][6] = {{0x01, 0x80, 0xc2, 0, 0, 0x10},
				     {0x01, 0x80, 0xc2, 0, 1, 0x02},
				     {0x01, 0x80, 0xc2, 1, 0, 0x02},
				     {0x01, 0x80, 0xc3, 0, 0, 0x02}};
	int member = packet_open(scene.member[1], ETH_P_SLOW);

	(void)state;
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		size_t size = frame_plain(frame, beyond[i], ETH_P_SLOW, 1);

		packet_send(scene.wire[1], frame, size);
		assert_arrives(bond_fd, frame, size);
	}
	assert_int_equal(packet_wait(&member, 1, 0, &got), -1);
	close(member);
}

static void test_vlan(void **state)
{
	uint8_t untagged[FRAME_ROOM];
	size_t size = frame_udp(untagged, scene.mac, 1, 10);

	(void)state;
	memcpy(frame, untagged, size);
	/* The priority bits do not matter. */
	packet_send(scene.wire[2], frame,
		    frame_tag(frame, size, ETH_P_8021Q, 0xe000 | SCENE_VID));
	assert_arrives(vlan_fd, untagged, size);
	assert_false(got.tagged);
	assert_int_equal(got.protocol, ETH_P_IP);
	assert_silent(bond_fd, 0, false);
	assert_int_equal(scene_counters(&scene).members[2].rx_packets, 1);
}

/* Priority only: no VLAN, so the bond's own. */
static void test_vlan_0(void **state)
{
	uint8_t untagged[FRAME_ROOM];
	size_t size = frame_udp(untagged, scene.mac, 1, 10);

	(void)state;
	memcpy(frame, untagged, size);
	packet_send(scene.wire[0], frame, frame_tag(frame, size, ETH_P_8021Q, 0xa000));
	assert_arrives(bond_fd, untagged, size);
	assert_false(got.tagged);
}

/* A VLAN that nobody here has, or another kind of tag: up the bond as it is. */
static void test_tag_of_others(void **state)
{
	const struct {
		uint16_t type, tci;
	} tags[] = {{ETH_P_8021Q, 0x6000 | TAG_UNKNOWN},
		    {ETH_P_8021AD, SCENE_VID},
		    {ETH_P_8021AD, 0}};
	uint8_t untagged[FRAME_ROOM];
	size_t size = frame_udp(untagged, scene.mac, 1, 10);

	(void)state;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		memcpy(frame, untagged, size);
		packet_send(scene.wire[0], frame,
			    frame_tag(frame, size, tags[i].type, tags[i].tci));
		assert_arrives(bond_fd, untagged, size);
		assert_true(got.tagged);
		assert_int_equal(got.tci, tags[i].tci);
		assert_int_equal(got.tag_type, tags[i].type);
	}
}

/* The tag within our VLAN is left to whoever is on the VLAN interface. */
static void test_tag_in_tag(void **state)
{
	uint8_t untagged[FRAME_ROOM];
	size_t size = frame_udp(untagged, scene.mac, 1, 10);

	(void)state;
	memcpy(frame, untagged, size);
	size = frame_tag(frame, size, ETH_P_8021Q, TAG_UNKNOWN);
	packet_send(scene.wire[0], frame, frame_tag(frame, size, ETH_P_8021Q, SCENE_VID));
	assert_arrives(vlan_fd, untagged, size - 4);
	assert_true(got.tagged);
	assert_int_equal(got.tci, TAG_UNKNOWN);
}

/* Frames on the wire are counted, not packets of the stack. */
static void test_gso_counted(void **state)
{
	const uint8_t tcp[20] = {0x30, 0x39, 0x10, 0x00, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10};
	size_t size = frame_udp(frame, scene.mac, 12345, 12 + 5005);

	(void)state;
	frame[23] = 6;
	memcpy(frame + 34, tcp, sizeof(tcp));
	packet_send_offload(scene.wire[0], frame, size, 54, 1000);
	packet_receive(bond_fd, &got);
	assert_int_equal(scene_counters(&scene).members[0].rx_packets, 6);
	assert_int_equal(scene_counters(&scene).members[0].rx_bytes, size);
}

/* The bond's own counters are true: each frame once. */
static void test_interface_counters(void **state)
{
	size_t size = frame_udp(frame, scene.mac, 1, 10);
	unsigned long before = scene_rx_packets("bond0");

	(void)state;
	for (int i = 0; i < 10; i++) {
		packet_send(scene.wire[1], frame, size);
		packet_receive(bond_fd, &got);
	}
	assert_int_equal(scene_rx_packets("bond0") - before, 10);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_goes_up),
		TEST(test_packet_type),
		TEST(test_not_collecting),
		TEST(test_not_member),
		TEST(test_slow_protocols),
		TEST(test_slow_type_to_us),
		TEST(test_other_link_local),
		TEST(test_not_link_local),
		TEST(test_vlan),
		TEST(test_vlan_0),
		TEST(test_tag_of_others),
		TEST(test_tag_in_tag),
		TEST(test_gso_counted),
		TEST(test_interface_counters),
	};
	struct portchannel_plain *plain = portchannel_plain__open_and_load();

	if (!plain) {
		fprintf(stderr, "the object does not load\n");
		return 1;
	}
	scene_open(&scene, plain->obj);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
