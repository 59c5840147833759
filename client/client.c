/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to the daemon by libcurl over the Unix socket, and what became of
 * them in words. Beside it: event_stream.c, which cuts the events' stream.
 */
#include "client/client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <curl/curl.h>

#include "client/event_stream.h"

#define CONNECT_TIMEOUT_MS 5000L
/* Reloading a thousand VLAN interfaces takes its time; a daemon that says
 * nothing for so long is stuck. */
#define REQUEST_TIMEOUT_MS 120000L
#define ANSWER_SIZE_MAX	   (64u * 1024 * 1024)

struct client {
	CURL *curl;
	char *socket_path;
};

/* One request on its way. */
struct request {
	CURL *curl;
	char *body; /* of the answer; NUL-terminated when not NULL */
	size_t size;
	bool too_large;
	/* For events only. */
	client_event_function *function;
	void *context;
	struct event_stream stream;
	bool stopped;	/* function has had enough */
	bool bad_event; /* an event was no JSON */
};

struct client *client_new(const char *socket_path)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		return NULL;
	}
	client->socket_path = strdup(socket_path);
	client->curl = curl_easy_init();
	if (!client->socket_path || !client->curl) {
		client_close(client);
		return NULL;
	}
	return client;
}

void client_close(struct client *client)
{
	if (!client) {
		return;
	}
	curl_easy_cleanup(client->curl);
	free(client->socket_path);
	free(client);
}

static bool event_take(void *context, const char *data, size_t size)
{
	struct request *request = context;
	json_t *event = json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL);

	if (!event) {
		request->bad_event = true;
		return false;
	}
	request->stopped = !request->function(request->context, event);
	json_decref(event);
	return !request->stopped;
}

/* libcurl's callback for bytes of the answer; less than all of them ends it. */
static size_t answer_take(char *bytes, size_t one, size_t size, void *context)
{
	struct request *request = context;
	long status = 0;

	(void)one; /* always 1 */
	curl_easy_getinfo(request->curl, CURLINFO_RESPONSE_CODE, &status);
	if (request->function && status == 200) {
		bool go_on =
			event_stream_feed(&request->stream, bytes, size, event_take, request);
		return go_on ? size : 0;
	}
	if (size > ANSWER_SIZE_MAX - request->size) {
		request->too_large = true;
		return 0;
	}
	char *grown = realloc(request->body, request->size + size + 1);
	if (!grown) {
		return 0;
	}
	memcpy(grown + request->size, bytes, size);
	request->body = grown;
	request->size += size;
	request->body[request->size] = '\0';
	return size;
}

__attribute__((format(printf, 3, 4))) static enum client_result fail(struct client_error *error,
								     enum client_result result,
								     const char *format, ...)
{
	va_list arguments;

	error->code[0] = '\0';
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return result;
}

static enum client_result fail_connect(const struct client *client, struct client_error *error)
{
	long number = 0;

	curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &number);
	if (number == EACCES || number == EPERM) {
		return fail(error, CLIENT_DENIED,
			    "%s belongs to root: run this as root (sudo portchannel ...)",
			    client->socket_path);
	}
	if (number == ENOENT || number == ECONNREFUSED || number == ENOTDIR) {
		return fail(error, CLIENT_NO_DAEMON,
			    "portchanneld is not running: nobody listens on %s",
			    client->socket_path);
	}
	return fail(error, CLIENT_NO_DAEMON, "cannot reach portchanneld at %s: %s",
		    client->socket_path, strerror((int)number));
}

/* What a transfer that libcurl calls failed means to the caller. */
static enum client_result fail_transfer(const struct client *client,
					const struct request *request, CURLcode code,
					struct client_error *error)
{
	if (code == CURLE_COULDNT_CONNECT) {
		return fail_connect(client, error);
	}
	if (request->too_large || request->stream.failed || request->bad_event) {
		return fail(error, CLIENT_BAD_ANSWER,
			    "what listens on %s does not answer as portchanneld does",
			    client->socket_path);
	}
	if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY) {
		return fail(error, CLIENT_BAD_ANSWER, "what listens on %s speaks no HTTP",
			    client->socket_path);
	}
	if (code == CURLE_OPERATION_TIMEDOUT) {
		return fail(error, CLIENT_LOST, "portchanneld does not answer on %s",
			    client->socket_path);
	}
	if (code == CURLE_OUT_OF_MEMORY || code == CURLE_WRITE_ERROR) {
		return fail(error, CLIENT_FAILED, "out of memory");
	}
	return fail(error, CLIENT_LOST, "portchanneld went away before it had answered (%s)",
		    curl_easy_strerror(code));
}

