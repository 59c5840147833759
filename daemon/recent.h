/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last minutes, for a page that was opened only now: what each member had carried every
 * few seconds, and the last events. Kept in memory; a restarted daemon begins anew.
 */
#ifndef DAEMON_RECENT_H
#define DAEMON_RECENT_H

#include <jansson.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "abi/bond_types.h"

struct daemon;

#define RECENT_INTERVAL_S   5
#define RECENT_SAMPLES	    60
#define RECENT_MEMBER_SIZE  16
#define RECENT_EVENTS_SHOWN 200

/* A bond's, by sample's number modulo RECENT_SAMPLES and by slot; all 0 at first. */
struct recent_bond {
	char members[BOND_MEMBERS_MAX][RECENT_MEMBER_SIZE]; /* as in the files; "" none */
	uint64_t since[BOND_MEMBERS_MAX];		    /* number of its first sample */
	uint64_t rx_bytes[RECENT_SAMPLES][BOND_MEMBERS_MAX];
	uint64_t tx_bytes[RECENT_SAMPLES][BOND_MEMBERS_MAX];
};

/* The daemon's; all 0 at first. */
struct recent {
	sd_event_source *timer;
	uint64_t next; /* number of the next sample */
	double times[RECENT_SAMPLES];
};

/* 0 or -errno. */
int recent_open(struct daemon *daemon);
void recent_close(struct daemon *daemon);

/* As GET /v1/recent answers; NULL: no memory. */
json_t *recent_json(struct daemon *daemon);

#endif
