/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where initscripts and NetworkManager would read the same files differently. Both
 * readings are made in full and compared, so that no rule of either need be known
 * here: values, what a file is, and what comes of it (ifcfg_meaning.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ifcfg/ifcfg_pair.h"
#include "ifcfg/ifcfg_quote.h"

static const struct model_file *info_of(const struct ifcfg_pair *pair,
					const struct ifcfg_reading *reading)
{
	return &reading->model->file_infos[pair->file];
}

static const struct model_variable *variable_of(const struct model_file *info, const char *name)
{
	for (size_t i = 0; i < info->variable_count; i++) {
		if (strcmp(info->variables[i].name, name) == 0) {
			return &info->variables[i];
		}
	}
	return NULL;
}

struct model_source ifcfg_pair_source(const struct ifcfg_pair *pair, const char *key)
{
	struct model_source source = {.file = pair->file};
	const struct model_variable *variable = variable_of(info_of(pair, pair->ours), key);

	if (!variable) {
		variable = variable_of(info_of(pair, pair->theirs), key);
	}
	if (variable) {
		source.line = variable->line;
		source.column = variable->column;
	}
	return source;
}

void ifcfg_pair_differs(struct ifcfg_pair *pair, struct model_source source, const char *what,
			const char *ours, const char *theirs)
{
	bool nm = pair->ours->dialect == IFCFG_DIALECT_NM;
	const char *initscripts_reads = nm ? theirs : ours;
	const char *nm_reads = nm ? ours : theirs;

	pair->count++;
	model_problem_add(pair->problems, MODEL_WARNING, source,
			  info_of(pair, pair->ours)->interface,
			  "the dialects differ in %s: initscripts reads %s, nm reads %s", what,
			  initscripts_reads ? initscripts_reads : "nothing",
			  nm_reads ? nm_reads : "nothing");
}

/* 'value', or NULL for a variable that is not there; to be freed. */
static char *value_text(const struct model_variable *variable)
{
	char *text = NULL;

	if (!variable || asprintf(&text, "'%s'", variable->value) < 0) {
		return NULL;
	}
	return text;
}

static void value_compare(struct ifcfg_pair *pair, const char *name)
{
	const struct model_variable *ours = variable_of(info_of(pair, pair->ours), name);
	const struct model_variable *theirs = variable_of(info_of(pair, pair->theirs), name);

	if (ours && theirs && strcmp(ours->value, theirs->value) == 0) {
		return;
	}
	char *our_text = value_text(ours);
	char *their_text = value_text(theirs);
	ifcfg_pair_differs(pair, ifcfg_pair_source(pair, name), name, our_text, their_text);
	free(our_text);
	free(their_text);
}

static void values_compare(struct ifcfg_pair *pair)
{
	const struct model_file *ours = info_of(pair, pair->ours);
	const struct model_file *theirs = info_of(pair, pair->theirs);

	for (size_t i = 0; i < ours->variable_count; i++) {
		value_compare(pair, ours->variables[i].name);
	}
	for (size_t i = 0; i < theirs->variable_count; i++) {
		if (!variable_of(ours, theirs->variables[i].name)) {
			value_compare(pair, theirs->variables[i].name);
		}
	}
}

static const char *kind_text(enum model_file_kind kind)
{
	switch (kind) {
	case MODEL_FILE_BOND:
		return "a bond";
	case MODEL_FILE_MEMBER:
		return "a member of a bond";
	case MODEL_FILE_VLAN:
		return "a VLAN interface";
	case MODEL_FILE_ALIAS:
		return "an alias";
	case MODEL_FILE_ROUTES:
		return "routes";
	case MODEL_FILE_RULES:
		return "rules";
	case MODEL_FILE_NETWORK:
		return "what counts for all interfaces";
	case MODEL_FILE_REFUSED:
	case MODEL_FILE_OTHER:
		break;
	}
	return "none of these";
}

/* The key that makes a file what it is. */
static const char *kind_key(enum model_file_kind kind)
{
	switch (kind) {
	case MODEL_FILE_BOND:
		return "BONDING_OPTS";
	case MODEL_FILE_MEMBER:
		return "MASTER";
	case MODEL_FILE_VLAN:
		return "VLAN";
	case MODEL_FILE_ALIAS:
	case MODEL_FILE_ROUTES:
	case MODEL_FILE_RULES:
	case MODEL_FILE_NETWORK:
	case MODEL_FILE_REFUSED:
	case MODEL_FILE_OTHER:
		break;
	}
	return "TYPE";
}

/* Whether all that is wrong is that the bond is none in the other dialect, which is
 * said of the bond's file. */
static bool lacks_bond_only(const struct ifcfg_pair *pair, const struct model_problem *refused)
{
	const struct model_vlan *vlan = pair->theirs->files[pair->file].vlan;

	if (strcmp(refused->subject, info_of(pair, pair->theirs)->interface) != 0) {
		return true; /* a member's, that names its master */
	}
	return vlan && !model_find_bond(pair->theirs->model, vlan->parent) &&
	       model_find_bond(pair->ours->model, vlan->parent);
}

/* What only the other dialect refuses; ours is said as an error of its own. */
static void refusal_compare(struct ifcfg_pair *pair)
{
	const struct model_problem *refused = pair->theirs->files[pair->file].error;

	if (!refused || pair->ours->files[pair->file].error || lacks_bond_only(pair, refused)) {
		return;
	}
	pair->count++;
	model_problem_add(pair->problems, MODEL_WARNING, refused->source,
			  info_of(pair, pair->ours)->interface,
			  "the dialects differ: %s reads this, %s refuses it: %s",
			  ifcfg_dialect_name(pair->ours->dialect),
			  ifcfg_dialect_name(pair->theirs->dialect), refused->text);
}

static bool is_ours(enum model_file_kind kind)
{
	return kind != MODEL_FILE_OTHER && kind != MODEL_FILE_REFUSED;
}

/* NetworkManager leaves such an interface alone, whatever it would make of its files. */
static bool nm_reads_it(const struct ifcfg_pair *pair)
{
	static const char *const words[] = {"n", "no", "f", "false", "0"};
	const struct model_interface *interface = pair->ours->files[pair->file].interface;
	uint32_t file = interface ? interface->source.file : pair->file;
	const struct model_variable *variable =
		variable_of(&pair->theirs->model->file_infos[file], "NM_CONTROLLED");

	for (size_t i = 0; variable && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(variable->value, words[i]) == 0) {
			return false;
		}
	}
	return true;
}

