/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * $'..': the shell's quoting with C's escapes. Facts: bash(1), "QUOTING", and
 * what bash 5.2 does in the C locale; the test against bash holds both. In the nm
 * dialect it is NetworkManager's shvar.c: no \cX, no \x{..}, and \u means UTF-8.
 */
#include "ifcfg/ifcfg_parser.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What stands between the quotes, while it is decoded. */
struct escapes {
	const char *at;
	const char *end;
	bool nm;
	const char *lost; /* nm: why the whole value is nothing */
};

static int digit_of(char byte)
{
	if (byte >= '0' && byte <= '9') {
		return byte - '0';
	}
	if (byte >= 'a' && byte <= 'f') {
		return byte - 'a' + 10;
	}
	if (byte >= 'A' && byte <= 'F') {
		return byte - 'A' + 10;
	}
	return 16;
}

/* Up to most digits of the base; *count says how many there were. */
static uint32_t number_read(struct escapes *escapes, int base, size_t most, size_t *count)
{
	uint32_t value = 0;

	for (*count = 0; *count < most && escapes->at < escapes->end; (*count)++) {
		int digit = digit_of(*escapes->at);
		if (digit >= base) {
			break;
		}
		value = value * (uint32_t)base + (uint32_t)digit;
		escapes->at++;
	}
	return value;
}

/* The letters that stand for one byte; -1 for all else. */
static int simple_escape(char letter)
{
	switch (letter) {
	case 'a':
		return '\a';
	case 'b':
		return '\b';
	case 'e':
	case 'E':
		return 0x1b;
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'v':
		return '\v';
	case '\\':
	case '\'':
	case '"':
	case '?':
		return letter;
	}
	return -1;
}

/* \xHH and \x{H..}. A value, or -1: no digits, so no escape. */
static int hex_escape(struct escapes *escapes)
{
	bool braces = !escapes->nm && escapes->at < escapes->end && *escapes->at == '{';
	size_t count;

	if (braces) {
		escapes->at++;
	}
	uint32_t value = number_read(escapes, 16, braces ? SIZE_MAX : 2, &count);
	if (braces && escapes->at < escapes->end && *escapes->at == '}') {
		escapes->at++;
	}
	return count > 0 || braces ? (int)(value & 0xff) : -1;
}

/* \cX, the control character; -1 if nothing follows. */
static int control_escape(struct escapes *escapes)
{
	if (escapes->at == escapes->end) {
		return -1;
	}

	int byte = (unsigned char)*escapes->at++;
	if (byte == '\\' && escapes->at < escapes->end && *escapes->at == '\\') {
		escapes->at++;
	}
	return byte == '?' ? 0x7f : toupper(byte) & 0x1f;
}

/* The character as UTF-8. */
static bool nm_unicode_add(struct ifcfg_parser *parser, struct escapes *escapes, uint32_t value)
{
	char text[5] = "";

	if (value < 0x800) {
		text[0] = (char)(0xc0 | value >> 6);
		text[1] = (char)(0x80 | (value & 0x3f));
	} else if (value < 0x10000) {
		text[0] = (char)(0xe0 | value >> 12);
		text[1] = (char)(0x80 | (value >> 6 & 0x3f));
		text[2] = (char)(0x80 | (value & 0x3f));
	} else if (value < 0x110000) {
		text[0] = (char)(0xf0 | value >> 18);
		text[1] = (char)(0x80 | (value >> 12 & 0x3f));
		text[2] = (char)(0x80 | (value >> 6 & 0x3f));
		text[3] = (char)(0x80 | (value & 0x3f));
	}
	if (model_utf8_size((const unsigned char *)text) < 2) {
		escapes->lost = "$'...' holds an escape that is no character";
		return true;
	}
	return ifcfg_buffer_add(parser, &parser->value, text, strlen(text));
}

/* \uHHHH and \UHHHHHHHH. What ASCII doesn't have stays an escape: the C locale
 * has no such character. */
