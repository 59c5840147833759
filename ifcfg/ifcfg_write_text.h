/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes of a file being edited: assignments cut out, replaced and put in, without regard
 * to what comes of it, which ifcfg_write.c looks at. Private to ifcfg/.
 */
#ifndef IFCFG_IFCFG_WRITE_TEXT_H
#define IFCFG_IFCFG_WRITE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "ifcfg/ifcfg_parser.h"
#include "ifcfg/ifcfg_write.h"

/* Puts the sentence into error (IFCFG_WRITE_ERROR_SIZE) and returns result. */
enum ifcfg_write_result ifcfg_write_fail(char *error, enum ifcfg_write_result result,
					 const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* NUL-terminated behind size; bytes is to be freed. */
struct ifcfg_write_text {
	char *bytes;
	size_t size;
};

/* All return false for lack of memory; the text is then as it was. */

bool ifcfg_write_text_set(struct ifcfg_write_text *text, const char *bytes, size_t size);

/* Gives the last assignment of the key the value, or, with value NULL, cuts that out too;
 * those before it are cut out, unless last_only. *found: there was one. */
bool ifcfg_write_text_replace(struct ifcfg_write_text *text, const struct ifcfg_places *places,
			      const char *key, const char *value, bool last_only, bool *found);

/* Puts a line in behind the last assignment. */
bool ifcfg_write_text_insert(struct ifcfg_write_text *text, const struct ifcfg_places *places,
			     const char *key, const char *value, const char *line_end);

/* Puts a line to the end; value NULL: an empty one. */
bool ifcfg_write_text_append(struct ifcfg_write_text *text, const char *key, const char *value,
			     const char *line_end);

/* Whether a file can set the key, and the value be written so that both dialects read
 * it: UTF-8 without control characters. */
bool ifcfg_write_key_is_valid(const char *key);
bool ifcfg_write_value_is_valid(const char *value);

#endif
