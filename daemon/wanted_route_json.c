/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes, rules and what a DHCP client is told, in the saved state; see wanted_json.c. */
#include "daemon/wanted_route_json.h"

#include <sys/socket.h>

#include "daemon/json_struct.h"

#define COUNT(list)		   (sizeof(list) / sizeof((list)[0]))

#define HOP(member, kind, max)	   JSON_MEMBER(struct model_hop, member, kind, max)
#define ROUTE(member, kind, max)   JSON_MEMBER(struct model_route, member, kind, max)
#define RULE(member, kind, max)	   JSON_MEMBER(struct model_rule, member, kind, max)
#define DHCP(member, kind, max)	   JSON_MEMBER(struct model_dhcp, member, kind, max)
#define DEFAULT(member, kind, max) JSON_MEMBER(struct model_default_route, member, kind, max)

#define NUMBER			   JSON_MEMBER_NUMBER
#define FLAG			   JSON_MEMBER_BOOL

static const struct json_member hop_members[] = {
	HOP(gateway_family, NUMBER, AF_INET6),
	HOP(gateway, JSON_MEMBER_BYTES, 0),
	HOP(device, JSON_MEMBER_TEXT, 0),
	HOP(weight, NUMBER, UINT32_MAX),
	HOP(onlink, FLAG, 0),
};

static const struct json_member route_members[] = {
	ROUTE(family, NUMBER, AF_INET6),
	ROUTE(type, NUMBER, MODEL_ROUTE_THROW),
	ROUTE(destination, JSON_MEMBER_BYTES, 0),
	ROUTE(prefix, NUMBER, 128),
	ROUTE(table, NUMBER, UINT32_MAX),
	ROUTE(tos, NUMBER, UINT8_MAX),
	ROUTE(has_metric, FLAG, 0),
	ROUTE(metric, NUMBER, UINT32_MAX),
	ROUTE(has_source_address, FLAG, 0),
	ROUTE(source_address, JSON_MEMBER_BYTES, 0),
	ROUTE(has_scope, FLAG, 0),
	ROUTE(scope, NUMBER, UINT8_MAX),
	ROUTE(has_protocol, FLAG, 0),
	ROUTE(protocol, NUMBER, UINT8_MAX),
	ROUTE(mtu, NUMBER, UINT32_MAX),
	ROUTE(advmss, NUMBER, UINT32_MAX),
	ROUTE(window, NUMBER, UINT32_MAX),
	ROUTE(initcwnd, NUMBER, UINT32_MAX),
	ROUTE(initrwnd, NUMBER, UINT32_MAX),
	ROUTE(hoplimit, NUMBER, UINT32_MAX),
	ROUTE(rto_min_ms, NUMBER, UINT32_MAX),
	ROUTE(quickack, NUMBER, UINT32_MAX),
	ROUTE(locks, NUMBER, UINT32_MAX),
};

static const struct json_member rule_members[] = {
	RULE(family, NUMBER, AF_INET6),
	RULE(action, NUMBER, MODEL_RULE_PROHIBIT),
	RULE(invert, FLAG, 0),
	RULE(from, JSON_MEMBER_BYTES, 0),
	RULE(from_prefix, NUMBER, 128),
	RULE(to, JSON_MEMBER_BYTES, 0),
	RULE(to_prefix, NUMBER, 128),
	RULE(tos, NUMBER, UINT8_MAX),
	RULE(mark, NUMBER, UINT32_MAX),
	RULE(mark_mask, NUMBER, UINT32_MAX),
	RULE(iif, JSON_MEMBER_TEXT, 0),
	RULE(oif, JSON_MEMBER_TEXT, 0),
	RULE(has_preference, FLAG, 0),
	RULE(preference, NUMBER, UINT32_MAX),
	RULE(has_protocol, FLAG, 0),
	RULE(protocol, NUMBER, UINT8_MAX),
	RULE(table, NUMBER, UINT32_MAX),
	RULE(go_to, NUMBER, UINT32_MAX),
	RULE(suppress_prefixlength, JSON_MEMBER_SIGNED, 0),
	RULE(ip_protocol, NUMBER, UINT8_MAX),
	RULE(source_port_first, NUMBER, UINT16_MAX),
	RULE(source_port_last, NUMBER, UINT16_MAX),
	RULE(destination_port_first, NUMBER, UINT16_MAX),
	RULE(destination_port_last, NUMBER, UINT16_MAX),
	RULE(has_uid_range, FLAG, 0),
	RULE(uid_first, NUMBER, UINT32_MAX),
	RULE(uid_last, NUMBER, UINT32_MAX),
};

static const struct json_member dhcp_members[] = {
	DHCP(hostname, JSON_MEMBER_TEXT, 0),
	DHCP(hostname_is_fqdn, FLAG, 0),
	DHCP(hostname_is_kept, FLAG, 0),
	DHCP(client_id, JSON_MEMBER_TEXT, 0),
	DHCP(persistent, FLAG, 0),
	DHCP(persistent_ipv6, FLAG, 0),
	DHCP(peer_dns, FLAG, 0),
	DHCP(release, FLAG, 0),
	DHCP(no_default_route, FLAG, 0),
	DHCP(metric, NUMBER, UINT32_MAX),
};

