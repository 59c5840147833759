/* SPDX-License-Identifier: BSD-2-Clause */
/* The inner side of config/config_texts.h. Private to config/. */
#ifndef CONFIG_CONFIG_TEXT_LIST_H
#define CONFIG_CONFIG_TEXT_LIST_H

#include <stdbool.h>

#include "config/config_texts.h"

/* Gives a text with somebody else's name and bytes its own; -ENOMEM. */
int config_text_own(struct config_text *text);

/* Where one of that name stands, or would have to. */
size_t config_texts_place(const struct config_texts *texts, const char *name, bool *is_there);
/* Puts the text in at that place and empties *text; -ENOMEM. */
int config_texts_insert(struct config_texts *texts, size_t at, struct config_text *text);

/* The texts as ifcfg/ wants them, with their paths; the bytes stay those of texts. */
int config_texts_list(const struct config_texts *texts, struct ifcfg_text **out);
void config_texts_list_free(struct ifcfg_text *list, size_t count);

/* config_texts_model() with the system's names as they were read. */
int config_texts_model_with(const struct config_texts *texts, enum ifcfg_dialect dialect,
			    const struct ifcfg_names *names, struct model **out,
			    struct model_problems *problems);

/* Whether a file of the folder can be called that: one part of a path. */
bool config_name_is_valid(const char *name);

#endif
