/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cutting and pasting; see the header.
 *
 * Cut out is, with an assignment, what separates it from the next (blanks, one ';'); an
 * "export" that has nothing behind it any more; and a line on which nothing is left. A
 * comment stays.
 */
#include "ifcfg/ifcfg_write_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "KEY=value" in quotes as it needs them, and a line end; to be freed. NULL: no memory. */
static char *assignment_make(const char *key, const char *value, const char *line_end)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_./:,%@+-";
	static const char special[] = "$`\"\\";
	char *text = malloc(strlen(key) + 2 * strlen(value) + strlen(line_end) + 4);

	if (!text) {
		return NULL;
	}
	char *at = stpcpy(stpcpy(text, key), "=");
	if (value[strspn(value, plain)] == '\0') {
		at = stpcpy(at, value);
	} else if (strpbrk(value, special) && !strchr(value, '\'')) {
		at = stpcpy(stpcpy(stpcpy(at, "'"), value), "'");
	} else {
		*at++ = '"';
		for (; *value; value++) {
			if (strchr(special, *value)) {
				*at++ = '\\';
			}
			*at++ = *value;
		}
		*at++ = '"';
	}
	stpcpy(at, line_end);
	return text;
}

bool ifcfg_write_key_is_valid(const char *key)
{
	if (!ifcfg_is_name_start(key[0]) || ifcfg_name_is_shells(key) ||
	    strcmp(key, "export") == 0) {
		return false;
	}
	while (ifcfg_is_name_byte(*key)) {
		key++;
	}
	return *key == '\0';
}

bool ifcfg_write_value_is_valid(const char *value)
{
	const unsigned char *at = (const unsigned char *)value;

	while (*at) {
		size_t size = model_utf8_size(at);
		if (size == 0 || *at < 0x20 || *at == 0x7f) {
			return false;
		}
		at += size;
	}
	return true;
}

bool ifcfg_write_text_set(struct ifcfg_write_text *text, const char *bytes, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy) {
		return false;
	}
	if (size > 0) {
		memcpy(copy, bytes, size);
	}
	copy[size] = '\0';
	*text = (struct ifcfg_write_text){.bytes = copy, .size = size};
	return true;
}

/* A byte's fate. */
enum mark {
	MARK_KEEP = 0,
	MARK_CUT,
	MARK_REPLACE, /* cut, and the new bytes come here */
};

static bool is_blank_at(const struct ifcfg_write_text *text, size_t at, size_t *size)
{
	const char *bytes = text->bytes + at;

	/* The text ends with a NUL. */
	*size = bytes[0] == '\\' && bytes[1] == '\n' ? 2 : 1;
	return *size == 2 || bytes[0] == ' ' || bytes[0] == '\t';
}

static size_t blanks_end(const struct ifcfg_write_text *text, size_t at)
{
	size_t size;

	while (at < text->size && is_blank_at(text, at, &size)) {
		at += size;
	}
	return at;
}

static bool is_line_end(const struct ifcfg_write_text *text, size_t at)
{
	return at >= text->size || strchr("\r\n", text->bytes[at]) != NULL;
}

/* Where what separates the assignment from those before it in its line begins; where the
 * assignment does, if there is none. */
static size_t separator_start(const struct ifcfg_write_text *text,
			      const struct ifcfg_places *places, size_t index,
			      const unsigned char *marks)
{
	size_t name_at = places->list[index].name_at;

	while (index-- > 0) {
		const struct ifcfg_place *before = &places->list[index];
		size_t at = blanks_end(text, before->value_end);
		if (at < text->size && text->bytes[at] == ';') {
			at = blanks_end(text, at + 1);
		}
		if (at != places->list[index + 1].name_at) {
			break;
		}
		if (marks[before->name_at] == MARK_KEEP) {
			return before->value_end;
		}
	}
	return name_at;
}

/* Marks one assignment, and what separates it from its neighbours. */
static void place_cut(const struct ifcfg_write_text *text, const struct ifcfg_places *places,
		      size_t index, unsigned char *marks)
{
	const struct ifcfg_place *place = &places->list[index];
	size_t start = place->name_at;
	size_t end = blanks_end(text, place->value_end);

	if (end < text->size && text->bytes[end] == ';') {
		end = blanks_end(text, end + 1);
	}
	if (is_line_end(text, end)) {
		start = separator_start(text, places, index, marks);
	}
	memset(marks + start, MARK_CUT, end - start);
}

/* Marks each "export" with nothing left behind it. */
static void exports_cut(const struct ifcfg_places *places, unsigned char *marks)
{
	for (size_t i = 0; i < places->count;) {
		const struct ifcfg_place *first = &places->list[i];
		bool is_empty = first->exported;
		size_t next = i;
		do {
			is_empty = is_empty && marks[places->list[next].name_at] == MARK_CUT;
			next++;
		} while (first->exported && next < places->count &&
			 places->list[next].exported &&
			 places->list[next].export_at == first->export_at);
		if (is_empty) {
			memset(marks + first->export_at, MARK_CUT,
			       first->name_at - first->export_at);
		}
		i = next;
	}
}

