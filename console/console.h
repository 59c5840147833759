/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel-console: serves the page on loopback and passes its calls on to the daemon.
 * ARCHITECTURE.md, "The console", says what it may do; the files:
 *
 *   main.c      options, and the order in which rights are given up
 *   sandbox.c   giving them up: no new privileges, limits, a list of system calls
 *   files.c     the page, read into memory before that
 *   http.c      the server: a thread a connection, few of them
 *   request.c   what is checked of a request before anything is done; pure
 *   session.c   who is signed in
 *   guests.c    connections of those who aren't: few, and the oldest goes first
 *   upstream.c  calls to the daemon's socket
 *   live.c      live data and events, asked for once and handed to all who look
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include <stddef.h>

#include "console/files.h"

#define CONSOLE_PORT_DEFAULT	8650
/* Connections at one time; a browser opens up to 7. */
#define CONSOLE_CONNECTIONS_MAX 192
/* A longer body is refused. */
#define CONSOLE_BODY_MAX	65536
/* A client that neither reads nor writes for so long is dropped. */
#define CONSOLE_TIMEOUT_S	10

struct guests;
struct live;
struct sessions;
struct MHD_Daemon;

struct console {
	unsigned int port;
	const char *socket; /* the daemon's */
	char host[256];	    /* this server's name */
	struct files files;
	struct sessions *sessions;
	struct guests *guests;
	struct live *live;
	struct MHD_Daemon *http[2]; /* IPv4 and IPv6; NULL: that one isn't there */
};

/* Serves on 127.0.0.1 and ::1 until http_stop(). A machine without one of them is fine.
 * 0, or -errno with one line in error. */
#define CONSOLE_ERROR_SIZE 256
int http_start(struct console *console, char error[CONSOLE_ERROR_SIZE]);
void http_stop(struct console *console);

/* No way back: no new privileges, no core files, and only the system calls that serving
 * takes. 0 or -errno. */
int sandbox_enter(void);

#endif
