/* SPDX-License-Identifier: BSD-2-Clause */
/* The model and its problems for people; see the header. */
#include "config/config_text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_order.h"
#include "model/model_text.h"

char *config_problem_place(const struct model *model, const struct model_problem *problem)
{
	const char *path = config_problem_path(model, problem);
	const struct model_source *source = &problem->source;
	char *text = NULL;
	int length;

	if (!path || source->line == 0) {
		return strdup(path ? path : "");
	}
	if (source->column == 0) {
		length = asprintf(&text, "%s:%u", path, source->line);
	} else {
		length = asprintf(&text, "%s:%u:%u", path, source->line, source->column);
	}
	return length < 0 ? NULL : text;
}

void config_print_unknown(FILE *out, const struct model *model)
{
	for (size_t i = 0; i < model->file_count; i++) {
		const struct model_file *info = &model->file_infos[i];
		for (size_t v = 0; v < info->variable_count; v++) {
			const struct model_variable *variable = &info->variables[v];
			if (!model_variable_is_unknown(info, variable)) {
				continue;
			}
			fprintf(out, "%s:%u:%u: %s=", model->files[i], variable->line,
				variable->column, variable->name);
			/* One line each, whatever the value holds. */
			for (const char *byte = variable->value; *byte; byte++) {
				fputc(*byte == '\n' ? ' ' : *byte, out);
			}
			fputc('\n', out);
		}
	}
}

size_t config_error_count(const struct model_problems *problems)
{
	size_t count = 0;

	for (size_t i = 0; i < problems->count; i++) {
		count += problems->list[i].severity == MODEL_ERROR;
	}
	return count;
}

static void dhcp_print(FILE *out, const struct model_interface *interface, const char *indent)
{
	if (interface->protocol != MODEL_PROTOCOL_STATIC) {
		fprintf(out, "%s  addresses by %s\n", indent,
			model_protocol_name(interface->protocol));
	}
	if (interface->dhcpv6) {
		fprintf(out, "%s  addresses by dhcpv6\n", indent);
	}
}

static void default_print(FILE *out, int family, const struct model_default_route *route,
			  const char *indent)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (!route->is_set) {
		return;
	}
	inet_ntop(family, route->gateway, text, sizeof(text));
	fprintf(out, "%s  route default%s%s", indent, route->has_gateway ? " via " : "",
		route->has_gateway ? text : "");
	if (route->has_metric) {
		fprintf(out, " metric %u", route->metric);
	}
	if (route->has_source_address) {
		inet_ntop(family, route->source_address, text, sizeof(text));
		fprintf(out, " src %s", text);
	}
	fputc('\n', out);
}

static void routing_print(FILE *out, const struct model_interface *interface,
			  const char *indent)
{
	default_print(out, AF_INET, &interface->ipv4_default, indent);
	default_print(out, AF_INET6, &interface->ipv6_default, indent);
	for (size_t i = 0; i < interface->route_count; i++) {
		char *text = model_route_text(&interface->routes[i]);
		fprintf(out, "%s  route %s\n", indent, text ? text : "");
		free(text);
	}
	for (size_t i = 0; i < interface->rule_count; i++) {
		char *text = model_rule_text(&interface->rules[i]);
		fprintf(out, "%s  rule %s\n", indent, text ? text : "");
		free(text);
	}
}

/* What bonds and VLAN interfaces have in common, behind their first line. */
static void interface_print(FILE *out, const struct model_interface *interface,
			    const char *indent)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *address = &interface->addresses[i];
		char text[INET6_ADDRSTRLEN] = "";
		inet_ntop(address->family, address->bytes, text, sizeof(text));
		fprintf(out, "%s  address %s/%u\n", indent, text, address->prefix);
	}
	if (interface->mtu) {
		fprintf(out, "%s  mtu %u\n", indent, interface->mtu);
	}
	if (interface->has_mac) {
		const uint8_t *mac = interface->mac;
		fprintf(out, "%s  mac %02x:%02x:%02x:%02x:%02x:%02x\n", indent, mac[0], mac[1],
			mac[2], mac[3], mac[4], mac[5]);
	}
	dhcp_print(out, interface, indent);
	routing_print(out, interface, indent);
}

static void vlan_print(FILE *out, const struct model_vlan *vlan, const char *indent)
{
	fprintf(out, "%s%s: VLAN %u%s%s%s\n", indent, vlan->interface.name, vlan->vid,
		vlan->parent_is_nic ? " on the NIC " : "",
		vlan->parent_is_nic ? vlan->parent : "",
		vlan->interface.onboot ? "" : ", not at boot");
	interface_print(out, &vlan->interface, indent);
}

static void bond_print(FILE *out, const struct model *model, const struct model_bond *bond)
{
	const struct model_bond_options *options = &bond->options;

	fprintf(out, "%s: bond, mode %s, xmit_hash_policy %s, miimon %u%s\n",
		bond->interface.name, bond_mode_name(options->mode),
		xmit_hash_policy_name(options->xmit_hash_policy), options->miimon_ms,
		bond->interface.onboot ? "" : ", not at boot");
	interface_print(out, &bond->interface, "");
	fprintf(out, "  members:");
	for (size_t i = 0; i < bond->member_count; i++) {
		fprintf(out, " %s", bond->members[i].interface.name);
	}
	fprintf(out, "%s\n", bond->member_count == 0 ? " none" : "");
	for (size_t i = 0; i < model->vlan_count; i++) {
		const struct model_vlan *vlan = &model->vlans[i];
		if (!vlan->parent_is_nic && strcmp(vlan->parent, bond->interface.name) == 0) {
			vlan_print(out, vlan, "  ");
		}
	}
}

void config_print_model(FILE *out, const struct model *model)
{
	for (size_t i = 0; i < model->bond_count; i++) {
		bond_print(out, model, &model->bonds[i]);
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		if (model->vlans[i].parent_is_nic) {
			vlan_print(out, &model->vlans[i], "");
		}
	}
}
