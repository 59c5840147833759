/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core's saved state as JSON. Here only the shape is checked; whether the
 * values make sense together, bond_restore() judges.
 */
#include <string.h>

#include "daemon/json_util.h"
#include "daemon/state.h"

/* The numbers of a port, name by name, so that writing and reading can't
 * disagree. */
struct state_field {
	const char *name;
	size_t offset;
	size_t size;
};

#define STATE_PORT_FIELD(field)                                      \
	{                                                            \
#field, offsetof(struct lacp_port_saved, field),     \
			sizeof(((struct lacp_port_saved *)0)->field) \
	}

static const struct state_field state_port_fields[] = {
	STATE_PORT_FIELD(receive),
	STATE_PORT_FIELD(periodic),
	STATE_PORT_FIELD(mux),
	STATE_PORT_FIELD(selected),
	STATE_PORT_FIELD(actor_churn),
	STATE_PORT_FIELD(partner_churn),
	STATE_PORT_FIELD(port_enabled),
	STATE_PORT_FIELD(port_moved),
	STATE_PORT_FIELD(ready_n),
	STATE_PORT_FIELD(wait_while_left_ms),
	STATE_PORT_FIELD(ready_limit_left_ms),
	STATE_PORT_FIELD(actor_churn_left_ms),
	STATE_PORT_FIELD(partner_churn_left_ms),
	STATE_PORT_FIELD(looped_left_ms),
	STATE_PORT_FIELD(counters.lacpdus_sent),
	STATE_PORT_FIELD(counters.lacpdus_received),
	STATE_PORT_FIELD(counters.lacpdus_bad),
	STATE_PORT_FIELD(counters.markers_received),
	STATE_PORT_FIELD(counters.markers_answered),
};

#define STATE_PORT_FIELDS (sizeof(state_port_fields) / sizeof(state_port_fields[0]))

static uint64_t state_field_get(const void *base, const struct state_field *field)
{
	const uint8_t *p = (const uint8_t *)base + field->offset;
	uint64_t wide;
	uint32_t narrow;

	switch (field->size) {
	case sizeof(uint8_t):
		return *p;
	case sizeof(uint32_t):
		memcpy(&narrow, p, sizeof(narrow));
		return narrow;
	default:
		memcpy(&wide, p, sizeof(wide));
		return wide;
	}
}

static void state_field_set(void *base, const struct state_field *field, uint64_t value)
{
	uint8_t *p = (uint8_t *)base + field->offset;
	uint32_t narrow = (uint32_t)value;

	switch (field->size) {
	case sizeof(uint8_t):
		*p = (uint8_t)value;
		break;
	case sizeof(uint32_t):
		memcpy(p, &narrow, sizeof(narrow));
		break;
	default:
		memcpy(p, &value, sizeof(value));
		break;
	}
}

static uint64_t state_field_max(const struct state_field *field)
{
	switch (field->size) {
	case sizeof(uint8_t):
		return UINT8_MAX;
	case sizeof(uint32_t):
		return UINT32_MAX;
	default:
		return INT64_MAX;
	}
}

static json_t *state_info_to_json(const struct lacp_info *info)
{
	return json_pack("{s:i, s:o, s:i, s:i, s:i, s:i}", "system_priority",
			 (int)info->system_priority, "system", json_mac(info->system), "key",
			 (int)info->key, "port_priority", (int)info->port_priority, "port",
			 (int)info->port, "state", (int)info->state);
}

static bool state_info_from_json(const json_t *json, struct lacp_info *out)
{
	out->system_priority = (uint16_t)json_get_uint(json, "system_priority", UINT16_MAX, 0);
	out->key = (uint16_t)json_get_uint(json, "key", UINT16_MAX, 0);
	out->port_priority = (uint16_t)json_get_uint(json, "port_priority", UINT16_MAX, 0);
	out->port = (uint16_t)json_get_uint(json, "port", UINT16_MAX, 0);
	out->state = (uint8_t)json_get_uint(json, "state", UINT8_MAX, 0);
	return json_mac_read(json_object_get(json, "system"), out->system);
}

static json_t *state_port_to_json(const struct lacp_port_saved *port)
{
	json_t *json = json_object(), *transmit = json_array(), *rejected = json_array();

	for (size_t i = 0; i < STATE_PORT_FIELDS; i++) {
		uint64_t value = state_field_get(port, &state_port_fields[i]);

		json_object_set_new(json, state_port_fields[i].name,
				    json_integer((json_int_t)value));
	}
	for (size_t i = 0; i < LACP_TRANSMIT_LIMIT; i++) {
		json_array_append_new(transmit, json_integer(port->transmit_left_ms[i]));
	}
	for (size_t i = 0; i < LACP_REJECT_COUNT; i++) {
		json_int_t count = (json_int_t)port->counters.rejected[i];

		json_array_append_new(rejected, json_integer(count));
	}
	json_object_set_new(json, "actor", state_info_to_json(&port->actor));
	json_object_set_new(json, "partner", state_info_to_json(&port->partner));
	json_object_set_new(json, "transmit_left_ms", transmit);
	json_object_set_new(json, "rejected", rejected);
	return json;
}

