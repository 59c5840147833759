/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/request.h"

#include <stdio.h>
#include <string.h>

bool request_host_is_ours(const char *host, unsigned int port)
{
	static const char *const names[] = {"127.0.0.1", "[::1]", "localhost"};
	char expected[32];

	for (size_t i = 0; host && i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(expected, sizeof(expected), "%s:%u", names[i], port);
		if (strcmp(host, expected) == 0) {
			return true;
		}
	}
	return false;
}

bool request_origin_is_ours(const char *origin, const char *host)
{
	static const char scheme[] = "http://";

	return !origin || (strncmp(origin, scheme, sizeof(scheme) - 1) == 0 &&
			   strcmp(origin + sizeof(scheme) - 1, host) == 0);
}

static bool request_has_dot_segment(const char *target)
{
	const char *end = target + strcspn(target, "?");

	for (const char *segment = target; segment < end;) {
		const char *next = segment + 1 + strcspn(segment + 1, "/?");
		size_t size = (size_t)(next - segment) - 1;

		if ((size == 1 && segment[1] == '.') ||
		    (size == 2 && segment[1] == '.' && segment[2] == '.')) {
			return true;
		}
		segment = next;
	}
	return false;
}

bool request_target_is_clean(const char *target)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-._~%/?&=:+,@";
	size_t size = strnlen(target, REQUEST_PATH_MAX + 1);

	return size <= REQUEST_PATH_MAX && target[0] == '/' &&
	       target[strspn(target, allowed)] == '\0' && !strstr(target, "//") &&
	       !request_has_dot_segment(target);
}

const char *request_upstream_path(const char *target)
{
	static const char prefix[] = "/api";
	/* Not for a page: signing in is the console's part, and the streams are too. */
	static const char *const kept[] = {"/v1/sessions", "/v1/tickets", "/v1/events",
					   "/v1/live"};
	const char *path;

	if (strncmp(target, prefix, sizeof(prefix) - 1) != 0) {
		return NULL;
	}
	path = target + sizeof(prefix) - 1;
	if (strncmp(path, "/v1/", 4) != 0) {
		return NULL;
	}
	/* An encoded slash or letter would hide what the call is. */
	if (memchr(path, '%', strcspn(path, "?"))) {
		return NULL;
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		size_t size = strlen(kept[i]);

		if (strncmp(path, kept[i], size) == 0 && strchr("/?", path[size])) {
			return NULL;
		}
	}
	return path;
}

bool request_token_is_valid(const char *text)
{
	return strnlen(text, REQUEST_TOKEN_SIZE) == REQUEST_TOKEN_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == REQUEST_TOKEN_SIZE - 1;
}

bool request_cookie_read(const char *header, char out[REQUEST_TOKEN_SIZE])
{
	static const char name[] = REQUEST_COOKIE "=";
	char token[REQUEST_TOKEN_SIZE];

	while (header && *header) {
		size_t size;

		header += strspn(header, " ;");
		size = strcspn(header, ";");
		if (size == sizeof(name) - 1 + REQUEST_TOKEN_SIZE - 1 &&
		    strncmp(header, name, sizeof(name) - 1) == 0) {
			memcpy(token, header + sizeof(name) - 1, REQUEST_TOKEN_SIZE - 1);
			token[REQUEST_TOKEN_SIZE - 1] = '\0';
			if (request_token_is_valid(token)) {
				memcpy(out, token, sizeof(token));
				return true;
			}
		}
		header += size;
	}
	return false;
}

bool request_token_equal(const char a[REQUEST_TOKEN_SIZE], const char b[REQUEST_TOKEN_SIZE])
{
	unsigned int differs = 0;

	for (size_t i = 0; i < REQUEST_TOKEN_SIZE; i++) {
		differs |= (unsigned char)a[i] ^ (unsigned char)b[i];
	}
	return differs == 0;
}
