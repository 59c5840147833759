/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prometheus' text format, version 0.0.4, as a text that grows: families with their
 * samples. https://prometheus.io/docs/instrumenting/exposition_formats/
 *
 * A family's lines stand together in it, so a writer goes through all that there is once
 * a family. Lack of memory, or a text longer than METRICS_TEXT_MAX, is kept in .failed
 * and makes all that follows nothing.
 */
#ifndef DAEMON_METRICS_TEXT_H
#define DAEMON_METRICS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define METRICS_TEXT_MAX    (16u * 1024 * 1024)
/* What a label's value may take: 31 bytes of a name, each escaped, and its end. */
#define METRICS_ESCAPE_SIZE 64

enum metrics_type {
	METRICS_COUNTER = 0,
	METRICS_GAUGE,
};

/* All zero is an empty text. */
struct metrics_text {
	char *text; /* NULL: nothing; else with a NUL at its end, to be freed */
	size_t size, room;
	bool failed;
	/* The family whose samples come now; its head is written before the first. */
	const char *name, *help;
	enum metrics_type type;
	bool headed;
};

/* The samples that follow are this one's. help is one line without backslashes. What
 * is handed in lives until the next family. */
void metrics_family(struct metrics_text *text, const char *name, enum metrics_type type,
		    const char *help);

/* One sample. labels is what stands in the braces, made with metrics_escape() where it
 * isn't ours; "" none. */
void metrics_count(struct metrics_text *text, const char *labels, uint64_t value);
void metrics_value(struct metrics_text *text, const char *labels, double value);
/* With one label more, whose value needs no escaping. */
void metrics_count_of(struct metrics_text *text, const char *labels, const char *key,
		      const char *word, uint64_t value);

/* A label's value between its quotes: backslash, quote and line end escaped; of a text
 * that is no UTF-8 each byte beyond ASCII is '?'. Cut where it is too long. Returns out. */
const char *metrics_escape(const char *value, char out[METRICS_ESCAPE_SIZE]);

#endif
