/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Server-sent events: lines end with LF, CR or both; "data:" lines add up; an
 * empty line ends the event; lines that begin with a colon are comments, which
 * the daemon sends to keep the connection alive.
 */
#include "client/event_stream.h"

#include <stdlib.h>
#include <string.h>

/* Appends; false when it would grow beyond EVENT_STREAM_MAX or memory lacks.
 * There is always room for a NUL behind. */
static bool buffer_append(struct event_buffer *buffer, const char *bytes, size_t size)
{
	if (size > EVENT_STREAM_MAX - buffer->size) {
		return false;
	}
	if (buffer->size + size + 1 > buffer->capacity) {
		size_t capacity = (buffer->size + size + 1) * 2;
		char *grown = realloc(buffer->bytes, capacity);
		if (!grown) {
			return false;
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

void event_stream_free(struct event_stream *stream)
{
	free(stream->line.bytes);
	free(stream->data.bytes);
	*stream = (struct event_stream){0};
}

/* Takes the value of a "data" field, without the one space after the colon. */
static bool data_line(struct event_stream *stream, const char *value, size_t size)
{
	if (size > 0 && value[0] == ' ') {
		value++;
		size--;
	}
	if (stream->has_data && !buffer_append(&stream->data, "\n", 1)) {
		return false;
	}
	stream->has_data = true;
	return buffer_append(&stream->data, value, size);
}

/* Acts on stream->line, which is complete, and empties it. */
static bool line_end(struct event_stream *stream, event_stream_function *function,
		     void *context)
{
	bool go_on = true;
	const char *line = stream->line.bytes;
	size_t size = stream->line.size;

	if (size == 0) {
		if (stream->has_data) {
			go_on = function(context, stream->data.bytes, stream->data.size);
		}
		stream->has_data = false;
		stream->data.size = 0;
	} else if (size >= 5 && memcmp(line, "data:", 5) == 0) {
		stream->failed = !data_line(stream, line + 5, size - 5);
	} else if (size == 4 && memcmp(line, "data", 4) == 0) {
		stream->failed = !data_line(stream, "", 0);
	}
	stream->line.size = 0;
	return go_on && !stream->failed;
}

bool event_stream_feed(struct event_stream *stream, const char *bytes, size_t size,
		       event_stream_function *function, void *context)
{
	for (size_t i = 0; i < size; i++) {
		char byte = bytes[i];
		bool second_of_pair = byte == '\n' && stream->after_return;

		stream->after_return = byte == '\r';
		if (second_of_pair) {
			continue;
		}
		if (byte == '\n' || byte == '\r') {
			if (!line_end(stream, function, context)) {
				return false;
			}
		} else if (!buffer_append(&stream->line, &byte, 1)) {
			stream->failed = true;
			return false;
		}
	}
	return true;
}
