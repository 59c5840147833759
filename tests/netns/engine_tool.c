/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drives the engine by lines of text, for test_engine.py: one command a line on
 * standard input, one answer a line on standard output, "ok" with what was asked
 * for as JSON, or "error" with the errno's name and the engine's text.
 *
 *   open NAME [unfinished] [policy=N] [hook=device|hub] [mtu=N] [mac=XX:...]
 *                                 and, but for "unfinished", engine_bond_keep
 *   change NAME ...               as open
 *   nic IFNAME                    engine_nic_open, in the place of a bond
 *   nics                          engine_nics
 *   member SLOT IFNAME            engine_member_add; keeps what it saved
 *   release SLOT                  engine_member_remove
 *   publish SLOT...               these transmit and receive, in this order
 *   carrier on|off
 *   vlan NAME VID [mtu=N] [mac=XX:...]                            also: vlan_change
 *   vlan_remove NAME...           at once, where there are several; milliseconds
 *   vlans_remove NAME FIRST LAST  NAME.FIRST to NAME.LAST in portions; milliseconds of
 *                                 all and of the longest portion
 *   vlans NAME COUNT              COUNT VLAN interfaces NAME.1 ...; milliseconds
 *   follow | repair | status | counters | close | destroy | strays | probe
 *   watch | news                  opens a news socket; what came since, by kind
 *   feature IFNAME NAME [on|off]  an ethtool feature
 *   link IFNAME                   carrier and speed by ethtool
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/assert.h"
#include "core/bucket_table.h"
#include "tests/netns/engine_tool.h"

#define WORDS_MAX 16

struct command {
	const char *name;
	int (*run)(struct tool *tool, int count, char **words, json_t *answer);
	int words_min;
	bool needs_bond;
};

_Noreturn void core_assert_failed(const char *file, int line, const char *what)
{
	(void)fprintf(stderr, "%s:%d: %s\n", file, line, what);
	abort();
}

static void bond_spec_read(struct tool *tool, int count, char **words)
{
	struct engine_bond_spec *spec = &tool->spec;
	const char *value;

	value = word_value(count, words, "policy");
	spec->policy = value ? (enum xmit_hash_policy)atoi(value) : spec->policy;
	value = word_value(count, words, "mtu");
	spec->mtu = value ? (uint32_t)atoi(value) : 0;
	value = word_value(count, words, "hook");
	if (value) {
		spec->hook =
			strcmp(value, "device") == 0 ? TRANSMIT_HOOK_DEVICE : TRANSMIT_HOOK_HUB;
	}
	memset(spec->mac, 0, sizeof(spec->mac));
	value = word_value(count, words, "mac");
	if (value) {
		(void)mac_parse(value, spec->mac);
	}
}

static int run_open(struct tool *tool, int count, char **words, json_t *answer)
{
	bool taken_over;
	int result;

	memset(&tool->spec, 0, sizeof(tool->spec));
	tool->spec.policy = XMIT_HASH_LAYER34;
	(void)snprintf(tool->spec.name, sizeof(tool->spec.name), "%s", words[1]);
	bond_spec_read(tool, count, words);
	result = engine_bond_open(tool->engine, &tool->spec, &tool->bond, &taken_over,
				  &tool->error);
	if (!result && !(count > 2 && strcmp(words[2], "unfinished") == 0)) {
		result = engine_bond_keep(tool->bond, &tool->error);
	}
	if (!result) {
		json_object_set_new(answer, "taken_over", json_boolean(taken_over));
		json_object_set_new(answer, "reads_carrier",
				    json_boolean(engine_reads_carrier(tool->engine)));
	}
	return result;
}

static int run_nic(struct tool *tool, int count, char **words, json_t *answer)
{
	struct engine_member_saved saved = {0};
	struct netlink_link link;
	bool taken_over;
	int result = netlink_link_get_by_name(tool->netlink, words[1], &link);

	(void)count;
	if (result) {
		(void)snprintf(tool->error.text, sizeof(tool->error.text), "no %s", words[1]);
		return result;
	}
	result = engine_nic_open(tool->engine, link.ifindex, &saved, &tool->bond, &taken_over,
				 &tool->error);
	if (!result) {
		json_object_set_new(answer, "taken_over", json_boolean(taken_over));
	}
	return result;
}

static int run_nics(struct tool *tool, int count, char **words, json_t *answer)
{
	json_t *list = json_array();
	uint32_t found[16];
	size_t nics = 0;
	int result = engine_nics(tool->engine, found, sizeof(found) / sizeof(found[0]), &nics,
				 &tool->error);

	(void)count;
	(void)words;
	for (size_t i = 0; i < nics && i < sizeof(found) / sizeof(found[0]); i++) {
		json_array_append_new(list, json_integer(found[i]));
	}
	json_object_set_new(answer, "nics", list);
	return result;
}

