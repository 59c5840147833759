/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Live data and events for all who look: asked of the daemon once a second and once
 * altogether, by turns with the sessions' tokens, while anybody looks.
 */
#ifndef CONSOLE_LIVE_H
#define CONSOLE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct console;
struct live;
struct live_viewer;

/* Starts its threads; NULL: it can't. */
struct live *live_start(struct console *console);
/* Lets every viewer's stream end soon, so that the server can stop. */
void live_dismiss(struct live *live);

/* Somebody who looks, signed in by the session with the daemon's token; NULL: no
 * memory, or there are too many of that session or altogether. */
struct live_viewer *live_viewer_new(struct live *live, const char *token);
void live_viewer_free(struct live_viewer *viewer);
/* Waits for what is new and fills in up to size bytes of the stream; -1: it has ended. */
ssize_t live_viewer_read(struct live_viewer *viewer, char *out, size_t size);

#endif
