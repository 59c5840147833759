/* SPDX-License-Identifier: BSD-2-Clause */
/* Single keys; see the header. */
#include "ifcfg/ifcfg_key.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ifcfg/ifcfg_network.h"

static struct model_variable *variable_find(const struct ifcfg_context *context,
					    const char *key)
{
	for (size_t i = 0; i < context->variables->count; i++) {
		const char *name = context->variables->list[i].name;
		if (name[0] == key[0] && strcmp(name, key) == 0) {
			return &context->variables->list[i];
		}
	}
	return NULL;
}

/* The context of the file that has the last word on the key: its own, even where it sets
 * the key to nothing, else "network". */
static const struct ifcfg_context *owner_of(const struct ifcfg_context *context,
					    const char *key)
{
	bool inherits = context->network && !variable_find(context, key) &&
			ifcfg_network_gives(context->dialect, key) &&
			variable_find(context->network, key);

	return inherits ? context->network : context;
}

const char *ifcfg_key_own_value(const struct ifcfg_context *context, const char *key)
{
	struct model_variable *variable = variable_find(context, key);

	if (!variable) {
		return NULL;
	}
	variable->is_read = true;
	return variable->value[0] != '\0' ? variable->value : NULL;
}

const char *ifcfg_key_network_value(const struct ifcfg_context *context, const char *key)
{
	return context->network ? ifcfg_key_own_value(context->network, key) : NULL;
}

const char *ifcfg_key_value(const struct ifcfg_context *context, const char *key)
{
	return ifcfg_key_own_value(owner_of(context, key), key);
}

struct model_source ifcfg_key_source(const struct ifcfg_context *context, const char *key)
{
	const struct ifcfg_context *owner = owner_of(context, key);
	struct model_source source = {.file = owner->file_index};
	const struct model_variable *variable = variable_find(owner, key);

	if (!variable) {
		return source;
	}
	source.line = variable->line;
	source.column = variable->column;
	if (owner != context || context->at < variable->value_at ||
	    context->at >= variable->value_end) {
		return source;
	}

	const char *bytes = context->text->bytes;
	size_t line_start = context->at;
	while (line_start > 0 && bytes[line_start - 1] != '\n') {
		line_start--;
	}
	for (size_t i = variable->name_at; i < line_start; i++) {
		source.line += bytes[i] == '\n';
	}
	source.column = (uint32_t)(context->at - line_start) + 1;
	return source;
}

/* What may stand beside a word: the ends of the value, blanks, quotes. */
static bool is_word_border(char byte)
{
	return strchr(" \t\n'\"", byte) != NULL;
}

size_t ifcfg_key_find_word(const struct ifcfg_context *context, const char *key, size_t from,
			   const char *word)
{
	const struct model_variable *variable = variable_find(context, key);
	size_t size = strlen(word);

	if (!variable || size == 0) {
		return 0;
	}
	size_t at = from > variable->value_at ? from : variable->value_at;
	const char *bytes = context->text->bytes;
	for (; at + size <= variable->value_end; at++) {
		if (memcmp(bytes + at, word, size) == 0 &&
		    (at == variable->value_at || is_word_border(bytes[at - 1])) &&
		    (at + size == variable->value_end || is_word_border(bytes[at + size]))) {
			return at;
		}
	}
	return 0;
}

static void problem_add(const struct ifcfg_context *context, const char *key,
			enum model_severity severity, const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0) {
		context->problems->out_of_memory = true;
		return;
	}
	model_problem_add(context->problems, severity, ifcfg_key_source(context, key),
			  context->subject, "%s", text);
	free(text);
}

void ifcfg_key_error(const struct ifcfg_context *context, const char *key, const char *format,
		     ...)
{
	va_list args;

	va_start(args, format);
	problem_add(context, key, MODEL_ERROR, format, args);
	va_end(args);
}

void ifcfg_key_warning(const struct ifcfg_context *context, const char *key, const char *format,
		       ...)
{
	va_list args;

	va_start(args, format);
	problem_add(context, key, MODEL_WARNING, format, args);
	va_end(args);
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; text && *words; words++) {
		if (strcasecmp(text, *words) == 0) {
			return true;
		}
	}
	return false;
}

/* "on" and "off" are words of initscripts alone. */
bool ifcfg_key_is_true(const struct ifcfg_context *context, const char *key)
{
	static const char *const words[] = {"y", "yes", "t", "true", "1", NULL};
	static const char *const on[] = {"on", NULL};
	const char *text = ifcfg_key_value(context, key);

	return is_one_of(text, words) ||
	       (context->dialect == IFCFG_DIALECT_INITSCRIPTS && is_one_of(text, on));
}

bool ifcfg_key_is_false(const struct ifcfg_context *context, const char *key)
{
	static const char *const words[] = {"n", "no", "f", "false", "0", NULL};
	static const char *const off[] = {"off", NULL};
	const char *text = ifcfg_key_value(context, key);

	return is_one_of(text, words) ||
	       (context->dialect == IFCFG_DIALECT_INITSCRIPTS && is_one_of(text, off));
}

bool ifcfg_word_read(const char *value, char out[IFCFG_WORD_SIZE])
{
	static const char blanks[] = " \t\n";
	const char *start = value + strspn(value, blanks);
	size_t size = strcspn(start, blanks);

	if (size == 0 || size >= IFCFG_WORD_SIZE ||
	    start[size + strspn(start + size, blanks)] != '\0') {
		return false;
	}
	memcpy(out, start, size);
	out[size] = '\0';
	return true;
}

bool ifcfg_number_parse(const char *text, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;

	if (*text == '\0') {
		return false;
	}
	for (; *text; text++) {
		if (*text < '0' || *text > '9') {
			return false;
		}
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > max) {
			return false;
		}
	}
	*out = (uint32_t)value;
	return true;
}

bool ifcfg_mac_parse(const char *text, uint8_t out[6])
{
	uint8_t mac[6];

	for (size_t i = 0; i < 6; i++) {
		const char *pair = text + i * 3;
		if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]) ||
		    pair[2] != (i < 5 ? ':' : '\0')) {
			return false;
		}
		char digits[3] = {pair[0], pair[1], '\0'};
		mac[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	memcpy(out, mac, sizeof(mac));
	return true;
}

#define SUGGEST_SIZE 32

/* How many letters must be changed, added or taken out (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t a_size = strlen(a);
	size_t b_size = strlen(b);
	size_t row[SUGGEST_SIZE + 1];

	for (size_t j = 0; j <= b_size; j++) {
		row[j] = j;
	}
	for (size_t i = 1; i <= a_size; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			size_t above = row[j];
			size_t best = diagonal + (a[i - 1] != b[j - 1]);
			best = above + 1 < best ? above + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			diagonal = above;
			row[j] = best;
		}
	}
	return row[b_size];
}

const char *ifcfg_suggest(const char *word, const char *const *candidates)
{
	size_t size = strlen(word);
	size_t nearest = (size < 4 ? 1 : size < 9 ? 2 : 3) + 1;
	const char *found = NULL;

	if (size > SUGGEST_SIZE) {
		return NULL;
	}
	for (; *candidates; candidates++) {
		if (strlen(*candidates) > SUGGEST_SIZE) {
			continue;
		}
		size_t steps = distance(word, *candidates);
		if (steps < nearest) {
			nearest = steps;
			found = *candidates;
		}
	}
	return found;
}
