/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's API for C programs: HTTP with JSON over its Unix socket, as
 * doc/api.md describes it. Blocking, one request at a time for each client.
 *
 * Whatever the daemon sends is checked here to be JSON of a bounded size; what
 * the JSON says is the caller's to judge.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#define CLIENT_SOCKET_DEFAULT "/run/portchannel/portchannel.sock"

struct client; /* where the daemon listens, and a connection kept open */

enum client_result {
	CLIENT_OK = 0,
	CLIENT_REFUSED,	   /* the daemon says no: error.code and error.text are its own */
	CLIENT_NO_DAEMON,  /* nobody listens on the socket */
	CLIENT_DENIED,	   /* the socket may not be opened by this user */
	CLIENT_LOST,	   /* the daemon went away, or took too long to answer */
	CLIENT_BAD_ANSWER, /* what came is not the API's: another program listens there? */
	CLIENT_FAILED,	   /* this side: no memory, a path that is too long */
};

struct client_error {
	char code[64];	 /* the daemon's word for it ("no_such_bond"); "" if not its */
	char text[1024]; /* one line for people, without a full stop */
};

/* One name=value of a query; a NULL value leaves it out. */
struct client_parameter {
	const char *name;
	const char *value;
};

/* Prepares to talk to the daemon at the socket path; connects to nothing yet.
 * NULL: no memory. Freed by client_close(). */
struct client *client_new(const char *socket_path);
void client_close(struct client *client);

/*
 * Asks for path ("/v1/status") with the parameters, and waits for the answer.
 * On CLIENT_OK *out is the answer's JSON, owned by the caller (json_decref);
 * otherwise *out is untouched and *error says why.
 */
enum client_result client_get(struct client *client, const char *path,
			      const struct client_parameter *parameters, size_t count,
			      json_t **out, struct client_error *error);

/* The same of an answer that is a text of another kind ("/metrics"): *out, of *size bytes and
 * with a NUL behind them, is to be freed by the caller. */
enum client_result client_get_text(struct client *client, const char *path,
				   const struct client_parameter *parameters, size_t count,
				   char **out, size_t *size, struct client_error *error);

/*
 * Sends body (NULL: {}) to path by method, "POST", "PATCH" or "DELETE". *out is the
 * answer's JSON, of a refusal (CLIENT_REFUSED) too, where it's whatever came beside code
 * and message; NULL: there is none. Otherwise as client_get().
 */
enum client_result client_send(struct client *client, const char *method, const char *path,
			       const json_t *body, json_t **out, struct client_error *error);

/* A name as it stands in a path, freed by the caller; NULL: no memory. */
char *client_escape(struct client *client, const char *name);

/* Takes one event, which belongs to the caller of this function; false ends
 * client_events(). */
typedef bool client_event_function(void *context, const json_t *event);

/*
 * Listens to the daemon's events until function returns false (CLIENT_OK) or
 * the daemon ends the stream (CLIENT_LOST), however long that takes.
 */
enum client_result client_events(struct client *client, client_event_function *function,
				 void *context, struct client_error *error);

#endif
