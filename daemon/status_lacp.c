/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/json_util.h"
#include "daemon/status_json.h"

/* The state's bits by name, in the order of their numbers (6.4.2.3). */
static const char *const status_state_names[8] = {
	"activity",   "short_timeout", "aggregation", "synchronization",
	"collecting", "distributing",  "defaulted",   "expired",
};

const char *status_lacp_flag_name(int bit)
{
	return status_state_names[bit];
}

static json_t *status_json_info(const struct lacp_info *info)
{
	json_t *state = json_array();

	for (int bit = 0; bit < 8; bit++) {
		if (info->state & (1u << bit)) {
			json_array_append_new(state, json_string(status_state_names[bit]));
		}
	}
	return json_pack("{s:o, s:i, s:i, s:i, s:i, s:o}", "system", json_mac(info->system),
			 "system_priority", (int)info->system_priority, "key", (int)info->key,
			 "port_priority", (int)info->port_priority, "port", (int)info->port,
			 "state", state);
}

static bool status_is_known(const uint8_t system[6])
{
	static const uint8_t none[6];

	return memcmp(system, none, sizeof(none)) != 0;
}

bool status_lacp_is_heard(const struct lacp_port *port)
{
	return status_is_known(port->partner.system);
}

json_t *status_json_lacp_port(const struct lacp_port *port)
{
	const struct lacp_counters *c = &port->counters;
	json_t *rejected = json_object();
	json_t *json = json_pack(
		"{s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:s}", "actor",
		status_json_info(&port->actor), "partner",
		status_lacp_is_heard(port) ? status_json_info(&port->partner) : json_null(),
		"receive_state", bond_note_state_name(BOND_NOTE_RECEIVE, port->receive),
		"periodic_state", bond_note_state_name(BOND_NOTE_PERIODIC, port->periodic),
		"mux_state", bond_note_state_name(BOND_NOTE_MUX, port->mux), "selected",
		bond_note_state_name(BOND_NOTE_SELECTED, port->selected), "actor_churn",
		lacp_churn_state_name(port->actor_churn), "partner_churn",
		lacp_churn_state_name(port->partner_churn));

	for (int reason = LACP_REJECT_NONE + 1; reason < LACP_REJECT_COUNT; reason++) {
		json_object_set_new(rejected, lacp_reject_name(reason),
				    json_integer((json_int_t)c->rejected[reason]));
	}
	json_object_set_new(json, "lacpdus_sent", json_integer((json_int_t)c->lacpdus_sent));
	json_object_set_new(json, "lacpdus_received",
			    json_integer((json_int_t)c->lacpdus_received));
	json_object_set_new(json, "lacpdus_bad", json_integer((json_int_t)c->lacpdus_bad));
	json_object_set_new(json, "markers_received",
			    json_integer((json_int_t)c->markers_received));
	json_object_set_new(json, "markers_answered",
			    json_integer((json_int_t)c->markers_answered));
	json_object_set_new(json, "rejected", rejected);
	return json;
}

/* The key that the bond's ports have: the aggregator's, else the first's. */
static uint16_t status_actor_key(const struct bond *core)
{
	if (core->lacp.aggregator.valid) {
		return core->lacp.aggregator.actor_key;
	}
	for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (core->members[slot].present) {
			return core->members[slot].lacp.actor.key;
		}
	}
	return 0;
}

static json_t *status_json_aggregator(const struct bond_runtime *bond)
{
	const struct bond *core = &bond->core;
	json_t *members = json_array();

	if (!core->lacp.aggregator.valid) {
		json_decref(members);
		return json_null();
	}
	for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const struct bond_member *member = &core->members[slot];

		if (member->present && member->lacp.selected == LACP_SELECTED_SELECTED) {
			json_array_append_new(members, json_text(bond->members[slot].name));
		}
	}
	return json_pack("{s:o, s:b}", "members", members, "individual",
			 core->lacp.aggregator.individual);
}

static json_t *status_json_system(const uint8_t system[6], uint16_t priority, uint16_t key)
{
	return json_pack("{s:o, s:i, s:i}", "system", json_mac(system), "system_priority",
			 (int)priority, "key", (int)key);
}

json_t *status_json_lacp(const struct bond_runtime *bond)
{
	const struct bond *core = &bond->core;
	const struct lacp_lag *lag = &core->lacp.aggregator;
	bool partner =
		lag->valid && !lag->without_partner && status_is_known(lag->partner_system);

	if (core->config.mode != BOND_MODE_8023AD) {
		return json_null();
	}
	return json_pack("{s:s, s:b, s:o, s:o, s:o}", "rate",
			 core->config.lacp.rate_fast ? "fast" : "slow", "active",
			 core->config.lacp.active, "actor",
			 status_json_system(core->lacp.system, core->lacp.system_priority,
					    status_actor_key(core)),
			 "partner",
			 partner ? status_json_system(lag->partner_system,
						      lag->partner_system_priority,
						      lag->partner_key)
				 : json_null(),
			 "aggregator", status_json_aggregator(bond));
}
