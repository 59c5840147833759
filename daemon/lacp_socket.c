/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/lacp_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A LACPDU takes about 500 bytes of this with its overhead; a partner that
 * floods us fills it and loses the rest. */
#define LACP_SOCKET_BUFFER   65536
/* TC_PRIO_CONTROL: before the traffic that may fill the member's queue. */
#define LACP_SOCKET_PRIORITY 7

static const uint8_t lacp_socket_group[ETH_ALEN] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x02};

static int lacp_socket_set_up(int fd, uint32_t ifindex)
{
	struct packet_mreq membership = {.mr_ifindex = (int)ifindex,
					 .mr_type = PACKET_MR_MULTICAST,
					 .mr_alen = ETH_ALEN};
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_SLOW),
				      .sll_ifindex = (int)ifindex};
	int buffer = LACP_SOCKET_BUFFER, priority = LACP_SOCKET_PRIORITY, one = 1;

	memcpy(membership.mr_address, lacp_socket_group, ETH_ALEN);
	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, sizeof(membership)) <
		    0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, sizeof(priority)) < 0) {
		return -errno;
	}
	/* Since Linux 4.20; before it lacp_socket_receive() passes them over. */
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		return -errno;
	}
	return 0;
}

int lacp_socket_open(uint32_t ifindex)
{
	/* Protocol 0: nothing is received before bind() has named the interface. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0) {
		return -errno;
	}
	err = lacp_socket_set_up(fd, ifindex);
	if (err < 0) {
		close(fd);
		return err;
	}
	return fd;
}

ssize_t lacp_socket_receive(int fd, uint8_t *frame, size_t size)
{
	struct sockaddr_ll from;
	socklen_t from_size = sizeof(from);
	ssize_t got = recvfrom(fd, frame, size, 0, (struct sockaddr *)&from, &from_size);

	if (got < 0) {
		return errno == EINTR ? 0 : -errno;
	}
	return from.sll_pkttype == PACKET_OUTGOING ? 0 : got;
}

int lacp_socket_send(int fd, const uint8_t *frame, size_t size)
{
	return send(fd, frame, size, 0) < 0 ? -errno : 0;
}
