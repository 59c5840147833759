/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A unified difference. The lines that stay are found by the way of Eugene Myers, "An
 * O(ND) Difference Algorithm and Its Variations" (1986); two texts that have little in
 * common are shown as one taken away and one put in, rather than looked at for ever.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_texts.h"

#define CONTEXT		3
#define DIFFERENCES_MAX 2000 /* its square is what they cost, in steps and in bytes */

struct lines {
	size_t count;
	const char **at; /* count + 1 of them: one begins where the one before ends */
};

struct difference {
	struct lines from;
	struct lines to;
	bool *removed; /* of from's lines */
	bool *added;   /* of to's */
};

/* False: no memory. */
static bool lines_split(const char *bytes, size_t size, struct lines *out)
{
	const char *end = bytes + size;
	size_t count = 0;

	for (const char *at = bytes; at < end; count++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		at = newline ? newline + 1 : end;
	}
	out->at = calloc(count + 1, sizeof(*out->at));
	if (!out->at) {
		return false;
	}
	out->count = count;
	for (size_t i = 0; i < count; i++) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		out->at[i] = bytes;
		bytes = newline ? newline + 1 : end;
	}
	out->at[count] = end;
	return true;
}

static size_t line_size(const struct lines *lines, size_t line)
{
	return (size_t)(lines->at[line + 1] - lines->at[line]);
}

static bool line_same(const struct difference *difference, size_t from, size_t to)
{
	size_t size = line_size(&difference->from, from);

	return size == line_size(&difference->to, to) &&
	       memcmp(difference->from.at[from], difference->to.at[to], size) == 0;
}

/* The part of both texts between what they have in common at begin and end. */
struct middle {
	size_t first;
	size_t from_count;
	size_t to_count;
};

/* Walks back through the rounds and notes which lines were taken away or put in. ends
 * holds for each round d the ends of its 2d + 1 ways, one round behind the other. */
static void ways_note(struct difference *difference, const struct middle *middle,
		      const int32_t *ends, int32_t round)
{
	int32_t x = (int32_t)middle->from_count;
	int32_t y = (int32_t)middle->to_count;

	for (; round > 0; round--) {
		const int32_t *before = ends + (size_t)(round - 1) * (size_t)(round - 1);
		int32_t k = x - y;
		/* before[k' + round - 1] is way k' of the round before. */
		const int32_t *way = before + (round - 1);
		bool down = k == -round || (k != round && way[k - 1] < way[k + 1]);
		int32_t start = down ? way[k + 1] : way[k - 1];
		if (down) {
			y = start - (k + 1);
			difference->added[middle->first + (size_t)y] = true;
		} else {
			difference->removed[middle->first + (size_t)start] = true;
			y = start - (k - 1);
		}
		x = start;
	}
}

/* One round more; true: a way has come to the end of both. */
static bool round_run(const struct difference *difference, const struct middle *middle,
		      int32_t *ends, int32_t round)
{
	int32_t *way = ends + (size_t)round * (size_t)round + round;
	const int32_t *before =
		round > 0 ? ends + (size_t)(round - 1) * (size_t)(round - 1) + (round - 1)
			  : NULL;

	for (int32_t k = -round; k <= round; k += 2) {
		int32_t x = 0;
		if (before) {
			bool down =
				k == -round || (k != round && before[k - 1] < before[k + 1]);
			x = down ? before[k + 1] : before[k - 1] + 1;
		}
		int32_t y = x - k;
		while (x >= 0 && y >= 0 && x < (int32_t)middle->from_count &&
		       y < (int32_t)middle->to_count &&
		       line_same(difference, middle->first + (size_t)x,
				 middle->first + (size_t)y)) {
			x++;
			y++;
		}
		way[k] = x;
		if (x >= (int32_t)middle->from_count && y >= (int32_t)middle->to_count) {
			return true;
		}
	}
	return false;
}

/* False: no memory. */
static bool middle_compare(struct difference *difference, const struct middle *middle)
{
	size_t total = middle->from_count + middle->to_count;
	int32_t most = total < DIFFERENCES_MAX ? (int32_t)total : DIFFERENCES_MAX;
	int32_t *ends = NULL;
	bool fine = true;
	bool found = false;

	for (int32_t round = 0; round <= most && fine && !found; round++) {
		size_t size = (size_t)(round + 1) * (size_t)(round + 1);
		/* Room is made in powers of two of rounds. */
		if ((round & (round - 1)) == 0) {
			size_t rounds = round == 0 ? 1 : 2 * (size_t)round;
			int32_t *grown =
				realloc(ends, (rounds + 1) * (rounds + 1) * sizeof(*ends));
			fine = grown != NULL;
			ends = grown ? grown : ends;
		}
		if (fine) {
			memset(ends + size - (size_t)(2 * round + 1), 0,
			       (size_t)(2 * round + 1) * sizeof(*ends));
			found = round_run(difference, middle, ends, round);
		}
		if (found) {
			ways_note(difference, middle, ends, round);
		}
	}
	free(ends);
	if (fine && !found) {
		memset(difference->removed + middle->first, true, middle->from_count);
		memset(difference->added + middle->first, true, middle->to_count);
	}
	return fine;
}

static bool lines_compare(struct difference *difference)
{
	size_t from = difference->from.count;
	size_t to = difference->to.count;
	struct middle middle = {0};

	while (middle.first < from && middle.first < to &&
	       line_same(difference, middle.first, middle.first)) {
		middle.first++;
	}
	while (from > middle.first && to > middle.first &&
	       line_same(difference, from - 1, to - 1)) {
		from--;
		to--;
	}
	middle.from_count = from - middle.first;
	middle.to_count = to - middle.first;
	return middle_compare(difference, &middle);
}

