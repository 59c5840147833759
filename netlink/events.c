/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * News of links and addresses, as the kernel multicasts them.
 */
#include "netlink/internal.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

/* What may queue up while the caller is busy; a thousand VLAN interfaces going
 * down at once make some 8 MiB. More is an overrun, which is no harm. */
#define RECEIVE_BUFFER_BYTES (16 << 20)

struct netlink_events {
	struct mnl_socket *socket;
	char buffer[NETLINK_ANSWER_SIZE];
};

int netlink_events_open(struct netlink_events **out)
{
	static const int groups[] = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR};
	struct netlink_events *events = calloc(1, sizeof(*events));
	int size = RECEIVE_BUFFER_BYTES;
	int err;

	if (!events) {
		return -ENOMEM;
	}
	events->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!events->socket) {
		err = -errno;
		goto fail;
	}
	/* Forcing it past the system's limit needs CAP_NET_ADMIN; a smaller
	 * buffer only means more overruns. */
	(void)setsockopt(netlink_events_fd(events), SOL_SOCKET, SO_RCVBUFFORCE, &size,
			 sizeof(size));
	if (mnl_socket_bind(events->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		goto fail_socket;
	}
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(events->socket, NETLINK_ADD_MEMBERSHIP, &group,
					  sizeof(group)) < 0) {
			/* A kernel without IPv6 has no such group. */
			if (group == RTNLGRP_IPV6_IFADDR) {
				continue;
			}
			err = -errno;
			goto fail_socket;
		}
	}
	*out = events;
	return 0;

fail_socket:
	mnl_socket_close(events->socket);
fail:
	free(events);
	return err;
}

void netlink_events_close(struct netlink_events *events)
{
	if (events) {
		mnl_socket_close(events->socket);
		free(events);
	}
}

int netlink_events_fd(const struct netlink_events *events)
{
	return mnl_socket_get_fd(events->socket);
}

static bool event_decode(const struct nlmsghdr *message, struct netlink_event *out)
{
	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
		out->type = NETLINK_EVENT_LINK_NEW;
		return netlink_link_decode(message, &out->link);
	case RTM_DELLINK:
		out->type = NETLINK_EVENT_LINK_GONE;
		return netlink_link_decode(message, &out->link);
	case RTM_NEWADDR:
		out->type = NETLINK_EVENT_ADDRESS_NEW;
		return netlink_address_decode(message, &out->address);
	case RTM_DELADDR:
		out->type = NETLINK_EVENT_ADDRESS_GONE;
		return netlink_address_decode(message, &out->address);
	default:
		return false;
	}
}

int netlink_events_read(struct netlink_events *events, netlink_event_callback *callback,
			void *context)
{
	bool overrun = false;

	for (;;) {
		ssize_t size = mnl_socket_recvfrom(events->socket, events->buffer,
						   sizeof(events->buffer));
		const struct nlmsghdr *message = (const struct nlmsghdr *)events->buffer;
		int left = (int)size;
		struct netlink_event event;

		if (size < 0) {
			if (errno == EINTR) {
				continue;
			}
			/* Told once; what the socket still holds is read on. */
			if (errno == ENOBUFS || errno == ENOSPC) {
				overrun = true;
				continue;
			}
			if (errno == EAGAIN) {
				return overrun ? -ENOBUFS : 0;
			}
			return -errno;
		}
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			if (event_decode(message, &event)) {
				callback(&event, context);
			}
		}
	}
}
