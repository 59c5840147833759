/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel vlan add, set, del: the options become the body of a call (doc/api.md,
 * "VLAN interfaces"). What they mean is checked by the daemon, in one place for all who
 * ask.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/command.h"
#include "cli/field.h"
#include "cli/text.h"
#include "cli/vlan.h"

#define VLAN_VID_MAX 4094

/* Sends the body, or not where it could not be made. */
static enum exit_code vlan_send(const struct cli *cli, const char *method, const char *path,
				const char *name, json_t *body, bool valid, bool as_json)
{
	if (!valid) {
		json_decref(body);
		return EXIT_CODE_USAGE;
	}
	return answer_change(cli, &(struct answer_request){.method = method,
							   .path = path,
							   .name = name,
							   .body = body,
							   .as_json = as_json});
}

static enum exit_code vlan_add_run(struct cli *cli, const struct command *command, int argc,
				   char **argv)
{
	struct vlan_settings settings = {0};
	struct vlan_how how = {0};
	const char *name = NULL;
	struct vlan_options options = {1, {{.name = "name", .value = &name}}};
	struct arguments arguments;
	unsigned int vid;
	bool valid;

	vlan_options_settings(&options, &settings);
	vlan_options_how(&options, &how);
	if (!arguments_read(cli, command, argc, argv, options.list, options.count, 2,
			    ARGUMENTS_MAX, &arguments)) {
		return arguments.code;
	}
	if (!argument_number(command, "VID", arguments.list[1], 1, VLAN_VID_MAX, &vid)) {
		return EXIT_CODE_USAGE;
	}
	json_t *body = json_object();
	answer_set(body, "parent", json_string(arguments.list[0]));
	answer_set(body, "vid", json_integer(vid));
	if (name) {
		answer_set(body, "name", json_string(name));
	}
	if (arguments.count > 2) {
		json_t *addresses = json_array();

		for (size_t i = 2; i < arguments.count; i++) {
			answer_append(addresses, json_string(arguments.list[i]));
		}
		answer_set(body, "addresses", addresses);
	}
	valid = vlan_settings_take(command, &settings, body) &&
		vlan_how_take(command, &how, body);
	return vlan_send(cli, "POST", "/v1/vlans", NULL, body, valid, how.as_json);
}

const struct command command_vlan_add = {
	.name = "vlan add",
	.arguments = "PARENT VID [ADDRESS/PREFIX...] [OPTION...]",
	.summary = "add a VLAN interface",
	.help = "Makes a VLAN interface on a bond, or on a link that is no bond's member, with\n"
		"IPv4 and IPv6 addresses, and writes its ifcfg file. Other traffic isn't touched.\n"
		"\n"
		"  --name NAME                     else PARENT.VID\n" VLAN_SETTINGS_HELP
			VLAN_HOW_HELP,
	.run = vlan_add_run,
};

/* An address as text into bytes; its length is the family's. False: it's none. */
static bool vlan_address_parse(const char *text, unsigned char bytes[16], int *family,
			       uint64_t *prefix)
{
	char address[INET6_ADDRSTRLEN];
	size_t size = strcspn(text, "/");

	if (text[size] != '/' || size >= sizeof(address) ||
	    !text_number(text + size + 1, 128, prefix)) {
		return false;
	}
	memcpy(address, text, size);
	address[size] = '\0';
	memset(bytes, 0, 16);
	*family = strchr(address, ':') ? AF_INET6 : AF_INET;
	return inet_pton(*family, address, bytes) == 1;
}

/* Whether both are the same address and prefix, however spelt. What can't be read is for
 * the daemon to refuse. */
static bool vlan_address_equal(const char *a, const char *b)
{
	unsigned char a_bytes[16], b_bytes[16];
	uint64_t a_prefix, b_prefix;
	int a_family, b_family;

	return vlan_address_parse(a, a_bytes, &a_family, &a_prefix) &&
	       vlan_address_parse(b, b_bytes, &b_family, &b_prefix) && a_family == b_family &&
	       a_prefix == b_prefix && memcmp(a_bytes, b_bytes, sizeof(a_bytes)) == 0;
}

static bool vlan_has_address(const json_t *addresses, const char *address, size_t *index)
{
	for (*index = 0; *index < json_array_size(addresses); ++*index) {
		const char *text = json_string_value(json_array_get(addresses, *index));

		if (text && vlan_address_equal(text, address)) {
			return true;
		}
	}
	return false;
}

/*
 * The interface's addresses with some added and removed, for the body, and the revision
 * that they were read at, so that a change meanwhile is a conflict and not overwritten.
 */
