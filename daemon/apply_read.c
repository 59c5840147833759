/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From texts to the plan. With a scope, the texts are those in force with the files of
 * its interfaces replaced, so that what else somebody has edited waits.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/apply_internal.h"
#include "daemon/daemon.h"
#include "daemon/nic_runtime.h"
#include "daemon/observe.h"

static int apply_compare_names(const void *left, const void *right)
{
	return strcmp(left, *(const char *const *)right);
}

bool apply_in_scope(const struct apply *apply, const char *name)
{
	return apply->scope.count > 0 &&
	       bsearch(name, apply->scope.names, apply->scope.count,
		       sizeof(*apply->scope.names), apply_compare_names);
}

/* --- which files a scope means */

/* The interface that a file is of by its name alone; "": it doesn't say. */
static void apply_file_interface(const char *file, char out[MODEL_NAME_SIZE])
{
	static const char *const prefixes[] = {"ifcfg-", "route-", "route6-", "rule-",
					       "rule6-"};
	size_t size;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t prefix = strlen(prefixes[i]);

		if (strncmp(file, prefixes[i], prefix) != 0) {
			continue;
		}
		/* An alias is of what stands before its colon. */
		size = strcspn(file + prefix, ":");
		if (size < MODEL_NAME_SIZE) {
			memcpy(out, file + prefix, size);
			out[size] = '\0';
		}
		return;
	}
}

/* The interface that a file is of by what it says. */
static void apply_text_interface(const struct apply *apply, const struct config_text *text,
				 char out[MODEL_NAME_SIZE])
{
	struct config_texts one = {.folder = apply->daemon->texts.folder,
				   .count = 1,
				   .list = (struct config_text *)text};
	struct model_problems problems = {0};
	struct model *model;

	out[0] = '\0';
	if (config_texts_model(&one, apply->daemon->options.dialect, &model, &problems) < 0) {
		return;
	}
	if (model->file_count == 1) {
		memcpy(out, model->file_infos[0].interface, MODEL_NAME_SIZE);
	}
	model_problems_free(&problems);
	model_free(model);
}

static bool apply_concerns_text(const struct apply *apply, const struct config_text *text)
{
	char name[MODEL_NAME_SIZE];

	apply_file_interface(text->name, name);
	if (apply_in_scope(apply, name)) {
		return true;
	}
	apply_text_interface(apply, text, name);
	return apply_in_scope(apply, name);
}

/* What replaces the scope's files. */
struct apply_replacing {
	struct apply *apply;
	struct config_texts *texts;
	int err;
};

static void apply_on_difference(const struct config_text *from, const struct config_text *to,
				void *context)
{
	struct apply_replacing *replacing = context;

	if (replacing->err < 0 || !((from && apply_concerns_text(replacing->apply, from)) ||
				    (to && apply_concerns_text(replacing->apply, to)))) {
		return;
	}
	if (to) {
		replacing->err = config_texts_set(replacing->texts, to);
	} else {
		config_texts_remove(replacing->texts, from->name);
	}
}

static int apply_scope_texts(struct apply *apply)
{
	struct config_texts texts;
	struct apply_replacing replacing = {.apply = apply, .texts = &texts};
	int err = config_texts_copy(&apply->daemon->texts, &texts);

	if (err < 0) {
		return err;
	}
	(void)config_texts_compare(&apply->daemon->texts, &apply->texts, apply_on_difference,
				   &replacing);
	if (replacing.err < 0) {
		config_texts_free(&texts);
		return replacing.err;
	}
	config_texts_free(&apply->texts);
	apply->texts = texts;
	return 0;
}

/* --- texts and model */

static int apply_read_texts(struct apply *apply, const struct config_texts *given)
{
	struct daemon *daemon = apply->daemon;
	int err;

	if (given) {
		err = config_texts_copy(given, &apply->texts);
	} else {
		err = config_texts_read(daemon->options.config, daemon->options.dialect,
					&daemon->texts, &apply->texts);
	}
	if (err == 0 && apply->has_scope && daemon->texts.folder) {
		err = apply_scope_texts(apply);
	}
	apply->texts_known = err == 0;
	return err;
}

