/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One bond on the screen: a header that says all at a glance, what is wrong with
 * it as a whole, its details. The tables below are in status_tables.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/field.h"
#include "cli/status.h"
#include "cli/text.h"

#define DETAIL_INDENT 2

static size_t active_count(const json_t *bond)
{
	size_t index;
	size_t count = 0;
	json_t *member;

	json_array_foreach (json_object_get(bond, "members"), index, member) {
		count += status_member_is_active(member);
	}
	return count;
}

enum status_bond_state status_bond_state(const json_t *bond)
{
	if (!field_flag(bond, "admin_up")) {
		return STATUS_BOND_OFF;
	}
	if (!field_flag(bond, "carrier")) {
		return STATUS_BOND_DOWN;
	}
	return active_count(bond) < json_array_size(json_object_get(bond, "members"))
		       ? STATUS_BOND_PARTLY
		       : STATUS_BOND_UP;
}

/* Prints addresses, each after two blanks; those that don't fit on the line go
 * on the next, at the column indent. */
static void addresses_print(struct out *out, const json_t *addresses, size_t indent)
{
	size_t index;
	json_t *address;

	json_array_foreach (addresses, index, address) {
		char text[128];

		status_address_text(address, text, sizeof(text));
		if (out->column + 2 + strlen(text) > OUT_COLUMNS) {
			out_line(out);
			out_indent(out, indent);
		} else {
			out_print(out, OUT_PLAIN, "  ");
		}
		out_print(out, OUT_PLAIN, "%s", text);
	}
}

/* bond0  UP  2 of 2 links  20 Gb/s  802.3ad layer3+4  10.124.251.101/24 */
static void header_print(struct out *out, const json_t *bond)
{
	const json_t *members = json_object_get(bond, "members");
	enum status_bond_state state = status_bond_state(bond);
	size_t active = active_count(bond);
	uint64_t speed_mbps = 0;
	char number[TEXT_NUMBER_SIZE];
	size_t index;
	json_t *member;

	json_array_foreach (members, index, member) {
		speed_mbps += status_member_is_active(member)
				      ? field_number(member, "speed_mbps")
				      : 0;
	}
	out_print(out, OUT_BOLD, "%s", field_text(bond, "name", "?"));
	out_print(out, OUT_PLAIN, "  ");
	switch (state) {
	case STATUS_BOND_UP:
	case STATUS_BOND_PARTLY:
		out_print(out, OUT_GOOD, "UP");
		break;
	case STATUS_BOND_DOWN:
		out_print(out, OUT_ALARM, "DOWN");
		break;
	case STATUS_BOND_OFF:
		out_print(out, OUT_ALARM, "SET DOWN");
		break;
	}
	out_print(out, OUT_PLAIN, "  ");
	out_print(out, active < json_array_size(members) ? OUT_WARN : OUT_PLAIN,
		  "%zu of %zu links", active, json_array_size(members));
	if (speed_mbps > 0) {
		out_print(out, OUT_PLAIN, "  %s", text_speed(speed_mbps, number));
	}
	out_print(out, OUT_PLAIN, "  %s %s", field_text(bond, "mode", "?"),
		  field_text(bond, "xmit_hash_policy", ""));
	addresses_print(out, json_object_get(bond, "addresses"), DETAIL_INDENT);
	out_line(out);
}

/* One marked line. */
static void alarm_print(struct out *out, const char *text)
{
	out_print(out, OUT_BAD, "!");
	out_indent(out, DETAIL_INDENT);
	out_wrap(out, OUT_BAD, DETAIL_INDENT, text);
	out_line(out);
}

