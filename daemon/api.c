/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/api.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/json_util.h"

#define API_CONNECTION_MEMORY	  16384
#define API_KEEPALIVE_INTERVAL_US (15 * 1000000ULL)
/* What it takes to send the answers that the end has brought about. */
#define API_LAST_RUNS		  4

/* text is taken; NULL: no memory. */
static enum MHD_Result api_answer_bytes(struct api_call *call, unsigned int status,
					const char *type, char *text, size_t size)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	if (!text) {
		return MHD_NO;
	}
	response = MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (call->allow) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, call->allow);
	}
	result = MHD_queue_response(call->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result api_answer(struct api_call *call, unsigned int status, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return api_answer_bytes(call, status, "application/json", text,
				text ? strlen(text) : 0);
}

enum MHD_Result api_answer_text(struct api_call *call, const char *type, char *text,
				size_t size)
{
	return api_answer_bytes(call, MHD_HTTP_OK, type, text, size);
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

static void api_body_append(struct api_request *request, const char *data, size_t size)
{
	char *body;

	if (request->too_large || request->size + size > API_BODY_MAX) {
		request->too_large = true;
		return;
	}
	body = realloc(request->body, request->size + size + 1);
	if (!body) {
		request->out_of_memory = true;
		return;
	}
	memcpy(body + request->size, data, size);
	request->body = body;
	request->size += size;
	request->body[request->size] = '\0';
}

/* Who sent it, as kept by api_accept.c. */
static const struct peer *api_peer(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	const struct api_client *client = info ? info->socket_context : NULL;

	return client ? &client->peer : NULL;
}

/* libmicrohttpd calls this once when the headers are there, then with each
 * piece of the body, then once more with none: that is when it is answered. One
 * whose answer is deferred comes here again for it. */
static enum MHD_Result api_on_request(void *user, struct MHD_Connection *connection,
				      const char *path, const char *method, const char *version,
				      const char *data, size_t *data_size, void **state)
{
	struct api_request *request = *state;
	struct api_call call = {.api = user,
				.connection = connection,
				.request = request,
				.peer = api_peer(connection)};

	(void)version;
	if (!request) {
		*state = calloc(1, sizeof(*request));
		return *state && call.peer ? MHD_YES : MHD_NO;
	}
	if (*data_size > 0) {
		api_body_append(request, data, *data_size);
		*data_size = 0;
		return MHD_YES;
	}
	if (request->deferred) {
		return api_deferred_wait(&call);
	}
	if (request->out_of_memory || call.api->ending) {
		return MHD_NO;
	}
	if (request->too_large) {
		return api_answer_error(&call, MHD_HTTP_CONTENT_TOO_LARGE, "body_too_large",
					"the body is longer than %d bytes", API_BODY_MAX);
	}
	call.body = request->body ? request->body : "";
	if (strlen(call.body) != request->size) {
		return api_answer_error(&call, MHD_HTTP_BAD_REQUEST, "bad_body",
					"the body has a zero byte in it; expected JSON");
	}
	return api_dispatch(&call, method, path);
}

static void api_on_request_done(void *user, struct MHD_Connection *connection, void **state,
				enum MHD_RequestTerminationCode why)
{
	struct api_request *request = *state;

	(void)user;
	(void)connection;
	(void)why;
	if (request) {
		api_deferred_forget(request);
		free(request->body);
		free(request);
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

void api_wake(struct api *api)
{
	sd_event_source_set_enabled(api->wake, SD_EVENT_ONESHOT);
}

static void api_on_event(void *user)
{
	struct api *api = user;

	if (api->streams) {
		api_wake(api);
	}
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
	if (err >= 0) {
		err = api_accept_open(api, loop);
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
	int err;

	if (!api) {
		snprintf(error, API_SOCKET_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	api->daemon = daemon;
	for (size_t i = 0; i < API_LINGERING_MAX; i++) {
		api->lingering[i].fd = -1;
	}
	api->listener = api_socket_make(path, error);
	if (api->listener < 0) {
		err = api->listener;
		free(api);
		return err;
	}
	memcpy(api->path, path, strlen(path) + 1);
	api->http = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL,
		NULL, api_on_request, api, MHD_OPTION_CONNECTION_LIMIT, API_CLIENTS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, API_TIMEOUT_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)API_CONNECTION_MEMORY,
		MHD_OPTION_NOTIFY_CONNECTION, api_accept_notify, api,
		MHD_OPTION_NOTIFY_COMPLETED, api_on_request_done, NULL, MHD_OPTION_END);
	err = api->http ? api_add_sources(api, daemon->loop) : -EIO;
	if (err < 0) {
		snprintf(error, API_SOCKET_ERROR_SIZE, "%s: %s", path,
			 api->http ? strerror(-err) : "the HTTP server did not start");
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
	api->ending = true;
	api_accept_close(api);
	sd_event_source_disable_unref(api->io);
	sd_event_source_disable_unref(api->timer);
	sd_event_source_disable_unref(api->wake);
	sd_event_source_disable_unref(api->keepalive);
	if (api->http) {
		/* A suspended connection may not be there when the server stops. */
		api_events_resume(api, false);
		api_deferred_close(api);
		for (int i = 0; i < API_LAST_RUNS; i++) {
			MHD_run(api->http);
		}
		MHD_stop_daemon(api->http);
	}
	unlink(api->path);
	free(api);
}
