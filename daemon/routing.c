/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which routes and rules there are, and whether one of the model's is among them.
 * routing_change.c adds and removes.
 */
#include "daemon/routing.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/routing_internal.h"

/* Routes are kept in as many bytes as their hops need, sorted by where they lead, so
 * that thousands of VLAN interfaces' are found fast, and a router's million fit. */
struct routing {
	size_t route_count, route_room;
	struct netlink_route **routes;
	size_t rule_count, rule_room;
	struct netlink_rule *rules;
};

static size_t routing_address_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

/* --- reading ------------------------------------------------------------ */

/* Room for one more in a list of pointers or structs. */
static bool routing_reserve(void **list, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 64;
	void *bigger;

	if (count < *room) {
		return true;
	}
	bigger = realloc(*list, more * size);
	if (!bigger) {
		return false;
	}
	*list = bigger;
	*room = more;
	return true;
}

static int routing_on_route(const struct netlink_route *route, void *context)
{
	struct routing *routing = context;
	size_t hops = route->hop_count < NETLINK_HOPS_MAX ? route->hop_count : NETLINK_HOPS_MAX;
	size_t size = offsetof(struct netlink_route, hops) + hops * sizeof(route->hops[0]);
	struct netlink_route *copy;
	void *list = routing->routes;

	if (!routing_reserve(&list, routing->route_count, &routing->route_room,
			     sizeof(struct netlink_route *))) {
		return -ENOMEM;
	}
	routing->routes = list;
	copy = malloc(size);
	if (!copy) {
		return -ENOMEM;
	}
	memcpy(copy, route, size);
	routing->routes[routing->route_count++] = copy;
	return 0;
}

static int routing_on_rule(const struct netlink_rule *rule, void *context)
{
	struct routing *routing = context;
	void *list = routing->rules;

	if (!routing_reserve(&list, routing->rule_count, &routing->rule_room, sizeof(*rule))) {
		return -ENOMEM;
	}
	routing->rules = list;
	routing->rules[routing->rule_count++] = *rule;
	return 0;
}

/* By what no two routes of the kernel have in common, but IPv6's to several gateways. */
static int routing_compare(const struct netlink_route *a, const struct netlink_route *b)
{
	int difference;

	if (a->family != b->family) {
		return a->family < b->family ? -1 : 1;
	}
	if (a->table != b->table) {
		return a->table < b->table ? -1 : 1;
	}
	if (a->prefix != b->prefix) {
		return a->prefix < b->prefix ? -1 : 1;
	}
	difference = memcmp(a->destination, b->destination, routing_address_size(a->family));
	if (difference) {
		return difference;
	}
	if (a->tos != b->tos) {
		return a->tos < b->tos ? -1 : 1;
	}
	if (a->metric != b->metric) {
		return a->metric < b->metric ? -1 : 1;
	}
	return 0;
}

static int routing_compare_listed(const void *a, const void *b)
{
	struct netlink_route *const *left = a;
	struct netlink_route *const *right = b;

	return routing_compare(*left, *right);
}

int routing_read(struct netlink *netlink, struct routing **out)
{
	static const int families[] = {AF_INET, AF_INET6};
	struct routing *routing = calloc(1, sizeof(*routing));
	int err = 0;

	if (!routing) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < 2 && !err; i++) {
		err = netlink_route_dump(netlink, families[i], routing_on_route, routing);
		if (!err) {
			err = netlink_rule_dump(netlink, families[i], routing_on_rule, routing);
		}
		/* A kernel without IPv6, or without rules, has none of them. */
		if (err == -EAFNOSUPPORT || err == -EOPNOTSUPP) {
			err = 0;
		}
	}
	if (err) {
		routing_free(routing);
		return err;
	}
	if (routing->route_count > 0) {
		qsort(routing->routes, routing->route_count, sizeof(*routing->routes),
		      routing_compare_listed);
	}
	*out = routing;
	return 0;
}

void routing_free(struct routing *routing)
{
	if (!routing) {
		return;
	}
	for (size_t i = 0; i < routing->route_count; i++) {
		free(routing->routes[i]);
	}
	free(routing->routes);
	free(routing->rules);
	free(routing);
}

/* --- the model's as the kernel has them ---------------------------------- */

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
		.protocol = rule->has_protocol ? rule->protocol : RTPROT_BOOT,
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

/* --- comparing ------------------------------------------------------------ */

static bool routing_hop_fits(const struct netlink_hop *kernel, const struct model_hop *hop,
			     const struct netlink_hop *wanted)
{
	return kernel->gateway_family == wanted->gateway_family &&
	       memcmp(kernel->gateway, wanted->gateway, sizeof(kernel->gateway)) == 0 &&
	       kernel->weight == wanted->weight && (!wanted->onlink || kernel->onlink) &&
	       (kernel->ifindex == wanted->ifindex || routing_hop_is_free(hop));
}

