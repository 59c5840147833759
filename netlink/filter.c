/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc filters, as far as it takes to know whether somebody uses a clsact qdisc.
 */
#include "netlink/internal.h"

#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

static int filter_answer(const struct nlmsghdr *message, void *context)
{
	size_t *count = context;

	if (message->nlmsg_type == RTM_NEWTFILTER) {
		++*count;
	}
	return 0;
}

static int filters_count(struct netlink *netlink, uint32_t ifindex, uint32_t minor,
			 size_t *count)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct tcmsg *tc;

	request->nlmsg_type = RTM_GETTFILTER;
	tc = mnl_nlmsg_put_extra_header(request, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = (int)ifindex;
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, minor);
	return netlink_dump(netlink, request, filter_answer, count);
}

int netlink_clsact_filters(struct netlink *netlink, uint32_t ifindex, size_t *out)
{
	size_t count = 0;
	int err = filters_count(netlink, ifindex, TC_H_MIN_INGRESS, &count);

	if (!err) {
		err = filters_count(netlink, ifindex, TC_H_MIN_EGRESS, &count);
	}
	if (!err) {
		*out = count;
	}
	return err;
}
