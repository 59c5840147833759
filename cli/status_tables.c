/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of a bond's status: its members, each that is out with its reason
 * below, and its VLAN interfaces.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/bond_types.h"
#include "cli/field.h"
#include "cli/status.h"
#include "cli/text.h"

#define DETAIL_INDENT 2
/* A screen holds no more; with the bond's name as argument all are shown. */
#define VLANS_SHOWN   8
/* An address longer than this stands in a line of its own. */
#define ADDRESS_FITS  28

bool status_member_is_active(const json_t *member)
{
	return strcmp(field_text(member, "state", ""), "active") == 0;
}

const char *status_address_text(const json_t *address, char *out, size_t size)
{
	snprintf(out, size, "%s/%" PRIu64, field_text(address, "address", "?"),
		 field_number(address, "prefix"));
	return out;
}

char *status_drops_text(const json_t *drops, bool collecting)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	const char *separator = "frames dropped:";
	const char *key;
	json_t *value;

	if (!stream) {
		return NULL;
	}
	json_object_foreach ((json_t *)drops, key, value) {
		bool former = collecting && strcmp(key, "not_collecting") == 0;

		if (json_integer_value(value) > 0 && !former) {
			fprintf(stream, "%s %s %" JSON_INTEGER_FORMAT, separator, key,
				json_integer_value(value));
			separator = ",";
		}
	}
	if (fclose(stream) != 0 || !text || !*text) {
		free(text);
		return NULL;
	}
	return text;
}

static enum out_style state_style(const char *state)
{
	if (strcmp(state, "active") == 0) {
		return OUT_GOOD;
	}
	return strcmp(state, "standby") == 0 ? OUT_WARN : OUT_BAD;
}

/* What there is to say of a member below its row. */
static void member_notes(struct table *table, const json_t *bond, const json_t *member)
{
	uint64_t failures = field_number(member, "link_failures");
	bool active = status_member_is_active(member);
	char *drops = status_drops_text(json_object_get(member, "drops"), active);

	if (!active) {
		char *reason = status_reason_text(bond, member);

		table_note(table, OUT_WARN, "%s", reason ? reason : "why: out of memory");
		free(reason);
	}
	if (failures > 0) {
		table_note(table, OUT_FAINT, "its link has failed %" PRIu64 " time%s", failures,
			   failures == 1 ? "" : "s");
	}
	if (field_flag(member, "promiscuous")) {
		table_note(table, OUT_FAINT,
			   "promiscuous: its receive VLAN filter cannot be switched off");
	}
	if (drops) {
		table_note(table, OUT_FAINT, "%s", drops);
		free(drops);
	}
}

/* The number of the partner's port, as far as one was heard. */
static void partner_cell(struct table *table, const json_t *member)
{
	const json_t *lacp = json_object_get(member, "lacp");
	uint64_t port = field_number(json_object_get(lacp, "partner"), "port");

	if (port > 0) {
		table_cell(table, OUT_PLAIN, "port %" PRIu64, port);
	} else {
		table_cell(table, OUT_PLAIN, "-");
	}
}

static void member_row(struct table *table, const json_t *bond, const json_t *member)
{
	const char *state = field_text(member, "state", "?");
	bool present = strcmp(state, "absent") != 0;
	bool carrier = field_flag(member, "carrier");
	uint64_t speed_mbps = field_number(member, "speed_mbps");
	const json_t *rx = json_object_get(member, "rx");
	const json_t *tx = json_object_get(member, "tx");
	char number[TEXT_NUMBER_SIZE];

	table_row(table, !status_member_is_active(member));
	table_cell(table, OUT_PLAIN, "%s", field_text(member, "name", "?"));
	table_cell(table, state_style(state), "%s", state);
	table_cell(table, carrier ? OUT_PLAIN : OUT_BAD, "%s",
		   !present  ? "-"
		   : carrier ? "up"
			     : "DOWN");
	table_cell(table, OUT_PLAIN, "%s",
		   speed_mbps > 0 ? text_speed(speed_mbps, number) : "-");
	table_cell(table, OUT_PLAIN, "%s",
		   text_share(field_number(member, "buckets"), BOND_BUCKETS, number));
	table_cell(table, OUT_PLAIN, "%s", text_bytes(field_number(rx, "bytes"), number));
	table_cell(table, OUT_PLAIN, "%s", text_bytes(field_number(tx, "bytes"), number));
	if (json_is_object(json_object_get(bond, "lacp"))) {
		partner_cell(table, member);
	}
	member_notes(table, bond, member);
}

