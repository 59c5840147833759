/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"

void problems_free(struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		free(problems->list[i].file);
		free(problems->list[i].message);
	}
	free(problems->list);
	*problems = (struct problems){0};
}

static void problems_append(struct problems *problems, const struct problem *problem)
{
	struct problem *list =
		realloc(problems->list, (problems->count + 1) * sizeof(*problems->list));

	if (!list) {
		free(problem->file);
		free(problem->message);
		return;
	}
	list[problems->count++] = *problem;
	problems->list = list;
}

void problems_add(struct problems *problems, const struct model *model,
		  enum model_severity severity, const struct model_source *source,
		  const char *subject, const char *format, ...)
{
	struct problem problem = {.severity = severity};
	va_list arguments;

	if (model && source && source->file < model->file_count) {
		problem.file = strdup(model->files[source->file]);
		problem.line = source->line;
		problem.column = source->column;
	}
	snprintf(problem.subject, sizeof(problem.subject), "%s", subject);
	va_start(arguments, format);
	if (vasprintf(&problem.message, format, arguments) < 0) {
		problem.message = NULL;
	}
	va_end(arguments);
	problems_append(problems, &problem);
}

void problems_move(struct problems *from, struct problems *to)
{
	for (size_t i = 0; i < from->count; i++) {
		problems_append(to, &from->list[i]);
	}
	free(from->list);
	*from = (struct problems){0};
}

void problems_remove(struct problems *problems, size_t index)
{
	struct problem *problem = &problems->list[index];

	free(problem->file);
	free(problem->message);
	problems->count--;
	memmove(problem, problem + 1, (problems->count - index) * sizeof(*problem));
}

void problems_add_model(struct problems *problems, const struct model *model,
			const struct model_problems *found)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct model_problem *problem = &found->list[i];

		problems_add(problems, model, problem->severity, &problem->source,
			     problem->subject, "%s", problem->text);
	}
	if (found->out_of_memory) {
		problems_add(problems, NULL, MODEL_ERROR, NULL, "",
			     "out of memory while reading the files");
	}
}

void problems_log(const struct problems *problems, size_t from)
{
	for (size_t i = from; i < problems->count; i++) {
		const struct problem *problem = &problems->list[i];
		enum log_level level =
			problem->severity == MODEL_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING;
		char where[300] = "";

		if (problem->file && problem->line > 0 && problem->column > 0) {
			snprintf(where, sizeof(where), "%s:%u:%u: ", problem->file,
				 problem->line, problem->column);
		} else if (problem->file && problem->line > 0) {
			snprintf(where, sizeof(where), "%s:%u: ", problem->file, problem->line);
		} else if (problem->file) {
			snprintf(where, sizeof(where), "%s: ", problem->file);
		}
		log_line(level, "%s%s subject=%s event=problem", where,
			 problem->message ? problem->message : "out of memory",
			 problem->subject[0] ? problem->subject : "-");
	}
}
