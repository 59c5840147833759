/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All files to one model. Three passes: parse every file and see whom it speaks
 * of; make the bonds and VLAN interfaces; give the bonds their members. Which
 * file is what is ifcfg_kind.c's business.
 */
#include "ifcfg/ifcfg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ifcfg/ifcfg_address.h"
#include "ifcfg/ifcfg_bonding.h"
#include "ifcfg/ifcfg_dhcp.h"
#include "ifcfg/ifcfg_gateway.h"
#include "ifcfg/ifcfg_interface.h"
#include "ifcfg/ifcfg_key.h"
#include "ifcfg/ifcfg_kind.h"
#include "ifcfg/ifcfg_name.h"
#include "ifcfg/ifcfg_network.h"
#include "ifcfg/ifcfg_parsed.h"
#include "ifcfg/ifcfg_quote.h"
#include "ifcfg/ifcfg_reader.h"
#include "ifcfg/ifcfg_routes.h"
#include "ifcfg/ifcfg_routing.h"
#include "ifcfg/ifcfg_vlan.h"

#define MTU_DEFAULT 1500

static int text_compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool is_named_master(const struct ifcfg_reader *reader, const char *name)
{
	return bsearch(&name, reader->masters, reader->master_count, sizeof(name),
		       text_compare) != NULL;
}

struct ifcfg_context ifcfg_reader_context(const struct ifcfg_reader *reader,
					  const struct ifcfg_file *file)
{
	return (struct ifcfg_context){
		.text = file->text,
		.variables = &file->variables,
		.dialect = reader->dialect,
		.names = reader->names,
		.file_index = (uint32_t)(file - reader->files),
		.subject = file->name,
		/* A member has nothing of its own that could be said for it there. */
		.network = reader->network.variables && file->kind != MODEL_FILE_MEMBER &&
					   file->kind != MODEL_FILE_NETWORK
				   ? &reader->network
				   : NULL,
		.problems = reader->problems,
	};
}

/* Parses the file; what is wrong in it keeps the interface out that it speaks
 * of, which is known only when it has been parsed. */
static void file_parse(struct ifcfg_reader *reader, struct ifcfg_file *file,
		       const struct ifcfg_text *text)
{
	size_t first_problem = reader->problems->count;
	const char *interface;
	bool fine = true;

	file->path = text->path;
	file->text = text;
	file->kind = ifcfg_name_kind(text->path, &interface);
	file->suffix = interface;
	file->device = interface;
	file->is_numbered = file->kind == MODEL_FILE_ROUTES && ifcfg_routes_are_numbered(text);
	bool is_lines = file->kind == MODEL_FILE_ROUTES || file->kind == MODEL_FILE_RULES;
	if (!is_lines) {
		fine = ifcfg_parsed_get(text, reader->dialect, (uint32_t)(file - reader->files),
					"", &file->variables, reader->problems);
	}
	struct ifcfg_context context = ifcfg_reader_context(reader, file);
	const char *device = ifcfg_key_value(&context, "DEVICE");
	if (file->kind == MODEL_FILE_OTHER && device) {
		file->device = device;
	}
	file->refused = !fine;
	if (!fine && file->kind == MODEL_FILE_OTHER) {
		file->kind = MODEL_FILE_REFUSED;
	}
	if (model_name_is_valid(file->device)) {
		snprintf(file->name, sizeof(file->name), "%s", file->device);
	}
	for (size_t i = first_problem;
	     file->kind != MODEL_FILE_ALIAS && !is_lines && i < reader->problems->count; i++) {
		memcpy(reader->problems->list[i].subject, file->name, sizeof(file->name));
	}
}

static void member_detect(const struct ifcfg_reader *reader, struct ifcfg_file *file)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);

	if (file->kind == MODEL_FILE_OTHER) {
		file->master = ifcfg_kind_master(&context);
		file->kind = file->master ? MODEL_FILE_MEMBER : MODEL_FILE_OTHER;
	}
}

