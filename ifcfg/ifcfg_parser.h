/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of parsing one file, shared by ifcfg_parse.c (lines, commands,
 * names), ifcfg_word.c (quoting and references in a value), ifcfg_ansi.c ($'..') and
 * ifcfg_nm.c (all of it, in the nm dialect). Private to ifcfg/.
 *
 * The cursor's contract: peek gives the next byte as the shell's reader sees
 * it, that is with "backslash, line end" taken out, or IFCFG_END; the raw peek
 * gives the byte that stands there. next goes past what peek gave. The mark is
 * that of the next byte.
 */
#ifndef IFCFG_IFCFG_PARSER_H
#define IFCFG_IFCFG_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ifcfg/ifcfg.h"

#define IFCFG_END (-1)

struct ifcfg_cursor {
	const char *start; /* of the whole text */
	const char *at;
	const char *end;
	uint32_t line;
	const char *line_start;
};

/* A place in the text, both numbers from 1; all 0: the file as a whole. */
struct ifcfg_mark {
	uint32_t line;
	uint32_t column; /* in bytes */
};

void ifcfg_cursor_init(struct ifcfg_cursor *cursor, const struct ifcfg_text *text);
struct ifcfg_mark ifcfg_cursor_mark(const struct ifcfg_cursor *cursor);

int ifcfg_cursor_peek(struct ifcfg_cursor *cursor);
int ifcfg_cursor_peek_raw(const struct ifcfg_cursor *cursor);
void ifcfg_cursor_next(struct ifcfg_cursor *cursor);

/* Bytes being gathered; never longer than IFCFG_VALUE_SIZE_MAX. */
struct ifcfg_buffer {
	char *bytes;
	size_t size;
	size_t capacity;
};

/* One assignment, read and not yet carried out. */
struct ifcfg_assignment {
	char *name;
	char *value;
	bool append;
	struct ifcfg_mark mark; /* of the value, if it begins in the line of the name */
	size_t name_at;		/* offsets in the text */
	size_t value_at;
	size_t value_end;
};

/* Every assignment of a text in the order in which they stand, also those that a later
 * one overrides, and names behind "export" without a value. For ifcfg_write.c. */
struct ifcfg_place {
	char *name;
	bool has_value;
	bool append;	  /* "+=" */
	bool exported;	  /* behind the "export" at export_at */
	size_t export_at; /* offsets in the text */
	size_t name_at;
	size_t value_at;
	size_t value_end;
};

struct ifcfg_places {
	size_t count;
	size_t capacity;
	struct ifcfg_place *list;
};

/* Far more than anyone writes behind one "export". */
#define IFCFG_EXPORTS_MAX 128

struct ifcfg_parser {
	struct ifcfg_cursor cursor;
	struct ifcfg_variables *variables;
	struct ifcfg_buffer name;      /* of the assignment in hand */
	struct ifcfg_buffer value;     /* likewise */
	struct ifcfg_buffer reference; /* the name behind a '$' */
	bool exported;		       /* it stands behind "export" */
	size_t export_at;	       /* where that is */
	struct ifcfg_places *places;   /* NULL: nobody asks for them */
	size_t pending_count;
	struct ifcfg_assignment pending[IFCFG_EXPORTS_MAX];
	uint32_t file_index;
	const char *subject;
	struct model_problems *problems;
	size_t error_count;
	size_t warning_count;
	bool carriage_return_seen; /* and said, once a file is enough */
	bool stopped;		   /* going on makes no sense */
};

/* Whether the file could be read and holds text; if not, that is said, with subject. */
bool ifcfg_text_check(const struct ifcfg_text *text, uint32_t file_index, const char *subject,
		      struct model_problems *problems);

/* Adds an error at the place; the file is refused with it. Always false, for
 * "return ifcfg_refuse(...)". */
bool ifcfg_refuse(struct ifcfg_parser *parser, struct ifcfg_mark mark, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds a warning at the place; of very many, the first only. */
void ifcfg_note(struct ifcfg_parser *parser, struct ifcfg_mark mark, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* No memory: noted in problems, parsing stops. Always false. */
bool ifcfg_out_of_memory(struct ifcfg_parser *parser);

/* Appends; false after an error (value too long, no memory) that was noted. */
bool ifcfg_buffer_add(struct ifcfg_parser *parser, struct ifcfg_buffer *buffer,
		      const char *bytes, size_t size);
bool ifcfg_buffer_add_byte(struct ifcfg_parser *parser, struct ifcfg_buffer *buffer, int byte);

/* The same in the nm dialect. False: after an error that was noted, or *lost says
 * why the whole value is nothing. */
bool ifcfg_parse_nm_ansi(struct ifcfg_parser *parser, const char **lost);
/* Parses the whole text in the nm dialect (ifcfg_nm.c). */
void ifcfg_parse_nm(struct ifcfg_parser *parser, const struct ifcfg_text *text);

/* As ifcfg_parse(), and notes where each assignment stands; *places is to be freed by
 * ifcfg_places_free() in both cases. */
bool ifcfg_parse_places(const struct ifcfg_text *text, enum ifcfg_dialect dialect,
			struct ifcfg_variables *out, struct ifcfg_places *places,
			struct model_problems *problems);
void ifcfg_places_free(struct ifcfg_places *places);
/* Adds one if somebody asks for them, with parser->name as its name; false: no memory,
 * as was noted. */
bool ifcfg_place_add(struct ifcfg_parser *parser, const struct ifcfg_place *place);

/* The variable of that name; NULL: none. */
struct model_variable *ifcfg_variable_find(const struct ifcfg_variables *variables,
					   const char *name);
/* Adds one with an empty value; NULL: too many, or no memory, as was noted. */
struct model_variable *ifcfg_variable_add(struct ifcfg_parser *parser, const char *name);

bool ifcfg_is_name_start(int byte);
bool ifcfg_is_name_byte(int byte);
/* Reads a name at the cursor into an emptied buffer. */
bool ifcfg_parse_name(struct ifcfg_parser *parser, struct ifcfg_buffer *buffer);

/* Appends the value at the cursor to parser->value; false after an error. */
bool ifcfg_parse_value(struct ifcfg_parser *parser);
/* Appends what $'..' means; the cursor stands on its first quote. */
bool ifcfg_parse_ansi(struct ifcfg_parser *parser);

/* Whether the shell sets the variable itself, so that a file's assignment does
 * not simply set it (UID, RANDOM, ...). */
bool ifcfg_name_is_shells(const char *name);
/* Whether the shell gives it a value before the file is read (PATH, ...). */
bool ifcfg_name_is_preset(const char *name);

#endif
