/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nm dialect: one file to its variables, as NetworkManager's reader of ifcfg
 * files has them. It looks like a shell's, and is not: every line stands for
 * itself, a line that is no NAME=value is passed over, of several assignments of a
 * name the last counts whatever the others hold, and no value refers to another.
 * Next to ifcfg_parse.c, which reads as bash does, and used with its parser's state.
 *
 * Facts: what NetworkManager's ifcfg-rh plugin (shvar.c) takes and refuses; but a
 * value that it could not make sense of outside quotes is an error here, for it would
 * go on with an empty one.
 */
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_parser.h"

/* What NetworkManager takes for blank; a line end stands between lines only. */
static bool is_blank(int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\f';
}

static void skip_blanks(struct ifcfg_cursor *cursor)
{
	while (is_blank(ifcfg_cursor_peek_raw(cursor))) {
		ifcfg_cursor_next(cursor);
	}
}

/* The value is nothing to NetworkManager: it goes on with an empty one. Always
 * false, for "return ...". */
static bool value_is_lost(struct ifcfg_parser *parser, struct ifcfg_mark mark, const char *why)
{
	ifcfg_note(parser, mark, "%s, so that nm takes the whole value as empty", why);
	parser->value.size = 0;
	return false;
}

/* The byte behind a backslash; an error if the line ends there. */
static int byte_after_backslash(struct ifcfg_parser *parser, struct ifcfg_mark mark)
{
	int byte = ifcfg_cursor_peek_raw(&parser->cursor);

	if (byte == IFCFG_END) {
		ifcfg_refuse(parser, mark,
			     "the line ends in a backslash, which continues no line for nm; "
			     "expected the whole value in one line");
	}
	return byte;
}

static bool single_quoted(struct ifcfg_parser *parser, struct ifcfg_mark mark)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	ifcfg_cursor_next(cursor);
	for (;;) {
		int byte = ifcfg_cursor_peek_raw(cursor);
		if (byte == IFCFG_END) {
			return value_is_lost(parser, mark, "'...' is not closed in this line");
		}
		ifcfg_cursor_next(cursor);
		if (byte == '\'') {
			return true;
		}
		if (!ifcfg_buffer_add_byte(parser, &parser->value, byte)) {
			return false;
		}
	}
}

static bool double_quoted(struct ifcfg_parser *parser, struct ifcfg_mark mark)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	ifcfg_cursor_next(cursor);
	for (;;) {
		struct ifcfg_mark here = ifcfg_cursor_mark(cursor);
		int byte = ifcfg_cursor_peek_raw(cursor);
		if (byte == IFCFG_END) {
			return value_is_lost(parser, mark,
					     "\"...\" is not closed in this line");
		}
		if (byte == '$' || byte == '`') {
			return value_is_lost(parser, here,
					     byte == '$' ? "a '$' stands in \"...\""
							 : "a '`' stands in \"...\"");
		}
		ifcfg_cursor_next(cursor);
		if (byte == '"') {
			return true;
		}
		if (byte == '\\') {
			int escaped = ifcfg_cursor_peek_raw(cursor);
			if (escaped == IFCFG_END) {
				return value_is_lost(parser, mark,
						     "\"...\" is not closed in this line");
			}
			if (strchr("$`\"\\", escaped)) {
				byte = escaped;
				ifcfg_cursor_next(cursor);
			}
		}
		if (!ifcfg_buffer_add_byte(parser, &parser->value, byte)) {
			return false;
		}
	}
}

/* Outside quotes: blanks, perhaps one ';', perhaps a comment, and the end. */
static bool value_ends(struct ifcfg_parser *parser, struct ifcfg_mark mark)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	skip_blanks(cursor);
	if (ifcfg_cursor_peek_raw(cursor) == ';') {
		ifcfg_cursor_next(cursor);
		skip_blanks(cursor);
	}
	int byte = ifcfg_cursor_peek_raw(cursor);
	if (byte == IFCFG_END || byte == '#') {
		return true;
	}
	return ifcfg_refuse(parser, mark,
			    "more stands behind the value, and nm reads one value a line; "
			    "expected quotes around what belongs together");
}

/* One piece of a value: a quoted part, an escaped byte or a plain one. */
static bool value_piece(struct ifcfg_parser *parser, int byte, struct ifcfg_mark mark)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	if (byte == '\'') {
		return single_quoted(parser, mark);
	}
	if (byte == '"') {
		return double_quoted(parser, mark);
	}
	if (strchr("|&()<>", byte)) {
		return ifcfg_refuse(parser, mark,
				    "'%c' means something to a shell and is not read here; "
				    "expected quotes around it if it belongs to the value",
				    byte);
	}
	ifcfg_cursor_next(cursor);
	if (byte == '$' && ifcfg_cursor_peek_raw(cursor) == '\'') {
		const char *lost = NULL;
		return ifcfg_parse_nm_ansi(parser, &lost) ||
		       (lost && value_is_lost(parser, mark, lost));
	}
	if (byte == '\\') {
		byte = byte_after_backslash(parser, mark);
		if (byte == IFCFG_END) {
			return false;
		}
		ifcfg_cursor_next(cursor);
	}
	return ifcfg_buffer_add_byte(parser, &parser->value, byte);
}

/* Decodes the value at the cursor, whose end is that of the line, to
 * parser->value; what is wrong with it leaves it empty. */
