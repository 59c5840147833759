/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One value of an assignment, read as bash reads it: quotes, backslashes and
 * references to variables that the file has set before. In an assignment bash
 * splits no words and matches no file names, so '*' and blanks from a reference
 * are just bytes; but it does expand '~', which depends on the user, so that is
 * refused like everything else whose value does not stand in the file.
 */
#include "ifcfg/ifcfg_parser.h"

#include <string.h>

bool ifcfg_is_name_start(int byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

bool ifcfg_is_name_byte(int byte)
{
	return ifcfg_is_name_start(byte) || (byte >= '0' && byte <= '9');
}

bool ifcfg_parse_name(struct ifcfg_parser *parser, struct ifcfg_buffer *buffer)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	buffer->size = 0;
	while (ifcfg_is_name_byte(ifcfg_cursor_peek(cursor))) {
		if (!ifcfg_buffer_add_byte(parser, buffer, ifcfg_cursor_peek(cursor))) {
			return false;
		}
		ifcfg_cursor_next(cursor);
	}
	return true;
}

static bool reference_add(struct ifcfg_parser *parser, struct ifcfg_mark mark, const char *name)
{
	struct model_variable *variable = ifcfg_variable_find(parser->variables, name);
	const char *value = variable ? variable->value : NULL;

	if (ifcfg_name_is_shells(name) || (!value && ifcfg_name_is_preset(name))) {
		return ifcfg_refuse(
			parser, mark,
			"$%s is the shell's own and has no value that stands in the "
			"file; expected a variable that is set here",
			name);
	}
	if (!value) {
		ifcfg_note(parser, mark, "$%s is not set before this line and reads as empty",
			   name);
		return true;
	}
	variable->is_read = true;
	return ifcfg_buffer_add(parser, &parser->value, value, strlen(value));
}

/* ${NAME}; the cursor stands on the brace. */
static bool braced_reference(struct ifcfg_parser *parser, struct ifcfg_mark mark)
{
	struct ifcfg_cursor *cursor = &parser->cursor;
	struct ifcfg_buffer *name = &parser->reference;

	ifcfg_cursor_next(cursor);
	if (!ifcfg_is_name_start(ifcfg_cursor_peek(cursor))) {
		return ifcfg_refuse(parser, mark, "only ${NAME} can be read of ${...}");
	}
	if (!ifcfg_parse_name(parser, name)) {
		return false;
	}
	if (ifcfg_cursor_peek(cursor) != '}') {
		return ifcfg_refuse(parser, mark,
				    "${%s...} would have to be computed by a shell; expected "
				    "${%s} and nothing more",
				    name->bytes, name->bytes);
	}
	ifcfg_cursor_next(cursor);
	return reference_add(parser, mark, name->bytes);
}

/* Behind a '$' that nothing special follows it is a byte like others. */
static bool dollar(struct ifcfg_parser *parser, bool quoted);

/* ".."; the cursor stands on the first quote. */
static bool double_quoted(struct ifcfg_parser *parser)
{
	struct ifcfg_cursor *cursor = &parser->cursor;
	struct ifcfg_mark mark = ifcfg_cursor_mark(cursor);

	ifcfg_cursor_next(cursor);
	for (;;) {
		int byte = ifcfg_cursor_peek(cursor);
		bool fine = true;
		if (byte == IFCFG_END) {
			parser->stopped = true;
			return ifcfg_refuse(parser, mark,
					    "\"...\" is never closed; expected another \"");
		}
		if (byte == '`') {
			return ifcfg_refuse(
				parser, ifcfg_cursor_mark(cursor),
				"`...` would run a command, and nothing is run from "
				"here; expected a plain value");
		}
		if (byte == '$') {
			fine = dollar(parser, true);
		} else {
			ifcfg_cursor_next(cursor);
			if (byte == '"') {
				return true;
			}
			/* A backslash escapes only what would be special. */
			int after = ifcfg_cursor_peek_raw(cursor);
			if (byte == '\\' && after != IFCFG_END && strchr("$`\"\\", after)) {
				byte = after;
				ifcfg_cursor_next(cursor);
			}
			fine = ifcfg_buffer_add_byte(parser, &parser->value, byte);
		}
		if (!fine) {
			return false;
		}
	}
}

/* '..'; the cursor stands on the first quote. */
static bool single_quoted(struct ifcfg_parser *parser)
{
	struct ifcfg_cursor *cursor = &parser->cursor;
	const char *start = cursor->at + 1;
	struct ifcfg_mark mark = ifcfg_cursor_mark(cursor);

	ifcfg_cursor_next(cursor);
	while (ifcfg_cursor_peek_raw(cursor) != '\'') {
		if (ifcfg_cursor_peek_raw(cursor) == IFCFG_END) {
			parser->stopped = true;
			return ifcfg_refuse(parser, mark,
					    "'...' is never closed; expected another '");
		}
		ifcfg_cursor_next(cursor);
	}
	size_t size = (size_t)(cursor->at - start);
	ifcfg_cursor_next(cursor);
	return ifcfg_buffer_add(parser, &parser->value, start, size);
}

