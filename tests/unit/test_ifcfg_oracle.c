/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parser against bash itself. Two kinds of files are made at random:
 *   well-formed ones of every form of assignment the parser knows, which must
 *   be read, and with the values that bash gives;
 *   soup, short strings of bytes that mean something to a shell, of which
 *   whatever the parser accepts must mean the same to bash.
 * Files that the parser refuses are never given to bash, so nothing is run.
 *
 * IFCFG_ORACLE_SEED repeats a run, IFCFG_ORACLE_COUNT sets how many files.
 */
#include "ifcfg/ifcfg.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT_DEFAULT 3000
#define FILE_SIZE     8192

/* Variables are called by these letters only (and e, u, x in the soup), so that
 * bash's own stay out. */
static const char *const names[] = {"A", "B", "C", "AB", "A_1", "CA", "B2"};

/* One bash for all files: each is sourced in a subshell, as a server's ifup
 * would, and tells what is set. Fields end with NUL bytes. */
static const char script[] = "for f in \"$1\"/file-*; do (\n"
			     "  . \"$f\" >/dev/null 2>\"$2\" </dev/null; s=$?\n"
			     "  [ -s \"$2\" ] && s=99\n"
			     "  printf '%s\\0%s\\0' \"${f##*-}\" \"$s\"\n"
			     "  for n in ${!A@} ${!B@} ${!C@} ${!e@} ${!u@} ${!x@}; do\n"
			     "    case $n in *[!ABCeux_0-9]*) continue;; esac\n"
			     "    [ \"${!n+set}\" ] && printf '%s\\0%s\\0' \"$n\" \"${!n}\"\n"
			     "  done\n"
			     "  printf '\\0'\n"
			     ") done\n";

struct generator {
	uint64_t state;
	char bytes[FILE_SIZE];
	size_t size;
	bool exported;
};

