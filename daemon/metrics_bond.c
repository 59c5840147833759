/* SPDX-License-Identifier: BSD-2-Clause */
/* Metrics of bonds. */
#include <linux/if.h>
#include <stdio.h>

#include "daemon/daemon.h"
#include "daemon/metrics_internal.h"

struct metrics_bond_family {
	const char *name;
	enum metrics_type type;
	const char *help;
	void (*sample)(struct metrics_text *text, const struct metrics_bond *bond);
};

static void sample_slaves(struct metrics_text *text, const struct metrics_bond *bond)
{
	char labels[METRICS_LABEL_SIZE];

	snprintf(labels, sizeof(labels), "master=\"%s\"", bond->name);
	metrics_count(text, labels, bond->member_count);
}

static void sample_active(struct metrics_text *text, const struct metrics_bond *bond)
{
	char labels[METRICS_LABEL_SIZE];

	snprintf(labels, sizeof(labels), "master=\"%s\"", bond->name);
	metrics_count(text, labels, bond->active);
}

static void sample_info(struct metrics_text *text, const struct metrics_bond *bond)
{
	const struct model_bond_options *o = &bond->bond->wanted->bond.options;
	char labels[METRICS_LABEL_SIZE + 256];

	snprintf(labels, sizeof(labels),
		 "%s,mode=\"%s\",xmit_hash_policy=\"%s\",flow_placement=\"%s\","
		 "transmit_hook=\"%s\"",
		 bond->labels, bond_mode_name(o->mode),
		 xmit_hash_policy_name(o->xmit_hash_policy),
		 flow_placement_name(o->flow_placement), transmit_hook_name(o->transmit_hook));
	metrics_count(text, labels, 1);
}

static void sample_up(struct metrics_text *text, const struct metrics_bond *bond)
{
	metrics_count(text, bond->labels, (bond->link.flags & IFF_UP) && bond->link.carrier);
}

static void sample_rx_bytes(struct metrics_text *text, const struct metrics_bond *bond)
{
	metrics_count(text, bond->labels, bond->link.counters.rx_bytes);
}

static void sample_rx_packets(struct metrics_text *text, const struct metrics_bond *bond)
{
	metrics_count(text, bond->labels, bond->link.counters.rx_packets);
}

/* Where the interface itself counts nothing that it sends, its members do (doc/api.md,
 * "A bond"). */
static bool counts_by_members(const struct metrics_bond *bond)
{
	return bond->bond->wanted->bond.options.transmit_hook == TRANSMIT_HOOK_DEVICE;
}

static void sample_tx_bytes(struct metrics_text *text, const struct metrics_bond *bond)
{
	uint64_t bytes = 0;

	for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		bytes += bond->counters.members[slot].tx_bytes;
	}
	metrics_count(text, bond->labels,
		      counts_by_members(bond) ? bytes : bond->link.counters.tx_bytes);
}

static void sample_tx_packets(struct metrics_text *text, const struct metrics_bond *bond)
{
	uint64_t packets = 0;

	for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		packets += bond->counters.members[slot].tx_packets;
	}
	metrics_count(text, bond->labels,
		      counts_by_members(bond) ? packets : bond->link.counters.tx_packets);
}

static void sample_drops(struct metrics_text *text, const struct metrics_bond *bond)
{
	for (int reason = 0; reason < DP_DROP_COUNT; reason++) {
		metrics_count_of(text, bond->labels, "reason", dp_drop_name(reason),
				 bond->counters.drops[reason]);
	}
}

static void sample_failovers(struct metrics_text *text, const struct metrics_bond *bond)
{
	metrics_count(text, bond->labels, bond->bond->failovers);
}

static void sample_moved(struct metrics_text *text, const struct metrics_bond *bond)
{
	metrics_count(text, bond->labels, bond->bond->buckets_moved);
}

static void sample_transitions(struct metrics_text *text, const struct metrics_bond *bond)
{
	static const enum bond_note_type types[] = {BOND_NOTE_CARRIER, BOND_NOTE_AGGREGATOR};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		metrics_count_of(text, bond->labels, "machine", bond_note_name(types[i]),
				 bond->bond->transitions[types[i]]);
	}
}

static const struct metrics_bond_family families[] = {
	/* node_exporter's, with its words; see metrics.h. */
	{"node_bonding_slaves", METRICS_GAUGE,
	 "Number of configured slaves per bonding interface.", sample_slaves},
	{"node_bonding_active", METRICS_GAUGE, "Number of active slaves per bonding interface.",
	 sample_active},
	{"portchannel_bond_info", METRICS_GAUGE, "A bond's options; always 1.", sample_info},
	{"portchannel_bond_up", METRICS_GAUGE, "Whether the bond is set up and has carrier.",
	 sample_up},
	{"portchannel_bond_receive_bytes_total", METRICS_COUNTER, "Bytes received.",
	 sample_rx_bytes},
	{"portchannel_bond_receive_packets_total", METRICS_COUNTER, "Packets received.",
	 sample_rx_packets},
	{"portchannel_bond_transmit_bytes_total", METRICS_COUNTER, "Bytes sent.",
	 sample_tx_bytes},
	{"portchannel_bond_transmit_packets_total", METRICS_COUNTER, "Packets sent.",
	 sample_tx_packets},
	{"portchannel_bond_drops_total", METRICS_COUNTER,
	 "Frames dropped that are no single member's, by reason.", sample_drops},
	{"portchannel_bond_failovers_total", METRICS_COUNTER,
	 "How often flows of a member that was lost were moved to others, since the daemon's "
	 "start.",
	 sample_failovers},
	{"portchannel_bond_buckets_moved_total", METRICS_COUNTER,
	 "Buckets that were moved from one member to another, since the daemon's start.",
	 sample_moved},
	{"portchannel_bond_transitions_total", METRICS_COUNTER,
	 "Changes of the bond's carrier and aggregator, since the daemon's start.",
	 sample_transitions},
};

void metrics_write_bonds(struct metrics *metrics)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		metrics_family(&metrics->text, families[i].name, families[i].type,
			       families[i].help);
		for (size_t bond = 0; bond < metrics->count; bond++) {
			families[i].sample(&metrics->text, &metrics->bonds[bond]);
		}
	}
	daemon_breathe(metrics->daemon);
}
