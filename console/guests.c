/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/guests.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

/* That some had to go is logged this often. */
#define GUESTS_LOG_INTERVAL_S 60

struct guest {
	int fd;
	bool listed;
	struct guest *older, *newer;
};

struct guests {
	pthread_mutex_t lock;
	struct guest *oldest, *newest;
	unsigned int count;
	time_t next_log_s; /* CLOCK_MONOTONIC */
};

struct guests *guests_new(void)
{
	struct guests *guests = calloc(1, sizeof(*guests));

	if (guests) {
		pthread_mutex_init(&guests->lock, NULL);
	}
	return guests;
}

/* The lock is held. */
static void guests_take_out(struct guests *guests, struct guest *guest)
{
	if (!guest->listed) {
		return;
	}
	*(guest->older ? &guest->older->newer : &guests->oldest) = guest->newer;
	*(guest->newer ? &guest->newer->older : &guests->newest) = guest->older;
	guest->listed = false;
	guests->count--;
}

/* The lock is held, which keeps the connection's thread from closing the socket: its number
 * can't be another's yet. The thread then sees the connection's end. */
static void guests_send_oldest(struct guests *guests)
{
	struct guest *guest = guests->oldest;
	struct timespec now;

	guests_take_out(guests, guest);
	(void)shutdown(guest->fd, SHUT_RDWR);
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec >= guests->next_log_s) {
		guests->next_log_s = now.tv_sec + GUESTS_LOG_INTERVAL_S;
		fprintf(stderr,
			"portchannel-console: more than %d connections on which nobody has "
			"signed in: the oldest are closed\n",
			GUESTS_MAX);
	}
}

void guests_enter(struct guests *guests, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct guest *guest = info ? calloc(1, sizeof(*guest)) : NULL;

	*context = guest;
	if (!guest) {
		return;
	}
	guest->fd = info->connect_fd;
	guest->listed = true;
	pthread_mutex_lock(&guests->lock);
	guest->older = guests->newest;
	*(guest->older ? &guest->older->newer : &guests->oldest) = guest;
	guests->newest = guest;
	if (++guests->count > GUESTS_MAX) {
		guests_send_oldest(guests);
	}
	pthread_mutex_unlock(&guests->lock);
}

void guests_leave(struct guests *guests, void **context)
{
	struct guest *guest = *context;

	if (guest) {
		pthread_mutex_lock(&guests->lock);
		guests_take_out(guests, guest);
		pthread_mutex_unlock(&guests->lock);
		free(guest);
		*context = NULL;
	}
}

void guests_know(struct guests *guests, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	if (info && info->socket_context) {
		pthread_mutex_lock(&guests->lock);
		guests_take_out(guests, info->socket_context);
		pthread_mutex_unlock(&guests->lock);
	}
}
