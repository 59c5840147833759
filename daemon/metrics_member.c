/* SPDX-License-Identifier: BSD-2-Clause */
/* Metrics of members, but for LACP's. */
#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/metrics_internal.h"
#include "daemon/status_json.h"

#define BYTES_OF_A_MEGABIT 125000

void metrics_member_families(struct metrics *metrics,
			     const struct metrics_member_family *families, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		metrics_family(&metrics->text, families[i].name, families[i].type,
			       families[i].help);
		for (size_t b = 0; b < metrics->count; b++) {
			const struct metrics_bond *bond = &metrics->bonds[b];

			for (size_t m = 0; m < bond->member_count; m++) {
				families[i].sample(&metrics->text, &bond->members[m]);
			}
		}
		daemon_breathe(metrics->daemon);
	}
}

static void sample_info(struct metrics_text *text, const struct metrics_member *m)
{
	char labels[METRICS_LABELS_SIZE + METRICS_ESCAPE_SIZE + 32], name[METRICS_ESCAPE_SIZE];

	snprintf(labels, sizeof(labels), "%s,device=\"%s\",slot=\"%d\"", m->labels,
		 metrics_escape(m->member->name, name), (int)m->member->slot);
	metrics_count(text, labels, 1);
}

static void sample_state(struct metrics_text *text, const struct metrics_member *m)
{
	static const char *const states[] = {"active", "standby", "down", "absent"};
	const char *state = status_member_state(m->member);

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		metrics_count_of(text, m->labels, "state", states[i],
				 strcmp(state, states[i]) == 0);
	}
}

static void sample_carrier(struct metrics_text *text, const struct metrics_member *m)
{
	metrics_count(text, m->labels, m->core && m->member->carrier);
}

static void sample_speed(struct metrics_text *text, const struct metrics_member *m)
{
	if (m->core && m->core->info.speed_mbps > 0) {
		metrics_count(text, m->labels,
			      (uint64_t)m->core->info.speed_mbps * BYTES_OF_A_MEGABIT);
	}
}

static void sample_failures(struct metrics_text *text, const struct metrics_member *m)
{
	metrics_count(text, m->labels, m->core ? m->core->link_failures : 0);
}

static void sample_buckets(struct metrics_text *text, const struct metrics_member *m)
{
	const struct bucket_table *table = &m->member->bond->core.table;

	metrics_count(text, m->labels,
		      m->core ? bucket_table_count(table, m->member->slot) : 0);
}

static void sample_rx_bytes(struct metrics_text *text, const struct metrics_member *m)
{
	metrics_count(text, m->labels, m->counters->rx_bytes);
}

static void sample_rx_packets(struct metrics_text *text, const struct metrics_member *m)
{
	metrics_count(text, m->labels, m->counters->rx_packets);
}

static void sample_tx_bytes(struct metrics_text *text, const struct metrics_member *m)
{
	metrics_count(text, m->labels, m->counters->tx_bytes);
}

static void sample_tx_packets(struct metrics_text *text, const struct metrics_member *m)
{
	metrics_count(text, m->labels, m->counters->tx_packets);
}

static void sample_failover(struct metrics_text *text, const struct metrics_member *m)
{
	metrics_count(text, m->labels, m->counters->tx_failover);
}

static void sample_rx_errors(struct metrics_text *text, const struct metrics_member *m)
{
	metrics_count(text, m->labels, m->link.rx_errors);
}

static void sample_tx_errors(struct metrics_text *text, const struct metrics_member *m)
{
	metrics_count(text, m->labels, m->link.tx_errors);
}

static void sample_drops(struct metrics_text *text, const struct metrics_member *m)
{
	for (int reason = 0; reason < DP_DROP_COUNT; reason++) {
		metrics_count_of(text, m->labels, "reason", dp_drop_name(reason),
				 m->counters->rx_drops[reason]);
	}
}

static const struct metrics_member_family families[] = {
	{"portchannel_member_info", METRICS_GAUGE,
	 "What the member, which the files call so, is called now, and its slot; always 1.",
	 sample_info},
	{"portchannel_member_state", METRICS_GAUGE,
	 "The member's state: 1 for the one that it is in.", sample_state},
	{"portchannel_member_carrier", METRICS_GAUGE, "Whether the link has carrier.",
	 sample_carrier},
	{"portchannel_member_speed_bytes", METRICS_GAUGE,
	 "The link's speed in bytes per second, where it says one.", sample_speed},
	{"portchannel_member_link_failures_total", METRICS_COUNTER,
	 "How often the link has failed.", sample_failures},
	{"portchannel_member_buckets", METRICS_GAUGE,
	 "How many of the 840 buckets of flows the member carries.", sample_buckets},
	{"portchannel_member_receive_bytes_total", METRICS_COUNTER,
	 "Bytes received by the bond on the member.", sample_rx_bytes},
	{"portchannel_member_receive_packets_total", METRICS_COUNTER,
	 "Packets received by the bond on the member.", sample_rx_packets},
	{"portchannel_member_transmit_bytes_total", METRICS_COUNTER,
	 "Bytes sent by the bond on the member.", sample_tx_bytes},
	{"portchannel_member_transmit_packets_total", METRICS_COUNTER,
	 "Packets sent by the bond on the member.", sample_tx_packets},
	{"portchannel_member_failover_packets_total", METRICS_COUNTER,
	 "Packets sent by the bond on the member in place of one that had just lost its "
	 "carrier.",
	 sample_failover},
	{"portchannel_member_receive_errors_total", METRICS_COUNTER,
	 "Receive errors that the NIC has counted.", sample_rx_errors},
	{"portchannel_member_transmit_errors_total", METRICS_COUNTER,
	 "Transmit errors that the NIC has counted.", sample_tx_errors},
	{"portchannel_member_drops_total", METRICS_COUNTER,
	 "Frames dropped that came in on the member, by reason.", sample_drops},
};

void metrics_write_members(struct metrics *metrics)
{
	metrics_member_families(metrics, families, sizeof(families) / sizeof(families[0]));
}
