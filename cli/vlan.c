/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel vlan: VLAN interfaces without an editor. Here their list; vlan_change.c
 * adds, sets and deletes them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/command.h"
#include "cli/field.h"
#include "cli/out.h"
#include "cli/vlan.h"

/* More are counted only. */
#define VLAN_ADDRESSES_SHOWN 3

static const char *vlan_state_text(const json_t *vlan, enum out_style *style)
{
	const char *staged = field_text(vlan, "staged", "");

	*style = OUT_WARN;
	if (strcmp(staged, "add") == 0) {
		return "to be added";
	}
	if (strcmp(staged, "change") == 0) {
		return "to be changed";
	}
	if (strcmp(staged, "delete") == 0) {
		return "to be deleted";
	}
	if (field_flag(vlan, "running")) {
		*style = OUT_GOOD;
		return "running";
	}
	*style = OUT_BAD;
	return "not running";
}

/* "10.1.2.3/24, DHCP" */
static void vlan_addresses_cell(struct table *table, const json_t *vlan)
{
	const json_t *addresses = json_object_get(vlan, "addresses");
	size_t count = json_array_size(addresses), used = 0;
	char text[256] = "";

	for (size_t i = 0; i < count && i < VLAN_ADDRESSES_SHOWN; i++) {
		const char *address = json_string_value(json_array_get(addresses, i));

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%.60s",
					 used ? ", " : "", address ? address : "?");
	}
	if (count > VLAN_ADDRESSES_SHOWN) {
		used += (size_t)snprintf(text + used, sizeof(text) - used, " and %zu more",
					 count - VLAN_ADDRESSES_SHOWN);
	}
	if (field_flag(vlan, "dhcp")) {
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%sDHCP",
					 used ? ", " : "");
	}
	if (field_flag(vlan, "dhcpv6")) {
		snprintf(text + used, sizeof(text) - used, "%sDHCPv6", used ? ", " : "");
	}
	table_cell(table, OUT_PLAIN, "%s", text);
}

static bool vlan_list_print(struct out *out, const json_t *vlans)
{
	static const struct table_column columns[] = {{"VLAN INTERFACE", false},
						      {"PARENT", false},
						      {"VLAN", true},
						      {"STATE", false},
						      {"ADDRESSES", false}};
	struct table *table = table_new(columns, 5);
	size_t index;
	json_t *vlan;
	bool printed;

	if (!table) {
		return false;
	}
	json_array_foreach (vlans, index, vlan) {
		enum out_style style;
		const char *state = vlan_state_text(vlan, &style);

		table_row(table, style == OUT_BAD && field_flag(vlan, "onboot"));
		table_cell(table, OUT_BOLD, "%s", field_text(vlan, "name", "?"));
		table_cell(table, OUT_PLAIN, "%s", field_text(vlan, "parent", "?"));
		table_cell(table, OUT_PLAIN, "%" PRIu64, field_number(vlan, "vid"));
		table_cell(table, style, "%s", state);
		vlan_addresses_cell(table, vlan);
	}
	printed = table_print(table, out);
	table_free(table);
	return printed;
}

static enum exit_code vlan_list_run(struct cli *cli, const struct command *command, int argc,
				    char **argv)
{
	static const struct answer_list list = {.path = "/v1/vlans",
						.key = "vlans",
						.none = "There are no VLAN interfaces.",
						.print = vlan_list_print};

	return answer_list_run(cli, command, argc, argv, &list);
}

static const struct command command_vlan_list = {
	.name = "vlan list",
	.arguments = "[--json]",
	.summary = "those in the files, running and staged",
	.help = "Lists the VLAN interfaces of the files and of the staged changes, and which of\n"
		"them run. A '!' marks one that should run and doesn't.\n"
		"\n"
		"  --json   for programs: what the daemon answers, as doc/api.md describes it\n",
	.run = vlan_list_run,
};

static const struct command *const vlan_parts[] = {&command_vlan_add, &command_vlan_set,
						   &command_vlan_del, &command_vlan_list, NULL};

const struct command command_vlan = {
	.name = "vlan",
	.arguments = "add|set|del|list ...",
	.summary = "add, change, delete and list VLAN interfaces",
	.help = "VLAN interfaces by command; each becomes an ifcfg file, so that it's there after\n"
		"a reboot. With --stage a change waits for 'portchannel commit'.\n"
		"\n"
		"  portchannel vlan add PARENT VID [ADDRESS/PREFIX...] [OPTION...]\n"
		"  portchannel vlan set NAME [OPTION...]\n"
		"  portchannel vlan del NAME [OPTION...]\n"
		"  portchannel vlan list [--json]\n"
		"\n"
		"'portchannel help vlan add' lists the options.\n",
	.run = command_run_part,
	.parts = vlan_parts,
};
