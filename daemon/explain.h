/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which link will this flow take? The frame is built from what is known of the
 * flow, hashed with the data path's own hash, and looked up in the running
 * buckets.
 */
#ifndef DAEMON_EXPLAIN_H
#define DAEMON_EXPLAIN_H

#include <jansson.h>
#include <stddef.h>

struct bond_runtime;

#define EXPLAIN_ERROR_SIZE 256

/* The flow, as the client wrote it; NULL where it didn't. */
struct explain_query {
	const char *src;
	const char *dst;
	const char *proto;
	const char *sport;
	const char *dport;
	const char *src_mac;
	const char *dst_mac;
	const char *vlan;
};

/* The answer of doc/api.md, or NULL with error saying what is wrong or absent. */
json_t *explain_flow(const struct bond_runtime *bond, const struct explain_query *query,
		     char error[EXPLAIN_ERROR_SIZE]);

#endif