/* What was applied before goes on under every name that an error touches. */
static int apply_keep_running(struct apply *apply, struct model *model,
			      const struct model_problems *found, const struct model *ran)
{
	struct model *applied = ran ? NULL : observe_applied(apply->daemon);
	bool fine;

	ran = ran ? ran : applied;
	model_drop_faulty(model, found);
	fine = ran && !found->out_of_memory && model_keep_running(model, found, ran);
	model_free(applied);
	return fine ? 0 : -ENOMEM;
}

/* Of the files that the scope needs alone. */
static int apply_make_partial(struct apply *apply, struct model **out,
			      struct model_problems *found)
{
	struct config_texts needed;
	int err;

	if (apply_files_needed(apply, &needed) < 0) {
		return -ENOMEM;
	}
	err = config_texts_model(&needed, apply->daemon->options.dialect, out, found);
	free(needed.list);
	return err;
}

/* Makes the model that is the application's own: the borrowed one over again, or out of
 * files with errors, or not of all files. */
static int apply_make_own(struct apply *apply)
{
	bool is_partial = apply->has_scope && !apply->configuration;
	struct model_problems found = {0};
	struct model *model = NULL;
	int err = is_partial ? apply_make_partial(apply, &model, &found)
			     : config_texts_model(&apply->texts, apply->daemon->options.dialect,
						  &model, &found);

	if (err == 0 && !apply->configuration) {
		problems_add_model(&apply->problems, model, &found);
		err = apply_keep_running(apply, model, &found, apply->ran);
	}
	if (err < 0) {
		model_free(model);
		model = NULL;
	}
	model_problems_free(&found);
	apply->own_wanted = model;
	apply->wanted = model;
	return err;
}

/* Borrows the model of the texts, or makes one. With a scope, that of all files is taken
 * if it is there. */
static int apply_make_model(struct apply *apply)
{
	struct daemon *daemon = apply->daemon;
	const struct configuration *all = NULL;
	int err = 0;

	if (apply->has_scope) {
		all = configuration_find(&daemon->configurations, &apply->texts,
					 daemon->options.dialect);
	} else {
		err = configuration_get(&daemon->configurations, &apply->texts,
					daemon->options.dialect, &all);
	}
	if (err < 0) {
		return err;
	}
	if (!all || configuration_has_errors(all)) {
		configuration_give_back(all);
		return apply_make_own(apply);
	}
	problems_add_model(&apply->problems, all->model, &all->problems);
	apply->configuration = all;
	apply->wanted = all->model;
	return 0;
}

struct model *apply_wanted_own(struct apply *apply)
{
	/* What points into the borrowed one stays good until the end. */
	if (!apply->own_wanted && apply_make_own(apply) < 0) {
		apply->wanted = apply->configuration->model;
		apply_fail(apply, "out_of_memory", "%s", strerror(ENOMEM));
	}
	return apply->own_wanted;
}

int apply_read(struct apply *apply, const struct apply_request *request)
{
	int err = apply_read_texts(apply, request->texts);

	apply->ran = request->ran;
	if (err == 0) {
		err = apply_make_model(apply);
	}
	apply->ran = NULL;
	if (err < 0) {
		apply_fail(apply, "unreadable",
			   "%s can't be read: %s; what runs goes on running",
			   apply->daemon->options.config, strerror(-err));
		return err;
	}
	apply_check_mtus(apply);
	return 0;
}

int apply_plan(struct apply *apply)
{
	const struct plan_scope *scope = apply->has_scope ? &apply->scope : NULL;
	struct model *running;
	struct plan plan;
	int err;

	nics_claim(apply->daemon, apply->wanted);
	err = observe(apply->daemon, apply->wanted, scope, apply->starts, apply->drift,
		      &running);

	if (err == 0 && !plan_make(running, apply->wanted, scope, &plan)) {
		model_free(running);
		err = -ENOMEM;
	}
	if (err < 0) {
		apply_fail(apply, "failed", "what runs can't be found out: %s", strerror(-err));
		return err;
	}
	apply_disruption(apply->daemon, &plan);
	plan_free(&apply->plan);
	model_free(apply->running);
	apply->plan = plan;
	apply->running = running;
	return 0;
}
