/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: any bytes as a folder of ifcfg files. Files are separated by
 * the byte 0x1e; the first line of each is its name. Beside not crashing, what
 * is left after model_drop_faulty() must be valid, routes and rules too, and so it must be
 * after model_keep_running() over the model of all files but the last; in either dialect, and
 * the two are compared. What is kept of the texts from one reading to the next changes
 * nothing.
 */
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg.h"
#include "model/model.h"

#define FILES_MAX 64
#define SEPARATOR 0x1e

static struct ifcfg_name extra = {.name = (char *)"extra", .number = 7};
static const struct ifcfg_names table_names = {.tables = {.count = 1, .list = &extra}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t split(char *bytes, size_t size, struct ifcfg_text out[FILES_MAX])
{
	char *end = bytes + size;
	size_t count = 0;

	while (bytes < end && count < FILES_MAX) {
		char *stop = memchr(bytes, SEPARATOR, (size_t)(end - bytes));
		stop = stop ? stop : end;
		char *line_end = memchr(bytes, '\n', (size_t)(stop - bytes));
		char *text = line_end ? line_end + 1 : stop;
		*(line_end ? line_end : stop) = '\0'; /* there is a byte behind the end */
		out[count++] = (struct ifcfg_text){
			.path = bytes, .bytes = text, .size = (size_t)(stop - text)};
		bytes = stop + 1;
	}
	return count;
}

static void expect(bool fine, const char *what)
{
	if (!fine) {
		fprintf(stderr, "broken: %s\n", what);
		abort();
	}
}

static void expect_zero(const uint8_t bytes[16], unsigned int from_bit)
{
	for (unsigned int bit = from_bit; bit < 128; bit++) {
		expect(!(bytes[bit / 8] & 0x80U >> bit % 8), "bits behind the prefix");
	}
}

/* What netlink/ and the plan rely on. */
static void expect_valid_routes(const struct model_interface *interface)
{
	for (size_t i = 0; i < interface->route_count; i++) {
		const struct model_route *route = &interface->routes[i];
		bool inet = route->family == AF_INET;
		expect(inet || route->family == AF_INET6, "a route's family");
		expect(route->type <= MODEL_ROUTE_THROW, "a route's type");
		expect(route->prefix <= (inet ? 32 : 128), "a route's prefix");
		expect_zero(route->destination, route->prefix);
		expect(route->hop_count <= MODEL_HOPS_MAX, "a route's hops");
		expect(route->type != MODEL_ROUTE_UNICAST || route->hop_count > 0, "no hop");
		for (size_t h = 0; h < route->hop_count; h++) {
			const struct model_hop *hop = &route->hops[h];
			expect(hop->weight >= 1 && hop->weight <= 256, "a hop's weight");
			expect(hop->gateway_family == 0 || hop->gateway_family == AF_INET ||
				       hop->gateway_family == AF_INET6,
			       "a gateway's family");
			expect(!hop->device[0] || model_name_is_valid(hop->device),
			       "a hop's device");
		}
	}
	for (size_t i = 0; i < interface->rule_count; i++) {
		const struct model_rule *rule = &interface->rules[i];
		unsigned int most = rule->family == AF_INET ? 32 : 128;
		expect(rule->family == AF_INET || rule->family == AF_INET6, "a rule's family");
		expect(rule->action <= MODEL_RULE_PROHIBIT, "a rule's action");
		expect(rule->from_prefix <= most && rule->to_prefix <= most, "a rule's prefix");
		expect(rule->source_port_first <= rule->source_port_last, "ports");
		expect(rule->destination_port_first <= rule->destination_port_last, "ports");
		expect(!rule->has_uid_range || rule->uid_first <= rule->uid_last, "users");
	}
}

static void expect_valid_interface(const struct model_interface *interface)
{
	for (size_t a = 0; a < interface->address_count; a++) {
		const struct model_address *address = &interface->addresses[a];
		unsigned int most = address->family == AF_INET ? 32 : 128;
		expect(address->prefix > 0 && address->prefix <= most, "prefix");
	}
	expect(model_name_is_valid(interface->name), "an interface's name");
	expect_valid_routes(interface);
}

/* What the engine and the core rely on. */
static void expect_valid(const struct model *model)
{
	struct model_problems problems = {0};

	model_validate(model, &problems);
	for (size_t i = 0; i < problems.count; i++) {
		expect(problems.list[i].severity != MODEL_ERROR, problems.list[i].text);
	}
	model_problems_free(&problems);
	for (size_t i = 0; i < model->bond_count; i++) {
		const struct model_bond *bond = &model->bonds[i];
		const struct model_bond_options *options = &bond->options;
		expect(bond->member_count <= BOND_MEMBERS_MAX, "members");
		expect(options->mode == BOND_MODE_BALANCE_XOR ||
			       options->mode == BOND_MODE_8023AD,
		       "mode");
		expect(options->xmit_hash_policy <= XMIT_HASH_LAYER23, "policy");
		expect(options->mode != BOND_MODE_8023AD || options->miimon_ms > 0, "miimon");
		expect(options->miimon_ms ? options->updelay_ms % options->miimon_ms == 0
					  : options->updelay_ms == 0,
		       "updelay");
		expect(options->engine == BOND_ENGINE_EBPF, "engine");
		expect_valid_interface(&bond->interface);
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		const struct model_vlan *vlan = &model->vlans[i];
		expect_valid_interface(&vlan->interface);
		expect(vlan->vid >= 1 && vlan->vid <= 4094, "id");
		expect(vlan->parent_is_nic ? model_name_is_valid(vlan->parent)
					   : model_find_bond(model, vlan->parent) != NULL,
		       "parent");
	}
}

static struct model *read_and_drop(const struct ifcfg_text *texts, size_t count,
				   enum ifcfg_dialect dialect, struct model_problems *problems)
{
	struct model *model = ifcfg_read(texts, count, dialect, &table_names, problems);

	expect(model != NULL, "memory");
	ifcfg_compare(texts, count, dialect, &table_names, model, problems);
	for (size_t i = 0; i < problems->count; i++) {
		expect(problems->list[i].source.file < count, "a problem's file");
		expect(problems->list[i].text[0] != '\0', "a problem's text");
	}
	model_drop_faulty(model, problems);
	expect_valid(model);
	return model;
}

static void check(const struct ifcfg_text *texts, size_t count, enum ifcfg_dialect dialect)
{
	struct model_problems problems = {0};
	struct model_problems problems_before = {0};
	struct model *model = read_and_drop(texts, count, dialect, &problems);

	if (count > 0) {
		struct model *before =
			read_and_drop(texts, count - 1, dialect, &problems_before);
		expect(model_keep_running(model, &problems, before), "memory");
		model_free(before);
		/* The files are at odds with what is kept; it must fit itself. */
		size_t file_count = model->file_count;
		model->file_count = 0;
		expect_valid(model);
		model->file_count = file_count;
	}
	model_free(model);
	model_problems_free(&problems);
	model_problems_free(&problems_before);
}

static void expect_same_variables(const struct model_file *left, const struct model_file *right)
{
	expect(left->kind == right->kind, "a file's kind, read again");
	expect(left->variable_count == right->variable_count, "variables, read again");
	for (size_t i = 0; i < left->variable_count; i++) {
		const struct model_variable *a = &left->variables[i];
		const struct model_variable *b = &right->variables[i];
		expect(strcmp(a->name, b->name) == 0 && strcmp(a->value, b->value) == 0 &&
			       a->is_read == b->is_read && a->line == b->line &&
			       a->column == b->column && a->value_at == b->value_at,
		       "a variable, read again");
	}
}

/* Reads texts again that keep what they said, in the same dialect. */
static void check_again(const struct ifcfg_text *texts, size_t count)
{
	struct model_problems problems[2] = {{0}};
	struct model *models[2];

	for (int i = 0; i < 2; i++) {
		models[i] = ifcfg_read(texts, count, IFCFG_DIALECT_INITSCRIPTS, &table_names,
				       &problems[i]);
		expect(models[i] != NULL, "memory");
	}
	expect(problems[0].count == problems[1].count, "problems, read again");
	for (size_t i = 0; i < problems[0].count; i++) {
		expect(strcmp(problems[0].list[i].text, problems[1].list[i].text) == 0,
		       "a problem, read again");
	}
	for (size_t i = 0; i < models[0]->file_count; i++) {
		expect_same_variables(&models[0]->file_infos[i], &models[1]->file_infos[i]);
	}
	for (int i = 0; i < 2; i++) {
		model_free(models[i]);
		model_problems_free(&problems[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ifcfg_text texts[FILES_MAX];
	struct ifcfg_parsed *kept[FILES_MAX] = {NULL};
	char *bytes = malloc(size + 1);

	expect(bytes != NULL, "memory");
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	size_t count = split(bytes, size, texts);
	for (size_t i = 0; i < count; i++) {
		texts[i].parsed = &kept[i];
	}
	check_again(texts, count);
	check(texts, count, IFCFG_DIALECT_INITSCRIPTS);
	check(texts, count, IFCFG_DIALECT_NM);
	for (size_t i = 0; i < count; i++) {
		ifcfg_parsed_free(kept[i]);
	}
	free(bytes);
	return 0;
}
