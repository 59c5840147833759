/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where initscripts and NetworkManager would read the same files differently. Both
 * readings are made in full and compared, so that no rule of either need be known
 * here: values, what a file is, and what comes of it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ifcfg/ifcfg.h"
#include "ifcfg/ifcfg_quote.h"

/* One reading of all files. */
struct reading {
	enum ifcfg_dialect dialect;
	const struct model *model;
	const struct model_problems *problems;
};

/* The two readings of one file; ours is the one that counts. */
struct pair {
	struct reading ours;
	struct reading theirs;
	uint32_t file;
	size_t count; /* of differences said */
	struct model_problems *problems;
};

static const struct model_file *info_of(const struct pair *pair, const struct reading *reading)
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

/* Where a key stands in the file, in whichever reading has it. */
static struct model_source source_of(const struct pair *pair, const char *key)
{
	struct model_source source = {.file = pair->file};
	const struct model_variable *variable = variable_of(info_of(pair, &pair->ours), key);

	if (!variable) {
		variable = variable_of(info_of(pair, &pair->theirs), key);
	}
	if (variable) {
		source.line = variable->line;
		source.column = variable->column;
	}
	return source;
}

/* "WHAT: initscripts reads X, nm reads Y", in that order of the dialects whichever
 * counts. NULL: nothing. */
static void difference_add(struct pair *pair, const char *key, const char *what,
			   const char *ours, const char *theirs)
{
	bool nm = pair->ours.dialect == IFCFG_DIALECT_NM;
	const char *initscripts_reads = nm ? theirs : ours;
	const char *nm_reads = nm ? ours : theirs;

	pair->count++;
	model_problem_add(pair->problems, MODEL_WARNING, source_of(pair, key),
			  info_of(pair, &pair->ours)->interface,
			  "the dialects differ in %s: initscripts reads %s, nm reads %s", what,
			  initscripts_reads ? initscripts_reads : "nothing",
			  nm_reads ? nm_reads : "nothing");
}

static const struct model_problem *first_error(const struct pair *pair,
					       const struct reading *reading)
{
	for (size_t i = 0; i < reading->problems->count; i++) {
		const struct model_problem *problem = &reading->problems->list[i];
		if (problem->severity == MODEL_ERROR && problem->source.file == pair->file) {
			return problem;
		}
	}
	return NULL;
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

static void value_compare(struct pair *pair, const char *name)
{
	const struct model_variable *ours = variable_of(info_of(pair, &pair->ours), name);
	const struct model_variable *theirs = variable_of(info_of(pair, &pair->theirs), name);

	if (ours && theirs && strcmp(ours->value, theirs->value) == 0) {
		return;
	}
	char *our_text = value_text(ours);
	char *their_text = value_text(theirs);
	difference_add(pair, name, name, our_text, their_text);
	free(our_text);
	free(their_text);
}

static void values_compare(struct pair *pair)
{
	const struct model_file *ours = info_of(pair, &pair->ours);
	const struct model_file *theirs = info_of(pair, &pair->theirs);

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
	case MODEL_FILE_REFUSED:
	case MODEL_FILE_OTHER:
		break;
	}
	return "TYPE";
}

/* The interface that the file makes in the reading; NULL: none. */
static const struct model_interface *interface_of(const struct pair *pair,
						  const struct reading *reading)
{
	const struct model *model = reading->model;

	for (size_t i = 0; i < model->bond_count; i++) {
		const struct model_bond *bond = &model->bonds[i];
		if (bond->interface.source.file == pair->file) {
			return &bond->interface;
		}
		for (size_t m = 0; m < bond->member_count; m++) {
			if (bond->members[m].interface.source.file == pair->file) {
				return &bond->members[m].interface;
			}
		}
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		if (model->vlans[i].interface.source.file == pair->file) {
			return &model->vlans[i].interface;
		}
	}
	return NULL;
}

static const struct model_vlan *vlan_of(const struct pair *pair, const struct reading *reading)
{
	for (size_t i = 0; i < reading->model->vlan_count; i++) {
		if (reading->model->vlans[i].interface.source.file == pair->file) {
			return &reading->model->vlans[i];
		}
	}
	return NULL;
}

