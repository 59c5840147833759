/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Links: what they are. Decoding, one by index or name, all of them.
 * link_change.c changes them. Attributes: linux/if_link.h.
 */
#include "netlink/internal.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#define MAC_SIZE 6

static uint32_t number(const struct nlattr *attribute)
{
	if (!attribute || mnl_attr_get_payload_len(attribute) < sizeof(uint32_t)) {
		return 0;
	}
	return mnl_attr_get_u32(attribute);
}

static bool mac_take(const struct nlattr *attribute, uint8_t mac[MAC_SIZE])
{
	if (!attribute || mnl_attr_get_payload_len(attribute) != MAC_SIZE) {
		return false;
	}
	memcpy(mac, mnl_attr_get_payload(attribute), MAC_SIZE);
	return true;
}

/* Copies text of at most size - 1 bytes; *text is zeroed already. */
static void text_take(const struct nlattr *attribute, char *text, size_t size)
{
	if (attribute) {
		size_t length = strnlen(mnl_attr_get_payload(attribute),
					mnl_attr_get_payload_len(attribute));

		memcpy(text, mnl_attr_get_payload(attribute),
		       length < size ? length : size - 1);
	}
}

static void kind_take(const struct nlattr *linkinfo, struct netlink_link *out)
{
	const struct nlattr *table[IFLA_INFO_MAX + 1];

	if (linkinfo) {
		netlink_attributes_nested(linkinfo, table, IFLA_INFO_MAX);
		text_take(table[IFLA_INFO_KIND], out->kind, sizeof(out->kind));
	}
}

/* An array by DEVCONF_*, of as many as the kernel has. */
static void ipv6_conf_take(const struct nlattr *attribute, struct netlink_ipv6 *out)
{
	int32_t values[DEVCONF_AUTOCONF + 1];

	*out = (struct netlink_ipv6){0};
	if (!attribute || mnl_attr_get_payload_len(attribute) < sizeof(values)) {
		return;
	}
	memcpy(values, mnl_attr_get_payload(attribute), sizeof(values));
	out->known = true;
	out->forwarding = values[DEVCONF_FORWARDING];
	out->accept_ra = values[DEVCONF_ACCEPT_RA];
	out->accept_redirects = values[DEVCONF_ACCEPT_REDIRECTS];
	out->autoconf = values[DEVCONF_AUTOCONF];
}

/* IFLA_AF_SPEC holds one nest a family. */
static void af_spec_take(const struct nlattr *af_spec, struct netlink_link *out)
{
	const struct nlattr *families[AF_INET6 + 1];
	const struct nlattr *table[IFLA_INET6_MAX + 1];

	out->addr_gen_mode = -1;
	out->ipv6 = (struct netlink_ipv6){0};
	if (!af_spec) {
		return;
	}
	netlink_attributes_nested(af_spec, families, AF_INET6);
	if (!families[AF_INET6]) {
		return;
	}
	netlink_attributes_nested(families[AF_INET6], table, IFLA_INET6_MAX);
	if (table[IFLA_INET6_ADDR_GEN_MODE]) {
		out->addr_gen_mode = (int8_t)mnl_attr_get_u8(table[IFLA_INET6_ADDR_GEN_MODE]);
	}
	ipv6_conf_take(table[IFLA_INET6_CONF], &out->ipv6);
}

static void counters_take(const struct nlattr *attribute, struct netlink_counters *out)
{
	struct rtnl_link_stats64 stats = {0};
	size_t size;

	if (!attribute) {
		return;
	}
	size = mnl_attr_get_payload_len(attribute);
	memcpy(&stats, mnl_attr_get_payload(attribute),
	       size < sizeof(stats) ? size : sizeof(stats));
	out->rx_packets = stats.rx_packets;
	out->tx_packets = stats.tx_packets;
	out->rx_bytes = stats.rx_bytes;
	out->tx_bytes = stats.tx_bytes;
	out->rx_errors = stats.rx_errors;
	out->tx_errors = stats.tx_errors;
	out->rx_dropped = stats.rx_dropped;
	out->tx_dropped = stats.tx_dropped;
	out->multicast = stats.multicast;
}

