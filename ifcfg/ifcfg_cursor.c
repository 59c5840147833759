/* SPDX-License-Identifier: BSD-2-Clause */
/* The parser's reading and writing ends; contract in ifcfg_parser.h. */
#include "ifcfg/ifcfg_parser.h"

#include <stdlib.h>
#include <string.h>

void ifcfg_cursor_init(struct ifcfg_cursor *cursor, const struct ifcfg_text *text)
{
	static const char nothing[1];
	const char *bytes = text->size > 0 ? text->bytes : nothing;

	*cursor = (struct ifcfg_cursor){
		.start = bytes,
		.at = bytes,
		.end = bytes + text->size,
		.line = 1,
		.line_start = bytes,
	};
}

struct ifcfg_mark ifcfg_cursor_mark(const struct ifcfg_cursor *cursor)
{
	return (struct ifcfg_mark){
		.line = cursor->line,
		.column = (uint32_t)(cursor->at - cursor->line_start) + 1,
	};
}

int ifcfg_cursor_peek_raw(const struct ifcfg_cursor *cursor)
{
	return cursor->at < cursor->end ? (unsigned char)*cursor->at : IFCFG_END;
}

int ifcfg_cursor_peek(struct ifcfg_cursor *cursor)
{
	while (cursor->end - cursor->at >= 2 && cursor->at[0] == '\\' &&
	       cursor->at[1] == '\n') {
		cursor->at += 2;
		cursor->line++;
		cursor->line_start = cursor->at;
	}
	return ifcfg_cursor_peek_raw(cursor);
}

void ifcfg_cursor_next(struct ifcfg_cursor *cursor)
{
	if (cursor->at < cursor->end) {
		if (*cursor->at++ == '\n') {
			cursor->line++;
			cursor->line_start = cursor->at;
		}
	}
}

bool ifcfg_buffer_add(struct ifcfg_parser *parser, struct ifcfg_buffer *buffer,
		      const char *bytes, size_t size)
{
	size_t needed = buffer->size + size + 1; /* there is always room for a NUL */

	if (needed > IFCFG_VALUE_SIZE_MAX) {
		parser->stopped = true;
		return ifcfg_refuse(parser, ifcfg_cursor_mark(&parser->cursor),
				    "a name or value of more than %d bytes; expected less",
				    IFCFG_VALUE_SIZE_MAX - 1);
	}
	if (needed > buffer->capacity) {
		size_t capacity = needed < 64 ? 64 : needed * 2;
		char *grown = realloc(buffer->bytes, capacity);
		if (!grown) {
			return ifcfg_out_of_memory(parser);
		}
		buffer->bytes = grown;
		buffer->capacity = capacity;
	}
	if (size > 0) {
		memcpy(buffer->bytes + buffer->size, bytes, size);
	}
	buffer->size += size;
	buffer->bytes[buffer->size] = '\0';
	return true;
}

bool ifcfg_buffer_add_byte(struct ifcfg_parser *parser, struct ifcfg_buffer *buffer, int byte)
{
	char one = (char)byte;

	return ifcfg_buffer_add(parser, buffer, &one, 1);
}
