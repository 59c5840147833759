/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files of a folder are ours to put back: those of bonds, members and VLAN
 * interfaces, and what belongs to these.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_text.h"
#include "daemon/daemon.h"
#include "daemon/transaction_internal.h"
#include "model/plan.h"

bool transaction_file_interface(const char *name, char out[MODEL_NAME_SIZE])
{
	const char *dash = strchr(name, '-');
	const char *range = dash ? strstr(dash, "-range") : NULL;
	size_t size;

	if (!dash) {
		return false;
	}
	size = strcspn(dash + 1, ":");
	if (range && (size_t)(range - dash - 1) < size) {
		size = (size_t)(range - dash - 1);
	}
	if (size == 0 || size >= MODEL_NAME_SIZE) {
		return false;
	}
	memcpy(out, dash + 1, size);
	out[size] = '\0';
	return true;
}

static bool transaction_model_has(const struct model *model, const char *file)
{
	char interface[MODEL_NAME_SIZE];

	return transaction_file_interface(file, interface) &&
	       (model_find_bond(model, interface) || model_find_vlan(model, interface));
}

static int transaction_path_compare(const void *key, const void *element)
{
	const char *path = *(char *const *)element;
	const char *slash = strrchr(path, '/');

	return strcmp(key, slash ? slash + 1 : path);
}

static bool transaction_file_is_ours(const struct model *model, const char *name)
{
	const struct model_file *info;
	char *const *found = bsearch(name, model->files, model->file_count,
				     sizeof(*model->files), transaction_path_compare);

	if (!found) {
		return false;
	}
	info = &model->file_infos[found - model->files];
	switch (info->kind) {
	case MODEL_FILE_BOND:
	case MODEL_FILE_MEMBER:
	case MODEL_FILE_VLAN:
		return true;
	case MODEL_FILE_ALIAS:
	case MODEL_FILE_ROUTES:
	case MODEL_FILE_RULES:
		return transaction_model_has(model, name);
	case MODEL_FILE_NETWORK:
	case MODEL_FILE_REFUSED:
	case MODEL_FILE_OTHER:
		break;
	}
	return false;
}

struct transaction_comparing {
	const struct model *from_model, *to_model;
	bool edited;
	struct config_texts *before, *after;
	int err;
};

static bool transaction_is_unreadable(const struct config_text *text)
{
	return text && text->read_error != 0;
}

/* A file that nobody could make anything of. */
static bool transaction_file_is_refused(const struct model *model, const char *name)
{
	char *const *found = bsearch(name, model->files, model->file_count,
				     sizeof(*model->files), transaction_path_compare);

	return found && model->file_infos[found - model->files].kind == MODEL_FILE_REFUSED;
}

/* What a text that can't be read was, nobody can put back. One that was refused may be of
 * anything; it's put back where somebody has edited it, but no going to and fro between
 * configurations touches it. */
static bool transaction_is_concerned(const struct transaction_comparing *comparing,
				     const struct config_text *from, const char *name)
{
	if (comparing->edited && transaction_is_unreadable(from)) {
		return false;
	}
	return transaction_file_is_ours(comparing->from_model, name) ||
	       transaction_file_is_ours(comparing->to_model, name) ||
	       (comparing->edited && transaction_file_is_refused(comparing->from_model, name));
}

static void transaction_on_difference(const struct config_text *from,
				      const struct config_text *to, void *context)
{
	struct transaction_comparing *comparing = context;
	const char *name = from ? from->name : to ? to->name : NULL;

	if (!name || journal_texts_equal(from, to) ||
	    !transaction_is_concerned(comparing, from, name)) {
		return;
	}
	if (from && config_texts_set(comparing->before, from) < 0) {
		comparing->err = -ENOMEM;
	}
	if (to && config_texts_set(comparing->after, to) < 0) {
		comparing->err = -ENOMEM;
	}
}

int transaction_differences(struct transactions *transactions, const struct config_texts *from,
			    const struct config_texts *to, struct config_texts *before,
			    struct config_texts *after)
{
	struct daemon *daemon = transactions->daemon;
	enum ifcfg_dialect dialect = daemon->options.dialect;
	const struct configuration *of_from = NULL, *of_to = NULL;
	struct transaction_comparing comparing = {
		.edited = transactions->now.journal.edited, .before = before, .after = after};
	int err;

	err = configuration_get(&daemon->configurations, from, dialect, &of_from);
	if (err == 0) {
		err = configuration_get(&daemon->configurations, to, dialect, &of_to);
	}
	if (err == 0) {
		comparing.from_model = of_from->model;
		comparing.to_model = of_to->model;
		(void)config_texts_compare(from, to, transaction_on_difference, &comparing);
		err = comparing.err;
	}
	configuration_give_back(of_from);
	configuration_give_back(of_to);
	return err;
}

