/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console's side of a browser and of the daemon: console/http.c as it is, with a
 * libmicrohttpd and an upstream made up here, so that a request's method, target, headers and
 * body and the daemon's answer are all the fuzzer's.
 *
 * Input: "METHOD TARGET\n", lines "Name: value\n", an empty line, the body; then, if there is
 * a byte 3, one byte that chooses the daemon's status, and its answer. A header's value of one
 * byte 1 stands for the cookie, of one byte 2 for the other secret of somebody signed in.
 */
#include <assert.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "console/console.h"
#include "console/live.h"
#include "console/session.h"
#include "console/upstream.h"

#define TOKEN	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEADERS_MAX 16

static const char page[] = "<html>";

struct MHD_Connection {
	struct {
		char *name, *value;
	} headers[HEADERS_MAX];
	size_t count;
	unsigned int status;
	bool answered, guarded;
};

struct MHD_Response {
	bool policy;
	bool file;
	void *free;
	MHD_ContentReaderFreeCallback done;
	void *user;
};

static struct {
	MHD_AccessHandlerCallback handler;
	void *(*target)(void *, const char *, struct MHD_Connection *);
	MHD_RequestCompletedCallback completed;
	void *user;
	const char *answer; /* the daemon's */
	size_t answer_size;
	long answer_status;
	unsigned int upstream_calls;
	bool signed_in; /* both secrets were sent */
} fake;

/* --- libmicrohttpd */

struct MHD_Daemon *MHD_start_daemon(unsigned int flags, uint16_t port,
				    MHD_AcceptPolicyCallback policy, void *policy_user,
				    MHD_AccessHandlerCallback handler, void *user, ...)
{
	va_list list;
	int option;

	(void)flags, (void)port, (void)policy, (void)policy_user;
	fake.handler = handler;
	fake.user = user;
	va_start(list, user);
	while ((option = va_arg(list, int)) != MHD_OPTION_END) {
		switch (option) {
		case MHD_OPTION_URI_LOG_CALLBACK:
			fake.target = va_arg(
				list, void *(*)(void *, const char *, struct MHD_Connection *));
			(void)va_arg(list, void *);
			break;
		case MHD_OPTION_NOTIFY_COMPLETED:
			fake.completed = va_arg(list, MHD_RequestCompletedCallback);
			(void)va_arg(list, void *);
			break;
		case MHD_OPTION_EXTERNAL_LOGGER:
		case MHD_OPTION_NOTIFY_CONNECTION:
			(void)va_arg(list, void *);
			(void)va_arg(list, void *);
			break;
		case MHD_OPTION_CONNECTION_MEMORY_LIMIT:
		case MHD_OPTION_THREAD_STACK_SIZE:
			(void)va_arg(list, size_t);
			break;
		case MHD_OPTION_SOCK_ADDR:
			(void)va_arg(list, void *);
			break;
		default:
			(void)va_arg(list, unsigned int);
		}
	}
	va_end(list);
	return (struct MHD_Daemon *)&fake;
}

void MHD_stop_daemon(struct MHD_Daemon *daemon)
{
	(void)daemon;
}

const char *MHD_lookup_connection_value(struct MHD_Connection *connection,
					enum MHD_ValueKind kind, const char *name)
{
	assert(kind == MHD_HEADER_KIND);
	for (size_t i = 0; i < connection->count; i++) {
		if (strcasecmp(connection->headers[i].name, name) == 0) {
			return connection->headers[i].value;
		}
	}
	return NULL;
}

/* As if it had found no room for what stands for the connection. */
const union MHD_ConnectionInfo *MHD_get_connection_info(struct MHD_Connection *connection,
							enum MHD_ConnectionInfoType type, ...)
{
	(void)connection, (void)type;
	return NULL;
}

