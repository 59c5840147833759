/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 and IPv6 addresses of interfaces. Attributes: linux/if_addr.h.
 */
#include "netlink/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* The longest IPv4 prefix whose network has a broadcast address. */
#define BROADCAST_PREFIX_MAX 30

bool netlink_address_decode(const struct nlmsghdr *message, struct netlink_address *out)
{
	const struct nlattr *table[IFA_MAX + 1];
	const struct nlattr *bytes;
	const struct ifaddrmsg *info;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info)) {
		return false;
	}
	info = mnl_nlmsg_get_payload(message);
	if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6) {
		return false;
	}
	netlink_attributes(message, sizeof(*info), table, IFA_MAX);
	/* With a peer's address IFA_LOCAL is ours and IFA_ADDRESS the peer's;
	 * IPv6 has no IFA_LOCAL otherwise. */
	bytes = table[IFA_LOCAL] ? table[IFA_LOCAL] : table[IFA_ADDRESS];
	if (!bytes ||
	    mnl_attr_get_payload_len(bytes) != netlink_address_size(info->ifa_family)) {
		return false;
	}

	memset(out, 0, sizeof(*out));
	out->ifindex = info->ifa_index;
	out->family = info->ifa_family;
	out->prefix = info->ifa_prefixlen;
	out->scope = info->ifa_scope;
	out->flags =
		table[IFA_FLAGS] ? netlink_attribute_number(table[IFA_FLAGS]) : info->ifa_flags;
	memcpy(out->bytes, mnl_attr_get_payload(bytes), netlink_address_size(info->ifa_family));
	return true;
}

struct address_dump {
	uint32_t ifindex;
	netlink_address_callback *callback;
	void *context;
};

static int dump_answer(const struct nlmsghdr *message, void *context)
{
	const struct address_dump *dump = context;
	struct netlink_address address;

	if (message->nlmsg_type != RTM_NEWADDR || !netlink_address_decode(message, &address)) {
		return 0;
	}
	/* Kernels before 4.20 list all interfaces whichever was asked for. */
	if (dump->ifindex && address.ifindex != dump->ifindex) {
		return 0;
	}
	return dump->callback(&address, dump->context);
}

int netlink_address_dump(struct netlink *netlink, uint32_t ifindex, int family,
			 netlink_address_callback *callback, void *context)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct address_dump dump = {ifindex, callback, context};
	struct ifaddrmsg *info;

	request->nlmsg_type = RTM_GETADDR;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifa_family = (uint8_t)family;
	info->ifa_index = ifindex;
	return netlink_dump(netlink, request, dump_answer, &dump);
}

static void broadcast_put(struct nlmsghdr *request, const struct netlink_address *address)
{
	uint32_t host_bits = UINT32_MAX >> address->prefix;
	uint32_t broadcast;

	memcpy(&broadcast, address->bytes, sizeof(broadcast));
	broadcast |= htonl(host_bits);
	mnl_attr_put_u32(request, IFA_BROADCAST, broadcast);
}

static struct nlmsghdr *address_request(char *buffer, const struct netlink_address *address)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	uint16_t size = netlink_address_size(address->family);
	struct ifaddrmsg *info;

	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifa_family = (uint8_t)address->family;
	info->ifa_prefixlen = address->prefix;
	info->ifa_scope = address->scope;
	info->ifa_index = address->ifindex;
	mnl_attr_put(request, IFA_LOCAL, size, address->bytes);
	mnl_attr_put(request, IFA_ADDRESS, size, address->bytes);
	return request;
}

int netlink_address_add(struct netlink *netlink, const struct netlink_address *address)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = address_request(buffer, address);

	request->nlmsg_type = RTM_NEWADDR;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	if (address->flags) {
		mnl_attr_put_u32(request, IFA_FLAGS, address->flags);
	}
	if (address->family == AF_INET && address->prefix <= BROADCAST_PREFIX_MAX) {
		broadcast_put(request, address);
	}
	return netlink_request(netlink, request, NULL, NULL);
}

int netlink_address_delete(struct netlink *netlink, const struct netlink_address *address)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = address_request(buffer, address);

	request->nlmsg_type = RTM_DELADDR;
	return netlink_request(netlink, request, NULL, NULL);
}