static void value_decode(struct ifcfg_parser *parser, size_t *end)
{
	struct ifcfg_cursor *cursor = &parser->cursor;
	bool fine = true;

	parser->value.size = 0;
	if (!ifcfg_buffer_add(parser, &parser->value, "", 0)) {
		return;
	}
	while (fine) {
		struct ifcfg_mark mark = ifcfg_cursor_mark(cursor);
		int byte = ifcfg_cursor_peek_raw(cursor);
		*end = (size_t)(cursor->at - cursor->start);
		if (byte == IFCFG_END) {
			break;
		}
		if (is_blank(byte) || byte == ';') {
			fine = value_ends(parser, mark);
			break;
		}
		fine = value_piece(parser, byte, mark);
	}
	if (!fine) {
		*end = (size_t)(cursor->end - cursor->start);
		parser->value.size = 0;
		parser->value.bytes[0] = '\0';
	}
}

/* Whether the bytes are UTF-8 as NetworkManager wants all values to be. */
static bool is_utf8(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		size_t size = model_utf8_size(at);
		if (size == 0) {
			return false;
		}
		at += size;
	}
	return true;
}

static void variable_decode(struct ifcfg_parser *parser, struct model_variable *variable,
			    const struct ifcfg_text *text)
{
	struct ifcfg_cursor *cursor = &parser->cursor;
	struct ifcfg_mark mark = {.line = variable->line, .column = variable->column};

	ifcfg_cursor_init(cursor, text);
	cursor->at += variable->value_at;
	cursor->end = cursor->start + variable->value_end;
	cursor->line = mark.line;
	cursor->line_start = cursor->at - (mark.column - 1);
	value_decode(parser, &variable->value_end);
	if (!parser->stopped && !is_utf8(parser->value.bytes)) {
		ifcfg_refuse(parser, mark,
			     "the value is not UTF-8, and nm takes nothing else; expected "
			     "UTF-8 or ASCII");
	}
	if (parser->stopped) {
		return;
	}
	char *value = strdup(parser->value.bytes);
	if (!value) {
		ifcfg_out_of_memory(parser);
		return;
	}
	free(variable->value);
	variable->value = value;
}

/* Notes where the line's assignment is, if it is one; cursor->end is the line's. */
static void line_read(struct ifcfg_parser *parser)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	skip_blanks(cursor);
	struct ifcfg_mark mark = ifcfg_cursor_mark(cursor);
	size_t name_at = (size_t)(cursor->at - cursor->start);
	int byte = ifcfg_cursor_peek_raw(cursor);
	if (byte == IFCFG_END || byte == '#') {
		return;
	}
	parser->name.size = 0;
	while (ifcfg_is_name_byte(ifcfg_cursor_peek_raw(cursor)) &&
	       (parser->name.size > 0 || ifcfg_is_name_start(byte))) {
		if (!ifcfg_buffer_add_byte(parser, &parser->name,
					   ifcfg_cursor_peek_raw(cursor))) {
			return;
		}
		ifcfg_cursor_next(cursor);
	}
	if (parser->name.size == 0 || ifcfg_cursor_peek_raw(cursor) != '=') {
		ifcfg_note(parser, mark, "the line is no NAME=value, and nm passes it over");
		return;
	}
	ifcfg_cursor_next(cursor);
	struct model_variable *variable =
		ifcfg_variable_find(parser->variables, parser->name.bytes);
	if (!variable) {
		variable = ifcfg_variable_add(parser, parser->name.bytes);
	}
	const struct ifcfg_place place = {
		.has_value = true,
		.name_at = name_at,
		.value_at = (size_t)(cursor->at - cursor->start),
		.value_end = (size_t)(cursor->end - cursor->start),
	};
	if (variable && ifcfg_place_add(parser, &place)) {
		mark = ifcfg_cursor_mark(cursor);
		variable->line = mark.line;
		variable->column = mark.column;
		variable->name_at = name_at;
		variable->value_at = (size_t)(cursor->at - cursor->start);
		variable->value_end = (size_t)(cursor->end - cursor->start);
	}
}

/* Where the value of an assignment ends that a later one overrides: it may be anything,
 * and nobody is told. */
static void place_end(const struct ifcfg_text *text, struct ifcfg_place *place)
{
	struct ifcfg_variables none = {0};
	struct model_problems unheard = {0};
	struct ifcfg_parser parser = {.variables = &none, .subject = "", .problems = &unheard};

	ifcfg_cursor_init(&parser.cursor, text);
	parser.cursor.at += place->value_at;
	parser.cursor.end = parser.cursor.start + place->value_end;
	value_decode(&parser, &place->value_end);
	free(parser.value.bytes);
	model_problems_free(&unheard);
}

static void places_end(const struct ifcfg_parser *parser, const struct ifcfg_text *text)
{
	for (size_t i = 0; parser->places && i < parser->places->count; i++) {
		place_end(text, &parser->places->list[i]);
	}
}

void ifcfg_parse_nm(struct ifcfg_parser *parser, const struct ifcfg_text *text)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	ifcfg_cursor_init(cursor, text);
	const char *text_end = cursor->end;
	while (!parser->stopped && cursor->at < text_end) {
		const char *line_end =
			memchr(cursor->at, '\n', (size_t)(text_end - cursor->at));
		cursor->end = line_end ? line_end : text_end;
		line_read(parser);
		cursor->at = cursor->end;
		cursor->end = text_end;
		ifcfg_cursor_next(cursor);
	}
	for (size_t i = 0; i < parser->variables->count && !parser->stopped; i++) {
		variable_decode(parser, &parser->variables->list[i], text);
	}
	places_end(parser, text);
}