static uint32_t draw(struct generator *generator, uint32_t below)
{
	generator->state ^= generator->state << 13;
	generator->state ^= generator->state >> 7;
	generator->state ^= generator->state << 17;
	return (uint32_t)((generator->state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

static void emit(struct generator *generator, const char *text)
{
	size_t size = strlen(text);

	if (generator->size + size < FILE_SIZE) {
		memcpy(generator->bytes + generator->size, text, size);
		generator->size += size;
	}
}

static void emit_byte(struct generator *generator, unsigned int byte)
{
	char text[2] = {(char)byte, '\0'};

	emit(generator, text);
}

static void emit_one_of(struct generator *generator, const char *set)
{
	emit_byte(generator, (unsigned char)set[draw(generator, (uint32_t)strlen(set))]);
}

/* Here and there a continued line, which must change nothing. */
static void maybe_continue(struct generator *generator)
{
	if (draw(generator, 12) == 0) {
		emit(generator, "\\\n");
	}
}

static const char *any_name(struct generator *generator)
{
	return names[draw(generator, sizeof(names) / sizeof(names[0]))];
}

static void make_reference(struct generator *generator)
{
	emit(generator, "$");
	maybe_continue(generator);
	if (draw(generator, 2) == 0) {
		emit(generator, any_name(generator));
	} else {
		emit(generator, "{");
		maybe_continue(generator);
		emit(generator, any_name(generator));
		emit(generator, "}");
	}
}

static void make_bare(struct generator *generator)
{
	const char *set = generator->exported ? "abz019=,:/.+-@%^*?[]!#_"
					      : "abz019=,:/.+-@%^*?[]{}!#_\x80\xff\x01\x7f\v\f";

	for (uint32_t i = draw(generator, 6); i > 0; i--) {
		emit_one_of(generator, set);
		maybe_continue(generator);
	}
}

static void make_escaped(struct generator *generator)
{
	unsigned int byte = 1 + draw(generator, 255);

	emit(generator, "\\");
	emit_byte(generator, byte == '\n' || byte == '\r' ? ' ' : byte);
}

static void make_single(struct generator *generator)
{
	emit(generator, "'");
	for (uint32_t i = draw(generator, 8); i > 0; i--) {
		unsigned int byte = 1 + draw(generator, 255);
		emit_byte(generator, byte == '\'' ? '\\' : byte);
	}
	emit(generator, "'");
}

static void make_double(struct generator *generator)
{
	emit(generator, draw(generator, 8) == 0 ? "$\"" : "\"");
	for (uint32_t i = draw(generator, 8); i > 0; i--) {
		unsigned int byte = 1 + draw(generator, 255);
		switch (draw(generator, 6)) {
		case 0:
			make_reference(generator);
			break;
		case 1:
			emit(generator, "\\");
			emit_one_of(generator, "$`\"\\an ~'");
			break;
		case 2:
			emit(generator, "$");
			emit_one_of(generator, " %.,/:=~");
			break;
		case 3:
			maybe_continue(generator);
			break;
		default:
			emit_byte(generator, strchr("$`\"\\", (int)byte) ? ' ' : byte);
			break;
		}
	}
	emit(generator, draw(generator, 8) == 0 ? "$\"" : "\"");
}

static void make_ansi(struct generator *generator)
{
	static const char *const escapes[] = {
		"\\a",	    "\\b",	   "\\e",     "\\E",   "\\f",	  "\\n",  "\\r",
		"\\t",	    "\\v",	   "\\\\",    "\\'",   "\\\"",	  "\\?",  "\\0",
		"\\12",	    "\\101",	   "\\477",   "\\x41", "\\x4",	  "\\xg", "\\x{41}",
		"\\u41",    "\\u00e9",	   "\\u20ac", "\\uzz", "\\cA",	  "\\c?", "\\c\\\\",
		"\\q",	    "\\U0001F600", "\\U41",   "\\x7f", "\\1",	  "\\8",  "\\c[",
		"\\x{1f4}", "\\x{}",	   "\\\n",    "\\xff", "\\c\x80", "\\ca",
	};

	emit(generator, "$'");
	for (uint32_t i = draw(generator, 6); i > 0; i--) {
		if (draw(generator, 3) > 0) {
			emit(generator,
			     escapes[draw(generator, sizeof(escapes) / sizeof(escapes[0]))]);
		} else {
			unsigned int byte = 1 + draw(generator, 255);
			emit_byte(generator, byte == '\'' || byte == '\\' ? 'x' : byte);
		}
	}
	emit(generator, "'");
}

static void make_value(struct generator *generator)
{
	for (uint32_t i = draw(generator, 6); i > 0; i--) {
		maybe_continue(generator);
		switch (draw(generator, 8)) {
		case 0:
			make_escaped(generator);
			break;
		case 1:
			make_single(generator);
			break;
		case 2:
			make_double(generator);
			break;
		case 3:
			make_ansi(generator);
			break;
		case 4:
			make_reference(generator);
			break;
		case 5:
			emit(generator, "$%");
			break;
		default:
			make_bare(generator);
			break;
		}
	}
}

static void make_blanks(struct generator *generator, uint32_t least)
{
	for (uint32_t i = least + draw(generator, 3) / 2; i > 0; i--) {
		emit_one_of(generator, " \t");
		maybe_continue(generator);
	}
}

static void make_comment(struct generator *generator)
{
	emit(generator, "# ");
	for (uint32_t i = draw(generator, 8); i > 0; i--) {
		emit_one_of(generator, "abc '\"$`\\(;=\r\xe9");
	}
}

static void make_command(struct generator *generator)
{
	generator->exported = draw(generator, 7) == 0;
	if (generator->exported) {
		emit(generator, "export");
		make_blanks(generator, 1);
	}
	for (uint32_t i = 1 + draw(generator, 2); i > 0; i--) {
		emit(generator, any_name(generator));
		maybe_continue(generator);
		if (generator->exported && draw(generator, 4) == 0) {
			make_blanks(generator, 1);
			continue;
		}
		emit(generator, draw(generator, 5) == 0 ? "+=" : "=");
		make_value(generator);
		make_blanks(generator, 1);
	}
}

static void make_file(struct generator *generator)
{
	for (uint32_t i = draw(generator, 10); i > 0; i--) {
		make_blanks(generator, 0);
		if (draw(generator, 6) == 0) {
			make_comment(generator);
			emit(generator, "\n");
			continue;
		}
		make_command(generator);
		if (draw(generator, 4) == 0) {
			emit(generator, "; ");
			make_command(generator);
		}
		if (draw(generator, 4) == 0) {
			make_comment(generator);
		}
		emit(generator, i == 1 && draw(generator, 2) == 0 ? "" : "\n");
	}
}

/* Biased towards assignments, else hardly any soup would be accepted. */
static void make_soup(struct generator *generator)
{
	static const char set[] = "AB=='\"\\$${}~:+ \t\n;#[()`x1eu0\xff/*!-@&|<>?,\r\x01";
	static const char *const parts[] = {":~",    "=~",  "~/",    "${A}", "$A", "$'x'",
					    "\"x\"", "'x'", "\\\n",  "~",    ":",  "\\:~",
					    "':'~",  " B=", "\"~\"", "{x,y}"};

	emit(generator, "A=x;B=y\n");
	for (uint32_t i = 1 + draw(generator, 3); i > 0; i--) {
		emit(generator, draw(generator, 6) == 0 ? "export A=" : "A=");
		for (uint32_t k = 1 + draw(generator, 7); k > 0; k--) {
			if (draw(generator, 2) == 0) {
				emit(generator,
				     parts[draw(generator, sizeof(parts) / sizeof(parts[0]))]);
			} else {
				emit_byte(generator,
					  (unsigned char)set[draw(generator, sizeof(set) - 1)]);
			}
		}
		emit(generator, draw(generator, 4) == 0 ? "" : "\n");
	}
}

struct sample {
	struct generator generator; /* before the file was made, then with it */
	struct ifcfg_variables variables;
	bool well_formed;
	bool accepted;
};

struct run {
	uint64_t seed;
	size_t count;
	struct sample *samples;
	char folder[32];
};

static void sample_print(const struct run *run, size_t index)
{
	const struct sample *sample = &run->samples[index];

	print_error("seed %" PRIu64 ", file %zu:\n", run->seed, index);
	for (size_t i = 0; i < sample->generator.size; i++) {
		unsigned char byte = (unsigned char)sample->generator.bytes[i];
		bool plain = byte == '\n' || (byte >= ' ' && byte < 0x7f);
		print_error(plain ? "%c" : "<%02x>", byte);
	}
	print_error("\n");
}

static void sample_parse(struct run *run, size_t index)
{
	struct sample *sample = &run->samples[index];
	struct model_problems problems = {0};
	struct ifcfg_text text = {
		.path = "ifcfg-x",
		.bytes = sample->generator.bytes,
		.size = sample->generator.size,
	};

	sample->accepted = ifcfg_parse(&text, IFCFG_DIALECT_INITSCRIPTS, 0, "x",
				       &sample->variables, &problems);
	assert_false(problems.out_of_memory);
	if (sample->well_formed && !sample->accepted) {
		sample_print(run, index);
		for (size_t i = 0; i < problems.count; i++) {
			print_error("line %u: %s\n", problems.list[i].source.line,
				    problems.list[i].text);
		}
		fail_msg("a well-formed file was refused");
	}
	model_problems_free(&problems);
}

static void sample_write(const struct run *run, size_t index)
{
	const struct generator *generator = &run->samples[index].generator;
	char path[64];

	snprintf(path, sizeof(path), "%s/file-%06zu", run->folder, index);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(generator->bytes, 1, generator->size, file), generator->size);
	assert_int_equal(fclose(file), 0);
}

/* What bash says of all files, read whole; to be freed. */
static char *bash_ask(const struct run *run, size_t *size)
{
	char errors[64];
	int ends[2];
	char *answer = NULL;
	size_t room = 0;
	int status;

	snprintf(errors, sizeof(errors), "%s/errors", run->folder);
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char *const arguments[] = {
			"bash", "-c", (char *)script, "bash", (char *)run->folder,
			errors, NULL};
		char *const environment[] = {NULL};
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execve("/bin/bash", arguments, environment);
		_exit(127);
	}
	close(ends[1]);
	*size = 0;
	for (ssize_t got = 1; got > 0; *size += (size_t)got) {
		if (room - *size < 65536) {
			room = room * 2 + 131072;
			char *larger = realloc(answer, room);
			assert_non_null(larger);
			answer = larger;
		}
		got = read(ends[0], answer + *size, room - *size);
		assert_true(got >= 0);
	}
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 127);
	return answer;
}

