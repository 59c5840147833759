/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes and rules as JSON; see the header. */
#include "config/config_json_route.h"

#include <arpa/inet.h>
#include <string.h>

#include "config/json_put.h"
#include "model/model_text.h"

#define NETWORK_SIZE (INET6_ADDRSTRLEN + 4)

static const char *family_name(int family)
{
	return family == AF_INET ? "inet" : "inet6";
}

/* "10.0.0.0/8" */
static const char *network_text(int family, const uint8_t *bytes, uint8_t prefix,
				char text[NETWORK_SIZE])
{
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(family, bytes, address, sizeof(address));
	snprintf(text, NETWORK_SIZE, "%s/%u", address, prefix);
	return text;
}

static bool put_place(json_t *object, const struct model *model, struct model_source source)
{
	const char *path = source.file < model->file_count ? model->files[source.file] : NULL;

	return json_put_text(object, "file", path) &&
	       json_put_optional(object, "line", source.line, source.line > 0);
}

static json_t *hop_json(const struct model_interface *interface, const struct model_hop *hop)
{
	const char *device = hop->device[0] ? hop->device : interface->name;
	json_t *object = json_object();
	char gateway[INET6_ADDRSTRLEN] = "";

	if (hop->gateway_family) {
		inet_ntop(hop->gateway_family, hop->gateway, gateway, sizeof(gateway));
	}
	return json_finish(object,
			   json_put_text(object, "gateway", gateway[0] ? gateway : NULL) &&
				   json_put_text(object, "device", device) &&
				   json_put_number(object, "weight", hop->weight) &&
				   json_put(object, "onlink", json_boolean(hop->onlink)));
}

static json_t *hops_json(const struct model_interface *interface,
			 const struct model_route *route)
{
	json_t *list = json_array();
	bool fine = true;

	for (size_t i = 0; i < route->hop_count; i++) {
		json_t *hop = hop_json(interface, &route->hops[i]);
		fine = fine && json_array_append_new(list, hop) == 0;
	}
	return json_finish(list, fine);
}

/* What of a route the kernel keeps as its metrics: null where nothing is said. */
static bool put_attributes(json_t *object, const struct model_route *route)
{
	struct model_route_attribute attributes[MODEL_ROUTE_ATTRIBUTES];
	json_t *locked = json_array();
	bool fine = true;

	model_route_attributes(route, attributes);
	for (size_t i = 0; fine && i < MODEL_ROUTE_ATTRIBUTES; i++) {
		fine = json_put_optional(object, attributes[i].field, attributes[i].value,
					 attributes[i].value > 0);
		if (fine && attributes[i].locked) {
			fine = json_array_append_new(locked,
						     json_string(attributes[i].field)) == 0;
		}
	}
	return json_put(object, "locked", locked) && fine;
}

static json_t *route_json(const struct model *model, const struct model_interface *interface,
			  const struct model_route *route)
{
	json_t *object = json_object();
	char destination[NETWORK_SIZE];
	char source[INET6_ADDRSTRLEN] = "";

	network_text(route->family, route->destination, route->prefix, destination);
	if (route->has_source_address) {
		inet_ntop(route->family, route->source_address, source, sizeof(source));
	}
	bool fine =
		json_put_text(object, "family", family_name(route->family)) &&
		json_put_text(object, "type", model_route_type_name(route->type)) &&
		json_put_text(object, "destination", route->prefix ? destination : "default") &&
		json_put_number(object, "table", route->table) &&
		json_put_number(object, "tos", route->tos) &&
		json_put_optional(object, "metric", route->metric, route->has_metric) &&
		json_put_text(object, "source_address", source[0] ? source : NULL) &&
		json_put_optional(object, "scope", route->scope, route->has_scope) &&
		json_put_optional(object, "protocol", route->protocol, route->has_protocol) &&
		put_attributes(object, route) &&
		json_put(object, "hops", hops_json(interface, route)) &&
		put_place(object, model, route->source);
	return json_finish(object, fine);
}

json_t *config_json_routes(const struct model *model, const struct model_interface *interface)
{
	json_t *list = json_array();
	bool fine = true;

	for (size_t i = 0; fine && i < interface->route_count; i++) {
		json_t *route = route_json(model, interface, &interface->routes[i]);
		fine = json_array_append_new(list, route) == 0;
	}
	return json_finish(list, fine);
}

/* [first, last], or null. */
static bool put_range(json_t *object, const char *key, uint32_t first, uint32_t last,
		      bool known)
{
	return json_put(object, key,
			known ? json_pack("[I, I]", (json_int_t)first, (json_int_t)last)
			      : json_null());
}

static bool put_selectors(json_t *object, const struct model_rule *rule)
{
	char from[NETWORK_SIZE];
	char to[NETWORK_SIZE];

	network_text(rule->family, rule->from, rule->from_prefix, from);
	network_text(rule->family, rule->to, rule->to_prefix, to);
	return json_put(object, "invert", json_boolean(rule->invert)) &&
	       json_put_text(object, "from", rule->from_prefix ? from : NULL) &&
	       json_put_text(object, "to", rule->to_prefix ? to : NULL) &&
	       json_put_number(object, "tos", rule->tos) &&
	       json_put_number(object, "mark", rule->mark) &&
	       json_put_number(object, "mark_mask", rule->mark_mask) &&
	       json_put_text(object, "iif", rule->iif[0] ? rule->iif : NULL) &&
	       json_put_text(object, "oif", rule->oif[0] ? rule->oif : NULL) &&
	       json_put_optional(object, "ip_protocol", rule->ip_protocol,
				 rule->ip_protocol > 0) &&
	       put_range(object, "source_ports", rule->source_port_first,
			 rule->source_port_last, rule->source_port_last > 0) &&
	       put_range(object, "destination_ports", rule->destination_port_first,
			 rule->destination_port_last, rule->destination_port_last > 0) &&
	       put_range(object, "uids", rule->uid_first, rule->uid_last, rule->has_uid_range);
}

static json_t *rule_json(const struct model *model, const struct model_rule *rule)
{
	json_t *object = json_object();

	bool fine =
		json_put_text(object, "family", family_name(rule->family)) &&
		json_put_optional(object, "preference", rule->preference,
				  rule->has_preference) &&
		put_selectors(object, rule) &&
		json_put_text(object, "action", model_rule_action_name(rule->action)) &&
		json_put_optional(object, "table", rule->table,
				  rule->action == MODEL_RULE_TABLE) &&
		json_put_optional(object, "goto", rule->go_to,
				  rule->action == MODEL_RULE_GOTO) &&
		json_put_optional(object, "suppress_prefixlength", rule->suppress_prefixlength,
				  rule->suppress_prefixlength >= 0) &&
		json_put_optional(object, "protocol", rule->protocol, rule->has_protocol) &&
		put_place(object, model, rule->source);
	return json_finish(object, fine);
}

json_t *config_json_rules(const struct model *model, const struct model_interface *interface)
{
	json_t *list = json_array();
	bool fine = true;

	for (size_t i = 0; fine && i < interface->rule_count; i++) {
		json_t *rule = rule_json(model, &interface->rules[i]);
		fine = json_array_append_new(list, rule) == 0;
	}
	return json_finish(list, fine);
}