static int run_change(struct tool *tool, int count, char **words, json_t *answer)
{
	(void)answer;
	bond_spec_read(tool, count, words);
	return engine_bond_change(tool->bond, &tool->spec, &tool->error);
}

static int run_member(struct tool *tool, int count, char **words, json_t *answer)
{
	uint8_t slot = (uint8_t)atoi(words[1]);
	struct netlink_link link;
	int result = netlink_link_get_by_name(tool->netlink, words[2], &link);

	(void)count;
	(void)answer;
	if (result) {
		(void)snprintf(tool->error.text, sizeof(tool->error.text), "no %s", words[2]);
		return result;
	}
	return engine_member_add(tool->bond, slot, link.ifindex, &tool->saved[slot],
				 &tool->error);
}

static int run_release(struct tool *tool, int count, char **words, json_t *answer)
{
	uint8_t slot = (uint8_t)atoi(words[1]);
	int result = engine_member_remove(tool->bond, slot, &tool->saved[slot], &tool->error);

	(void)count;
	(void)answer;
	memset(&tool->saved[slot], 0, sizeof(tool->saved[slot]));
	return result;
}

static int run_publish(struct tool *tool, int count, char **words, json_t *answer)
{
	uint32_t flags[BOND_MEMBERS_MAX] = {0};
	uint8_t usable[BOND_MEMBERS_MAX];
	struct bucket_table table;
	size_t usable_count = 0;

	(void)answer;
	for (int i = 1; i < count; i++) {
		uint8_t slot = (uint8_t)atoi(words[i]);

		usable[usable_count++] = slot;
		flags[slot] = DP_SLOT_TRANSMIT | DP_SLOT_RECEIVE;
	}
	engine_bond_buckets(tool->bond, &table);
	(void)bucket_table_update(&table, FLOW_PLACEMENT_RESILIENT, usable, usable_count);
	engine_bond_publish(tool->bond, &table, flags);
	return 0;
}

static int run_carrier(struct tool *tool, int count, char **words, json_t *answer)
{
	struct timespec begin, end;
	int result;

	(void)count;
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	result = engine_bond_set_carrier(tool->bond, strcmp(words[1], "on") == 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	json_object_set_new(answer, "ms",
			    json_real((double)(end.tv_sec - begin.tv_sec) * 1e3 +
				      (double)(end.tv_nsec - begin.tv_nsec) / 1e6));
	return result;
}

static json_t *mac_json(const uint8_t mac[6])
{
	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
			    mac[4], mac[5]);
}

static int run_follow(struct tool *tool, int count, char **words, json_t *answer)
{
	uint8_t mac[6];
	int result = engine_bond_follow(tool->bond, ENGINE_FOLLOW_ALL, mac, &tool->error);

	(void)count;
	(void)words;
	if (!result) {
		json_object_set_new(answer, "mac", mac_json(mac));
	}
	return result;
}

static int run_repair(struct tool *tool, int count, char **words, json_t *answer)
{
	struct engine_error done = {.text = ""};
	int result = engine_bond_repair(tool->bond, &done, &tool->error);

	(void)count;
	(void)words;
	if (result >= 0) {
		json_object_set_new(answer, "count", json_integer(result));
		json_object_set_new(answer, "done", json_string(done.text));
	}
	return result < 0 ? result : 0;
}

static int run_strays(struct tool *tool, int count, char **words, json_t *answer)
{
	size_t released = 0;
	int result = engine_strays_release(tool->engine, &released, &tool->error);

	(void)count;
	(void)words;
	json_object_set_new(answer, "released", json_integer((json_int_t)released));
	return result;
}

static json_t *saved_json(const struct engine_member_saved *saved)
{
	return json_pack("{s:b, s:o, s:i, s:b, s:b, s:i, s:i, s:i, s:i, s:b, s:b}", "valid",
			 saved->valid, "mac", mac_json(saved->mac), "mtu", (int)saved->mtu,
			 "was_up", saved->was_up, "alias_set", saved->alias_set, "disable_ipv6",
			 saved->disable_ipv6, "addr_gen_mode", saved->addr_gen_mode,
			 "rx_vlan_filter", saved->rx_vlan_filter, "lro", saved->lro,
			 "promisc_set", saved->promisc_set, "allmulti_set",
			 saved->allmulti_set);
}

