/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tickets and sessions for the console: whom a call with a token counts as made by. A
 * ticket carries a peer's role once and for a minute, a session for as long as it is
 * used. Both are in memory only: a new daemon knows none.
 *
 * Pure but for randomness: the time comes in.
 */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/peer.h"

#define SESSION_TOKEN_SIZE   65 /* 64 hex digits and the NUL */
/* How long a ticket is good, at most and unless told otherwise. */
#define SESSION_TICKET_S     60
/* How long a session lasts without use, unless told otherwise, and at most. */
#define SESSION_IDLE_S	     900
#define SESSION_IDLE_S_MAX   3600
#define SESSION_AGE_S	     43200
#define SESSIONS_MAX	     64
#define SESSIONS_OF_USER_MAX 16
#define SESSION_TICKETS_MAX  64

struct session_table;

/* Both in seconds, as above; 0 for the usual. NULL: no memory. */
struct session_table *session_table_new(unsigned int ticket_s, unsigned int idle_s);
void session_table_free(struct session_table *table);

/* Gives the peer a ticket; the oldest goes if there are too many. False: no randomness. */
bool session_ticket(struct session_table *table, const struct peer *peer, uint64_t now_us,
		    char out[SESSION_TOKEN_SIZE]);
/* Redeems it, once: the session's token and whose it is. False: no such ticket, or too old. */
bool session_redeem(struct session_table *table, const char *ticket, uint64_t now_us,
		    char token[SESSION_TOKEN_SIZE], struct peer *peer);
/* Whose the token is; counts as use if active. False: there is no such session any more. */
bool session_find(struct session_table *table, const char *token, uint64_t now_us, bool active,
		  struct peer *peer);
void session_end(struct session_table *table, const char *token);
/* How long tickets and idle sessions last there, in seconds. */
unsigned int session_ticket_seconds(const struct session_table *table);
unsigned int session_idle_seconds(const struct session_table *table);
/* How many there are. */
size_t session_count(const struct session_table *table);

#endif
