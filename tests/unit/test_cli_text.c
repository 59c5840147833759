/* SPDX-License-Identifier: BSD-2-Clause */
/* cli/text.c and cli/out.c: what is safe, numbers with units, near words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/out.h"
#include "cli/text.h"

static void escape_is(const char *text, bool utf8, const char *expected)
{
	char *safe = text_escape(text, utf8);

	assert_non_null(safe);
	assert_string_equal(safe, expected);
	free(safe);
}

static void test_escape(void **state)
{
	(void)state;
	escape_is("", true, "");
	escape_is("bond0.652 ~!", true, "bond0.652 ~!");
	escape_is("a\tb\nc\r\x1b[2J\x7f", true, "a\\x09b\\x0ac\\x0d\\x1b[2J\\x7f");
	/* UTF-8 as it is, or byte for byte where the terminal isn't. */
	escape_is("B\xc3\xbcro \xf0\x9f\x94\x8c", true, "B\xc3\xbcro \xf0\x9f\x94\x8c");
	escape_is("B\xc3\xbcro", false, "B\\xc3\\xbcro");
	/* C1 controls, directions, what can't be seen. */
	escape_is("\xc2\x9b", true, "\\xc2\\x9b");
	escape_is("\xe2\x80\xae", true, "\\xe2\\x80\\xae");
	escape_is("\xef\xbb\xbf", true, "\\xef\\xbb\\xbf");
	/* Not UTF-8: alone, overlong, a surrogate, too large, cut off. */
	escape_is("\x80\xff", true, "\\x80\\xff");
	escape_is("\xc0\xaf", true, "\\xc0\\xaf");
	escape_is("\xed\xa0\x80", true, "\\xed\\xa0\\x80");
	escape_is("\xf4\x90\x80\x80", true, "\\xf4\\x90\\x80\\x80");
	escape_is("\xe2\x82", true, "\\xe2\\x82");
	escape_is("\xe2\x82(", true, "\\xe2\\x82(");
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("bond0"), 5);
	assert_int_equal(text_width("B\xc3\xbcro"), 4);
}

static void test_bytes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{0, "0 B"},
		{1023, "1023 B"},
		{1024, "1.00 KiB"},
		{10234, "9.99 KiB"},
		{10239, "10.0 KiB"},
		{102399, "100 KiB"},
		{1024 * 1023, "1023 KiB"},
		{1024 * 1024 - 1, "1.00 MiB"},
		{1024 * 1024, "1.00 MiB"},
		{UINT64_C(1) << 40, "1.00 TiB"},
		{UINT64_MAX, "16.0 EiB"},
	};
	char out[TEXT_NUMBER_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(text_bytes(cases[i].bytes, out), cases[i].text);
	}
}

static void test_speed_and_share(void **state)
{
	char out[TEXT_NUMBER_SIZE];

	(void)state;
	assert_string_equal(text_speed(10, out), "10 Mb/s");
	assert_string_equal(text_speed(1000, out), "1 Gb/s");
	assert_string_equal(text_speed(2500, out), "2.5 Gb/s");
	assert_string_equal(text_speed(800000, out), "800 Gb/s");
	assert_string_equal(text_speed(3200000, out), "3200 Gb/s");
	assert_string_equal(text_share(0, 0, out), "0%");
	assert_string_equal(text_share(280, 840, out), "33.3%");
	assert_string_equal(text_share(105, 840, out), "12.5%");
	assert_string_equal(text_share(840, 840, out), "100%");
}

static void test_number(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_true(text_number("0", 8, &value));
	assert_int_equal(value, 0);
	assert_true(text_number("8", 8, &value));
	assert_int_equal(value, 8);
	assert_true(text_number("008", 8, &value));
	assert_true(text_number("18446744073709551615", UINT64_MAX, &value));
	assert_true(value == UINT64_MAX);
	assert_false(text_number("18446744073709551616", UINT64_MAX, &value));
	assert_false(text_number("9", 8, &value));
	assert_false(text_number("10", 8, &value));
	assert_false(text_number("", 8, &value));
	assert_false(text_number("-1", 8, &value));
	assert_false(text_number(" 1", 8, &value));
	assert_false(text_number("1x", 8, &value));
	assert_true(value == UINT64_MAX); /* left alone */
}

