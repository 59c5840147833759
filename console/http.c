/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server: libmicrohttpd, a thread a connection. Every request passes the same gate
 * (http_gate()) before anything is done for it; what is refused is logged.
 */
#include <errno.h>
#include <jansson.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/console.h"
#include "console/guests.h"
#include "console/live.h"
#include "console/request.h"
#include "console/session.h"
#include "console/upstream.h"

#define HTTP_CONNECTION_MEMORY 32768
#define HTTP_STACK_SIZE	       (256 * 1024)
#define HTTP_STREAM_BLOCK      16384
#define HTTP_SESSION_S	       43200

/* One request from its first line to its end. */
struct request {
	struct console *console;
	struct MHD_Connection *connection;
	char *target; /* as it came; NULL: no memory for it */
	const char *method;
	bool begun;
	bool too_large;
	size_t size;
	char *body;
	bool signed_in;
	struct session session;
};

static const char *http_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result http_respond(struct request *request, unsigned int status,
				    struct MHD_Response *response, const char *type)
{
	static const char *const headers[][2] = {
		{"Content-Security-Policy",
		 "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
		 "connect-src 'self'; base-uri 'none'; form-action 'none'; "
		 "frame-ancestors 'none'"},
		{"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
		{"Referrer-Policy", "no-referrer"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Cache-Control", "no-store"},
	};
	enum MHD_Result result;

	if (!response) {
		return MHD_NO;
	}
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	result = MHD_queue_response(request->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static struct MHD_Response *http_json(json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text ? MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE)
		    : NULL;
}

/* Refuses, and says so in the log: without what the client sent, which may be anything. */
static enum MHD_Result http_refuse(struct request *request, unsigned int status,
				   const char *code, const char *message)
{
	fprintf(stderr, "portchannel-console: refused with %u %s%s%s\n", status, code,
		request->signed_in ? ", signed in: " : "",
		request->signed_in ? request->session.user : "");
	return http_respond(request, status,
			    http_json(json_pack("{s:{s:s, s:s}}", "error", "code", code,
						"message", message)),
			    "application/json");
}

static enum MHD_Result http_pass_on(struct request *request, struct upstream_answer *answer)
{
	struct MHD_Response *response;

	if (answer->status == 0) {
		json_t *text = json_string(answer->bytes);

		free(answer->bytes);
		return http_respond(request, MHD_HTTP_BAD_GATEWAY,
				    http_json(json_pack("{s:{s:s, s:o}}", "error", "code",
							"no_daemon", "message", text)),
				    "application/json");
	}
	response = MHD_create_response_from_buffer(answer->size, answer->bytes,
						   MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(answer->bytes);
		return MHD_NO;
	}
	return http_respond(request, (unsigned int)answer->status, response,
			    "application/json");
}

/* --- the page's files */

static enum MHD_Result http_file(struct request *request)
{
	const struct file *file;

	request->target[strcspn(request->target, "?")] = '\0';
	file = files_find(&request->console->files, request->target);
	if (!file) {
		return http_refuse(request, MHD_HTTP_NOT_FOUND, "no_such_path",
				   "there is nothing of that name");
	}
	if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0) {
		return http_refuse(request, MHD_HTTP_METHOD_NOT_ALLOWED, "wrong_method",
				   "a file can only be read");
	}
	return http_respond(request, MHD_HTTP_OK,
			    MHD_create_response_from_buffer(file->size, file->bytes,
							    MHD_RESPMEM_PERSISTENT),
			    file->type);
}

/* --- signing in and out */

static json_t *http_session_json(const struct request *request, const struct session *session)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "user", session->user, "role", session->role,
			 "host", request->console->host, "csrf", session->csrf);
}

static enum MHD_Result http_sign_in_done(struct request *request, const json_t *answer)
{
	const char *token = json_string_value(json_object_get(answer, "token"));
	const char *user = json_string_value(json_object_get(answer, "user"));
	const char *role = json_string_value(json_object_get(answer, "role"));
	struct MHD_Response *response;
	struct session session;
	char cookie[192];

