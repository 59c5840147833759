/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where text for people goes: a stream, with colour where the reader is a
 * terminal, and tables whose columns fit what stands in them. All text that is
 * handed in is escaped (text.h), so that no name can play with the terminal.
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define OUT_COLUMNS 80 /* what one screen is wide */

enum out_style {
	OUT_PLAIN = 0,
	OUT_BOLD,
	OUT_FAINT,
	OUT_GOOD,
	OUT_WARN,
	OUT_BAD,
	OUT_ALARM, /* what must not be overlooked */
};

struct out {
	FILE *file;
	bool colour;
	bool utf8;
	size_t column; /* where the present line is */
};

/* Colour: file is a terminal, TERM is not "dumb", and NO_COLOR is not set (or
 * empty; https://no-color.org). */
void out_init(struct out *out, FILE *file);

/* Prints, as printf does, escaped and in the style. Line ends come from
 * out_line() only: in the text one would be escaped. */
void out_print(struct out *out, enum out_style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void out_line(struct out *out);

/* Blanks up to the column, none if the line is there already. */
void out_indent(struct out *out, size_t column);

/* Prints text, its words wrapped at OUT_COLUMNS; further lines begin at the
 * column indent. The line is left open. */
void out_wrap(struct out *out, enum out_style style, size_t indent, const char *text);

#define TABLE_COLUMNS_MAX 9

struct table_column {
	const char *heading;
	bool right; /* numbers stand to the right */
};

struct table;

/* A table of count columns (up to TABLE_COLUMNS_MAX); the array must outlive
 * it. NULL: no memory. */
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table);

/* Begins a row; one that is marked has a '!' before it. */
void table_row(struct table *table, bool marked);
/* The next cell of the row begun last. */
void table_cell(struct table *table, enum out_style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A line below the row begun last, wrapped. */
void table_note(struct table *table, enum out_style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints it. False: something had found no memory, nothing was printed. */
bool table_print(const struct table *table, struct out *out);

#endif
