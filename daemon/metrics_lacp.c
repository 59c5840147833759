/* SPDX-License-Identifier: BSD-2-Clause */
/* Metrics of what the members' machines and LACPDUs do. */
#include <string.h>

#include "daemon/metrics_internal.h"
#include "daemon/status_json.h"

/* The core's LACP port of the member; NULL: no NIC, or the bond has no LACP. */
static const struct lacp_port *metrics_port(const struct metrics_member *m)
{
	if (!m->core || m->member->bond->core.config.mode != BOND_MODE_8023AD) {
		return NULL;
	}
	return &m->core->lacp;
}

static void sample_states(struct metrics_text *text, const struct metrics_member *m,
			  enum bond_note_type type, int count, int now)
{
	for (int state = 0; metrics_port(m) && state < count; state++) {
		metrics_count_of(text, m->labels, "state",
				 bond_note_state_name(type, (uint8_t)state), state == now);
	}
}

static void sample_receive(struct metrics_text *text, const struct metrics_member *m)
{
	sample_states(text, m, BOND_NOTE_RECEIVE, LACP_RECEIVE_COUNT,
		      m->core ? (int)m->core->lacp.receive : 0);
}

static void sample_periodic(struct metrics_text *text, const struct metrics_member *m)
{
	sample_states(text, m, BOND_NOTE_PERIODIC, LACP_PERIODIC_COUNT,
		      m->core ? (int)m->core->lacp.periodic : 0);
}

static void sample_mux(struct metrics_text *text, const struct metrics_member *m)
{
	sample_states(text, m, BOND_NOTE_MUX, LACP_MUX_COUNT,
		      m->core ? (int)m->core->lacp.mux : 0);
}

static void sample_selected(struct metrics_text *text, const struct metrics_member *m)
{
	sample_states(text, m, BOND_NOTE_SELECTED, LACP_SELECTED_COUNT,
		      m->core ? (int)m->core->lacp.selected : 0);
}

static void sample_actor_churn(struct metrics_text *text, const struct metrics_member *m)
{
	sample_states(text, m, BOND_NOTE_ACTOR_CHURN, LACP_CHURN_COUNT,
		      m->core ? (int)m->core->lacp.actor_churn : 0);
}

static void sample_partner_churn(struct metrics_text *text, const struct metrics_member *m)
{
	sample_states(text, m, BOND_NOTE_PARTNER_CHURN, LACP_CHURN_COUNT,
		      m->core ? (int)m->core->lacp.partner_churn : 0);
}

static void sample_flags(struct metrics_text *text, const struct metrics_member *m,
			 uint8_t state)
{
	for (int bit = 0; bit < 8; bit++) {
		metrics_count_of(text, m->labels, "flag", status_lacp_flag_name(bit),
				 (state >> bit) & 1);
	}
}

static void sample_actor(struct metrics_text *text, const struct metrics_member *m)
{
	if (metrics_port(m)) {
		sample_flags(text, m, metrics_port(m)->actor.state);
	}
}

/* Where nobody was heard, what the standard makes up is no news. */
static void sample_partner(struct metrics_text *text, const struct metrics_member *m)
{
	const struct lacp_port *port = metrics_port(m);

	if (port && status_lacp_is_heard(port)) {
		sample_flags(text, m, port->partner.state);
	}
}

static void sample_sent(struct metrics_text *text, const struct metrics_member *m)
{
	if (metrics_port(m)) {
		metrics_count(text, m->labels, metrics_port(m)->counters.lacpdus_sent);
	}
}

static void sample_received(struct metrics_text *text, const struct metrics_member *m)
{
	if (metrics_port(m)) {
		metrics_count(text, m->labels, metrics_port(m)->counters.lacpdus_received);
	}
}

static void sample_bad(struct metrics_text *text, const struct metrics_member *m)
{
	if (metrics_port(m)) {
		metrics_count(text, m->labels, metrics_port(m)->counters.lacpdus_bad);
	}
}

static void sample_rejected(struct metrics_text *text, const struct metrics_member *m)
{
	const struct lacp_port *port = metrics_port(m);

	for (int reason = LACP_REJECT_NONE + 1; port && reason < LACP_REJECT_COUNT; reason++) {
		metrics_count_of(text, m->labels, "reason", lacp_reject_name(reason),
				 port->counters.rejected[reason]);
	}
}

/* Also without LACP: the link monitor and the reason are machines of every member. */
static void sample_transitions(struct metrics_text *text, const struct metrics_member *m)
{
	for (int type = 0; type < BOND_NOTE_COUNT; type++) {
		if (type != BOND_NOTE_CARRIER && type != BOND_NOTE_AGGREGATOR) {
			metrics_count_of(text, m->labels, "machine", bond_note_name(type),
					 m->member->transitions[type]);
		}
	}
}

static const struct metrics_member_family families[] = {
	{"portchannel_member_transitions_total", METRICS_COUNTER,
	 "Transitions of the member's machines, since the daemon's start.", sample_transitions},
	{"portchannel_member_lacp_receive_state", METRICS_GAUGE,
	 "LACP's receive machine: 1 for the state that it is in.", sample_receive},
	{"portchannel_member_lacp_periodic_state", METRICS_GAUGE,
	 "LACP's periodic transmission machine: 1 for the state that it is in.",
	 sample_periodic},
	{"portchannel_member_lacp_mux_state", METRICS_GAUGE,
	 "LACP's mux machine: 1 for the state that it is in.", sample_mux},
	{"portchannel_member_lacp_selected_state", METRICS_GAUGE,
	 "LACP's selection: 1 for the member's.", sample_selected},
	{"portchannel_member_lacp_actor_churn_state", METRICS_GAUGE,
	 "The actor's churn detection: 1 for the state that it is in.", sample_actor_churn},
	{"portchannel_member_lacp_partner_churn_state", METRICS_GAUGE,
	 "The partner's churn detection: 1 for the state that it is in.", sample_partner_churn},
	{"portchannel_member_lacp_actor_flag", METRICS_GAUGE,
	 "Bits of the state that the member's LACPDUs tell.", sample_actor},
	{"portchannel_member_lacp_partner_flag", METRICS_GAUGE,
	 "Bits of the state that the partner's LACPDUs told last.", sample_partner},
	{"portchannel_member_lacpdus_sent_total", METRICS_COUNTER, "LACPDUs sent.",
	 sample_sent},
	{"portchannel_member_lacpdus_received_total", METRICS_COUNTER, "LACPDUs taken.",
	 sample_received},
	{"portchannel_member_lacpdus_bad_total", METRICS_COUNTER,
	 "Malformed frames of the slow protocols.", sample_bad},
	{"portchannel_member_lacpdus_rejected_total", METRICS_COUNTER,
	 "Frames of the slow protocols that were not taken, by reason.", sample_rejected},
};

void metrics_write_lacp(struct metrics *metrics)
{
	metrics_member_families(metrics, families, sizeof(families) / sizeof(families[0]));
}
