/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Route and rule files. Facts: initscripts' ifup-routes (which form a file has, numbers
 * from 0 to the first hole, ipcalc's prefix of a mask); NetworkManager's ifcfg-rh plugin
 * (NETMASK must be there, METRIC and OPTIONS beside it).
 */
#include "ifcfg/ifcfg_routes.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_address.h"
#include "ifcfg/ifcfg_route.h"

#define KEY_SIZE 24

/* "ADDRESS12=" at the begin of a line, behind blanks. */
static bool line_is_numbered(const char *at, const char *end)
{
	static const char key[] = "ADDRESS";
	size_t size = sizeof(key) - 1;

	while (at < end && (*at == ' ' || (*at >= '\t' && *at <= '\r'))) {
		at++;
	}
	if ((size_t)(end - at) <= size || memcmp(at, key, size) != 0) {
		return false;
	}
	const char *digit = at + size;
	for (at = digit; at < end && *at >= '0' && *at <= '9'; at++) {
	}
	return at > digit && at < end && *at == '=';
}

bool ifcfg_routes_are_numbered(const struct ifcfg_text *text)
{
	const char *at = text->bytes;
	const char *end = at + text->size;

	while (text->read_error == 0 && at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		line_end = line_end ? line_end : end;
		if (line_is_numbered(at, line_end)) {
			return true;
		}
		at = line_end < end ? line_end + 1 : end;
	}
	return false;
}

static void route_add(const struct ifcfg_context *context, struct model_interface *interface,
		      const struct model_route *route)
{
	if (!model_interface_add_route(interface, route)) {
		context->problems->out_of_memory = true;
	}
}

/* The longest prefix of the interface's networks that the address is in; -1: none. */
static int network_of(const struct model_interface *interface, int family,
		      const uint8_t address[16])
{
	int longest = -1;

	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *own = &interface->addresses[i];
		uint8_t ours[16];
		uint8_t theirs[16];
		memcpy(ours, own->bytes, sizeof(ours));
		memcpy(theirs, address, sizeof(theirs));
		ifcfg_host_bits_clear(ours, family, own->prefix);
		ifcfg_host_bits_clear(theirs, family, own->prefix);
		if (own->family == family && own->prefix > longest &&
		    memcmp(ours, theirs, family == AF_INET ? 4 : 16) == 0) {
			longest = own->prefix;
		}
	}
	return longest;
}

/*
 * Where nothing says the device, the kernel goes by the gateway. That is nearly always the
 * interface itself; else another of ours is looked for.
 */
static void hop_resolve(const struct model *model, const struct model_interface *interface,
			struct model_hop *hop)
{
	int longest = network_of(interface, hop->gateway_family, hop->gateway);
	const struct model_interface *found = NULL;

	for (size_t i = 0; longest < 0 && i < model->bond_count + model->vlan_count; i++) {
		const struct model_interface *other =
			i < model->bond_count
				? &model->bonds[i].interface
				: &model->vlans[i - model->bond_count].interface;
		int prefix = network_of(other, hop->gateway_family, hop->gateway);
		if (prefix > -1) {
			found = other;
			longest = prefix;
		}
	}
	if (found && found != interface) {
		memcpy(hop->device, found->name, sizeof(hop->device));
	}
}

bool ifcfg_routes_read(const struct ifcfg_context *context, int family, bool is_ip,
		       const struct model *model, struct model_interface *interface)
{
	struct ifcfg_line line = {
		.context = context,
		.syntax = is_ip ? IFCFG_DIALECT_INITSCRIPTS : context->dialect,
		.what = "route",
	};
	size_t first_problem = context->problems->count;
	struct ifcfg_lines lines;

	ifcfg_lines_init(&lines, context->text->bytes, context->text->size);
	while (ifcfg_lines_next(&lines, &line)) {
		struct model_route route;
		uint32_t unsaid;
		if (!ifcfg_route_read(&line, family, &route, &unsaid)) {
			continue;
		}
		for (size_t i = 0; i < route.hop_count; i++) {
			if (unsaid & 1U << i && line.syntax == IFCFG_DIALECT_INITSCRIPTS) {
				hop_resolve(model, interface, &route.hops[i]);
			}
		}
		route_add(context, interface, &route);
	}
	ifcfg_lines_free(&lines);
	/* Nothing else is said of lines. */
	return context->problems->count == first_problem;
}

