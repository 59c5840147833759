/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The API on the Unix socket (doc/api.md): libmicrohttpd driven from the
 * daemon's own loop, with limits on everything that a client decides, so that
 * none can delay a LACPDU. api_calls.c holds the calls, api_events.c the event
 * stream.
 */
#ifndef DAEMON_API_H
#define DAEMON_API_H

#include <jansson.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "daemon/events.h"

struct daemon;
struct api_stream;

/* Clients at one time; more wait to be accepted. */
#define API_CLIENTS_MAX	      32
/* Of these, how many may be event streams. */
#define API_STREAMS_MAX	      16
/* A client that neither reads nor writes for so long is dropped. */
#define API_TIMEOUT_S	      10
/* A longer request body is refused. */
#define API_BODY_MAX	      65536
#define API_SOCKET_ERROR_SIZE 256

struct api {
	struct daemon *daemon;
	struct MHD_Daemon *http;
	sd_event_source *io;
	sd_event_source *timer;
	sd_event_source *wake; /* resumes the streams, once a turn of the loop */
	sd_event_source *keepalive;
	struct api_stream *streams;
	size_t stream_count;
	char path[108];
};

/* One request, as the calls see it. */
struct api_call {
	struct api *api;
	struct MHD_Connection *connection;
	const char *path;  /* what follows the route's path: "" or a name */
	const char *body;  /* NUL-terminated */
	const char *allow; /* for the header of that name; NULL: none */
};

/* Makes the socket (mode 0600; an abandoned one of that name is replaced, one
 * that answers is -EADDRINUSE) and serves it from the daemon's loop. error gets
 * one line on failure. */
int api_open(struct daemon *daemon, const char *path, struct api **out,
	     char error[API_SOCKET_ERROR_SIZE]);

/* Ends all connections and removes the socket. NULL is nothing. */
void api_close(struct api *api);

/* Answers. The json is consumed; NULL answers that memory is lacking. */
enum MHD_Result api_answer(struct api_call *call, unsigned int status, json_t *json);
enum MHD_Result api_answer_error(struct api_call *call, unsigned int status, const char *code,
				 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A parameter of the query, NULL where it isn't given. */
const char *api_parameter(const struct api_call *call, const char *name);

/* Finds the route and answers it; api_calls.c. */
enum MHD_Result api_calls_dispatch(struct api_call *call, const char *method, const char *path);

/* Answers with the event stream; api_events.c. */
enum MHD_Result api_events_answer(struct api_call *call);
/* Lets every stream look for new events. */
void api_events_resume(struct api *api, bool keepalive);

#endif