	if (!token || !request_token_is_valid(token) || !user || !role ||
	    !sessions_add(request->console->sessions, token, user, role, &session)) {
		return http_refuse(request, MHD_HTTP_BAD_GATEWAY, "bad_answer",
				   "the daemon's answer makes no sense");
	}
	fprintf(stderr, "portchannel-console: %s signed in as %s\n", session.user,
		session.role);
	snprintf(cookie, sizeof(cookie),
		 REQUEST_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d",
		 session.cookie, HTTP_SESSION_S);
	response = http_json(http_session_json(request, &session));
	if (response) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, cookie);
	}
	return http_respond(request, MHD_HTTP_OK, response, "application/json");
}

static enum MHD_Result http_sign_in(struct request *request)
{
	json_t *body = json_loads(request->body ? request->body : "", 0, NULL);
	const char *ticket = json_string_value(json_object_get(body, "ticket"));
	struct upstream_answer answer;
	enum MHD_Result result;
	char text[128];
	json_t *json;

	if (!ticket || !request_token_is_valid(ticket)) {
		json_decref(body);
		return http_refuse(request, MHD_HTTP_BAD_REQUEST, "bad_body",
				   "expected {\"ticket\": \"...\"} with 64 hex digits");
	}
	snprintf(text, sizeof(text), "{\"ticket\":\"%s\"}", ticket);
	json_decref(body);
	if (!upstream_call(request->console->socket, "POST", "/v1/sessions", NULL, text,
			   &answer)) {
		return MHD_NO;
	}
	if (answer.status != MHD_HTTP_OK) {
		fprintf(stderr, "portchannel-console: a ticket was refused with %ld\n",
			answer.status);
		return http_pass_on(request, &answer);
	}
	json = json_loads(answer.bytes, 0, NULL);
	free(answer.bytes);
	result = http_sign_in_done(request, json);
	json_decref(json);
	return result;
}

static enum MHD_Result http_sign_out(struct request *request)
{
	struct upstream_answer answer;

	sessions_remove(request->console->sessions, request->session.token);
	if (upstream_call(request->console->socket, "DELETE", "/v1/sessions",
			  request->session.token, "{}", &answer)) {
		free(answer.bytes);
	}
	fprintf(stderr, "portchannel-console: %s signed out\n", request->session.user);
	return http_respond(request, MHD_HTTP_OK, http_json(json_object()), "application/json");
}

/* --- live data */

static ssize_t http_live_read(void *user, uint64_t position, char *out, size_t size)
{
	ssize_t got = live_viewer_read(user, out, size);

	(void)position;
	return got < 0 ? MHD_CONTENT_READER_END_OF_STREAM : got;
}

static void http_live_free(void *user)
{
	live_viewer_free(user);
}

static enum MHD_Result http_live(struct request *request)
{
	struct live_viewer *viewer =
		live_viewer_new(request->console->live, request->session.token);
	struct MHD_Response *response;

	if (!viewer) {
		return http_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "too_many_streams",
				   "there are as many streams of live data as there may be");
	}
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, HTTP_STREAM_BLOCK,
						     http_live_read, viewer, http_live_free);
	if (!response) {
		live_viewer_free(viewer);
		return MHD_NO;
	}
	return http_respond(request, MHD_HTTP_OK, response, "text/event-stream");
}

/* --- the daemon's calls */

static enum MHD_Result http_api(struct request *request, const char *path)
{
	bool reads = strcmp(request->method, "GET") == 0;
	struct upstream_answer answer;

	/* The daemon has none, and its refusal would be waited for as if it had a body. */
	if (strcmp(request->method, "HEAD") == 0) {
		return http_refuse(request, MHD_HTTP_METHOD_NOT_ALLOWED, "wrong_method",
				   "no call is made by HEAD");
	}
	if (!upstream_call(request->console->socket, request->method, path,
			   request->session.token,
			   reads	   ? NULL
			   : request->body ? request->body
					   : "{}",
			   &answer)) {
		return MHD_NO;
	}
	if (answer.status == MHD_HTTP_UNAUTHORIZED) {
		sessions_remove(request->console->sessions, request->session.token);
	}
	return http_pass_on(request, &answer);
}

static enum MHD_Result http_signed_in(struct request *request)
{
	const char *path = request_upstream_path(request->target);

