/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The API on the Unix socket (doc/api.md): libmicrohttpd driven from the
 * daemon's own loop, with limits on everything that a client decides, so that
 * none can delay a LACPDU.
 *
 *   api_socket.c   the socket        api_accept.c   who gets in
 *   api.c          requests, bodies  api_routes.c   which call a request is
 *   api_calls.c    calls that read   api_changes.c  calls that change something
 *   api_defer.c    answers that come later          api_events.c the event stream
 */
#ifndef DAEMON_API_H
#define DAEMON_API_H

#include <jansson.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "daemon/events.h"
#include "daemon/peer.h"
#include "daemon/transaction.h"

struct daemon;
struct api_deferred;
struct api_stream;

/* Clients at one time; more wait to be accepted. */
#define API_CLIENTS_MAX	       32
/* Of these, how many may be readers: some room is left for operators. */
#define API_READERS_MAX	       24
/* Event streams, and how many of these may be readers'. */
#define API_STREAMS_MAX	       16
#define API_READER_STREAMS_MAX 12
/* Those who were refused, whose connections are not closed yet. */
#define API_LINGERING_MAX      16
/* A client that neither reads nor writes for so long is dropped. */
#define API_TIMEOUT_S	       10
/* A longer request body is refused. */
#define API_BODY_MAX	       65536
#define API_SOCKET_ERROR_SIZE  256

/* One client that is served. */
struct api_client {
	bool used;
	struct peer peer;
};

/* One that was refused: it reads why, and is closed a moment later. */
struct api_lingering {
	int fd; /* -1: none */
	uint64_t since_us;
};

struct api {
	struct daemon *daemon;
	struct MHD_Daemon *http;
	int listener;
	sd_event_source *accept;
	sd_event_source *accept_timer; /* accepts again; closes who was refused */
	struct api_client clients[API_CLIENTS_MAX];
	size_t client_count, reader_count;
	struct api_client *accepting; /* whom libmicrohttpd is being given */
	struct api_lingering lingering[API_LINGERING_MAX];
	size_t lingering_next;
	char *forbidden, *busy; /* whole answers for those who don't get in */
	uint64_t refusal_logged_us;
	unsigned int refusals_unlogged;
	struct api_deferred *deferred; /* calls that wait for their answer */
	sd_event_source *io;
	sd_event_source *timer;
	sd_event_source *wake; /* resumes the streams, once a turn of the loop */
	sd_event_source *keepalive;
	bool ending; /* no new requests */
	struct api_stream *streams;
	size_t stream_count, reader_stream_count;
	char path[108];
};

/* What has come of a request so far. */
struct api_request {
	size_t size;
	bool too_large;
	bool out_of_memory;
	char *body;
	struct peer peer;	       /* of the session that the call is made in, if it is */
	struct api_deferred *deferred; /* its answer, now or later; NULL: it isn't deferred */
};

/* One request, as the calls see it. */
struct api_call {
	struct api *api;
	struct MHD_Connection *connection;
	struct api_request *request;
	const struct peer *peer; /* who asks; lives until the call is answered */
	const char *token;	 /* of the session that it is made in; NULL: in none */
	const char *path;	 /* what follows the route's path: "" or a name */
	const char *body;	 /* NUL-terminated */
	const char *allow;	 /* for the header of that name; NULL: none */
};

/* Makes the socket and serves it from the daemon's loop; daemon->groups says whom. error
 * gets one line on failure. */
int api_open(struct daemon *daemon, const char *path, struct api **out,
	     char error[API_SOCKET_ERROR_SIZE]);

/* Ends all connections and removes the socket. NULL is nothing. */
void api_close(struct api *api);