static bool is_companion(enum model_file_kind kind)
{
	return kind == MODEL_FILE_ROUTES || kind == MODEL_FILE_RULES;
}

static void file_compare(struct ifcfg_pair *pair)
{
	enum model_file_kind ours = info_of(pair, pair->ours)->kind;
	enum model_file_kind theirs = info_of(pair, pair->theirs)->kind;

	if (!is_ours(ours) && !is_ours(theirs)) {
		return;
	}
	if (pair->theirs->dialect == IFCFG_DIALECT_NM && !nm_reads_it(pair)) {
		return;
	}
	if (is_companion(ours)) {
		ifcfg_pair_routes_compare(pair);
		return;
	}
	refusal_compare(pair);
	if (pair->count == 0 && ours != MODEL_FILE_REFUSED && theirs != MODEL_FILE_REFUSED) {
		values_compare(pair);
	}
	if (pair->count == 0 && ours != theirs) {
		const char *key = kind_key(is_ours(ours) ? ours : theirs);
		ifcfg_pair_differs(pair, ifcfg_pair_source(pair, key),
				   "what this file describes", kind_text(ours),
				   kind_text(theirs));
	}
	if (pair->count == 0) {
		ifcfg_pair_meaning_compare(pair);
	}
}

static void companions_note(struct ifcfg_reading *reading,
			    const struct model_interface *interface)
{
	for (size_t i = 0; i < interface->route_count; i++) {
		reading->files[interface->routes[i].source.file].interface = interface;
	}
	for (size_t i = 0; i < interface->rule_count; i++) {
		reading->files[interface->rules[i].source.file].interface = interface;
	}
}

/* What each file makes, found once for all. False: no memory. */
static bool reading_index(struct ifcfg_reading *reading)
{
	const struct model *model = reading->model;

	reading->files = calloc(model->file_count + 1, sizeof(*reading->files));
	if (!reading->files) {
		return false;
	}
	for (size_t i = 0; i < model->bond_count; i++) {
		const struct model_bond *bond = &model->bonds[i];
		companions_note(reading, &bond->interface);
		reading->files[bond->interface.source.file].interface = &bond->interface;
		for (size_t m = 0; m < bond->member_count; m++) {
			const struct model_interface *member = &bond->members[m].interface;
			reading->files[member->source.file].interface = member;
		}
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		const struct model_vlan *vlan = &model->vlans[i];
		companions_note(reading, &vlan->interface);
		reading->files[vlan->interface.source.file].interface = &vlan->interface;
		reading->files[vlan->interface.source.file].vlan = vlan;
	}
	for (size_t i = reading->problems->count; i > 0; i--) {
		const struct model_problem *problem = &reading->problems->list[i - 1];
		if (problem->severity == MODEL_ERROR &&
		    problem->source.file < model->file_count) {
			reading->files[problem->source.file].error = problem;
		}
	}
	return true;
}

void ifcfg_compare(const struct ifcfg_text *texts, size_t count, enum ifcfg_dialect dialect,
		   const struct ifcfg_names *names, const struct model *model,
		   struct model_problems *problems)
{
	struct model_problems their_problems = {0};
	struct model_problems found = {0};
	enum ifcfg_dialect other =
		dialect == IFCFG_DIALECT_NM ? IFCFG_DIALECT_INITSCRIPTS : IFCFG_DIALECT_NM;
	struct model *their_model = ifcfg_read(texts, count, other, names, &their_problems);
	struct ifcfg_reading ours = {.dialect = dialect, .model = model, .problems = problems};
	struct ifcfg_reading theirs = {
		.dialect = other, .model = their_model, .problems = &their_problems};

	bool fine = their_model && reading_index(&ours) && reading_index(&theirs);
	for (size_t i = 0; fine && i < count; i++) {
		struct ifcfg_pair pair = {
			.ours = &ours,
			.theirs = &theirs,
			.file = (uint32_t)i,
			.problems = &found,
		};
		file_compare(&pair);
	}
	ifcfg_quote(texts, count, &found);
	if (!fine || !model_problems_move(&found, problems)) {
		problems->out_of_memory = true;
	}
	free(ours.files);
	free(theirs.files);
	model_problems_free(&found);
	model_problems_free(&their_problems);
	model_free(their_model);
}
