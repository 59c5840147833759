/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parser says of single files: values, and for what it refuses the
 * line and what was expected. That the values are bash's is for
 * test_ifcfg_oracle.c; here they are written down.
 */
#include "ifcfg/ifcfg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct parsed {
	bool fine;
	struct ifcfg_variables variables;
	struct model_problems problems;
};

static struct parsed parse_bytes(const char *bytes, size_t size, int read_error)
{
	struct parsed parsed = {0};
	struct ifcfg_text text = {
		.path = "ifcfg-x", .bytes = bytes, .size = size, .read_error = read_error};

	parsed.fine = ifcfg_parse(&text, IFCFG_DIALECT_INITSCRIPTS, 3, "x", &parsed.variables,
				  &parsed.problems);
	return parsed;
}

static struct parsed parse(const char *text)
{
	return parse_bytes(text, strlen(text), 0);
}

static void parsed_free(struct parsed *parsed)
{
	ifcfg_variables_free(&parsed->variables);
	model_problems_free(&parsed->problems);
}

static void test_values(void **state)
{
	static const struct {
		const char *text;
		const char *value; /* of A; NULL: not set */
	} cases[] = {
		{"", NULL},
		{"\n\n  \n", NULL},
		{"# only a comment", NULL},
		{"A=", ""},
		{"A=x", "x"},
		{"  \tA=x", "x"},
		{"A=x\n", "x"},
		{"A=x # y\n", "x"},
		{"A=x#y\n", "x#y"},
		{"A=#y\n", "#y"},
		{"#A=y\nA=x", "x"},
		{"A=1;A=2", "2"},
		{"A=1 ; A=2;", "2"},
		{"A=1 A=2", "2"},
		{"A=x B=$A A=$B$B", "xx"},
		{"A='a b'", "a b"},
		{"A='a\"$b`\\'", "a\"$b`\\"},
		{"A='a\nb'", "a\nb"},
		{"A=\"a b\"", "a b"},
		{"A=\"a'b\"", "a'b"},
		{"A=\"\\$\\`\\\"\\\\\\a\"", "$`\"\\\\a"},
		{"A=\"a\\\nb\"", "ab"},
		{"A='a\\\nb'", "a\\\nb"},
		{"A=a\\\nb", "ab"},
		{"A\\\n=a", "a"},
		{"A=a\\ b", "a b"},
		{"A=a\"b\"'c'd\\e", "abcde"},
		{"A=$'a\\tb\\x41\\101\\''", "a\tbAA'"},
		{"A=$'a\\0b'c", "ac"},
		{"A=$\"a b\"", "a b"},
		{"B=x;A=$B", "x"},
		{"B=x;A=${B}y", "xy"},
		{"B=x;A=\"<$B>\"", "<x>"},
		{"B=x;A='$B'", "$B"},
		{"B=x;A=\\$B", "$B"},
		{"B='a  *';A=$B", "a  *"},
		{"A=x;A+=y", "xy"},
		{"A+=y", "y"},
		{"export A=x", "x"},
		{"export A=x B=y # z", "x"},
		{"A=x;export A", "x"},
		{"export A", NULL},
		{"export A=x A+=y", "xy"},
		{"A=old; export A=new B=$A; A=$B", "old"},
		{"A=*", "*"},
		{"A={a,b}", "{a,b}"},
		{"A=a=~b", "a=~b"},
		{"A=a~", "a~"},
		{"A='~'", "~"},
		{"A=$", "$"},
		{"A=\"$\"", "$"},
		{"A=a$%b", "a$%b"},
		{"A=\xe9", "\xe9"},
		{"# caf\xe9\nA=x", "x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct parsed parsed = parse(cases[i].text);
		const char *value = ifcfg_value(&parsed.variables, "A");
		if (!parsed.fine || parsed.problems.count != 0) {
			fail_msg("refused: %s: %s", cases[i].text,
				 parsed.problems.list[0].text);
		}
		if (!cases[i].value != !value ||
		    (value && strcmp(value, cases[i].value) != 0)) {
			fail_msg("%s: got %s", cases[i].text, value ? value : "nothing");
		}
		parsed_free(&parsed);
	}
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
		const char *says;
	} cases[] = {
		{"A=$(date)", 1, "run a command"},
		{"A=x\nB=\"$(date)\"", 2, "run a command"},
		{"A=$((1+1))", 1, "compute"},
		{"A=$[1+1]", 1, "computed"},
		{"A=`date`", 1, "run a command"},
		{"A=\"x\n`date`\"", 2, "run a command"},
		{"A=${B:-x}", 1, "${B} and nothing more"},
		{"A=${#B}", 1, "only ${NAME}"},
		{"A=${!B}", 1, "only ${NAME}"},
		{"A=$1", 1, "shell's own"},
		{"A=$$", 1, "shell's own"},
		{"A=$RANDOM", 1, "shell's own"},
		{"A=$HOSTNAME", 1, "shell's own"},
		{"UID=0", 1, "shell's own"},
		{"BASH_ENV=x", 1, "shell's own"},
		{"PATH+=:/x", 1, "shell's own"},
		{"A=(1 2)", 1, "arrays"},
		{"A[0]=1", 1, "arrays"},
		{"A=1 | B=2", 1, "'|'"},
		{"A=1 & B=2", 1, "'&'"},
		{"A=1 && B=2", 1, "'&&' is no assignment"},
		{"A=1&", 1, "'&'"},
		{"A=1 > /x", 1, "'>'"},
		{"A=1>/x", 1, "'>'"},
		{"A=1 date", 1, "'date' is no assignment"},
		{"A=1\n\ndate -u", 3, "'date' is no assignment"},
		{"if true; then A=1; fi", 1, "'if' is no assignment"},
		{". /etc/sysconfig/network", 1, "'.' is no assignment"},
		{"f() { A=1; }", 1, "'f()' is no assignment"},
		{"[ -x /x ] && A=1", 1, "'[' is no assignment"},
		{"1A=x", 1, "'1A=x' is no assignment"},
		{"A =x", 1, "'A' is no assignment"},
		{"A-B=x", 1, "'A-B=x' is no assignment"},
		{"export", 1, "'export' is no assignment"},
		{"export -n A", 1, "behind export"},
		{"export A={a,b}", 1, "braces"},
		{"unset A", 1, "'unset' is no assignment"},
		{"A=~", 1, "'~'"},
		{"A=x:~/y", 1, "'~'"},
		{";A=1", 1, "';' without"},
		{"A=1;;A=2", 1, "';' without"},
		{"A='x", 1, "never closed"},
		{"B=1\nA=\"x\ny\n", 2, "never closed"},
		{"A=$'x\\'", 1, "never closed"},
		{"A=x\\", 1, "ends in a backslash"},
		{"A=1\r\nB=2\r\n", 1, "carriage return"},
		{"\r\n", 1, "carriage return"},
		{"A='x'\r\n", 1, "carriage return"},
		{"\xef\xbb\xbf"
		 "A=1",
		 1, "byte order mark"},
		{"\xff\xfe", 1, "no text"},
		{"A\\\n\\\n=$(x)", 3, "run a command"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct parsed parsed = parse(cases[i].text);
		if (parsed.fine || parsed.problems.count == 0) {
			fail_msg("not refused: %s", cases[i].text);
		}
		const struct model_problem *problem = &parsed.problems.list[0];
		if (!strstr(problem->text, cases[i].says) ||
		    problem->source.line != cases[i].line) {
			fail_msg("%s: line %u: %s", cases[i].text, problem->source.line,
				 problem->text);
		}
		assert_int_equal(problem->source.file, 3);
		assert_int_equal(problem->severity, MODEL_ERROR);
		assert_string_equal(problem->subject, "x");
		parsed_free(&parsed);
	}
}

/* The column is that of what is wrong itself, not of the line's begin. */
static void test_columns(void **state)
{
	static const struct {
		const char *text;
		uint32_t line, column;
	} cases[] = {
		{"A=$(date)", 1, 3},	{"A=x\nB=\"a $(date)\"", 2, 6},
		{"A=ab`date`", 1, 5},	{"\tA=x\n\tdate", 2, 2},
		{"A=1 date", 1, 5},	{"A=${B:-x}", 1, 3},
		{"A='x", 1, 3},		{"B=1;A=\"x\ny\n", 1, 7},
		{"A=x\\\n(y", 2, 1},	{"A=\"x\\\n  $(y)", 2, 3},
		{"A=1; A=2 |", 1, 10},	{"A=1\r", 1, 4},
		{"A='\n\n' $", 3, 3},	{"A[0]=1", 1, 1},
		{"\xef\xbb\xbf", 1, 1}, {"caf\xc3\xa9=1", 1, 1},
		{"A=\xc3\xa9|", 1, 5},	{"export A=1 B=~", 1, 14},
		{"UID=0", 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct parsed parsed = parse(cases[i].text);
		assert_false(parsed.fine);
		struct model_source source = parsed.problems.list[0].source;
		if (source.line != cases[i].line || source.column != cases[i].column) {
			fail_msg("%s: %u:%u", cases[i].text, source.line, source.column);
		}
		parsed_free(&parsed);
	}
}

static void test_goes_on_after_an_error(void **state)
{
	struct parsed parsed = parse("A=$(x)\nB=2\ndate\nC='a\nb' D=`x`\nE=5\n");

	(void)state;
	assert_false(parsed.fine);
	assert_int_equal(parsed.problems.count, 3);
	assert_int_equal(parsed.problems.list[0].source.line, 1);
	assert_int_equal(parsed.problems.list[1].source.line, 3);
	assert_int_equal(parsed.problems.list[2].source.line, 5);
	assert_string_equal(ifcfg_value(&parsed.variables, "E"), "5");
	assert_null(ifcfg_value(&parsed.variables, "A"));
	parsed_free(&parsed);
}

static void test_lines_of_assignments(void **state)
{
	struct parsed parsed = parse("\nA='1\n2'\nB=\\\n3\nA=4 C=5\n");

	(void)state;
	assert_true(parsed.fine);
	assert_int_equal(parsed.variables.count, 3);
	assert_string_equal(parsed.variables.list[0].name, "A");
	assert_int_equal(parsed.variables.list[0].line, 6);
	assert_int_equal(parsed.variables.list[1].line, 4);
	assert_int_equal(parsed.variables.list[2].line, 6);
	assert_int_equal(parsed.variables.list[0].column, 3);
	assert_int_equal(parsed.variables.list[1].column, 1);
	assert_int_equal(parsed.variables.list[2].column, 7);
	assert_int_equal(parsed.variables.list[2].name_at, 19);
	assert_int_equal(parsed.variables.list[2].value_at, 21);
	assert_int_equal(parsed.variables.list[2].value_end, 22);
	parsed_free(&parsed);
}

static void test_unset_reference_warns(void **state)
{
	struct parsed parsed = parse("A=x\nB=a$NOWHERE\n");

	(void)state;
	assert_true(parsed.fine);
	assert_string_equal(ifcfg_value(&parsed.variables, "B"), "a");
	assert_int_equal(parsed.problems.count, 1);
	assert_int_equal(parsed.problems.list[0].severity, MODEL_WARNING);
	assert_int_equal(parsed.problems.list[0].source.line, 2);
	parsed_free(&parsed);
}

static void test_unreadable(void **state)
{
	struct parsed parsed = parse_bytes(NULL, 0, EACCES);

	(void)state;
	assert_false(parsed.fine);
	assert_string_equal(parsed.problems.list[0].text,
			    "cannot be read (Permission denied); expected a readable file");
	assert_int_equal(parsed.problems.list[0].source.line, 0);
	parsed_free(&parsed);

	parsed = parse_bytes(NULL, 0, IFCFG_NO_FILE);
	assert_non_null(strstr(parsed.problems.list[0].text, "expected a regular file"));
	parsed_free(&parsed);
}

static void test_nul_byte(void **state)
{
	struct parsed parsed = parse_bytes("A=1\nB=\0", 7, 0);

	(void)state;
	assert_false(parsed.fine);
	assert_int_equal(parsed.problems.list[0].source.line, 2);
	parsed_free(&parsed);
}

/* The first line, then the other one that many times. */
static void repeat(char *out, size_t size, const char *first, const char *other, int times)
{
	size_t at = (size_t)snprintf(out, size, "%s", first);

	for (int i = 0; i < times && at < size; i++) {
		at += (size_t)snprintf(out + at, size - at, "%s", other);
	}
	assert_true(at < size);
}

/* Doubling a value line by line must end at the limit, not in gigabytes. */
static void test_limits(void **state)
{
	char text[4096];
	static char large[IFCFG_FILE_SIZE_MAX + 1];

	(void)state;
	repeat(text, sizeof(text), "A=0123456789\n", "A=$A$A\n", 100);
	struct parsed parsed = parse(text);
	assert_false(parsed.fine);
	assert_int_equal(parsed.problems.count, 1);
	assert_non_null(strstr(parsed.problems.list[0].text, "bytes"));
	parsed_free(&parsed);

	memset(large, '\n', sizeof(large));
	parsed = parse_bytes(large, sizeof(large) - 1, 0);
	assert_true(parsed.fine);
	parsed_free(&parsed);
	parsed = parse_bytes(large, sizeof(large), 0);
	assert_false(parsed.fine);
	parsed_free(&parsed);

	size_t size = 0;
	for (int i = 0; i <= IFCFG_VARIABLES_MAX; i++) {
		size += (size_t)sprintf(large + size, "A%d=x\n", i);
	}
	parsed = parse_bytes(large, size, 0);
	assert_false(parsed.fine);
	assert_int_equal(parsed.variables.count, IFCFG_VARIABLES_MAX);
	parsed_free(&parsed);
}

/* Junk does not fill the screen. */
static void test_errors_are_few(void **state)
{
	char text[2048];

	(void)state;
	repeat(text, sizeof(text), "", "date\n", 200);
	struct parsed parsed = parse(text);
	assert_false(parsed.fine);
	assert_int_equal(parsed.problems.count, 10);
	parsed_free(&parsed);
}

static void test_names(void **state)
{
	static const char *const read[] = {"ifcfg-bond0",   "ifcfg-bond0.652", "ifcfg-bond0:1",
					   "ifcfg-a.bak.b", "route-bond0",     "rule6-bond0",
					   "ifcfg-lo0"};
	static const char *const passed[] = {
		"ifcfg-lo",
		"ifcfg-",
		"ifcfg-bond0~",
		"ifcfg-bond0.bak",
		"ifcfg-bond0.old",
		"ifcfg-x.orig",
		"ifcfg-x.rpmnew",
		"ifcfg-x.rpmsave",
		"ifcfg-x.rpmorig",
		"ifup-eth",
		"network-functions",
		"Ifcfg-bond0",
		".ifcfg-bond0",
		"keys-bond0",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		assert_true(ifcfg_name_is_read(read[i], IFCFG_DIALECT_INITSCRIPTS));
	}
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		assert_false(ifcfg_name_is_read(passed[i], IFCFG_DIALECT_INITSCRIPTS));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_goes_on_after_an_error),
		cmocka_unit_test(test_lines_of_assignments),
		cmocka_unit_test(test_unset_reference_warns),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_nul_byte),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_errors_are_few),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
