/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One file to its variables, as bash would have them after sourcing it: lines
 * of commands, each of them assignments, alone or behind "export". Anything
 * else is a program, and refused. Values are ifcfg_word.c's business.
 *
 * After an error the parser goes on with the next line, so that all that is
 * wrong is said at once, but the file stays refused.
 */
#include "ifcfg/ifcfg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_parser.h"

/* After that many errors the file is not what it should be, and enough said. */
#define ERRORS_MAX   10
#define WARNINGS_MAX 100

static bool problem_add(struct ifcfg_parser *parser, enum model_severity severity,
			struct ifcfg_mark mark, const char *format, va_list args)
{
	struct model_source source = {
		.file = parser->file_index, .line = mark.line, .column = mark.column};
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0) {
		return ifcfg_out_of_memory(parser);
	}
	model_problem_add(parser->problems, severity, source, parser->subject, "%s", text);
	free(text);
	return true;
}

bool ifcfg_refuse(struct ifcfg_parser *parser, struct ifcfg_mark mark, const char *format, ...)
{
	va_list args;

	parser->error_count++;
	if (parser->error_count >= ERRORS_MAX) {
		parser->stopped = true;
	}
	va_start(args, format);
	problem_add(parser, MODEL_ERROR, mark, format, args);
	va_end(args);
	return false;
}

void ifcfg_note(struct ifcfg_parser *parser, struct ifcfg_mark mark, const char *format, ...)
{
	va_list args;

	if (parser->warning_count++ < WARNINGS_MAX) {
		va_start(args, format);
		problem_add(parser, MODEL_WARNING, mark, format, args);
		va_end(args);
	}
}

bool ifcfg_out_of_memory(struct ifcfg_parser *parser)
{
	parser->problems->out_of_memory = true;
	parser->error_count++;
	parser->stopped = true;
	return false;
}

/* Variables whose assignment does something else than setting them, or nothing
 * at all: read-only, counting, random, or changing how the shell reads. */
bool ifcfg_name_is_shells(const char *name)
{
	static const char *const names[] = {
		"_",
		"COMP_WORDBREAKS",
		"DIRSTACK",
		"EPOCHREALTIME",
		"EPOCHSECONDS",
		"EUID",
		"FUNCNAME",
		"GROUPS",
		"HISTCMD",
		"LINENO",
		"OPTIND",
		"PIPESTATUS",
		"PPID",
		"POSIXLY_CORRECT",
		"RANDOM",
		"SECONDS",
		"SHELLOPTS",
		"SRANDOM",
		"UID",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i][0] == name[0] && strcmp(names[i], name) == 0) {
			return true;
		}
	}
	return strncmp(name, "BASH", 4) == 0;
}

