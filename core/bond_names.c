// SPDX-License-Identifier: BSD-2-Clause
/*
 * The words for reasons, notes and states. A value out of range has the word
 * "unknown", so that no caller need check.
 */
#include "abi/name_table.h"
#include "core/bond.h"

static const char *const reason_names[BOND_REASON_COUNT] = {
	[BOND_REASON_NONE] = "none",
	[BOND_REASON_ABSENT] = "absent",
	[BOND_REASON_LEAVING] = "leaving",
	[BOND_REASON_BOND_DOWN] = "bond_down",
	[BOND_REASON_NO_CARRIER] = "no_carrier",
	[BOND_REASON_UPDELAY] = "updelay",
	[BOND_REASON_NO_LACPDU] = "no_lacpdu",
	[BOND_REASON_LACPDU_EXPIRED] = "lacpdu_expired",
	[BOND_REASON_OTHER_PARTNER] = "other_partner",
	[BOND_REASON_WRONG_KEY] = "wrong_key",
	[BOND_REASON_SPEED_DIFFERS] = "speed_differs",
	[BOND_REASON_HALF_DUPLEX] = "half_duplex",
	[BOND_REASON_PARTNER_NOT_AGGREGATABLE] = "partner_not_aggregatable",
	[BOND_REASON_PARTNER_OUT_OF_SYNC] = "partner_out_of_sync",
	[BOND_REASON_PARTNER_NOT_COLLECTING] = "partner_not_collecting",
	[BOND_REASON_LOOPED] = "looped",
	[BOND_REASON_WAITING] = "waiting",
	[BOND_REASON_INDIVIDUAL_STANDBY] = "individual_standby",
};

static const char *const reason_texts[BOND_REASON_COUNT] = {
	[BOND_REASON_NONE] = "carries traffic",
	[BOND_REASON_ABSENT] = "not there",
	[BOND_REASON_LEAVING] = "being taken out of the bond",
	[BOND_REASON_BOND_DOWN] = "the bond is set down",
	[BOND_REASON_NO_CARRIER] = "no carrier",
	[BOND_REASON_UPDELAY] = "carrier is back, waiting for updelay",
	[BOND_REASON_NO_LACPDU] = "no LACPDU heard from a partner",
	[BOND_REASON_LACPDU_EXPIRED] = "the partner has stopped sending LACPDUs",
	[BOND_REASON_OTHER_PARTNER] = "wired to another partner system than the bundle",
	[BOND_REASON_WRONG_KEY] = "the partner's key differs from the bundle's",
	[BOND_REASON_SPEED_DIFFERS] = "speed differs from the bundle's",
	[BOND_REASON_HALF_DUPLEX] = "half duplex, can't be aggregated",
	[BOND_REASON_PARTNER_NOT_AGGREGATABLE] = "the partner's port can't be aggregated",
	[BOND_REASON_PARTNER_OUT_OF_SYNC] = "the partner says it is out of sync",
	[BOND_REASON_PARTNER_NOT_COLLECTING] = "the partner does not take frames yet",
	[BOND_REASON_LOOPED] = "hears its own LACPDUs: looped, or no LACP at the switch",
	[BOND_REASON_WAITING] = "waiting for the bundle to form",
	[BOND_REASON_INDIVIDUAL_STANDBY] = "standing by, another link carries traffic alone",
};

static const char *const note_names[BOND_NOTE_COUNT] = {
	[BOND_NOTE_LINK] = "link",
	[BOND_NOTE_RECEIVE] = "receive",
	[BOND_NOTE_PERIODIC] = "periodic",
	[BOND_NOTE_MUX] = "mux",
	[BOND_NOTE_SELECTED] = "selected",
	[BOND_NOTE_PARTNER] = "partner",
	[BOND_NOTE_REASON] = "reason",
	[BOND_NOTE_CARRIER] = "carrier",
	[BOND_NOTE_AGGREGATOR] = "aggregator",
	[BOND_NOTE_ACTOR_CHURN] = "actor_churn",
	[BOND_NOTE_PARTNER_CHURN] = "partner_churn",
};

static const char *const link_names[] = {
	[LINK_DOWN] = "DOWN",
	[LINK_BACK] = "BACK",
	[LINK_UP] = "UP",
	[LINK_FAIL] = "FAIL",
};