/* In whatever order, each of the kernel's once. */
static bool routing_hops_fit(const struct netlink_route *kernel,
			     const struct model_route *route,
			     const struct netlink_route *wanted)
{
	uint32_t taken = 0;

	/* Which interface the kernel names of a route that leads nowhere is nobody's
	 * choice. */
	if (wanted->hop_count == 0) {
		return true;
	}
	if (kernel->hop_count != wanted->hop_count) {
		return false;
	}
	for (size_t i = 0; i < wanted->hop_count; i++) {
		size_t j = 0;

		while (j < kernel->hop_count &&
		       ((taken >> j & 1) || !routing_hop_fits(&kernel->hops[j], &route->hops[i],
							      &wanted->hops[i]))) {
			j++;
		}
		if (j == kernel->hop_count) {
			return false;
		}
		taken |= 1U << j;
	}
	return true;
}

bool routing_route_collides(const struct netlink_route *a, const struct netlink_route *b)
{
	return routing_compare(a, b) == 0;
}

bool routing_route_fits(const struct netlink_route *kernel, const struct model_route *route,
			const struct netlink_route *wanted)
{
	if (!routing_route_collides(kernel, wanted) || kernel->type != wanted->type) {
		return false;
	}
	if (route->has_protocol && kernel->protocol != wanted->protocol) {
		return false;
	}
	if (route->has_scope && wanted->family == AF_INET && kernel->scope != wanted->scope) {
		return false;
	}
	if (wanted->has_source_address &&
	    (!kernel->has_source_address ||
	     memcmp(kernel->source_address, wanted->source_address,
		    routing_address_size(wanted->family)) != 0)) {
		return false;
	}
	for (size_t i = 0; i < NETLINK_METRICS; i++) {
		if (wanted->metrics[i] && kernel->metrics[i] != wanted->metrics[i]) {
			return false;
		}
	}
	return routing_hops_fit(kernel, route, wanted);
}

/* The first that is not before the wanted one. */
static size_t routing_lower_bound(const struct routing *routing,
				  const struct netlink_route *wanted)
{
	size_t low = 0, high = routing->route_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (routing_compare(routing->routes[middle], wanted) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

const struct netlink_route *routing_find_collision(const struct routing *routing,
						   const struct netlink_route *wanted)
{
	size_t at = routing_lower_bound(routing, wanted);

	return at < routing->route_count && routing_route_collides(routing->routes[at], wanted)
		       ? routing->routes[at]
		       : NULL;
}

bool routing_has_route(const struct routing *routing, const struct model_route *route,
		       uint32_t ifindex)
{
	struct netlink_route wanted;
	const char *missing;

	if (routing_route_to_netlink(route, ifindex, &wanted, &missing) < 0) {
		return false;
	}
	for (size_t at = routing_lower_bound(routing, &wanted);
	     at < routing->route_count && routing_route_collides(routing->routes[at], &wanted);
	     at++) {
		if (routing_route_fits(routing->routes[at], route, &wanted)) {
			return true;
		}
	}
	return false;
}

static bool routing_rule_fits(const struct netlink_rule *kernel, const struct model_rule *rule,
			      const struct netlink_rule *wanted)
{
	struct netlink_rule same = *wanted;

	/* Both are zeroed where they say nothing, so that the rest can be compared as
	 * it is, member by member. */
	if (!rule->has_protocol) {
		same.protocol = kernel->protocol;
	}
	if (!wanted->has_preference) {
		same.preference = kernel->preference;
	}
	if (wanted->action != FR_ACT_TO_TBL) {
		same.table = kernel->table;
	}
	if (wanted->action != FR_ACT_GOTO) {
		same.go_to = kernel->go_to;
	}
	return kernel->family == same.family && kernel->action == same.action &&
	       kernel->protocol == same.protocol && kernel->invert == same.invert &&
	       kernel->from_prefix == same.from_prefix && kernel->to_prefix == same.to_prefix &&
	       kernel->tos == same.tos &&
	       memcmp(kernel->from, same.from, sizeof(same.from)) == 0 &&
	       memcmp(kernel->to, same.to, sizeof(same.to)) == 0 && kernel->mark == same.mark &&
	       kernel->mark_mask == same.mark_mask && strcmp(kernel->iif, same.iif) == 0 &&
	       strcmp(kernel->oif, same.oif) == 0 && kernel->preference == same.preference &&
	       kernel->table == same.table && kernel->go_to == same.go_to &&
	       kernel->suppress_prefixlength == same.suppress_prefixlength &&
	       kernel->ip_protocol == same.ip_protocol &&
	       kernel->source_port_first == same.source_port_first &&
	       kernel->source_port_last == same.source_port_last &&
	       kernel->destination_port_first == same.destination_port_first &&
	       kernel->destination_port_last == same.destination_port_last &&
	       kernel->has_uid_range == same.has_uid_range &&
	       kernel->uid_first == same.uid_first && kernel->uid_last == same.uid_last;
}

bool routing_has_rule(const struct routing *routing, const struct model_rule *rule)
{
	struct netlink_rule wanted;

	routing_rule_to_netlink(rule, &wanted);
	for (size_t i = 0; i < routing->rule_count; i++) {
		if (routing_rule_fits(&routing->rules[i], rule, &wanted)) {
			return true;
		}
	}
	return false;
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
		.hop_count = 1,
		.source = from->source,
	};
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