bool ifcfg_name_is_preset(const char *name)
{
	static const char *const names[] = {
		"HOME",	    "HOSTNAME", "HOSTTYPE", "IFS",    "LANG", "LC_ALL",
		"MACHTYPE", "OLDPWD",	"OPTERR",   "OSTYPE", "PATH", "PS4",
		"PWD",	    "SHELL",	"SHLVL",    "TERM",   "USER",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i][0] == name[0] && strcmp(names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* The variable's value with the assignment's; to be freed. NULL: after an error. */
static char *value_append(struct ifcfg_parser *parser, const struct model_variable *variable,
			  const struct ifcfg_assignment *assignment)
{
	parser->value.size = 0;
	if (!ifcfg_buffer_add(parser, &parser->value, variable->value,
			      strlen(variable->value)) ||
	    !ifcfg_buffer_add(parser, &parser->value, assignment->value,
			      strlen(assignment->value))) {
		return NULL;
	}
	char *value = strdup(parser->value.bytes);
	if (!value) {
		ifcfg_out_of_memory(parser);
	}
	return value;
}

/* Takes the value from the assignment. */
static bool assignment_carry_out(struct ifcfg_parser *parser,
				 struct ifcfg_assignment *assignment)
{
	struct model_variable *variable =
		ifcfg_variable_find(parser->variables, assignment->name);

	if (!variable) {
		variable = ifcfg_variable_add(parser, assignment->name);
	}
	if (!variable) {
		return false;
	}
	char *value = assignment->value;
	if (assignment->append) {
		value = value_append(parser, variable, assignment);
		if (!value) {
			return false;
		}
	} else {
		assignment->value = NULL;
	}
	free(variable->value);
	variable->value = value;
	variable->line = assignment->mark.line;
	variable->column = assignment->mark.column;
	variable->name_at = assignment->name_at;
	variable->value_at = assignment->value_at;
	variable->value_end = assignment->value_end;
	return true;
}

/* Carries out what is pending, or only forgets it. */
static bool pending_flush(struct ifcfg_parser *parser, bool carry_out)
{
	for (size_t i = 0; i < parser->pending_count; i++) {
		carry_out = carry_out && assignment_carry_out(parser, &parser->pending[i]);
		free(parser->pending[i].name);
		free(parser->pending[i].value);
	}
	parser->pending_count = 0;
	return carry_out;
}

/* Adds what has been read to what is pending: parser->name, parser->value, and
 * the places of assignment. */
static bool pending_add(struct ifcfg_parser *parser, struct ifcfg_assignment *assignment)
{
	if (parser->pending_count == IFCFG_EXPORTS_MAX) {
		return ifcfg_refuse(
			parser, assignment->mark,
			"more than %d assignments behind one export; expected fewer",
			IFCFG_EXPORTS_MAX);
	}

	assignment->name = strdup(parser->name.bytes);
	assignment->value = strdup(parser->value.bytes);
	if (!assignment->name || !assignment->value) {
		free(assignment->name);
		free(assignment->value);
		return ifcfg_out_of_memory(parser);
	}
	parser->pending[parser->pending_count++] = *assignment;
	return true;
}

static void skip_blanks(struct ifcfg_cursor *cursor)
{
	int byte = ifcfg_cursor_peek(cursor);

	while (byte == ' ' || byte == '\t') {
		ifcfg_cursor_next(cursor);
		byte = ifcfg_cursor_peek(cursor);
	}
}

/* To the line end, which stays; no continuation, as in a comment. */
static void skip_line(struct ifcfg_cursor *cursor)
{
	int byte = ifcfg_cursor_peek_raw(cursor);

	while (byte != IFCFG_END && byte != '\n') {
		ifcfg_cursor_next(cursor);
		byte = ifcfg_cursor_peek_raw(cursor);
	}
}

/* Says what stands at start instead of an assignment. */
static bool refuse_command(struct ifcfg_parser *parser, const char *start,
			   struct ifcfg_mark mark)
{
	const struct ifcfg_cursor *cursor = &parser->cursor;
	char word[33];
	size_t size = 0;

	while (start < cursor->end && size < sizeof(word) - 1 && *start > ' ' &&
	       *start <= '~') {
		word[size++] = *start++;
	}
	word[size] = '\0';
	if (start < cursor->end && *start == '\r') {
		if (parser->carriage_return_seen) {
			return false;
		}
		parser->carriage_return_seen = true;
		return ifcfg_refuse(
			parser, mark,
			"a carriage return, as in files from Windows; expected lines "
			"that end in LF alone");
	}
	if (size == 0) {
		return ifcfg_refuse(parser, mark,
				    "bytes that are no text; expected NAME=value");
	}
	return ifcfg_refuse(parser, mark,
			    "'%s' is no assignment, and nothing is run from here; expected "
			    "NAME=value",
			    word);
}

/* Behind the name: "=" or "+=", then the value. */
static bool parse_assignment(struct ifcfg_parser *parser, const char *start,
			     struct ifcfg_mark mark)
{
	struct ifcfg_cursor *cursor = &parser->cursor;
	struct ifcfg_assignment assignment = {
		.append = ifcfg_cursor_peek(cursor) == '+',
		.mark = mark,
		.name_at = (size_t)(start - cursor->start),
	};

	if (ifcfg_cursor_peek(cursor) == '[') {
		return ifcfg_refuse(parser, mark, "arrays are not read here; expected %s=value",
				    parser->name.bytes);
	}
	if (assignment.append) {
		ifcfg_cursor_next(cursor);
	}
	if (ifcfg_cursor_peek(cursor) != '=') {
		return refuse_command(parser, start, mark);
	}
	ifcfg_cursor_next(cursor);

	const char *name = parser->name.bytes;
	if (ifcfg_name_is_shells(name) ||
	    (assignment.append && !ifcfg_value(parser->variables, name) &&
	     ifcfg_name_is_preset(name))) {
		return ifcfg_refuse(
			parser, mark,
			"%s is the shell's own and not simply set by an assignment; "
			"expected another name",
			name);
	}
	ifcfg_cursor_peek(cursor);
	assignment.value_at = (size_t)(cursor->at - cursor->start);
	if (cursor->line == mark.line) {
		assignment.mark = ifcfg_cursor_mark(cursor);
	}
	parser->value.size = 0;
	if (!ifcfg_buffer_add(parser, &parser->value, "", 0) || !ifcfg_parse_value(parser)) {
		return false;
	}
	assignment.value_end = (size_t)(cursor->at - cursor->start);
	const struct ifcfg_place place = {
		.has_value = true,
		.append = assignment.append,
		.exported = parser->exported,
		.export_at = parser->export_at,
		.name_at = assignment.name_at,
		.value_at = assignment.value_at,
		.value_end = assignment.value_end,
	};
	return ifcfg_place_add(parser, &place) && pending_add(parser, &assignment) &&
	       (parser->exported || pending_flush(parser, true));
}

static bool at_command_end(struct ifcfg_cursor *cursor)
{
	int byte = ifcfg_cursor_peek(cursor);

	return byte == IFCFG_END || byte == '\n' || byte == ';' || byte == '#';
}

/* Behind "export": names, with or without a value. The values of all of them
 * are known to the shell before it sets the first: "export A=1 B=$A" gives B
 * what A was before. */
static bool parse_export(struct ifcfg_parser *parser)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	parser->exported = true;
	for (skip_blanks(cursor); !at_command_end(cursor); skip_blanks(cursor)) {
		const char *start = cursor->at;
		struct ifcfg_mark mark = ifcfg_cursor_mark(cursor);
		if (!ifcfg_is_name_start(ifcfg_cursor_peek(cursor))) {
			return ifcfg_refuse(parser, mark,
					    "expected NAME or NAME=value behind export");
		}
		if (!ifcfg_parse_name(parser, &parser->name)) {
			return false;
		}
		int byte = ifcfg_cursor_peek(cursor);
		bool name_only = byte == ' ' || byte == '\t' || byte == '\n' || byte == ';' ||
				 byte == IFCFG_END;
		const struct ifcfg_place place = {
			.exported = true,
			.export_at = parser->export_at,
			.name_at = (size_t)(start - cursor->start),
			.value_at = (size_t)(cursor->at - cursor->start),
			.value_end = (size_t)(cursor->at - cursor->start),
		};
		if (name_only ? !ifcfg_place_add(parser, &place)
			      : !parse_assignment(parser, start, mark)) {
			return false;
		}
	}
	return true;
}

/* One command: assignments up to a line end, a ';' or a comment. */
static bool parse_command(struct ifcfg_parser *parser)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	parser->exported = false;
	for (bool first = true; !at_command_end(cursor); first = false) {
		const char *start = cursor->at;
		struct ifcfg_mark mark = ifcfg_cursor_mark(cursor);
		if (!ifcfg_is_name_start(ifcfg_cursor_peek(cursor))) {
			return refuse_command(parser, start, mark);
		}
		if (!ifcfg_parse_name(parser, &parser->name)) {
			return false;
		}
		int byte = ifcfg_cursor_peek(cursor);
		bool blank = byte == ' ' || byte == '\t' || byte == '\n' || byte == ';' ||
			     byte == IFCFG_END;
		if (first && blank && strcmp(parser->name.bytes, "export") == 0) {
			parser->export_at = (size_t)(start - cursor->start);
			skip_blanks(cursor);
			if (at_command_end(cursor)) {
				return refuse_command(parser, start, mark);
			}
			return parse_export(parser) && pending_flush(parser, true);
		}
		if (!parse_assignment(parser, start, mark)) {
			return false;
		}
		skip_blanks(cursor);
	}
	return true;
}