static void line_print(FILE *out, char sign, const struct lines *lines, size_t line)
{
	size_t size = line_size(lines, line);
	const char *bytes = lines->at[line];

	fputc(sign, out);
	fwrite(bytes, 1, size, out);
	if (bytes[size - 1] != '\n') {
		fputs("\n\\ No newline at end of file\n", out);
	}
}

/* "12,3" of a hunk's head: a place that has no lines is named by the line before. */
static void range_print(FILE *out, char sign, size_t first, size_t count)
{
	fprintf(out, "%c%zu", sign, count == 0 ? first : first + 1);
	if (count != 1) {
		fprintf(out, ",%zu", count);
	}
}

/* Goes on over lines that differ, then over those that don't; how many of these. */
static size_t run_skip(const struct difference *difference, size_t *from, size_t *to)
{
	size_t same = 0;

	while (*from < difference->from.count && difference->removed[*from]) {
		(*from)++;
	}
	while (*to < difference->to.count && difference->added[*to]) {
		(*to)++;
	}
	while (*from < difference->from.count && *to < difference->to.count &&
	       !difference->removed[*from] && !difference->added[*to]) {
		(*from)++;
		(*to)++;
		same++;
	}
	return same;
}

static void hunk_print(FILE *out, const struct difference *difference, size_t from,
		       size_t from_end, size_t to, size_t to_end)
{
	fputs("@@ ", out);
	range_print(out, '-', from, from_end - from);
	fputc(' ', out);
	range_print(out, '+', to, to_end - to);
	fputs(" @@\n", out);
	while (from < from_end || to < to_end) {
		if (from < from_end && difference->removed[from]) {
			line_print(out, '-', &difference->from, from++);
		} else if (to < to_end && difference->added[to]) {
			line_print(out, '+', &difference->to, to++);
		} else {
			line_print(out, ' ', &difference->from, from++);
			to++;
		}
	}
}

/* Changes with no more than twice the context between them share a hunk. */
static void hunks_print(FILE *out, const struct difference *difference)
{
	size_t from = 0;
	size_t to = 0;
	size_t same = 0;

	/* What is the same at the beginning. */
	while (from < difference->from.count && to < difference->to.count &&
	       !difference->removed[from] && !difference->added[to]) {
		from++;
		to++;
		same++;
	}
	while (from < difference->from.count || to < difference->to.count) {
		size_t before = same < CONTEXT ? same : CONTEXT;
		size_t from_first = from - before;
		size_t to_first = to - before;
		do {
			same = run_skip(difference, &from, &to);
		} while (same <= 2UL * CONTEXT &&
			 (from < difference->from.count || to < difference->to.count));
		size_t after = same < CONTEXT ? 0 : same - CONTEXT;
		hunk_print(out, difference, from_first, from - after, to_first, to - after);
	}
}

/* What is not in the lines. */
static void owner_print(FILE *out, const struct config_text *from, const struct config_text *to)
{
	if (from->mode != to->mode) {
		fprintf(out, "old mode %04o\nnew mode %04o\n", (unsigned int)from->mode,
			(unsigned int)to->mode);
	}
	if (from->uid != to->uid || from->gid != to->gid) {
		fprintf(out, "old owner %u:%u\nnew owner %u:%u\n", (unsigned int)from->uid,
			(unsigned int)from->gid, (unsigned int)to->uid, (unsigned int)to->gid);
	}
}

static bool is_lines(const struct config_text *text)
{
	return !text || (text->read_error == 0 && !memchr(text->bytes, '\0', text->size));
}

static bool is_same(const struct config_text *from, const struct config_text *to)
{
	return from && to && from->read_error == to->read_error && from->size == to->size &&
	       memcmp(from->bytes, to->bytes, from->size) == 0;
}

/* False: no memory. */
static bool difference_print(FILE *out, const char *name, const struct config_text *from,
			     const struct config_text *to)
{
	struct difference difference = {0};

	bool fine =
		lines_split(from ? from->bytes : "", from ? from->size : 0, &difference.from) &&
		lines_split(to ? to->bytes : "", to ? to->size : 0, &difference.to);
	if (fine) {
		difference.removed = calloc(difference.from.count + 1, sizeof(bool));
		difference.added = calloc(difference.to.count + 1, sizeof(bool));
		fine = difference.removed && difference.added && lines_compare(&difference);
	}
	if (fine) {
		fprintf(out, "--- %s\n+++ %s\n", from ? name : "/dev/null",
			to ? name : "/dev/null");
		hunks_print(out, &difference);
	}
	free(difference.from.at);
	free(difference.to.at);
	free(difference.removed);
	free(difference.added);
	return fine;
}

char *config_text_diff(const char *name, const struct config_text *from,
		       const struct config_text *to)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool fine = out != NULL;

	if (fine && from && to) {
		owner_print(out, from, to);
	}
	if (fine && !is_same(from, to)) {
		if (is_lines(from) && is_lines(to)) {
			fine = difference_print(out, name, from, to);
		} else {
			fprintf(out, "%s differs, and is no text that can be shown\n", name);
		}
	}
	if (out && fclose(out) != 0) {
		fine = false;
	}
	if (!fine) {
		free(text);
		return NULL;
	}
	return text;
}
