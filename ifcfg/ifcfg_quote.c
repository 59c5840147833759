/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving problems the lines that they speak of; see the header. */
#include "ifcfg/ifcfg_quote.h"

#include <string.h>

/* Problems of one file mostly come
 * in the order of lines, so each search goes on from the last. */
void ifcfg_quote(const struct ifcfg_text *texts, size_t count, struct model_problems *problems)
{
	const struct ifcfg_text *text = NULL;
	const char *start = NULL;
	uint32_t line = 1;

	for (size_t i = 0; i < problems->count; i++) {
		struct model_problem *problem = &problems->list[i];
		struct model_source source = problem->source;
		if (source.line == 0 || source.file >= count) {
			continue;
		}
		if (text != &texts[source.file] || source.line < line) {
			text = &texts[source.file];
			start = text->bytes;
			line = 1;
		}
		const char *end = text->bytes + text->size;
		const char *line_end = memchr(start, '\n', (size_t)(end - start));
		for (; line < source.line && line_end; line++) {
			start = line_end + 1;
			line_end = memchr(start, '\n', (size_t)(end - start));
		}
		if (line == source.line) {
			line_end = line_end ? line_end : end;
			model_problem_quote(problem, start, (size_t)(line_end - start));
		}
	}
}
