/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration as a whole: texts, and what they mean. Making the model of thousands of
 * files takes far longer than most of what is done with it, so it is made once and lent
 * to all that look at the same texts; the last few are kept.
 */
#ifndef CONFIG_CONFIGURATION_H
#define CONFIG_CONFIGURATION_H

#include "config/config_texts.h"

/* Nobody changes anything in it. */
struct configuration {
	unsigned int users;
	enum ifcfg_dialect dialect;
	struct config_texts texts;
	char revision[CONFIG_REVISION_SIZE]; /* of the texts */
	struct ifcfg_names names;	     /* with which they were read */
	struct model *model;		     /* with its faulty parts */
	struct model_problems problems;	     /* of the files, in config_texts_model()'s order */
};

/* What is there before a change, and what is there with it. */
#define CONFIGURATIONS_KEPT 2

struct configurations {
	const struct configuration
		*list[CONFIGURATIONS_KEPT]; /* NULL: none; the newest first */
};

/* The configuration that these texts are: one of those kept, or a new one, which is kept
 * then. *out is to be given back. -ENOMEM, *out untouched. */
int configuration_get(struct configurations *kept, const struct config_texts *texts,
		      enum ifcfg_dialect dialect, const struct configuration **out);
/* The same, if it is among those kept; else NULL. */
const struct configuration *configuration_find(struct configurations *kept,
					       const struct config_texts *texts,
					       enum ifcfg_dialect dialect);
/* For one more who gives it back. */
const struct configuration *configuration_lend(const struct configuration *configuration);
/* NULL is fine. */
void configuration_give_back(const struct configuration *configuration);
void configurations_free(struct configurations *kept);

bool configuration_has_errors(const struct configuration *configuration);

#endif
