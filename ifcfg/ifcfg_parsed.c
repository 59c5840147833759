/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thousands of files are read again because one has changed. What the others said is
 * kept with their text: the variables as the parser left them, before anybody asked for
 * one, and their words, which all models of that text share.
 */
#include "ifcfg/ifcfg_parsed.h"

#include <stdlib.h>
#include <string.h>

struct ifcfg_parsed {
	enum ifcfg_dialect dialect;
	size_t count;
	struct model_words *words;
	struct model_variable list[];
};

void ifcfg_parsed_free(struct ifcfg_parsed *parsed)
{
	if (parsed) {
		model_words_free(parsed->words);
		free(parsed);
	}
}

static bool parsed_take(const struct ifcfg_parsed *parsed, struct ifcfg_variables *out)
{
	struct model_variable *list = malloc((parsed->count + 1) * sizeof(*list));

	if (!list) {
		return false;
	}
	memcpy(list, parsed->list, parsed->count * sizeof(*list));
	*out = (struct ifcfg_variables){
		.count = parsed->count,
		.list = list,
		.words = model_words_share(parsed->words),
	};
	return true;
}

/* Without memory it is not kept, and parsed again next time. */
static void parsed_keep(const struct ifcfg_text *text, enum ifcfg_dialect dialect,
			const struct ifcfg_variables *variables)
{
	size_t size = variables->count * sizeof(struct model_variable);
	struct ifcfg_parsed *parsed = malloc(sizeof(*parsed) + size);

	if (!parsed) {
		return;
	}
	*parsed = (struct ifcfg_parsed){
		.dialect = dialect,
		.count = variables->count,
		.words = model_words_share(variables->words),
	};
	if (size > 0) {
		memcpy(parsed->list, variables->list, size);
	}
	*text->parsed = parsed;
}

bool ifcfg_parsed_get(const struct ifcfg_text *text, enum ifcfg_dialect dialect,
		      uint32_t file_index, const char *subject, struct ifcfg_variables *out,
		      struct model_problems *problems)
{
	const struct ifcfg_parsed *parsed = text->parsed ? *text->parsed : NULL;
	size_t first_problem = problems->count;

	if (parsed && parsed->dialect == dialect && parsed_take(parsed, out)) {
		return true;
	}
	bool fine = ifcfg_parse(text, dialect, file_index, subject, out, problems);
	out->words = model_words_pack(out->list, out->count);
	if (!out->words) {
		problems->out_of_memory = true;
		return false;
	}
	/* What has problems is told of them each time. */
	if (fine && problems->count == first_problem && text->parsed && !parsed) {
		parsed_keep(text, dialect, out);
	}
	return fine;
}
