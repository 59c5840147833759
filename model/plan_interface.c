/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of a plan that is alike for bonds and VLAN interfaces: DHCP clients, rules,
 * routes, addresses.
 *
 * The kernel takes some routes away by itself: with an interface's last IPv4 address all
 * that leave over it, with an address those that have it as their source. They are
 * taken away and put back in steps of their own, so that they are there afterwards, and
 * also if the plan is undone halfway.
 */
#include <netinet/in.h>
#include <string.h>

#include "model/model_equal.h"
#include "model/plan_internal.h"

static const struct model_interface no_interface;
static const struct model_source no_source = {.file = UINT32_MAX};

/* The two sides that are compared, and the step that says where. */
struct sides {
	struct plan_builder *builder;
	const struct plan_step *base;
	const struct model_interface *from; /* what runs; an empty one for none */
	const struct model_interface *to;
};

static bool has_address(const struct model_interface *interface,
			const struct model_address *address, size_t hint)
{
	if (hint < interface->address_count &&
	    model_address_equal(&interface->addresses[hint], address)) {
		return true;
	}
	for (size_t i = 0; i < interface->address_count; i++) {
		if (model_address_equal(&interface->addresses[i], address)) {
			return true;
		}
	}
	return false;
}

static bool has_route(const struct model_interface *interface, const struct model_route *route,
		      size_t hint)
{
	if (hint < interface->route_count &&
	    model_route_equal(&interface->routes[hint], route)) {
		return true;
	}
	for (size_t i = 0; i < interface->route_count; i++) {
		if (model_route_equal(&interface->routes[i], route)) {
			return true;
		}
	}
	return false;
}

static bool has_rule(const struct model_interface *interface, const struct model_rule *rule,
		     size_t hint)
{
	if (hint < interface->rule_count && model_rule_equal(&interface->rules[hint], rule)) {
		return true;
	}
	for (size_t i = 0; i < interface->rule_count; i++) {
		if (model_rule_equal(&interface->rules[i], rule)) {
			return true;
		}
	}
	return false;
}

static void plan_addresses(const struct sides *s)
{
	struct plan_step step = *s->base;
	char text[PLAN_TEXT_SIZE];

	step.action = PLAN_ADDRESS_REMOVE;
	step.disruption = PLAN_DISRUPTION_VLAN;
	step.source = no_source; /* it stands in no file */
	for (size_t i = 0; i < s->from->address_count; i++) {
		step.former_address = &s->from->addresses[i];
		if (!has_address(s->to, step.former_address, i)) {
			strcpy(text, "remove ");
			plan_text_address(text, step.former_address);
			plan_text_append(text, " from %s", step.interface);
			plan_builder_add(s->builder, &step, text);
		}
	}
	step.action = PLAN_ADDRESS_ADD;
	step.disruption = PLAN_DISRUPTION_NONE;
	step.former_address = NULL;
	for (size_t i = 0; i < s->to->address_count; i++) {
		step.address = &s->to->addresses[i];
		if (!has_address(s->from, step.address, i)) {
			step.source = step.address->source;
			strcpy(text, "add ");
			plan_text_address(text, step.address);
			plan_text_append(text, " to %s", step.interface);
			plan_builder_add(s->builder, &step, text);
		}
	}
}

/* Whether the interface keeps none of the IPv4 addresses that it has. */
static bool loses_all_ipv4(const struct sides *s)
{
	bool loses = false;

	for (size_t i = 0; i < s->from->address_count; i++) {
		if (s->from->addresses[i].family != AF_INET) {
			continue;
		}
		if (has_address(s->to, &s->from->addresses[i], i)) {
			return false;
		}
		loses = true;
	}
	return loses;
}

/* Whether the route has an address as its source that goes. */
static bool loses_source(const struct sides *s, const struct model_route *route)
{
	for (size_t i = 0; route->has_source_address && i < s->from->address_count; i++) {
		const struct model_address *address = &s->from->addresses[i];

		if (address->family == route->family && !has_address(s->to, address, i) &&
		    memcmp(address->bytes, route->source_address,
			   route->family == AF_INET ? 4 : 16) == 0) {
			return true;
		}
	}
	return false;
}

static void plan_routes(const struct sides *s, bool lost)
{
	struct plan_step step = *s->base;
	char text[PLAN_TEXT_SIZE];

	step.action = PLAN_ROUTE_REMOVE;
	step.disruption = PLAN_DISRUPTION_VLAN;
	step.source = no_source; /* it stands in no file */
	for (size_t i = 0; i < s->from->route_count; i++) {
		step.former_route = &s->from->routes[i];
		if ((lost && step.former_route->family == AF_INET) ||
		    loses_source(s, step.former_route) ||
		    !has_route(s->to, step.former_route, i)) {
			strcpy(text, "remove ");
			plan_text_route(text, step.former_route);
			plan_text_append(text, " from %s", step.interface);
			plan_builder_add(s->builder, &step, text);
		}
	}
	step.action = PLAN_ROUTE_ADD;
	step.disruption = PLAN_DISRUPTION_NONE;
	step.former_route = NULL;
	for (size_t i = 0; i < s->to->route_count; i++) {
		step.route = &s->to->routes[i];
		if ((lost && step.route->family == AF_INET) || loses_source(s, step.route) ||
		    !has_route(s->from, step.route, i)) {
			step.source = step.route->source;
			strcpy(text, "add ");
			plan_text_route(text, step.route);
			plan_text_append(text, " to %s", step.interface);
			plan_builder_add(s->builder, &step, text);
		}
	}
}

