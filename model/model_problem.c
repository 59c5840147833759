/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of what is wrong with a configuration. */
#include "model/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model_list.h"

/* A text may quote what stands in a file: it must neither steer a terminal nor
 * break a log's lines, nor be endless. */
#define TEXT_SIZE_MAX	 500

/* Of a file's line: as much as is shown, and how much of it before the column. */
#define EXCERPT_SIZE_MAX 160
#define EXCERPT_BEFORE	 80

static void text_tame(char *text)
{
	size_t size = strlen(text);

	if (size > TEXT_SIZE_MAX) {
		memcpy(text + TEXT_SIZE_MAX - 3, "...", 4);
	}
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f) {
			*text = '?';
		}
	}
}

void model_problem_add(struct model_problems *problems, enum model_severity severity,
		       struct model_source source, const char *subject, const char *format, ...)
{
	struct model_problem *list =
		model_list_grow(problems->list, problems->count, sizeof(*list));

	if (!list) {
		problems->out_of_memory = true;
		return;
	}
	problems->list = list;

	struct model_problem *problem = &list[problems->count];
	va_list args;
	va_start(args, format);
	int length = vasprintf(&problem->text, format, args);
	va_end(args);
	if (length < 0) {
		problems->out_of_memory = true;
		return;
	}
	text_tame(problem->text);
	problem->excerpt = NULL;
	problem->excerpt_column = 0;
	problem->severity = severity;
	problem->source = source;
	/* A name too long to be an interface's names nothing that could run. */
	size_t size = strlen(subject) + 1;
	memset(problem->subject, 0, sizeof(problem->subject));
	if (size <= sizeof(problem->subject)) {
		memcpy(problem->subject, subject, size);
	}
	problems->count++;
}

void model_problems_free(struct model_problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		free(problems->list[i].text);
		free(problems->list[i].excerpt);
	}
	free(problems->list);
	*problems = (struct model_problems){0};
}

void model_problem_quote(struct model_problem *problem, const char *line, size_t size)
{
	size_t column = problem->source.column;
	size_t skipped = 0;

	if (column > size + 1) {
		return;
	}
	if (column > EXCERPT_BEFORE && size > EXCERPT_SIZE_MAX) {
		skipped = column - EXCERPT_BEFORE;
		/* Not into the middle of a character of UTF-8. */
		while (skipped < column - 1 && ((unsigned char)line[skipped] & 0xc0) == 0x80) {
			skipped++;
		}
	}
	size -= skipped;
	char *excerpt =
		strndup(line + skipped, size < EXCERPT_SIZE_MAX ? size : EXCERPT_SIZE_MAX);
	if (excerpt) {
		free(problem->excerpt);
		problem->excerpt = excerpt;
		problem->excerpt_column = column > 0 ? (uint32_t)(column - skipped) : 0;
	}
}

bool model_problems_move(struct model_problems *from, struct model_problems *to)
{
	size_t grown = to->count;

	/* The list has room for the next power of two only; made by growing. */
	for (size_t i = 0; i < from->count; i++, grown++) {
		struct model_problem *list = model_list_grow(to->list, grown, sizeof(*list));
		if (!list) {
			return false;
		}
		to->list = list;
	}
	if (from->count > 0) {
		memcpy(&to->list[to->count], from->list, from->count * sizeof(*from->list));
		to->count = grown;
	}
	to->out_of_memory |= from->out_of_memory;
	free(from->list);
	*from = (struct model_problems){0};
	return true;
}

bool model_name_is_faulty(const struct model_problems *problems, const char *name)
{
	for (size_t i = 0; i < problems->count; i++) {
		if (problems->list[i].severity == MODEL_ERROR &&
		    strcmp(problems->list[i].subject, name) == 0 && name[0] != '\0') {
			return true;
		}
	}
	return false;
}
