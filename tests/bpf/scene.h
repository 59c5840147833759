/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bond of real interfaces with the programs attached, in a network namespace
 * of the test's own, without daemon and engine:
 *
 *	bond0 -- hub ............ member 0 -- wire 0
 *	          : pc_transmit : member 1 -- wire 1
 *	vlan652 -- vlan hub ..... member 2 -- wire 2
 *
 * "--" is a veth pair. Frames are put in and taken out with packet sockets at
 * bond0, vlan652 and the far ends of the wires. IPv6 is off: nothing but the
 * test sends.
 */
#ifndef TESTS_BPF_SCENE_H
#define TESTS_BPF_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/libbpf.h>

#include "abi/datapath.h"

#define SCENE_MEMBERS  3
#define SCENE_VID      652
#define SCENE_MTU      9000
/* Room for a frame of SCENE_MTU and its headers. */
#define FRAME_ROOM     9100
#define ETH_TYPE_PLAIN 0x88b5 /* for local experiments: hashed by E alone */

struct scene {
	const struct bpf_object *object;
	struct dp_table *table;
	int vlans_fd;
	int tags_fd;
	int counters_fd;
	unsigned int bond, hub, vlan, vlan_hub;
	unsigned int member[SCENE_MEMBERS], wire[SCENE_MEMBERS];
	uint8_t mac[6]; /* bond0's */
};

/* A frame as a packet socket gave it; the tag is beside it. */
struct received {
	uint8_t bytes[FRAME_ROOM];
	size_t size;
	bool tagged;
	uint16_t tci;
	uint16_t tag_type; /* 0x8100 or 0x88a8 */
	unsigned char packet_type;
	unsigned short protocol;
};

/* Makes the namespace, the interfaces and the maps' content: all members
 * transmit and collect, bucket i on member i % 3 with the next as its backup.
 * object: loaded. Fails the program if anything fails. */
void scene_open(struct scene *scene, const struct bpf_object *object);
/* The table as scene_open made it, wires up, counters zeroed. */
void scene_reset(struct scene *scene);
/* Runs `ip` with these arguments. */
void scene_ip(const char *arguments);
/* Fills in the members' addresses (pc_learn); only for the carrier object. */
void scene_learn(struct scene *scene);
void scene_learn_slot(struct scene *scene, unsigned int slot);
/* What pc_carriers says; only for the carrier object. */
uint32_t scene_carriers(const struct scene *scene);
/* Attaches a program at a device's egress too, or takes it away again. */
void scene_egress_attach(const struct scene *scene, const char *program, unsigned int ifindex);
void scene_egress_detach(unsigned int ifindex);
/* The same at a device's ingress, in the place of the one that stands there. */
void scene_ingress_replace(const struct scene *scene, const char *program,
			   unsigned int ifindex);
/* The hub for a VLAN id; 0 for none. */
void scene_vlan_set(const struct scene *scene, uint32_t vid, uint32_t hub);
/* The sum over all CPUs. */
struct dp_counters scene_counters(const struct scene *scene);

/* What the interface itself says it has received. */
unsigned long scene_rx_packets(const char *name);

/* A packet socket; protocol ETH_P_ALL sees frames before the programs at
 * ingress do, any other only those that they let pass. */
int packet_open(unsigned int ifindex, uint16_t protocol);
/* Sends the frame out of the interface. */
void packet_send(unsigned int ifindex, const void *frame, size_t size);
/* The same as one GSO packet or with only linear bytes in its linear part (by a
 * virtio header): gso_size 0 for no GSO. */
void packet_send_offload(unsigned int ifindex, const void *frame, size_t size, uint16_t linear,
			 uint16_t gso_size);
/* The first frame that came in on one of the sockets: its index, or -1 if none
 * came within the time. Frames that the interface itself sends are left out. */
int packet_wait(const int *fds, size_t count, int timeout_ms, struct received *out);
/* The same of one socket with time enough; fails the program if none comes. */
void packet_receive(int fd, struct received *out);

/* Frames for the tests; each returns the size. UDP ports differ by flow. */
size_t frame_udp(uint8_t *frame, const uint8_t dst[6], uint16_t flow, size_t payload);
size_t frame_plain(uint8_t *frame, const uint8_t dst[6], uint16_t type, uint8_t mark);
/* The same with a tag in the frame. */
size_t frame_tag(uint8_t *frame, size_t size, uint16_t type, uint16_t tci);

#endif
