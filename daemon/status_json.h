/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What clients see of the running bonds, as doc/api.md has it. New references
 * throughout; NULL: no memory.
 */
#ifndef DAEMON_STATUS_JSON_H
#define DAEMON_STATUS_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "abi/datapath.h"
#include "core/bond.h"
#include "daemon/events.h"

struct bond_runtime;
struct problems;
struct bond_runtime_member;
struct daemon;
struct nic_runtime;

/* The whole: daemon, bonds and NICs (all, or the one given), problems. */
json_t *status_json(struct daemon *daemon, struct bond_runtime *only_bond,
		    struct nic_runtime *only_nic);
/* One bond. */
json_t *status_json_bond(struct bond_runtime *bond);
json_t *status_json_problems(struct daemon *daemon);
json_t *status_json_problem_list(const struct problems *problems);
json_t *status_json_event(const struct event *event);

/* status_member.c */
json_t *status_json_member(const struct bond_runtime_member *member,
			   const struct dp_counters *counters);

/* "active", "standby", "down" or "absent". */
const char *status_member_state(const struct bond_runtime_member *member);

/* status_lacp.c: the name of one of the eight bits of LACP's state, from the lowest; */
const char *status_lacp_flag_name(int bit);
/* whether a partner was ever heard; */
bool status_lacp_is_heard(const struct lacp_port *port);
/* of the bond, null in other modes; and of a member. */
json_t *status_json_lacp(const struct bond_runtime *bond);
json_t *status_json_lacp_port(const struct lacp_port *port);

/* {"packets": 1, "bytes": 60} */
json_t *status_json_traffic(uint64_t packets, uint64_t bytes);

#endif
