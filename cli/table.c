/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables on a stream: each column as wide as its widest cell, two blanks
 * between, the mark of a row in front. Declared in out.h.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "cli/out.h"
#include "cli/text.h"

#define MARK_WIDTH  2
/* Notes stand a little inside of their row. */
#define NOTE_INDENT (MARK_WIDTH + 4)
#define NOTES_MAX   4

struct table_text {
	char *text;
	enum out_style style;
};

struct table_row {
	bool marked;
	size_t cell_count;
	struct table_text cells[TABLE_COLUMNS_MAX];
	size_t note_count;
	struct table_text notes[NOTES_MAX];
};

struct table {
	const struct table_column *columns;
	size_t column_count;
	size_t row_count;
	struct table_row *rows;
	bool failed; /* no memory */
};

struct table *table_new(const struct table_column *columns, size_t count)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table) {
		table->columns = columns;
		table->column_count = count;
	}
	return table;
}

void table_free(struct table *table)
{
	if (!table) {
		return;
	}
	for (size_t i = 0; i < table->row_count; i++) {
		struct table_row *row = &table->rows[i];

		for (size_t j = 0; j < row->cell_count; j++) {
			free(row->cells[j].text);
		}
		for (size_t j = 0; j < row->note_count; j++) {
			free(row->notes[j].text);
		}
	}
	free(table->rows);
	free(table);
}

void table_row(struct table *table, bool marked)
{
	struct table_row *rows =
		reallocarray(table->rows, table->row_count + 1, sizeof(*table->rows));

	if (!rows) {
		table->failed = true;
		return;
	}
	table->rows = rows;
	table->rows[table->row_count++] = (struct table_row){.marked = marked};
}

/* The row that is being filled; NULL when there is none for want of memory. */
static struct table_row *row_last(struct table *table)
{
	if (table->failed || table->row_count == 0) {
		return NULL;
	}
	return &table->rows[table->row_count - 1];
}

__attribute__((format(printf, 4, 0))) static void text_add(struct table *table,
							   struct table_text *text,
							   enum out_style style,
							   const char *format,
							   va_list arguments)
{
	text->style = style;
	if (vasprintf(&text->text, format, arguments) < 0) {
		text->text = NULL;
		table->failed = true;
	}
}

void table_cell(struct table *table, enum out_style style, const char *format, ...)
{
	struct table_row *row = row_last(table);
	va_list arguments;

	if (!row || row->cell_count == table->column_count) {
		return;
	}
	va_start(arguments, format);
	text_add(table, &row->cells[row->cell_count++], style, format, arguments);
	va_end(arguments);
}

void table_note(struct table *table, enum out_style style, const char *format, ...)
{
	struct table_row *row = row_last(table);
	va_list arguments;

	if (!row || row->note_count == NOTES_MAX) {
		return;
	}
	va_start(arguments, format);
	text_add(table, &row->notes[row->note_count++], style, format, arguments);
	va_end(arguments);
}

/* Columns that text will take, escaped. */
static size_t width_of(const char *text, const struct out *out)
{
	char *safe = text_escape(text, out->utf8);
	size_t width = safe ? text_width(safe) : 1;

	free(safe);
	return width;
}

static void widths_measure(const struct table *table, const struct out *out,
			   size_t widths[TABLE_COLUMNS_MAX])
{
	for (size_t i = 0; i < table->column_count; i++) {
		widths[i] = width_of(table->columns[i].heading, out);
	}
	for (size_t i = 0; i < table->row_count; i++) {
		const struct table_row *row = &table->rows[i];

		for (size_t j = 0; j < row->cell_count; j++) {
			size_t width = width_of(row->cells[j].text, out);
			widths[j] = width > widths[j] ? width : widths[j];
		}
	}
}

/* Prints one cell at its place; *column is where it begins, and then where the
 * next one does. A line never ends with blanks. */
static void cell_print(struct out *out, const struct table_column *heading,
		       const struct table_text *cell, size_t width, size_t *column)
{
	size_t pad = heading->right ? width - width_of(cell->text, out) : 0;

	if (*cell->text) {
		out_indent(out, *column + pad);
		out_print(out, cell->style, "%s", cell->text);
	}
	*column += width + 2;
}

bool table_print(const struct table *table, struct out *out)
{
	size_t widths[TABLE_COLUMNS_MAX] = {0};
	size_t column = MARK_WIDTH;

	if (table->failed) {
		return false;
	}
	widths_measure(table, out, widths);
	for (size_t i = 0; i < table->column_count; i++) {
		struct table_text heading = {(char *)table->columns[i].heading, OUT_FAINT};
		cell_print(out, &table->columns[i], &heading, widths[i], &column);
	}
	out_line(out);
	for (size_t i = 0; i < table->row_count; i++) {
		const struct table_row *row = &table->rows[i];

		if (row->marked) {
			out_print(out, OUT_BAD, "!");
		}
		column = MARK_WIDTH;
		for (size_t j = 0; j < row->cell_count; j++) {
			cell_print(out, &table->columns[j], &row->cells[j], widths[j], &column);
		}
		out_line(out);
		for (size_t j = 0; j < row->note_count; j++) {
			out_wrap(out, row->notes[j].style, NOTE_INDENT, row->notes[j].text);
			out_line(out);
		}
	}
	return true;
}
