/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Links: making, changing and deleting them. link.c tells what they are.
 * Attributes: linux/if_link.h, linux/veth.h.
 */
#include "netlink/internal.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>
#include <sys/socket.h>

#define MAC_SIZE 6

static bool mac_is_zero(const uint8_t mac[MAC_SIZE])
{
	static const uint8_t zero[MAC_SIZE];

	return memcmp(mac, zero, sizeof(zero)) == 0;
}

static void veth_end_put(struct nlmsghdr *request, const struct netlink_veth_end *end,
			 uint32_t queues)
{
	mnl_attr_put_strz(request, IFLA_IFNAME, end->name);
	if (!mac_is_zero(end->mac)) {
		mnl_attr_put(request, IFLA_ADDRESS, MAC_SIZE, end->mac);
	}
	if (end->mtu) {
		mnl_attr_put_u32(request, IFLA_MTU, end->mtu);
	}
	if (end->group) {
		mnl_attr_put_u32(request, IFLA_GROUP, end->group);
	}
	if (queues) {
		mnl_attr_put_u32(request, IFLA_NUM_TX_QUEUES, queues);
		mnl_attr_put_u32(request, IFLA_NUM_RX_QUEUES, queues);
	}
}

int netlink_veth_create(struct netlink *netlink, const struct netlink_veth_end *end,
			const struct netlink_veth_end *peer, uint32_t queues)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct nlattr *linkinfo, *data, *nest;
	struct ifinfomsg *info;

	request->nlmsg_type = RTM_NEWLINK;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	veth_end_put(request, end, queues);
	linkinfo = mnl_attr_nest_start(request, IFLA_LINKINFO);
	mnl_attr_put_strz(request, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(request, IFLA_INFO_DATA);
	nest = mnl_attr_nest_start(request, VETH_INFO_PEER);
	/* The peer's attributes follow a header of its own. */
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	veth_end_put(request, peer, queues);
	mnl_attr_nest_end(request, nest);
	mnl_attr_nest_end(request, data);
	mnl_attr_nest_end(request, linkinfo);
	return netlink_request(netlink, request, NULL, NULL);
}

int netlink_link_delete(struct netlink *netlink, uint32_t ifindex)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;

	request->nlmsg_type = RTM_DELLINK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)ifindex;
	return netlink_request(netlink, request, NULL, NULL);
}

void netlink_link_abandon(struct netlink *netlink, uint32_t ifindex)
{
	if (netlink_link_delete(netlink, ifindex) < 0) {
		(void)netlink_link_delete(netlink, ifindex);
	}
}

int netlink_group_delete(struct netlink *netlink, uint32_t group)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;

	/* That of every interface that nobody has put into another. */
	if (group == 0) {
		return -EINVAL;
	}
	request->nlmsg_type = RTM_DELLINK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	mnl_attr_put_u32(request, IFLA_GROUP, group);
	return netlink_request(netlink, request, NULL, NULL);
}

static void addr_gen_mode_put(struct nlmsghdr *request, uint8_t mode)
{
	struct nlattr *af_spec = mnl_attr_nest_start(request, IFLA_AF_SPEC);
	struct nlattr *inet6 = mnl_attr_nest_start(request, AF_INET6);

	mnl_attr_put_u8(request, IFLA_INET6_ADDR_GEN_MODE, mode);
	mnl_attr_nest_end(request, inet6);
	mnl_attr_nest_end(request, af_spec);
}

static void flag_change(struct ifinfomsg *info, unsigned int flag, bool on)
{
	info->ifi_change |= flag;
	if (on) {
		info->ifi_flags |= flag;
	}
}

int netlink_link_set(struct netlink *netlink, uint32_t ifindex,
		     const struct netlink_link_change *change)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;

	request->nlmsg_type = RTM_NEWLINK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)ifindex;
	if (change->fields & NETLINK_LINK_UP) {
		flag_change(info, IFF_UP, change->up);
	}
	if (change->fields & NETLINK_LINK_PROMISC) {
		flag_change(info, IFF_PROMISC, change->promisc);
	}
	if (change->fields & NETLINK_LINK_ALLMULTI) {
		flag_change(info, IFF_ALLMULTI, change->allmulti);
	}
	if (change->fields & NETLINK_LINK_MTU) {
		mnl_attr_put_u32(request, IFLA_MTU, change->mtu);
	}
	if (change->fields & NETLINK_LINK_MAC) {
		mnl_attr_put(request, IFLA_ADDRESS, MAC_SIZE, change->mac);
	}
	if (change->fields & NETLINK_LINK_ALIAS) {
		/* An attribute without a byte is what clears it. */
		mnl_attr_put(request, IFLA_IFALIAS, strlen(change->alias), change->alias);
	}
	if (change->fields & NETLINK_LINK_GROUP) {
		mnl_attr_put_u32(request, IFLA_GROUP, change->group);
	}
	if (change->fields & NETLINK_LINK_GSO) {
		mnl_attr_put_u32(request, IFLA_GSO_MAX_SIZE, change->gso_max_size);
		mnl_attr_put_u32(request, IFLA_GSO_MAX_SEGS, change->gso_max_segs);
	}
	if (change->fields & NETLINK_LINK_ADDR_GEN_MODE) {
		addr_gen_mode_put(request, change->addr_gen_mode);
	}
	return netlink_request(netlink, request, NULL, NULL);
}

int netlink_link_set_up(struct netlink *netlink, uint32_t ifindex, bool up)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_UP, .up = up};

	return netlink_link_set(netlink, ifindex, &change);
}
