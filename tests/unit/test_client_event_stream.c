/* SPDX-License-Identifier: BSD-2-Clause */
/* client/event_stream.c: a stream cut into events, however its bytes arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/event_stream.h"

/* The events taken, each followed by a '|'. */
struct taken {
	char text[4096];
	size_t size;
	size_t stop_after; /* events; 0: never */
	size_t count;
};

static bool take(void *context, const char *data, size_t size)
{
	struct taken *taken = context;

	assert_int_equal(data[size], '\0');
	assert_true(taken->size + size + 2 < sizeof(taken->text));
	memcpy(taken->text + taken->size, data, size);
	taken->size += size;
	taken->text[taken->size++] = '|';
	taken->text[taken->size] = '\0';
	taken->count++;
	return taken->count != taken->stop_after;
}

static const struct {
	const char *stream;
	const char *events;
} cases[] = {
	{"", ""},
	{"data: a\n\n", "a|"},
	{"data:a\n\n", "a|"},
	{"data:  a\n\n", " a|"},
	{"data: a\r\n\r\n", "a|"},
	{"data: a\r\r", "a|"},
	{"data: a\n\ndata: b\n\n", "a|b|"},
	{"data: a\ndata: b\n\n", "a\nb|"},
	{"data\n\n", "|"},
	{"data:\n\n", "|"},
	{"data: a\ndata\n\n", "a\n|"},
	{"data: a\n", ""},
	{"data: a", ""},
	{"\n\n\n", ""},
	{": comment\n\n", ""},
	{"data: a\n: comment\nid: 1\nevent: x\nretry: 5\ndatax: no\n dat\n\n", "a|"},
	{"event: x\n\ndata: a\n\n", "a|"},
	{"data: {\"x\": \"data: b\"}\n\n", "{\"x\": \"data: b\"}|"},
};

/* However the stream is cut in two, and byte for byte. */
static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *stream = cases[i].stream;
		size_t size = strlen(stream);

		for (size_t cut = 0; cut <= size; cut++) {
			struct event_stream parser = {0};
			struct taken taken = {0};

			assert_true(event_stream_feed(&parser, stream, cut, take, &taken));
			assert_true(event_stream_feed(&parser, stream + cut, size - cut, take,
						      &taken));
			assert_string_equal(taken.text, cases[i].events);
			event_stream_free(&parser);
		}
	}
}

static void test_stop(void **state)
{
	static const char stream[] = "data: a\n\ndata: b\n\ndata: c\n\n";
	struct event_stream parser = {0};
	struct taken taken = {.stop_after = 2};

	(void)state;
	assert_false(event_stream_feed(&parser, stream, sizeof(stream) - 1, take, &taken));
	assert_false(parser.failed);
	assert_string_equal(taken.text, "a|b|");
	event_stream_free(&parser);
}

/* Nothing grows without end. */
static void test_too_large(void **state)
{
	static const char *const lines[] = {"data: xxxxxxxxxxxxxxxxxxxxxxxxxx\n", "x"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct event_stream parser = {0};
		struct taken taken = {0};
		size_t size = strlen(lines[i]);
		size_t fed = 0;

		while (event_stream_feed(&parser, lines[i], size, take, &taken)) {
			fed += size;
			assert_true(fed < (size_t)3 * EVENT_STREAM_MAX);
		}
		assert_true(parser.failed);
		assert_int_equal(taken.count, 0);
		event_stream_free(&parser);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
