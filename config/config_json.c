/* SPDX-License-Identifier: BSD-2-Clause */
/* The model as JSON; doc/api.md says what stands in it. */
#include "config/config_json.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_json_route.h"
#include "config/config_order.h"
#include "config/json_put.h"

json_t *config_json_string(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *clean = malloc(strlen(text) * (sizeof(replacement) - 1) + 1);
	size_t at = 0;

	if (!clean) {
		return NULL;
	}
	while (*text) {
		size_t size = model_utf8_size((const unsigned char *)text);
		if (size > 0) {
			memcpy(clean + at, text, size);
			at += size;
			text += size;
		} else {
			memcpy(clean + at, replacement, sizeof(replacement) - 1);
			at += sizeof(replacement) - 1;
			text++;
		}
	}
	clean[at] = '\0';
	json_t *string = json_string(clean);
	free(clean);
	return string;
}

static const char *source_path(const struct model *model, struct model_source source)
{
	return source.file < model->file_count ? model->files[source.file] : NULL;
}

static json_t *address_json(const struct model_address *address)
{
	json_t *object = json_object();
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(address->family, address->bytes, text, sizeof(text));
	bool fine = json_put_text(object, "family",
				  address->family == AF_INET ? "inet" : "inet6") &&
		    json_put_text(object, "address", text) &&
		    json_put_number(object, "prefix", address->prefix);
	return json_finish(object, fine);
}

static json_t *addresses_json(const struct model_interface *interface)
{
	json_t *list = json_array();
	bool fine = true;

	for (size_t i = 0; i < interface->address_count; i++) {
		fine = fine &&
		       json_array_append_new(list, address_json(&interface->addresses[i])) == 0;
	}
	return json_finish(list, fine);
}

/* Name, file, line and onboot: what every interface's object begins with. */
static bool put_origin(json_t *object, const struct model *model,
		       const struct model_interface *interface)
{
	struct model_source source = interface->source;

	return json_put_text(object, "name", interface->name) &&
	       json_put_text(object, "file", source_path(model, source)) &&
	       json_put(object, "line",
			source.line ? json_integer(source.line) : json_null()) &&
	       json_put(object, "onboot", json_boolean(interface->onboot));
}

/* Null, or {"gateway": ..., "metric": ...}; no gateway: over the interface itself. */
static json_t *default_route_json(int family, const struct model_default_route *route)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (!route->is_set) {
		return json_null();
	}
	json_t *object = json_object();
	inet_ntop(family, route->gateway, text, sizeof(text));
	bool fine = json_put_text(object, "gateway", route->has_gateway ? text : NULL) &&
		    json_put_optional(object, "metric", route->metric, route->has_metric) &&
		    json_put_optional(object, "window", route->window, route->window > 0);
	inet_ntop(family, route->source_address, text, sizeof(text));
	fine = fine &&
	       json_put_text(object, "source_address", route->has_source_address ? text : NULL);
	return json_finish(object, fine);
}

/* Null where no client is asked for. */
static json_t *dhcp_json(const struct model_interface *interface)
{
	const struct model_dhcp *dhcp = &interface->dhcp;
	bool wanted = interface->protocol == MODEL_PROTOCOL_DHCP ||
		      interface->protocol == MODEL_PROTOCOL_BOOTP || interface->dhcpv6;

	if (!wanted) {
		return json_null();
	}
	json_t *object = json_object();
	bool fine =
		json_put_text(object, "hostname", dhcp->hostname[0] ? dhcp->hostname : NULL) &&
		json_put(object, "hostname_is_fqdn", json_boolean(dhcp->hostname_is_fqdn)) &&
		json_put(object, "hostname_is_kept", json_boolean(dhcp->hostname_is_kept)) &&
		json_put_text(object, "client_id",
			      dhcp->client_id[0] ? dhcp->client_id : NULL) &&
		json_put(object, "persistent", json_boolean(dhcp->persistent)) &&
		json_put(object, "persistent_ipv6", json_boolean(dhcp->persistent_ipv6)) &&
		json_put(object, "peer_dns", json_boolean(dhcp->peer_dns)) &&
		json_put(object, "release", json_boolean(dhcp->release)) &&
		json_put(object, "default_route", json_boolean(!dhcp->no_default_route)) &&
		json_put_optional(object, "metric", dhcp->metric, dhcp->metric > 0);
	return json_finish(object, fine);
}

