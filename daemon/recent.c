/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recent.h"

#include <stdbool.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/status_json.h"

#define RECENT_ACCURACY_US 500000

static void recent_take_bond(struct bond_runtime *bond, uint64_t number)
{
	struct recent_bond *kept = &bond->recent;
	size_t place = number % RECENT_SAMPLES;
	struct dp_counters counters;

	if (engine_bond_counters(bond->path, &counters) < 0) {
		/* No sample of it: what came before has no place beside what comes. */
		memset(kept->members, 0, sizeof(kept->members));
		return;
	}
	for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (strcmp(kept->members[slot], bond->members[slot].wanted) != 0) {
			memcpy(kept->members[slot], bond->members[slot].wanted,
			       sizeof(kept->members[slot]));
			kept->since[slot] = number;
		}
		kept->rx_bytes[place][slot] = counters.members[slot].rx_bytes;
		kept->tx_bytes[place][slot] = counters.members[slot].tx_bytes;
	}
}

static int recent_on_timer(sd_event_source *timer, uint64_t due_us, void *user)
{
	struct daemon *daemon = user;
	struct recent *recent = &daemon->recent;

	(void)due_us;
	recent->times[recent->next % RECENT_SAMPLES] = json_time_now();
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		recent_take_bond(bond, recent->next);
		daemon_breathe(daemon);
	}
	recent->next++;
	sd_event_source_set_time_relative(timer, RECENT_INTERVAL_S * 1000000ULL);
	return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

int recent_open(struct daemon *daemon)
{
	struct recent *recent = &daemon->recent;
	int err = sd_event_add_time_relative(daemon->loop, &recent->timer, CLOCK_MONOTONIC,
					     RECENT_INTERVAL_S * 1000000ULL, RECENT_ACCURACY_US,
					     recent_on_timer, daemon);

	return err < 0 ? err
		       : sd_event_source_set_priority(recent->timer, DAEMON_PRIORITY_SAVE);
}

void recent_close(struct daemon *daemon)
{
	daemon->recent.timer = sd_event_source_disable_unref(daemon->recent.timer);
}

static uint64_t recent_first(const struct recent *recent)
{
	return recent->next > RECENT_SAMPLES ? recent->next - RECENT_SAMPLES : 0;
}

static json_t *recent_member(const struct recent *recent, const struct bond_runtime *bond,
			     int slot)
{
	const struct recent_bond *kept = &bond->recent;
	json_t *rx = json_array(), *tx = json_array();

	for (uint64_t number = recent_first(recent); number < recent->next; number++) {
		size_t place = number % RECENT_SAMPLES;
		bool known = number >= kept->since[slot];

		json_array_append_new(
			rx, known ? json_integer((json_int_t)kept->rx_bytes[place][slot])
				  : json_null());
		json_array_append_new(
			tx, known ? json_integer((json_int_t)kept->tx_bytes[place][slot])
				  : json_null());
	}
	return json_pack("{s:o, s:o, s:o}", "name", json_text(bond->members[slot].name), "rx",
			 rx, "tx", tx);
}

static json_t *recent_bond(const struct recent *recent, const struct bond_runtime *bond)
{
	json_t *members = json_array();

	for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const char *wanted = bond->members[slot].wanted;

		if (wanted[0] && strcmp(wanted, bond->recent.members[slot]) == 0) {
			json_array_append_new(members, recent_member(recent, bond, slot));
		}
	}
	return json_pack("{s:s, s:o}", "name", bond->name, "members", members);
}

static json_t *recent_events(struct events *events)
{
	uint64_t next =
		events->next > RECENT_EVENTS_SHOWN ? events->next - RECENT_EVENTS_SHOWN : 1;
	json_t *list = json_array();
	const struct event *event;
	uint64_t lost;

	while ((event = events_next(events, &next, &lost))) {
		json_array_append_new(list, status_json_event(event));
	}
	return list;
}

json_t *recent_json(struct daemon *daemon)
{
	const struct recent *recent = &daemon->recent;
	json_t *times = json_array(), *bonds = json_array();

	for (uint64_t number = recent_first(recent); number < recent->next; number++) {
		json_array_append_new(times, json_real(recent->times[number % RECENT_SAMPLES]));
	}
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		json_array_append_new(bonds, recent_bond(recent, bond));
		daemon_breathe(daemon);
	}
	return json_pack("{s:o, s:o, s:o}", "times", times, "bonds", bonds, "events",
			 recent_events(&daemon->events));
}
