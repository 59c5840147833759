/* SPDX-License-Identifier: BSD-2-Clause */
/* Text for people on a stream; see out.h. Tables are in table.c. */
#include "cli/out.h"

#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/text.h"

void out_init(struct out *out, FILE *file)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	*out = (struct out){.file = file};
	out->colour = isatty(fileno(file)) && !(no_color && *no_color) && term &&
		      strcmp(term, "dumb") != 0;
	out->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The parameters of the terminal's "select graphic rendition". */
static const char *style_code(enum out_style style)
{
	switch (style) {
	case OUT_PLAIN:
		return "";
	case OUT_BOLD:
		return "1";
	case OUT_FAINT:
		return "2";
	case OUT_GOOD:
		return "32";
	case OUT_WARN:
		return "33";
	case OUT_BAD:
		return "31";
	case OUT_ALARM:
		return "1;37;41";
	}
	return "";
}

/* Prints text that is safe already. */
static void print_raw(struct out *out, enum out_style style, const char *text)
{
	bool coloured = out->colour && style != OUT_PLAIN && *text;

	if (coloured) {
		fprintf(out->file, "\033[%sm%s\033[0m", style_code(style), text);
	} else {
		fputs(text, out->file);
	}
	out->column += text_width(text);
}

void out_print(struct out *out, enum out_style style, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	char *safe = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) >= 0) {
		safe = text_escape(text, out->utf8);
		print_raw(out, style, safe ? safe : "?");
		free(safe);
		free(text);
	}
	va_end(arguments);
}

void out_line(struct out *out)
{
	fputc('\n', out->file);
	out->column = 0;
}

void out_indent(struct out *out, size_t column)
{
	while (out->column < column) {
		fputc(' ', out->file);
		out->column++;
	}
}

void out_wrap(struct out *out, enum out_style style, size_t indent, const char *text)
{
	char *safe = text_escape(text, out->utf8);
	char *rest = safe;
	char *word;

	while ((word = strsep(&rest, " "))) {
		bool first = out->column <= indent;

		if (!*word) {
			continue;
		}
		if (!first && out->column + 1 + text_width(word) > OUT_COLUMNS) {
			out_line(out);
			first = true;
		}
		if (first) {
			out_indent(out, indent);
		} else {
			print_raw(out, style, " ");
		}
		print_raw(out, style, word);
	}
	free(safe);
}