/* nm: a MASTER_UUID that some file has as UUID names that file's interface. */
static void master_resolve(const struct ifcfg_reader *reader, struct ifcfg_file *file)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);
	const char *uuid = ifcfg_key_value(&context, "MASTER_UUID");

	for (size_t i = 0; uuid && i < reader->count; i++) {
		struct ifcfg_context other = ifcfg_reader_context(reader, &reader->files[i]);
		const char *its = ifcfg_key_value(&other, "UUID");
		if (its && strcasecmp(its, uuid) == 0) {
			file->master = reader->files[i].device;
			return;
		}
	}
}

/* Whether the file's name or DEVICE can be an interface at all. */
static bool name_check(const struct ifcfg_reader *reader, const struct ifcfg_file *file)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);

	if (file->name[0] != '\0') {
		return true;
	}
	ifcfg_key_error(&context, "DEVICE",
			"'%s' cannot be an interface's name; expected 1 to %d printable "
			"characters without blanks, '/', ':' and '%%'",
			file->device, MODEL_NAME_SIZE - 1);
	return false;
}

static void interface_init(const struct ifcfg_context *context,
			   struct model_interface *interface)
{
	memcpy(interface->name, context->subject, strlen(context->subject) + 1);
	interface->source = ifcfg_key_source(context, "DEVICE");
	ifcfg_interface_read(context, interface);
}

static void bond_read(struct ifcfg_reader *reader, struct ifcfg_file *file)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);
	struct model_bond bond = {0};

	interface_init(&context, &bond.interface);
	ifcfg_addresses_read(&context, &bond.interface);
	ifcfg_gateways_read(&context, &bond.interface);
	ifcfg_dhcp_read(&context, &bond.interface.dhcp);
	ifcfg_bonding_read(&context, &bond.options);
	ifcfg_portchannel_read(&context, &bond.options);
	ifcfg_unapplied_warn(&context);
	file->is_read_through = true;
	if (!model_add_bond(reader->model, &bond)) {
		model_interface_clear(&bond.interface);
		reader->problems->out_of_memory = true;
	}
}

static void vlan_add(struct ifcfg_reader *reader, const struct ifcfg_context *context,
		     struct model_vlan *vlan)
{
	interface_init(context, &vlan->interface);
	ifcfg_addresses_read(context, &vlan->interface);
	ifcfg_gateways_read(context, &vlan->interface);
	ifcfg_dhcp_read(context, &vlan->interface.dhcp);
	ifcfg_unapplied_warn(context);
	if (ifcfg_key_value(context, "BONDING_OPTS")) {
		ifcfg_key_warning(context, "BONDING_OPTS",
				  "BONDING_OPTS is not used: '%s' is a VLAN interface",
				  context->subject);
	}
	if (!model_add_vlan(reader->model, vlan)) {
		model_interface_clear(&vlan->interface);
		reader->problems->out_of_memory = true;
	}
}

/* A file with VLAN=yes; false if it is no VLAN's in spite of that. */
static bool vlan_read(struct ifcfg_reader *reader, struct ifcfg_file *file, bool is_bond)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);
	struct model_vlan vlan = {0};

	switch (ifcfg_vlan_read(&context, &vlan)) {
	case IFCFG_VLAN_FOUND:
		vlan_add(reader, &context, &vlan);
		file->is_read_through = true;
		break;
	case IFCFG_VLAN_BAD:
		break;
	case IFCFG_VLAN_NONE:
		if (is_bond) {
			ifcfg_key_warning(
				&context, "VLAN",
				"VLAN=yes has no effect on the bond '%s'; expected it in "
				"the files of its VLAN interfaces",
				file->name);
			return false;
		}
		ifcfg_key_error(&context, "VLAN",
				"VLAN=yes, but nothing says which VLAN '%s' is; expected a "
				"DEVICE like bond0.652, or VID and PHYSDEV",
				file->name);
		break;
	}
	file->kind = MODEL_FILE_VLAN;
	return true;
}

/* What a member cannot be as well. True if it is one of that. */
static bool member_conflict(const struct ifcfg_reader *reader, struct ifcfg_file *file)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);
	const char *also = NULL;

	if (strcmp(file->master, file->device) == 0) {
		also = "its own master";
	} else if (ifcfg_kind_is_bond(&context, is_named_master(reader, file->device))) {
		also = "a bond itself";
	} else if (ifcfg_kind_says_vlan(&context)) {
		also = "a VLAN interface";
	}
	if (!also) {
		return false;
	}
	ifcfg_key_error(&context, "MASTER",
			"'%s' is made a member of '%s' and is %s; expected a NIC as member",
			file->device, file->master, also);
	return true;
}

