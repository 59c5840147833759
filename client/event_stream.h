/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cuts a stream of server-sent events into the data of each event. The format
 * is that of the HTML standard, section 9.2.6 "Interpreting an event stream";
 * of its fields only "data" is used. No I/O: bytes come in as they come.
 */
#ifndef CLIENT_EVENT_STREAM_H
#define CLIENT_EVENT_STREAM_H

#include <stdbool.h>
#include <stddef.h>

/* More than this in one line or one event is no event of ours. */
#define EVENT_STREAM_MAX (1024 * 1024)

struct event_buffer {
	char *bytes;
	size_t size;
	size_t capacity;
};

struct event_stream {
	struct event_buffer line; /* the line that is not complete yet */
	struct event_buffer data; /* the "data" lines of the event so far */
	bool has_data;
	bool after_return; /* the last byte was a CR: a LF after it is its own */
	bool failed;	   /* no memory, or over EVENT_STREAM_MAX */
};

/* The data of one event, ended by a NUL that size does not count; false: feed
 * no more. */
typedef bool event_stream_function(void *context, const char *data, size_t size);

/* All zero is an empty stream. Frees what it holds. */
void event_stream_free(struct event_stream *stream);

/* Takes the next bytes and calls function for each event that they complete.
 * False: function said so, or stream->failed. */
bool event_stream_feed(struct event_stream *stream, const char *bytes, size_t size,
		       event_stream_function *function, void *context);

#endif
