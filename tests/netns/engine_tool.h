/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of engine_tool share: engine_tool.c, and engine_tool_vlan.c with the
 * commands of VLAN interfaces. */
#ifndef TESTS_NETNS_ENGINE_TOOL_H
#define TESTS_NETNS_ENGINE_TOOL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "engine/engine.h"
#include "netlink/netlink.h"

struct tool {
	struct engine *engine;
	struct netlink *netlink;
	struct netlink_events *events;
	struct engine_bond *bond;
	struct engine_error error;
	struct engine_member_saved saved[BOND_MEMBERS_MAX];
	struct engine_bond_spec spec;
};

bool mac_parse(const char *text, uint8_t mac[6]);
/* The value of the word that begins with key=, NULL if none does. */
const char *word_value(int count, char **words, const char *key);
double milliseconds_since(const struct timespec *begin);

/* Each one command: its words, and an object for the answer. */
typedef int tool_command(struct tool *tool, int count, char **words, json_t *answer);

tool_command run_vlan, run_vlan_change, run_vlan_remove, run_vlans, run_vlans_remove;

#endif
