/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parsers find: variables, and the places of assignments. */
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_parser.h"

#define VARIABLES_STEP 8

struct model_variable *ifcfg_variable_find(const struct ifcfg_variables *variables,
					   const char *name)
{
	for (size_t i = 0; i < variables->count; i++) {
		if (strcmp(variables->list[i].name, name) == 0) {
			return &variables->list[i];
		}
	}
	return NULL;
}

const char *ifcfg_value(const struct ifcfg_variables *variables, const char *name)
{
	const struct model_variable *variable = ifcfg_variable_find(variables, name);

	return variable ? variable->value : NULL;
}

struct model_variable *ifcfg_variable_add(struct ifcfg_parser *parser, const char *name)
{
	struct ifcfg_variables *variables = parser->variables;

	if (variables->count == IFCFG_VARIABLES_MAX) {
		parser->stopped = true;
		ifcfg_refuse(parser, ifcfg_cursor_mark(&parser->cursor),
			     "more than %d variables; expected fewer", IFCFG_VARIABLES_MAX);
		return NULL;
	}
	/* A VLAN interface's file has half a dozen, and there may be thousands of them. */
	if (variables->count % VARIABLES_STEP == 0) {
		struct model_variable *list = realloc(
			variables->list, (variables->count + VARIABLES_STEP) * sizeof(*list));
		if (!list) {
			ifcfg_out_of_memory(parser);
			return NULL;
		}
		variables->list = list;
	}

	struct model_variable *variable = &variables->list[variables->count];
	*variable = (struct model_variable){.name = strdup(name), .value = strdup("")};
	if (!variable->name || !variable->value) {
		free(variable->name);
		free(variable->value);
		ifcfg_out_of_memory(parser);
		return NULL;
	}
	variables->count++;
	return variable;
}

bool ifcfg_place_add(struct ifcfg_parser *parser, const struct ifcfg_place *place)
{
	struct ifcfg_places *places = parser->places;

	if (!places) {
		return true;
	}
	if (places->count == places->capacity) {
		size_t capacity = places->capacity ? 2 * places->capacity : 32;
		struct ifcfg_place *list = realloc(places->list, capacity * sizeof(*list));
		if (!list) {
			return ifcfg_out_of_memory(parser);
		}
		places->list = list;
		places->capacity = capacity;
	}
	char *name = strdup(parser->name.bytes);
	if (!name) {
		return ifcfg_out_of_memory(parser);
	}
	places->list[places->count] = *place;
	places->list[places->count++].name = name;
	return true;
}

void ifcfg_places_free(struct ifcfg_places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		free(places->list[i].name);
	}
	free(places->list);
	*places = (struct ifcfg_places){0};
}

void ifcfg_variables_free(struct ifcfg_variables *variables)
{
	for (size_t i = 0; i < variables->count && !variables->words; i++) {
		free(variables->list[i].name);
		free(variables->list[i].value);
	}
	model_words_free(variables->words);
	free(variables->list);
	*variables = (struct ifcfg_variables){0};
}
