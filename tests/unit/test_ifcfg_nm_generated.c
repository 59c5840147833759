/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nm dialect against its own rules: values are drawn at random, written down in
 * a form that NetworkManager takes for exactly them, with what it drops around them
 * and with lines that it passes over, and must be read back the same. The whole file
 * is then read as a shell's too: whatever comes of that, nothing may break.
 *
 * IFCFG_ORACLE_SEED repeats a run, IFCFG_ORACLE_COUNT sets how many files.
 */
#include "ifcfg/ifcfg.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT_DEFAULT  3000
#define NAME_COUNT     4
#define VALUE_SIZE_MAX 256

static const char *const names[NAME_COUNT] = {"A", "B_1", "_c", "LONGER"};

struct generator {
	uint64_t state;
	FILE *file;
	char values[NAME_COUNT][VALUE_SIZE_MAX]; /* the last of each name */
	bool set[NAME_COUNT];
};

static uint32_t draw(struct generator *generator, uint32_t below)
{
	generator->state ^= generator->state << 13;
	generator->state ^= generator->state >> 7;
	generator->state ^= generator->state << 17;
	return (uint32_t)((generator->state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

/* One character, as it is to be read; a line end only where it can be written. */
static const char *draw_character(struct generator *generator, char out[8])
{
	static const char *const special[] = {"$", "`", "\"", "'", "\\", " ",	";", "#",
					      "|", "&", "(",  ")", "<",	 ">",	"=", "~",
					      "*", "?", "\t", "{", "}",	 "\x01"};
	static const char *const wide[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};

	switch (draw(generator, 4)) {
	case 0:
		return special[draw(generator, sizeof(special) / sizeof(special[0]))];
	case 1:
		return wide[draw(generator, 3)];
	default:
		out[0] = (char)('0' + draw(generator, 75));
		out[1] = '\0';
		return out;
	}
}

static void emit_bare(struct generator *generator, const char *character)
{
	bool plain = strlen(character) == 1 && !strchr("\"'\\ ;|&()<>\t", character[0]) &&
		     (character[0] != '$');

	/* A backslash takes one byte; those of a wide character mean themselves. */
	fprintf(generator->file, plain || strlen(character) > 1 ? "%s" : "\\%s", character);
}

static void emit_double(struct generator *generator, const char *character)
{
	fprintf(generator->file, "\"%s%s\"",
		strlen(character) == 1 && strchr("$`\"\\", character[0]) ? "\\" : "",
		character);
}

static void emit_ansi(struct generator *generator, const char *character)
{
	uint32_t way = draw(generator, 3);

	fputs("$'", generator->file);
	for (; *character; character++) {
		unsigned int byte = (unsigned char)*character;
		if (way == 0) {
			fprintf(generator->file, "\\x%02x", byte);
		} else if (way == 1) {
			fprintf(generator->file, "\\%03o", byte);
		} else if (strchr("\\'", (int)byte)) {
			fprintf(generator->file, "\\%c", byte);
		} else {
			fputc((int)byte, generator->file);
		}
	}
	fputc('\'', generator->file);
}

static void emit_blanks(struct generator *generator)
{
	for (uint32_t i = draw(generator, 3); i > 0; i--) {
		fputc(" \t\r\f"[draw(generator, 4)], generator -> file);
	}
}

static void emit_assignment(struct generator *generator)
{
	uint32_t name = draw(generator, NAME_COUNT);
	char *value = generator->values[name];

	emit_blanks(generator);
	fprintf(generator->file, "%s=", names[name]);
	generator->set[name] = true;
	value[0] = '\0';
	for (uint32_t i = draw(generator, 12); i > 0; i--) {
		char out[8];
		const char *character = draw_character(generator, out);
		strcat(value, character);
		switch (draw(generator, 4)) {
		case 0:
			emit_bare(generator, character);
			break;
		case 1:
			emit_double(generator, character);
			break;
		case 2:
			emit_ansi(generator, character);
			break;
		default:
			if (character[0] == '\'') {
				emit_double(generator, character);
			} else {
				fprintf(generator->file, "'%s'", character);
			}
			break;
		}
	}
	emit_blanks(generator);
	fputs(draw(generator, 4) == 0 ? ";" : "", generator->file);
	if (draw(generator, 4) == 0) {
		fputs(" # a 'comment\" $(x)", generator->file);
	}
}

static void emit_line(struct generator *generator)
{
	static const char *const passed[] = {
		"# a comment", "",  "export A=1", "A =1", "B_1+=x", "if true; then",
		"1A=x",	       "=", "\xff\xfe",	  "A",	  "-A=1",   "A-B=1"};

	if (draw(generator, 4) == 0) {
		fputs(passed[draw(generator, sizeof(passed) / sizeof(passed[0]))],
		      generator->file);
	} else {
		emit_assignment(generator);
	}
}

static bool file_matches(const struct generator *generator,
			 const struct ifcfg_variables *variables)
{
	size_t count = 0;

	for (size_t i = 0; i < NAME_COUNT; i++) {
		const char *value = ifcfg_value(variables, names[i]);
		count += generator->set[i];
		if (!value != !generator->set[i] ||
		    (value && strcmp(value, generator->values[i]) != 0)) {
			return false;
		}
	}
	return count == variables->count;
}

static void file_check(uint64_t seed, uint64_t index)
{
	struct generator generator = {.state = (seed + index * 2654435761U) | 1};
	struct ifcfg_variables variables;
	struct model_problems problems = {0};
	char *bytes = NULL;
	size_t size = 0;

	generator.file = open_memstream(&bytes, &size);
	assert_non_null(generator.file);
	for (uint32_t i = draw(&generator, 8); i > 0; i--) {
		emit_line(&generator);
		fputs(i == 1 && draw(&generator, 2) == 0 ? "" : "\n", generator.file);
	}
	assert_int_equal(fclose(generator.file), 0);

	struct ifcfg_text text = {.path = "ifcfg-x", .bytes = bytes, .size = size};
	bool fine = ifcfg_parse(&text, IFCFG_DIALECT_NM, 0, "x", &variables, &problems);
	if (!fine || !file_matches(&generator, &variables)) {
		print_error("file %" PRIu64 ":\n%s\n", index, bytes);
		fail_msg("%s", problems.count ? problems.list[0].text : "a value differs");
	}
	for (size_t i = 0; i < variables.count; i++) {
		const struct model_variable *variable = &variables.list[i];
		assert_true(variable->name_at < variable->value_at);
		assert_true(variable->value_at <= variable->value_end);
		assert_true(variable->value_end <= size);
	}
	ifcfg_variables_free(&variables);
	ifcfg_parse(&text, IFCFG_DIALECT_INITSCRIPTS, 0, "x", &variables, &problems);
	ifcfg_variables_free(&variables);
	model_problems_free(&problems);
	free(bytes);
}

static uint64_t number_from(const char *variable, uint64_t fallback)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 10) : fallback;
}

static void test_read_back(void **state)
{
	uint64_t seed = number_from("IFCFG_ORACLE_SEED",
				    (uint64_t)time(NULL) << 20 | (uint64_t)getpid());
	uint64_t count = number_from("IFCFG_ORACLE_COUNT", COUNT_DEFAULT);

	(void)state;
	print_message("IFCFG_ORACLE_SEED=%" PRIu64 "\n", seed);
	for (uint64_t i = 0; i < count; i++) {
		file_check(seed, i);
	}
	print_message("%" PRIu64 " files read back\n", count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
