/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the routes and rules that were applied are there still, and which of the files'
 * are there already. */
#include <stdlib.h>
#include <sys/socket.h>

#include "daemon/observe_internal.h"
#include "daemon/routing.h"
#include "model/model_equal.h"
#include "model/model_text.h"

/* --- what is there, but goes with this very plan
 *
 * The kernel has one route for a destination, table, TOS and metric, and of the same rule one.
 * Where the files ask for it otherwise, or by another interface's, what is there isn't yet
 * what they ask for: it is taken away, and theirs put. */

static const struct model_interface *observe_wanted(const struct observation *o,
						    const struct model_interface *running)
{
	const struct model_bond *bond = model_find_bond(o->wanted, running->name);
	const struct model_vlan *vlan = bond ? NULL : model_find_vlan(o->wanted, running->name);

	return bond ? &bond->interface : vlan ? &vlan->interface : NULL;
}

static bool observe_default_goes(const struct model_interface *running,
				 const struct model_interface *wanted, int family,
				 const struct model_route *route)
{
	struct model_route own;

	if (!model_interface_default(running, family)->is_set || family != route->family) {
		return false;
	}
	routing_default(running, family, &own);
	return model_route_compare_key(&own, route) == 0 &&
	       !(wanted && model_default_route_equal(model_interface_default(running, family),
						     model_interface_default(wanted, family)));
}

static bool observe_interface_route_goes(const struct observation *o,
					 const struct model_interface *running,
					 const struct model_route *route)
{
	const struct model_interface *wanted;

	if (!observe_concerns(o->scope, running->name)) {
		return false;
	}
	wanted = observe_wanted(o, running);
	for (size_t i = 0; i < running->route_count; i++) {
		if (model_route_compare_key(&running->routes[i], route) == 0 &&
		    !(wanted && model_interface_has_route(wanted, &running->routes[i]))) {
			return true;
		}
	}
	return observe_default_goes(running, wanted, AF_INET, route) ||
	       observe_default_goes(running, wanted, AF_INET6, route);
}

static bool observe_route_goes(const struct observation *o, const struct model_route *route)
{
	const struct model_interface *interface;

	for (size_t i = 0; (interface = model_interface_at(o->running, i)); i++) {
		if (observe_interface_route_goes(o, interface, route)) {
			return true;
		}
	}
	return false;
}

static bool observe_interface_rule_goes(const struct observation *o,
					const struct model_interface *running,
					const struct model_rule *rule)
{
	const struct model_interface *wanted;

	if (running->rule_count == 0 || !observe_concerns(o->scope, running->name) ||
	    !model_interface_has_rule(running, rule)) {
		return false;
	}
	wanted = observe_wanted(o, running);
	return !wanted || !model_interface_has_rule(wanted, rule);
}

static bool observe_rule_goes(const struct observation *o, const struct model_rule *rule)
{
	const struct model_interface *interface;

	for (size_t i = 0; (interface = model_interface_at(o->running, i)); i++) {
		if (observe_interface_rule_goes(o, interface, rule)) {
			return true;
		}
	}
	return false;
}

static void observe_routes(struct observation *o, struct model_interface *running,
			   const struct model_interface *wanted, uint32_t ifindex)
{
	const struct routing *routing = o->snapshot.routing;
	size_t kept = 0;
	char *text;

	for (size_t i = 0; i < running->route_count; i++) {
		if (routing_has_route(routing, &running->routes[i], ifindex)) {
			running->routes[kept++] = running->routes[i];
			continue;
		}
		text = model_route_text(&running->routes[i]);
		observe_drift(o, running->name, "somebody removed route %s", text ? text : "");
		free(text);
	}
	running->route_count = kept;
	for (size_t i = 0; wanted && i < wanted->route_count; i++) {
		if (!model_interface_has_route(running, &wanted->routes[i]) &&
		    routing_has_route(routing, &wanted->routes[i], ifindex) &&
		    !observe_route_goes(o, &wanted->routes[i]) &&
		    !model_interface_add_route(running, &wanted->routes[i])) {
			o->out_of_memory = true;
		}
	}
}

static void observe_rules(struct observation *o, struct model_interface *running,
			  const struct model_interface *wanted)
{
	const struct routing *routing = o->snapshot.routing;
	size_t kept = 0;
	char *text;

	for (size_t i = 0; i < running->rule_count; i++) {
		if (routing_has_rule(routing, &running->rules[i])) {
			running->rules[kept++] = running->rules[i];
			continue;
		}
		text = model_rule_text(&running->rules[i]);
		observe_drift(o, running->name, "somebody removed rule %s", text ? text : "");
		free(text);
	}
	running->rule_count = kept;
	for (size_t i = 0; wanted && i < wanted->rule_count; i++) {
		if (!model_interface_has_rule(running, &wanted->rules[i]) &&
		    routing_has_rule(routing, &wanted->rules[i]) &&
		    !observe_rule_goes(o, &wanted->rules[i]) &&
		    !model_interface_add_rule(running, &wanted->rules[i])) {
			o->out_of_memory = true;
		}
	}
}

static void observe_default(struct observation *o, struct model_interface *running,
			    const struct model_interface *wanted, int family, uint32_t ifindex)
{
	struct model_default_route *own =
		family == AF_INET ? &running->ipv4_default : &running->ipv6_default;
	struct model_route route;

	if (own->is_set) {
		routing_default(running, family, &route);
		if (!routing_has_route(o->snapshot.routing, &route, ifindex)) {
			own->is_set = false;
			observe_drift(o, running->name, "somebody removed its default%s route",
				      family == AF_INET6 ? " IPv6" : "");
		}
	} else if (wanted && model_interface_default(wanted, family)->is_set) {
		routing_default(wanted, family, &route);
		if (routing_has_route(o->snapshot.routing, &route, ifindex) &&
		    !observe_route_goes(o, &route)) {
			*own = *model_interface_default(wanted, family);
		}
	}
}

void observe_routing(struct observation *o, struct model_interface *running,
		     const struct model_interface *wanted, uint32_t ifindex)
{
	observe_routes(o, running, wanted, ifindex);
	observe_rules(o, running, wanted);
	observe_default(o, running, wanted, AF_INET, ifindex);
	observe_default(o, running, wanted, AF_INET6, ifindex);
}
