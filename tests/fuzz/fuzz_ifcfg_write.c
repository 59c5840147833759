/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: any bytes as a file that is edited. The first line is a number of
 * switches, the lines up to one that is empty are edits ("KEY=value", or "KEY" to take it
 * away), what follows is the old text. The new one must say, to each dialect that could
 * read the old one, what the old one did with the edits done; done again, they must add
 * nothing. Then the text becomes that of a VLAN interface, and must read as one.
 */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_write.h"

#define EDITS_MAX 8
#define DIALECTS  2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool fine, const char *what)
{
	if (!fine) {
		fprintf(stderr, "broken: %s\n", what);
		abort();
	}
}

struct reading {
	bool fine;
	struct ifcfg_variables variables;
};

static struct reading text_read(const char *bytes, size_t size, enum ifcfg_dialect dialect)
{
	const struct ifcfg_text text = {.path = "x", .bytes = bytes, .size = size};
	struct model_problems problems = {0};
	struct reading reading;

	reading.fine = ifcfg_parse(&text, dialect, 0, "", &reading.variables, &problems);
	expect(!problems.out_of_memory, "memory");
	model_problems_free(&problems);
	return reading;
}

/* The last edit of the key. */
static const struct ifcfg_edit *edit_of(const struct ifcfg_edit *edits, size_t count,
					const char *key)
{
	while (count-- > 0) {
		if (strcmp(edits[count].key, key) == 0) {
			return &edits[count];
		}
	}
	return NULL;
}

static void expect_variables(const struct ifcfg_edit *edits, size_t count,
			     const struct ifcfg_variables *before,
			     const struct ifcfg_variables *after)
{
	for (size_t i = 0; i < before->count; i++) {
		const char *name = before->list[i].name;
		const char *now = ifcfg_value(after, name);
		expect(edit_of(edits, count, name) ||
			       (now && strcmp(now, before->list[i].value) == 0),
		       "another variable");
	}
	for (size_t i = 0; i < after->count; i++) {
		const char *name = after->list[i].name;
		expect(edit_of(edits, count, name) || ifcfg_value(before, name),
		       "a new variable");
	}
	for (size_t i = 0; i < count; i++) {
		const struct ifcfg_edit *edit = edit_of(edits, count, edits[i].key);
		const char *now = ifcfg_value(after, edit->key);
		expect(edit->value ? now && strcmp(now, edit->value) == 0
				   : !now || now[0] == '\0',
		       "the edit");
	}
}

static void edit_check(const char *old, size_t size, const struct ifcfg_edit *edits,
		       size_t count)
{
	char error[IFCFG_WRITE_ERROR_SIZE];
	struct reading before[DIALECTS];
	char *text = NULL;
	char *again = NULL;
	size_t text_size = 0;
	size_t again_size = 0;

	enum ifcfg_write_result result =
		ifcfg_edit(old, size, edits, count, &text, &text_size, error);
	expect(result != IFCFG_WRITE_NO_MEMORY, "memory");
	expect((result == IFCFG_WRITE_OK) == (error[0] == '\0'), "the error's text");
	for (size_t d = 0; d < DIALECTS; d++) {
		before[d] = text_read(old, size, (enum ifcfg_dialect)d);
		if (result == IFCFG_WRITE_OK && before[d].fine) {
			struct reading after =
				text_read(text, text_size, (enum ifcfg_dialect)d);
			expect(after.fine, "a dialect is lost");
			expect_variables(edits, count, &before[d].variables, &after.variables);
			ifcfg_variables_free(&after.variables);
		}
		ifcfg_variables_free(&before[d].variables);
	}
	expect(result == IFCFG_WRITE_BAD_VALUE ||
		       (result == IFCFG_WRITE_OK) == (before[0].fine || before[1].fine),
	       "refused, or not");
	if (result == IFCFG_WRITE_OK && before[0].fine && before[1].fine) {
		expect(ifcfg_edit(text, text_size, edits, count, &again, &again_size, error) ==
			       IFCFG_WRITE_OK,
		       "again");
		expect(again_size <= text_size, "a second time");
	}
	free(text);
	free(again);
}