/* Whether all that is wrong is that the bond is none in the other dialect, which is
 * said of the bond's file. */
static bool lacks_bond_only(const struct pair *pair, const struct model_problem *refused)
{
	const struct model_vlan *vlan = vlan_of(pair, &pair->theirs);

	if (strcmp(refused->subject, info_of(pair, &pair->theirs)->interface) != 0) {
		return true; /* a member's, that names its master */
	}
	return vlan && !model_find_bond(pair->theirs.model, vlan->parent) &&
	       model_find_bond(pair->ours.model, vlan->parent);
}

/* What only the other dialect refuses; ours is said as an error of its own. */
static void refusal_compare(struct pair *pair)
{
	const struct model_problem *refused = first_error(pair, &pair->theirs);

	if (!refused || first_error(pair, &pair->ours) || lacks_bond_only(pair, refused)) {
		return;
	}
	pair->count++;
	model_problem_add(pair->problems, MODEL_WARNING, refused->source,
			  info_of(pair, &pair->ours)->interface,
			  "the dialects differ: %s reads this, %s refuses it: %s",
			  ifcfg_dialect_name(pair->ours.dialect),
			  ifcfg_dialect_name(pair->theirs.dialect), refused->text);
}

/* The addresses with commas between them; to be freed. */
static char *addresses_text(const struct model_interface *interface)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	for (size_t i = 0; stream && i < interface->address_count; i++) {
		const struct model_address *address = &interface->addresses[i];
		char one[INET6_ADDRSTRLEN] = "";
		inet_ntop(address->family, address->bytes, one, sizeof(one));
		fprintf(stream, "%s%s/%u", i ? ", " : "", one, address->prefix);
	}
	if (!stream || fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	if (interface->address_count == 0) {
		free(text);
		return NULL;
	}
	return text;
}

static void addresses_compare(struct pair *pair, const struct model_interface *ours,
			      const struct model_interface *theirs)
{
	char *our_text = addresses_text(ours);
	char *their_text = addresses_text(theirs);
	const char *key = "BOOTPROTO";

	if (strcmp(our_text ? our_text : "", their_text ? their_text : "") != 0) {
		/* IPv6's default is what most often differs. */
		if (source_of(pair, "IPV6ADDR").line > 0) {
			key = source_of(pair, "IPV6INIT").line > 0 ? "IPV6INIT" : "IPV6ADDR";
		}
		difference_add(pair, key, "the addresses", our_text, their_text);
	}
	free(our_text);
	free(their_text);
}

static void default_route_compare(struct pair *pair, int family,
				  const struct model_default_route *ours,
				  const struct model_default_route *theirs)
{
	const struct model_default_route *routes[] = {ours, theirs};
	char texts[2][INET6_ADDRSTRLEN] = {"", ""};

	for (size_t i = 0; i < 2; i++) {
		if (routes[i]->has_gateway) {
			inet_ntop(family, routes[i]->gateway, texts[i], sizeof(texts[i]));
		} else if (routes[i]->is_set) {
			snprintf(texts[i], sizeof(texts[i]), "the device");
		}
	}
	if (strcmp(texts[0], texts[1]) != 0) {
		bool inet = family == AF_INET;
		difference_add(pair, inet ? "GATEWAY" : "IPV6_DEFAULTGW",
			       inet ? "the IPv4 default route" : "the IPv6 default route",
			       texts[0][0] ? texts[0] : NULL, texts[1][0] ? texts[1] : NULL);
	}
}

static void number_compare(struct pair *pair, const char *key, const char *what, uint32_t ours,
			   uint32_t theirs)
{
	char our_text[16];
	char their_text[16];

	if (ours != theirs) {
		snprintf(our_text, sizeof(our_text), "%u", ours);
		snprintf(their_text, sizeof(their_text), "%u", theirs);
		difference_add(pair, key, what, ours ? our_text : NULL,
			       theirs ? their_text : NULL);
	}
}