static int run_status(struct tool *tool, int count, char **words, json_t *answer)
{
	json_t *slots = json_array(), *vlans = json_array(), *buckets = json_array();
	size_t vlan_count = engine_bond_vlans(tool->bond, NULL, 0);
	struct engine_vlan *list = calloc(vlan_count + 1, sizeof(*list));
	struct engine_slot out[BOND_MEMBERS_MAX];
	struct bucket_table table;

	(void)count;
	(void)words;
	engine_bond_slots(tool->bond, out);
	engine_bond_buckets(tool->bond, &table);
	for (uint8_t i = 0; i < BOND_MEMBERS_MAX; i++) {
		json_array_append_new(slots,
				      json_pack("{s:i, s:i, s:i, s:o}", "ifindex",
						(int)out[i].ifindex, "flags", (int)out[i].flags,
						"buckets", (int)bucket_table_count(&table, i),
						"saved", saved_json(&tool->saved[i])));
	}
	for (int i = 0; i < BOND_BUCKETS; i++) {
		json_array_append_new(buckets, json_integer(table.slot[i]));
	}
	(void)engine_bond_vlans(tool->bond, list, vlan_count);
	for (size_t i = 0; i < vlan_count; i++) {
		json_array_append_new(vlans,
				      json_pack("{s:s, s:i, s:i, s:i}", "name",
						list[i].spec.name, "vid", (int)list[i].spec.vid,
						"ifindex", (int)list[i].ifindex, "hub_ifindex",
						(int)list[i].hub_ifindex));
	}
	free(list);
	json_object_set_new(answer, "ifindex", json_integer(engine_bond_ifindex(tool->bond)));
	json_object_set_new(answer, "hub_ifindex",
			    json_integer(engine_bond_hub_ifindex(tool->bond)));
	json_object_set_new(answer, "slots", slots);
	json_object_set_new(answer, "vlans", vlans);
	json_object_set_new(answer, "buckets", buckets);
	return 0;
}

static int run_counters(struct tool *tool, int count, char **words, json_t *answer)
{
	json_t *members = json_array(), *drops = json_object();
	struct dp_counters counters;
	int result = engine_bond_counters(tool->bond, &counters);

	(void)count;
	(void)words;
	if (result) {
		return result;
	}
	for (int i = 0; i < BOND_MEMBERS_MAX; i++) {
		const struct dp_member_counters *member = &counters.members[i];

		json_array_append_new(members,
				      json_pack("{s:I, s:I, s:I, s:I, s:I}", "tx_packets",
						(json_int_t)member->tx_packets, "tx_bytes",
						(json_int_t)member->tx_bytes, "rx_packets",
						(json_int_t)member->rx_packets, "rx_bytes",
						(json_int_t)member->rx_bytes, "tx_failover",
						(json_int_t)member->tx_failover));
	}
	for (int i = 0; i < DP_DROP_COUNT; i++) {
		json_object_set_new(drops, dp_drop_name((enum dp_drop)i),
				    json_integer((json_int_t)counters.drops[i]));
	}
	json_object_set_new(answer, "members", members);
	json_object_set_new(answer, "drops", drops);
	return 0;
}

static int run_close(struct tool *tool, int count, char **words, json_t *answer)
{
	(void)count;
	(void)words;
	(void)answer;
	engine_bond_close(tool->bond);
	tool->bond = NULL;
	return 0;
}

static int run_destroy(struct tool *tool, int count, char **words, json_t *answer)
{
	int result = engine_bond_destroy(tool->bond, &tool->error);

	(void)count;
	(void)words;
	(void)answer;
	tool->bond = NULL;
	return result;
}

static int run_probe(struct tool *tool, int count, char **words, json_t *answer)
{
	static const char *const names[] = {"ok", "substituted", "missing"};
	struct engine_feature features[ENGINE_FEATURES_MAX];
	size_t found = engine_probe(features);

	(void)tool;
	(void)count;
	(void)words;
	for (size_t i = 0; i < found; i++) {
		json_object_set_new(
			answer, features[i].name,
			json_pack("[s, s]", names[features[i].status], features[i].detail));
	}
	return 0;
}

static int run_watch(struct tool *tool, int count, char **words, json_t *answer)
{
	(void)count;
	(void)words;
	(void)answer;
	return netlink_events_open(&tool->events);
}

static void news_count(const struct netlink_event *event, void *context)
{
	static const char *const kinds[] = {"link_new", "link_gone", "address_new",
					    "address_gone"};
	json_t *answer = context;
	const char *kind = kinds[event->type];

	json_object_set_new(
		answer, kind,
		json_integer(json_integer_value(json_object_get(answer, kind)) + 1));
	if (event->type == NETLINK_EVENT_LINK_NEW || event->type == NETLINK_EVENT_LINK_GONE) {
		json_object_set_new(answer, "last", json_string(event->link.name));
	}
}

static int run_news(struct tool *tool, int count, char **words, json_t *answer)
{
	int result = netlink_events_read(tool->events, news_count, answer);

	(void)count;
	(void)words;
	json_object_set_new(answer, "overrun", json_boolean(result == -ENOBUFS));
	return result == -ENOBUFS ? 0 : result;
}

