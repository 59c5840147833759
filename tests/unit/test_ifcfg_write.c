/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The writer: some edits and VLAN interfaces' files as whole texts, and then at random.
 * Whatever the old text is, what comes of an edit must read, in each dialect that could
 * read the old one, as the old variables with the edit done; lines that have nothing of
 * it, and comments, must be as they were. A random VLAN interface must read back as it
 * is.
 *
 * TEST_SEED repeats a run, TEST_COUNT sets how many files.
 */
#include "ifcfg/ifcfg_write.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT_DEFAULT 4000
#define DIALECTS      2
#define TEXT_SIZE     8192
#define LINES_MAX     16
#define EDITS_MAX     4

static void expect_edit(const char *old, const char *key, const char *value,
			const char *expected)
{
	const struct ifcfg_edit edit = {.key = key, .value = value};
	char error[IFCFG_WRITE_ERROR_SIZE];
	char *out = NULL;
	size_t size = 0;

	enum ifcfg_write_result result =
		ifcfg_edit(old, old ? strlen(old) : 0, &edit, 1, &out, &size, error);
	if (result != IFCFG_WRITE_OK) {
		fail_msg("%s: %s", old, error);
	}
	assert_int_equal(size, strlen(out));
	assert_string_equal(out, expected);
	free(out);
}

static void test_set(void **state)
{
	(void)state;
	expect_edit(NULL, "A", "1", "A=1\n");
	expect_edit("", "A", "1", "A=1\n");
	expect_edit("A=1\n", "A", "2", "A=2\n");
	expect_edit("A=1", "A", "2", "A=2");
	expect_edit("  A=\"1\"  # one\n", "A", "2", "  A=2  # one\n");
	expect_edit("A=1\nB=1\nA=2\n", "A", "3", "B=1\nA=3\n");
	expect_edit("A=1;B=2; C=3\n", "B", "x", "A=1;B=x; C=3\n");
	expect_edit("A=1\nA+=2\n", "A", "3", "A=3\n");
	expect_edit("A=1\\\n2\\\n3 # c\n", "A", "4", "A=4 # c\n");
	expect_edit("A='1\n2'\nB=1\n", "A", "4", "A=4\nB=1\n");
	/* A value that is there already, in whatever form, is left alone. */
	expect_edit("A='1' # one\n", "A", "1", "A='1' # one\n");
	/* New ones come behind the others, before what is said at the end. */
	expect_edit("B=1\n", "A", "1", "B=1\nA=1\n");
	expect_edit("B=1", "A", "1", "B=1\nA=1\n");
	expect_edit("# head\nB=1 # b\n\n# end\n", "A", "1", "# head\nB=1 # b\nA=1\n\n# end\n");
	expect_edit("# head\n", "A", "1", "# head\nA=1\n");
	expect_edit("# head", "A", "1", "# head\nA=1\n");
	expect_edit("B=1; C=2\n# end", "A", "1", "B=1; C=2\nA=1\n# end");
	expect_edit("B=1 \\\n# end\n", "A", "1", "B=1 \\\n# end\nA=1\n");
	expect_edit("B=1\\\n", "A", "1", "B=1\\\n\nA=1\n");
}

static void test_quotes(void **state)
{
	(void)state;
	expect_edit("", "A", "", "A=\n");
	expect_edit("", "A", "fe80::1%bond0", "A=fe80::1%bond0\n");
	expect_edit("", "A", "mode=4 miimon=100", "A=\"mode=4 miimon=100\"\n");
	expect_edit("", "A", "~", "A=\"~\"\n");
	expect_edit("", "A", "it's", "A=\"it's\"\n");
	expect_edit("", "A", "$5", "A='$5'\n");
	expect_edit("", "A", "it's $5 \"\\`", "A=\"it's \\$5 \\\"\\\\\\`\"\n");
	expect_edit("", "A", "gr\xc3\xbc\xc3\x9f", "A=\"gr\xc3\xbc\xc3\x9f\"\n");
}

