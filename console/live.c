/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/live.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "console/console.h"
#include "console/session.h"
#include "console/upstream.h"

/* Events that a slow viewer may be behind; more are lost to it, and the page shows what is. */
#define LIVE_EVENTS_MAX	    256
/* A longer event is not the daemon's. */
#define LIVE_EVENT_SIZE_MAX 65536
#define LIVE_INTERVAL_MS    1000
#define LIVE_RETRY_MS	    1000
#define LIVE_KEEPALIVE_MS   5000
/* Each has a connection for as long as it looks: some are left to those who sign in. */
#define LIVE_VIEWERS_MAX    128
#define LIVE_OF_SESSION_MAX 32

/* A text that several viewers send at their own pace. */
struct live_text {
	unsigned int users;
	size_t size;
	char bytes[];
};

struct live {
	struct console *console;
	pthread_mutex_t lock;
	pthread_cond_t news;
	pthread_t poller, listener;
	bool ending;
	unsigned int viewers;
	struct live_viewer *list;  /* of them */
	struct live_text *present; /* the newest "live" or "unreachable" block */
	unsigned long present_number;
	struct live_text *events[LIVE_EVENTS_MAX]; /* by number */
	unsigned long event_number;		   /* of the next one */
	/* Of the listener alone: what has come of a line, and of it what fits. */
	char line[LIVE_EVENT_SIZE_MAX];
	size_t line_size;
};

struct live_viewer {
	struct live *live;
	char token[REQUEST_TOKEN_SIZE];
	unsigned long seen_present, seen_events;
	struct live_text *sending;
	size_t sent;
	struct live_viewer *next;
};