/* Answers. The json is consumed; NULL answers that memory is lacking. */
enum MHD_Result api_answer(struct api_call *call, unsigned int status, json_t *json);
enum MHD_Result api_answer_error(struct api_call *call, unsigned int status, const char *code,
				 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same of a text of another type, which is freed; NULL as above. */
enum MHD_Result api_answer_text(struct api_call *call, const char *type, char *text,
				size_t size);

/* 404, with the names that there are; api_calls.c. */
enum MHD_Result api_answer_no_bond(struct api_call *call, const char *name);

/* A call with a session's token becomes one of that session's person; without one it stays
 * the peer's. False: there is no such session, and *result is the answer; api_console.c. */
bool api_session_enter(struct api_call *call, const char *path, enum MHD_Result *result);

/* A parameter of the query, NULL where it isn't given. */
const char *api_parameter(const struct api_call *call, const char *name);

/* Lets libmicrohttpd run in the next turn of the loop; api.c. */
void api_wake(struct api *api);

/* Makes the socket, for everybody (mode 0666); an abandoned one of that name is
 * replaced, one that answers is -EADDRINUSE. Returns the descriptor or -errno, with one
 * line of error; api_socket.c. */
int api_socket_make(const char *path, char error[API_SOCKET_ERROR_SIZE]);

/* Begins to accept, and ends it; api_accept.c. */
int api_accept_open(struct api *api, sd_event *loop);
void api_accept_close(struct api *api);
/* libmicrohttpd's word on a connection that begins or ends. */
void api_accept_notify(void *user, struct MHD_Connection *connection, void **socket_context,
		       enum MHD_ConnectionNotificationCode code);

/* Finds the route, checks the caller's rights, and answers; api_routes.c. */
enum MHD_Result api_dispatch(struct api_call *call, const char *method, const char *path);

/* The calls: those that read, api_calls.c; */
enum MHD_Result api_status(struct api_call *call);
enum MHD_Result api_bond(struct api_call *call);
enum MHD_Result api_config(struct api_call *call);
enum MHD_Result api_explain(struct api_call *call);
enum MHD_Result api_access(struct api_call *call);
enum MHD_Result api_metrics(struct api_call *call);
/* api_console.c */
enum MHD_Result api_ticket(struct api_call *call);
enum MHD_Result api_sign_in(struct api_call *call);
enum MHD_Result api_sign_out(struct api_call *call);
enum MHD_Result api_live(struct api_call *call);
enum MHD_Result api_recent(struct api_call *call);
enum MHD_Result api_counters(struct api_call *call);
enum MHD_Result api_plan(struct api_call *call);
enum MHD_Result api_history(struct api_call *call);
enum MHD_Result api_history_entry(struct api_call *call);
enum MHD_Result api_vlans(struct api_call *call);
enum MHD_Result api_vlan(struct api_call *call);
enum MHD_Result api_parents(struct api_call *call);
enum MHD_Result api_staged(struct api_call *call);
/* and those that change something, api_changes.c. */
enum MHD_Result api_reload(struct api_call *call);
enum MHD_Result api_down(struct api_call *call);
enum MHD_Result api_apply(struct api_call *call);
enum MHD_Result api_confirm(struct api_call *call);
enum MHD_Result api_rollback(struct api_call *call);
enum MHD_Result api_commit(struct api_call *call);
enum MHD_Result api_discard(struct api_call *call);
enum MHD_Result api_vlan_add(struct api_call *call);
enum MHD_Result api_vlan_set(struct api_call *call);
enum MHD_Result api_vlan_delete(struct api_call *call);
enum MHD_Result api_bond_refused(struct api_call *call);

/*
 * An answer that comes later, maybe at once; api_defer.c:
 *
 *	struct api_deferred *deferred = api_defer(call);
 *	if (!deferred) { return MHD_NO; }
 *	transaction_begin(daemon, &request, api_deferred_answer, deferred);
 *	return api_deferred_wait(call);
 *
 * Until it comes the connection costs nothing; a client that has gone is no matter.
 */
struct api_deferred *api_defer(struct api_call *call);
transaction_callback api_deferred_answer;
enum MHD_Result api_deferred_wait(struct api_call *call);
/* The request is over, answered or not. */
void api_deferred_forget(struct api_request *request);
/* The daemon ends: all that wait are told so. */
void api_deferred_close(struct api *api);

/* Answers with the event stream; api_events.c. */
enum MHD_Result api_events_answer(struct api_call *call);
/* Lets every stream look for new events. */
void api_events_resume(struct api *api, bool keepalive);

#endif
