/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes and rules of the model to and from the kernel. */
#ifndef DAEMON_ROUTING_H
#define DAEMON_ROUTING_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "netlink/netlink.h"

#define ROUTING_ERROR_SIZE 256

/* The kernel's routes and rules at one moment. */
struct routing;

int routing_read(struct netlink *netlink, struct routing **out);
void routing_free(struct routing *routing); /* NULL is fine */
/* Whether it is there, alike in all that the model says of it. ifindex: the interface
 * that hops without a device are of. */
bool routing_has_route(const struct routing *routing, const struct model_route *route,
		       uint32_t ifindex);
bool routing_has_rule(const struct routing *routing, const struct model_rule *rule);

/* 0, or -errno with a sentence. Adding what is there already is -EEXIST, removing what
 * isn't -ESRCH. */
int routing_route_add(struct netlink *netlink, const struct model_route *route,
		      uint32_t ifindex, char error[ROUTING_ERROR_SIZE]);
int routing_route_remove(struct netlink *netlink, const struct model_route *route,
			 uint32_t ifindex, char error[ROUTING_ERROR_SIZE]);
int routing_rule_add(struct netlink *netlink, const struct model_rule *rule,
		     char error[ROUTING_ERROR_SIZE]);
int routing_rule_remove(struct netlink *netlink, const struct model_rule *rule,
			char error[ROUTING_ERROR_SIZE]);

/* GATEWAY and the like as the route that it is. */
void routing_default(const struct model_interface *interface, int family,
		     struct model_route *out);

#endif