	if (!request->signed_in) {
		return http_refuse(request, MHD_HTTP_UNAUTHORIZED, "no_session",
				   "nobody is signed in; 'portchannel console' gives a link");
	}
	if (path) {
		return http_api(request, path);
	}
	if (strcmp(request->target, "/session") == 0 && strcmp(request->method, "GET") == 0) {
		return http_respond(request, MHD_HTTP_OK,
				    http_json(http_session_json(request, &request->session)),
				    "application/json");
	}
	if (strcmp(request->target, "/session") == 0 &&
	    strcmp(request->method, "DELETE") == 0) {
		return http_sign_out(request);
	}
	if (strcmp(request->target, "/live") == 0 && strcmp(request->method, "GET") == 0) {
		return http_live(request);
	}
	return http_refuse(request, MHD_HTTP_NOT_FOUND, "no_such_path",
			   "there is no such call for a page");
}

/* --- the gate */

static bool http_method_is_known(const char *method)
{
	static const char *const known[] = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(method, known[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* NULL: it may pass; else the code with which it is refused, and the sentence. */
static const char *http_gate(const struct request *request, const char **message)
{
	const char *host = http_header(request, MHD_HTTP_HEADER_HOST);
	const char *site = http_header(request, "Sec-Fetch-Site");
	const char *type = http_header(request, MHD_HTTP_HEADER_CONTENT_TYPE);
	bool reads =
		strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;

	*message = "the Host header names another server";
	if (!request_host_is_ours(host, request->console->port)) {
		return "bad_host";
	}
	*message = "another site's page may not ask";
	if (!request_origin_is_ours(http_header(request, MHD_HTTP_HEADER_ORIGIN), host) ||
	    (site && strcmp(site, "same-origin") != 0 &&
	     !(reads && strcmp(site, "none") == 0))) {
		return "bad_origin";
	}
	*message = "the address has characters or parts that no address here has";
	if (!request->target || !request_target_is_clean(request->target)) {
		return "bad_path";
	}
	*message = "the body has to be application/json";
	if (request->size > 0 && (!type || strncmp(type, "application/json", 16) != 0)) {
		return "bad_body";
	}
	*message = "there is no such method";
	return http_method_is_known(request->method) ? NULL : "wrong_method";
}

static void http_find_session(struct request *request)
{
	const char *csrf = http_header(request, "X-CSRF-Token");
	char cookie[REQUEST_TOKEN_SIZE];

	request->signed_in =
		csrf && request_token_is_valid(csrf) &&
		request_cookie_read(http_header(request, MHD_HTTP_HEADER_COOKIE), cookie) &&
		sessions_find(request->console->sessions, cookie, csrf, &request->session);
	if (request->signed_in) {
		guests_know(request->console->guests, request->connection);
	}
}

static enum MHD_Result http_dispatch(struct request *request)
{
	const char *message;
	const char *code = http_gate(request, &message);

	if (code) {
		return http_refuse(
			request,
			strcmp(code, "wrong_method") == 0 ? MHD_HTTP_METHOD_NOT_ALLOWED
			: strcmp(code, "bad_host") == 0	  ? MHD_HTTP_MISDIRECTED_REQUEST
			: strcmp(code, "bad_origin") == 0 ? MHD_HTTP_FORBIDDEN
							  : MHD_HTTP_BAD_REQUEST,
			code, message);
	}
	if (request->too_large) {
		return http_refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, "body_too_large",
				   "the body is longer than a call's can be");
	}
	if (request->body && strlen(request->body) != request->size) {
		return http_refuse(request, MHD_HTTP_BAD_REQUEST, "bad_body",
				   "the body has a zero byte in it");
	}
	if (strcmp(request->target, "/session") == 0 && strcmp(request->method, "POST") == 0) {
		return http_sign_in(request);
	}
	http_find_session(request);
	if (strcmp(request->target, "/session") == 0 || strcmp(request->target, "/live") == 0 ||
	    strncmp(request->target, "/api/", 5) == 0) {
		return http_signed_in(request);
	}
	return http_file(request);
}

/* --- libmicrohttpd's callbacks */

/* The first of a request, with its target as it came: the decoded one hides what it was. */
static void *http_on_target(void *user, const char *target, struct MHD_Connection *connection)
{
	struct request *request = calloc(1, sizeof(*request));

	if (request) {
		request->console = user;
		request->connection = connection;
		request->target = strdup(target);
	}
	return request;
}

static void http_body_append(struct request *request, const char *data, size_t size)
{
	char *body;

	if (request->too_large || request->size + size > CONSOLE_BODY_MAX) {
		request->too_large = true;
		return;
	}
	body = realloc(request->body, request->size + size + 1);
	if (!body) {
		request->too_large = true;
		return;
	}
	memcpy(body + request->size, data, size);
	request->body = body;
	request->size += size;
	body[request->size] = '\0';
}

static enum MHD_Result http_on_request(void *user, struct MHD_Connection *connection,
				       const char *path, const char *method,
				       const char *version, const char *data, size_t *data_size,
				       void **state)
{
	struct request *request = *state;

	(void)user;
	(void)connection;
	(void)path;
	(void)version;
	if (!request) {
		return MHD_NO;
	}
	if (!request->begun) {
		request->begun = true;
		request->method = method;
		return MHD_YES;
	}
	if (*data_size > 0) {
		http_body_append(request, data, *data_size);
		*data_size = 0;
		return MHD_YES;
	}
	return http_dispatch(request);
}

static void http_on_end(void *user, struct MHD_Connection *connection, void **state,
			enum MHD_RequestTerminationCode why)
{
	struct request *request = *state;

	(void)user;
	(void)connection;
	(void)why;
	if (request) {
		free(request->target);
		free(request->body);
		explicit_bzero(&request->session, sizeof(request->session));
		free(request);
		*state = NULL;
	}
}

static void http_on_connection(void *user, struct MHD_Connection *connection, void **context,
			       enum MHD_ConnectionNotificationCode code)
{
	const struct console *console = user;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		guests_enter(console->guests, connection, context);
	} else {
		guests_leave(console->guests, context);
	}
}

/* What a client sends that is no HTTP is refused by the library; it says so here. */
static void http_on_complaint(void *user, const char *format, va_list arguments)
{
	char text[256];

	(void)user;
	(void)vsnprintf(text, sizeof(text), format, arguments);
	text[strcspn(text, "\r\n")] = '\0';
	/* Some of it may be the client's. */
	for (char *at = text; *at; at++) {
		*at = *at >= ' ' && *at <= '~' ? *at : '?';
	}
	fprintf(stderr, "portchannel-console: %s\n", text);
}

static struct MHD_Daemon *http_listen(struct console *console, const struct sockaddr *address,
				      unsigned int flags)
{
	return MHD_start_daemon(
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
			MHD_USE_ERROR_LOG | flags,
		(uint16_t)console->port, NULL, NULL, http_on_request, console,
		MHD_OPTION_EXTERNAL_LOGGER, http_on_complaint, NULL, MHD_OPTION_SOCK_ADDR,
		address, MHD_OPTION_CONNECTION_LIMIT, CONSOLE_CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, CONSOLE_TIMEOUT_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_CONNECTION_MEMORY,
		MHD_OPTION_THREAD_STACK_SIZE, (size_t)HTTP_STACK_SIZE,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, http_on_target,
		console, MHD_OPTION_NOTIFY_COMPLETED, http_on_end, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, http_on_connection, console,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
}

int http_start(struct console *console, char error[CONSOLE_ERROR_SIZE])
{
	struct sockaddr_in four = {.sin_family = AF_INET,
				   .sin_port = htons((uint16_t)console->port),
				   .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
				   .sin6_port = htons((uint16_t)console->port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int err;

	errno = 0;
	console->http[0] = http_listen(console, (const struct sockaddr *)&four, 0);
	err = errno;
	console->http[1] = http_listen(console, (const struct sockaddr *)&six, MHD_USE_IPv6);
	/* Without IPv6 in the kernel, IPv4 alone will do; but a port that another program has
	 * on one of them would lead people there. */
	if (!console->http[0] || (!console->http[1] && errno == EADDRINUSE)) {
		err = console->http[0] ? errno : err;
		snprintf(error, CONSOLE_ERROR_SIZE, "port %u of loopback can't be had: %s",
			 console->port, strerror(err));
		http_stop(console);
		return err ? -err : -EIO;
	}
	return 0;
}

void http_stop(struct console *console)
{
	for (int i = 0; i < 2; i++) {
		if (console->http[i]) {
			MHD_stop_daemon(console->http[i]);
			console->http[i] = NULL;
		}
	}
}