struct MHD_Response *MHD_create_response_from_buffer(size_t size, void *bytes,
						     enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *response = calloc(1, sizeof(*response));
	volatile unsigned char sum = 0;

	/* All of it is there to be sent. */
	for (size_t i = 0; i < size; i++) {
		sum = (unsigned char)(sum + ((unsigned char *)bytes)[i]);
	}
	response->free = mode == MHD_RESPMEM_MUST_FREE ? bytes : NULL;
	response->file = mode == MHD_RESPMEM_PERSISTENT;
	return response;
}

struct MHD_Response *MHD_create_response_from_callback(uint64_t size, size_t block,
						       MHD_ContentReaderCallback read,
						       void *user,
						       MHD_ContentReaderFreeCallback done)
{
	struct MHD_Response *response = calloc(1, sizeof(*response));

	(void)size, (void)block, (void)read;
	response->done = done;
	response->user = user;
	return response;
}

enum MHD_Result MHD_add_response_header(struct MHD_Response *response, const char *name,
					const char *value)
{
	assert(!strpbrk(name, "\r\n") && !strpbrk(value, "\r\n"));
	response->policy = response->policy || strcmp(name, "Content-Security-Policy") == 0;
	return MHD_YES;
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
				   struct MHD_Response *response)
{
	assert(!connection->answered);
	connection->answered = true;
	connection->status = status;
	connection->guarded = response->policy;
	/* Without a session there are the page's files, and nothing else. */
	assert(status != MHD_HTTP_OK || response->file || fake.signed_in ||
	       fake.upstream_calls > 0);
	return MHD_YES;
}

void MHD_destroy_response(struct MHD_Response *response)
{
	if (response->done) {
		response->done(response->user);
	}
	free(response->free);
	free(response);
}

/* --- what stands behind */

/* The same at each run, as a fuzzer likes it. */
ssize_t getrandom(void *bytes, size_t size, unsigned int flags)
{
	static unsigned char next;

	(void)flags;
	memset(bytes, ++next | 0x10, size);
	return (ssize_t)size;
}

bool upstream_call(const char *socket, const char *method, const char *path, const char *token,
		   const char *body, struct upstream_answer *out)
{
	(void)socket;
	assert(strncmp(path, "/v1/", 4) == 0);
	assert(!strpbrk(path, "\r\n \t"));
	/* In the query they are text. */
	assert(!memmem(path, strcspn(path, "?"), "/../", 4));
	assert(!strpbrk(method, "\r\n \t"));
	assert(!body || strlen(body) <= CONSOLE_BODY_MAX + 128);
	/* Only redeeming a ticket goes without a session. */
	if (token) {
		assert(fake.signed_in && request_token_is_valid(token));
	} else {
		assert(strcmp(method, "POST") == 0 && strcmp(path, "/v1/sessions") == 0);
	}
	fake.upstream_calls++;
	out->status = fake.answer_status;
	out->bytes = malloc(fake.answer_size + 1);
	memcpy(out->bytes, fake.answer, fake.answer_size);
	out->bytes[fake.answer_size] = '\0';
	out->size = fake.answer_size;
	return true;
}

struct live_viewer *live_viewer_new(struct live *live, const char *token)
{
	(void)live;
	assert(fake.signed_in && request_token_is_valid(token));
	return malloc(1);
}

void live_viewer_free(struct live_viewer *viewer)
{
	free(viewer);
}

ssize_t live_viewer_read(struct live_viewer *viewer, char *out, size_t size)
{
	(void)viewer, (void)out, (void)size;
	return -1;
}

/* --- the run */

static char *text_of(const char *bytes, size_t size)
{
	return strndup(bytes, size);
}

/* "Name: value"; the two marks are put in place of by the session's secrets. */
static void take_header(struct MHD_Connection *connection, const char *line, size_t size,
			const struct session *session)
{
	const char *colon = memchr(line, ':', size);
	size_t name = colon ? (size_t)(colon - line) : size;
	const char *value = line + name + (colon ? 1 : 0);
	size_t rest = size - (size_t)(value - line);
	char cookie[128];

	if (rest > 0 && *value == ' ') {
		value++;
		rest--;
	}
	if (connection->count == HEADERS_MAX) {
		return;
	}
	snprintf(cookie, sizeof(cookie), REQUEST_COOKIE "=%s", session->cookie);
	connection->headers[connection->count].name = text_of(line, name);
	connection->headers[connection->count].value = rest == 1 && *value == 1 ? strdup(cookie)
						       : rest == 1 && *value == 2
							       ? strdup(session->csrf)
							       : text_of(value, rest);
	connection->count++;
}

