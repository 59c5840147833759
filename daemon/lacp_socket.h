/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way LACPDUs and markers take in and out: a packet socket for the slow
 * protocols of some interfaces, member of their group address on each (IEEE
 * 802.3 annex 57A; packet(7)).
 *
 * One socket serves all members of a bond, not one each: the kernel waits for a
 * grace period of RCU with each packet socket that a process leaves behind, some
 * 10 ms, and a daemon of 64 bonds that is restarted must be back before a
 * partner's three seconds are over. One for all bonds would let a flood on one
 * member drown everybody's LACPDUs.
 */
#ifndef DAEMON_LACP_SOCKET_H
#define DAEMON_LACP_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Room for any frame of the slow protocols, and to spare. */
#define LACP_SOCKET_FRAME_SIZE	   1522
/* Interfaces that one socket listens to, at most. */
#define LACP_SOCKET_INTERFACES_MAX 8

/* Returns a non-blocking descriptor that hears nothing yet, or -errno. */
int lacp_socket_open(void);

/* Says to which interfaces the socket listens from now on; 0 or -errno, then
 * nothing has changed. Frames that wait already stay. */
int lacp_socket_listen(int fd, const uint32_t *ifindexes, size_t count);

/* Has the interface take in the group address, and no more. 0 or -errno; that it
 * is gone is no error of leaving. */
int lacp_socket_join(int fd, uint32_t ifindex);
int lacp_socket_leave(int fd, uint32_t ifindex);

/* Takes one frame, whole, destination address first; *ifindex says where it was
 * received. Returns its size, 0 for one to be passed over (sent by this machine,
 * or empty), -EAGAIN when there are none left, or another -errno. */
ssize_t lacp_socket_receive(int fd, uint8_t *frame, size_t size, uint32_t *ifindex);

/* Sends one whole frame on the interface; 0 or -errno. */
int lacp_socket_send(int fd, uint32_t ifindex, const uint8_t *frame, size_t size);

#endif
