/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who gets in. Anybody can connect; those without a role, and readers where there are
 * enough of them, get a fixed answer at once, and libmicrohttpd never sees them. The
 * others become its connections, with the peer kept beside (api->clients).
 *
 * A refused connection is closed a moment later: a client that is about to send its
 * request would otherwise find a broken pipe and never read the answer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/api.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/log.h"

/* Connections that one turn of the loop accepts. */
#define API_ACCEPTS_A_TURN     16
#define API_LINGER_US	       1000000ULL
/* When descriptors or memory are lacking, it's tried again after that. */
#define API_ACCEPT_RETRY_US    100000ULL
/* In what the timer is set to, it needn't be exact. */
#define API_ACCEPT_ACCURACY_US 50000ULL

static char *api_fixed_answer(const char *status, const char *code, const char *message)
{
	json_t *json = json_pack("{s:{s:s, s:o}}", "error", "code", code, "message",
				 json_text(message));
	char *body = json ? json_dumps(json, JSON_COMPACT) : NULL;
	char *answer = NULL;

	if (body && asprintf(&answer,
			     "HTTP/1.1 %s\r\n"
			     "Content-Type: application/json\r\n"
			     "Cache-Control: no-store\r\n"
			     "Connection: close\r\n"
			     "Content-Length: %zu\r\n\r\n%s",
			     status, strlen(body), body) < 0) {
		answer = NULL;
	}
	free(body);
	json_decref(json);
	return answer;
}

static int api_fixed_answers_make(struct api *api)
{
	const struct daemon_options *options = &api->daemon->options;
	char message[512];

	snprintf(message, sizeof(message),
		 "you are in neither group %.100s nor %.100s: the first may look, the second "
		 "may change things, as root may",
		 options->reader_group, options->operator_group);
	api->forbidden = api_fixed_answer("403 Forbidden", "forbidden", message);
	snprintf(message, sizeof(message),
		 "%d clients of group %.100s are connected, the most there may be; try again "
		 "later",
		 API_READERS_MAX, options->reader_group);
	api->busy = api_fixed_answer("503 Service Unavailable", "too_many_clients", message);
	return api->forbidden && api->busy ? 0 : -ENOMEM;
}

static void api_accept_set_timer(struct api *api, uint64_t after_us)
{
	int enabled;

	if (sd_event_source_get_enabled(api->accept_timer, &enabled) > 0) {
		return;
	}
	sd_event_source_set_time_relative(api->accept_timer, after_us);
	sd_event_source_set_enabled(api->accept_timer, SD_EVENT_ONESHOT);
}

/* Says why not. There is no waiting for the client: an answer that doesn't fit an
 * empty socket is cut. */
static void api_refuse(struct api *api, int fd, const char *answer)
{
	struct api_lingering *lingering = &api->lingering[api->lingering_next];

	(void)!send(fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	if (lingering->fd >= 0) {
		close(lingering->fd);
	}
	*lingering = (struct api_lingering){.fd = fd, .since_us = daemon_now_us()};
	api->lingering_next = (api->lingering_next + 1) % API_LINGERING_MAX;
	api_accept_set_timer(api, API_LINGER_US);
}

static struct api_client *api_client_take(struct api *api, const struct peer *peer)
{
	for (size_t i = 0; i < API_CLIENTS_MAX; i++) {
		struct api_client *client = &api->clients[i];

		if (!client->used) {
			*client = (struct api_client){.used = true, .peer = *peer};
			api->client_count++;
			api->reader_count += peer->role < PEER_ROLE_OPERATOR;
			return client;
		}
	}
	return NULL;
}

static void api_client_release(struct api *api, struct api_client *client)
{
	client->used = false;
	api->client_count--;
	api->reader_count -= client->peer.role < PEER_ROLE_OPERATOR;
	if (api->accept) {
		sd_event_source_set_enabled(api->accept, SD_EVENT_ON);
	}
}

void api_accept_notify(void *user, struct MHD_Connection *connection, void **socket_context,
		       enum MHD_ConnectionNotificationCode code)
{
	struct api *api = user;

	(void)connection;
	switch (code) {
	case MHD_CONNECTION_NOTIFY_STARTED:
		*socket_context = api->accepting;
		api->accepting = NULL;
		break;
	case MHD_CONNECTION_NOTIFY_CLOSED:
		if (*socket_context) {
			api_client_release(api, *socket_context);
			*socket_context = NULL;
		}
		break;
	}
}

static void api_admit(struct api *api, int fd, const struct peer *peer)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct api_client *client = api_client_take(api, peer);

	if (!client) {
		close(fd);
		return;
	}
	api->accepting = client;
	/* Takes the descriptor over in any case. */
	(void)MHD_add_connection(api->http, fd, (struct sockaddr *)&address, sizeof(address));
	if (api->accepting) {
		api->accepting = NULL;
		api_client_release(api, client);
	}
}

