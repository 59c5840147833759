/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes and rules of the model as the kernel has them, by what `ip route add` and
 * `ip rule add` take where nothing is said.
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/routing_internal.h"

size_t routing_address_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

static uint8_t routing_type(enum model_route_type type)
{
	switch (type) {
	case MODEL_ROUTE_UNICAST:
		return RTN_UNICAST;
	case MODEL_ROUTE_LOCAL:
		return RTN_LOCAL;
	case MODEL_ROUTE_BLACKHOLE:
		return RTN_BLACKHOLE;
	case MODEL_ROUTE_UNREACHABLE:
		return RTN_UNREACHABLE;
	case MODEL_ROUTE_PROHIBIT:
		return RTN_PROHIBIT;
	case MODEL_ROUTE_THROW:
		return RTN_THROW;
	}
	return RTN_UNICAST;
}

/* What `ip route add` takes where none is said. */
static uint8_t routing_scope(const struct model_route *route)
{
	if (route->family == AF_INET6) {
		return RT_SCOPE_UNIVERSE;
	}
	if (route->has_scope) {
		return route->scope;
	}
	if (route->type == MODEL_ROUTE_LOCAL) {
		return RT_SCOPE_HOST;
	}
	if (route->type != MODEL_ROUTE_UNICAST) {
		return RT_SCOPE_UNIVERSE;
	}
	for (size_t i = 0; i < route->hop_count; i++) {
		if (route->hops[i].gateway_family) {
			return RT_SCOPE_UNIVERSE;
		}
	}
	return RT_SCOPE_LINK;
}

static bool routing_is_link_local(const struct model_hop *hop)
{
	return hop->gateway_family == AF_INET6 && hop->gateway[0] == 0xfe &&
	       (hop->gateway[1] & 0xc0) == 0x80;
}

bool routing_hop_is_free(const struct model_hop *hop)
{
	return hop->gateway_family && !hop->device[0] && !hop->onlink &&
	       !routing_is_link_local(hop);
}

static int routing_hops(const struct model_route *route, uint32_t ifindex,
			struct netlink_route *out, const char **missing)
{
	if (route->type != MODEL_ROUTE_UNICAST && route->type != MODEL_ROUTE_LOCAL) {
		return 0; /* such a packet goes nowhere */
	}
	for (size_t i = 0; i < route->hop_count; i++) {
		const struct model_hop *from = &route->hops[i];
		struct netlink_hop *to = &out->hops[i];

		to->gateway_family = from->gateway_family;
		if (from->gateway_family) {
			memcpy(to->gateway, from->gateway,
			       routing_address_size(from->gateway_family));
		}
		to->weight = from->weight ? from->weight : 1;
		to->onlink = from->onlink;
		to->ifindex = from->device[0] ? if_nametoindex(from->device) : ifindex;
		if (to->ifindex == 0) {
			*missing = from->device;
			return -ENODEV;
		}
	}
	out->hop_count = route->hop_count;
	return 0;
}

int routing_route_to_netlink(const struct model_route *route, uint32_t ifindex,
			     struct netlink_route *out, const char **missing)
{
	size_t size = routing_address_size(route->family);

	*out = (struct netlink_route){
		.family = route->family,
		.type = routing_type(route->type),
		.protocol = route->has_protocol ? route->protocol : RTPROT_BOOT,
		.scope = routing_scope(route),
		.tos = route->family == AF_INET ? route->tos : 0,
		.prefix = route->prefix,
		.table = route->table ? route->table : MODEL_TABLE_MAIN,
		.metric = route->has_metric ? route->metric : 0,
		.has_source_address = route->has_source_address,
		.metrics = {[RTAX_LOCK] = route->locks,
			    [RTAX_MTU] = route->mtu,
			    [RTAX_WINDOW] = route->window,
			    [RTAX_ADVMSS] = route->advmss,
			    [RTAX_HOPLIMIT] = route->hoplimit,
			    [RTAX_INITCWND] = route->initcwnd,
			    [RTAX_RTO_MIN] = route->rto_min_ms,
			    [RTAX_INITRWND] = route->initrwnd,
			    [RTAX_QUICKACK] = route->quickack},
	};
	memcpy(out->destination, route->destination, size);
	memcpy(out->source_address, route->source_address, size);
	if (out->family == AF_INET6 && out->metric == 0) {
		out->metric = ROUTING_METRIC_IPV6;
	}
	return routing_hops(route, ifindex, out, missing);
}

static uint8_t routing_action(enum model_rule_action action)
{
	switch (action) {
	case MODEL_RULE_TABLE:
		return FR_ACT_TO_TBL;
	case MODEL_RULE_GOTO:
		return FR_ACT_GOTO;
	case MODEL_RULE_BLACKHOLE:
		return FR_ACT_BLACKHOLE;
	case MODEL_RULE_UNREACHABLE:
		return FR_ACT_UNREACHABLE;
	case MODEL_RULE_PROHIBIT:
		return FR_ACT_PROHIBIT;
	}
	return FR_ACT_TO_TBL;
}

void routing_rule_to_netlink(const struct model_rule *rule, struct netlink_rule *out)
{
	size_t size = routing_address_size(rule->family);

	*out = (struct netlink_rule){
		.family = rule->family,
		.action = routing_action(rule->action),
		.protocol = rule->has_protocol ? rule->protocol : 0,
		.invert = rule->invert,
		.from_prefix = rule->from_prefix,
		.to_prefix = rule->to_prefix,
		.tos = rule->tos,
		.mark = rule->mark,
		.mark_mask = rule->mark && !rule->mark_mask ? UINT32_MAX : rule->mark_mask,
		.has_preference = rule->has_preference,
		.preference = rule->preference,
		.table = rule->table ? rule->table : MODEL_TABLE_MAIN,
		.go_to = rule->go_to,
		.suppress_prefixlength = rule->suppress_prefixlength,
		.ip_protocol = rule->ip_protocol,
		.source_port_first = rule->source_port_first,
		.source_port_last = rule->source_port_last,
		.destination_port_first = rule->destination_port_first,
		.destination_port_last = rule->destination_port_last,
		.has_uid_range = rule->has_uid_range,
		.uid_first = rule->uid_first,
		.uid_last = rule->uid_last,
	};
	if (rule->from_prefix) {
		memcpy(out->from, rule->from, size);
	}
	if (rule->to_prefix) {
		memcpy(out->to, rule->to, size);
	}
	memcpy(out->iif, rule->iif, sizeof(out->iif));
	memcpy(out->oif, rule->oif, sizeof(out->oif));
}

void routing_default(const struct model_interface *interface, int family,
		     struct model_route *out)
{
	const struct model_default_route *from =
		family == AF_INET ? &interface->ipv4_default : &interface->ipv6_default;

	*out = (struct model_route){
		.family = family,
		.type = MODEL_ROUTE_UNICAST,
		.table = MODEL_TABLE_MAIN,
		.has_metric = from->has_metric,
		.metric = from->metric,
		.window = from->window,
		.has_source_address = from->has_source_address,
		.hop_count = 1,
		.source = from->source,
	};
	memcpy(out->source_address, from->source_address, sizeof(out->source_address));
	out->hops[0].weight = 1;
	if (from->has_gateway) {
		out->hops[0].gateway_family = family;
		memcpy(out->hops[0].gateway, from->gateway, routing_address_size(family));
	}
	if (family == AF_INET6 && !from->has_metric) {
		out->has_metric = true;
		out->metric = ROUTING_METRIC_IPV6_DEFAULT;
	}
}
