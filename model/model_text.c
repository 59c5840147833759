/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes and rules as text; see the header. */
#include "model/model_text.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>

static void network_print(FILE *out, int family, const uint8_t *bytes, uint8_t prefix,
			  const char *all)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(family, bytes, text, sizeof(text));
	if (prefix == 0) {
		fputs(all, out);
	} else {
		fprintf(out, "%s/%u", text, prefix);
	}
}

static void hop_print(FILE *out, const struct model_route *route, const struct model_hop *hop)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (hop->gateway_family) {
		inet_ntop(hop->gateway_family, hop->gateway, text, sizeof(text));
		fprintf(out, " via %s%s", hop->gateway_family != route->family ? "inet6 " : "",
			text);
	}
	if (hop->device[0]) {
		fprintf(out, " dev %s", hop->device);
	}
	if (route->hop_count > 1) {
		fprintf(out, " weight %u", hop->weight);
	}
	fputs(hop->onlink ? " onlink" : "", out);
}

void model_route_attributes(const struct model_route *route,
			    struct model_route_attribute out[MODEL_ROUTE_ATTRIBUTES])
{
	const struct model_route_attribute attributes[MODEL_ROUTE_ATTRIBUTES] = {
		{"mtu", "mtu", RTAX_MTU, route->mtu, false},
		{"advmss", "advmss", RTAX_ADVMSS, route->advmss, false},
		{"window", "window", RTAX_WINDOW, route->window, false},
		{"initcwnd", "initcwnd", RTAX_INITCWND, route->initcwnd, false},
		{"initrwnd", "initrwnd", RTAX_INITRWND, route->initrwnd, false},
		{"hoplimit", "hoplimit", RTAX_HOPLIMIT, route->hoplimit, false},
		{"rto_min", "rto_min_ms", RTAX_RTO_MIN, route->rto_min_ms, false},
		{"quickack", "quickack", RTAX_QUICKACK, route->quickack, false},
	};

	for (size_t i = 0; i < MODEL_ROUTE_ATTRIBUTES; i++) {
		out[i] = attributes[i];
		out[i].locked = (route->locks & 1U << attributes[i].type) != 0;
	}
}

static void attributes_print(FILE *out, const struct model_route *route)
{
	struct model_route_attribute attributes[MODEL_ROUTE_ATTRIBUTES];

	model_route_attributes(route, attributes);
	for (size_t i = 0; i < MODEL_ROUTE_ATTRIBUTES; i++) {
		/* rto_min always is, so ip doesn't say it. */
		bool locked = attributes[i].locked && attributes[i].type != RTAX_RTO_MIN;

		if (attributes[i].value || locked) {
			fprintf(out, " %s %s%u", attributes[i].name, locked ? "lock " : "",
				attributes[i].value);
		}
	}
}

static void route_print(FILE *out, const struct model_route *route)
{
	char source[INET6_ADDRSTRLEN] = "";

	if (route->type != MODEL_ROUTE_UNICAST) {
		fprintf(out, "%s ", model_route_type_name(route->type));
	}
	network_print(out, route->family, route->destination, route->prefix, "default");
	if (route->hop_count == 1) {
		hop_print(out, route, &route->hops[0]);
	}
	if (route->table != MODEL_TABLE_MAIN) {
		fprintf(out, " table %u", route->table);
	}
	if (route->tos) {
		fprintf(out, " tos 0x%02x", route->tos);
	}
	if (route->has_metric) {
		fprintf(out, " metric %u", route->metric);
	}
	if (route->has_source_address) {
		inet_ntop(route->family, route->source_address, source, sizeof(source));
		fprintf(out, " src %s", source);
	}
	if (route->has_scope) {
		fprintf(out, " scope %u", route->scope);
	}
	if (route->has_protocol) {
		fprintf(out, " proto %u", route->protocol);
	}
	attributes_print(out, route);
	for (size_t i = 0; route->hop_count > 1 && i < route->hop_count; i++) {
		fputs(" nexthop", out);
		hop_print(out, route, &route->hops[i]);
	}
}

static void ports_print(FILE *out, const char *name, uint16_t first, uint16_t last)
{
	if (last > first) {
		fprintf(out, " %s %u-%u", name, first, last);
	} else if (last) {
		fprintf(out, " %s %u", name, first);
	}
}

static void selectors_print(FILE *out, const struct model_rule *rule)
{
	fputs(rule->invert ? "not from " : "from ", out);
	network_print(out, rule->family, rule->from, rule->from_prefix, "all");
	if (rule->to_prefix) {
		fputs(" to ", out);
		network_print(out, rule->family, rule->to, rule->to_prefix, "all");
	}
	if (rule->tos) {
		fprintf(out, " tos 0x%02x", rule->tos);
	}
	if (rule->mark || rule->mark_mask) {
		fprintf(out, " fwmark 0x%x", rule->mark);
	}
	if ((rule->mark || rule->mark_mask) && rule->mark_mask != UINT32_MAX) {
		fprintf(out, "/0x%x", rule->mark_mask);
	}
	if (rule->iif[0]) {
		fprintf(out, " iif %s", rule->iif);
	}
	if (rule->oif[0]) {
		fprintf(out, " oif %s", rule->oif);
	}
	if (rule->has_uid_range) {
		fprintf(out, " uidrange %u-%u", rule->uid_first, rule->uid_last);
	}
	if (rule->ip_protocol) {
		fprintf(out, " ipproto %u", rule->ip_protocol);
	}
	ports_print(out, "sport", rule->source_port_first, rule->source_port_last);
	ports_print(out, "dport", rule->destination_port_first, rule->destination_port_last);
}

static void rule_print(FILE *out, const struct model_rule *rule)
{
	selectors_print(out, rule);
	if (rule->has_preference) {
		fprintf(out, " priority %u", rule->preference);
	}
	switch (rule->action) {
	case MODEL_RULE_TABLE:
		fprintf(out, " lookup %u", rule->table);
		break;
	case MODEL_RULE_GOTO:
		fprintf(out, " goto %u", rule->go_to);
		break;
	case MODEL_RULE_BLACKHOLE:
	case MODEL_RULE_UNREACHABLE:
	case MODEL_RULE_PROHIBIT:
		fprintf(out, " %s", model_rule_action_name(rule->action));
		break;
	}
	if (rule->suppress_prefixlength >= 0) {
		fprintf(out, " suppress_prefixlength %d", rule->suppress_prefixlength);
	}
	if (rule->has_protocol) {
		fprintf(out, " protocol %u", rule->protocol);
	}
}

/* What was printed, or nothing. */
static char *finish(FILE *out, char **text)
{
	if (!out || fclose(out) != 0) {
		free(*text);
		return NULL;
	}
	return *text;
}

char *model_route_text(const struct model_route *route)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out) {
		route_print(out, route);
	}
	return finish(out, &text);
}

char *model_rule_text(const struct model_rule *rule)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out) {
		rule_print(out, rule);
	}
	return finish(out, &text);
}