static int run_feature(struct tool *tool, int count, char **words, json_t *answer)
{
	struct netlink_feature feature;
	struct netlink_link link;
	int result = netlink_link_get_by_name(tool->netlink, words[1], &link);

	if (!result && count > 3) {
		result = netlink_feature_set(tool->netlink, link.ifindex, words[2],
					     strcmp(words[3], "on") == 0);
	}
	if (!result) {
		result = netlink_feature_read(tool->netlink, link.ifindex, words[2], &feature);
	}
	if (!result) {
		json_object_set_new(answer, "present", json_boolean(feature.present));
		json_object_set_new(answer, "on", json_boolean(feature.on));
		json_object_set_new(answer, "fixed", json_boolean(feature.fixed));
	}
	return result;
}

static int run_link(struct tool *tool, int count, char **words, json_t *answer)
{
	struct netlink_speed speed;
	struct netlink_link link;
	bool carrier;
	int result = netlink_link_get_by_name(tool->netlink, words[1], &link);

	(void)count;
	if (!result) {
		result = netlink_carrier_read(tool->netlink, link.ifindex, &carrier);
	}
	if (!result) {
		result = netlink_speed_read(tool->netlink, link.ifindex, &speed);
	}
	if (!result) {
		json_object_set_new(answer, "carrier", json_boolean(carrier));
		json_object_set_new(answer, "speed_mbps", json_integer(speed.speed_mbps));
		json_object_set_new(answer, "duplex", json_integer(speed.duplex));
	}
	return result;
}

static const struct command commands[] = {
	{"open", run_open, 2, false},
	{"nic", run_nic, 2, false},
	{"nics", run_nics, 1, false},
	{"change", run_change, 1, true},
	{"member", run_member, 3, true},
	{"release", run_release, 2, true},
	{"publish", run_publish, 1, true},
	{"carrier", run_carrier, 2, true},
	{"vlan", run_vlan, 3, true},
	{"vlan_change", run_vlan_change, 3, true},
	{"vlan_remove", run_vlan_remove, 2, true},
	{"vlans_remove", run_vlans_remove, 4, true},
	{"vlans", run_vlans, 3, true},
	{"follow", run_follow, 1, true},
	{"repair", run_repair, 1, true},
	{"strays", run_strays, 1, false},
	{"status", run_status, 1, true},
	{"counters", run_counters, 1, true},
	{"close", run_close, 1, true},
	{"destroy", run_destroy, 1, true},
	{"probe", run_probe, 1, false},
	{"watch", run_watch, 1, false},
	{"news", run_news, 1, false},
	{"feature", run_feature, 3, false},
	{"link", run_link, 2, false},
};

static int command_run(struct tool *tool, int count, char **words, json_t *answer)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, words[0]) != 0) {
			continue;
		}
		if (count < commands[i].words_min || (commands[i].needs_bond && !tool->bond)) {
			break;
		}
		return commands[i].run(tool, count, words, answer);
	}
	(void)snprintf(tool->error.text, sizeof(tool->error.text), "no such command here");
	return -EINVAL;
}

static void line_run(struct tool *tool, char *line)
{
	json_t *answer = json_object();
	char *words[WORDS_MAX];
	char *rest = NULL, *text;
	int count = 0, result;

	for (char *word = strtok_r(line, " \n", &rest); word && count < WORDS_MAX;
	     word = strtok_r(NULL, " \n", &rest)) {
		words[count++] = word;
	}
	(void)snprintf(tool->error.text, sizeof(tool->error.text), "the engine gave no text");
	result = count ? command_run(tool, count, words, answer) : -EINVAL;
	if (result) {
		(void)printf("error %s %s\n", strerrorname_np(-result), tool->error.text);
	} else {
		text = json_dumps(answer, JSON_COMPACT);
		(void)printf("ok %s\n", text);
		free(text);
	}
	(void)fflush(stdout);
	json_decref(answer);
}

int main(int argc, char **argv)
{
	bool plain = argc > 1 && strcmp(argv[1], "--no-carrier-read") == 0;
	struct tool tool = {0};
	char line[512];

	if (engine_open(plain ? ENGINE_CARRIER_READ_OFF : ENGINE_CARRIER_READ_AUTO,
			&tool.engine, &tool.error)) {
		(void)fprintf(stderr, "%s\n", tool.error.text);
		return 1;
	}
	if (netlink_open(&tool.netlink)) {
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		line_run(&tool, line);
	}
	engine_bond_close(tool.bond);
	engine_close(tool.engine);
	netlink_events_close(tool.events);
	netlink_close(tool.netlink);
	return 0;
}
