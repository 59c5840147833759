/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Edits a text. The places of all assignments come from the parser itself; a changed text
 * is parsed again, by every dialect that could read the old one, and must say what it is
 * to say and nothing else. A file whose values hang together (one refers to another, or
 * the dialects see different lines) may not survive a change in place; then the new
 * assignment goes where it surely counts, at the end.
 */
#include "ifcfg/ifcfg_write.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_parser.h"
#include "ifcfg/ifcfg_write_text.h"

#define DIALECTS 2

/* How a key comes to its value, the nicest first. */
enum way {
	WAY_IN_PLACE = 0, /* where its last assignment stands; those before it go */
	WAY_LAST_ONLY,	  /* the same, and those before it stay */
	WAY_NEW_LINE,	  /* a line of its own behind the others; those that are go */
	WAY_AT_END,	  /* the last line; what stands there already stays */
	WAYS,
};

struct writer {
	bool reads[DIALECTS];		      /* the old text */
	struct ifcfg_variables old[DIALECTS]; /* of it, if so */
	enum ifcfg_dialect dialect;	      /* whose places count */
	const char *line_end;
	struct ifcfg_edit *edits; /* no key twice */
	size_t edit_count;
	char *error; /* IFCFG_WRITE_ERROR_SIZE */
};

enum ifcfg_write_result ifcfg_write_fail(char *error, enum ifcfg_write_result result,
					 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, IFCFG_WRITE_ERROR_SIZE, format, args);
	va_end(args);
	return result;
}

static enum ifcfg_write_result fail_memory(char *error)
{
	return ifcfg_write_fail(error, IFCFG_WRITE_NO_MEMORY, "no memory");
}

/* The edit of that key among the first count. */
static const struct ifcfg_edit *edit_find(const struct writer *writer, size_t count,
					  const char *key)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(writer->edits[i].key, key) == 0) {
			return &writer->edits[i];
		}
	}
	return NULL;
}

/* Whether the variables are the old ones with the first count edits done. What is to be
 * absent may be empty: no reader tells the two apart. */
static bool is_expected(const struct writer *writer, size_t count,
			const struct ifcfg_variables *old, const struct ifcfg_variables *now)
{
	for (size_t i = 0; i < now->count; i++) {
		const struct model_variable *variable = &now->list[i];
		const struct ifcfg_edit *edit = edit_find(writer, count, variable->name);
		const char *before = ifcfg_value(old, variable->name);
		const char *wanted = edit ? edit->value : before;
		if (!wanted && !(edit && variable->value[0] == '\0')) {
			return false;
		}
		if (wanted && strcmp(wanted, variable->value) != 0) {
			return false;
		}
	}
	for (size_t i = 0; i < old->count; i++) {
		const char *name = old->list[i].name;
		if (!edit_find(writer, count, name) && !ifcfg_value(now, name)) {
			return false;
		}
	}
	for (size_t i = 0; i < count; i++) {
		const struct ifcfg_edit *edit = edit_find(writer, count, writer->edits[i].key);
		if (edit->value && !ifcfg_value(now, edit->key)) {
			return false;
		}
	}
	return true;
}

/* Whether the text says what it should, to all who could read the old one. */
static bool text_is_right(const struct writer *writer, size_t count,
			  const struct ifcfg_write_text *text)
{
	bool right = true;

	for (size_t d = 0; d < DIALECTS && right; d++) {
		struct ifcfg_variables now;
		struct model_problems problems = {0};
		const struct ifcfg_text whole = {
			.path = "", .bytes = text->bytes, .size = text->size};
		if (!writer->reads[d]) {
			continue;
		}
		right = ifcfg_parse(&whole, (enum ifcfg_dialect)d, 0, "", &now, &problems) &&
			is_expected(writer, count, &writer->old[d], &now);
		ifcfg_variables_free(&now);
		model_problems_free(&problems);
	}
	return right;
}

/* Whether there is nothing to do, the text being as it is. */
static bool edit_is_void(const struct writer *writer, const struct ifcfg_edit *edit)
{
	for (size_t d = 0; d < DIALECTS; d++) {
		const char *now = ifcfg_value(&writer->old[d], edit->key);
		bool same = edit->value ? now && strcmp(now, edit->value) == 0 : !now;
		if (writer->reads[d] && !same) {
			return false;
		}
	}
	return true;
}