/* An answer that is an error: {"error": {"code": ..., "message": ...}}. */
static enum client_result refused(const json_t *answer, long status, struct client_error *error)
{
	const json_t *object = json_object_get(answer, "error");
	const char *code = json_string_value(json_object_get(object, "code"));
	const char *message = json_string_value(json_object_get(object, "message"));

	fail(error, CLIENT_REFUSED, "%s", message ? message : "");
	if (!message) {
		fail(error, CLIENT_REFUSED, "portchanneld answered with HTTP status %ld",
		     status);
	}
	snprintf(error->code, sizeof(error->code), "%s", code ? code : "");
	return CLIENT_REFUSED;
}

/* *out is the answer, be it a refusal; NULL: none. */
static enum client_result answer_read(const struct client *client,
				      const struct request *request, json_t **out,
				      struct client_error *error)
{
	long status = 0;
	json_t *answer = NULL;

	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (request->body) {
		answer = json_loadb(request->body, request->size, JSON_REJECT_DUPLICATES, NULL);
	}
	if (status < 200 || status > 299) {
		refused(answer, status, error);
		*out = answer;
		return CLIENT_REFUSED;
	}
	if (!answer) {
		return fail(error, CLIENT_BAD_ANSWER,
			    "what listens on %s does not answer as portchanneld does",
			    client->socket_path);
	}
	*out = answer;
	return CLIENT_OK;
}

char *client_escape(struct client *client, const char *name)
{
	char *escaped = curl_easy_escape(client->curl, name, 0);
	char *copy = escaped ? strdup(escaped) : NULL;

	curl_free(escaped);
	return copy;
}

/* The URL of path with its query, in *out, freed by the caller. */
static bool url_make(struct client *client, const char *path,
		     const struct client_parameter *parameters, size_t count, char **out)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	char separator = '?';

	if (!stream) {
		return false;
	}
	fprintf(stream, "http://portchanneld%s", path);
	for (size_t i = 0; i < count; i++) {
		if (!parameters[i].value) {
			continue;
		}
		char *escaped = curl_easy_escape(client->curl, parameters[i].value, 0);
		if (!escaped) {
			fclose(stream);
			free(text);
			return false;
		}
		fprintf(stream, "%c%s=%s", separator, parameters[i].name, escaped);
		curl_free(escaped);
		separator = '&';
	}
	if (fclose(stream) != 0) {
		free(text);
		return false;
	}
	*out = text;
	return true;
}

/* Sets the options that every request shares. */
static bool request_prepare(struct client *client, struct request *request, const char *url)
{
	CURL *curl = client->curl;

	curl_easy_reset(curl);
	request->curl = curl;
	return curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket_path) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
	       /* No proxy of the environment comes in between. */
	       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_take) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, request) == CURLE_OK;
}

static void request_free(struct request *request)
{
	free(request->body);
	event_stream_free(&request->stream);
}

/* Whether the path fits a Unix socket's address at all. */
static bool socket_path_fits(const struct client *client)
{
	struct sockaddr_un address;

	return strlen(client->socket_path) < sizeof(address.sun_path);
}

/* Sends one request, and takes the answer as it is. body NULL: GET. request, all zero, is
 * to be freed in any case. */
static enum client_result request_send(struct client *client, struct request *request,
				       const char *url, const char *method, const char *body,
				       struct client_error *error)
{
	struct curl_slist *headers = NULL;
	enum client_result result = CLIENT_OK;

	if (!socket_path_fits(client)) {
		return fail(error, CLIENT_FAILED, "the path of the socket is too long: %s",
			    client->socket_path);
	}
	bool ready = request_prepare(client, request, url) &&
		     curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, REQUEST_TIMEOUT_MS) ==
			     CURLE_OK;
	if (ready && body) {
		headers = curl_slist_append(NULL, "Content-Type: application/json");
		ready = headers &&
			curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers) ==
				CURLE_OK &&
			curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method) ==
				CURLE_OK &&
			curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body) == CURLE_OK;
	}
	if (!ready) {
		result = fail(error, CLIENT_FAILED, "out of memory");
	} else {
		CURLcode code = curl_easy_perform(client->curl);

		if (code != CURLE_OK) {
			result = fail_transfer(client, request, code, error);
		}
	}
	curl_slist_free_all(headers);
	return result;
}

