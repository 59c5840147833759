/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of metrics share; metrics.h says which there are. */
#ifndef DAEMON_METRICS_INTERNAL_H
#define DAEMON_METRICS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/datapath.h"
#include "daemon/bond_runtime.h"
#include "daemon/metrics_text.h"
#include "netlink/netlink.h"

/* An escaped name with its key, and two of them. */
#define METRICS_LABEL_SIZE  (METRICS_ESCAPE_SIZE + 16)
#define METRICS_LABELS_SIZE (2 * METRICS_LABEL_SIZE)

struct metrics_member {
	const struct bond_runtime_member *member;
	const struct bond_member *core; /* NULL: there is no NIC in the slot */
	const struct dp_member_counters *counters;
	struct netlink_counters link; /* the NIC's own */
	char labels[METRICS_LABELS_SIZE];
};

struct metrics_bond {
	struct bond_runtime *bond;
	struct dp_counters counters;
	struct netlink_link link;
	char name[METRICS_ESCAPE_SIZE];
	char labels[METRICS_LABEL_SIZE];
	size_t member_count, active;
	struct metrics_member members[BOND_MEMBERS_MAX];
};

struct metrics {
	struct daemon *daemon;
	struct metrics_text text;
	size_t count;
	struct metrics_bond *bonds;
};

/* Each writes families with the samples of all bonds. */
void metrics_write_bonds(struct metrics *metrics);
void metrics_write_members(struct metrics *metrics);
void metrics_write_lacp(struct metrics *metrics);

/* The traffic of each VLAN interface. */
void metrics_write_vlans(struct metrics *metrics);
/* How many VLAN interfaces each bond and NIC has. */
void metrics_write_vlan_counts(struct metrics *metrics);

/* One family that has its samples from each member. */
struct metrics_member_family {
	const char *name;
	enum metrics_type type;
	const char *help;
	void (*sample)(struct metrics_text *text, const struct metrics_member *member);
};

/* Writes them, LACP having its turns; metrics_member.c. */
void metrics_member_families(struct metrics *metrics,
			     const struct metrics_member_family *families, size_t count);

#endif