static void file_read(struct ifcfg_reader *reader, struct ifcfg_file *file)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);
	bool is_bond = ifcfg_kind_is_bond(&context, is_named_master(reader, file->device));
	bool says_vlan = ifcfg_kind_says_vlan(&context);

	if (file->kind == MODEL_FILE_MEMBER) {
		if (name_check(reader, file) && member_conflict(reader, file)) {
			file->master = NULL;
		}
		return;
	}
	if (file->kind != MODEL_FILE_OTHER || !(is_bond || says_vlan)) {
		if (file->kind == MODEL_FILE_OTHER) {
			ifcfg_kind_warn(&context);
		}
		return;
	}
	if (!name_check(reader, file)) {
		file->kind = MODEL_FILE_REFUSED;
		return;
	}
	if (says_vlan && vlan_read(reader, file, is_bond)) {
		return;
	}
	file->kind = MODEL_FILE_BOND;
	bond_read(reader, file);
}

/* Says why a member's MASTER is no bond. */
static void master_refuse(const struct ifcfg_reader *reader, const struct ifcfg_file *file)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);

	for (size_t i = 0; i < reader->count; i++) {
		const struct ifcfg_file *other = &reader->files[i];
		if (other->kind == MODEL_FILE_ALIAS || other->kind == MODEL_FILE_ROUTES ||
		    other->kind == MODEL_FILE_RULES ||
		    strcmp(other->device, file->master) != 0) {
			continue;
		}
		if (other->kind == MODEL_FILE_VLAN) {
			ifcfg_key_error(&context, "MASTER",
					"MASTER '%s' is a VLAN interface (%s); expected a bond",
					file->master, other->path);
		}
		if (other->kind == MODEL_FILE_OTHER) {
			context.subject = file->master;
			ifcfg_key_error(
				&context, "MASTER",
				"MASTER '%s' is no bond by %s; expected TYPE=Bond there",
				file->master, other->path);
		}
		/* Else that file is wrong and said to be. */
		return;
	}
	/* It is the bond that is not known, and, if it runs, to be left alone. */
	context.subject = file->master;
	if (reader->dialect == IFCFG_DIALECT_NM && ifcfg_key_value(&context, "MASTER_UUID")) {
		ifcfg_key_error(
			&context, "MASTER_UUID",
			"no file has UUID '%s', nor is that a bond's name; expected the "
			"UUID of the bond's file",
			file->master);
		return;
	}
	ifcfg_key_error(&context, "MASTER",
			"no file defines MASTER '%s'; expected ifcfg-%s with DEVICE=%s and "
			"%s",
			file->master, file->master, file->master,
			reader->dialect == IFCFG_DIALECT_NM ? "TYPE=Bond" : "BONDING_OPTS");
}

static void member_read(struct ifcfg_reader *reader, struct ifcfg_file *file)
{
	struct ifcfg_context context = ifcfg_reader_context(reader, file);
	struct model_bond *bond = model_find_bond(reader->model, file->master);
	struct model_member member = {0};

	if (!bond) {
		master_refuse(reader, file);
		return;
	}
	memcpy(member.interface.name, file->name, sizeof(file->name));
	member.interface.source = ifcfg_key_source(&context, "DEVICE");
	member.interface.onboot = !ifcfg_key_is_false(&context, "ONBOOT");
	ifcfg_member_read(&context, file->master, &member);
	file->is_read_through = true;
	if (!model_bond_add_member(bond, &member)) {
		reader->problems->out_of_memory = true;
	}
}

/* The file becomes the model's, with its variables. */
static void file_hand_over(struct ifcfg_reader *reader, struct ifcfg_file *file)
{
	struct model_file info = {
		.kind = file->kind,
		.is_read_through = file->is_read_through,
		.left_out = file->left_out,
		.variable_count = file->variables.count,
		.variables = file->variables.list,
		.words = file->variables.words,
	};

	memcpy(info.interface, file->name, sizeof(info.interface));
	if (!reader->problems->out_of_memory &&
	    model_add_file(reader->model, file->path, &info)) {
		file->variables = (struct ifcfg_variables){0};
	} else {
		reader->problems->out_of_memory = true;
	}
}

