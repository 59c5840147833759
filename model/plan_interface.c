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
#include <stdint.h>
#include <string.h>

#include "model/model_equal.h"
#include "model/model_list.h"
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

static bool same_network(const struct model_address *a, const struct model_address *b)
{
	if (a->family != b->family || a->prefix != b->prefix) {
		return false;
	}
	for (unsigned int bit = 0; bit < a->prefix; bit++) {
		if ((a->bytes[bit / 8] ^ b->bytes[bit / 8]) >> (7 - bit % 8) & 1) {
			return false;
		}
	}
	return true;
}

/*
 * Whether the address stays, hint being where it may well be in the wanted ones. Of the IPv4
 * addresses of one network the first is the one that the server speaks with, and it is first by
 * being put there first: those that are before it now are put there anew, behind it.
 */
static bool keeps_address(const struct sides *s, const struct model_address *address,
			  size_t hint)
{
	size_t now = model_interface_find_address(s->from, address, SIZE_MAX), first = 0;

	if (now == s->from->address_count ||
	    model_interface_find_address(s->to, address, hint) == s->to->address_count) {
		return false;
	}
	while (address->family == AF_INET && !same_network(&s->to->addresses[first], address)) {
		first++;
	}
	return address->family != AF_INET ||
	       model_interface_find_address(s->from, &s->to->addresses[first], SIZE_MAX) <= now;
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
		if (!keeps_address(s, step.former_address, i)) {
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
		if (!keeps_address(s, step.address, i)) {
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
		if (keeps_address(s, &s->from->addresses[i], i)) {
			return false;
		}
		loses = true;
	}
	return loses;
}

/* Whether the route has an address as its source that goes, wherever that is. */
static bool loses_source(const struct plan_builder *builder, const struct model_route *route)
{
	for (size_t i = 0; route->has_source_address && i < builder->lost_count; i++) {
		if (builder->lost[i]->family == route->family &&
		    memcmp(builder->lost[i]->bytes, route->source_address,
			   route->family == AF_INET ? 4 : 16) == 0) {
			return true;
		}
	}
	return false;
}

static bool interface_has_sources(const struct model_interface *interface)
{
	for (size_t i = 0; i < interface->route_count; i++) {
		if (interface->routes[i].has_source_address) {
			return true;
		}
	}
	return false;
}

bool plan_has_sources(const struct model *model)
{
	for (size_t i = 0; i < model->bond_count; i++) {
		if (interface_has_sources(&model->bonds[i].interface)) {
			return true;
		}
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		if (interface_has_sources(&model->vlans[i].interface)) {
			return true;
		}
	}
	return false;
}

void plan_interface_lost(struct plan_builder *builder, const struct model_interface *from,
			 const struct model_interface *to)
{
	const struct sides s = {.from = from, .to = to ? to : &no_interface};

	for (size_t i = 0; i < from->address_count; i++) {
		const struct model_address **list;

		if (keeps_address(&s, &from->addresses[i], i)) {
			continue;
		}
		list = model_list_grow(builder->lost, builder->lost_count,
				       sizeof(const struct model_address *));
		if (!list) {
			builder->out_of_memory = true;
			return;
		}
		builder->lost = list;
		list[builder->lost_count++] = &from->addresses[i];
	}
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
		    loses_source(s->builder, step.former_route) ||
		    model_interface_find_route(s->to, step.former_route, i) ==
			    s->to->route_count) {
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
		if ((lost && step.route->family == AF_INET) ||
		    loses_source(s->builder, step.route) ||
		    model_interface_find_route(s->from, step.route, i) ==
			    s->from->route_count) {
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
		if (model_interface_find_rule(s->to, step.former_rule, i) ==
		    s->to->rule_count) {
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
		if (model_interface_find_rule(s->from, step.rule, i) == s->from->rule_count) {
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
	if (s->to->ipv6_autoconf != s->from->ipv6_autoconf && !s->to->ipv6_untouched) {
		step.action = PLAN_IPV6;
		/* What came by advertisements ends with its lifetime. */
		step.disruption =
			s->to->ipv6_autoconf ? PLAN_DISRUPTION_NONE : PLAN_DISRUPTION_VLAN;
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