bool ifcfg_rules_read(const struct ifcfg_context *context, int family,
		      struct model_interface *interface)
{
	struct ifcfg_line line = {
		.context = context, .syntax = IFCFG_DIALECT_INITSCRIPTS, .what = "rule"};
	size_t first_problem = context->problems->count;
	struct ifcfg_lines lines;

	ifcfg_lines_init(&lines, context->text->bytes, context->text->size);
	while (ifcfg_lines_next(&lines, &line)) {
		struct model_rule rule;
		if (ifcfg_rule_read(&line, family, &rule) &&
		    !model_interface_add_rule(interface, &rule)) {
			context->problems->out_of_memory = true;
		}
	}
	ifcfg_lines_free(&lines);
	return context->problems->count == first_problem;
}

/* The keys of one numbered route. */
struct numbered {
	char address[KEY_SIZE];
	char mask[KEY_SIZE];
	char gateway[KEY_SIZE];
	char metric[KEY_SIZE];
	char options[KEY_SIZE];
};

static void numbered_make(struct numbered *keys, unsigned int number)
{
	snprintf(keys->address, KEY_SIZE, "ADDRESS%u", number);
	snprintf(keys->mask, KEY_SIZE, "NETMASK%u", number);
	snprintf(keys->gateway, KEY_SIZE, "GATEWAY%u", number);
	snprintf(keys->metric, KEY_SIZE, "METRIC%u", number);
	snprintf(keys->options, KEY_SIZE, "OPTIONS%u", number);
}

static bool ipv4_read(const struct ifcfg_context *context, const char *key, uint8_t out[16])
{
	const char *text = ifcfg_key_value(context, key);
	char word[IFCFG_WORD_SIZE];

	if (ifcfg_word_read(text, word) && inet_pton(AF_INET, word, out) == 1) {
		return true;
	}
	ifcfg_key_error(context, key,
			"this route is left out: %s '%s' is no IPv4 address; expected one like "
			"192.0.2.0",
			key, text);
	return false;
}

/* NETMASKn, a mask or a length; else what ipcalc takes. */
static bool mask_read(const struct ifcfg_context *context, const struct numbered *keys,
		      struct model_route *route)
{
	const char *text = ifcfg_key_value(context, keys->mask);
	bool nm = context->dialect == IFCFG_DIALECT_NM;
	char word[IFCFG_WORD_SIZE];
	char both[IFCFG_WORD_SIZE + 8];
	uint8_t zero[16];

	if (!text && nm) {
		ifcfg_key_error(
			context, keys->address,
			"this route is left out: %s is not set; expected a network mask "
			"beside %s",
			keys->mask, keys->address);
		return false;
	}
	if (!text) {
		const uint8_t *bytes = route->destination;
		route->prefix = bytes[0] < 128 ? 8 : bytes[0] < 192 ? 16 : 24;
		if (!ifcfg_host_bits_are_clear(bytes, AF_INET, route->prefix)) {
			route->prefix = 32;
		}
		ifcfg_key_warning(context, keys->address,
				  "%s is not set; /%u is taken from the class of the address",
				  keys->mask, route->prefix);
		return true;
	}
	bool fine = ifcfg_word_read(text, word) && (!nm || strchr(word, '.'));
	snprintf(both, sizeof(both), "0.0.0.0/%s", word);
	if (!fine || !ifcfg_prefix_parse(both, AF_INET, zero, &route->prefix)) {
		ifcfg_key_error(
			context, keys->mask,
			"this route is left out: %s '%s' is no network mask; expected one "
			"like 255.255.255.0",
			keys->mask, text);
		return false;
	}
	return true;
}

static bool destination_read(const struct ifcfg_context *context, const struct numbered *keys,
			     struct model_route *route)
{
	uint8_t *bytes = route->destination;

	if (!ipv4_read(context, keys->address, bytes) || !mask_read(context, keys, route)) {
		return false;
	}
	if (context->dialect == IFCFG_DIALECT_INITSCRIPTS &&
	    !ifcfg_host_bits_are_clear(bytes, AF_INET, route->prefix)) {
		ifcfg_host_bits_clear(bytes, AF_INET, route->prefix);
		ifcfg_key_error(context, keys->address,
				"this route is left out: %s '%s' has bits behind its prefix; "
				"expected %u.%u.%u.%u for /%u",
				keys->address, ifcfg_key_value(context, keys->address),
				bytes[0], bytes[1], bytes[2], bytes[3], route->prefix);
		return false;
	}
	ifcfg_host_bits_clear(bytes, AF_INET, route->prefix);
	return true;
}