/* GATEWAY's, and the like. */
static void plan_default(const struct sides *s, int family, bool lost)
{
	const struct model_default_route *from = model_interface_default(s->from, family);
	const struct model_default_route *to = model_interface_default(s->to, family);
	struct plan_step step = *s->base;
	char text[PLAN_TEXT_SIZE];

	if (!lost && model_default_route_equal(from, to)) {
		return;
	}
	step.family = family;
	step.source = no_source;
	if (from->is_set) {
		step.action = PLAN_ROUTE_REMOVE;
		step.disruption = PLAN_DISRUPTION_VLAN;
		strcpy(text, "remove ");
		plan_text_default(text, from, family);
		plan_text_append(text, " from %s", step.interface);
		plan_builder_add(s->builder, &step, text);
	}
	if (to->is_set) {
		step.action = PLAN_ROUTE_ADD;
		step.disruption = PLAN_DISRUPTION_NONE;
		step.source = to->source;
		strcpy(text, "add ");
		plan_text_default(text, to, family);
		plan_text_append(text, " to %s", step.interface);
		plan_builder_add(s->builder, &step, text);
	}
}

static void plan_rules(const struct sides *s)
{
	struct plan_step step = *s->base;
	char text[PLAN_TEXT_SIZE];

	step.action = PLAN_RULE_REMOVE;
	step.disruption = PLAN_DISRUPTION_VLAN;
	step.source = no_source; /* it stands in no file */
	for (size_t i = 0; i < s->from->rule_count; i++) {
		step.former_rule = &s->from->rules[i];
		if (!has_rule(s->to, step.former_rule, i)) {
			strcpy(text, "remove ");
			plan_text_rule(text, step.former_rule);
			plan_builder_add(s->builder, &step, text);
		}
	}
	step.action = PLAN_RULE_ADD;
	step.disruption = PLAN_DISRUPTION_NONE;
	step.former_rule = NULL;
	for (size_t i = 0; i < s->to->rule_count; i++) {
		step.rule = &s->to->rules[i];
		if (!has_rule(s->from, step.rule, i)) {
			step.source = step.rule->source;
			strcpy(text, "add ");
			plan_text_rule(text, step.rule);
			plan_builder_add(s->builder, &step, text);
		}
	}
}

static void plan_dhcp(const struct sides *s, int family)
{
	bool runs = model_interface_has_dhcp(s->from, family);
	bool wanted = model_interface_has_dhcp(s->to, family);
	struct plan_step step = *s->base;
	char text[PLAN_TEXT_SIZE] = "";

	if (runs == wanted && (!runs || model_dhcp_equal(&s->from->dhcp, &s->to->dhcp))) {
		return;
	}
	step.family = family;
	if (runs) {
		step.action = PLAN_DHCP_STOP;
		step.disruption = PLAN_DISRUPTION_VLAN;
		plan_text_append(text, "stop the DHCP%s client of %s",
				 family == AF_INET6 ? "v6" : "", step.interface);
		plan_builder_add(s->builder, &step, text);
	}
	if (wanted) {
		step.action = PLAN_DHCP_START;
		step.disruption = PLAN_DISRUPTION_NONE;
		text[0] = '\0';
		plan_text_append(text, "start a DHCP%s client on %s",
				 family == AF_INET6 ? "v6" : "", step.interface);
		plan_builder_add(s->builder, &step, text);
	}
}

/* What an interface is given when it is made, and that may differ later. */
static void plan_settings(const struct sides *s)
{
	struct plan_step step = *s->base;
	char text[PLAN_TEXT_SIZE] = "";

	if (s->from == &no_interface || s->to == &no_interface) {
		return;
	}
	if (s->to->onboot && !s->from->onboot) {
		step.action = PLAN_LINK_UP;
		plan_text_append(text, "set %s up", step.interface);
		plan_builder_add(s->builder, &step, text);
	}
	if (s->to->ipv6_autoconf != s->from->ipv6_autoconf) {
		step.action = PLAN_IPV6;
		text[0] = '\0';
		plan_text_append(text, "%s router advertisements on %s",
				 s->to->ipv6_autoconf ? "heed" : "don't heed", step.interface);
		plan_builder_add(s->builder, &step, text);
	}
}

/* One that is down and stays so has no routes, nor anything else that comes with
 * bringing an interface up; addresses it may have. */
static struct model_interface without_routes(const struct model_interface *interface)
{
	struct model_interface bare = *interface;

	bare.route_count = 0;
	bare.rule_count = 0;
	bare.ipv4_default.is_set = false;
	bare.ipv6_default.is_set = false;
	bare.protocol = MODEL_PROTOCOL_STATIC;
	bare.dhcpv6 = false;
	return bare;
}

void plan_on_interface(struct plan_builder *builder, const struct plan_step *base)
{
	const struct model_interface *from = plan_step_former_interface(base);
	const struct model_interface *to = plan_step_interface(base);
	struct sides s = {.builder = builder,
			  .base = base,
			  .from = from ? from : &no_interface,
			  .to = to ? to : &no_interface};
	bool lost = loses_all_ipv4(&s);
	struct model_interface down;

	if (!s.to->onboot && !s.from->onboot) {
		down = without_routes(s.to);
		s.to = to ? &down : s.to;
	}
	plan_dhcp(&s, AF_INET);
	plan_dhcp(&s, AF_INET6);
	plan_rules(&s);
	plan_routes(&s, lost);
	plan_default(&s, AF_INET, lost);
	plan_default(&s, AF_INET6, false);
	plan_addresses(&s);
	plan_settings(&s);
}
