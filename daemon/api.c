/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/api.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/json_util.h"

#define API_BACKLOG		  128
#define API_CONNECTION_MEMORY	  16384
#define API_KEEPALIVE_INTERVAL_US (15 * 1000000ULL)

/* What has come of a request's body. */
struct api_body {
	size_t size;
	bool too_large;
	bool out_of_memory;
	char *bytes;
};

enum MHD_Result api_answer(struct api_call *call, unsigned int status, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	struct MHD_Response *response;
	enum MHD_Result result;

	json_decref(json);
	if (!text) {
		return MHD_NO;
	}
	response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (call->allow) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, call->allow);
	}
	result = MHD_queue_response(call->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result api_answer_error(struct api_call *call, unsigned int status, const char *code,
				 const char *format, ...)
{
	char message[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	/* Names in a message come from the client: not surely UTF-8. */
	return api_answer(call, status,
			  json_pack("{s:{s:s, s:o}}", "error", "code", code, "message",
				    json_text(message)));
}

const char *api_parameter(const struct api_call *call, const char *name)
{
	return MHD_lookup_connection_value(call->connection, MHD_GET_ARGUMENT_KIND, name);
}

static void api_body_append(struct api_body *body, const char *data, size_t size)
{
	char *bytes;

	if (body->too_large || body->size + size > API_BODY_MAX) {
		body->too_large = true;
		return;
	}
	bytes = realloc(body->bytes, body->size + size + 1);
	if (!bytes) {
		body->out_of_memory = true;
		return;
	}
	memcpy(bytes + body->size, data, size);
	body->bytes = bytes;
	body->size += size;
	body->bytes[body->size] = '\0';
}

/* libmicrohttpd calls this once when the headers are there, then with each
 * piece of the body, then once more with none: that is when it is answered. */
static enum MHD_Result api_request(void *user, struct MHD_Connection *connection,
				   const char *path, const char *method, const char *version,
				   const char *data, size_t *data_size, void **state)
{
	struct api_body *body = *state;
	struct api_call call = {.api = user, .connection = connection};

	(void)version;
	if (!body) {
		*state = calloc(1, sizeof(*body));
		return *state ? MHD_YES : MHD_NO;
	}
	if (*data_size > 0) {
		api_body_append(body, data, *data_size);
		*data_size = 0;
		return MHD_YES;
	}
	if (body->out_of_memory) {
		return MHD_NO;
	}
	if (body->too_large) {
		return api_answer_error(&call, MHD_HTTP_CONTENT_TOO_LARGE, "body_too_large",
					"the body is longer than %d bytes", API_BODY_MAX);
	}
	call.body = body->bytes ? body->bytes : "";
	if (strlen(call.body) != body->size) {
		return api_answer_error(&call, MHD_HTTP_BAD_REQUEST, "bad_body",
					"the body has a zero byte in it; expected JSON");
	}
	return api_calls_dispatch(&call, method, path);
}

static void api_request_done(void *user, struct MHD_Connection *connection, void **state,
			     enum MHD_RequestTerminationCode why)
{
	struct api_body *body = *state;

	(void)user;
	(void)connection;
	(void)why;
	if (body) {
		free(body->bytes);
		free(body);
		*state = NULL;
	}
}

static void api_schedule(struct api *api)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	if (MHD_get_timeout(api->http, &timeout_ms) == MHD_YES) {
		sd_event_source_set_time_relative(api->timer, timeout_ms * 1000);
		sd_event_source_set_enabled(api->timer, SD_EVENT_ONESHOT);
	} else {
		sd_event_source_set_enabled(api->timer, SD_EVENT_OFF);
	}
}

static void api_run(struct api *api)
{
	MHD_run(api->http);
	api_schedule(api);
}

static int api_on_io(sd_event_source *source, int fd, uint32_t events, void *user)
{
	(void)source;
	(void)fd;
	(void)events;
	api_run(user);
	return 0;
}

static int api_on_time(sd_event_source *source, uint64_t time_us, void *user)
{
	(void)source;
	(void)time_us;
	api_run(user);
	return 0;
}

static int api_on_wake(sd_event_source *source, void *user)
{
	(void)source;
	api_events_resume(user, false);
	api_run(user);
	return 0;
}

/* Shows the streams' clients that we live, and us which of them don't. */
static int api_on_keepalive(sd_event_source *source, uint64_t time_us, void *user)
{
	(void)time_us;
	api_events_resume(user, true);
	api_run(user);
	sd_event_source_set_time_relative(source, API_KEEPALIVE_INTERVAL_US);
	sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	return 0;
}

static void api_on_event(void *user)
{
	struct api *api = user;

	if (api->streams) {
		sd_event_source_set_enabled(api->wake, SD_EVENT_ONESHOT);
	}
}

/* Whether a daemon answers on the socket of that name. */
static bool api_socket_answers(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answers;

	if (fd < 0) {
		return false;
	}
	answers = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		  errno == EAGAIN;
	close(fd);
	return answers;
}

static int api_socket_bind(int fd, const struct sockaddr_un *address)
{
	struct stat st;
	mode_t mask;
	int err = 0;

	if (lstat(address->sun_path, &st) == 0) {
		if (!S_ISSOCK(st.st_mode)) {
			return -EEXIST;
		}
		if (api_socket_answers(address)) {
			return -EADDRINUSE;
		}
		unlink(address->sun_path);
	}
	mask = umask(0177);
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		err = -errno;
	}
	umask(mask);
	if (err == 0 && listen(fd, API_BACKLOG) < 0) {
		err = -errno;
		unlink(address->sun_path);
	}
	return err;
}