/* The field at *at, which moves on behind it; NULL at the end. */
static const char *field_next(const char **at, const char *end)
{
	const char *field = *at;
	const char *nul = field < end ? memchr(field, '\0', (size_t)(end - field)) : NULL;

	if (!nul) {
		return NULL;
	}
	*at = nul + 1;
	return field;
}

static void hex_print(const char *who, const char *value)
{
	print_error("%s:", who);
	for (; *value; value++) {
		print_error(" %02x", (unsigned char)*value);
	}
	print_error("\n");
}

/* Compares bash's answer about one file with ours. */
static void sample_compare(const struct run *run, const char **at, const char *end)
{
	const char *index_text = field_next(at, end);
	const char *status = field_next(at, end);
	size_t matched = 0;

	assert_non_null(status);
	size_t index = strtoul(index_text, NULL, 10);
	assert_true(index < run->count);
	const struct sample *sample = &run->samples[index];
	if (strcmp(status, "0") != 0) {
		sample_print(run, index);
		fail_msg("bash refuses (status %s) what the parser accepts", status);
	}
	for (;;) {
		const char *name = field_next(at, end);
		assert_non_null(name);
		if (name[0] == '\0') {
			break;
		}
		const char *theirs = field_next(at, end);
		const char *ours = ifcfg_value(&sample->variables, name);
		if (!ours || strcmp(ours, theirs) != 0) {
			sample_print(run, index);
			hex_print("bash", theirs);
			hex_print("we", ours ? ours : "(not set)");
			fail_msg("%s differs", name);
		}
		matched++;
	}
	if (matched != sample->variables.count) {
		sample_print(run, index);
		fail_msg("%zu variables for bash, %zu for us", matched,
			 sample->variables.count);
	}
}

