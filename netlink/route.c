/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes. Attributes: linux/rtnetlink.h and the rtnetlink(7) manual page.
 */
#include "netlink/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/internal.h"

/* --- from the kernel ---------------------------------------------------- */

/* A gateway of the route's own family is RTA_GATEWAY, another RTA_VIA. */
static void gateway_take(const struct nlattr *const *table, int family, struct netlink_hop *out)
{
	const struct rtvia *via;

	if (netlink_attribute_address(table[RTA_GATEWAY], family, out->gateway)) {
		out->gateway_family = family;
		return;
	}
	if (!table[RTA_VIA] || mnl_attr_get_payload_len(table[RTA_VIA]) < sizeof(*via)) {
		return;
	}
	via = mnl_attr_get_payload(table[RTA_VIA]);
	if ((via->rtvia_family == AF_INET || via->rtvia_family == AF_INET6) &&
	    mnl_attr_get_payload_len(table[RTA_VIA]) ==
		    sizeof(*via) + netlink_address_size(via->rtvia_family)) {
		out->gateway_family = via->rtvia_family;
		memcpy(out->gateway, via->rtvia_addr, netlink_address_size(via->rtvia_family));
	}
}

static void hop_take(const struct rtnexthop *from, int family, struct netlink_hop *out)
{
	const struct nlattr *table[RTA_MAX + 1] = {NULL};
	const void *payload = from + 1;
	const struct nlattr *attr;

	mnl_attr_for_each_payload (payload, from->rtnh_len - sizeof(*from)) {
		if (mnl_attr_get_type(attr) <= RTA_MAX) {
			table[mnl_attr_get_type(attr)] = attr;
		}
	}
	out->ifindex = (uint32_t)from->rtnh_ifindex;
	out->weight = from->rtnh_hops + 1U;
	out->onlink = (from->rtnh_flags & RTNH_F_ONLINK) != 0;
	gateway_take(table, family, out);
}

static void hops_take(const struct nlattr *multipath, struct netlink_route *out)
{
	const char *at = mnl_attr_get_payload(multipath);
	size_t left = mnl_attr_get_payload_len(multipath);

	while (left >= sizeof(struct rtnexthop)) {
		const struct rtnexthop *from = (const struct rtnexthop *)at;
		size_t length = RTNH_ALIGN(from->rtnh_len);

		if (from->rtnh_len < sizeof(*from) || from->rtnh_len > left) {
			return;
		}
		if (out->hop_count < NETLINK_HOPS_MAX) {
			hop_take(from, out->family, &out->hops[out->hop_count]);
		}
		out->hop_count++;
		length = length < left ? length : left;
		at += length;
		left -= length;
	}
}

static void metrics_take(const struct nlattr *metrics, struct netlink_route *out)
{
	const struct nlattr *table[RTAX_MAX + 1];

	if (!metrics) {
		return;
	}
	netlink_attributes_nested(metrics, table, RTAX_MAX);
	for (uint16_t type = RTAX_LOCK; type < NETLINK_METRICS; type++) {
		out->metrics[type] = netlink_attribute_number(table[type]);
	}
}

bool netlink_route_decode(const struct nlmsghdr *message, struct netlink_route *out)
{
	const struct nlattr *table[RTA_MAX + 1];
	const struct rtmsg *info;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info)) {
		return false;
	}
	info = mnl_nlmsg_get_payload(message);
	if ((info->rtm_family != AF_INET && info->rtm_family != AF_INET6) ||
	    (info->rtm_flags & RTM_F_CLONED)) {
		return false;
	}
	netlink_attributes(message, sizeof(*info), table, RTA_MAX);
	memset(out, 0, sizeof(*out));
	out->family = info->rtm_family;
	out->type = info->rtm_type;
	out->protocol = info->rtm_protocol;
	out->scope = info->rtm_scope;
	out->tos = info->rtm_tos;
	out->prefix = info->rtm_dst_len;
	out->table =
		table[RTA_TABLE] ? netlink_attribute_number(table[RTA_TABLE]) : info->rtm_table;
	out->metric = netlink_attribute_number(table[RTA_PRIORITY]);
	(void)netlink_attribute_address(table[RTA_DST], out->family, out->destination);
	out->has_source_address =
		netlink_attribute_address(table[RTA_PREFSRC], out->family, out->source_address);
	metrics_take(table[RTA_METRICS], out);
	if (table[RTA_MULTIPATH]) {
		hops_take(table[RTA_MULTIPATH], out);
		return true;
	}
	out->hops[0].ifindex = netlink_attribute_number(table[RTA_OIF]);
	out->hops[0].weight = 1;
	out->hops[0].onlink = (info->rtm_flags & RTNH_F_ONLINK) != 0;
	gateway_take(table, out->family, &out->hops[0]);
	out->hop_count = out->hops[0].ifindex || out->hops[0].gateway_family;
	return true;
}

struct route_dump {
	netlink_route_callback *callback;
	void *context;
};

