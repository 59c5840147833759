/* SPDX-License-Identifier: BSD-2-Clause */
/* The model as JSON; doc/api.md says what stands in it. */
#include "config/config_json.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_order.h"

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

/* Sets the key, taking the value over; false: no memory, also if value is NULL. */
static bool put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) == 0;
}

static bool put_text(json_t *object, const char *key, const char *text)
{
	return put(object, key, text ? config_json_string(text) : json_null());
}

static bool put_number(json_t *object, const char *key, json_int_t number)
{
	return put(object, key, json_integer(number));
}

static bool put_mac(json_t *object, const char *key, const uint8_t mac[6], bool known)
{
	char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return put_text(object, key, known ? text : NULL);
}

/* The object if all went well, else nothing. */
static json_t *finish(json_t *object, bool fine)
{
	if (!fine) {
		json_decref(object);
		return NULL;
	}
	return object;
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
	bool fine = put_text(object, "family", address->family == AF_INET ? "inet" : "inet6") &&
		    put_text(object, "address", text) &&
		    put_number(object, "prefix", address->prefix);
	return finish(object, fine);
}

static json_t *addresses_json(const struct model_interface *interface)
{
	json_t *list = json_array();
	bool fine = true;

	for (size_t i = 0; i < interface->address_count; i++) {
		fine = fine &&
		       json_array_append_new(list, address_json(&interface->addresses[i])) == 0;
	}
	return finish(list, fine);
}

/* Name, file, line and onboot: what every interface's object begins with. */
static bool put_origin(json_t *object, const struct model *model,
		       const struct model_interface *interface)
{
	struct model_source source = interface->source;

	return put_text(object, "name", interface->name) &&
	       put_text(object, "file", source_path(model, source)) &&
	       put(object, "line", source.line ? json_integer(source.line) : json_null()) &&
	       put(object, "onboot", json_boolean(interface->onboot));
}

/* Null, or {"gateway": ...}, that null for a route over the interface itself. */
static json_t *default_route_json(int family, const struct model_default_route *route)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (!route->is_set) {
		return json_null();
	}
	json_t *object = json_object();
	inet_ntop(family, route->gateway, text, sizeof(text));
	return finish(object, put_text(object, "gateway", route->has_gateway ? text : NULL));
}

static bool put_interface(json_t *object, const struct model_interface *interface)
{
	return put(object, "mtu",
		   interface->mtu ? json_integer(interface->mtu) : json_null()) &&
	       put_mac(object, "mac", interface->mac, interface->has_mac) &&
	       put(object, "addresses", addresses_json(interface)) &&
	       put_text(object, "bootproto", model_protocol_name(interface->protocol)) &&
	       put(object, "ipv4_default",
		   default_route_json(AF_INET, &interface->ipv4_default)) &&
	       put(object, "ipv6_default",
		   default_route_json(AF_INET6, &interface->ipv6_default)) &&
	       put(object, "ipv6_autoconf", json_boolean(interface->ipv6_autoconf)) &&
	       put(object, "dhcpv6", json_boolean(interface->dhcpv6));
}

static json_t *member_json(const struct model *model, const struct model_member *member)
{
	json_t *object = json_object();

	return finish(object,
		      put_origin(object, model, &member->interface) &&
			      put_mac(object, "hwaddr", member->hwaddr, member->has_hwaddr));
}

static bool put_options(json_t *object, const struct model_bond_options *options)
{
	static const uint8_t none[6];
	bool has_system = memcmp(options->ad_actor_system, none, sizeof(none)) != 0;

	return put_text(object, "engine", bond_engine_name(options->engine)) &&
	       put_text(object, "mode", bond_mode_name(options->mode)) &&
	       put_text(object, "xmit_hash_policy",
			xmit_hash_policy_name(options->xmit_hash_policy)) &&
	       put_text(object, "flow_placement",
			flow_placement_name(options->flow_placement)) &&
	       put_text(object, "transmit_hook", transmit_hook_name(options->transmit_hook)) &&
	       put_number(object, "miimon", options->miimon_ms) &&
	       put_number(object, "updelay", options->updelay_ms) &&
	       put_number(object, "downdelay", options->downdelay_ms) &&
	       put(object, "use_carrier", json_boolean(options->use_carrier)) &&
	       put_number(object, "min_links", options->min_links) &&
	       put_text(object, "lacp_rate", options->lacp_rate_fast ? "fast" : "slow") &&
	       put(object, "lacp_active", json_boolean(options->lacp_active)) &&
	       put_number(object, "ad_actor_sys_prio", options->ad_actor_sys_prio) &&
	       put_mac(object, "ad_actor_system", options->ad_actor_system, has_system) &&
	       put_number(object, "ad_user_port_key", options->ad_user_port_key);
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
	fine = fine && put_interface(object, &bond->interface) &&
	       put_options(object, &bond->options);
	return finish(object, put(object, "members", members) && fine);
}

static json_t *vlan_json(const struct model *model, const struct model_vlan *vlan)
{
	json_t *object = json_object();

	return finish(object, put_origin(object, model, &vlan->interface) &&
				      put_text(object, "parent", vlan->parent) &&
				      put_number(object, "vid", vlan->vid) &&
				      put_interface(object, &vlan->interface));
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
		fine = fine && put_text(variables, variable->name, variable->value);
		if (fine && model_variable_is_unknown(info, variable)) {
			fine = json_array_append_new(unknown, json_string(variable->name)) == 0;
		}
	}
	fine = fine && put_text(object, "name", slash ? slash + 1 : path) &&
	       put_text(object, "path", path) &&
	       put_text(object, "kind", model_file_kind_name(info->kind)) &&
	       put_text(object, "interface", info->interface[0] ? info->interface : NULL);
	fine = put(object, "variables", variables) && fine;
	return finish(object, put(object, "unknown", unknown) && fine);
}

static json_t *unknown_json(const char *path, const struct model_variable *variable)
{
	json_t *object = json_object();

	return finish(object, put_text(object, "file", path) &&
				      put_number(object, "line", variable->line) &&
				      put_number(object, "column", variable->column) &&
				      put_text(object, "name", variable->name) &&
				      put_text(object, "value", variable->value));
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
	return finish(list, fine);
}

static json_t *problem_json(const struct model *model, const struct model_problem *problem)
{
	json_t *object = json_object();
	uint32_t line = problem->source.line;
	uint32_t column = problem->source.column;
	bool is_error = problem->severity == MODEL_ERROR;

	bool fine =
		put_text(object, "severity", is_error ? "error" : "warning") &&
		put_text(object, "file", config_problem_path(model, problem)) &&
		put(object, "line", line ? json_integer(line) : json_null()) &&
		put(object, "column", column ? json_integer(column) : json_null()) &&
		put_text(object, "subject", problem->subject[0] ? problem->subject : NULL) &&
		put_text(object, "message", problem->text);
	return finish(object, fine);
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
	return finish(list, fine);
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
	fine = put(object, "files", files) && fine;
	fine = put(object, "bonds", bonds) && fine;
	fine = put(object, "vlans", vlans) && fine;
	fine = put(object, "problems", config_json_problems(model, problems)) && fine;
	return finish(object, fine);
}