static bool sent(struct MHD_Connection *connection, const char *name, const char *secret)
{
	const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

	return value && strstr(value, secret);
}

static void run(struct console *console, const char *method, const char *target,
		struct MHD_Connection *connection, const char *body, size_t size)
{
	void *state = fake.target(fake.user, target, connection);
	enum MHD_Result result;
	size_t pieces[2] = {size / 2, size - size / 2};
	size_t none = 0;

	(void)console;
	result = fake.handler(fake.user, connection, target, method, "HTTP/1.1", NULL, &none,
			      &state);
	for (int i = 0; i < 2 && result == MHD_YES; i++) {
		size_t piece = pieces[i];

		if (piece > 0) {
			result = fake.handler(fake.user, connection, target, method, "HTTP/1.1",
					      body, &piece, &state);
			assert(piece == 0);
		}
		body += pieces[i];
	}
	if (result == MHD_YES) {
		result = fake.handler(fake.user, connection, target, method, "HTTP/1.1", NULL,
				      &none, &state);
		assert(result == MHD_NO || (connection->answered && connection->guarded));
	}
	fake.completed(fake.user, connection, &state, MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

static struct console *console_get(struct session *session)
{
	static struct console console = {.port = 8650, .socket = "/nowhere", .host = "server"};
	static struct file file = {.name = (char *)"index.html",
				   .type = "text/html",
				   .bytes = (char *)page,
				   .size = sizeof(page) - 1};
	char error[CONSOLE_ERROR_SIZE];

	if (!fake.handler) {
		/* What is refused is logged: not here. */
		console.files = (struct files){.count = 1, .list = &file};
		http_start(&console, error);
	}
	console.sessions = sessions_new();
	sessions_add(console.sessions, TOKEN, "anna", "reader", session);
	return &console;
}

static void take_answer(const char **end, const char *bytes)
{
	static const long statuses[] = {200, 0, 401, 403, 500, 404, 502, 204};
	const char *answer = memchr(bytes, 3, (size_t)(*end - bytes));

	fake.answer = "";
	fake.answer_size = 0;
	fake.answer_status = 200;
	if (answer && answer + 1 < *end) {
		fake.answer_status = statuses[(unsigned char)answer[1] % 8];
		fake.answer = answer + 2;
		fake.answer_size = (size_t)(*end - fake.answer);
	}
	*end = answer ? answer : *end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size, *line;
	struct MHD_Connection connection = {0};
	struct session session;
	struct console *console = console_get(&session);
	char *method = NULL, *target = NULL;

	take_answer(&end, at);
	for (; at < end; at = line + (line < end)) {
		line = memchr(at, '\n', (size_t)(end - at));
		line = line ? line : end;
		if (!method) {
			const char *space = memchr(at, ' ', (size_t)(line - at));

			space = space ? space : line;
			method = text_of(at, (size_t)(space - at));
			target = text_of(space + (space < line),
					 (size_t)(line - space) - (space < line));
		} else if (line == at) {
			at += line < end;
			break;
		} else {
			take_header(&connection, at, (size_t)(line - at), &session);
		}
	}
	fake.upstream_calls = 0;
	fake.signed_in = sent(&connection, "Cookie", session.cookie) &&
			 sent(&connection, "X-CSRF-Token", session.csrf);
	if (method) {
		run(console, method, target, &connection, at,
		    at < end ? (size_t)(end - at) : 0);
	}
	for (size_t i = 0; i < connection.count; i++) {
		free(connection.headers[i].name);
		free(connection.headers[i].value);
	}
	free(method);
	free(target);
	sessions_free(console->sessions);
	return 0;
}