/* Does one edit, in place or with a line of its own. False: no memory. */
static bool edit_do(const struct writer *writer, const struct ifcfg_edit *edit, enum way way,
		    struct ifcfg_write_text *text)
{
	struct ifcfg_variables variables;
	struct ifcfg_places places;
	struct model_problems problems = {0};
	const struct ifcfg_text whole = {.path = "", .bytes = text->bytes, .size = text->size};
	bool found = false;

	if (way == WAY_AT_END) {
		return ifcfg_write_text_append(text, edit->key, edit->value, writer->line_end);
	}
	ifcfg_parse_places(&whole, writer->dialect, &variables, &places, &problems);
	bool fine = !problems.out_of_memory &&
		    ifcfg_write_text_replace(text, &places, edit->key,
					     way == WAY_NEW_LINE ? NULL : edit->value,
					     way == WAY_LAST_ONLY, &found);
	ifcfg_variables_free(&variables);
	ifcfg_places_free(&places);
	if (fine && edit->value && (way == WAY_NEW_LINE || !found)) {
		const struct ifcfg_text cut = {
			.path = "", .bytes = text->bytes, .size = text->size};
		ifcfg_parse_places(&cut, writer->dialect, &variables, &places, &problems);
		fine = !problems.out_of_memory &&
		       ifcfg_write_text_insert(text, &places, edit->key, edit->value,
					       writer->line_end);
		ifcfg_variables_free(&variables);
		ifcfg_places_free(&places);
	}
	model_problems_free(&problems);
	return fine;
}

/* All edits in place, looked at once. */
static bool edit_all(const struct writer *writer, const struct ifcfg_write_text *old,
		     struct ifcfg_write_text *out, bool *right)
{
	struct ifcfg_write_text text;

	if (!ifcfg_write_text_set(&text, old->bytes, old->size)) {
		return false;
	}
	for (size_t i = 0; i < writer->edit_count; i++) {
		if (!edit_is_void(writer, &writer->edits[i]) &&
		    !edit_do(writer, &writer->edits[i], WAY_IN_PLACE, &text)) {
			free(text.bytes);
			return false;
		}
	}
	*right = text_is_right(writer, writer->edit_count, &text);
	if (*right) {
		*out = text;
	} else {
		free(text.bytes);
	}
	return true;
}

/* One edit, in the first way that does it and nothing else. */
static enum ifcfg_write_result edit_one(const struct writer *writer, size_t index,
					struct ifcfg_write_text *text)
{
	for (enum way way = WAY_IN_PLACE; way < WAYS; way++) {
		struct ifcfg_write_text changed;
		if (!ifcfg_write_text_set(&changed, text->bytes, text->size)) {
			return fail_memory(writer->error);
		}
		if (!edit_do(writer, &writer->edits[index], way, &changed)) {
			free(changed.bytes);
			return fail_memory(writer->error);
		}
		if (text_is_right(writer, index + 1, &changed)) {
			free(text->bytes);
			*text = changed;
			return IFCFG_WRITE_OK;
		}
		free(changed.bytes);
		/* A key that can't be taken away may be empty already. */
		if (way == WAY_IN_PLACE && text_is_right(writer, index + 1, text)) {
			return IFCFG_WRITE_OK;
		}
	}
	return ifcfg_write_fail(
		writer->error, IFCFG_WRITE_REFUSED,
		"%s can't be changed in this file without changing more than that",
		writer->edits[index].key);
}

static enum ifcfg_write_result edit_each(const struct writer *writer,
					 const struct ifcfg_write_text *old,
					 struct ifcfg_write_text *out)
{
	struct ifcfg_write_text text;
	enum ifcfg_write_result result = IFCFG_WRITE_OK;

	if (!ifcfg_write_text_set(&text, old->bytes, old->size)) {
		return fail_memory(writer->error);
	}
	for (size_t i = 0; i < writer->edit_count && result == IFCFG_WRITE_OK; i++) {
		if (!edit_is_void(writer, &writer->edits[i])) {
			result = edit_one(writer, i, &text);
		}
	}
	if (result == IFCFG_WRITE_OK) {
		*out = text;
	} else {
		free(text.bytes);
	}
	return result;
}

/* Takes the edits over, of several of one key the last. */
static bool edits_set(struct writer *writer, const struct ifcfg_edit *edits, size_t count)
{
	writer->edits = calloc(count + 1, sizeof(*writer->edits));
	for (size_t i = 0; writer->edits && i < count; i++) {
		struct ifcfg_edit *same = writer->edits;
		while (same < &writer->edits[writer->edit_count] &&
		       strcmp(same->key, edits[i].key) != 0) {
			same++;
		}
		writer->edit_count += same == &writer->edits[writer->edit_count];
		*same = edits[i];
	}
	return writer->edits != NULL;
}

