/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/metrics_text.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define METRICS_ROOM_FIRST 16384
/* More than any line of ours has. */
#define METRICS_LINE_SIZE  1024

static bool metrics_make_room(struct metrics_text *text)
{
	size_t room = text->room ? text->room * 2 : METRICS_ROOM_FIRST;
	char *grown;

	if (text->room - text->size >= METRICS_LINE_SIZE) {
		return true;
	}
	grown = room <= METRICS_TEXT_MAX ? realloc(text->text, room) : NULL;
	if (!grown) {
		text->failed = true;
		return false;
	}
	text->text = grown;
	text->room = room;
	return true;
}

static void __attribute__((format(printf, 2, 3)))
metrics_line(struct metrics_text *text, const char *format, ...)
{
	va_list arguments;
	int size;

	if (text->failed || !metrics_make_room(text)) {
		return;
	}
	va_start(arguments, format);
	size = vsnprintf(text->text + text->size, METRICS_LINE_SIZE, format, arguments);
	va_end(arguments);
	if (size < 0 || size >= METRICS_LINE_SIZE) {
		text->failed = true;
		return;
	}
	text->size += (size_t)size;
}

static const char *metrics_type_name(enum metrics_type type)
{
	switch (type) {
	case METRICS_COUNTER:
		return "counter";
	case METRICS_GAUGE:
		break;
	}
	return "gauge";
}

void metrics_family(struct metrics_text *text, const char *name, enum metrics_type type,
		    const char *help)
{
	text->name = name;
	text->help = help;
	text->type = type;
	text->headed = false;
}

/* What stands before the first sample. */
static void metrics_head(struct metrics_text *text)
{
	if (!text->headed) {
		metrics_line(text, "# HELP %s %s\n# TYPE %s %s\n", text->name, text->help,
			     text->name, metrics_type_name(text->type));
		text->headed = true;
	}
}

static void metrics_sample(struct metrics_text *text, const char *labels, const char *value)
{
	metrics_head(text);
	if (labels[0]) {
		metrics_line(text, "%s{%s} %s\n", text->name, labels, value);
	} else {
		metrics_line(text, "%s %s\n", text->name, value);
	}
}

void metrics_count(struct metrics_text *text, const char *labels, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
	metrics_sample(text, labels, digits);
}

void metrics_value(struct metrics_text *text, const char *labels, double value)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%.16g", value);
	metrics_sample(text, labels, digits);
}

void metrics_count_of(struct metrics_text *text, const char *labels, const char *key,
		      const char *word, uint64_t value)
{
	metrics_head(text);
	metrics_line(text, "%s{%s%s%s=\"%s\"} %llu\n", text->name, labels, labels[0] ? "," : "",
		     key, word, (unsigned long long)value);
}

static bool metrics_is_utf8(const char *value)
{
	json_t *json = json_string(value);
	bool fine = json != NULL;

	json_decref(json);
	return fine;
}

const char *metrics_escape(const char *value, char out[METRICS_ESCAPE_SIZE])
{
	bool utf8 = metrics_is_utf8(value);
	size_t used = 0;

	/* Two bytes of room for what may be escaped, and one for the end. */
	for (; *value && used + 3 <= METRICS_ESCAPE_SIZE; value++) {
		if (*value == '\\' || *value == '"') {
			out[used++] = '\\';
			out[used++] = *value;
		} else if (*value == '\n') {
			out[used++] = '\\';
			out[used++] = 'n';
		} else {
			out[used++] = !utf8 && (*value & 0x80) ? '?' : *value;
		}
	}
	out[used] = '\0';
	return out;
}