static bool dollar(struct ifcfg_parser *parser, bool quoted)
{
	struct ifcfg_cursor *cursor = &parser->cursor;
	struct ifcfg_mark mark = ifcfg_cursor_mark(cursor);

	ifcfg_cursor_next(cursor);
	int byte = ifcfg_cursor_peek(cursor);
	if (ifcfg_is_name_start(byte)) {
		return ifcfg_parse_name(parser, &parser->reference) &&
		       reference_add(parser, mark, parser->reference.bytes);
	}
	if (byte == '{') {
		return braced_reference(parser, mark);
	}
	if (byte == '(') {
		return ifcfg_refuse(parser, mark,
				    "$(...) would run a command or compute, and nothing is run "
				    "from here; expected a plain value");
	}
	if (byte == '[') {
		return ifcfg_refuse(parser, mark,
				    "$[...] would have to be computed by a shell; expected a "
				    "plain value");
	}
	if ((byte >= '0' && byte <= '9') || (byte > 0 && strchr("*@#?-$!", byte))) {
		return ifcfg_refuse(
			parser, mark,
			"$%c is the shell's own and has no value that stands in the "
			"file; expected a variable that is set here",
			byte);
	}
	if (!quoted && byte == '\'') {
		return ifcfg_parse_ansi(parser);
	}
	if (!quoted && byte == '"') {
		/* $".." is looked up in a message catalogue; without one, and
		 * these files have none, it is "..". */
		return double_quoted(parser);
	}
	return ifcfg_buffer_add_byte(parser, &parser->value, '$');
}

/* A byte outside quotes that is not simply itself; *done: the value ends. */
static bool bare_special(struct ifcfg_parser *parser, int byte, bool *done)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	switch (byte) {
	case IFCFG_END:
	case ' ':
	case '\t':
	case '\n':
	case ';':
		*done = true;
		return true;
	case '\'':
		return single_quoted(parser);
	case '"':
		return double_quoted(parser);
	case '$':
		return dollar(parser, false);
	case '`':
		return ifcfg_refuse(parser, ifcfg_cursor_mark(cursor),
				    "`...` would run a command, and nothing is run from here; "
				    "expected a plain value");
	case '(':
		return ifcfg_refuse(parser, ifcfg_cursor_mark(cursor),
				    "arrays and other '(' are not read here; expected a plain "
				    "value, or quotes around it");
	case '&':
	case '|':
	case '<':
	case '>':
	case ')':
		return ifcfg_refuse(parser, ifcfg_cursor_mark(cursor),
				    "'%c' would have the shell run something; expected quotes "
				    "around it if it belongs to the value",
				    byte);
	case '\r':
		if (parser->carriage_return_seen) {
			return false;
		}
		parser->carriage_return_seen = true;
		return ifcfg_refuse(parser, ifcfg_cursor_mark(cursor),
				    "a carriage return, as in files from Windows, would become "
				    "part of the value; expected lines that end in LF alone");
	}
	ifcfg_cursor_next(cursor);
	return ifcfg_buffer_add_byte(parser, &parser->value, byte);
}

/* Outside quotes, a backslash takes the special meaning of the next byte. */
static bool bare_backslash(struct ifcfg_parser *parser)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	ifcfg_cursor_next(cursor);
	int byte = ifcfg_cursor_peek_raw(cursor);
	if (byte == IFCFG_END) {
		/* bash keeps it or drops it, depending on what came before. */
		return ifcfg_refuse(parser, ifcfg_cursor_mark(cursor),
				    "the file ends in a backslash; expected the line that it "
				    "announces, or no backslash");
	}
	if (byte == '\r') {
		return ifcfg_refuse(parser, ifcfg_cursor_mark(cursor),
				    "a backslash before a carriage return continues no line; "
				    "expected lines that end in LF alone");
	}
	ifcfg_cursor_next(cursor);
	return ifcfg_buffer_add_byte(parser, &parser->value, byte);
}

bool ifcfg_parse_value(struct ifcfg_parser *parser)
{
	struct ifcfg_cursor *cursor = &parser->cursor;
	bool tilde_expands = true; /* at the start and behind a ':' */

	for (bool done = false; !done;) {
		int byte = ifcfg_cursor_peek(cursor);
		if (byte == '~' && tilde_expands) {
			return ifcfg_refuse(parser, ifcfg_cursor_mark(cursor),
					    "'~' here is a user's home for the shell; expected "
					    "the path itself, or quotes around it");
		}
		if (byte == '{' && parser->exported) {
			return ifcfg_refuse(parser, ifcfg_cursor_mark(cursor),
					    "behind export the shell expands braces; expected "
					    "quotes around '{'");
		}
		tilde_expands = byte == ':' || (byte == '=' && parser->exported);
		bool fine = byte == '\\' ? bare_backslash(parser)
					 : bare_special(parser, byte, &done);
		if (!fine) {
			return false;
		}
	}
	return true;
}