static enum exit_code vlan_addresses_edit(struct cli *cli, const char *name,
					  const struct argument_list *add,
					  const struct argument_list *remove, json_t *body)
{
	enum exit_code code = EXIT_CODE_DONE;
	json_t *vlan = NULL, *addresses;
	size_t index;

	code = command_get_named(cli, "/v1/vlans/", name, &vlan);
	if (code != EXIT_CODE_DONE) {
		return code;
	}
	addresses = json_deep_copy(json_object_get(vlan, "addresses"));
	for (size_t i = 0; i < remove->count && code == EXIT_CODE_DONE; i++) {
		if (vlan_has_address(addresses, remove->list[i], &index)) {
			json_array_remove(addresses, index);
		} else {
			command_error("%s has no address %s", name, remove->list[i]);
			code = EXIT_CODE_FAILED;
		}
	}
	for (size_t i = 0; i < add->count && code == EXIT_CODE_DONE; i++) {
		if (!vlan_has_address(addresses, add->list[i], &index)) {
			answer_append(addresses, json_string(add->list[i]));
		}
	}
	if (code == EXIT_CODE_DONE) {
		answer_set(body, "addresses", json_incref(addresses));
		if (!json_object_get(body, "revision")) {
			answer_set(body, "revision",
				   json_incref(json_object_get(vlan, "revision")));
		}
	}
	json_decref(addresses);
	json_decref(vlan);
	return code;
}

/* --address replaces all; "none" leaves none. */
static void vlan_addresses_replace(const struct argument_list *list, json_t *body)
{
	json_t *addresses = json_array();

	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->list[i], "none") != 0) {
			answer_append(addresses, json_string(list->list[i]));
		}
	}
	answer_set(body, "addresses", addresses);
}

static enum exit_code vlan_set_run(struct cli *cli, const struct command *command, int argc,
				   char **argv)
{
	struct vlan_settings settings = {0};
	struct vlan_how how = {0};
	struct argument_list replace = {0}, add = {0}, remove = {0};
	struct vlan_options options = {3,
				       {{.name = "address", .values = &replace},
					{.name = "add-address", .values = &add},
					{.name = "remove-address", .values = &remove}}};
	enum exit_code code = EXIT_CODE_DONE;
	struct arguments arguments;
	bool valid;

	vlan_options_settings(&options, &settings);
	vlan_options_how(&options, &how);
	if (!arguments_read(cli, command, argc, argv, options.list, options.count, 1, 1,
			    &arguments)) {
		return arguments.code;
	}
	if (replace.count > 0 && add.count + remove.count > 0) {
		return command_usage_error(command,
					   "--address is for all addresses: it doesn't "
					   "go with --add-address, --remove-address");
	}
	json_t *body = json_object();
	valid = vlan_settings_take(command, &settings, body);
	if (valid && json_object_size(body) == 0 &&
	    replace.count + add.count + remove.count == 0) {
		command_usage_error(command, "what is to be different?");
		valid = false;
	}
	valid = valid && vlan_how_take(command, &how, body);
	if (valid && replace.count > 0) {
		vlan_addresses_replace(&replace, body);
	} else if (valid && add.count + remove.count > 0) {
		code = vlan_addresses_edit(cli, arguments.list[0], &add, &remove, body);
	}
	if (code != EXIT_CODE_DONE) {
		json_decref(body);
		return code;
	}
	return vlan_send(cli, "PATCH", "/v1/vlans/", arguments.list[0], body, valid,
			 how.as_json);
}

const struct command command_vlan_set = {
	.name = "vlan set",
	.arguments = "NAME [OPTION...]",
	.summary = "change a VLAN interface",
	.help = "Changes what the options say of VLAN interface NAME, in its file and as it runs;\n"
		"the rest of the file stays as it is, comments too.\n"
		"\n"
		"  --address ADDRESS/PREFIX        replaces all addresses; may be given several\n"
		"                                  times; none: no address\n"
		"  --add-address ADDRESS/PREFIX, --remove-address ADDRESS/PREFIX\n"
		"                                  likewise several times\n" VLAN_SETTINGS_HELP
			VLAN_HOW_HELP,
	.run = vlan_set_run,
};

static enum exit_code vlan_del_run(struct cli *cli, const struct command *command, int argc,
				   char **argv)
{
	struct vlan_how how = {0};
	struct vlan_options options = {0};
	struct arguments arguments;

	vlan_options_how(&options, &how);
	if (!arguments_read(cli, command, argc, argv, options.list, options.count, 1, 1,
			    &arguments)) {
		return arguments.code;
	}
	json_t *body = json_object();
	bool valid = vlan_how_take(command, &how, body);
	return vlan_send(cli, "DELETE", "/v1/vlans/", arguments.list[0], body, valid,
			 how.as_json);
}

const struct command command_vlan_del = {
	.name = "vlan del",
	.arguments = "NAME [OPTION...]",
	.summary = "delete a VLAN interface",
	.help = "Removes VLAN interface NAME and its file, with its aliases, routes and rules.\n"
		"\n" VLAN_HOW_HELP,
	.run = vlan_del_run,
};
