/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder to a model, by way of its texts; see the header. */
#include "config/config_folder.h"

#include <dirent.h>
#include <errno.h>

#include "config/config_names.h"
#include "config/config_text_list.h"
#include "config/config_texts.h"

/* Adds a warning for each entry that only the other dialect reads, or only this. */
static void names_compare(const char *folder, enum ifcfg_dialect dialect,
			  struct model_problems *problems)
{
	enum ifcfg_dialect other =
		dialect == IFCFG_DIALECT_NM ? IFCFG_DIALECT_INITSCRIPTS : IFCFG_DIALECT_NM;
	struct model_source source = {.file = UINT32_MAX};
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		bool ours = ifcfg_name_is_read(entry->d_name, dialect);
		if (ours == ifcfg_name_is_read(entry->d_name, other)) {
			continue;
		}
		model_problem_add(
			problems, MODEL_WARNING, source, "",
			"the dialects differ in %s/%s: %s reads it, %s takes it for a "
			"backup",
			folder, entry->d_name, ifcfg_dialect_name(ours ? dialect : other),
			ifcfg_dialect_name(ours ? other : dialect));
	}
	if (dir) {
		closedir(dir);
	}
}

int config_read_folder(const char *folder, enum ifcfg_dialect dialect, struct model **out,
		       struct model_problems *problems)
{
	struct config_texts texts;

	int result = config_texts_read(folder, dialect, NULL, &texts);
	if (result < 0) {
		return result;
	}
	result = config_texts_model(&texts, dialect, out, problems);
	config_texts_free(&texts);
	return result;
}

int config_check_folder(const char *folder, enum ifcfg_dialect dialect, struct model **out,
			struct model_problems *problems)
{
	struct config_texts texts;
	struct model_problems found = {0};
	struct ifcfg_text *list = NULL;
	struct ifcfg_names names = {0};
	struct model *model = NULL;

	int result = config_texts_read(folder, dialect, NULL, &texts);
	if (result < 0) {
		return result;
	}
	result = config_texts_model(&texts, dialect, &model, &found);
	if (result == 0) {
		result = config_names_read("", &names);
	}
	if (result == 0) {
		result = config_texts_list(&texts, &list);
	}
	if (result == 0) {
		ifcfg_compare(list, texts.count, dialect, &names, model, &found);
		names_compare(folder, dialect, &found);
		config_texts_list_free(list, texts.count);
		result = !found.out_of_memory && model_problems_move(&found, problems)
				 ? 0
				 : -ENOMEM;
	}
	if (result == 0) {
		*out = model;
	} else {
		model_free(model);
	}
	model_problems_free(&found);
	ifcfg_names_free(&names);
	config_texts_free(&texts);
	return result;
}
