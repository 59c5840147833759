/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations lent and kept; see the header. */
#include "config/configuration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_names.h"
#include "config/config_text_list.h"

const struct configuration *configuration_lend(const struct configuration *configuration)
{
	/* It is the borrowers' for whom it is constant. */
	((struct configuration *)configuration)->users++;
	return configuration;
}

void configuration_give_back(const struct configuration *configuration)
{
	struct configuration *own = (struct configuration *)configuration;

	if (!own || --own->users > 0) {
		return;
	}
	config_texts_free(&own->texts);
	ifcfg_names_free(&own->names);
	model_free(own->model);
	model_problems_free(&own->problems);
	free(own);
}

void configurations_free(struct configurations *kept)
{
	for (size_t i = 0; i < CONFIGURATIONS_KEPT; i++) {
		configuration_give_back(kept->list[i]);
		kept->list[i] = NULL;
	}
}

bool configuration_has_errors(const struct configuration *configuration)
{
	for (size_t i = 0; i < configuration->problems.count; i++) {
		if (configuration->problems.list[i].severity == MODEL_ERROR) {
			return true;
		}
	}
	return false;
}

/* One that is all but its model; takes the names. NULL: no memory. */
static struct configuration *configuration_new(const struct config_texts *texts,
					       enum ifcfg_dialect dialect,
					       struct ifcfg_names *names)
{
	struct configuration *own = calloc(1, sizeof(*own));

	if (!own || config_texts_copy(texts, &own->texts) < 0) {
		free(own);
		ifcfg_names_free(names);
		return NULL;
	}
	own->users = 1;
	own->dialect = dialect;
	own->names = *names;
	config_texts_revision(&own->texts, own->revision);
	*names = (struct ifcfg_names){0};
	return own;
}

/* What is looked for, complete but for the model; NULL: no memory. */
static struct configuration *configuration_wanted(const struct config_texts *texts,
						  enum ifcfg_dialect dialect)
{
	struct ifcfg_names names = {0};

	return config_names_read("", &names) < 0 ? NULL
						 : configuration_new(texts, dialect, &names);
}

static bool configuration_is(const struct configuration *one, const struct configuration *other)
{
	return one && one->dialect == other->dialect &&
	       strcmp(one->revision, other->revision) == 0 &&
	       strcmp(one->texts.folder, other->texts.folder) == 0 &&
	       ifcfg_names_are_same(&one->names, &other->names);
}

/* The one that is kept, which becomes the first; NULL: none is. */
static const struct configuration *configurations_take(struct configurations *kept,
						       const struct configuration *wanted)
{
	for (size_t i = 0; i < CONFIGURATIONS_KEPT; i++) {
		const struct configuration *found = kept->list[i];

		if (configuration_is(found, wanted)) {
			memmove(&kept->list[1], &kept->list[0], i * sizeof(kept->list[0]));
			kept->list[0] = found;
			return configuration_lend(found);
		}
	}
	return NULL;
}

static void configurations_keep(struct configurations *kept, const struct configuration *newest)
{
	configuration_give_back(kept->list[CONFIGURATIONS_KEPT - 1]);
	memmove(&kept->list[1], &kept->list[0],
		(CONFIGURATIONS_KEPT - 1) * sizeof(kept->list[0]));
	kept->list[0] = configuration_lend(newest);
}

const struct configuration *configuration_find(struct configurations *kept,
					       const struct config_texts *texts,
					       enum ifcfg_dialect dialect)
{
	struct configuration *wanted = configuration_wanted(texts, dialect);
	const struct configuration *found = wanted ? configurations_take(kept, wanted) : NULL;

	configuration_give_back(wanted);
	return found;
}

int configuration_get(struct configurations *kept, const struct config_texts *texts,
		      enum ifcfg_dialect dialect, const struct configuration **out)
{
	struct configuration *wanted = configuration_wanted(texts, dialect);
	const struct configuration *found = wanted ? configurations_take(kept, wanted) : NULL;
	int result;

	if (!wanted || found) {
		configuration_give_back(wanted);
		*out = found ? found : *out;
		return found ? 0 : -ENOMEM;
	}
	result = config_texts_model_with(&wanted->texts, dialect, &wanted->names,
					 &wanted->model, &wanted->problems);
	if (result < 0) {
		configuration_give_back(wanted);
		return result;
	}
	configurations_keep(kept, wanted);
	*out = wanted;
	return 0;
}
