/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration as it will be: the folder's texts with the staged changes in them,
 * and what they mean. The last one is held, since most calls look at the same.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/staged_internal.h"
#include "daemon/transaction_internal.h"

#define STAGED_FILE_MODE 0644

const char *staged_file_name(const struct model *model, const struct model_source *source)
{
	const char *path = source->file < model->file_count ? model->files[source->file] : "";
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int staged_folder(struct staged *staged, const struct config_texts **out)
{
	struct transactions *transactions = staged->daemon->transactions;
	int err = transactions_read_folder(transactions);

	if (err == 0) {
		*out = &transactions->folder;
	}
	return err;
}

/* One file as a change says it is to be. */
static int staged_set_file(struct config_texts *texts, const json_t *file)
{
	const char *name = staged_text(file, "name");
	const char *bytes = json_string_value(json_object_get(file, "text"));
	const struct config_text *old = config_texts_find(texts, name);
	struct config_text text = {.name = name,
				   .bytes = bytes,
				   .mode = STAGED_FILE_MODE,
				   .uid = geteuid(),
				   .gid = getegid()};

	if (!bytes) {
		config_texts_remove(texts, name);
		return 0;
	}
	if (old) {
		text.mode = old->mode;
		text.uid = old->uid;
		text.gid = old->gid;
	}
	text.size = strlen(bytes);
	return config_texts_set(texts, &text);
}

int staged_texts_with(const struct config_texts *folder, const json_t *changes,
		      struct config_texts *out)
{
	struct config_texts texts = {0};
	int err = config_texts_copy(folder, &texts);

	for (size_t i = 0; err == 0 && i < json_array_size(changes); i++) {
		const json_t *files = json_object_get(json_array_get(changes, i), "files");

		for (size_t j = 0; err == 0 && j < json_array_size(files); j++) {
			err = staged_set_file(&texts, json_array_get(files, j));
		}
	}
	if (err < 0) {
		config_texts_free(&texts);
		return err;
	}
	*out = texts;
	return 0;
}

/* Of the folder as it was read last. */
static bool staged_view_of(struct staged *staged, const json_t *changes,
			   struct transaction_answer *answer)
{
	struct daemon *daemon = staged->daemon;
	const struct configuration *view = NULL;
	struct config_texts texts = {0};
	int err = staged_texts_with(&daemon->transactions->folder, changes, &texts);

	if (err == 0) {
		err = configuration_get(&daemon->configurations, &texts,
					daemon->options.dialect, &view);
	}
	config_texts_free(&texts);
	if (err < 0) {
		*answer = transaction_error(500, "out_of_memory", "%s", strerror(-err));
		return false;
	}
	configuration_give_back(staged->view);
	staged->view = view;
	return true;
}

bool staged_view(struct staged *staged, struct transaction_answer *answer)
{
	const struct config_texts *folder;
	int err = staged_folder(staged, &folder);

	if (err < 0) {
		*answer = transaction_error(500, "config_unreadable", "%s can't be read: %s",
					    staged->daemon->options.config, strerror(-err));
		return false;
	}
	return staged_view_of(staged, staged->changes, answer);
}

bool staged_view_with(struct staged *staged, const json_t *change,
		      struct transaction_answer *answer)
{
	json_t *changes = json_array();
	size_t index;
	json_t *other;
	bool fine;

	json_array_foreach (staged->changes, index, other) {
		if (strcmp(staged_text(other, "name"), staged_text(change, "name")) != 0) {
			json_array_append(changes, other);
		}
	}
	json_array_append(changes, (json_t *)change);
	fine = staged_view_of(staged, changes, answer);
	json_decref(changes);
	return fine;
}

int staged_texts(struct daemon *daemon, struct config_texts *out)
{
	const struct config_texts *folder = NULL;
	int err = staged_folder(daemon->staged, &folder);

	return err < 0 ? err : staged_texts_with(folder, daemon->staged->changes, out);
}