/* Sends one request, and reads the answer: *out is NULL where none came. body NULL: GET. */
static enum client_result request_run(struct client *client, const char *url,
				      const char *method, const char *body, json_t **out,
				      struct client_error *error)
{
	struct request request = {0};
	enum client_result result = request_send(client, &request, url, method, body, error);

	*out = NULL;
	if (result == CLIENT_OK) {
		result = answer_read(client, &request, out, error);
	}
	request_free(&request);
	return result;
}

enum client_result client_get(struct client *client, const char *path,
			      const struct client_parameter *parameters, size_t count,
			      json_t **out, struct client_error *error)
{
	json_t *answer;
	char *url;

	if (!url_make(client, path, parameters, count, &url)) {
		return fail(error, CLIENT_FAILED, "out of memory");
	}
	enum client_result result = request_run(client, url, "GET", NULL, &answer, error);
	free(url);
	if (result == CLIENT_OK) {
		*out = answer;
	} else {
		json_decref(answer);
	}
	return result;
}

/* Of a text: whether it is one, and none of an error. */
static enum client_result text_check(const struct client *client, const struct request *request,
				     struct client_error *error)
{
	json_t *answer = NULL;
	enum client_result result;
	const char *type = NULL;
	long status = 0;

	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(client->curl, CURLINFO_CONTENT_TYPE, &type);
	if (status == 200 && request->body && type && strncmp(type, "text/plain", 10) == 0) {
		return CLIENT_OK;
	}
	result = answer_read(client, request, &answer, error);
	json_decref(answer);
	return result != CLIENT_OK
		       ? result
		       : fail(error, CLIENT_BAD_ANSWER,
			      "what listens on %s does not answer as portchanneld does",
			      client->socket_path);
}

enum client_result client_get_text(struct client *client, const char *path,
				   const struct client_parameter *parameters, size_t count,
				   char **out, size_t *size, struct client_error *error)
{
	struct request request = {0};
	enum client_result result;
	char *url;

	if (!url_make(client, path, parameters, count, &url)) {
		return fail(error, CLIENT_FAILED, "out of memory");
	}
	result = request_send(client, &request, url, "GET", NULL, error);
	free(url);
	if (result == CLIENT_OK) {
		result = text_check(client, &request, error);
	}
	if (result == CLIENT_OK) {
		*out = request.body;
		*size = request.size;
		request.body = NULL;
	}
	request_free(&request);
	return result;
}

enum client_result client_send(struct client *client, const char *method, const char *path,
			       const json_t *body, json_t **out, struct client_error *error)
{
	char *url;
	char *text = body ? json_dumps(body, JSON_COMPACT) : strdup("{}");

	*out = NULL;
	if (!text) {
		return fail(error, CLIENT_FAILED, "out of memory");
	}
	if (!url_make(client, path, NULL, 0, &url)) {
		free(text);
		return fail(error, CLIENT_FAILED, "out of memory");
	}
	enum client_result result = request_run(client, url, method, text, out, error);
	free(url);
	free(text);
	return result;
}

/* What the end of the events' stream means. */
static enum client_result events_end(const struct client *client, const struct request *request,
				     CURLcode code, struct client_error *error)
{
	long status = 0;

	if (request->stopped) {
		return CLIENT_OK;
	}
	if (code != CURLE_OK && code != CURLE_PARTIAL_FILE && code != CURLE_RECV_ERROR) {
		return fail_transfer(client, request, code, error);
	}
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status != 200) {
		json_t *ignored = NULL;
		enum client_result result = answer_read(client, request, &ignored, error);
		json_decref(ignored);
		return result != CLIENT_OK
			       ? result
			       : fail(error, CLIENT_BAD_ANSWER,
				      "portchanneld answered with HTTP status %ld", status);
	}
	return fail(error, CLIENT_LOST, "portchanneld has ended");
}

enum client_result client_events(struct client *client, client_event_function *function,
				 void *context, struct client_error *error)
{
	struct request request = {.function = function, .context = context};
	enum client_result result;
	char *url;

	if (!socket_path_fits(client)) {
		return fail(error, CLIENT_FAILED, "the path of the socket is too long: %s",
			    client->socket_path);
	}
	if (!url_make(client, "/v1/events", NULL, 0, &url)) {
		return fail(error, CLIENT_FAILED, "out of memory");
	}
	if (!request_prepare(client, &request, url)) {
		result = fail(error, CLIENT_FAILED, "out of memory");
	} else {
		CURLcode code = curl_easy_perform(client->curl);
		result = events_end(client, &request, code, error);
	}
	free(url);
	request_free(&request);
	return result;
}
