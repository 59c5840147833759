/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Metrics of VLAN interfaces. There may be thousands, so that one asks the kernel for
 * each only if that is wished.
 */
#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/daemon.h"
#include "daemon/metrics_internal.h"
#include "daemon/nic_runtime.h"

/* One VLAN interface as it was found. */
struct metrics_vlan {
	bool up;
	struct netlink_counters counters;
	char labels[METRICS_LABELS_SIZE + 32];
};

struct metrics_vlans {
	struct daemon *daemon;
	size_t count, room;
	struct metrics_vlan *list;
};

static void metrics_parent_labels(const struct vlan_parent *parent,
				  char labels[METRICS_LABEL_SIZE])
{
	char name[METRICS_ESCAPE_SIZE];

	snprintf(labels, METRICS_LABEL_SIZE, "parent=\"%s\"",
		 metrics_escape(parent->name, name));
}

static void metrics_write_vlan_count(struct metrics_text *text,
				     const struct vlan_parent *parent)
{
	char labels[METRICS_LABEL_SIZE];

	metrics_parent_labels(parent, labels);
	metrics_count(text, labels, parent->vlan_count);
}

void metrics_write_vlan_counts(struct metrics *metrics)
{
	struct daemon *daemon = metrics->daemon;

	metrics_family(&metrics->text, "portchannel_vlan_interfaces", METRICS_GAUGE,
		       "VLAN interfaces that run on a bond, or on a NIC that is no member.");
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		metrics_write_vlan_count(&metrics->text, &bond->parent);
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		metrics_write_vlan_count(&metrics->text, &nic->parent);
	}
}

static void metrics_gather_vlan(struct metrics_vlans *vlans, const struct vlan_runtime *vlan,
				const char parent_labels[METRICS_LABEL_SIZE])
{
	struct metrics_vlan *out = &vlans->list[vlans->count];
	char name[METRICS_ESCAPE_SIZE];
	struct netlink_link link;

	/* One in another namespace is out of reach. */
	if (netlink_link_get(vlans->daemon->netlink, vlan->ifindex, &link) < 0) {
		return;
	}
	snprintf(out->labels, sizeof(out->labels), "%s,interface=\"%s\",vid=\"%u\"",
		 parent_labels, metrics_escape(vlan->name, name), (unsigned int)vlan->vid);
	out->counters = link.counters;
	out->up = (link.flags & IFF_UP) && link.carrier;
	vlans->count++;
}

static void metrics_gather_vlans(struct metrics_vlans *vlans, const struct vlan_parent *parent)
{
	char labels[METRICS_LABEL_SIZE];

	metrics_parent_labels(parent, labels);
	for (size_t i = 0; i < parent->vlan_count && vlans->count < vlans->room; i++) {
		metrics_gather_vlan(vlans, &parent->vlans[i], labels);
		daemon_breathe(vlans->daemon);
	}
}

/* Room for all. False: no memory. */
static bool metrics_vlans_make(struct daemon *daemon, struct metrics_vlans *vlans)
{
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		vlans->room += bond->parent.vlan_count;
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		vlans->room += nic->parent.vlan_count;
	}
	vlans->daemon = daemon;
	vlans->list = calloc(vlans->room + 1, sizeof(*vlans->list));
	return vlans->list != NULL;
}

static uint64_t vlan_up(const struct metrics_vlan *vlan)
{
	return vlan->up;
}

static uint64_t vlan_rx_bytes(const struct metrics_vlan *vlan)
{
	return vlan->counters.rx_bytes;
}

static uint64_t vlan_rx_packets(const struct metrics_vlan *vlan)
{
	return vlan->counters.rx_packets;
}

static uint64_t vlan_tx_bytes(const struct metrics_vlan *vlan)
{
	return vlan->counters.tx_bytes;
}

static uint64_t vlan_tx_packets(const struct metrics_vlan *vlan)
{
	return vlan->counters.tx_packets;
}

static const struct {
	const char *name;
	enum metrics_type type;
	const char *help;
	uint64_t (*value)(const struct metrics_vlan *vlan);
} families[] = {
	{"portchannel_vlan_up", METRICS_GAUGE,
	 "Whether the VLAN interface is set up and has carrier.", vlan_up},
	{"portchannel_vlan_receive_bytes_total", METRICS_COUNTER,
	 "Bytes received by the VLAN interface.", vlan_rx_bytes},
	{"portchannel_vlan_receive_packets_total", METRICS_COUNTER,
	 "Packets received by the VLAN interface.", vlan_rx_packets},
	{"portchannel_vlan_transmit_bytes_total", METRICS_COUNTER,
	 "Bytes sent by the VLAN interface.", vlan_tx_bytes},
	{"portchannel_vlan_transmit_packets_total", METRICS_COUNTER,
	 "Packets sent by the VLAN interface.", vlan_tx_packets},
};

void metrics_write_vlans(struct metrics *metrics)
{
	struct metrics_vlans vlans = {0};

	if (!metrics_vlans_make(metrics->daemon, &vlans)) {
		metrics->text.failed = true;
		return;
	}
	for (struct bond_runtime *bond = metrics->daemon->bonds; bond; bond = bond->next) {
		metrics_gather_vlans(&vlans, &bond->parent);
	}
	for (struct nic_runtime *nic = metrics->daemon->nics; nic; nic = nic->next) {
		metrics_gather_vlans(&vlans, &nic->parent);
	}
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		metrics_family(&metrics->text, families[i].name, families[i].type,
			       families[i].help);
		for (size_t v = 0; v < vlans.count; v++) {
			metrics_count(&metrics->text, vlans.list[v].labels,
				      families[i].value(&vlans.list[v]));
		}
		daemon_breathe(metrics->daemon);
	}
	free(vlans.list);
}