static void test_remove(void **state)
{
	(void)state;
	expect_edit(NULL, "A", NULL, "");
	expect_edit("B=1\n", "A", NULL, "B=1\n");
	expect_edit("A=1", "A", NULL, "");
	expect_edit("A=1\nB=1\n  A=2\n", "A", NULL, "B=1\n");
	expect_edit("\nA=1\n\n", "A", NULL, "\n\n");
	expect_edit("A=1 # why\n", "A", NULL, "# why\n");
	expect_edit("A=1; B=2\n", "A", NULL, "B=2\n");
	expect_edit("A=1; B=2\n", "B", NULL, "A=1\n");
	expect_edit("A=1; B=2; C=3\n", "B", NULL, "A=1; C=3\n");
	expect_edit("A=1; B=2 # why\n", "B", NULL, "A=1; # why\n");
	expect_edit("A=1 B=2 C=3\n", "B", NULL, "A=1 C=3\n");
	expect_edit("A=1;\n", "A", NULL, "");
	expect_edit("export A=1\n", "A", NULL, "");
	expect_edit("export A=1 B=2\n", "A", NULL, "export B=2\n");
	expect_edit("export A=1 B\n", "A", NULL, "export B\n");
	expect_edit("B=2; export A=1; C=3\n", "A", NULL, "B=2; C=3\n");
	expect_edit("A='1\n2'\nB=1\n", "A", NULL, "B=1\n");
	expect_edit("A=1 \\\n  B=2\n", "A", NULL, "B=2\n");
	expect_edit("A=1\nA+=2\nB=3\n", "A", NULL, "B=3\n");
}

/* Files in which one thing hangs on another. */
static void test_entangled(void **state)
{
	(void)state;
	/* B keeps what it has; a second time nothing more is added. */
	expect_edit("A=1\nB=$A\n", "A", "2", "A=1\nB=$A\nA=2\n");
	expect_edit("A=1\nB=$A\nA=2\n", "A", "3", "A=1\nB=$A\nA=3\n");
	expect_edit("A=1\nB=$A\n", "A", NULL, "A=1\nB=$A\nA=\n");
	/* Carriage returns are fine for NetworkManager alone. */
	expect_edit("A=1\r\nB=2\r\n", "A", "2", "A=2\r\nB=2\r\n");
	expect_edit("A=1\r\nB=2\r\n", "C", "3", "A=1\r\nB=2\r\nC=3\r\n");
	expect_edit("A=1\r\nB=2\r\n", "A", NULL, "B=2\r\n");
	expect_edit("A=1 # c\r\n\r\nA=x y\r\nA=2\r\n", "A", "3", "# c\r\n\r\nA=3\r\n");
	/* An exported one is none to NetworkManager. */
	expect_edit("export A=1\n", "A", "2", "A=2\n");
}

