/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VLAN interface's file: the old text read in both dialects, its keys edited
 * (ifcfg_write_keys.c), and the new text read again, which must describe that interface.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "ifcfg/ifcfg_write_keys.h"
#include "ifcfg/ifcfg_write_text.h"

static enum ifcfg_write_result names_check(const struct ifcfg_vlan_writer *writer)
{
	const struct model_interface *interface = &writer->vlan->interface;

	if (!model_name_is_valid(interface->name) ||
	    !model_name_is_valid(writer->vlan->parent)) {
		return ifcfg_write_fail(writer->error, IFCFG_WRITE_BAD_VALUE,
					"'%s' on '%s' is no interface's name", interface->name,
					writer->vlan->parent);
	}
	return IFCFG_WRITE_OK;
}

/* What no file can say. */
static enum ifcfg_write_result vlan_check(const struct ifcfg_vlan_writer *writer)
{
	const struct model_interface *interface = &writer->vlan->interface;
	size_t ipv4_count = 0;

	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *address = &interface->addresses[i];
		uint8_t most = address->family == AF_INET ? 32 : 128;
		ipv4_count += address->family == AF_INET;
		if (address->prefix == 0 || address->prefix > most) {
			return ifcfg_write_fail(writer->error, IFCFG_WRITE_BAD_VALUE,
						"an address's prefix is from 1 to %u", most);
		}
	}
	if (ipv4_count > IFCFG_WRITE_IPV4_MAX) {
		return ifcfg_write_fail(writer->error, IFCFG_WRITE_BAD_VALUE,
					"a file holds at most %d IPv4 addresses",
					IFCFG_WRITE_IPV4_MAX);
	}
	if (interface->ipv6_default.is_set && !interface->ipv6_default.has_gateway) {
		return ifcfg_write_fail(writer->error, IFCFG_WRITE_BAD_VALUE,
					"an IPv6 default route needs a gateway");
	}
	/* NetworkManager alone has both. */
	if (ipv4_count > 0 && interface->protocol != MODEL_PROTOCOL_STATIC &&
	    !ifcfg_write_has_ipv4(writer)) {
		return ifcfg_write_fail(
			writer->error, IFCFG_WRITE_BAD_VALUE,
			"an interface that asks for its IPv4 address by %s has none "
			"from the file",
			model_protocol_name(interface->protocol));
	}
	return IFCFG_WRITE_OK;
}

static const struct model_vlan *text_read(const char *bytes, size_t size, const char *name,
					  enum ifcfg_dialect dialect, struct model **model,
					  struct model_problems *problems)
{
	char path[6 + MODEL_NAME_SIZE];
	const struct ifcfg_text text = {.path = path, .bytes = bytes, .size = size};

	ifcfg_write_name(name, path);
	*model = ifcfg_read(&text, 1, dialect, NULL, problems);
	return *model && (*model)->vlan_count == 1 ? &(*model)->vlans[0] : NULL;
}

/* False: no memory. */
static bool old_read(struct ifcfg_vlan_writer *writer, const char *old, size_t size)
{
	const char *name = writer->vlan->interface.name;
	const struct ifcfg_text text = {.path = "", .bytes = old, .size = size};
	bool fine = true;

	for (size_t d = 0; d < IFCFG_WRITE_DIALECTS && fine && !writer->is_new; d++) {
		enum ifcfg_dialect dialect = (enum ifcfg_dialect)d;
		struct model_problems problems = {0};
		writer->reads[d] =
			ifcfg_parse(&text, dialect, 0, "", &writer->variables[d], &problems);
		if (writer->reads[d]) {
			writer->vlans[d] = text_read(old, size, name, dialect,
						     &writer->models[d], &problems);
		} else {
			ifcfg_variables_free(&writer->variables[d]);
		}
		fine = !problems.out_of_memory;
		model_problems_free(&problems);
	}
	return fine;
}

static bool is_readable(const char *bytes, size_t size, enum ifcfg_dialect dialect)
{
	const struct ifcfg_text text = {.path = "", .bytes = bytes, .size = size};
	struct model_problems problems = {0};
	struct ifcfg_variables variables;

	bool reads = ifcfg_parse(&text, dialect, 0, "", &variables, &problems);
	ifcfg_variables_free(&variables);
	model_problems_free(&problems);
	return reads;
}

