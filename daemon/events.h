/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happened lately, for those who watch: a ring of the last events. Writing
 * never waits. A reader keeps the number of the next event that it wants; one
 * that has been overtaken learns how many it lost.
 */
#ifndef DAEMON_EVENTS_H
#define DAEMON_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#define EVENT_NAME_SIZE 16
#define EVENT_TEXT_SIZE 200
/* How many are kept; a reader further behind than that has lost some. */
#define EVENTS_KEPT	512

struct event {
	uint64_t number;	      /* from 1, set by events_add() */
	double time;		      /* seconds since the epoch, likewise */
	const char *name;	      /* "mux", "member_added"; of static life */
	char bond[EVENT_NAME_SIZE];   /* "": none */
	char member[EVENT_NAME_SIZE]; /* "": none; also a VLAN interface's name */
	const char *from;	      /* state names of static life, or NULL */
	const char *to;
	char text[EVENT_TEXT_SIZE];
};

struct events {
	uint64_t next; /* number of the next event */
	/* Called after an event was added; NULL for nobody. */
	void (*listener)(void *user);
	void *listener_user;
	struct event ring[EVENTS_KEPT];
};

void events_init(struct events *events);

/* Copies the event in, gives it number and time, and tells the listener. */
void events_add(struct events *events, const struct event *event);

/*
 * The next event for a reader, or NULL if there is none; *next is moved past
 * it. *lost receives how many events before it were overwritten unread.
 */
const struct event *events_next(const struct events *events, uint64_t *next, uint64_t *lost);

#endif
