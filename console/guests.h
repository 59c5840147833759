/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections that nobody has signed in on (yet). Any local user can open them, and say
 * nothing on them, or say it slowly. There may be few: for one more the oldest has to go, so
 * that those of people who are signed in always find room. Whose a new one is can't be known
 * before its first request, which comes at once from a browser, long before the newest has
 * become the oldest.
 */
#ifndef CONSOLE_GUESTS_H
#define CONSOLE_GUESTS_H

struct MHD_Connection;

/* More than the files of the page take, for some browsers at one time. */
#define GUESTS_MAX 64

struct guests;

struct guests *guests_new(void); /* NULL: no memory */

/* libmicrohttpd begins a connection, and has ended it, but not closed its socket yet; *context
 * is its socket context. */
void guests_enter(struct guests *guests, struct MHD_Connection *connection, void **context);
void guests_leave(struct guests *guests, void **context);

/* A request came that somebody has signed in for: it isn't a guest's any more. */
void guests_know(struct guests *guests, struct MHD_Connection *connection);

#endif