/* One line with all its commands, up to and with its end. */
static bool parse_line(struct ifcfg_parser *parser)
{
	struct ifcfg_cursor *cursor = &parser->cursor;

	for (;;) {
		skip_blanks(cursor);
		int byte = ifcfg_cursor_peek(cursor);
		if (byte == ';') {
			return ifcfg_refuse(parser, ifcfg_cursor_mark(cursor),
					    "a ';' without an assignment before it");
		}
		if (byte == '#') {
			skip_line(cursor);
		} else if (byte != IFCFG_END && byte != '\n' && !parse_command(parser)) {
			return false;
		}
		byte = ifcfg_cursor_peek(cursor);
		if (byte == ';') {
			ifcfg_cursor_next(cursor);
			continue;
		}
		if (byte == '#') {
			continue;
		}
		ifcfg_cursor_next(cursor);
		return true;
	}
}

/* What makes the file no text at all; line by line it would only puzzle. */
static bool text_check(struct ifcfg_parser *parser, const struct ifcfg_text *text)
{
	static const char bom[] = "\xef\xbb\xbf";

	if (text->read_error == IFCFG_NO_FILE) {
		return ifcfg_refuse(parser, (struct ifcfg_mark){0},
				    "is a folder, a pipe or a device; expected a regular file");
	}
	if (text->size > IFCFG_FILE_SIZE_MAX || text->read_error == EFBIG) {
		return ifcfg_refuse(parser, (struct ifcfg_mark){0},
				    "is too long; expected at most %d bytes",
				    IFCFG_FILE_SIZE_MAX);
	}
	if (text->read_error != 0) {
		const char *why = strerrordesc_np(text->read_error);
		return ifcfg_refuse(parser, (struct ifcfg_mark){0},
				    "cannot be read (%s); expected a readable file",
				    why ? why : "unknown error");
	}
	if (text->size == 0) {
		return true;
	}
	if (text->size >= 3 && memcmp(text->bytes, bom, 3) == 0) {
		return ifcfg_refuse(parser, (struct ifcfg_mark){.line = 1, .column = 1},
				    "begins with a byte order mark, which counts as part "
				    "of the first word; expected plain UTF-8 or ASCII");
	}
	const char *nul = memchr(text->bytes, '\0', text->size);
	if (nul) {
		struct ifcfg_cursor cursor;
		ifcfg_cursor_init(&cursor, text);
		while (cursor.at < nul) {
			ifcfg_cursor_next(&cursor);
		}
		return ifcfg_refuse(parser, ifcfg_cursor_mark(&cursor),
				    "a NUL byte; expected text");
	}
	return true;
}

