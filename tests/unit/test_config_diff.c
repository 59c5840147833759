/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Differences of texts: some whole ones, and random pairs, of which each difference,
 * carried out on the one, must give the other, and be as short as can be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "config/config_texts.h"

#define COUNT	    2000
#define LINES_MAX   40
#define BYTES_MAX   1024
#define NO_LINE_END "\\ No newline at end of file\n"

static struct config_text text_of(const char *bytes)
{
	return (struct config_text){.name = (char *)"ifcfg-x",
				    .bytes = (char *)bytes,
				    .size = strlen(bytes),
				    .mode = 0644};
}

/* NULL: absent on that side. */
static char *diff(const char *from, const char *to)
{
	struct config_text left = text_of(from ? from : "");
	struct config_text right = text_of(to ? to : "");
	char *text = config_text_diff("ifcfg-x", from ? &left : NULL, to ? &right : NULL);

	assert_non_null(text);
	return text;
}

static void expect_diff(const char *from, const char *to, const char *expected)
{
	char *text = diff(from, to);

	assert_string_equal(text, expected);
	free(text);
}

static void test_whole(void **state)
{
	(void)state;
	expect_diff("a\n", "a\n", "");
	expect_diff("", "", "");
	expect_diff("a\nb\nc\n", "a\nB\nc\n",
		    "--- ifcfg-x\n+++ ifcfg-x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
	expect_diff(NULL, "a\n", "--- /dev/null\n+++ ifcfg-x\n@@ -0,0 +1 @@\n+a\n");
	expect_diff("a\nb\n", NULL, "--- ifcfg-x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n");
	expect_diff("a", "a\n",
		    "--- ifcfg-x\n+++ ifcfg-x\n@@ -1 +1 @@\n-a\n" NO_LINE_END "+a\n");
	expect_diff("a\nb", "A\nb",
		    "--- ifcfg-x\n+++ ifcfg-x\n@@ -1,2 +1,2 @@\n-a\n+A\n b\n" NO_LINE_END);
	/* Two hunks, seven lines apart; one, six lines apart. */
	expect_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "2\n3\n4\n5\n6\n7\n8\n",
		    "--- ifcfg-x\n+++ ifcfg-x\n@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n"
		    "@@ -6,4 +5,3 @@\n 6\n 7\n 8\n-9\n");
	expect_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "2\n3\n4\n5\n6\n7\n",
		    "--- ifcfg-x\n+++ ifcfg-x\n@@ -1,8 +1,6 @@\n-1\n 2\n 3\n 4\n 5\n 6\n 7\n"
		    "-8\n");
}

static void test_no_lines(void **state)
{
	struct config_text from = text_of("a\n");
	struct config_text to = text_of("a\n");

	(void)state;
	to.mode = 0600;
	to.gid = 7;
	char *text = config_text_diff("ifcfg-x", &from, &to);
	assert_string_equal(text,
			    "old mode 0644\nnew mode 0600\nold owner 0:0\nnew owner 0:7\n");
	free(text);
	to = from;
	to.bytes = (char *)"b\0";
	text = config_text_diff("ifcfg-x", &from, &to);
	assert_non_null(strstr(text, "no text that can be shown"));
	free(text);
	to = from;
	to.read_error = 13;
	to.size = 0;
	text = config_text_diff("ifcfg-x", NULL, &to);
	assert_non_null(strstr(text, "no text that can be shown"));
	free(text);
}

struct random {
	uint64_t state;
};