/* The same values, and yet something else may come of them. */
static void meaning_compare(struct pair *pair)
{
	const struct model_interface *ours = interface_of(pair, &pair->ours);
	const struct model_interface *theirs = interface_of(pair, &pair->theirs);
	const struct model_vlan *our_vlan = vlan_of(pair, &pair->ours);
	const struct model_vlan *their_vlan = vlan_of(pair, &pair->theirs);

	if (!ours || !theirs) {
		return;
	}
	if (ours->onboot != theirs->onboot) {
		difference_add(pair, "ONBOOT", "ONBOOT", ours->onboot ? "yes" : "no",
			       theirs->onboot ? "yes" : "no");
	}
	number_compare(pair, "MTU", "MTU", ours->mtu, theirs->mtu);
	addresses_compare(pair, ours, theirs);
	default_route_compare(pair, AF_INET, &ours->ipv4_default, &theirs->ipv4_default);
	default_route_compare(pair, AF_INET6, &ours->ipv6_default, &theirs->ipv6_default);
	if (our_vlan && their_vlan) {
		number_compare(pair, "DEVICE", "the VLAN id", our_vlan->vid, their_vlan->vid);
		if (strcmp(our_vlan->parent, their_vlan->parent) != 0) {
			difference_add(pair, "PHYSDEV", "the VLAN interface's parent",
				       our_vlan->parent, their_vlan->parent);
		}
	}
}

static bool is_ours(enum model_file_kind kind)
{
	return kind != MODEL_FILE_OTHER && kind != MODEL_FILE_REFUSED;
}

/* NetworkManager leaves such a file alone, whatever it would make of it. */
static bool nm_reads_it(const struct pair *pair)
{
	static const char *const words[] = {"n", "no", "f", "false", "0"};
	const struct model_variable *variable =
		variable_of(info_of(pair, &pair->theirs), "NM_CONTROLLED");

	for (size_t i = 0; variable && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(variable->value, words[i]) == 0) {
			return false;
		}
	}
	return true;
}

static void file_compare(struct pair *pair)
{
	enum model_file_kind ours = info_of(pair, &pair->ours)->kind;
	enum model_file_kind theirs = info_of(pair, &pair->theirs)->kind;

	if (!is_ours(ours) && !is_ours(theirs)) {
		return;
	}
	if (pair->theirs.dialect == IFCFG_DIALECT_NM && !nm_reads_it(pair)) {
		return;
	}
	refusal_compare(pair);
	if (pair->count == 0 && ours != MODEL_FILE_REFUSED && theirs != MODEL_FILE_REFUSED) {
		values_compare(pair);
	}
	if (pair->count == 0 && is_ours(ours) != is_ours(theirs)) {
		difference_add(pair, kind_key(is_ours(ours) ? ours : theirs),
			       "what this file describes", kind_text(ours), kind_text(theirs));
	} else if (pair->count == 0 && ours != theirs) {
		difference_add(pair, kind_key(ours), "what this file describes",
			       kind_text(ours), kind_text(theirs));
	}
	if (pair->count == 0) {
		meaning_compare(pair);
	}
}

void ifcfg_compare(const struct ifcfg_text *texts, size_t count, enum ifcfg_dialect dialect,
		   const struct ifcfg_names *names, const struct model *model,
		   struct model_problems *problems)
{
	struct model_problems their_problems = {0};
	struct model_problems found = {0};
	enum ifcfg_dialect other =
		dialect == IFCFG_DIALECT_NM ? IFCFG_DIALECT_INITSCRIPTS : IFCFG_DIALECT_NM;
	struct model *theirs = ifcfg_read(texts, count, other, names, &their_problems);

	for (size_t i = 0; theirs && i < count; i++) {
		struct pair pair = {
			.ours = {.dialect = dialect, .model = model, .problems = problems},
			.theirs = {.dialect = other,
				   .model = theirs,
				   .problems = &their_problems},
			.file = (uint32_t)i,
			.problems = &found,
		};
		file_compare(&pair);
	}
	ifcfg_quote(texts, count, &found);
	if (!theirs || !model_problems_move(&found, problems)) {
		problems->out_of_memory = true;
	}
	model_problems_free(&found);
	model_problems_free(&their_problems);
	model_free(theirs);
}