static void run_remove(const struct run *run)
{
	char path[64];

	for (size_t i = 0; i < run->count; i++) {
		snprintf(path, sizeof(path), "%s/file-%06zu", run->folder, i);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/errors", run->folder);
	unlink(path);
	rmdir(run->folder);
}

static uint64_t number_from(const char *variable, uint64_t fallback)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 10) : fallback;
}

static void test_same_as_bash(void **state)
{
	struct run run = {
		.seed = number_from("IFCFG_ORACLE_SEED",
				    (uint64_t)time(NULL) << 20 | (uint64_t)getpid()),
		.count = number_from("IFCFG_ORACLE_COUNT", COUNT_DEFAULT),
		.folder = "/tmp/ifcfg-oracle.XXXXXX",
	};
	size_t accepted = 0;
	size_t size;

	(void)state;
	print_message("IFCFG_ORACLE_SEED=%" PRIu64 "\n", run.seed);
	run.samples = calloc(run.count, sizeof(*run.samples));
	assert_non_null(run.samples);
	uint64_t mix = run.seed | 1;
	for (size_t i = 0; i < run.count; i++) {
		struct sample *sample = &run.samples[i];
		mix = mix * 6364136223846793005ULL + 1442695040888963407ULL;
		sample->generator.state = mix | 1;
		sample->well_formed = i % 2 == 0;
		if (sample->well_formed) {
			make_file(&sample->generator);
		} else {
			make_soup(&sample->generator);
		}
		sample_parse(&run, i);
		accepted += sample->accepted;
	}
	assert_non_null(mkdtemp(run.folder));
	for (size_t i = 0; i < run.count; i++) {
		if (run.samples[i].accepted) {
			sample_write(&run, i);
		}
	}

	char *answer = bash_ask(&run, &size);
	run_remove(&run);
	size_t compared = 0;
	for (const char *at = answer; at < answer + size; compared++) {
		sample_compare(&run, &at, answer + size);
	}
	print_message("%zu files, %zu accepted and the same\n", run.count, compared);
	assert_int_equal(compared, accepted);
	/* The soup must not have been refused altogether. */
	assert_true(accepted > run.count / 2 + run.count / 40);

	for (size_t i = 0; i < run.count; i++) {
		ifcfg_variables_free(&run.samples[i].variables);
	}
	free(run.samples);
	free(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_bash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
