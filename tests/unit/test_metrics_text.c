/* SPDX-License-Identifier: BSD-2-Clause */
/* Prometheus' text format: heads, labels, escapes, and the end of the room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/metrics_text.h"

static void test_families(void **state)
{
	struct metrics_text text = {0};

	(void)state;
	metrics_family(&text, "a_total", METRICS_COUNTER, "What a is.");
	metrics_count(&text, "", UINT64_MAX);
	metrics_family(&text, "none", METRICS_GAUGE, "Without samples it isn't there.");
	metrics_family(&text, "b", METRICS_GAUGE, "What b is.");
	metrics_value(&text, "x=\"1\"", 0.25);
	metrics_count_of(&text, "x=\"1\"", "state", "UP", 1);
	metrics_count_of(&text, "", "state", "UP", 0);
	assert_false(text.failed);
	assert_string_equal(text.text, "# HELP a_total What a is.\n"
				       "# TYPE a_total counter\n"
				       "a_total 18446744073709551615\n"
				       "# HELP b What b is.\n"
				       "# TYPE b gauge\n"
				       "b{x=\"1\"} 0.25\n"
				       "b{x=\"1\",state=\"UP\"} 1\n"
				       "b{state=\"UP\"} 0\n");
	assert_int_equal(text.size, strlen(text.text));
	free(text.text);
}

static void test_escapes(void **state)
{
	char out[METRICS_ESCAPE_SIZE];
	char all[METRICS_ESCAPE_SIZE];

	(void)state;
	assert_string_equal(metrics_escape("bond0.5", out), "bond0.5");
	assert_string_equal(metrics_escape("a\"b\\c\nd", out), "a\\\"b\\\\c\\nd");
	assert_string_equal(metrics_escape("\xc3\xa9th", out), "\xc3\xa9th");
	assert_string_equal(metrics_escape("\xff\xc3th", out), "??th");
	memset(all, '"', 15);
	all[15] = '\0';
	assert_int_equal(strlen(metrics_escape(all, out)), 30);
	/* Never half of an escape. */
	memset(all, '"', sizeof(all) - 1);
	all[sizeof(all) - 1] = '\0';
	metrics_escape(all, out);
	assert_true(strlen(out) < sizeof(out));
	assert_int_equal(strlen(out) % 2, 0);
}

static void test_room(void **state)
{
	struct metrics_text text = {0};
	char labels[900];

	(void)state;
	memset(labels, 'x', sizeof(labels) - 1);
	labels[sizeof(labels) - 1] = '\0';
	metrics_family(&text, "a", METRICS_GAUGE, "A.");
	for (int i = 0; i < 10000; i++) {
		metrics_count(&text, labels, 1);
	}
	assert_false(text.failed);
	assert_true(text.size > 9000000);
	assert_int_equal(text.size, strlen(text.text));
	for (int i = 0; i < 10000; i++) {
		metrics_count(&text, labels, 1);
	}
	assert_true(text.failed);
	assert_true(text.size <= METRICS_TEXT_MAX);
	free(text.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