static bool state_port_from_json(const json_t *json, struct lacp_port_saved *out)
{
	const json_t *transmit = json_object_get(json, "transmit_left_ms");
	const json_t *rejected = json_object_get(json, "rejected");

	for (size_t i = 0; i < STATE_PORT_FIELDS; i++) {
		const struct state_field *field = &state_port_fields[i];

		if (!json_is_integer(json_object_get(json, field->name))) {
			return false;
		}
		state_field_set(out, field,
				json_get_uint(json, field->name, state_field_max(field), 0));
	}
	for (size_t i = 0; i < LACP_TRANSMIT_LIMIT; i++) {
		json_int_t left = json_integer_value(json_array_get(transmit, i));

		out->transmit_left_ms[i] = left >= 0 && left <= UINT32_MAX ? (uint32_t)left : 0;
	}
	for (size_t i = 0; i < LACP_REJECT_COUNT; i++) {
		json_int_t count = json_integer_value(json_array_get(rejected, i));

		out->counters.rejected[i] = count >= 0 ? (uint64_t)count : 0;
	}
	return state_info_from_json(json_object_get(json, "actor"), &out->actor) &&
	       state_info_from_json(json_object_get(json, "partner"), &out->partner);
}

static json_t *state_aggregator_to_json(const struct lacp_system_saved *lag)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:o, s:i, s:i}", "valid", (int)lag->valid,
			 "individual", (int)lag->individual, "without_partner",
			 (int)lag->without_partner, "actor_key", (int)lag->actor_key,
			 "partner_system_priority", (int)lag->partner_system_priority,
			 "partner_system", json_mac(lag->partner_system), "partner_key",
			 (int)lag->partner_key, "port", (int)lag->port);
}

static bool state_aggregator_from_json(const json_t *json, struct lacp_system_saved *out)
{
	out->valid = (uint8_t)json_get_uint(json, "valid", 1, 0);
	out->individual = (uint8_t)json_get_uint(json, "individual", 1, 0);
	out->without_partner = (uint8_t)json_get_uint(json, "without_partner", 1, 0);
	out->actor_key = (uint16_t)json_get_uint(json, "actor_key", UINT16_MAX, 0);
	out->partner_system_priority =
		(uint16_t)json_get_uint(json, "partner_system_priority", UINT16_MAX, 0);
	out->partner_key = (uint16_t)json_get_uint(json, "partner_key", UINT16_MAX, 0);
	out->port = (uint16_t)json_get_uint(json, "port", UINT16_MAX, 0);
	return json_mac_read(json_object_get(json, "partner_system"), out->partner_system);
}

/* One character a bucket: the slot's digit, or "-" for none. The backups
 * follow from it. */
static json_t *state_table_to_json(const struct bucket_table *table)
{
	char text[BOND_BUCKETS + 1];

	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		uint8_t slot = table->slot[i];

		text[i] = slot < BOND_MEMBERS_MAX ? (char)('0' + slot) : '-';
	}
	text[BOND_BUCKETS] = '\0';
	return json_string(text);
}

static bool state_table_from_json(const json_t *json, struct bucket_table *out)
{
	const char *text = json_string_value(json);

	if (!text || strlen(text) != BOND_BUCKETS) {
		return false;
	}
	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		bool is_slot = text[i] >= '0' && text[i] < '0' + BOND_MEMBERS_MAX;

		out->slot[i] = is_slot ? (uint8_t)(text[i] - '0') : BOND_NO_MEMBER;
		out->backup[i] = BOND_NO_MEMBER;
	}
	return true;
}

json_t *state_core_to_json(const struct bond_saved *saved)
{
	json_t *members = json_array();

	for (size_t i = 0; i < BOND_MEMBERS_MAX; i++) {
		const struct bond_saved_member *member = &saved->members[i];

		if (member->present) {
			json_array_append_new(
				members, json_pack("{s:i, s:i, s:I, s:I, s:i, s:o}", "slot",
						   (int)i, "port", (int)member->port, "joined",
						   (json_int_t)member->joined, "link_failures",
						   (json_int_t)member->link_failures, "link_up",
						   (int)member->link_up, "lacp",
						   state_port_to_json(&member->lacp)));
		}
	}
	return json_pack("{s:I, s:i, s:I, s:o, s:o, s:o}", "saved_at",
			 (json_int_t)saved->saved_at, "admin_up", (int)saved->admin_up,
			 "joined_next", (json_int_t)saved->joined_next, "aggregator",
			 state_aggregator_to_json(&saved->lacp), "members", members, "table",
			 state_table_to_json(&saved->table));
}

bool state_core_from_json(const json_t *json, struct bond_saved *out)
{
	const json_t *members = json_object_get(json, "members");

	memset(out, 0, sizeof(*out));
	out->saved_at = json_get_uint(json, "saved_at", INT64_MAX, 0);
	out->admin_up = (uint8_t)json_get_uint(json, "admin_up", 1, 0);
	out->joined_next = (uint32_t)json_get_uint(json, "joined_next", UINT32_MAX, 0);
	if (!state_aggregator_from_json(json_object_get(json, "aggregator"), &out->lacp) ||
	    !state_table_from_json(json_object_get(json, "table"), &out->table)) {
		return false;
	}
	for (size_t i = 0; i < json_array_size(members); i++) {
		const json_t *each = json_array_get(members, i);
		uint64_t slot =
			json_get_uint(each, "slot", BOND_MEMBERS_MAX - 1, BOND_NO_MEMBER);
		struct bond_saved_member *member;

		if (slot == BOND_NO_MEMBER) {
			return false;
		}
		member = &out->members[slot];
		member->present = 1;
		member->port = (uint16_t)json_get_uint(each, "port", UINT16_MAX, 0);
		member->joined = (uint32_t)json_get_uint(each, "joined", UINT32_MAX, 0);
		member->link_failures =
			(uint32_t)json_get_uint(each, "link_failures", UINT32_MAX, 0);
		member->link_up = (uint8_t)json_get_uint(each, "link_up", 1, 0);
		if (!state_port_from_json(json_object_get(each, "lacp"), &member->lacp)) {
			return false;
		}
	}
	return true;
}
