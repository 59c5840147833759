/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/session.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct sessions {
	pthread_mutex_t lock;
	unsigned long signed_in; /* since the start */
	size_t next;		 /* of sessions_any() */
	struct session list[SESSION_MAX];
};

struct sessions *sessions_new(void)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));

	if (sessions) {
		pthread_mutex_init(&sessions->lock, NULL);
	}
	return sessions;
}

void sessions_free(struct sessions *sessions)
{
	if (!sessions) {
		return;
	}
	pthread_mutex_destroy(&sessions->lock);
	explicit_bzero(sessions, sizeof(*sessions));
	free(sessions);
}

static bool session_secret(char out[REQUEST_TOKEN_SIZE])
{
	unsigned char bytes[(REQUEST_TOKEN_SIZE - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(bytes); i++) {
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	}
	return true;
}

static struct session *sessions_place(struct sessions *sessions)
{
	struct session *oldest = &sessions->list[0];

	for (size_t i = 0; i < SESSION_MAX; i++) {
		if (!sessions->list[i].used) {
			return &sessions->list[i];
		}
		if (sessions->list[i].number < oldest->number) {
			oldest = &sessions->list[i];
		}
	}
	return oldest;
}

bool sessions_add(struct sessions *sessions, const char *token, const char *user,
		  const char *role, struct session *out)
{
	struct session session = {.used = true};

	if (!session_secret(session.cookie) || !session_secret(session.csrf)) {
		return false;
	}
	snprintf(session.token, sizeof(session.token), "%s", token);
	snprintf(session.user, sizeof(session.user), "%s", user);
	snprintf(session.role, sizeof(session.role), "%s", role);
	pthread_mutex_lock(&sessions->lock);
	session.number = ++sessions->signed_in;
	*sessions_place(sessions) = session;
	pthread_mutex_unlock(&sessions->lock);
	*out = session;
	return true;
}

bool sessions_find(struct sessions *sessions, const char *cookie, const char *csrf,
		   struct session *out)
{
	bool found = false;

	pthread_mutex_lock(&sessions->lock);
	/* All of them are looked at, whichever fits. */
	for (size_t i = 0; i < SESSION_MAX; i++) {
		const struct session *session = &sessions->list[i];
		bool fits = request_token_equal(session->cookie, cookie);

		fits = request_token_equal(session->csrf, csrf) && fits;
		if (session->used && fits) {
			*out = *session;
			found = true;
		}
	}
	pthread_mutex_unlock(&sessions->lock);
	return found;
}

bool sessions_any(struct sessions *sessions, struct session *out)
{
	bool found = false;

	pthread_mutex_lock(&sessions->lock);
	for (size_t i = 0; i < SESSION_MAX && !found; i++) {
		sessions->next = (sessions->next + 1) % SESSION_MAX;
		found = sessions->list[sessions->next].used;
	}
	if (found) {
		*out = sessions->list[sessions->next];
	}
	pthread_mutex_unlock(&sessions->lock);
	return found;
}

/* NULL: there is none with that token. The lock is held. */
static struct session *sessions_of_token(struct sessions *sessions, const char *token)
{
	for (size_t i = 0; i < SESSION_MAX; i++) {
		if (sessions->list[i].used && strcmp(sessions->list[i].token, token) == 0) {
			return &sessions->list[i];
		}
	}
	return NULL;
}

bool sessions_has(struct sessions *sessions, const char *token)
{
	bool has;

	pthread_mutex_lock(&sessions->lock);
	has = sessions_of_token(sessions, token) != NULL;
	pthread_mutex_unlock(&sessions->lock);
	return has;
}

void sessions_remove(struct sessions *sessions, const char *token)
{
	struct session *session;

	pthread_mutex_lock(&sessions->lock);
	session = sessions_of_token(sessions, token);
	if (session) {
		explicit_bzero(session, sizeof(*session));
	}
	pthread_mutex_unlock(&sessions->lock);
}
