/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong with the files, and what went wrong in applying them, kept in
 * words for status and log. It outlives the model that it speaks of.
 */
#ifndef DAEMON_PROBLEMS_H
#define DAEMON_PROBLEMS_H

#include <stddef.h>
#include <stdint.h>

#include "model/model.h"

struct problem {
	enum model_severity severity;
	char *file;	 /* NULL: none */
	uint32_t line;	 /* 0: the file as a whole */
	uint32_t column; /* from 1, in bytes; 0: the line as a whole */
	char subject[MODEL_NAME_SIZE];
	char *message;
};

struct problems {
	size_t count;
	struct problem *list;
};

/* Forgets all. */
void problems_free(struct problems *problems);

/* Adds one; model may be NULL (no file is named then). Lack of memory loses
 * it: it's in the log in any case. */
void problems_add(struct problems *problems, const struct model *model,
		  enum model_severity severity, const struct model_source *source,
		  const char *subject, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* Adds all of the model's. */
void problems_add_model(struct problems *problems, const struct model *model,
			const struct model_problems *found);

/* Moves all of from behind those of to; without memory they are lost. */
void problems_move(struct problems *from, struct problems *to);
void problems_remove(struct problems *problems, size_t index);

/* Writes those from the index on to the log. */
void problems_log(const struct problems *problems, size_t from);

#endif
