/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames by which hosts find each other on a link: ARP (RFC 826, RFC 5227) and neighbour
 * and router discovery (RFC 4861), and the packet sockets that they go through.
 */
#ifndef DAEMON_NEIGHBOUR_H
#define DAEMON_NEIGHBOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NEIGHBOUR_MAC_SIZE   6
#define NEIGHBOUR_FRAME_SIZE 128 /* the longest here has 90 bytes */

struct neighbour_frame {
	size_t size;
	uint8_t bytes[NEIGHBOUR_FRAME_SIZE];
};

/* What an ARP packet for IPv4 over Ethernet says. */
struct neighbour_arp {
	bool is_request; /* else a reply */
	bool to_all;	 /* it was broadcast */
	uint8_t sender_mac[NEIGHBOUR_MAC_SIZE];
	uint8_t sender[4];
	uint8_t target[4];
};

/* A broadcast ARP request. sender 0.0.0.0: a probe; sender and target alike: an
 * announcement. vid 0: no tag. */
void neighbour_arp_write(struct neighbour_frame *out, const uint8_t mac[NEIGHBOUR_MAC_SIZE],
			 const uint8_t sender[4], const uint8_t target[4], uint16_t vid);
/* frame begins with the destination MAC and has no tag. False: something else. */
bool neighbour_arp_read(const uint8_t *frame, size_t size, struct neighbour_arp *out);

/* An unsolicited neighbour advertisement to all nodes, to override what they know.
 * is_router: the host forwards; routers that said no would lose their users. */
void neighbour_advertisement_write(struct neighbour_frame *out,
				   const uint8_t mac[NEIGHBOUR_MAC_SIZE],
				   const uint8_t address[16], bool is_router);
/* A router solicitation to all routers from a link-local address. */
void neighbour_solicit_router_write(struct neighbour_frame *out,
				    const uint8_t mac[NEIGHBOUR_MAC_SIZE],
				    const uint8_t source[16]);

/* A socket to send on. The descriptor or -errno. */
int neighbour_socket_send_only(void);
/* One that hears ARP on all interfaces. tagged: also that with a tag which no interface
 * here has, for the price of a look at every packet. The descriptor or -errno. */
int neighbour_socket_listen(bool tagged);
/* 0 or -errno. */
int neighbour_send(int fd, uint32_t ifindex, const struct neighbour_frame *frame);

struct neighbour_origin {
	uint32_t ifindex;
	uint16_t vid; /* 0: no tag */
};

/* A frame without its tag: the size, 0 for one to be passed over, -EAGAIN: no more. */
ssize_t neighbour_receive(int fd, uint8_t *frame, size_t size, struct neighbour_origin *origin);

#endif
