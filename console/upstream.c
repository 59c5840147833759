/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/upstream.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UPSTREAM_URL_MAX     2200
#define UPSTREAM_TIMEOUT_S   130 /* an apply of thousands of VLAN interfaces */
#define UPSTREAM_CONNECT_MS  3000
#define UPSTREAM_HEADER_SIZE 128

struct upstream_stream {
	upstream_piece *piece;
	void *user;
};

bool upstream_open(void)
{
	return curl_global_init(CURL_GLOBAL_NOTHING) == CURLE_OK;
}

static size_t upstream_collect(char *bytes, size_t one, size_t size, void *user)
{
	struct upstream_answer *answer = user;
	char *more;

	(void)one;
	if (answer->size + size > UPSTREAM_ANSWER_MAX) {
		return 0;
	}
	more = realloc(answer->bytes, answer->size + size + 1);
	if (!more) {
		return 0;
	}
	memcpy(more + answer->size, bytes, size);
	answer->bytes = more;
	answer->size += size;
	answer->bytes[answer->size] = '\0';
	return size;
}

static size_t upstream_hand_on(char *bytes, size_t one, size_t size, void *user)
{
	struct upstream_stream *stream = user;

	(void)one;
	return stream->piece(bytes, size, stream->user) ? size : 0;
}

/* What all calls have. NULL: no memory. */
static CURL *upstream_prepare(const char *socket, const char *path, const char *token,
			      struct curl_slist **headers)
{
	char url[UPSTREAM_URL_MAX], header[UPSTREAM_HEADER_SIZE];
	CURL *curl = curl_easy_init();

	*headers = NULL;
	if (!curl) {
		return NULL;
	}
	snprintf(url, sizeof(url), "http://localhost%s", path);
	if (token) {
		snprintf(header, sizeof(header), "Authorization: Bearer %s", token);
		*headers = curl_slist_append(*headers, header);
	}
	*headers = curl_slist_append(*headers, "Content-Type: application/json");
	/* No waiting for a "100 Continue". */
	*headers = curl_slist_append(*headers, "Expect:");
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)UPSTREAM_CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers);
	return curl;
}

static void upstream_failed(CURL *curl, struct upstream_answer *answer, CURLcode code)
{
	const char *why = curl_easy_strerror(code);
	long err = 0;

	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &err);
	if (err == ENOENT || err == ECONNREFUSED) {
		why = "the daemon isn't running";
	} else if (err == EACCES) {
		why = "the console may not open the daemon's socket";
	}
	free(answer->bytes);
	answer->status = 0;
	answer->bytes = strdup(why);
	answer->size = strlen(why);
}

bool upstream_call(const char *socket, const char *method, const char *path, const char *token,
		   const char *body, struct upstream_answer *out)
{
	struct curl_slist *headers;
	CURL *curl = upstream_prepare(socket, path, token, &headers);
	CURLcode code;

	*out = (struct upstream_answer){0};
	if (!curl) {
		return false;
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)UPSTREAM_TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, upstream_collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK) {
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
	} else {
		upstream_failed(curl, out, code);
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	if (!out->bytes) {
		out->bytes = calloc(1, 1);
	}
	return out->bytes != NULL;
}

long upstream_stream(const char *socket, const char *path, const char *token,
		     upstream_piece *piece, void *user)
{
	struct upstream_stream stream = {.piece = piece, .user = user};
	struct curl_slist *headers;
	CURL *curl = upstream_prepare(socket, path, token, &headers);
	long status = 0;

	if (!curl) {
		return 0;
	}
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, upstream_hand_on);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &stream);
	/* The daemon shows every 15 seconds that it is there. */
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 45L);
	(void)curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return status;
}