static uint32_t draw(struct random *random, uint32_t below)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return (uint32_t)((random->state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

/* Lines of few different kinds, so that much is alike and much repeats. */
static void draw_text(struct random *random, char out[BYTES_MAX])
{
	uint32_t kinds = 1 + draw(random, 6);
	size_t size = 0;

	for (uint32_t i = draw(random, LINES_MAX); i > 0; i--) {
		size += (size_t)snprintf(out + size, BYTES_MAX - size, "%c\n",
					 'a' + (char)draw(random, kinds));
	}
	if (size > 0 && draw(random, 3) == 0) {
		size--;
	}
	out[size] = '\0';
}

/* Some lines of a text taken away, others put in. */
static void draw_change(struct random *random, const char *from, char out[BYTES_MAX])
{
	size_t size = 0;

	for (const char *at = from; *at;) {
		size_t line = strcspn(at, "\n");
		line += at[line] == '\n';
		if (draw(random, 8) != 0) {
			memcpy(out + size, at, line);
			size += line;
		}
		bool whole = size == 0 || out[size - 1] == '\n';
		if (whole && draw(random, 8) == 0) {
			out[size++] = (char)('a' + draw(random, 3));
			out[size++] = '\n';
		}
		at += line;
	}
	out[size] = '\0';
}

/* Carries the difference out on from, checking that it fits; counts changed lines. */
static size_t apply(const char *patch, const char *from, char out[BYTES_MAX])
{
	size_t changed = 0;
	size_t size = 0;
	size_t line = 0;

	patch = strchr(strchr(patch, '\n') + 1, '\n') + 1;
	while (*patch) {
		size_t first = 0;
		size_t length = strcspn(patch, "\n") + 1;
		if (sscanf(patch, "@@ -%zu", &first) == 1) {
			bool empty =
				strstr(patch, ",0 +") && strstr(patch, ",0 +") < patch + length;
			for (first -= empty ? 0 : 1; line < first; line++) {
				size_t skipped = strcspn(from, "\n") + 1;
				memcpy(out + size, from, skipped);
				size += skipped;
				from += skipped;
			}
			patch += length;
			continue;
		}
		size_t body = length - 1;
		if (strncmp(patch + length, NO_LINE_END, strlen(NO_LINE_END)) == 0) {
			body--;
		}
		if (patch[0] != '+') {
			assert_memory_equal(from, patch + 1, body);
			from += body;
			line++;
		}
		if (patch[0] != '-') {
			memcpy(out + size, patch + 1, body);
			size += body;
		}
		changed += patch[0] != ' ';
		patch += length + (body < length - 1 ? strlen(NO_LINE_END) : 0);
	}
	strcpy(out + size, from);
	return changed;
}

/* Of both texts' lines, those that need not stay, reckoned the long way. */
static size_t changed_least(const char *from, const char *to)
{
	static size_t common[LINES_MAX * 3][LINES_MAX * 3];
	const char *from_at[LINES_MAX * 3];
	const char *to_at[LINES_MAX * 3];
	size_t from_count = 0;
	size_t to_count = 0;

	for (; *from; from += strcspn(from, "\n") + (from[strcspn(from, "\n")] == '\n')) {
		from_at[from_count++] = from;
	}
	for (; *to; to += strcspn(to, "\n") + (to[strcspn(to, "\n")] == '\n')) {
		to_at[to_count++] = to;
	}
	memset(common, 0, sizeof(common));
	for (size_t f = from_count; f-- > 0;) {
		for (size_t t = to_count; t-- > 0;) {
			size_t below = common[f + 1][t];
			size_t right = common[f][t + 1];
			size_t size = strcspn(from_at[f], "\n") + 1;
			bool same = strncmp(from_at[f], to_at[t], size) == 0;
			common[f][t] = same	       ? common[f + 1][t + 1] + 1
				       : below > right ? below
						       : right;
		}
	}
	return from_count + to_count - 2 * common[0][0];
}

static void test_random(void **state)
{
	const char *seed = getenv("TEST_SEED");
	struct random random = {.state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL)};
	char from[BYTES_MAX];
	char to[BYTES_MAX];
	char applied[BYTES_MAX];

	(void)state;
	print_message("TEST_SEED=%llu\n", (unsigned long long)random.state);
	for (unsigned int i = 0; i < COUNT; i++) {
		draw_text(&random, from);
		if (i % 2) {
			draw_text(&random, to);
		} else {
			draw_change(&random, from, to);
		}
		char *patch = diff(from, to);
		if (strcmp(from, to) == 0) {
			assert_string_equal(patch, "");
		} else {
			size_t changed = apply(patch, from, applied);
			assert_string_equal(applied, to);
			assert_int_equal(changed, changed_least(from, to));
		}
		free(patch);
	}
}

/* Two texts of many lines that have nothing in common but their ends. */
static void test_nothing_in_common(void **state)
{
	const size_t lines = 5000;
	char *from = malloc(lines * 8 + 16);
	char *to = malloc(lines * 8 + 16);
	char *from_at = from;
	char *to_at = to;
	size_t removed = 0;
	size_t added = 0;

	(void)state;
	assert_non_null(from);
	assert_non_null(to);
	for (size_t i = 0; i < lines; i++) {
		from_at += sprintf(from_at, "a%zu\n", i);
		to_at += sprintf(to_at, "b%zu\n", i);
	}
	strcpy(from_at, "end\n");
	strcpy(to_at, "end\n");
	char *patch = diff(from, to);
	for (const char *at = strstr(patch, "@@"); at; at = strchr(at + 1, '\n')) {
		removed += at[1] == '-';
		added += at[1] == '+';
	}
	assert_int_equal(removed, lines);
	assert_int_equal(added, lines);
	assert_non_null(strstr(patch, "\n end\n"));
	free(patch);
	free(from);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_no_lines),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_nothing_in_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