static bool gateway_read(const struct ifcfg_context *context, const struct numbered *keys,
			 const char *device, struct model_route *route)
{
	static const uint8_t none[16];
	struct model_hop *hop = &route->hops[0];

	if (!ifcfg_key_value(context, keys->gateway)) {
		return true;
	}
	if (!ipv4_read(context, keys->gateway, hop->gateway)) {
		return false;
	}
	if (memcmp(hop->gateway, none, sizeof(none)) != 0) {
		hop->gateway_family = AF_INET;
		/* Both programs say it. */
		memcpy(hop->device, device, strlen(device) + 1);
	} else if (context->dialect == IFCFG_DIALECT_INITSCRIPTS) {
		route->has_scope = true; /* ip takes it for a gateway, the kernel for none */
	}
	return true;
}

/* METRICn and OPTIONSn, which are NetworkManager's. */
static bool extras_read(const struct ifcfg_context *context, const struct numbered *keys,
			struct model_route *route)
{
	const char *metric = ifcfg_key_value(context, keys->metric);
	const char *options = ifcfg_key_value(context, keys->options);

	if (context->dialect == IFCFG_DIALECT_INITSCRIPTS) {
		for (int i = 0; i < 2; i++) {
			if (i == 0 ? metric : options) {
				const char *key = i == 0 ? keys->metric : keys->options;
				ifcfg_key_warning(context, key,
						  "%s is not used: ifup knows no such key; "
						  "expected a line of arguments of ip route",
						  key);
			}
		}
		return true;
	}
	route->has_protocol = true;
	route->protocol = RTPROT_STATIC;
	route->has_metric = metric != NULL;
	if (metric && !ifcfg_number_parse(metric, UINT32_MAX, &route->metric)) {
		ifcfg_key_error(context, keys->metric,
				"this route is left out: %s '%s'; expected a number",
				keys->metric, metric);
		return false;
	}
	if (!options) {
		return true;
	}
	struct ifcfg_line line = {
		.context = context, .syntax = IFCFG_DIALECT_NM, .what = "route"};
	char *copy = strdup(options);
	if (!copy) {
		context->problems->out_of_memory = true;
		return false;
	}
	bool fine = ifcfg_line_split(&line, keys->options, copy) &&
		    ifcfg_route_options_read(&line, route);
	free(copy);
	return fine;
}

/* Numbers behind the first hole, and what was meant for no route. */
static void unused_warn(const struct ifcfg_context *context, unsigned int end)
{
	const struct ifcfg_variables *variables = context->variables;

	for (size_t i = 0; i < variables->count; i++) {
		const char *name = variables->list[i].name;
		uint32_t number;
		if (strncmp(name, "ADDRESS", 7) == 0 &&
		    ifcfg_number_parse(name + 7, UINT32_MAX, &number) &&
		    (number >= end || (name[7] == '0' && name[8] != '\0')) &&
		    ifcfg_key_value(context, name)) {
			ifcfg_key_warning(
				context, name,
				"%s is not used; expected numbers from 0 on without a "
				"gap",
				name);
		}
	}
}

bool ifcfg_numbered_routes_read(const struct ifcfg_context *context,
				struct model_interface *interface)
{
	struct ifcfg_context here = *context;
	struct numbered keys;
	unsigned int number = 0;
	bool whole = true;

	/* An error leaves out the route that it is said of, not the interface. */
	here.subject = "";
	for (;; number++) {
		struct model_route route = {
			.family = AF_INET,
			.table = MODEL_TABLE_MAIN,
			.hop_count = 1,
			.hops = {{.weight = 1}},
		};
		numbered_make(&keys, number);
		if (!ifcfg_key_value(context, keys.address)) {
			break;
		}
		route.source = ifcfg_key_source(context, keys.address);
		if (destination_read(&here, &keys, &route) &&
		    gateway_read(&here, &keys, context->subject, &route) &&
		    extras_read(&here, &keys, &route)) {
			route_add(context, interface, &route);
		} else {
			whole = false;
		}
	}
	unused_warn(context, number);
	return whole;
}
