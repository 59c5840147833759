/* SPDX-License-Identifier: BSD-2-Clause */
/* What an interface of the model owns: adding to it, copying, freeing. */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#include "model/model_list.h"

bool model_interface_add_address(struct model_interface *interface,
				 const struct model_address *address)
{
	struct model_address *addresses = model_list_grow(
		interface->addresses, interface->address_count, sizeof(*addresses));

	if (!addresses) {
		return false;
	}
	interface->addresses = addresses;
	addresses[interface->address_count++] = *address;
	return true;
}

bool model_interface_add_route(struct model_interface *interface,
			       const struct model_route *route)
{
	struct model_route *routes =
		model_list_grow(interface->routes, interface->route_count, sizeof(*routes));

	if (!routes) {
		return false;
	}
	interface->routes = routes;
	routes[interface->route_count++] = *route;
	return true;
}

bool model_interface_add_rule(struct model_interface *interface, const struct model_rule *rule)
{
	struct model_rule *rules =
		model_list_grow(interface->rules, interface->rule_count, sizeof(*rules));

	if (!rules) {
		return false;
	}
	interface->rules = rules;
	rules[interface->rule_count++] = *rule;
	return true;
}

bool model_interface_copy(const struct model_interface *from, struct model_interface *out)
{
	struct model_interface copy = *from;
	bool fine = true;

	copy.addresses = NULL;
	copy.address_count = 0;
	copy.routes = NULL;
	copy.route_count = 0;
	copy.rules = NULL;
	copy.rule_count = 0;
	for (size_t i = 0; fine && i < from->address_count; i++) {
		fine = model_interface_add_address(&copy, &from->addresses[i]);
	}
	for (size_t i = 0; fine && i < from->route_count; i++) {
		fine = model_interface_add_route(&copy, &from->routes[i]);
	}
	for (size_t i = 0; fine && i < from->rule_count; i++) {
		fine = model_interface_add_rule(&copy, &from->rules[i]);
	}
	if (!fine) {
		model_interface_clear(&copy);
		return false;
	}
	*out = copy;
	return true;
}

struct model_source model_key_source(const struct model *model,
				     const struct model_interface *interface, const char *key)
{
	struct model_source source = interface->source;

	if (source.file >= model->file_count) {
		return source;
	}
	const struct model_file *info = &model->file_infos[source.file];
	for (size_t i = 0; i < info->variable_count; i++) {
		const struct model_variable *variable = &info->variables[i];
		if (strcmp(variable->name, key) == 0) {
			source.line = variable->line;
			source.column = variable->column;
		}
	}
	return source;
}

void model_interface_clear(struct model_interface *interface)
{
	free(interface->addresses);
	free(interface->routes);
	free(interface->rules);
	interface->addresses = NULL;
	interface->address_count = 0;
	interface->routes = NULL;
	interface->route_count = 0;
	interface->rules = NULL;
	interface->rule_count = 0;
}
