/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/apply.h"
#include "daemon/daemon.h"
#include "daemon/metrics_internal.h"
#include "daemon/staged.h"
#include "daemon/transaction.h"

/* Making a plan takes reading all files: a scrape has one so old at most. */
#define METRICS_PLAN_AGE_US (60 * 1000000ULL)

static void metrics_gather_member(struct metrics_bond *out,
				  const struct bond_runtime_member *member)
{
	struct metrics_member *m = &out->members[out->member_count++];
	const struct bond *core = &member->bond->core;
	char name[METRICS_ESCAPE_SIZE];
	struct netlink_link link;

	m->member = member;
	m->counters = &out->counters.members[member->slot];
	/* The name in the files: two can't have the same, and no renaming changes it. */
	snprintf(m->labels, sizeof(m->labels), "%s,member=\"%s\"", out->labels,
		 metrics_escape(member->wanted, name));
	if (member->ifindex == 0) {
		return;
	}
	m->core = &core->members[member->slot];
	out->active += bond_member_transmits(core, member->slot) &&
		       bond_member_receives(core, member->slot);
	if (netlink_link_get(member->bond->daemon->netlink, member->ifindex, &link) == 0) {
		m->link = link.counters;
	}
}

static void metrics_gather_bond(struct metrics_bond *out, struct bond_runtime *bond)
{
	out->bond = bond;
	metrics_escape(bond->name, out->name);
	snprintf(out->labels, sizeof(out->labels), "bond=\"%s\"", out->name);
	(void)engine_bond_counters(bond->path, &out->counters);
	(void)netlink_link_get(bond->daemon->netlink, bond->ifindex, &out->link);
	for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].wanted[0]) {
			metrics_gather_member(out, &bond->members[slot]);
		}
	}
}

/* All bonds, looked at once; false: no memory. */
static bool metrics_gather(struct metrics *metrics)
{
	size_t count = 0;

	for (struct bond_runtime *bond = metrics->daemon->bonds; bond; bond = bond->next) {
		count++;
	}
	metrics->bonds = calloc(count + 1, sizeof(*metrics->bonds));
	if (!metrics->bonds) {
		return false;
	}
	for (struct bond_runtime *bond = metrics->daemon->bonds; bond && metrics->count < count;
	     bond = bond->next) {
		metrics_gather_bond(&metrics->bonds[metrics->count++], bond);
		daemon_breathe(metrics->daemon);
	}
	return true;
}

static void metrics_write_daemon(struct metrics *metrics)
{
	const struct daemon *daemon = metrics->daemon;
	struct metrics_text *text = &metrics->text;
	size_t errors = 0;

	for (size_t i = 0; i < daemon->problems.count; i++) {
		errors += daemon->problems.list[i].severity == MODEL_ERROR;
	}
	metrics_family(text, "portchannel_build_info", METRICS_GAUGE,
		       "The daemon's version; always 1.");
	metrics_count_of(text, "", "version", PORTCHANNEL_VERSION, 1);
	metrics_family(text, "portchannel_start_time_seconds", METRICS_GAUGE,
		       "When the daemon was started, in seconds since the epoch.");
	metrics_count(text, "", (uint64_t)daemon->started);
	metrics_family(text, "portchannel_loop_latency_max_seconds", METRICS_GAUGE,
		       "The longest that something due had to wait since the daemon's start.");
	metrics_value(text, "", (double)daemon->latency_max_us / 1e6);
	metrics_family(text, "portchannel_problems", METRICS_GAUGE,
		       "Problems of the files and of bringing them up, by severity.");
	metrics_count_of(text, "", "severity", "error", errors);
	metrics_count_of(text, "", "severity", "warning", daemon->problems.count - errors);
}

/* Makes the plan anew if the last one is old; but not of what is half done. */
static void metrics_refresh_plan(struct daemon *daemon)
{
	struct metrics_plan *plan = &daemon->metrics_plan;
	struct apply_request request = {.strict = true};
	uint64_t now_us = daemon_now_us();
	int err = 0;
	json_t *json;

	if (apply_is_under_way(daemon) ||
	    (plan->made_us > 0 && now_us - plan->made_us < METRICS_PLAN_AGE_US)) {
		return;
	}
	json = apply_plan_json(daemon, &request, &err);
	plan->made_us = now_us;
	plan->known = json != NULL;
	plan->steps = json_array_size(json_object_get(json, "steps"));
	plan->drift = json_array_size(json_object_get(json, "drift"));
	json_decref(json);
}

static void metrics_write_configuration(struct metrics *metrics)
{
	struct daemon *daemon = metrics->daemon;
	struct metrics_text *text = &metrics->text;
	json_t *waiting = transactions_waiting_json(daemon);
	char revision[CONFIG_REVISION_SIZE];

	metrics_refresh_plan(daemon);
	metrics_family(text, "portchannel_plan_steps", METRICS_GAUGE,
		       "Steps that an apply would do now, a minute ago at most.");
	if (daemon->metrics_plan.known) {
		metrics_count(text, "", daemon->metrics_plan.steps);
	}
	metrics_family(text, "portchannel_plan_drift", METRICS_GAUGE,
		       "What somebody changed by hand, as of portchannel_plan_steps.");
	if (daemon->metrics_plan.known) {
		metrics_count(text, "", daemon->metrics_plan.drift);
	}
	metrics_family(text, "portchannel_configuration_number", METRICS_GAUGE,
		       "Number in the history of the configuration in force; 0: none.");
	metrics_count(text, "", transactions_number(daemon));
	metrics_family(text, "portchannel_configuration_waiting", METRICS_GAUGE,
		       "Whether a change waits to be confirmed.");
	metrics_count(text, "", json_is_object(waiting));
	metrics_family(text, "portchannel_staged_changes", METRICS_GAUGE,
		       "Changes that are staged and not committed.");
	metrics_count(text, "", staged_count(daemon, revision));
	json_decref(waiting);
}

char *metrics_make(struct daemon *daemon, bool vlans, size_t *size)
{
	struct metrics metrics = {.daemon = daemon};
	bool done = metrics_gather(&metrics);

	if (done) {
		metrics_write_daemon(&metrics);
		metrics_write_configuration(&metrics);
		metrics_write_bonds(&metrics);
		metrics_write_members(&metrics);
		metrics_write_lacp(&metrics);
		metrics_write_vlan_counts(&metrics);
		if (vlans) {
			metrics_write_vlans(&metrics);
		}
	}
	free(metrics.bonds);
	if (!done || metrics.text.failed) {
		free(metrics.text.text);
		return NULL;
	}
	*size = metrics.text.size;
	return metrics.text.text;
}