static bool put_interface(json_t *object, const struct model *model,
			  const struct model_interface *interface)
{
	return json_put_optional(object, "mtu", interface->mtu, interface->mtu > 0) &&
	       json_put_mac(object, "mac", interface->mac, interface->has_mac) &&
	       json_put(object, "addresses", addresses_json(interface)) &&
	       json_put_text(object, "bootproto", model_protocol_name(interface->protocol)) &&
	       json_put(object, "ipv4_default",
			default_route_json(AF_INET, &interface->ipv4_default)) &&
	       json_put(object, "ipv6_default",
			default_route_json(AF_INET6, &interface->ipv6_default)) &&
	       json_put(object, "ipv6_autoconf", json_boolean(interface->ipv6_autoconf)) &&
	       json_put(object, "dhcpv6", json_boolean(interface->dhcpv6)) &&
	       json_put(object, "dhcp", dhcp_json(interface)) &&
	       json_put(object, "address_check", json_boolean(interface->address_check)) &&
	       json_put(object, "routes", config_json_routes(model, interface)) &&
	       json_put(object, "rules", config_json_rules(model, interface));
}

static json_t *member_json(const struct model *model, const struct model_member *member)
{
	json_t *object = json_object();

	return json_finish(object, put_origin(object, model, &member->interface) &&
					   json_put_mac(object, "hwaddr", member->hwaddr,
							member->has_hwaddr));
}

static bool put_options(json_t *object, const struct model_bond_options *options)
{
	static const uint8_t none[6];
	bool has_system = memcmp(options->ad_actor_system, none, sizeof(none)) != 0;

	return json_put_text(object, "engine", bond_engine_name(options->engine)) &&
	       json_put_text(object, "mode", bond_mode_name(options->mode)) &&
	       json_put_text(object, "xmit_hash_policy",
			     xmit_hash_policy_name(options->xmit_hash_policy)) &&
	       json_put_text(object, "flow_placement",
			     flow_placement_name(options->flow_placement)) &&
	       json_put_text(object, "transmit_hook",
			     transmit_hook_name(options->transmit_hook)) &&
	       json_put_number(object, "miimon", options->miimon_ms) &&
	       json_put_number(object, "updelay", options->updelay_ms) &&
	       json_put_number(object, "downdelay", options->downdelay_ms) &&
	       json_put(object, "use_carrier", json_boolean(options->use_carrier)) &&
	       json_put_number(object, "min_links", options->min_links) &&
	       json_put_text(object, "lacp_rate", options->lacp_rate_fast ? "fast" : "slow") &&
	       json_put(object, "lacp_active", json_boolean(options->lacp_active)) &&
	       json_put_number(object, "ad_actor_sys_prio", options->ad_actor_sys_prio) &&
	       json_put_mac(object, "ad_actor_system", options->ad_actor_system, has_system) &&
	       json_put_number(object, "ad_user_port_key", options->ad_user_port_key);
}

static json_t *bond_json(const struct model *model, const struct model_bond *bond)
{
	json_t *object = json_object();
	json_t *members = json_array();
	bool fine = true;

	for (size_t i = 0; i < bond->member_count; i++) {
		json_t *member = member_json(model, &bond->members[i]);
		fine = fine && json_array_append_new(members, member) == 0;
	}
	fine = put_origin(object, model, &bond->interface) && fine;
	fine = fine && put_interface(object, model, &bond->interface) &&
	       put_options(object, &bond->options);
	return json_finish(object, json_put(object, "members", members) && fine);
}

static json_t *vlan_json(const struct model *model, const struct model_vlan *vlan)
{
	json_t *object = json_object();

	return json_finish(object,
			   put_origin(object, model, &vlan->interface) &&
				   json_put_text(object, "parent", vlan->parent) &&
				   json_put_text(object, "parent_kind",
						 vlan->parent_is_nic ? "nic" : "bond") &&
				   json_put_number(object, "vid", vlan->vid) &&
				   put_interface(object, model, &vlan->interface));
}