/* A VLAN interface cannot carry more than its bond. An application is refused for it; a
 * start goes on with the bond's, as if the file said none. */
static void vlan_mtus_settle(struct model *model)
{
	for (size_t i = 0; i < model->vlan_count; i++) {
		struct model_vlan *vlan = &model->vlans[i];
		const struct model_bond *bond = model_find_bond(model, vlan->parent);
		uint32_t most = bond && bond->interface.mtu ? bond->interface.mtu : MTU_DEFAULT;
		if (bond && vlan->interface.mtu > most) {
			vlan->interface.mtu = 0;
		}
	}
}

/* Before all others, which are read in its light. Refused, it says nothing. */
static void network_read(struct ifcfg_reader *reader, const struct ifcfg_text *texts)
{
	const char *ignored;

	for (size_t i = 0; i < reader->count; i++) {
		struct ifcfg_file *file = &reader->files[i];
		if (ifcfg_name_kind(texts[i].path, &ignored) != MODEL_FILE_NETWORK) {
			continue;
		}
		file_parse(reader, file, &texts[i]);
		if (!file->refused) {
			struct ifcfg_context context = ifcfg_reader_context(reader, file);
			ifcfg_network_warn(&context);
			file->is_read_through = true;
			reader->network = context;
		}
	}
}

static void files_read(struct ifcfg_reader *reader, const struct ifcfg_text *texts)
{
	network_read(reader, texts);
	for (size_t i = 0; i < reader->count; i++) {
		if (reader->files[i].kind == MODEL_FILE_NETWORK) {
			continue;
		}
		file_parse(reader, &reader->files[i], &texts[i]);
		member_detect(reader, &reader->files[i]);
		if (reader->files[i].kind == MODEL_FILE_MEMBER &&
		    reader->dialect == IFCFG_DIALECT_INITSCRIPTS) {
			reader->masters[reader->master_count++] = reader->files[i].master;
		}
	}
	for (size_t i = 0; reader->dialect == IFCFG_DIALECT_NM && i < reader->count; i++) {
		if (reader->files[i].kind == MODEL_FILE_MEMBER) {
			master_resolve(reader, &reader->files[i]);
		}
	}
	qsort(reader->masters, reader->master_count, sizeof(*reader->masters), text_compare);

	for (size_t i = 0; i < reader->count; i++) {
		file_read(reader, &reader->files[i]);
	}
	for (size_t i = 0; i < reader->count; i++) {
		struct ifcfg_file *file = &reader->files[i];
		if (file->kind == MODEL_FILE_MEMBER && file->master && file->name[0] != '\0') {
			member_read(reader, file);
		}
	}
	ifcfg_nic_parents_settle(reader);
	ifcfg_companions_read(reader);
	for (size_t i = 0; i < reader->count; i++) {
		file_hand_over(reader, &reader->files[i]);
	}
}

struct model *ifcfg_read(const struct ifcfg_text *texts, size_t count,
			 enum ifcfg_dialect dialect, const struct ifcfg_names *names,
			 struct model_problems *problems)
{
	struct ifcfg_reader reader = {
		.dialect = dialect,
		.names = names,
		.model = model_new(),
		.problems = problems,
		.count = count,
		.files = calloc(count + 1, sizeof(struct ifcfg_file)),
		.masters = calloc(count + 1, sizeof(char *)),
	};

	if (!reader.model || !reader.files || !reader.masters) {
		problems->out_of_memory = true;
	} else {
		files_read(&reader, texts);
		model_validate(reader.model, problems);
		vlan_mtus_settle(reader.model);
		ifcfg_routing_settle(reader.model, problems);
		ifcfg_quote(texts, count, problems);
	}
	for (size_t i = 0; reader.files && i < count; i++) {
		ifcfg_variables_free(&reader.files[i].variables);
	}
	free(reader.files);
	free(reader.masters);
	if (problems->out_of_memory) {
		model_free(reader.model);
		return NULL;
	}
	return reader.model;
}
