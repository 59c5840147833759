/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What systemd is told, by the protocol of sd_notify(3), and its watchdog. Not by
 * sd_notify() itself, which waits while the manager's queue is full, as it is when
 * the manager is stuck: LACP's partners would not wait along.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <systemd/sd-event.h>

struct notify;

/* Reads NOTIFY_SOCKET and WATCHDOG_USEC. 0, also where nobody wants to be told, or
 * -errno. */
int notify_open(sd_event *loop, struct notify **out);
/* NULL is fine, here and below. */
void notify_close(struct notify *notify);

/* Sends the lines, without waiting. If the queue is full they are sent later, unless
 * there is something newer by then. */
void notify_send(struct notify *notify, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Tells the watchdog that we live; the loop does so by itself. */
void notify_alive(struct notify *notify);

#endif
