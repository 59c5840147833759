/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SESSION_US 1000000ULL

/* A ticket or a session: a secret, whose it is, and since when. */
struct session_entry {
	bool used;
	char secret[SESSION_TOKEN_SIZE];
	struct peer peer;
	uint64_t made_us;
	uint64_t active_us;
};

struct session_table {
	unsigned int ticket_s, idle_s;
	struct session_entry tickets[SESSION_TICKETS_MAX];
	struct session_entry sessions[SESSIONS_MAX];
};

struct session_table *session_table_new(unsigned int ticket_s, unsigned int idle_s)
{
	struct session_table *table = calloc(1, sizeof(*table));

	if (table) {
		table->ticket_s = ticket_s ? ticket_s : SESSION_TICKET_S;
		table->idle_s = idle_s ? idle_s : SESSION_IDLE_S;
	}
	return table;
}

void session_table_free(struct session_table *table)
{
	if (table) {
		explicit_bzero(table, sizeof(*table));
		free(table);
	}
}

static bool session_secret(char out[SESSION_TOKEN_SIZE])
{
	unsigned char bytes[(SESSION_TOKEN_SIZE - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != (ssize_t)sizeof(bytes)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(bytes); i++) {
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	}
	explicit_bzero(bytes, sizeof(bytes));
	return true;
}

/* Takes as long whatever is alike. */
static bool session_secret_equal(const char *a, const char *b)
{
	unsigned int differs = 0;

	if (strnlen(b, SESSION_TOKEN_SIZE) != SESSION_TOKEN_SIZE - 1) {
		return false;
	}
	for (size_t i = 0; i < SESSION_TOKEN_SIZE - 1; i++) {
		differs |= (unsigned char)a[i] ^ (unsigned char)b[i];
	}
	return differs == 0;
}

static struct session_entry *session_by_secret(struct session_entry *list, size_t count,
					       const char *secret)
{
	struct session_entry *found = NULL;

	for (size_t i = 0; i < count; i++) {
		if (session_secret_equal(list[i].secret, secret) && list[i].used) {
			found = &list[i];
		}
	}
	return found;
}

static void session_clear(struct session_entry *entry)
{
	explicit_bzero(entry, sizeof(*entry));
}

/* A free place, or that of the one that was longest unused among those that the peer may
 * displace: its own if it has too many, else anybody's. */
static struct session_entry *session_place(struct session_entry *list, size_t count,
					   const struct peer *peer, size_t own_max)
{
	struct session_entry *free_one = NULL, *oldest = NULL, *own_oldest = NULL;
	size_t own = 0;

	for (size_t i = 0; i < count; i++) {
		struct session_entry *entry = &list[i];

		if (!entry->used) {
			free_one = entry;
			continue;
		}
		if (!oldest || entry->active_us < oldest->active_us) {
			oldest = entry;
		}
		if (entry->peer.uid == peer->uid) {
			own++;
			if (!own_oldest || entry->active_us < own_oldest->active_us) {
				own_oldest = entry;
			}
		}
	}
	if (own >= own_max) {
		return own_oldest;
	}
	return free_one ? free_one : oldest;
}

static void session_expire(struct session_table *table, uint64_t now_us)
{
	for (size_t i = 0; i < SESSION_TICKETS_MAX; i++) {
		struct session_entry *ticket = &table->tickets[i];

		if (ticket->used && now_us - ticket->made_us > table->ticket_s * SESSION_US) {
			session_clear(ticket);
		}
	}
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session_entry *session = &table->sessions[i];

		if (session->used &&
		    (now_us - session->active_us > table->idle_s * SESSION_US ||
		     now_us - session->made_us > SESSION_AGE_S * SESSION_US)) {
			session_clear(session);
		}
	}
}

bool session_ticket(struct session_table *table, const struct peer *peer, uint64_t now_us,
		    char out[SESSION_TOKEN_SIZE])
{
	struct session_entry entry = {
		.used = true, .peer = *peer, .made_us = now_us, .active_us = now_us};

	if (!session_secret(entry.secret)) {
		return false;
	}
	session_expire(table, now_us);
	*session_place(table->tickets, SESSION_TICKETS_MAX, peer, SESSIONS_OF_USER_MAX) = entry;
	memcpy(out, entry.secret, sizeof(entry.secret));
	return true;
}

bool session_redeem(struct session_table *table, const char *ticket, uint64_t now_us,
		    char token[SESSION_TOKEN_SIZE], struct peer *peer)
{
	struct session_entry entry = {.used = true, .made_us = now_us, .active_us = now_us};
	struct session_entry *found;

	session_expire(table, now_us);
	found = session_by_secret(table->tickets, SESSION_TICKETS_MAX, ticket);
	if (!found || !session_secret(entry.secret)) {
		return false;
	}
	entry.peer = found->peer;
	session_clear(found);
	*session_place(table->sessions, SESSIONS_MAX, &entry.peer, SESSIONS_OF_USER_MAX) =
		entry;
	memcpy(token, entry.secret, sizeof(entry.secret));
	*peer = entry.peer;
	return true;
}

bool session_find(struct session_table *table, const char *token, uint64_t now_us, bool active,
		  struct peer *peer)
{
	struct session_entry *found;

	session_expire(table, now_us);
	found = session_by_secret(table->sessions, SESSIONS_MAX, token);
	if (!found) {
		return false;
	}
	if (active) {
		found->active_us = now_us;
	}
	*peer = found->peer;
	return true;
}

void session_end(struct session_table *table, const char *token)
{
	struct session_entry *found = session_by_secret(table->sessions, SESSIONS_MAX, token);

	if (found) {
		session_clear(found);
	}
}

unsigned int session_ticket_seconds(const struct session_table *table)
{
	return table->ticket_s;
}

unsigned int session_idle_seconds(const struct session_table *table)
{
	return table->idle_s;
}

size_t session_count(const struct session_table *table)
{
	size_t count = 0;

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		count += table->sessions[i].used;
	}
	return count;
}
