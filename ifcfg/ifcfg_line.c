/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of words; see the header. What a word can mean is in ifcfg_argument.c. */
#include "ifcfg/ifcfg_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ifcfg_lines_init(struct ifcfg_lines *lines, const char *bytes, size_t size)
{
	static const char nothing[1];

	*lines = (struct ifcfg_lines){
		.at = size > 0 ? bytes : nothing,
		.end = size > 0 ? bytes + size : nothing,
		.number = 1,
	};
}

void ifcfg_lines_free(struct ifcfg_lines *lines)
{
	free(lines->buffer);
	*lines = (struct ifcfg_lines){0};
}

/* Where words of the line in hand are being gathered. */
struct gathering {
	struct ifcfg_line *line;
	char *out; /* the next byte's place in the buffer */
	bool in_word;
	bool too_many;
};

static void byte_add(struct gathering *gathering, char byte, uint32_t number, size_t column)
{
	struct ifcfg_line *line = gathering->line;

	if (!gathering->in_word && line->count == IFCFG_WORDS_MAX) {
		gathering->too_many = true;
		return;
	}
	if (!gathering->in_word) {
		line->words[line->count++] = (struct ifcfg_argument){
			.text = gathering->out,
			.line = number,
			.column = (uint32_t)column,
		};
		gathering->in_word = true;
	}
	*gathering->out++ = byte;
}

static void word_end(struct gathering *gathering)
{
	if (gathering->in_word) {
		*gathering->out++ = '\0';
		gathering->in_word = false;
	}
}

/* Gathers one line, for initscripts with those that a backslash joins to it. A word whose
 * blanks were taken their meaning by a backslash is split at them none the less, since
 * the shell splits the value once more. */
static void line_gather(struct ifcfg_lines *lines, struct gathering *gathering)
{
	bool shell = gathering->line->context->dialect == IFCFG_DIALECT_INITSCRIPTS;
	const char *start = lines->at;

	for (; lines->at < lines->end && *lines->at != '\n'; lines->at++) {
		if (shell && *lines->at == '\\') {
			lines->at++;
			if (lines->at == lines->end) {
				break;
			}
			if (*lines->at == '\n') {
				lines->number++;
				start = lines->at + 1;
				continue;
			}
		}
		if (*lines->at == ' ' || *lines->at == '\t') {
			word_end(gathering);
		} else {
			byte_add(gathering, *lines->at, lines->number,
				 (size_t)(lines->at - start) + 1);
		}
	}
	word_end(gathering);
	if (lines->at < lines->end) {
		lines->at++;
		lines->number++;
	}
}

bool ifcfg_lines_next(struct ifcfg_lines *lines, struct ifcfg_line *line)
{
	while (lines->at < lines->end) {
		if (!lines->buffer) {
			/* A word's NUL has the place of the blank behind it. */
			lines->buffer = malloc((size_t)(lines->end - lines->at) + 2);
			if (!lines->buffer) {
				line->context->problems->out_of_memory = true;
				return false;
			}
		}
		struct gathering gathering = {.line = line, .out = lines->buffer};
		line->number = lines->number;
		line->count = 0;
		line->next = 0;
		line_gather(lines, &gathering);
		if (line->count == 0 || line->words[0].text[0] == '#' ||
		    strcmp(line->words[0].text, "\r") == 0) {
			continue;
		}
		const struct ifcfg_argument *last = &line->words[line->count - 1];
		if (gathering.too_many) {
			ifcfg_line_refuse(line, NULL, "it has more than %d words",
					  IFCFG_WORDS_MAX);
		} else if (last->text[strlen(last->text) - 1] == '\r') {
			ifcfg_line_refuse(line, last,
					  "it ends in a carriage return, which counts as "
					  "part of the last word; expected lines to end as "
					  "on Unix");
		} else {
			return true;
		}
	}
	return false;
}

bool ifcfg_line_split(struct ifcfg_line *line, const char *key, char *text)
{
	struct ifcfg_context here = *line->context;
	size_t from = 0;

	line->count = 0;
	line->next = 0;
	line->number = ifcfg_key_source(&here, key).line;
	for (char *word; (word = strsep(&text, " \t\n"));) {
		if (word[0] == '\0') {
			continue;
		}
		if (line->count == IFCFG_WORDS_MAX) {
			return ifcfg_line_refuse(line, NULL, "%s has more than %d words", key,
						 IFCFG_WORDS_MAX);
		}
		here.at = ifcfg_key_find_word(line->context, key, from, word);
		from = here.at ? here.at + strlen(word) : from;
		struct model_source source = ifcfg_key_source(&here, key);
		line->words[line->count++] = (struct ifcfg_argument){
			.text = word, .line = source.line, .column = source.column};
	}
	return true;
}

const struct ifcfg_argument *ifcfg_line_take(struct ifcfg_line *line)
{
	return line->next < line->count ? &line->words[line->next++] : NULL;
}

const struct ifcfg_argument *ifcfg_line_value(struct ifcfg_line *line,
					      const struct ifcfg_argument *option)
{
	const struct ifcfg_argument *value = ifcfg_line_take(line);

	if (!value) {
		ifcfg_line_refuse(line, option, "'%s' needs a value behind it", option->text);
	}
	return value;
}

struct model_source ifcfg_line_source(const struct ifcfg_line *line)
{
	return (struct model_source){
		.file = line->context->file_index,
		.line = line->number,
		.column = line->count > 0 ? line->words[0].column : 0,
	};
}

static void problem_add(const struct ifcfg_line *line, const struct ifcfg_argument *word,
			enum model_severity severity, const char *before, const char *format,
			va_list args)
{
	struct model_source source = ifcfg_line_source(line);
	char *text = NULL;

	if (word) {
		source.line = word->line;
		source.column = word->column;
	}
	if (vasprintf(&text, format, args) < 0) {
		line->context->problems->out_of_memory = true;
		return;
	}
	/* An error's subject is left out; here that is the line alone. */
	model_problem_add(line->context->problems, severity, source,
			  severity == MODEL_ERROR ? "" : line->context->subject, "%s%s%s%s",
			  before, before[0] ? line->what : "",
			  before[0] ? " is left out: " : "", text);
	free(text);
}

bool ifcfg_line_refuse(const struct ifcfg_line *line, const struct ifcfg_argument *word,
		       const char *format, ...)
{
	bool nm = line->context->dialect == IFCFG_DIALECT_NM;
	va_list args;

	va_start(args, format);
	problem_add(line, word, nm ? MODEL_WARNING : MODEL_ERROR, "this ", format, args);
	va_end(args);
	return false;
}

bool ifcfg_argument_is(const struct ifcfg_line *line, const char *word, const char *name,
		       bool can_be_short)
{
	if (can_be_short && line->syntax == IFCFG_DIALECT_INITSCRIPTS) {
		return strncmp(name, word, strlen(word)) == 0;
	}
	return strcmp(name, word) == 0;
}