static int dump_answer(const struct nlmsghdr *message, void *context)
{
	const struct route_dump *dump = context;
	struct netlink_route route;

	if (message->nlmsg_type != RTM_NEWROUTE || !netlink_route_decode(message, &route)) {
		return 0;
	}
	return dump->callback(&route, dump->context);
}

int netlink_route_dump(struct netlink *netlink, int family, netlink_route_callback *callback,
		       void *context)
{
	struct route_dump dump = {callback, context};

	return netlink_dump_family(netlink, RTM_GETROUTE, sizeof(struct rtmsg), family,
				   dump_answer, &dump);
}

/* --- to the kernel ------------------------------------------------------ */

static void gateway_put(struct nlmsghdr *request, int family, const struct netlink_hop *hop)
{
	char bytes[sizeof(struct rtvia) + 16];
	struct rtvia *via = (struct rtvia *)bytes;

	if (!hop->gateway_family) {
		return;
	}
	if (hop->gateway_family == family) {
		mnl_attr_put(request, RTA_GATEWAY, netlink_address_size(family), hop->gateway);
		return;
	}
	via->rtvia_family = (uint16_t)hop->gateway_family;
	memcpy(via->rtvia_addr, hop->gateway, netlink_address_size(hop->gateway_family));
	mnl_attr_put(request, RTA_VIA, sizeof(*via) + netlink_address_size(hop->gateway_family),
		     bytes);
}

static void hops_put(struct nlmsghdr *request, const struct netlink_route *route)
{
	struct nlattr *multipath = mnl_attr_nest_start(request, RTA_MULTIPATH);

	for (size_t i = 0; i < route->hop_count; i++) {
		const struct netlink_hop *hop = &route->hops[i];
		/* Like an attribute, its length is known when its parts are in. */
		struct rtnexthop *to = mnl_nlmsg_get_payload_tail(request);
		uint32_t begin = request->nlmsg_len;

		memset(to, 0, sizeof(*to));
		request->nlmsg_len += (uint32_t)sizeof(*to);
		to->rtnh_ifindex = (int)hop->ifindex;
		to->rtnh_hops = (uint8_t)((hop->weight ? hop->weight : 1) - 1);
		to->rtnh_flags = hop->onlink ? RTNH_F_ONLINK : 0;
		gateway_put(request, route->family, hop);
		to->rtnh_len = (uint16_t)(request->nlmsg_len - begin);
	}
	mnl_attr_nest_end(request, multipath);
}

static void metrics_put(struct nlmsghdr *request, const struct netlink_route *route)
{
	struct nlattr *nest = NULL;

	for (uint16_t type = RTAX_LOCK; type < NETLINK_METRICS; type++) {
		if (!route->metrics[type]) {
			continue;
		}
		if (!nest) {
			nest = mnl_attr_nest_start(request, RTA_METRICS);
		}
		mnl_attr_put_u32(request, type, route->metrics[type]);
	}
	if (nest) {
		mnl_attr_nest_end(request, nest);
	}
}

static int route_request(struct netlink *netlink, const struct netlink_route *route,
			 uint16_t type, uint16_t flags)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	uint16_t size = netlink_address_size(route->family);
	struct rtmsg *info;

	if (route->hop_count > NETLINK_HOPS_MAX) {
		return -E2BIG;
	}
	request->nlmsg_type = type;
	request->nlmsg_flags = flags;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->rtm_family = (uint8_t)route->family;
	info->rtm_type = route->type;
	info->rtm_protocol = route->protocol;
	info->rtm_scope = route->scope;
	info->rtm_tos = route->tos;
	info->rtm_dst_len = route->prefix;
	info->rtm_table = route->table <= UINT8_MAX ? (uint8_t)route->table : RT_TABLE_UNSPEC;
	mnl_attr_put_u32(request, RTA_TABLE, route->table);
	if (route->prefix) {
		mnl_attr_put(request, RTA_DST, size, route->destination);
	}
	if (route->metric) {
		mnl_attr_put_u32(request, RTA_PRIORITY, route->metric);
	}
	if (route->has_source_address) {
		mnl_attr_put(request, RTA_PREFSRC, size, route->source_address);
	}
	metrics_put(request, route);
	if (route->hop_count > 1) {
		hops_put(request, route);
	} else if (route->hop_count == 1) {
		info->rtm_flags = route->hops[0].onlink ? RTNH_F_ONLINK : 0;
		if (route->hops[0].ifindex) {
			mnl_attr_put_u32(request, RTA_OIF, route->hops[0].ifindex);
		}
		gateway_put(request, route->family, &route->hops[0]);
	}
	return netlink_request(netlink, request, NULL, NULL);
}

int netlink_route_add(struct netlink *netlink, const struct netlink_route *route)
{
	return route_request(netlink, route, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
}

int netlink_route_replace(struct netlink *netlink, const struct netlink_route *route)
{
	return route_request(netlink, route, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
}

int netlink_route_delete(struct netlink *netlink, const struct netlink_route *route)
{
	return route_request(netlink, route, RTM_DELROUTE, 0);
}