static int api_socket_make(const char *path, char error[API_SOCKET_ERROR_SIZE])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path)) {
		snprintf(error, API_SOCKET_ERROR_SIZE,
			 "%s: the name of a socket has at most %zu characters", path,
			 sizeof(address.sun_path) - 1);
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		err = -errno;
		snprintf(error, API_SOCKET_ERROR_SIZE, "no Unix socket: %s", strerror(-err));
		return err;
	}
	err = api_socket_bind(fd, &address);
	if (err < 0) {
		snprintf(error, API_SOCKET_ERROR_SIZE, "%s: %s", path,
			 err == -EADDRINUSE ? "another process answers on this socket"
			 : err == -EEXIST   ? "is there and is no socket"
					    : strerror(-err));
		close(fd);
		return err;
	}
	return fd;
}

static int api_add_sources(struct api *api, sd_event *loop)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(api->http, MHD_DAEMON_INFO_EPOLL_FD);
	int err = sd_event_add_io(loop, &api->io, info->epoll_fd, EPOLLIN, api_on_io, api);

	if (err >= 0) {
		err = sd_event_add_time(loop, &api->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000,
					api_on_time, api);
	}
	if (err >= 0) {
		err = sd_event_add_time_relative(loop, &api->keepalive, CLOCK_MONOTONIC,
						 API_KEEPALIVE_INTERVAL_US, 1000000,
						 api_on_keepalive, api);
	}
	if (err >= 0) {
		err = sd_event_add_defer(loop, &api->wake, api_on_wake, api);
	}
	if (err < 0) {
		return err;
	}
	sd_event_source_set_enabled(api->timer, SD_EVENT_OFF);
	sd_event_source_set_enabled(api->wake, SD_EVENT_OFF);
	sd_event_source_set_priority(api->io, DAEMON_PRIORITY_API);
	sd_event_source_set_priority(api->timer, DAEMON_PRIORITY_API);
	sd_event_source_set_priority(api->keepalive, DAEMON_PRIORITY_API);
	sd_event_source_set_priority(api->wake, DAEMON_PRIORITY_API);
	return 0;
}

int api_open(struct daemon *daemon, const char *path, struct api **out,
	     char error[API_SOCKET_ERROR_SIZE])
{
	struct api *api = calloc(1, sizeof(*api));
	int fd, err;

	if (!api) {
		snprintf(error, API_SOCKET_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	api->daemon = daemon;
	fd = api_socket_make(path, error);
	if (fd < 0) {
		free(api);
		return fd;
	}
	memcpy(api->path, path, strlen(path) + 1);
	api->http = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, api_request, api,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, API_CLIENTS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, API_TIMEOUT_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)API_CONNECTION_MEMORY,
		MHD_OPTION_NOTIFY_COMPLETED, api_request_done, NULL, MHD_OPTION_END);
	if (!api->http) {
		snprintf(error, API_SOCKET_ERROR_SIZE, "%s: the HTTP server did not start",
			 path);
		close(fd);
		unlink(path);
		free(api);
		return -EIO;
	}
	err = api_add_sources(api, daemon->loop);
	if (err < 0) {
		snprintf(error, API_SOCKET_ERROR_SIZE, "%s: %s", path, strerror(-err));
		api_close(api);
		return err;
	}
	daemon->events.listener = api_on_event;
	daemon->events.listener_user = api;
	*out = api;
	return 0;
}

void api_close(struct api *api)
{
	if (!api) {
		return;
	}
	api->daemon->events.listener = NULL;
	sd_event_source_disable_unref(api->io);
	sd_event_source_disable_unref(api->timer);
	sd_event_source_disable_unref(api->wake);
	sd_event_source_disable_unref(api->keepalive);
	/* A suspended connection may not be there when the server stops. */
	api_events_resume(api, false);
	MHD_stop_daemon(api->http);
	unlink(api->path);
	free(api);
}