bool ifcfg_text_check(const struct ifcfg_text *text, uint32_t file_index, const char *subject,
		      struct model_problems *problems)
{
	struct ifcfg_parser parser = {
		.file_index = file_index,
		.subject = subject,
		.problems = problems,
	};

	return text_check(&parser, text);
}

static void parse_shell(struct ifcfg_parser *parser, const struct ifcfg_text *text)
{
	ifcfg_cursor_init(&parser->cursor, text);
	while (!parser->stopped && ifcfg_cursor_peek_raw(&parser->cursor) != IFCFG_END) {
		if (!parse_line(parser)) {
			pending_flush(parser, false);
			skip_line(&parser->cursor);
			ifcfg_cursor_next(&parser->cursor);
		}
	}
}

static bool parse(struct ifcfg_parser *parser, const struct ifcfg_text *text,
		  enum ifcfg_dialect dialect)
{
	*parser->variables = (struct ifcfg_variables){0};
	if (!text_check(parser, text)) {
		return false;
	}
	if (dialect == IFCFG_DIALECT_NM) {
		ifcfg_parse_nm(parser, text);
	} else {
		parse_shell(parser, text);
	}
	free(parser->name.bytes);
	free(parser->value.bytes);
	free(parser->reference.bytes);
	return parser->error_count == 0;
}

bool ifcfg_parse(const struct ifcfg_text *text, enum ifcfg_dialect dialect, uint32_t file_index,
		 const char *subject, struct ifcfg_variables *out,
		 struct model_problems *problems)
{
	struct ifcfg_parser parser = {
		.variables = out,
		.file_index = file_index,
		.subject = subject,
		.problems = problems,
	};

	return parse(&parser, text, dialect);
}

bool ifcfg_parse_places(const struct ifcfg_text *text, enum ifcfg_dialect dialect,
			struct ifcfg_variables *out, struct ifcfg_places *places,
			struct model_problems *problems)
{
	struct ifcfg_parser parser = {
		.variables = out,
		.subject = "",
		.places = places,
		.problems = problems,
	};

	*places = (struct ifcfg_places){0};
	return parse(&parser, text, dialect);
}