bool status_members_print(struct out *out, const json_t *bond)
{
	static const struct table_column columns[] = {
		{"MEMBER", false}, {"STATE", false},   {"LINK", false}, {"SPEED", true},
		{"SHARE", true},   {"RECEIVED", true}, {"SENT", true},	{"PARTNER", false},
	};
	const json_t *members = json_object_get(bond, "members");
	bool lacp = json_is_object(json_object_get(bond, "lacp"));
	size_t index;
	json_t *member;

	if (json_array_size(members) == 0) {
		return true;
	}
	struct table *table = table_new(columns, lacp ? 8 : 7);
	if (!table) {
		return false;
	}
	json_array_foreach (members, index, member) {
		member_row(table, bond, member);
	}
	out_line(out);
	bool printed = table_print(table, out);
	table_free(table);
	return printed;
}

/* Whether the VLAN interface is as one would have it. */
static bool vlan_is_well(const json_t *vlan)
{
	return field_flag(vlan, "elsewhere") ||
	       (field_flag(vlan, "admin_up") && field_flag(vlan, "carrier"));
}

/* The first address in the row if it fits, the others in a line below. */
static void addresses_cell(struct table *table, const json_t *addresses)
{
	char text[128];
	char *below = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&below, &size);
	size_t index;
	json_t *address;

	if (!stream) {
		return;
	}
	json_array_foreach (addresses, index, address) {
		status_address_text(address, text, sizeof(text));
		if (index == 0 && strlen(text) <= ADDRESS_FITS) {
			table_cell(table, OUT_PLAIN, "%s", text);
		} else {
			fprintf(stream, "%s ", text);
		}
	}
	if (json_array_size(addresses) == 0) {
		table_cell(table, OUT_PLAIN, "-");
	}
	if (fclose(stream) == 0 && size > 0) {
		table_note(table, OUT_PLAIN, "%s", below);
	}
	free(below);
}

static void vlan_row(struct table *table, const json_t *vlan)
{
	bool up = field_flag(vlan, "admin_up");
	char number[TEXT_NUMBER_SIZE];

	table_row(table, !vlan_is_well(vlan));
	table_cell(table, OUT_PLAIN, "%s", field_text(vlan, "name", "?"));
	table_cell(table, OUT_PLAIN, "%" PRIu64, field_number(vlan, "vid"));
	table_cell(table, vlan_is_well(vlan) ? OUT_GOOD : OUT_BAD, "%s",
		   field_flag(vlan, "elsewhere") ? "moved"
		   : vlan_is_well(vlan)		 ? "up"
		   : up				 ? "DOWN"
						 : "SET DOWN");
	table_cell(table, OUT_PLAIN, "%s",
		   text_bytes(field_number(json_object_get(vlan, "rx"), "bytes"), number));
	table_cell(table, OUT_PLAIN, "%s",
		   text_bytes(field_number(json_object_get(vlan, "tx"), "bytes"), number));
	addresses_cell(table, json_object_get(vlan, "addresses"));
	if (field_flag(vlan, "elsewhere")) {
		table_note(table, OUT_FAINT,
			   "in another network namespace, where it goes on working");
	}
}

/* Adds the rows of all, or of as many as fit: those that are not up first.
 * Returns how many. */
static size_t vlan_rows(struct table *table, const json_t *vlans, bool all)
{
	size_t shown = 0;
	size_t index;
	json_t *vlan;

	for (int well = 0; well < 2; well++) {
		json_array_foreach (vlans, index, vlan) {
			bool turn = all ? well == 1 : vlan_is_well(vlan) == (well == 1);

			if (turn && (all || shown < VLANS_SHOWN)) {
				vlan_row(table, vlan);
				shown++;
			}
		}
	}
	return shown;
}

bool status_vlans_print(struct out *out, const json_t *bond, bool whole)
{
	static const struct table_column columns[] = {
		{"VLAN", false},    {"ID", true},   {"STATE", false},
		{"RECEIVED", true}, {"SENT", true}, {"ADDRESSES", false},
	};
	const json_t *vlans = json_object_get(bond, "vlans");
	size_t total = json_array_size(vlans);
	size_t shown;

	if (total == 0) {
		return true;
	}
	struct table *table = table_new(columns, 6);
	if (!table) {
		return false;
	}
	shown = vlan_rows(table, vlans, whole || total <= VLANS_SHOWN);
	out_line(out);
	bool printed = table_print(table, out);
	table_free(table);
	if (shown < total) {
		out_indent(out, DETAIL_INDENT);
		if (json_object_get(bond, "configured_name")) {
			out_print(out, OUT_PLAIN,
				  "and %zu more: 'portchannel vlan list' "
				  "shows all",
				  total - shown);
		} else {
			out_print(out, OUT_PLAIN,
				  "and %zu more: 'portchannel status %s' shows all",
				  total - shown, field_text(bond, "name", "?"));
		}
		out_line(out);
	}
	return printed;
}