/* Copies a line up to its end that stays, which may be several of before, behind what is
 * copied from begin on; drops it if it has become blank. Returns where the next begins. */
static size_t line_copy(const struct ifcfg_write_text *text, const unsigned char *marks,
			size_t at, const char *replacement, const char *begin, char **to)
{
	char *start = *to;
	bool is_cut = false;
	bool is_blank = true;

	for (; at < text->size; at++) {
		char byte = text->bytes[at];
		if (marks[at] == MARK_REPLACE) {
			*to = stpcpy(*to, replacement);
			is_blank = false;
		}
		if (marks[at] != MARK_KEEP) {
			is_cut = true;
			continue;
		}
		*(*to)++ = byte;
		if (byte == '\n') {
			at++;
			break;
		}
		is_blank = is_blank && strchr(" \t\r", byte) != NULL;
	}
	/* Not so that two lines become one. */
	bool continues = start - begin >= 2 && start[-1] == '\n' && start[-2] == '\\';
	if (is_cut && is_blank && !continues) {
		*to = start;
	}
	return at;
}

/* Makes the text that the marks leave. */
static bool text_rebuild(struct ifcfg_write_text *text, const unsigned char *marks,
			 const char *replacement)
{
	char *bytes = malloc(text->size + strlen(replacement) + 1);
	char *to = bytes;

	if (!bytes) {
		return false;
	}
	for (size_t at = 0; at < text->size;) {
		at = line_copy(text, marks, at, replacement, bytes, &to);
	}
	*to = '\0';
	free(text->bytes);
	*text = (struct ifcfg_write_text){.bytes = bytes, .size = (size_t)(to - bytes)};
	return true;
}

bool ifcfg_write_text_replace(struct ifcfg_write_text *text, const struct ifcfg_places *places,
			      const char *key, const char *value, bool last_only, bool *found)
{
	unsigned char *marks = calloc(text->size + 1, 1);
	char *replacement = assignment_make(key, value ? value : "", "");
	const struct ifcfg_place *last = NULL;
	size_t last_index = 0;
	bool fine = marks && replacement;

	for (size_t i = 0; i < places->count && fine; i++) {
		const struct ifcfg_place *place = &places->list[i];
		if (place->has_value && strcmp(place->name, key) == 0) {
			if (last && !last_only) {
				place_cut(text, places, last_index, marks);
			}
			last = place;
			last_index = i;
		}
	}
	*found = last != NULL;
	if (fine && last && value) {
		/* "K+=" becomes "K=". */
		memset(marks + last->name_at, MARK_CUT, last->value_end - last->name_at);
		marks[last->name_at] = MARK_REPLACE;
	} else if (fine && last) {
		place_cut(text, places, last_index, marks);
	}
	if (fine && last) {
		exports_cut(places, marks);
		fine = text_rebuild(text, marks, replacement);
	}
	free(marks);
	free(replacement);
	return fine;
}

/* Puts bytes in at the offset; takes them over. */
static bool text_put(struct ifcfg_write_text *text, size_t at, char *bytes)
{
	size_t size = bytes ? strlen(bytes) : 0;
	char *whole = bytes ? malloc(text->size + size + 1) : NULL;

	if (whole) {
		memcpy(whole, text->bytes, at);
		stpcpy(stpcpy(whole + at, bytes), text->bytes + at);
		free(text->bytes);
		text->bytes = whole;
		text->size += size;
	}
	free(bytes);
	return whole != NULL;
}

/* Behind the line end that follows; a comment goes to the next, a backslash doesn't
 * continue it. */
static size_t line_end_find(const struct ifcfg_write_text *text, size_t at)
{
	at = blanks_end(text, at);
	if (at < text->size && text->bytes[at] == ';') {
		at = blanks_end(text, at + 1);
	}
	const char *newline = memchr(text->bytes + at, '\n', text->size - at);
	return newline ? (size_t)(newline - text->bytes) + 1 : text->size;
}

bool ifcfg_write_text_insert(struct ifcfg_write_text *text, const struct ifcfg_places *places,
			     const char *key, const char *value, const char *line_end)
{
	if (places->count == 0) {
		return ifcfg_write_text_append(text, key, value, line_end);
	}
	size_t at = line_end_find(text, places->list[places->count - 1].value_end);
	if (at == text->size) {
		return ifcfg_write_text_append(text, key, value, line_end);
	}
	return text_put(text, at, assignment_make(key, value, line_end));
}

bool ifcfg_write_text_append(struct ifcfg_write_text *text, const char *key, const char *value,
			     const char *line_end)
{
	size_t size = text->size;
	const char *bytes = text->bytes;
	bool ends_line = size == 0 || bytes[size - 1] == '\n';
	/* The shell goes on with the next line, which must be an empty one. */
	bool continues = size >= 2 && bytes[size - 1] == '\n' && bytes[size - 2] == '\\';

	if ((!ends_line || continues) && !text_put(text, size, strdup(line_end))) {
		return false;
	}
	return text_put(text, text->size, assignment_make(key, value ? value : "", line_end));
}
