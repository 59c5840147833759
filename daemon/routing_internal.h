/* SPDX-License-Identifier: BSD-2-Clause */
/* What routing.c, routing_model.c and routing_change.c share. */
#ifndef DAEMON_ROUTING_INTERNAL_H
#define DAEMON_ROUTING_INTERNAL_H

#include "daemon/routing.h"

/* The kernel's usual one for IPv6, where none is said. */
#define ROUTING_METRIC_IPV6 1024

/* In bytes. */
size_t routing_address_size(int family);

/* Without routes. */
int routing_read_rules(struct netlink *netlink, struct routing **out);

/* As the kernel is told of it to add it. -ENODEV: no interface has the name that a hop
 * says, which is in *missing then. */
int routing_route_to_netlink(const struct model_route *route, uint32_t ifindex,
			     struct netlink_route *out, const char **missing);
void routing_rule_to_netlink(const struct model_rule *rule, struct netlink_rule *out);

/* Whether the hop's gateway may be behind any interface. */
bool routing_hop_is_free(const struct model_hop *hop);

/* In an order by what no two routes of the kernel have in common, but IPv6's to several
 * gateways. */
int routing_compare(const struct netlink_route *a, const struct netlink_route *b);
/* Whether both have the same destination, table, TOS and metric: the kernel has no two
 * of these. */
bool routing_route_collides(const struct netlink_route *a, const struct netlink_route *b);

/* Whether the kernel's is what the model says, of which wanted was made. */
bool routing_route_fits(const struct netlink_route *kernel, const struct model_route *route,
			const struct netlink_route *wanted);

/* NULL: it isn't there. */
const struct netlink_rule *routing_find_rule(const struct routing *routing,
					     const struct model_rule *rule);
/* The first of the kernel's that is in the way of the route; NULL: none. */
const struct netlink_route *routing_find_collision(const struct routing *routing,
						   const struct netlink_route *wanted);

#endif