static enum ifcfg_write_result edits_check(const struct writer *writer)
{
	for (size_t i = 0; i < writer->edit_count; i++) {
		const struct ifcfg_edit *edit = &writer->edits[i];
		if (!ifcfg_write_key_is_valid(edit->key)) {
			return ifcfg_write_fail(writer->error, IFCFG_WRITE_BAD_VALUE,
						"'%s' is no name that a file can set",
						edit->key);
		}
		if (edit->value && !ifcfg_write_value_is_valid(edit->value)) {
			return ifcfg_write_fail(writer->error, IFCFG_WRITE_BAD_VALUE,
						"the value of %s is no line of text",
						edit->key);
		}
	}
	return IFCFG_WRITE_OK;
}

/* Reads the old text in both dialects; it must make sense in one. */
static enum ifcfg_write_result old_read(struct writer *writer,
					const struct ifcfg_write_text *old)
{
	const struct ifcfg_text text = {.path = "", .bytes = old->bytes, .size = old->size};
	struct model_problems problems[DIALECTS] = {{0}};
	enum ifcfg_write_result result = IFCFG_WRITE_OK;

	for (size_t d = 0; d < DIALECTS; d++) {
		writer->reads[d] = ifcfg_parse(&text, (enum ifcfg_dialect)d, 0, "",
					       &writer->old[d], &problems[d]);
	}
	if (problems[0].out_of_memory || problems[1].out_of_memory) {
		result = fail_memory(writer->error);
	} else if (!writer->reads[0] && !writer->reads[1]) {
		const struct model_problem *first = NULL;
		for (size_t i = 0; i < problems[0].count && !first; i++) {
			first = problems[0].list[i].severity == MODEL_ERROR
					? &problems[0].list[i]
					: NULL;
		}
		result = ifcfg_write_fail(writer->error, IFCFG_WRITE_REFUSED, "line %u: %s",
					  first ? first->source.line : 0,
					  first ? first->text : "unreadable");
	}
	writer->dialect = writer->reads[IFCFG_DIALECT_INITSCRIPTS] ? IFCFG_DIALECT_INITSCRIPTS
								   : IFCFG_DIALECT_NM;
	/* A shell would take a carriage return for part of the value. */
	const char *newline = old->size ? memchr(old->bytes, '\n', old->size) : NULL;
	bool windows = !writer->reads[IFCFG_DIALECT_INITSCRIPTS] && newline &&
		       newline > old->bytes && newline[-1] == '\r';
	writer->line_end = windows ? "\r\n" : "\n";
	model_problems_free(&problems[0]);
	model_problems_free(&problems[1]);
	return result;
}

enum ifcfg_write_result ifcfg_edit(const char *old, size_t old_size,
				   const struct ifcfg_edit *edits, size_t count, char **out,
				   size_t *size, char error[IFCFG_WRITE_ERROR_SIZE])
{
	struct writer writer = {.error = error};
	struct ifcfg_write_text before = {.bytes = NULL};
	struct ifcfg_write_text after = {.bytes = NULL};
	bool right = false;

	error[0] = '\0';
	if (!edits_set(&writer, edits, count)) {
		return fail_memory(error);
	}
	enum ifcfg_write_result result = edits_check(&writer);
	if (result == IFCFG_WRITE_OK &&
	    !ifcfg_write_text_set(&before, old, old ? old_size : 0)) {
		result = fail_memory(error);
	}
	if (result == IFCFG_WRITE_OK) {
		result = old_read(&writer, &before);
	}
	if (result == IFCFG_WRITE_OK && !edit_all(&writer, &before, &after, &right)) {
		result = fail_memory(error);
	}
	if (result == IFCFG_WRITE_OK && !right) {
		result = edit_each(&writer, &before, &after);
	}
	if (result == IFCFG_WRITE_OK) {
		*out = after.bytes;
		*size = after.size;
	}
	free(before.bytes);
	free(writer.edits);
	ifcfg_variables_free(&writer.old[0]);
	ifcfg_variables_free(&writer.old[1]);
	return result;
}

void ifcfg_write_name(const char *interface, char out[6 + MODEL_NAME_SIZE])
{
	snprintf(out, 6 + MODEL_NAME_SIZE, "ifcfg-%s", interface);
}
