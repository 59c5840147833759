/* SPDX-License-Identifier: BSD-2-Clause */
/* What the console checks of a request before it does anything for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "console/request.h"

#define TOKEN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_host(void **state)
{
	static const char *const good[] = {"127.0.0.1:8650", "[::1]:8650", "localhost:8650"};
	static const char *const bad[] = {"",
					  "127.0.0.1",
					  "127.0.0.1:80",
					  "evil.example:8650",
					  "localhost.",
					  "localhost:86500",
					  "127.0.0.1:8650.evil",
					  "[::1]",
					  "LOCALHOST:8650",
					  "127.0.0.2:8650"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(request_host_is_ours(good[i], 8650));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(request_host_is_ours(bad[i], 8650));
	}
	assert_false(request_host_is_ours(NULL, 8650));
}

static void test_origin(void **state)
{
	(void)state;
	assert_true(request_origin_is_ours(NULL, "localhost:8650"));
	assert_true(request_origin_is_ours("http://localhost:8650", "localhost:8650"));
	/* The same host at another port, another name for it, or none. */
	assert_false(request_origin_is_ours("http://localhost:9000", "localhost:8650"));
	assert_false(request_origin_is_ours("http://127.0.0.1:8650", "localhost:8650"));
	assert_false(request_origin_is_ours("https://localhost:8650", "localhost:8650"));
	assert_false(request_origin_is_ours("null", "localhost:8650"));
	assert_false(request_origin_is_ours("", "localhost:8650"));
}

static void test_target(void **state)
{
	static const char *const good[] = {"/", "/app.js", "/api/v1/vlans?parent=bond0&x=%20",
					   "/a.b/..c/d..", "/api/v1/explain?src=2001:db8::1"};
	static const char *const bad[] = {"",
					  "app.js",
					  "/..",
					  "/../etc/passwd",
					  "/a/../b",
					  "/a/.",
					  "/./a",
					  "/a/..?x",
					  "//host/a",
					  "/a b",
					  "/a\r\nX: y",
					  "/a\\b",
					  "/a\"",
					  "/\x80",
					  "/a#b",
					  "*",
					  "http://localhost/"};
	char longest[REQUEST_PATH_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(request_target_is_clean(good[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (request_target_is_clean(bad[i])) {
			fail_msg("'%s' passed", bad[i]);
		}
	}
	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	longest[REQUEST_PATH_MAX] = '\0';
	assert_true(request_target_is_clean(longest));
	longest[REQUEST_PATH_MAX] = 'a';
	longest[REQUEST_PATH_MAX + 1] = '\0';
	assert_false(request_target_is_clean(longest));
}

static void test_upstream_path(void **state)
{
	static const char *const none[] = {"/",
					   "/v1/status",
					   "/api",
					   "/api/",
					   "/api/v2/status",
					   "/apix/v1/status",
					   "/api/v1/sessions",
					   "/api/v1/tickets",
					   "/api/v1/events",
					   "/api/v1/live",
					   "/api/v1/live?x",
					   "/api/v1/sessions/a",
					   "/api/v1/session%73",
					   "/api/v1/%74ickets",
					   "/api/v1%2fstatus"};

	(void)state;
	assert_string_equal(request_upstream_path("/api/v1/status"), "/v1/status");
	assert_string_equal(request_upstream_path("/api/v1/plan?staged=true"),
			    "/v1/plan?staged=true");
	assert_string_equal(request_upstream_path("/api/v1/vlans/bond0.652"),
			    "/v1/vlans/bond0.652");
	assert_string_equal(request_upstream_path("/api/v1/explain?src=%3A%3A1"),
			    "/v1/explain?src=%3A%3A1");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (request_upstream_path(none[i])) {
			fail_msg("'%s' is passed on", none[i]);
		}
	}
}

static void test_cookie(void **state)
{
	static const char *const bad[] = {
		"",
		"a=b",
		REQUEST_COOKIE,
		REQUEST_COOKIE "=",
		REQUEST_COOKIE "=" TOKEN "0",
		"x" REQUEST_COOKIE "=" TOKEN,
		REQUEST_COOKIE
		"=0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
	};
	char token[REQUEST_TOKEN_SIZE];

	(void)state;
	assert_true(request_cookie_read(REQUEST_COOKIE "=" TOKEN, token));
	assert_string_equal(token, TOKEN);
	assert_true(request_cookie_read("a=b; " REQUEST_COOKIE "=" TOKEN "; c=d", token));
	/* Somebody's else's cookie of that name in front of ours. */
	assert_true(request_cookie_read(REQUEST_COOKIE "=x; " REQUEST_COOKIE "=" TOKEN, token));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(request_cookie_read(bad[i], token));
	}
	assert_false(request_cookie_read(NULL, token));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host),   cmocka_unit_test(test_origin),
		cmocka_unit_test(test_target), cmocka_unit_test(test_upstream_path),
		cmocka_unit_test(test_cookie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
