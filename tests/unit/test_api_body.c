/* SPDX-License-Identifier: BSD-2-Clause */
/* The bodies of the API's calls: what is taken, and in what words the rest is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/api_body.h"

#define APPLY (API_BODY_CONFIRM | API_BODY_REVISION)

static void test_taken(void **state)
{
	char error[API_BODY_ERROR_SIZE];
	struct api_body body;

	(void)state;
	assert_true(api_body_read("", APPLY, &body, error));
	assert_int_equal(body.confirm_s, 0);
	assert_null(body.revision);
	assert_true(json_is_object(body.json));
	api_body_free(&body);

	assert_true(api_body_read("{\"confirm\": 86400, \"revision\": \"9f2c41d07be03a55\"}",
				  APPLY, &body, error));
	assert_int_equal(body.confirm_s, 86400);
	assert_string_equal(body.revision, "9f2c41d07be03a55");
	api_body_free(&body);

	assert_true(api_body_read(" {\"number\":41,\"confirm\":1} ",
				  API_BODY_NUMBER | API_BODY_CONFIRM, &body, error));
	assert_int_equal(body.number, 41);
	assert_int_equal(body.confirm_s, 1);
	api_body_free(&body);

	assert_true(api_body_read("{\"bond\": \"bond0\"}", API_BODY_BOND, &body, error));
	assert_string_equal(body.bond, "bond0");
	api_body_free(&body);

	assert_true(api_body_read("{\"what\": [1, null]}", API_BODY_ANYTHING, &body, error));
	assert_int_equal(json_object_size(body.json), 1);
	api_body_free(&body);
}

static const struct {
	const char *text;
	unsigned int fields;
	const char *words; /* of the refusal */
} refused[] = {
	{"{", APPLY, "the body is no JSON: line 1, column 1: "},
	{"{}}", APPLY, "the body is no JSON: line 1"},
	{"[]", APPLY, "the body is a list; expected an object"},
	{"null", APPLY, "the body is null; expected an object"},
	{"60", API_BODY_ANYTHING, "the body is a number; expected an object"},
	{"{\"confrim\": 60}", APPLY, "unknown field 'confrim'; expected confirm, revision"},
	{"{\"number\": 4}", APPLY, "unknown field 'number'; expected confirm, revision"},
	{"{\"x\": 60}", 0, "unknown field 'x'; expected none"},
	{"{\"confirm\": 0}", APPLY, "'confirm' is 0; expected whole seconds from 1 to 86400"},
	{"{\"confirm\": 86401}", APPLY, "'confirm' is 86401; expected whole seconds"},
	{"{\"confirm\": -1}", APPLY, "'confirm' is -1; expected whole seconds"},
	{"{\"confirm\": \"60\"}", APPLY, "'confirm' is a string; expected whole seconds"},
	{"{\"confirm\": 60.0}", APPLY, "'confirm' is a number with a fraction"},
	{"{\"confirm\": true}", APPLY, "'confirm' is true; expected whole seconds"},
	{"{\"confirm\": 1, \"confirm\": 2}", APPLY, "duplicate"},
	{"{\"confirm\": 99999999999999999999}", APPLY, "the body is no JSON"},
	{"{\"revision\": 3}", APPLY, "'revision' is a number; expected a revision"},
	{"{\"revision\": \"\"}", APPLY, "'revision' is ''; expected a revision"},
	{"{\"revision\": \"9F2C41D07BE03A55\"}", APPLY, "16 hex digits"},
	{"{\"revision\": \"9f2c41d07be03a555\"}", APPLY, "16 hex digits"},
	{"{\"number\": 0}", API_BODY_NUMBER, "'number' is 0; expected the number of"},
	{"{\"number\": 2147483648}", API_BODY_NUMBER, "'number' is 2147483648; expected"},
	{"{\"bond\": null}", API_BODY_BOND, "'bond' is null; expected a bond's name"},
	{"{\"bond\": {}}", API_BODY_BOND, "'bond' is an object; expected a bond's name"},
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct api_body body = {.number = 77};
		char error[API_BODY_ERROR_SIZE] = "";

		assert_false(api_body_read(refused[i].text, refused[i].fields, &body, error));
		if (!strstr(error, refused[i].words)) {
			fail_msg("%s: '%s' lacks '%s'", refused[i].text, error,
				 refused[i].words);
		}
		assert_int_equal(body.number, 77);
		assert_null(body.json);
	}
}

/* Whatever comes, the sentence fits. */
static void test_long_names(void **state)
{
	char text[2000], error[API_BODY_ERROR_SIZE];
	struct api_body body;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "{\"", 2);
	strcpy(text + sizeof(text) - 5, "\":1}");
	assert_false(api_body_read(text, APPLY, &body, error));
	assert_non_null(strstr(error, "; expected confirm, revision"));
	memset(text, 'x', sizeof(text));
	memcpy(text, "{\"revision\":\"", 13);
	strcpy(text + sizeof(text) - 3, "\"}");
	assert_false(api_body_read(text, APPLY, &body, error));
	assert_non_null(strstr(error, "16 hex digits"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
