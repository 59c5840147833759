/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a request has to look like before anything is done for it. Pure: strings in, a
 * verdict out; anything at all may be in the strings.
 */
#ifndef CONSOLE_REQUEST_H
#define CONSOLE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#define REQUEST_COOKIE	   "portchannel_session"
#define REQUEST_TOKEN_SIZE 65 /* 64 hex digits and the NUL */
#define REQUEST_PATH_MAX   2048

/* Whether the Host header names this console on loopback: a page of another name that
 * resolves to 127.0.0.1 (DNS rebinding) does not. NULL: no such header. */
bool request_host_is_ours(const char *host, unsigned int port);
/* Whether Origin, where a browser sent one, is that host's. */
bool request_origin_is_ours(const char *origin, const char *host);

/* Whether a request's target, as it came, is a path and query that may be passed on: begins
 * with a slash, has only characters that a URL has, no segment "." or "..", and is not too
 * long. */
bool request_target_is_clean(const char *target);

/* The part of a target that goes to the daemon: what follows "/api", if it is one of the
 * calls that a page may make; NULL: not. Sign-in and streams are the console's own. */
const char *request_upstream_path(const char *target);

/* 64 lower case hex digits. */
bool request_token_is_valid(const char *text);
/* The session's cookie out of a Cookie header; false: there is none that could be. */
bool request_cookie_read(const char *header, char out[REQUEST_TOKEN_SIZE]);
/* Compares without telling by its time how much is alike. */
bool request_token_equal(const char a[REQUEST_TOKEN_SIZE], const char b[REQUEST_TOKEN_SIZE]);

#endif
