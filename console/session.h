/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is signed in to the console. A session is a cookie (which the browser keeps from
 * scripts), a second secret that the page keeps for its own origin (a cookie goes to every
 * port of the host), and the daemon's token, which alone says what may be done.
 */
#ifndef CONSOLE_SESSION_H
#define CONSOLE_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "console/request.h"

#define SESSION_MAX	  64
#define SESSION_USER_SIZE 64
#define SESSION_ROLE_SIZE 16

struct session {
	bool used;
	char cookie[REQUEST_TOKEN_SIZE];
	char csrf[REQUEST_TOKEN_SIZE];
	char token[REQUEST_TOKEN_SIZE]; /* the daemon's */
	char user[SESSION_USER_SIZE];
	char role[SESSION_ROLE_SIZE];
	unsigned long number; /* in the order of signing in */
};

struct sessions;

struct sessions *sessions_new(void); /* NULL: no memory */
void sessions_free(struct sessions *sessions);

/* Adds one for the daemon's token, with secrets of its own, in the place of the oldest if all
 * are taken; *out is a copy. False: no randomness. */
bool sessions_add(struct sessions *sessions, const char *token, const char *user,
		  const char *role, struct session *out);
/* A copy of the one that both secrets belong to. */
bool sessions_find(struct sessions *sessions, const char *cookie, const char *csrf,
		   struct session *out);
/* Any one that is there, another at each call: whose token live data are asked for with. */
bool sessions_any(struct sessions *sessions, struct session *out);
bool sessions_has(struct sessions *sessions, const char *token);
/* Forgets the one with the daemon's token. */
void sessions_remove(struct sessions *sessions, const char *token);

#endif
