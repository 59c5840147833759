/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses, routes and rules in the words of a plan, which are those of `ip`. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/plan_internal.h"

void plan_text_append(char *out, const char *format, ...)
{
	size_t used = strlen(out);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(out + used, PLAN_TEXT_SIZE - used, format, arguments);
	va_end(arguments);
}

static void text_bytes(char *out, int family, const uint8_t *bytes)
{
	char text[INET6_ADDRSTRLEN] = "?";

	(void)inet_ntop(family, bytes, text, sizeof(text));
	plan_text_append(out, "%s", text);
}

void plan_text_address(char *out, const struct model_address *address)
{
	text_bytes(out, address->family, address->bytes);
	plan_text_append(out, "/%u", address->prefix);
}

static void text_hop(char *out, const struct model_hop *hop, bool weighs)
{
	if (hop->gateway_family != 0) {
		plan_text_append(out, " via ");
		text_bytes(out, hop->gateway_family, hop->gateway);
	}
	if (hop->device[0]) {
		plan_text_append(out, " dev %s", hop->device);
	}
	if (weighs && hop->weight != 1) {
		plan_text_append(out, " weight %u", hop->weight);
	}
	if (hop->onlink) {
		plan_text_append(out, " onlink");
	}
}

static const char *route_type_text(enum model_route_type type)
{
	static const char *const texts[] = {
		[MODEL_ROUTE_UNICAST] = "",
		[MODEL_ROUTE_LOCAL] = "local ",
		[MODEL_ROUTE_BLACKHOLE] = "blackhole ",
		[MODEL_ROUTE_UNREACHABLE] = "unreachable ",
		[MODEL_ROUTE_PROHIBIT] = "prohibit ",
		[MODEL_ROUTE_THROW] = "throw ",
	};

	return texts[type];
}

void plan_text_route(char *out, const struct model_route *route)
{
	plan_text_append(out, "route %s", route_type_text(route->type));
	if (route->prefix == 0) {
		plan_text_append(out, "default");
	} else {
		text_bytes(out, route->family, route->destination);
		plan_text_append(out, "/%u", route->prefix);
	}
	for (size_t i = 0; i < route->hop_count; i++) {
		if (route->hop_count > 1) {
			plan_text_append(out, " nexthop");
		}
		text_hop(out, &route->hops[i], route->hop_count > 1);
	}
	if (route->table != MODEL_TABLE_MAIN) {
		plan_text_append(out, " table %u", route->table);
	}
	if (route->has_metric) {
		plan_text_append(out, " metric %u", route->metric);
	}
	if (route->has_source_address) {
		plan_text_append(out, " src ");
		text_bytes(out, route->family, route->source_address);
	}
}

void plan_text_default(char *out, const struct model_default_route *route, int family)
{
	plan_text_append(out, "default %sroute", family == AF_INET6 ? "IPv6 " : "");
	if (route->has_gateway) {
		plan_text_append(out, " via ");
		text_bytes(out, family, route->gateway);
	}
	if (route->has_metric) {
		plan_text_append(out, " metric %u", route->metric);
	}
}

static void text_selector(char *out, const struct model_rule *rule)
{
	plan_text_append(out, "rule%s from ", rule->invert ? " not" : "");
	if (rule->from_prefix == 0) {
		plan_text_append(out, "all");
	} else {
		text_bytes(out, rule->family, rule->from);
		plan_text_append(out, "/%u", rule->from_prefix);
	}
	if (rule->to_prefix != 0) {
		plan_text_append(out, " to ");
		text_bytes(out, rule->family, rule->to);
		plan_text_append(out, "/%u", rule->to_prefix);
	}
	if (rule->tos != 0) {
		plan_text_append(out, " tos 0x%x", rule->tos);
	}
	if (rule->mark != 0 || rule->mark_mask != 0) {
		plan_text_append(out, " fwmark 0x%x/0x%x", rule->mark, rule->mark_mask);
	}
	if (rule->iif[0]) {
		plan_text_append(out, " iif %s", rule->iif);
	}
	if (rule->oif[0]) {
		plan_text_append(out, " oif %s", rule->oif);
	}
}

void plan_text_rule(char *out, const struct model_rule *rule)
{
	text_selector(out, rule);
	if (rule->has_preference) {
		plan_text_append(out, " priority %u", rule->preference);
	}
	switch (rule->action) {
	case MODEL_RULE_TABLE:
		plan_text_append(out, " lookup %u", rule->table);
		break;
	case MODEL_RULE_GOTO:
		plan_text_append(out, " goto %u", rule->go_to);
		break;
	case MODEL_RULE_BLACKHOLE:
		plan_text_append(out, " blackhole");
		break;
	case MODEL_RULE_UNREACHABLE:
		plan_text_append(out, " unreachable");
		break;
	case MODEL_RULE_PROHIBIT:
		plan_text_append(out, " prohibit");
		break;
	}
	if (rule->family == AF_INET6) {
		plan_text_append(out, " (IPv6)");
	}
}
