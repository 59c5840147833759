/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * News of interfaces: members that appear, vanish, change name or carrier; the
 * bond's own device and what is stacked on it. The news only says where to look;
 * what is true is asked then, so that news that is old by now does no harm.
 */
#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

struct daemon;

/* 0 or -errno. */
int watch_open(struct daemon *daemon);
void watch_close(struct daemon *daemon);

/* Looks at everything, as if there were news of it. */
void watch_resync(struct daemon *daemon);

#endif