static struct timespec live_after(unsigned int delay_ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += delay_ms / 1000;
	at.tv_nsec += (long)(delay_ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

/* "event: NAME\ndata: TEXT\n\n"; NULL: no memory. text has no line end. */
static struct live_text *live_text_new(const char *name, const char *text, size_t size)
{
	struct live_text *block = malloc(sizeof(*block) + size + strlen(name) + 32);
	int head;

	if (!block) {
		return NULL;
	}
	block->users = 1;
	head = sprintf(block->bytes, "event: %s\ndata: ", name);
	memcpy(block->bytes + head, text, size);
	block->size = (size_t)head + size;
	block->bytes[block->size++] = '\n';
	block->bytes[block->size++] = '\n';
	return block;
}

/* The lock is held. */
static void live_text_drop(struct live_text *text)
{
	if (text && --text->users == 0) {
		free(text);
	}
}

static void live_show(struct live *live, struct live_text *text)
{
	if (!text) {
		return;
	}
	pthread_mutex_lock(&live->lock);
	live_text_drop(live->present);
	live->present = text;
	live->present_number++;
	pthread_cond_broadcast(&live->news);
	pthread_mutex_unlock(&live->lock);
}

static void live_add_event(struct live *live, struct live_text *text)
{
	struct live_text **place;

	if (!text) {
		return;
	}
	pthread_mutex_lock(&live->lock);
	place = &live->events[live->event_number++ % LIVE_EVENTS_MAX];
	live_text_drop(*place);
	*place = text;
	pthread_cond_broadcast(&live->news);
	pthread_mutex_unlock(&live->lock);
}

/* Waits so long, less if it is to end; false: it is. */
static bool live_pause(struct live *live, unsigned int delay_ms)
{
	struct timespec until = live_after(delay_ms);
	bool goes_on;

	pthread_mutex_lock(&live->lock);
	while (!live->ending && pthread_cond_timedwait(&live->news, &live->lock, &until) == 0) {
	}
	/* With nobody looking, nothing is asked. */
	while (!live->ending && live->viewers == 0) {
		pthread_cond_wait(&live->news, &live->lock);
	}
	goes_on = !live->ending;
	pthread_mutex_unlock(&live->lock);
	return goes_on;
}

static bool live_has_line_end(const char *bytes, size_t size)
{
	return memchr(bytes, '\n', size) || memchr(bytes, '\r', size);
}

static void live_ask(struct live *live)
{
	struct upstream_answer answer;
	struct session session;

	if (!sessions_any(live->console->sessions, &session) ||
	    !upstream_call(live->console->socket, "GET", "/v1/live", session.token, NULL,
			   &answer)) {
		return;
	}
	if (answer.status == 200 && !live_has_line_end(answer.bytes, answer.size)) {
		live_show(live, live_text_new("live", answer.bytes, answer.size));
	} else if (answer.status == 401) {
		sessions_remove(live->console->sessions, session.token);
		pthread_mutex_lock(&live->lock);
		pthread_cond_broadcast(&live->news);
		pthread_mutex_unlock(&live->lock);
	} else {
		live_show(live, live_text_new("unreachable", "{}", 2));
	}
	free(answer.bytes);
}

static void *live_poll(void *user)
{
	struct live *live = user;

	do {
		live_ask(live);
	} while (live_pause(live, LIVE_INTERVAL_MS));
	return NULL;
}

/* A line of the daemon's stream is whole: those with data go on to the viewers. */
static void live_take_line(struct live *live)
{
	static const char prefix[] = "data:";
	size_t skip = sizeof(prefix) - 1;

	if (live->line_size > skip && memcmp(live->line, prefix, skip) == 0) {
		while (skip < live->line_size && live->line[skip] == ' ') {
			skip++;
		}
		live_add_event(live, live_text_new("event", live->line + skip,
						   live->line_size - skip));
	}
	live->line_size = 0;
}

static bool live_on_piece(const char *bytes, size_t size, void *user)
{
	struct live *live = user;
	bool goes_on;

	for (size_t i = 0; i < size; i++) {
		if (bytes[i] == '\n') {
			live_take_line(live);
		} else if (bytes[i] != '\r' && live->line_size < sizeof(live->line)) {
			live->line[live->line_size++] = bytes[i];
		}
	}
	pthread_mutex_lock(&live->lock);
	goes_on = !live->ending && live->viewers > 0;
	pthread_mutex_unlock(&live->lock);
	return goes_on;
}

static void *live_listen(void *user)
{
	struct live *live = user;
	struct session session;

	while (live_pause(live, LIVE_RETRY_MS)) {
		live->line_size = 0;
		if (sessions_any(live->console->sessions, &session)) {
			(void)upstream_stream(live->console->socket, "/v1/events",
					      session.token, live_on_piece, live);
		}
	}
	return NULL;
}

struct live *live_start(struct console *console)
{
	struct live *live = calloc(1, sizeof(*live));
	pthread_condattr_t attributes;

	if (!live) {
		return NULL;
	}
	live->console = console;
	pthread_mutex_init(&live->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&live->news, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&live->poller, NULL, live_poll, live) != 0) {
		free(live);
		return NULL;
	}
	if (pthread_create(&live->listener, NULL, live_listen, live) != 0) {
		live_dismiss(live);
		pthread_join(live->poller, NULL);
		free(live);
		return NULL;
	}
	return live;
}

void live_dismiss(struct live *live)
{
	pthread_mutex_lock(&live->lock);
	live->ending = true;
	pthread_cond_broadcast(&live->news);
	pthread_mutex_unlock(&live->lock);
}

/* Whether the session may have one more. The lock is held. */
static bool live_has_room(const struct live *live, const char *token)
{
	unsigned int own = 0;

	for (const struct live_viewer *viewer = live->list; viewer; viewer = viewer->next) {
		own += strcmp(viewer->token, token) == 0;
	}
	return live->viewers < LIVE_VIEWERS_MAX && own < LIVE_OF_SESSION_MAX;
}

struct live_viewer *live_viewer_new(struct live *live, const char *token)
{
	struct live_viewer *viewer = calloc(1, sizeof(*viewer));

	if (!viewer) {
		return NULL;
	}
	viewer->live = live;
	snprintf(viewer->token, sizeof(viewer->token), "%s", token);
	pthread_mutex_lock(&live->lock);
	if (!live_has_room(live, token)) {
		pthread_mutex_unlock(&live->lock);
		free(viewer);
		return NULL;
	}
	viewer->next = live->list;
	live->list = viewer;
	/* What there is at once, if it can be of now; events from now on. */
	viewer->seen_present = live->viewers > 0 && live->present_number > 0
				       ? live->present_number - 1
				       : live->present_number;
	viewer->seen_events = live->event_number;
	live->viewers++;
	pthread_cond_broadcast(&live->news);
	pthread_mutex_unlock(&live->lock);
	return viewer;
}

void live_viewer_free(struct live_viewer *viewer)
{
	struct live *live = viewer->live;

	pthread_mutex_lock(&live->lock);
	for (struct live_viewer **at = &live->list; *at; at = &(*at)->next) {
		if (*at == viewer) {
			*at = viewer->next;
			break;
		}
	}
	live->viewers--;
	live_text_drop(viewer->sending);
	pthread_mutex_unlock(&live->lock);
	free(viewer);
}

/* What comes next for the viewer, with the lock held; NULL: nothing yet. */
static struct live_text *live_viewer_next(struct live_viewer *viewer)
{
	struct live *live = viewer->live;
	struct live_text *text = NULL;

	if (live->event_number - viewer->seen_events > LIVE_EVENTS_MAX) {
		viewer->seen_events = live->event_number - LIVE_EVENTS_MAX;
	}
	if (viewer->seen_events != live->event_number) {
		text = live->events[viewer->seen_events++ % LIVE_EVENTS_MAX];
	} else if (viewer->seen_present != live->present_number) {
		viewer->seen_present = live->present_number;
		text = live->present;
	}
	if (text) {
		text->users++;
	}
	return text;
}

/* Waits for something to send; false: the stream ends. With the lock held. */
static bool live_viewer_wait(struct live_viewer *viewer)
{
	struct live *live = viewer->live;
	struct timespec until = live_after(LIVE_KEEPALIVE_MS);

	while (!live->ending) {
		if (!sessions_has(live->console->sessions, viewer->token)) {
			return false;
		}
		viewer->sending = live_viewer_next(viewer);
		if (viewer->sending) {
			return true;
		}
		if (pthread_cond_timedwait(&live->news, &live->lock, &until) == ETIMEDOUT) {
			/* So that a client that has gone is noticed. */
			viewer->sending = live_text_new("idle", "{}", 2);
			return viewer->sending != NULL;
		}
	}
	return false;
}

ssize_t live_viewer_read(struct live_viewer *viewer, char *out, size_t size)
{
	struct live *live = viewer->live;
	ssize_t result = -1;

	pthread_mutex_lock(&live->lock);
	if (viewer->sending || live_viewer_wait(viewer)) {
		size_t rest = viewer->sending->size - viewer->sent;
		size_t piece = rest < size ? rest : size;

		memcpy(out, viewer->sending->bytes + viewer->sent, piece);
		viewer->sent += piece;
		if (piece == rest) {
			live_text_drop(viewer->sending);
			viewer->sending = NULL;
			viewer->sent = 0;
		}
		result = (ssize_t)piece;
	}
	pthread_mutex_unlock(&live->lock);
	return result;
}
