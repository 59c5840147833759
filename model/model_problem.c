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
#define TEXT_SIZE_MAX 500

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
	}
	free(problems->list);
	*problems = (struct model_problems){0};
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
