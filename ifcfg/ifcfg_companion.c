/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that add to an interface of another file: aliases, routes, rules. Facts:
 * initscripts' ifup-post and ifup-routes (route files are found by the interface's name
 * and by that of its file, an alias's by the alias); NetworkManager's ifcfg-rh plugin (by
 * the file's name alone; with a rule file there, its dispatcher hands routes and rules to
 * ip as they stand).
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_alias.h"
#include "ifcfg/ifcfg_name.h"
#include "ifcfg/ifcfg_parsed.h"
#include "ifcfg/ifcfg_parser.h"
#include "ifcfg/ifcfg_reader.h"
#include "ifcfg/ifcfg_routes.h"
#include "model/model_sort.h"

/* A name by which files speak of an interface. */
struct place {
	const char *name;
	size_t rank; /* of two with one name the lesser counts */
	struct model_interface *interface;
};

struct places {
	size_t count;
	struct place *list; /* sorted */
	size_t ruled_count;
	const char **ruled; /* names that rule files have, sorted */
};

static int place_compare(const void *left, const void *right)
{
	const struct place *a = left;
	const struct place *b = right;
	int order = strcmp(a->name, b->name);

	return order ? order : a->rank < b->rank ? -1 : a->rank > b->rank;
}

static int text_compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The interface's own name, which only initscripts go by, and its file's. */
static void place_add(const struct ifcfg_reader *reader, struct places *places,
		      struct model_interface *interface)
{
	const struct ifcfg_file *file = &reader->files[interface->source.file];

	if (reader->dialect == IFCFG_DIALECT_INITSCRIPTS) {
		places->list[places->count++] =
			(struct place){.name = interface->name, .interface = interface};
	}
	places->list[places->count++] =
		(struct place){.name = file->suffix, .rank = 1, .interface = interface};
}

static bool places_make(const struct ifcfg_reader *reader, struct places *places)
{
	struct model *model = reader->model;
	size_t most = (model->bond_count + model->vlan_count) * 2;

	places->list = calloc(most + 1, sizeof(*places->list));
	places->ruled = calloc(reader->count + 1, sizeof(*places->ruled));
	if (!places->list || !places->ruled) {
		return false;
	}
	for (size_t i = 0; i < model->bond_count; i++) {
		place_add(reader, places, &model->bonds[i].interface);
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		place_add(reader, places, &model->vlans[i].interface);
	}
	for (size_t i = 0; i < reader->count; i++) {
		if (reader->files[i].kind == MODEL_FILE_RULES) {
			places->ruled[places->ruled_count++] = reader->files[i].suffix;
		}
	}
	model_sort(places->list, places->count, sizeof(*places->list), place_compare);
	qsort(places->ruled, places->ruled_count, sizeof(*places->ruled), text_compare);
	return true;
}

/* Of all that have the name the first; NULL: none of ours has it. */
static struct model_interface *place_find(const struct places *places, const char *name)
{
	size_t low = 0;
	size_t high = places->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(places->list[middle].name, name) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < places->count && strcmp(places->list[low].name, name) == 0
		       ? places->list[low].interface
		       : NULL;
}

static bool is_ruled(const struct places *places, const char *name)
{
	return bsearch(&name, places->ruled, places->ruled_count, sizeof(name), text_compare) !=
	       NULL;
}

static void alias_read(const struct ifcfg_reader *reader, struct ifcfg_file *file,
		       struct model_interface *interface)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);
	size_t errors = context.problems->count;

	struct ifcfg_context parent =
		ifcfg_reader_context(reader, &reader->files[interface->source.file]);
	context.subject = file->device;
	if (reader->dialect == IFCFG_DIALECT_INITSCRIPTS) {
		/* "network" is heard through the interface's file alone. */
		context.parent = &parent;
		context.network = NULL;
	}
	if (!file->refused) {
		ifcfg_alias_read(&context, interface);
		file->is_read_through = true;
	}
	file->left_out = file->refused;
	for (size_t i = errors; i < context.problems->count; i++) {
		file->left_out |= context.problems->list[i].severity == MODEL_ERROR;
	}
}

static bool is_of_ipv6(const struct ifcfg_file *file)
{
	/* "route6-X", "rule6-X" */
	return file->suffix[-2] == '6';
}

static void lines_read(const struct ifcfg_reader *reader, const struct places *places,
		       struct ifcfg_file *file, struct model_interface *interface)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);
	int family = is_of_ipv6(file) ? AF_INET6 : AF_INET;
	bool nm = reader->dialect == IFCFG_DIALECT_NM;

	context.subject = interface->name;
	struct ifcfg_context own =
		ifcfg_reader_context(reader, &reader->files[interface->source.file]);
	if (!nm && ifcfg_key_is_true(&own, "NOROUTESET")) {
		model_problem_add(reader->problems, MODEL_WARNING,
				  (struct model_source){.file = context.file_index},
				  interface->name,
				  "the file is not used: NOROUTESET is yes in that of '%s'",
				  interface->name);
		return;
	}
	if (!ifcfg_text_check(file->text, context.file_index, "", reader->problems)) {
		file->left_out = true;
		return;
	}
	if (file->kind == MODEL_FILE_RULES) {
		file->left_out = !ifcfg_rules_read(&context, family, interface);
		return;
	}
	if (!file->is_numbered || (nm && family == AF_INET6)) {
		file->left_out = !ifcfg_routes_read(&context, family,
						    nm && is_ruled(places, file->suffix),
						    reader->model, interface);
		return;
	}
	if (ifcfg_parsed_get(file->text, reader->dialect, context.file_index, "",
			     &file->variables, reader->problems)) {
		file->left_out = !ifcfg_numbered_routes_read(&context, interface);
		file->is_read_through = true;
	} else {
		file->left_out = true;
	}
}

static void companion_read(const struct ifcfg_reader *reader, const struct places *places,
			   struct ifcfg_file *file)
{
	char base[IFCFG_WORD_SIZE];
	size_t size = ifcfg_alias_parent_size(file->device);
	struct model_interface *interface = place_find(places, file->device);

	if (!interface && size < sizeof(base)) {
		memcpy(base, file->device, size);
		base[size] = '\0';
		interface = place_find(places, base);
	}
	if (!interface) {
		return;
	}
	memcpy(file->name, interface->name, sizeof(file->name));
	if (file->kind == MODEL_FILE_ALIAS) {
		alias_read(reader, file, interface);
	} else {
		lines_read(reader, places, file, interface);
	}
}

static bool is_companion(const struct ifcfg_file *file)
{
	return file->kind == MODEL_FILE_ALIAS || file->kind == MODEL_FILE_ROUTES ||
	       file->kind == MODEL_FILE_RULES;
}

void ifcfg_companions_read(struct ifcfg_reader *reader)
{
	struct places places = {0};
	size_t count = 0;

	for (size_t i = 0; i < reader->count; i++) {
		count += is_companion(&reader->files[i]);
	}
	if (count == 0) {
		return;
	}
	if (places_make(reader, &places)) {
		/* The addresses first: a route's device can depend on them. */
		for (int pass = 0; pass < 2; pass++) {
			for (size_t i = 0; i < reader->count; i++) {
				enum model_file_kind kind = reader->files[i].kind;
				bool is_route =
					kind == MODEL_FILE_ROUTES || kind == MODEL_FILE_RULES;
				if (pass == 0 ? kind == MODEL_FILE_ALIAS : is_route) {
					companion_read(reader, &places, &reader->files[i]);
				}
			}
		}
	} else {
		reader->problems->out_of_memory = true;
	}
	free(places.list);
	free(places.ruled);
}
