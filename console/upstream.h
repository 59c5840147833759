/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls to the daemon's socket, each with the token of the session that it is made for. */
#ifndef CONSOLE_UPSTREAM_H
#define CONSOLE_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>

/* A longer answer is not the daemon's: status of 4,000 VLAN interfaces has 2 MB. */
#define UPSTREAM_ANSWER_MAX (32 << 20)

struct upstream_answer {
	long status; /* HTTP's; 0: the daemon could not be reached, and bytes says why */
	char *bytes; /* NUL-terminated; to be freed */
	size_t size;
};

/* Once, before any other thread. */
bool upstream_open(void);

/* method and path are sent as they are: the caller has checked them. token NULL: none.
 * False: no memory. */
bool upstream_call(const char *socket, const char *method, const char *path, const char *token,
		   const char *body, struct upstream_answer *out);

/* Reads a stream and calls back with each piece of it until the callback returns false or
 * the stream ends. Returns the HTTP status, 0 if there was none. */
typedef bool upstream_piece(const char *bytes, size_t size, void *user);
long upstream_stream(const char *socket, const char *path, const char *token,
		     upstream_piece *piece, void *user);

#endif