static void test_refused(void **state)
{
	static const struct {
		const char *old;
		struct ifcfg_edit edit;
		enum ifcfg_write_result result;
		const char *says;
	} cases[] = {
		{"A=1\nif true; then\n", {"A", "2"}, IFCFG_WRITE_OK, NULL},
		{"A=$(x)\nB=x y\n", {"A", "2"}, IFCFG_WRITE_REFUSED, "line 1: $(...)"},
		{"\xef\xbb\xbf"
		 "A=1\n",
		 {"A", "2"},
		 IFCFG_WRITE_REFUSED,
		 "byte order mark"},
		{"", {"A", "1\n2"}, IFCFG_WRITE_BAD_VALUE, "A"},
		{"", {"A", "\t"}, IFCFG_WRITE_BAD_VALUE, "A"},
		{"", {"A", "\xff"}, IFCFG_WRITE_BAD_VALUE, "A"},
		{"", {"1A", "1"}, IFCFG_WRITE_BAD_VALUE, "1A"},
		{"", {"", "1"}, IFCFG_WRITE_BAD_VALUE, "''"},
		{"", {"A B", "1"}, IFCFG_WRITE_BAD_VALUE, "A B"},
		{"", {"UID", "1"}, IFCFG_WRITE_BAD_VALUE, "UID"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char error[IFCFG_WRITE_ERROR_SIZE] = "?";
		char *out = NULL;
		size_t size = 0;
		assert_int_equal(ifcfg_edit(cases[i].old, strlen(cases[i].old), &cases[i].edit,
					    1, &out, &size, error),
				 cases[i].result);
		if (cases[i].says && !strstr(error, cases[i].says)) {
			fail_msg("%s", error);
		}
		free(out);
	}
}

/* A file of the greatest size takes nothing more. */
static void test_full(void **state)
{
	char *old = malloc(IFCFG_FILE_SIZE_MAX);
	const struct ifcfg_edit edit = {.key = "B", .value = "1"};
	char error[IFCFG_WRITE_ERROR_SIZE];
	char *out = NULL;
	size_t size = 0;

	(void)state;
	assert_non_null(old);
	memset(old, '\n', IFCFG_FILE_SIZE_MAX);
	memcpy(old, "A=1", 3);
	assert_int_equal(ifcfg_edit(old, IFCFG_FILE_SIZE_MAX, &edit, 1, &out, &size, error),
			 IFCFG_WRITE_REFUSED);
	assert_null(out);
	free(old);
}

/* Of two edits of one key the last counts. */
static void test_several(void **state)
{
	const struct ifcfg_edit edits[] = {
		{"A", "1"}, {"B", "2"}, {"A", NULL}, {"C", "3"}, {"B", "4"}};
	char error[IFCFG_WRITE_ERROR_SIZE];
	char *out = NULL;
	size_t size = 0;

	(void)state;
	assert_int_equal(ifcfg_edit("A=0\nX=$B\n", 9, edits, 5, &out, &size, error),
			 IFCFG_WRITE_OK);
	assert_string_equal(out, "X=$B\nB=4\nC=3\n");
	free(out);
}

/* At random. */

struct random {
	uint64_t state;
	uint64_t seed;
	unsigned int comment;
};

static uint32_t draw(struct random *random, uint32_t below)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return (uint32_t)((random->state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

static struct random random_start(void)
{
	const char *text = getenv("TEST_SEED");
	struct random random = {.seed = text ? strtoull(text, NULL, 0)
					     : (uint64_t)time(NULL) * 1000003};

	random.state = random.seed | 1;
	print_message("TEST_SEED=%" PRIu64 "\n", random.seed);
	return random;
}

static unsigned int random_count(void)
{
	const char *text = getenv("TEST_COUNT");

	return text ? (unsigned int)strtoul(text, NULL, 0) : COUNT_DEFAULT;
}

static const char *const keys[] = {"A", "AB", "IPADDR", "IPADDR1", "B2", "_x"};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

struct line {
	char text[512];
	bool holds[KEYS]; /* assignments of these */
	char comment[16];
};

/* One old text, line by line where they are lines. */
struct old {
	size_t line_count;
	struct line lines[LINES_MAX];
	char text[TEXT_SIZE];
	size_t size;
};

static void add(char *to, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add(char *to, size_t size, const char *format, ...)
{
	size_t used = strlen(to);
	va_list args;

	va_start(args, format);
	vsnprintf(to + used, size - used, format, args);
	va_end(args);
}

#define ADD(to, ...) add(to, sizeof(to), __VA_ARGS__)

static void draw_value(struct random *random, bool shell, struct line *line)
{
	static const char *const plain[] = {"",	       "1",	      "10.1.2.3", "\"a b\"",
					    "'$x \"'", "\"\\$\\\"\"", "a\\ b",	  "$'\\x41\\''",
					    "\"\"",    "'a'\"b\"c",   "\xc3\xa9", "a#b"};
	static const char *const shells[] = {
		"$A",	"\"${IPADDR}-$B2\"", "1\\\n2", "\"a\nb=2\"", "'\nA=7\n'",
		"\\\n", "\"\\\n\"",	     "a;",     "$AB;"};

	if (shell && draw(random, 3) == 0) {
		const char *value = shells[draw(random, sizeof(shells) / sizeof(shells[0]))];
		ADD(line->text, "%s", value);
		/* For NetworkManager that is an assignment. */
		line->holds[0] = line->holds[0] || strstr(value, "\nA=");
	} else {
		ADD(line->text, "%s", plain[draw(random, sizeof(plain) / sizeof(plain[0]))]);
	}
}

static void draw_assignment(struct random *random, bool shell, struct line *line)
{
	uint32_t key = draw(random, KEYS);
	bool append = shell && draw(random, 6) == 0;

	line->holds[key] = true;
	ADD(line->text, "%s%s", keys[key], append ? "+=" : "=");
	draw_value(random, shell, line);
}

static void draw_line(struct random *random, bool shell, struct line *line)
{
	*line = (struct line){{0}};
	for (uint32_t i = draw(random, 3); i > 0; i--) {
		ADD(line->text, "%c", " \t"[draw(random, 2)]);
	}
	if (draw(random, 5) != 0) {
		uint32_t more = shell ? draw(random, 3) : 0;
		if (shell && draw(random, 5) == 0) {
			ADD(line->text, "export %s", draw(random, 4) ? "" : "zz ");
		}
		draw_assignment(random, shell, line);
		for (; more > 0; more--) {
			ADD(line->text, "%s",
			    draw(random, 2)   ? " "
			    : draw(random, 2) ? "; "
					      : " \\\n ");
			draw_assignment(random, shell, line);
		}
		ADD(line->text, "%s", draw(random, 6) == 0 ? " ; " : "");
	}
	if (draw(random, 3) == 0) {
		snprintf(line->comment, sizeof(line->comment), "#c%u.", random->comment++);
		ADD(line->text, " %s A=1 '\" $(", line->comment);
	}
}

static void draw_soup(struct random *random, struct old *old)
{
	static const char *const pieces[] = {
		"A",  "AB", "IPADDR",  "=",    "+=", "1", "x", "\"",   "'",    "$",
		"\\", "\n", "\n",      "\n",   " ",  ";", "#", "\r\n", "\t",   "=1",
		"$A", "A=", "export ", "\xff", "`",  "{", "}", "~",    "\\\n", "B2=3\n"};

	for (uint32_t i = draw(random, 30); i > 0; i--) {
		ADD(old->text, "%s", pieces[draw(random, sizeof(pieces) / sizeof(pieces[0]))]);
	}
}

static void draw_old(struct random *random, struct old *old)
{
	bool shell = draw(random, 2) == 0;
	bool windows = draw(random, 8) == 0;

	*old = (struct old){0};
	if (draw(random, 6) == 0) {
		draw_soup(random, old);
	} else {
		old->line_count = draw(random, LINES_MAX);
	}
	for (size_t i = 0; i < old->line_count; i++) {
		draw_line(random, shell, &old->lines[i]);
		ADD(old->text, "%s%s", old->lines[i].text, windows ? "\r\n" : "\n");
	}
	old->size = strlen(old->text);
	if (old->size > 0 && draw(random, 4) == 0) {
		old->text[--old->size] = '\0';
	}
}

struct edits {
	size_t count;
	struct ifcfg_edit list[EDITS_MAX];
	char values[EDITS_MAX][64];
};

static void draw_edits(struct random *random, struct edits *edits)
{
	static const char *const wide[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};

	*edits = (struct edits){.count = 1 + draw(random, EDITS_MAX)};
	for (size_t i = 0; i < edits->count; i++) {
		char *value = edits->values[i];
		for (uint32_t n = draw(random, 10); n > 0; n--) {
			if (draw(random, 8) == 0) {
				add(value, 64, "%s", wide[draw(random, 3)]);
			} else {
				add(value, 64, "%c", (char)(' ' + (char)draw(random, 95)));
			}
		}
		edits->list[i].key = keys[draw(random, KEYS)];
		edits->list[i].value = draw(random, 3) ? value : NULL;
	}
}

static const struct ifcfg_edit *edit_of(const struct edits *edits, const char *key)
{
	for (size_t i = edits->count; i > 0; i--) {
		if (strcmp(edits->list[i - 1].key, key) == 0) {
			return &edits->list[i - 1];
		}
	}
	return NULL;
}

struct reading {
	bool fine;
	struct ifcfg_variables variables;
};

static struct reading read_text(const char *bytes, size_t size, enum ifcfg_dialect dialect)
{
	const struct ifcfg_text text = {.path = "x", .bytes = bytes, .size = size};
	struct model_problems problems = {0};
	struct reading reading;

	reading.fine = ifcfg_parse(&text, dialect, 0, "", &reading.variables, &problems);
	model_problems_free(&problems);
	return reading;
}

/* Each variable is what it was, or what the edit says. */
static void expect_variables(const struct edits *edits, const struct ifcfg_variables *before,
			     const struct ifcfg_variables *after, const char *what)
{
	for (size_t i = 0; i < before->count; i++) {
		const char *name = before->list[i].name;
		const char *now = ifcfg_value(after, name);
		if (!edit_of(edits, name) &&
		    (!now || strcmp(now, before->list[i].value) != 0)) {
			fail_msg("%s: %s was changed", what, name);
		}
	}
	for (size_t i = 0; i < after->count; i++) {
		const char *name = after->list[i].name;
		const struct ifcfg_edit *edit = edit_of(edits, name);
		if (!edit && !ifcfg_value(before, name)) {
			fail_msg("%s: %s has appeared", what, name);
		}
	}
	for (size_t i = 0; i < edits->count; i++) {
		const struct ifcfg_edit *edit = edit_of(edits, edits->list[i].key);
		const char *now = ifcfg_value(after, edit->key);
		const char *wanted = edit->value ? edit->value : "";
		if (strcmp(now ? now : "", wanted) != 0 || (edit->value && !now)) {
			fail_msg("%s: %s is not as wanted", what, edit->key);
		}
	}
}

/* What has nothing to do with it stands there as it did, and every comment. */
static void expect_rest(const struct edits *edits, const struct old *old, const char *text)
{
	for (size_t i = 0; i < old->line_count; i++) {
		const struct line *line = &old->lines[i];
		bool edited = false;
		for (size_t k = 0; k < KEYS; k++) {
			edited = edited || (line->holds[k] && edit_of(edits, keys[k]));
		}
		if (!strstr(text, edited ? line->comment : line->text)) {
			fail_msg("lost '%s' in\n%s\nof\n%s", line->text, text, old->text);
		}
	}
}

/* The same where NetworkManager alone reads the text, to whom each line is one. */
static void expect_rest_nm(const struct edits *edits, struct old *old, const char *text)
{
	char *rest = old->text;

	for (char *line; (line = strsep(&rest, "\n"));) {
		bool edited = false;
		for (size_t k = 0; k < KEYS; k++) {
			edited = edited || (edit_of(edits, keys[k]) && strstr(line, keys[k]));
		}
		if (!edited && !strstr(text, line)) {
			fail_msg("lost '%s' in\n%s", line, text);
		}
	}
}

/* True: the old text made sense to somebody. */
static bool edit_check(struct old *old, const struct edits *edits)
{
	struct reading before[DIALECTS];
	char error[IFCFG_WRITE_ERROR_SIZE];
	char *text = NULL;
	size_t size = 0;

	for (size_t d = 0; d < DIALECTS; d++) {
		before[d] = read_text(old->text, old->size, (enum ifcfg_dialect)d);
	}
	bool read = before[0].fine || before[1].fine;
	enum ifcfg_write_result result = ifcfg_edit(old->text, old->size, edits->list,
						    edits->count, &text, &size, error);
	if (result != (read ? IFCFG_WRITE_OK : IFCFG_WRITE_REFUSED)) {
		fail_msg("%s:\n%s", error, old->text);
	}
	for (size_t d = 0; d < DIALECTS; d++) {
		if (before[d].fine) {
			struct reading after = read_text(text, size, (enum ifcfg_dialect)d);
			assert_true(after.fine);
			expect_variables(edits, &before[d].variables, &after.variables, text);
			ifcfg_variables_free(&after.variables);
		}
		ifcfg_variables_free(&before[d].variables);
	}
	if (before[IFCFG_DIALECT_INITSCRIPTS].fine) {
		expect_rest(edits, old, text);
	} else if (read) {
		expect_rest_nm(edits, old, text);
	}
	free(text);
	return read;
}

static void test_random_edits(void **state)
{
	struct random random = random_start();
	unsigned int count = random_count();
	unsigned int read = 0;

	(void)state;
	for (unsigned int i = 0; i < count; i++) {
		static struct old old;
		struct edits edits;
		draw_old(&random, &old);
		draw_edits(&random, &edits);
		read += edit_check(&old, &edits);
	}
	/* Most of what is drawn makes sense, or this would test little. */
	assert_true(read > count / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),	cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_remove),	cmocka_unit_test(test_entangled),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_full),
		cmocka_unit_test(test_several), cmocka_unit_test(test_random_edits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
