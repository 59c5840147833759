/* SPDX-License-Identifier: BSD-2-Clause */
/* What ip_copy.c and ip_copy_part.c share. */
#ifndef NETLINK_IP_COPY_INTERNAL_H
#define NETLINK_IP_COPY_INTERNAL_H

#include "netlink/internal.h"
#include "netlink/ip_copy.h"

struct ip_copy_messages {
	size_t count, room;
	struct nlmsghdr **list;
};

struct netlink_ip_copy {
	const struct netlink_ip_copy_filter *filter; /* while it is made; NULL: all */
	struct ip_copy_messages addresses;	     /* in the kernel's order */
	struct ip_copy_messages routes;
};

void ip_copy_messages_free(struct ip_copy_messages *messages);
/* Copies it. 0 or -ENOMEM. */
int ip_copy_messages_add(struct ip_copy_messages *messages, const struct nlmsghdr *message);

/* Calls back with each interface's number in the route, until that returns false. */
typedef bool ip_copy_hop(int *ifindex, void *context);
bool ip_copy_route_hops(struct nlmsghdr *message, ip_copy_hop *callback, void *context);
/* Whether the filter wants it for where it leads. */
bool ip_copy_route_is_wanted(struct nlmsghdr *message,
			     const struct netlink_ip_copy_filter *filter);

#endif