/* What is wrong with the bond as a whole. */
static void trouble_print(struct out *out, const json_t *bond, bool failed_files)
{
	size_t active = active_count(bond);
	uint64_t min_links = field_number(bond, "min_links");
	char text[160];
	size_t index;
	json_t *trouble;

	switch (status_bond_state(bond)) {
	case STATUS_BOND_UP:
	case STATUS_BOND_PARTLY:
		break;
	case STATUS_BOND_OFF:
		snprintf(text, sizeof(text),
			 "it is set down, by ONBOOT=no or by someone: 'ip link set %s up'",
			 field_text(bond, "name", "?"));
		alarm_print(out, text);
		break;
	case STATUS_BOND_DOWN:
		if (json_array_size(json_object_get(bond, "members")) == 0) {
			snprintf(text, sizeof(text),
				 "it has no members: no file says MASTER=%s",
				 field_text(bond, "name", "?"));
		} else if (active > 0 && active < min_links) {
			snprintf(text, sizeof(text),
				 "no carrier: min_links=%" PRIu64 " wants more links than %zu",
				 min_links, active);
		} else if (active > 0) {
			/* The daemon puts that right within a second or so. */
			snprintf(text, sizeof(text), "no carrier: somebody set %s down",
				 field_text(bond, "hub", "its hub"));
		} else {
			snprintf(
				text, sizeof(text),
				"no carrier: no link can carry traffic, for the reasons below");
		}
		alarm_print(out, text);
		break;
	}
	json_array_foreach (json_object_get(bond, "troubles"), index, trouble) {
		alarm_print(out, json_string_value(trouble) ? json_string_value(trouble) : "");
	}
	if (failed_files) {
		alarm_print(out, "its files have errors (see below): it goes on as it was"
				 " before them");
	}
}

/* ", rx 1.2 GiB" and the like, for an object with packets and bytes. */
static void traffic_print(struct out *out, const json_t *bond)
{
	char rx[TEXT_NUMBER_SIZE];
	char tx[TEXT_NUMBER_SIZE];

	out_print(out, OUT_PLAIN, "received %s, sent %s",
		  text_bytes(field_number(json_object_get(bond, "rx"), "bytes"), rx),
		  text_bytes(field_number(json_object_get(bond, "tx"), "bytes"), tx));
}

/* LACP slow; partner 52:54:00:ab:cd:ef, key 15, priority 65535 */
static void lacp_print(struct out *out, const json_t *lacp)
{
	const json_t *partner = json_object_get(lacp, "partner");
	const char *system = field_text(partner, "system", "00:00:00:00:00:00");
	bool heard = strcmp(system, "00:00:00:00:00:00") != 0;

	out_indent(out, DETAIL_INDENT);
	out_print(out, OUT_PLAIN, "LACP %s%s; ", field_text(lacp, "rate", "?"),
		  field_flag(lacp, "active") ? "" : ", passive");
	if (heard) {
		out_print(out, OUT_PLAIN, "partner %s, key %" PRIu64 ", priority %" PRIu64,
			  system, field_number(partner, "key"),
			  field_number(partner, "system_priority"));
	} else {
		out_print(out, OUT_WARN, "no partner heard");
	}
	out_line(out);
	if (field_flag(json_object_get(lacp, "aggregator"), "individual")) {
		out_indent(out, DETAIL_INDENT);
		out_print(out, OUT_WARN, "one link carries the traffic alone: %s",
			  heard ? "its partner does not aggregate"
				: "nobody speaks LACP to it");
		out_line(out);
	}
}

/* What is not as a newcomer would take it to be. */
static void details_print(struct out *out, const json_t *bond)
{
	const json_t *lacp = json_object_get(bond, "lacp");
	const char *engine = field_text(bond, "engine", "ebpf");
	const char *placement = field_text(bond, "flow_placement", "resilient");
	const char *hook = field_text(bond, "transmit_hook", "hub");
	char *drops = status_drops_text(json_object_get(bond, "drops"), false);

	out_indent(out, DETAIL_INDENT);
	out_print(out, OUT_PLAIN, "%s, mtu %" PRIu64 ", ", field_text(bond, "mac", "?"),
		  field_number(bond, "mtu"));
	traffic_print(out, bond);
	out_line(out);
	if (strcmp(engine, "ebpf") != 0 || strcmp(placement, "resilient") != 0 ||
	    strcmp(hook, "hub") != 0) {
		out_indent(out, DETAIL_INDENT);
		out_print(out, OUT_PLAIN, "engine %s, flow_placement %s, transmit_hook %s",
			  engine, placement, hook);
		out_line(out);
	}
	if (json_is_object(lacp)) {
		lacp_print(out, lacp);
	}
	if (drops) {
		out_indent(out, DETAIL_INDENT);
		out_wrap(out, OUT_PLAIN, DETAIL_INDENT, drops);
		out_line(out);
		free(drops);
	}
}

bool status_bond_print(struct out *out, const json_t *bond, bool failed_files, bool whole)
{
	header_print(out, bond);
	trouble_print(out, bond, failed_files);
	details_print(out, bond);
	return status_members_print(out, bond) && status_vlans_print(out, bond, whole);
}
