/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/lacp_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A LACPDU takes about 500 bytes of this with its overhead; a partner that
 * floods us fills it and loses the rest. */
#define LACP_SOCKET_BUFFER   262144
/* TC_PRIO_CONTROL: before the traffic that may fill the member's queue. */
#define LACP_SOCKET_PRIORITY 7

static const uint8_t lacp_socket_group[ETH_ALEN] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x02};

int lacp_socket_listen(int fd, const uint32_t *ifindexes, size_t count)
{
	/* Classic BPF: load the interface's index, compare it with each, accept or
	 * drop. In the kernel, so that others' frames are not even copied. */
	struct sock_filter code[LACP_SOCKET_INTERFACES_MAX + 3];
	struct sock_fprog program = {.filter = code};

	if (count > LACP_SOCKET_INTERFACES_MAX) {
		return -E2BIG;
	}
	code[program.len++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX));
	for (size_t i = 0; i < count; i++) {
		/* From here to the last instruction, past the one that drops. */
		uint8_t to_accept = (uint8_t)(count - i);

		code[program.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
								   ifindexes[i], to_accept, 0);
	}
	code[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0) {
		return -errno;
	}
	return 0;
}

static int lacp_socket_set_up(int fd)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_SLOW)};
	int buffer = LACP_SOCKET_BUFFER, priority = LACP_SOCKET_PRIORITY, one = 1;
	int err = lacp_socket_listen(fd, NULL, 0);

	if (err < 0) {
		return err;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer)) < 0 ||
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

int lacp_socket_open(void)
{
	/* Protocol 0: nothing is received before all is set up. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0) {
		return -errno;
	}
	err = lacp_socket_set_up(fd);
	if (err < 0) {
		close(fd);
		return err;
	}
	return fd;
}

static int lacp_socket_membership(int fd, int option, uint32_t ifindex)
{
	struct packet_mreq membership = {.mr_ifindex = (int)ifindex,
					 .mr_type = PACKET_MR_MULTICAST,
					 .mr_alen = ETH_ALEN};

	memcpy(membership.mr_address, lacp_socket_group, ETH_ALEN);
	if (setsockopt(fd, SOL_PACKET, option, &membership, sizeof(membership)) < 0) {
		return -errno;
	}
	return 0;
}

int lacp_socket_join(int fd, uint32_t ifindex)
{
	return lacp_socket_membership(fd, PACKET_ADD_MEMBERSHIP, ifindex);
}

int lacp_socket_leave(int fd, uint32_t ifindex)
{
	int err = lacp_socket_membership(fd, PACKET_DROP_MEMBERSHIP, ifindex);

	return err == -ENODEV || err == -EADDRNOTAVAIL ? 0 : err;
}

ssize_t lacp_socket_receive(int fd, uint8_t *frame, size_t size, uint32_t *ifindex)
{
	struct sockaddr_ll from = {0};
	socklen_t from_size = sizeof(from);
	ssize_t got = recvfrom(fd, frame, size, 0, (struct sockaddr *)&from, &from_size);

	if (got < 0) {
		return errno == EINTR ? 0 : -errno;
	}
	*ifindex = (uint32_t)from.sll_ifindex;
	return from.sll_pkttype == PACKET_OUTGOING ? 0 : got;
}

int lacp_socket_send(int fd, uint32_t ifindex, const uint8_t *frame, size_t size)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_SLOW),
				 .sll_ifindex = (int)ifindex,
				 .sll_halen = ETH_ALEN};

	memcpy(to.sll_addr, frame, ETH_ALEN);
	if (sendto(fd, frame, size, 0, (struct sockaddr *)&to, sizeof(to)) < 0) {
		return -errno;
	}
	return 0;
}