static void vlan_check(const char *old, size_t size, unsigned int switches)
{
	static const char *const names[] = {"bond0.652", "vlan652", "office", "my.bond.652"};
	struct model_address addresses[] = {
		{.family = AF_INET, .bytes = {10, 1, 2, 3}, .prefix = 24},
		{.family = AF_INET6, .bytes = {0x20, 1, 0x0d, 0xb8}, .prefix = 64},
		{.family = AF_INET, .bytes = {10, 1, 2, 4}, .prefix = 25}};
	struct model_vlan vlan = {.parent = "bond0", .vid = 652};
	struct model_interface *interface = &vlan.interface;
	char error[IFCFG_WRITE_ERROR_SIZE];
	char *text = NULL;
	size_t text_size = 0;

	snprintf(interface->name, sizeof(interface->name), "%s", names[switches & 3]);
	interface->onboot = switches & 4;
	interface->protocol = switches & 8 ? MODEL_PROTOCOL_DHCP : MODEL_PROTOCOL_STATIC;
	interface->mtu = switches & 16 ? 1400 : 0;
	interface->ipv6_autoconf = switches & 32;
	interface->addresses = addresses;
	interface->address_count = switches & 8 ? 0 : switches >> 6 & 3;
	interface->ipv4_default = (struct model_default_route){
		.is_set = switches & 256, .has_gateway = true, .gateway = {10, 1, 2, 1}};
	enum ifcfg_write_result result =
		ifcfg_write_vlan(old, size, &vlan, &text, &text_size, error);
	expect(result == IFCFG_WRITE_OK || result == IFCFG_WRITE_REFUSED, "the VLAN's result");
	expect((result == IFCFG_WRITE_OK) == (error[0] == '\0'), "the error's text");
	for (size_t d = 0; d < DIALECTS && result == IFCFG_WRITE_OK; d++) {
		char path[6 + MODEL_NAME_SIZE];
		const struct ifcfg_text file = {.path = path, .bytes = text, .size = text_size};
		struct model_problems problems = {0};
		struct reading reading = text_read(text, text_size, (enum ifcfg_dialect)d);
		ifcfg_write_name(interface->name, path);
		struct model *model =
			ifcfg_read(&file, 1, (enum ifcfg_dialect)d, NULL, &problems);
		if (reading.fine) {
			expect(model && model->vlan_count == 1, "no VLAN");
			const struct model_vlan *is = &model->vlans[0];
			expect(is->vid == 652 && strcmp(is->parent, "bond0") == 0,
			       "which VLAN");
			expect(is->interface.onboot == interface->onboot, "ONBOOT");
			expect(is->interface.mtu == interface->mtu, "MTU");
			expect(is->interface.protocol == interface->protocol, "BOOTPROTO");
			expect(is->interface.ipv6_autoconf == interface->ipv6_autoconf,
			       "IPV6_AUTOCONF");
		}
		model_free(model);
		model_problems_free(&problems);
		ifcfg_variables_free(&reading.variables);
	}
	free(text);
}

/* Takes a line off the text; NULL: there is none. */
static char *line_take(char **at, char *end)
{
	char *line = *at;
	char *newline = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;

	if (!newline) {
		return NULL;
	}
	*newline = '\0';
	*at = newline + 1;
	return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ifcfg_edit edits[EDITS_MAX];
	char *bytes = malloc(size + 1);
	size_t count = 0;

	expect(bytes != NULL, "memory");
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	char *at = bytes;
	char *end = bytes + size;
	char *line = line_take(&at, end);
	unsigned int switches = line ? (unsigned int)strtoul(line, NULL, 10) : 0;
	while (count < EDITS_MAX && (line = line_take(&at, end)) && line[0] != '\0') {
		char *equals = strchr(line, '=');
		if (equals) {
			*equals = '\0';
		}
		edits[count++] =
			(struct ifcfg_edit){.key = line, .value = equals ? equals + 1 : NULL};
	}
	/* A copy of its own size, so that a step too far is seen. */
	size_t old_size = (size_t)(end - at);
	char *old = malloc(old_size ? old_size : 1);
	expect(old != NULL, "memory");
	memcpy(old, at, old_size);
	edit_check(old, old_size, edits, count);
	vlan_check(old, old_size, switches);
	free(old);
	free(bytes);
	return 0;
}