static bool unicode_escape(struct ifcfg_parser *parser, struct escapes *escapes, char letter,
			   bool *ended)
{
	size_t count;
	uint32_t value = number_read(escapes, 16, letter == 'u' ? 4 : 8, &count);
	char text[16] = {'\\', letter, '\0'};

	if (escapes->nm && count > 0 && value >= 0x80) {
		return nm_unicode_add(parser, escapes, value);
	}

	if (count > 0 && value < 0x80) {
		*ended = value == 0;
		return *ended || ifcfg_buffer_add_byte(parser, &parser->value, (int)value);
	}
	int size = count == 0	    ? 2
		   : value > 0xffff ? snprintf(text, sizeof(text), "\\U%08X", value)
				    : snprintf(text, sizeof(text), "\\u%04X", value);
	return ifcfg_buffer_add(parser, &parser->value, text, (size_t)size);
}

/* One escape, behind its backslash. A NUL byte ends the whole text. */
static bool escape_decode(struct ifcfg_parser *parser, struct escapes *escapes, bool *ended)
{
	char letter = *escapes->at;
	size_t count;
	int byte;

	if (letter >= '0' && letter <= '7') {
		byte = (int)(number_read(escapes, 8, 3, &count) & 0xff);
	} else {
		escapes->at++;
		if (letter == 'u' || letter == 'U') {
			return unicode_escape(parser, escapes, letter, ended);
		}
		byte = letter == 'x'		       ? hex_escape(escapes)
		       : letter == 'c' && !escapes->nm ? control_escape(escapes)
						       : simple_escape(letter);
	}
	if (byte == 0) {
		*ended = true;
		return true;
	}
	if (byte > 0) {
		return ifcfg_buffer_add_byte(parser, &parser->value, byte);
	}
	return ifcfg_buffer_add_byte(parser, &parser->value, '\\') &&
	       ifcfg_buffer_add_byte(parser, &parser->value, letter);
}

static bool decode(struct ifcfg_parser *parser, struct escapes *escapes)
{
	bool ended = false;

	while (!ended && !escapes->lost && escapes->at < escapes->end) {
		char byte = *escapes->at++;
		bool escape = byte == '\\' && escapes->at < escapes->end;
		bool added = escape ? escape_decode(parser, escapes, &ended)
				    : ifcfg_buffer_add_byte(parser, &parser->value, byte);
		if (!added) {
			return false;
		}
	}
	if (ended && escapes->nm) {
		escapes->lost = "$'...' holds a NUL byte";
	}
	return true;
}

/* To the closing quote, and past it; false: there is none. */
static bool ansi_span(struct ifcfg_cursor *cursor, struct escapes *escapes)
{
	ifcfg_cursor_next(cursor);
	escapes->at = cursor->at;
	for (;;) {
		int byte = ifcfg_cursor_peek_raw(cursor);
		if (byte == IFCFG_END) {
			return false;
		}
		escapes->end = cursor->at;
		ifcfg_cursor_next(cursor);
		if (byte == '\'') {
			return true;
		}
		if (byte == '\\') {
			ifcfg_cursor_next(cursor);
		}
	}
}

bool ifcfg_parse_nm_ansi(struct ifcfg_parser *parser, const char **lost)
{
	struct escapes escapes = {.nm = true};

	if (!ansi_span(&parser->cursor, &escapes)) {
		*lost = "$'...' is not closed in this line";
		return false;
	}
	bool fine = decode(parser, &escapes);
	*lost = escapes.lost;
	return fine && !escapes.lost;
}

bool ifcfg_parse_ansi(struct ifcfg_parser *parser)
{
	struct ifcfg_mark mark = ifcfg_cursor_mark(&parser->cursor);
	struct escapes escapes = {0};

	if (!ansi_span(&parser->cursor, &escapes)) {
		parser->stopped = true;
		return ifcfg_refuse(parser, mark, "$'...' is never closed; expected another '");
	}
	return decode(parser, &escapes);
}