static json_t *file_json(const char *path, const struct model_file *info)
{
	json_t *object = json_object();
	json_t *variables = json_object();
	json_t *unknown = json_array();
	const char *slash = strrchr(path, '/');
	bool fine = true;

	for (size_t i = 0; i < info->variable_count; i++) {
		const struct model_variable *variable = &info->variables[i];
		fine = fine && json_put_text(variables, variable->name, variable->value);
		if (fine && model_variable_is_unknown(info, variable)) {
			fine = json_array_append_new(unknown, json_string(variable->name)) == 0;
		}
	}
	fine = fine && json_put_text(object, "name", slash ? slash + 1 : path) &&
	       json_put_text(object, "path", path) &&
	       json_put_text(object, "kind", model_file_kind_name(info->kind)) &&
	       json_put_text(object, "interface", info->interface[0] ? info->interface : NULL);
	fine = json_put(object, "variables", variables) && fine;
	return json_finish(object, json_put(object, "unknown", unknown) && fine);
}

static json_t *unknown_json(const char *path, const struct model_variable *variable)
{
	json_t *object = json_object();

	return json_finish(object,
			   json_put_text(object, "file", path) &&
				   json_put_number(object, "line", variable->line) &&
				   json_put_number(object, "column", variable->column) &&
				   json_put_text(object, "name", variable->name) &&
				   json_put_text(object, "value", variable->value));
}

json_t *config_json_unknown(const struct model *model)
{
	json_t *list = json_array();
	bool fine = true;

	for (size_t i = 0; i < model->file_count; i++) {
		const struct model_file *info = &model->file_infos[i];
		for (size_t v = 0; v < info->variable_count && fine; v++) {
			const struct model_variable *variable = &info->variables[v];
			if (model_variable_is_unknown(info, variable)) {
				json_t *json = unknown_json(model->files[i], variable);
				fine = json_array_append_new(list, json) == 0;
			}
		}
	}
	return json_finish(list, fine);
}

static json_t *problem_json(const struct model *model, const struct model_problem *problem)
{
	json_t *object = json_object();
	uint32_t line = problem->source.line;
	uint32_t column = problem->source.column;
	bool is_error = problem->severity == MODEL_ERROR;

	bool fine = json_put_text(object, "severity", is_error ? "error" : "warning") &&
		    json_put_text(object, "file", config_problem_path(model, problem)) &&
		    json_put(object, "line", line ? json_integer(line) : json_null()) &&
		    json_put(object, "column", column ? json_integer(column) : json_null()) &&
		    json_put_text(object, "subject",
				  problem->subject[0] ? problem->subject : NULL) &&
		    json_put_text(object, "message", problem->text);
	return json_finish(object, fine);
}

json_t *config_json_problems(const struct model *model, const struct model_problems *problems)
{
	const struct model_problem **order = config_problems_order(problems);
	json_t *list = json_array();
	bool fine = order != NULL;

	for (size_t i = 0; fine && i < problems->count; i++) {
		fine = json_array_append_new(list, problem_json(model, order[i])) == 0;
	}
	free(order);
	return json_finish(list, fine);
}

json_t *config_json(const struct model *model, const struct model_problems *problems)
{
	json_t *files = json_array();
	json_t *bonds = json_array();
	json_t *vlans = json_array();
	json_t *object = json_object();
	bool fine = true;

	for (size_t i = 0; i < model->file_count && fine; i++) {
		json_t *file = file_json(model->files[i], &model->file_infos[i]);
		fine = json_array_append_new(files, file) == 0;
	}
	for (size_t i = 0; i < model->bond_count && fine; i++) {
		fine = json_array_append_new(bonds, bond_json(model, &model->bonds[i])) == 0;
	}
	for (size_t i = 0; i < model->vlan_count && fine; i++) {
		fine = json_array_append_new(vlans, vlan_json(model, &model->vlans[i])) == 0;
	}
	/* The lists are taken over whether or not putting them succeeds. */
	fine = json_put(object, "files", files) && fine;
	fine = json_put(object, "bonds", bonds) && fine;
	fine = json_put(object, "vlans", vlans) && fine;
	fine = json_put(object, "problems", config_json_problems(model, problems)) && fine;
	return json_finish(object, fine);
}
