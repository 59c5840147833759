/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes and rules of the model to and from the kernel. */
#ifndef DAEMON_ROUTING_H
#define DAEMON_ROUTING_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "netlink/netlink.h"
#include "netlink/route.h"

#define ROUTING_ERROR_SIZE	    256
/* The metric that ifup gives the IPv6 default route, and what IPV6_DEFAULTGW's has here:
 * before the kernel's own from router advertisements, which is 1024. */
#define ROUTING_METRIC_IPV6_DEFAULT 1

/* The kernel's routes and rules at one moment. */
struct routing;

int routing_read(struct netlink *netlink, struct routing **out);
void routing_free(struct routing *routing); /* NULL is fine */

/*
 * Whether it is there, alike in all that the model says of it; what the kernel or
 * somebody else made of what the model leaves open (protocol, scope, source address) is
 * no difference. ifindex: the interface that hops without a device are of; a gateway of
 * such a hop may also have been found behind another interface (see
 * routing_route_add()).
 */
bool routing_has_route(const struct routing *routing, const struct model_route *route,
		       uint32_t ifindex);
bool routing_has_rule(const struct routing *routing, const struct model_rule *rule);

/*
 * As `ip route add` would: 0, or -errno with a sentence that names the route. -EEXIST:
 * it is there already, alike in all that the model says. -ENOTUNIQ: another one for the
 * same destination, table, TOS and metric is in the way. A gateway whose hop names no
 * device and that is on no network of ifindex is looked for behind all interfaces, as
 * ifup has it done.
 */
int routing_route_add(struct netlink *netlink, const struct model_route *route,
		      uint32_t ifindex, char error[ROUTING_ERROR_SIZE]);
/*
 * The same, but takes the place of one that is in the way, as ifup does (`ip route
 * replace`, where adding failed, and at once for GATEWAY). That one is in *former then,
 * for routing_route_restore(), and *has_former is true.
 */
int routing_route_put(struct netlink *netlink, const struct model_route *route,
		      uint32_t ifindex, struct netlink_route *former, bool *has_former,
		      char error[ROUTING_ERROR_SIZE]);
/* Puts back what routing_route_put() took away, in the place of what it put there. */
int routing_route_restore(struct netlink *netlink, const struct netlink_route *former,
			  char error[ROUTING_ERROR_SIZE]);
/* -ESRCH: it isn't there, nor is the interface that it left by. */
int routing_route_remove(struct netlink *netlink, const struct model_route *route,
			 uint32_t ifindex, char error[ROUTING_ERROR_SIZE]);

/* -EEXIST: it is there already. */
int routing_rule_add(struct netlink *netlink, const struct model_rule *rule,
		     char error[ROUTING_ERROR_SIZE]);
/* The preference that it has, though it may ask for none. -ESRCH: it isn't there. */
int routing_rule_preference(struct netlink *netlink, const struct model_rule *rule,
			    uint32_t *preference);
/* -ESRCH: it isn't there. */
int routing_rule_remove(struct netlink *netlink, const struct model_rule *rule,
			char error[ROUTING_ERROR_SIZE]);

/* GATEWAY and the like as the route that it is. family AF_INET or AF_INET6; only where
 * the interface has one (ipv4_default.is_set, ipv6_default.is_set). */
void routing_default(const struct model_interface *interface, int family,
		     struct model_route *out);

#endif