/* False: there is nothing more to accept now. */
static bool api_accept_one(struct api *api)
{
	struct peer peer;
	int fd = accept4(api->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
			sd_event_source_set_enabled(api->accept, SD_EVENT_OFF);
			api_accept_set_timer(api, API_ACCEPT_RETRY_US);
		}
		return errno == ECONNABORTED || errno == EINTR;
	}
	if (peer_of_socket(fd, &api->daemon->groups, &peer) < 0) {
		close(fd);
	} else if (peer.role == PEER_ROLE_NONE) {
		log_line(LOG_LEVEL_DEBUG, "a client without a role is refused uid=%lu pid=%d",
			 (unsigned long)peer.uid, (int)peer.pid);
		api_refuse(api, fd, api->forbidden);
	} else if (peer.role < PEER_ROLE_OPERATOR && api->reader_count >= API_READERS_MAX) {
		api_refuse(api, fd, api->busy);
	} else {
		api_admit(api, fd, &peer);
	}
	return true;
}

static int api_on_accept(sd_event_source *source, int fd, uint32_t events, void *user)
{
	struct api *api = user;

	(void)fd;
	(void)events;
	for (int i = 0; i < API_ACCEPTS_A_TURN; i++) {
		if (api->client_count >= API_CLIENTS_MAX) {
			/* Who is next can't be known before accepting: all wait. */
			sd_event_source_set_enabled(source, SD_EVENT_OFF);
			break;
		}
		if (!api_accept_one(api)) {
			break;
		}
	}
	api_wake(api);
	return 0;
}

static int api_on_accept_timer(sd_event_source *source, uint64_t time_us, void *user)
{
	struct api *api = user;
	uint64_t now_us = daemon_now_us();
	bool more = false;

	(void)source;
	(void)time_us;
	for (size_t i = 0; i < API_LINGERING_MAX; i++) {
		struct api_lingering *lingering = &api->lingering[i];

		if (lingering->fd >= 0 && now_us - lingering->since_us >= API_LINGER_US) {
			close(lingering->fd);
			lingering->fd = -1;
		}
		more = more || lingering->fd >= 0;
	}
	if (api->client_count < API_CLIENTS_MAX) {
		sd_event_source_set_enabled(api->accept, SD_EVENT_ON);
	}
	if (more) {
		api_accept_set_timer(api, API_LINGER_US / 2);
	}
	return 0;
}

int api_accept_open(struct api *api, sd_event *loop)
{
	int err = api_fixed_answers_make(api);

	if (err >= 0) {
		err = sd_event_add_time(loop, &api->accept_timer, CLOCK_MONOTONIC, UINT64_MAX,
					API_ACCEPT_ACCURACY_US, api_on_accept_timer, api);
	}
	if (err >= 0) {
		err = sd_event_add_io(loop, &api->accept, api->listener, EPOLLIN, api_on_accept,
				      api);
	}
	if (err < 0) {
		return err;
	}
	sd_event_source_set_enabled(api->accept_timer, SD_EVENT_OFF);
	sd_event_source_set_priority(api->accept_timer, DAEMON_PRIORITY_API);
	sd_event_source_set_priority(api->accept, DAEMON_PRIORITY_API);
	return 0;
}

void api_accept_close(struct api *api)
{
	api->accept = sd_event_source_disable_unref(api->accept);
	api->accept_timer = sd_event_source_disable_unref(api->accept_timer);
	for (size_t i = 0; i < API_LINGERING_MAX; i++) {
		if (api->lingering[i].fd >= 0) {
			close(api->lingering[i].fd);
		}
	}
	close(api->listener);
	free(api->forbidden);
	free(api->busy);
}