static void transaction_on_edited(const struct config_text *from, const struct config_text *to,
				  void *context)
{
	struct transaction_comparing *comparing = context;

	/* Of what can't be read nobody could keep a copy. */
	if (to && !transaction_is_unreadable(from) && !journal_texts_equal(from, to) &&
	    transaction_file_is_ours(comparing->to_model, to->name) &&
	    config_texts_set(comparing->after, to) < 0) {
		comparing->err = -ENOMEM;
	}
}

int transaction_edited(struct transactions *transactions, const struct config_texts *texts,
		       struct config_texts *out)
{
	struct daemon *daemon = transactions->daemon;
	const struct configuration *configuration;
	struct transaction_comparing comparing = {.after = out};
	int err = configuration_get(&daemon->configurations, texts, daemon->options.dialect,
				    &configuration);

	if (err < 0) {
		return err;
	}
	comparing.to_model = configuration->model;
	(void)config_texts_compare(&transactions->folder, texts, transaction_on_edited,
				   &comparing);
	configuration_give_back(configuration);
	return comparing.err;
}

static int transaction_scope_compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool transaction_scope_has(const struct transaction *now, const char *file)
{
	char interface[MODEL_NAME_SIZE];
	const char *key = interface;

	return transaction_file_interface(file, interface) &&
	       bsearch(&key, now->scope, now->scope_count, sizeof(*now->scope),
		       transaction_scope_compare);
}

int transaction_scope_target(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	const struct config_texts *folder = &transactions->folder;
	int err = config_texts_copy(&transactions->in_force, &now->target);

	for (size_t i = now->target.count; err == 0 && i > 0; i--) {
		const char *name = now->target.list[i - 1].name;

		if (transaction_scope_has(now, name) && !config_texts_find(folder, name)) {
			config_texts_remove(&now->target, name);
		}
	}
	for (size_t i = 0; err == 0 && i < folder->count; i++) {
		if (transaction_scope_has(now, folder->list[i].name)) {
			err = config_texts_set(&now->target, &folder->list[i]);
		}
	}
	return err;
}

bool transaction_changes_network(struct transactions *transactions)
{
	enum ifcfg_dialect dialect = transactions->daemon->options.dialect;
	const struct config_texts *target = &transactions->now.target;
	const struct config_text *before =
		config_texts_find(&transactions->in_force, CONFIG_NETWORK_NAME);
	struct model_problems problems = {0};
	struct config_texts former = {0};
	struct model *models[2] = {NULL, NULL};
	struct plan plan = {0};
	bool differs = false;

	if (journal_texts_equal(before, config_texts_find(target, CONFIG_NETWORK_NAME)) ||
	    config_texts_copy(target, &former) < 0) {
		return false;
	}
	if (!before) {
		config_texts_remove(&former, CONFIG_NETWORK_NAME);
	} else if (config_texts_set(&former, before) < 0) {
		goto out;
	}
	if (config_texts_model(&former, dialect, &models[0], &problems) == 0 &&
	    config_texts_model(target, dialect, &models[1], &problems) == 0 &&
	    plan_make(models[0], models[1], NULL, &plan)) {
		differs = plan.step_count > 0;
		plan_free(&plan);
	}
out:
	model_free(models[0]);
	model_free(models[1]);
	model_problems_free(&problems);
	config_texts_free(&former);
	return differs;
}

bool transaction_fault(struct transactions *transactions, const struct config_texts *texts,
		       const struct config_texts *among, char out[TRANSACTION_ERROR_SIZE])
{
	struct daemon *daemon = transactions->daemon;
	const struct configuration *configuration;
	bool faulty = false;

	if (configuration_get(&daemon->configurations, texts, daemon->options.dialect,
			      &configuration) < 0) {
		return false;
	}
	for (size_t i = 0; i < configuration->problems.count && !faulty; i++) {
		const struct model_problem *problem = &configuration->problems.list[i];
		const struct model *model = configuration->model;
		const char *file = problem->source.file < model->file_count
					   ? model->files[problem->source.file]
					   : "";
		const char *slash = strrchr(file, '/');

		faulty = problem->severity == MODEL_ERROR &&
			 (!among || config_texts_find(among, slash ? slash + 1 : file));
		if (faulty) {
			char *place = config_problem_place(model, problem);

			(void)snprintf(out, TRANSACTION_ERROR_SIZE, "%s: %s",
				       place && *place ? place : texts->folder, problem->text);
			free(place);
		}
	}
	configuration_give_back(configuration);
	return faulty;
}
