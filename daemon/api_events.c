/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GET /v1/events: server-sent events. Each client has its own place in the ring
 * of events.c and no queue beyond it: one that reads too slowly is told how many
 * events it lost, and dropped. While there is nothing to send, its connection
 * is suspended and costs nothing.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "daemon/api.h"
#include "daemon/daemon.h"
#include "daemon/session.h"
#include "daemon/status_json.h"

/* How much libmicrohttpd asks for at a time. */
#define API_STREAM_BLOCK_SIZE 1024

struct api_stream {
	struct api *api;
	struct api_stream *next;
	struct MHD_Connection *connection;
	uint64_t next_event;
	bool suspended;
	bool keepalive; /* one is due */
	bool ends;	/* it has lost events: the text is its last */
	bool reader;
	char token[SESSION_TOKEN_SIZE]; /* of the session that it is of; "": of none */
	size_t size;			/* of text */
	size_t sent;			/* of these */
	char *text;			/* NULL: none */
};

static void __attribute__((format(printf, 2, 3)))
api_stream_set_text(struct api_stream *stream, const char *format, ...)
{
	va_list arguments;
	int size;

	free(stream->text);
	va_start(arguments, format);
	size = vasprintf(&stream->text, format, arguments);
	va_end(arguments);
	if (size < 0) {
		stream->text = NULL;
	}
	stream->size = stream->text ? (size_t)size : 0;
	stream->sent = 0;
}

static void api_stream_set_event(struct api_stream *stream, const struct event *event)
{
	json_t *json = status_json_event(event);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	stream->size = stream->sent = 0;
	if (text) {
		api_stream_set_text(stream, "id: %llu\ndata: %s\n\n",
				    (unsigned long long)event->number, text);
	}
	free(text);
	json_decref(json);
}

/* Brings the next thing to send into stream->text; false: there is none. */
static bool api_stream_fill(struct api_stream *stream)
{
	uint64_t lost;
	const struct event *event =
		events_next(&stream->api->daemon->events, &stream->next_event, &lost);

	if (lost > 0) {
		api_stream_set_text(stream, "event: lost\ndata: {\"lost\": %llu}\n\n",
				    (unsigned long long)lost);
		stream->ends = true;
		return true;
	}
	if (event) {
		api_stream_set_event(stream, event);
		/* No memory: better an end that is seen than an event that is missing. */
		stream->ends = stream->size == 0;
		return true;
	}
	if (stream->keepalive) {
		stream->keepalive = false;
		api_stream_set_text(stream, ": here\n\n");
		return true;
	}
	return false;
}

/* A stream does not outlive the session that it was opened in. */
static bool api_stream_may(const struct api_stream *stream)
{
	struct peer peer;

	return !stream->token[0] || session_find(stream->api->daemon->sessions, stream->token,
						 daemon_now_us(), false, &peer);
}

static ssize_t api_stream_read(void *user, uint64_t position, char *out, size_t size)
{
	struct api_stream *stream = user;
	size_t count;

	(void)position;
	if (stream->sent == stream->size) {
		if (stream->ends || !api_stream_may(stream)) {
			return MHD_CONTENT_READER_END_OF_STREAM;
		}
		if (!api_stream_fill(stream)) {
			MHD_suspend_connection(stream->connection);
			stream->suspended = true;
			return 0;
		}
		if (stream->size == 0) {
			return MHD_CONTENT_READER_END_OF_STREAM;
		}
	}
	count = stream->size - stream->sent;
	count = count < size ? count : size;
	memcpy(out, stream->text + stream->sent, count);
	stream->sent += count;
	return (ssize_t)count;
}

static void api_stream_free(void *user)
{
	struct api_stream *stream = user;
	struct api_stream **link = &stream->api->streams;

	while (*link != stream) {
		link = &(*link)->next;
	}
	*link = stream->next;
	stream->api->stream_count--;
	stream->api->reader_stream_count -= stream->reader;
	free(stream->text);
	free(stream);
}

void api_events_resume(struct api *api, bool keepalive)
{
	for (struct api_stream *stream = api->streams; stream; stream = stream->next) {
		stream->keepalive = stream->keepalive || keepalive;
		if (stream->suspended) {
			stream->suspended = false;
			MHD_resume_connection(stream->connection);
		}
	}
}

enum MHD_Result api_events_answer(struct api_call *call)
{
	struct api *api = call->api;
	struct MHD_Response *response;
	struct api_stream *stream;
	bool reader = call->peer->role == PEER_ROLE_READER;
	enum MHD_Result result;

	if (api->stream_count >= API_STREAMS_MAX ||
	    (reader && api->reader_stream_count >= API_READER_STREAMS_MAX)) {
		return api_answer_error(call, MHD_HTTP_SERVICE_UNAVAILABLE, "too_many_streams",
					"%zu clients already watch the events, the most there "
					"may be",
					api->stream_count >= API_STREAMS_MAX
						? api->stream_count
						: api->reader_stream_count);
	}
	stream = calloc(1, sizeof(*stream));
	if (!stream) {
		return MHD_NO;
	}
	stream->api = api;
	stream->connection = call->connection;
	stream->reader = reader;
	if (call->token) {
		memcpy(stream->token, call->token, sizeof(stream->token));
	}
	stream->next_event = api->daemon->events.next;
	/* The client sees at once that it is being listened to. */
	api_stream_set_text(stream, ": events follow\n\n");
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, API_STREAM_BLOCK_SIZE,
						     api_stream_read, stream, api_stream_free);
	if (!response) {
		free(stream->text);
		free(stream);
		return MHD_NO;
	}
	stream->next = api->streams;
	api->streams = stream;
	api->stream_count++;
	api->reader_stream_count += reader;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	result = MHD_queue_response(call->connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}
