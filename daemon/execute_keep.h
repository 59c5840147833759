/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a plan's steps may take along that isn't theirs: addresses and routes that others
 * have put on our interfaces (a virtual address of keepalived's, a routing daemon's routes),
 * those of a NIC that becomes a member, what the kernel drops when an interface goes down or
 * an address goes. They are copied before the first step, and put back when the steps have
 * been undone. What is gone when they have succeeded is written down, if the change may be
 * taken back later (daemon/taken_along.h).
 */
#ifndef DAEMON_EXECUTE_KEEP_H
#define DAEMON_EXECUTE_KEEP_H

#include <jansson.h>
#include <stdbool.h>

struct daemon;
struct plan;
struct execute_keep;

/* 0, *out NULL if the steps take nothing along; or -errno. */
int execute_keep_make(struct daemon *daemon, const struct plan *plan,
		      struct execute_keep **out);
/* Before the first step: writes down, for the change of that number, what the steps may take
 * along for good, and former with it (daemon/taken_along.h), which may be NULL. 0 or -errno. */
int execute_keep_write(struct execute_keep *keep, const struct plan *plan, unsigned int number,
		       json_t *former);
/* After the last: only what has gone indeed stays written down. */
void execute_keep_settle(struct execute_keep *keep);
/* False: some couldn't be put back, which is logged. keep may be NULL. */
bool execute_keep_restore(struct execute_keep *keep);
void execute_keep_free(struct execute_keep *keep); /* NULL is fine */

#endif
