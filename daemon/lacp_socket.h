/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way LACPDUs and markers take in and out: one packet socket a member, bound
 * to its index and to the slow protocols' type, member of their group address
 * (IEEE 802.3 annex 57A; packet(7)).
 */
#ifndef DAEMON_LACP_SOCKET_H
#define DAEMON_LACP_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Room for any frame of the slow protocols, and to spare. */
#define LACP_SOCKET_FRAME_SIZE 1522

/* Returns a non-blocking descriptor or -errno. */
int lacp_socket_open(uint32_t ifindex);

/* Takes one frame, whole, destination address first. Returns its size, 0 for
 * one to be passed over (sent by this machine, or empty), -EAGAIN when there
 * are none left, another -errno when the interface has a complaint. */
ssize_t lacp_socket_receive(int fd, uint8_t *frame, size_t size);

/* Sends one whole frame; 0 or -errno. */
int lacp_socket_send(int fd, const uint8_t *frame, size_t size);

#endif
