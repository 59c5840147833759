/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which routes and rules there are, and whether one of the model's is among them.
 * routing_model.c makes the model's what the kernel has, routing_change.c adds and removes.
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

int routing_compare(const struct netlink_route *a, const struct netlink_route *b)
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

static int routing_dump(struct netlink *netlink, bool with_routes, struct routing *routing)
{
	static const int families[] = {AF_INET, AF_INET6};
	int err = 0;

	for (size_t i = 0; i < 2 && !err; i++) {
		if (with_routes) {
			err = netlink_route_dump(netlink, families[i], routing_on_route,
						 routing);
		}
		if (!err) {
			err = netlink_rule_dump(netlink, families[i], routing_on_rule, routing);
		}
		/* A kernel without IPv6, or without rules, has none of them. */
		if (err == -EAFNOSUPPORT || err == -EOPNOTSUPP) {
			err = 0;
		}
	}
	return err;
}

static int routing_read_some(struct netlink *netlink, bool with_routes, struct routing **out)
{
	struct routing *routing = calloc(1, sizeof(*routing));
	int err;

	if (!routing) {
		return -ENOMEM;
	}
	err = routing_dump(netlink, with_routes, routing);
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

int routing_read(struct netlink *netlink, struct routing **out)
{
	return routing_read_some(netlink, true, out);
}

int routing_read_rules(struct netlink *netlink, struct routing **out)
{
	return routing_read_some(netlink, false, out);
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

const struct netlink_rule *routing_find_rule(const struct routing *routing,
					     const struct model_rule *rule)
{
	struct netlink_rule wanted;

	routing_rule_to_netlink(rule, &wanted);
	for (size_t i = 0; i < routing->rule_count; i++) {
		if (routing_rule_fits(&routing->rules[i], rule, &wanted)) {
			return &routing->rules[i];
		}
	}
	return NULL;
}

bool routing_has_rule(const struct routing *routing, const struct model_rule *rule)
{
	return routing_find_rule(routing, rule) != NULL;
}