bool netlink_link_decode(const struct nlmsghdr *message, struct netlink_link *out)
{
	const struct nlattr *table[IFLA_MAX + 1];
	const struct ifinfomsg *info;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info)) {
		return false;
	}
	info = mnl_nlmsg_get_payload(message);
	/* A bridge tells of its ports in messages of the same type, and wireless
	 * drivers of their events: neither describes the interface. */
	if (info->ifi_family != AF_UNSPEC) {
		return false;
	}
	netlink_attributes(message, sizeof(*info), table, IFLA_MAX);
	if (!table[IFLA_IFNAME] || !table[IFLA_MTU]) {
		return false;
	}

	memset(out, 0, sizeof(*out));
	out->ifindex = (uint32_t)info->ifi_index;
	out->type = info->ifi_type;
	out->flags = info->ifi_flags;
	text_take(table[IFLA_IFNAME], out->name, sizeof(out->name));
	text_take(table[IFLA_IFALIAS], out->alias, sizeof(out->alias));
	out->has_mac = mac_take(table[IFLA_ADDRESS], out->mac);
	(void)mac_take(table[IFLA_PERM_ADDRESS], out->perm_mac);
	out->mtu = number(table[IFLA_MTU]);
	out->min_mtu = number(table[IFLA_MIN_MTU]);
	out->max_mtu = number(table[IFLA_MAX_MTU]);
	out->master = number(table[IFLA_MASTER]);
	out->link = number(table[IFLA_LINK]);
	out->link_elsewhere = table[IFLA_LINK_NETNSID] != NULL;
	out->promiscuity = number(table[IFLA_PROMISCUITY]);
	out->allmulti = number(table[IFLA_ALLMULTI]);
	out->gso_max_size = number(table[IFLA_GSO_MAX_SIZE]);
	out->gso_max_segs = number(table[IFLA_GSO_MAX_SEGS]);
	out->group = number(table[IFLA_GROUP]);
	if (table[IFLA_OPERSTATE]) {
		out->operstate = mnl_attr_get_u8(table[IFLA_OPERSTATE]);
	}
	out->carrier = table[IFLA_CARRIER] && mnl_attr_get_u8(table[IFLA_CARRIER]);
	kind_take(table[IFLA_LINKINFO], out);
	af_spec_take(table[IFLA_AF_SPEC], out);
	counters_take(table[IFLA_STATS64], &out->counters);
	return true;
}

static int link_answer(const struct nlmsghdr *message, void *context)
{
	struct netlink_link *out = context;

	if (message->nlmsg_type == RTM_NEWLINK && !netlink_link_decode(message, out)) {
		return -EBADMSG;
	}
	return 0;
}

static int link_get(struct netlink *netlink, uint32_t ifindex, const char *name,
		    struct netlink_link *out)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;
	struct netlink_link link = {0};
	int err;

	request->nlmsg_type = RTM_GETLINK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)ifindex;
	if (name) {
		mnl_attr_put_strz(request, IFLA_IFNAME, name);
	}
	err = netlink_request(netlink, request, link_answer, &link);
	if (err) {
		return err;
	}
	if (!link.ifindex) {
		return -ENODEV;
	}
	*out = link;
	return 0;
}

int netlink_link_get(struct netlink *netlink, uint32_t ifindex, struct netlink_link *out)
{
	return ifindex ? link_get(netlink, ifindex, NULL, out) : -ENODEV;
}

int netlink_link_get_by_name(struct netlink *netlink, const char *name,
			     struct netlink_link *out)
{
	if (!name[0] || strlen(name) >= NETLINK_NAME_SIZE) {
		return -ENODEV;
	}
	return link_get(netlink, 0, name, out);
}

struct link_dump {
	netlink_link_callback *callback;
	void *context;
	const uint32_t *group; /* only of this one, NULL: all */
};

static int dump_answer(const struct nlmsghdr *message, void *context)
{
	const struct link_dump *dump = context;
	struct netlink_link link;

	if (message->nlmsg_type != RTM_NEWLINK || !netlink_link_decode(message, &link) ||
	    (dump->group && link.group != *dump->group)) {
		return 0;
	}
	return dump->callback(&link, dump->context);
}

static int links_dump(struct netlink *netlink, struct link_dump *dump, uint32_t filter)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;

	request->nlmsg_type = RTM_GETLINK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	if (filter) {
		mnl_attr_put_u32(request, IFLA_EXT_MASK, filter);
	}
	return netlink_dump(netlink, request, dump_answer, dump);
}

int netlink_link_dump(struct netlink *netlink, netlink_link_callback *callback, void *context)
{
	struct link_dump dump = {.callback = callback, .context = context};

	return links_dump(netlink, &dump, 0);
}

int netlink_link_dump_bare(struct netlink *netlink, netlink_link_callback *callback,
			   void *context)
{
	struct link_dump dump = {.callback = callback, .context = context};

	return links_dump(netlink, &dump, RTEXT_FILTER_SKIP_STATS);
}

int netlink_group_dump(struct netlink *netlink, uint32_t group, netlink_link_callback *callback,
		       void *context)
{
	struct link_dump dump = {.callback = callback, .context = context, .group = &group};

	return links_dump(netlink, &dump, RTEXT_FILTER_SKIP_STATS);
}