static const struct json_member default_members[] = {
	DEFAULT(is_set, FLAG, 0),
	DEFAULT(has_gateway, FLAG, 0),
	DEFAULT(gateway, JSON_MEMBER_BYTES, 0),
	DEFAULT(has_metric, FLAG, 0),
	DEFAULT(metric, NUMBER, UINT32_MAX),
	DEFAULT(window, NUMBER, UINT32_MAX),
	DEFAULT(has_source_address, FLAG, 0),
	DEFAULT(source_address, JSON_MEMBER_BYTES, 0),
};

static const struct model_source no_source = {.file = UINT32_MAX};

static json_t *route_to_json(const struct model_route *route)
{
	json_t *json = json_from_struct(route, route_members, COUNT(route_members));
	json_t *hops = json_array();

	for (size_t i = 0; i < route->hop_count; i++) {
		json_array_append_new(hops, json_from_struct(&route->hops[i], hop_members,
							     COUNT(hop_members)));
	}
	json_object_set_new(json, "hops", hops);
	return json;
}

static bool route_from_json(const json_t *json, struct model_route *route)
{
	const json_t *hops = json_object_get(json, "hops");

	*route = (struct model_route){.source = no_source};
	if (!json_to_struct(json, route_members, COUNT(route_members), route) ||
	    json_array_size(hops) > MODEL_HOPS_MAX) {
		return false;
	}
	for (; route->hop_count < json_array_size(hops); route->hop_count++) {
		if (!json_to_struct(json_array_get(hops, route->hop_count), hop_members,
				    COUNT(hop_members), &route->hops[route->hop_count])) {
			return false;
		}
	}
	return route->family == AF_INET || route->family == AF_INET6;
}

/* The list of that key, which is there from now on. */
static json_t *list_of(json_t *json, const char *key)
{
	if (!json_object_get(json, key)) {
		json_object_set_new(json, key, json_array());
	}
	return json_object_get(json, key);
}

void wanted_routes_to_json(const struct model_interface *interface, json_t *json)
{
	for (size_t i = 0; i < interface->route_count; i++) {
		json_array_append_new(list_of(json, "routes"),
				      route_to_json(&interface->routes[i]));
	}
	for (size_t i = 0; i < interface->rule_count; i++) {
		json_array_append_new(list_of(json, "rules"),
				      json_from_struct(&interface->rules[i], rule_members,
						       COUNT(rule_members)));
	}
	if (interface->ipv4_default.is_set) {
		json_object_set_new(json, "ipv4_default",
				    json_from_struct(&interface->ipv4_default, default_members,
						     COUNT(default_members)));
	}
	if (interface->ipv6_default.is_set) {
		json_object_set_new(json, "ipv6_default",
				    json_from_struct(&interface->ipv6_default, default_members,
						     COUNT(default_members)));
	}
	if (interface->protocol != MODEL_PROTOCOL_STATIC || interface->dhcpv6) {
		json_object_set_new(json, "protocol", json_integer(interface->protocol));
		json_object_set_new(json, "dhcpv6", json_boolean(interface->dhcpv6));
		json_object_set_new(
			json, "dhcp",
			json_from_struct(&interface->dhcp, dhcp_members, COUNT(dhcp_members)));
	}
}

static bool default_from_json(const json_t *json, struct model_default_route *out)
{
	out->source = no_source;
	return !json || json_to_struct(json, default_members, COUNT(default_members), out);
}

bool wanted_routes_from_json(const json_t *json, struct model_interface *interface)
{
	const json_t *routes = json_object_get(json, "routes");
	const json_t *rules = json_object_get(json, "rules");
	const json_t *dhcp = json_object_get(json, "dhcp");
	json_int_t protocol = json_integer_value(json_object_get(json, "protocol"));

	for (size_t i = 0; i < json_array_size(routes); i++) {
		struct model_route route;

		if (!route_from_json(json_array_get(routes, i), &route) ||
		    !model_interface_add_route(interface, &route)) {
			return false;
		}
	}
	for (size_t i = 0; i < json_array_size(rules); i++) {
		struct model_rule rule = {.source = no_source};

		if (!json_to_struct(json_array_get(rules, i), rule_members, COUNT(rule_members),
				    &rule) ||
		    (rule.family != AF_INET && rule.family != AF_INET6) ||
		    !model_interface_add_rule(interface, &rule)) {
			return false;
		}
	}
	if (protocol < 0 || protocol > MODEL_PROTOCOL_SHARED) {
		return false;
	}
	interface->protocol = (enum model_protocol)protocol;
	interface->dhcpv6 = json_is_true(json_object_get(json, "dhcpv6"));
	return default_from_json(json_object_get(json, "ipv4_default"),
				 &interface->ipv4_default) &&
	       default_from_json(json_object_get(json, "ipv6_default"),
				 &interface->ipv6_default) &&
	       (!dhcp ||
		json_to_struct(dhcp, dhcp_members, COUNT(dhcp_members), &interface->dhcp));
}