/* The text must describe this VLAN interface to all who can read it. *newly: somebody
 * can who couldn't read the old one. */
static enum ifcfg_write_result written_check(const struct ifcfg_vlan_writer *writer,
					     const char *bytes, size_t size, bool *newly)
{
	const char *name = writer->vlan->interface.name;
	enum ifcfg_write_result result = IFCFG_WRITE_OK;

	*newly = false;
	for (size_t d = 0; d < IFCFG_WRITE_DIALECTS && result == IFCFG_WRITE_OK; d++) {
		struct model_problems problems = {0};
		struct model *model = NULL;
		enum ifcfg_dialect dialect = (enum ifcfg_dialect)d;
		if (!is_readable(bytes, size, dialect)) {
			continue;
		}
		*newly = *newly || !(writer->reads[d] || writer->is_new);
		const struct model_vlan *vlan =
			text_read(bytes, size, name, dialect, &model, &problems);
		if (problems.out_of_memory) {
			result = ifcfg_write_fail(writer->error, IFCFG_WRITE_NO_MEMORY,
						  "no memory");
		} else if (!vlan || !ifcfg_write_identity_same(vlan, writer->vlan)) {
			result = ifcfg_write_fail(
				writer->error, IFCFG_WRITE_REFUSED,
				"other keys of the file make something else of it "
				"than VLAN interface %s",
				name);
		}
		model_problems_free(&problems);
		model_free(model);
	}
	return result;
}

/* One way from the old text to the new; *again: the new one is to be taken for the old
 * one and looked at once more. */
static enum ifcfg_write_result vlan_write_over(const char *old, size_t old_size,
					       const struct model_vlan *vlan, char **out,
					       size_t *size, bool *again, char *error)
{
	struct ifcfg_vlan_writer writer = {.vlan = vlan, .is_new = !old, .error = error};
	char *bytes = NULL;
	size_t bytes_size = 0;

	enum ifcfg_write_result result = names_check(&writer);
	if (result == IFCFG_WRITE_OK && !old_read(&writer, old, old_size)) {
		result = ifcfg_write_fail(error, IFCFG_WRITE_NO_MEMORY, "no memory");
	}
	if (result == IFCFG_WRITE_OK) {
		result = vlan_check(&writer);
	}
	if (result == IFCFG_WRITE_OK) {
		ifcfg_write_keys(&writer);
		result = writer.edits.out_of_memory
				 ? ifcfg_write_fail(error, IFCFG_WRITE_NO_MEMORY, "no memory")
				 : ifcfg_edit(old, old_size, writer.edits.list,
					      writer.edits.count, &bytes, &bytes_size, error);
	}
	if (result == IFCFG_WRITE_OK) {
		result = written_check(&writer, bytes, bytes_size, again);
	}
	if (result == IFCFG_WRITE_OK || (result == IFCFG_WRITE_REFUSED && *again)) {
		*out = bytes;
		*size = bytes_size;
	} else {
		free(bytes);
	}
	ifcfg_write_edits_free(&writer.edits);
	for (size_t d = 0; d < IFCFG_WRITE_DIALECTS; d++) {
		model_free(writer.models[d]);
		ifcfg_variables_free(&writer.variables[d]);
	}
	return result;
}

enum ifcfg_write_result ifcfg_write_vlan(const char *old, size_t old_size,
					 const struct model_vlan *vlan, char **out,
					 size_t *size, char error[IFCFG_WRITE_ERROR_SIZE])
{
	char *bytes = NULL;
	size_t bytes_size = 0;
	bool again = false;

	error[0] = '\0';
	enum ifcfg_write_result result =
		vlan_write_over(old, old_size, vlan, &bytes, &bytes_size, &again, error);
	/* With a line gone that NetworkManager stumbled over, it sees the others. */
	for (size_t i = 0; again && i < IFCFG_WRITE_DIALECTS; i++) {
		char *first = bytes;
		bytes = NULL;
		again = false;
		result = vlan_write_over(first, bytes_size, vlan, &bytes, &bytes_size, &again,
					 error);
		free(first);
	}
	if (result == IFCFG_WRITE_OK) {
		error[0] = '\0';
		*out = bytes;
		*size = bytes_size;
	} else {
		free(bytes);
	}
	return result;
}