static const char *const receive_names[LACP_RECEIVE_COUNT] = {
	[LACP_RECEIVE_INITIALIZE] = "INITIALIZE",
	[LACP_RECEIVE_PORT_DISABLED] = "PORT_DISABLED",
	[LACP_RECEIVE_EXPIRED] = "EXPIRED",
	[LACP_RECEIVE_LACP_DISABLED] = "LACP_DISABLED",
	[LACP_RECEIVE_DEFAULTED] = "DEFAULTED",
	[LACP_RECEIVE_CURRENT] = "CURRENT",
};

static const char *const periodic_names[LACP_PERIODIC_COUNT] = {
	[LACP_PERIODIC_NO_PERIODIC] = "NO_PERIODIC",
	[LACP_PERIODIC_FAST_PERIODIC] = "FAST_PERIODIC",
	[LACP_PERIODIC_SLOW_PERIODIC] = "SLOW_PERIODIC",
	[LACP_PERIODIC_PERIODIC_TX] = "PERIODIC_TX",
};

static const char *const mux_names[LACP_MUX_COUNT] = {
	[LACP_MUX_DETACHED] = "DETACHED",
	[LACP_MUX_WAITING] = "WAITING",
	[LACP_MUX_ATTACHED] = "ATTACHED",
	[LACP_MUX_COLLECTING_DISTRIBUTING] = "COLLECTING_DISTRIBUTING",
};

static const char *const selected_names[LACP_SELECTED_COUNT] = {
	[LACP_SELECTED_UNSELECTED] = "UNSELECTED",
	[LACP_SELECTED_STANDBY] = "STANDBY",
	[LACP_SELECTED_SELECTED] = "SELECTED",
};

static const char *const churn_names[LACP_CHURN_COUNT] = {
	[LACP_CHURN_MONITOR] = "CHURN_MONITOR",
	[LACP_CHURN_NO_CHURN] = "NO_CHURN",
	[LACP_CHURN_CHURN] = "CHURN",
};

static const char *const reject_names[LACP_REJECT_COUNT] = {
	[LACP_REJECT_NONE] = "none",
	[LACP_REJECT_TRUNCATED] = "truncated",
	[LACP_REJECT_WRONG_DESTINATION] = "wrong_destination",
	[LACP_REJECT_WRONG_ETHERTYPE] = "wrong_ethertype",
	[LACP_REJECT_ACTOR_LENGTH] = "actor_length",
	[LACP_REJECT_PARTNER_LENGTH] = "partner_length",
	[LACP_REJECT_MARKER_TYPE] = "marker_type",
	[LACP_REJECT_MARKER_LENGTH] = "marker_length",
	[LACP_REJECT_OTHER_SUBTYPE] = "other_subtype",
	[LACP_REJECT_NOT_ENABLED] = "not_enabled",
	[LACP_REJECT_LOOPED] = "looped",
	[LACP_REJECT_MARKER_RATE] = "marker_rate",
};

const char *bond_reason_name(enum bond_reason reason)
{
	return NAME_TABLE_AT(reason_names, reason);
}

const char *bond_reason_text(enum bond_reason reason)
{
	return NAME_TABLE_AT(reason_texts, reason);
}

const char *bond_note_name(enum bond_note_type type)
{
	return NAME_TABLE_AT(note_names, type);
}

const char *lacp_reject_name(enum lacp_reject reject)
{
	return NAME_TABLE_AT(reject_names, reject);
}

const char *lacp_churn_state_name(enum lacp_churn_state state)
{
	return NAME_TABLE_AT(churn_names, state);
}

const char *bond_note_state_name(enum bond_note_type type, uint8_t state)
{
	switch (type) {
	case BOND_NOTE_LINK:
		return NAME_TABLE_AT(link_names, state);
	case BOND_NOTE_RECEIVE:
		return NAME_TABLE_AT(receive_names, state);
	case BOND_NOTE_PERIODIC:
		return NAME_TABLE_AT(periodic_names, state);
	case BOND_NOTE_MUX:
		return NAME_TABLE_AT(mux_names, state);
	case BOND_NOTE_SELECTED:
		return NAME_TABLE_AT(selected_names, state);
	case BOND_NOTE_REASON:
		return bond_reason_text((enum bond_reason)state);
	case BOND_NOTE_CARRIER:
		return state == 0 ? "down" : "up";
	case BOND_NOTE_AGGREGATOR:
		return state == 0 ? "none" : "chosen";
	case BOND_NOTE_ACTOR_CHURN:
	case BOND_NOTE_PARTNER_CHURN:
		return lacp_churn_state_name((enum lacp_churn_state)state);
	case BOND_NOTE_PARTNER:
		return "changed";
	case BOND_NOTE_COUNT:
		break;
	}
	return "unknown";
}