static void test_nearest(void **state)
{
	static const char *const words[] = {"status", "explain", "monitor", "down"};
	const size_t count = sizeof(words) / sizeof(words[0]);
	char long_word[200];

	(void)state;
	assert_string_equal(text_nearest("stauts", words, count), "status");
	assert_string_equal(text_nearest("stats", words, count), "status");
	assert_string_equal(text_nearest("mon", words, count), "monitor");
	assert_string_equal(text_nearest("dwon", words, count), "down");
	assert_null(text_nearest("up", words, count));
	assert_null(text_nearest("", words, count));
	assert_null(text_nearest("reload", words, count));
	memset(long_word, 'x', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	assert_null(text_nearest(long_word, words, count));
}

/* Prints to memory without colour; freed by the caller. */
static char *printed(void (*print)(struct out *out))
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	struct out out = {.file = stream, .utf8 = true};

	assert_non_null(stream);
	print(&out);
	fclose(stream);
	return text;
}

static void print_wrapped(struct out *out)
{
	out_print(out, OUT_PLAIN, "error:");
	out_wrap(out, OUT_BAD, 4,
		 "one two three four five six seven eight nine ten eleven twelve thirteen"
		 "  fourteen");
	out_line(out);
	out_wrap(out, OUT_PLAIN, 0,
		 "averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongword"
		 "thatfitsnowhere after");
}

static void test_wrap(void **state)
{
	char *text = printed(print_wrapped);

	(void)state;
	assert_string_equal(
		text,
		"error: one two three four five six seven eight nine ten eleven twelve thirteen\n"
		"    fourteen\n"
		"averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongword"
		"thatfitsnowhere\nafter");
	free(text);
}

static void print_table(struct out *out)
{
	static const struct table_column columns[] = {
		{"NAME", false}, {"N", true}, {"X", false}};
	struct table *table = table_new(columns, 3);

	assert_non_null(table);
	table_row(table, false);
	table_cell(table, OUT_GOOD, "a");
	table_cell(table, OUT_PLAIN, "%d", 1);
	table_cell(table, OUT_PLAIN, "%s", "");
	table_row(table, true);
	table_cell(table, OUT_GOOD, "%s", "longer\n");
	table_cell(table, OUT_PLAIN, "%d", 100);
	table_cell(table, OUT_PLAIN, "x");
	table_cell(table, OUT_PLAIN, "one too many");
	table_note(table, OUT_PLAIN, "why: %s", "because");
	assert_true(table_print(table, out));
	table_free(table);
	table_free(NULL);
}

static void test_table(void **state)
{
	char *text = printed(print_table);

	(void)state;
	assert_string_equal(text, "  NAME          N  X\n"
				  "  a             1\n"
				  "! longer\\x0a  100  x\n"
				  "      why: because\n");
	free(text);
}

static void print_colour(struct out *out)
{
	out->colour = true;
	out_print(out, OUT_ALARM, "DOWN");
	out_print(out, OUT_PLAIN, "x");
	out_print(out, OUT_BAD, "%s", "");
	assert_int_equal(out->column, 5);
}

static void test_colour(void **state)
{
	char *text = printed(print_colour);

	(void)state;
	assert_string_equal(text, "\033[1;37;41mDOWN\033[0mx");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape), cmocka_unit_test(test_width),
		cmocka_unit_test(test_bytes),  cmocka_unit_test(test_speed_and_share),
		cmocka_unit_test(test_number), cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_wrap),   cmocka_unit_test(test_table),
		cmocka_unit_test(test_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
