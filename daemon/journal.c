/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_write.h"
#include "daemon/json_util.h"
#include "daemon/store.h"
#include "daemon/transaction.h"

/* Changes with every change of the meaning of what is written. */
#define JOURNAL_VERSION	 1
/* More copies of one file are kept than anybody looks at. */
#define JOURNAL_KEPT_MAX 10000

static int journal_put(const char *store, const char *folder, const struct journal *journal)
{
	json_t *json = json_pack(
		"{s:i, s:I, s:I, s:b, s:o, s:o, s:o, s:O?}", "version", JOURNAL_VERSION,
		"number", (json_int_t)journal->number, "confirm",
		(json_int_t)journal->confirm_s, "edited", journal->edited, "folder",
		json_text(folder), "before", config_texts_to_json(&journal->before), "after",
		config_texts_to_json(&journal->after), "staged", journal->staged);
	int err;

	if (!json) {
		return -ENOMEM;
	}
	err = history_origin_to_json(&journal->origin, json);
	if (err == 0 && journal->confirm_s > 0) {
		/* For people: the next daemon takes it back whenever it comes. */
		json_object_set_new(json, "deadline",
				    json_real(journal->origin.time + journal->confirm_s));
	}
	if (err == 0) {
		err = store_write(store, JOURNAL_FILE, json);
	}
	json_decref(json);
	return err;
}

/* Names that the folder's reader takes: no path leads out of the folder by them. */
static bool journal_names_are_fine(const struct config_texts *texts, enum ifcfg_dialect dialect)
{
	for (size_t i = 0; i < texts->count; i++) {
		const struct config_text *text = &texts->list[i];

		if (strchr(text->name, '/') || strlen(text->name) >= JOURNAL_NAME_SIZE ||
		    !ifcfg_name_is_read(text->name, dialect) || text->read_error != 0) {
			return false;
		}
	}
	return true;
}

static int journal_from_json(const json_t *json, const char *folder, enum ifcfg_dialect dialect,
			     struct journal *out)
{
	const char *its_folder = json_string_value(json_object_get(json, "folder"));
	json_t *staged = json_object_get(json, "staged");
	int err;

	out->number = (unsigned int)json_get_uint(json, "number", HISTORY_NUMBER_MAX, 0);
	out->confirm_s =
		(unsigned int)json_get_uint(json, "confirm", TRANSACTION_CONFIRM_MAX_S, 0);
	out->edited = json_get_bool(json, "edited", false);
	if (json_get_uint(json, "version", UINT32_MAX, 0) != JOURNAL_VERSION ||
	    out->number == 0 || !its_folder || !history_origin_from_json(json, &out->origin)) {
		return -EINVAL;
	}
	if (strcmp(its_folder, folder) != 0) {
		return -EXDEV;
	}
	err = config_texts_from_json(json_object_get(json, "before"), folder, &out->before);
	if (err == 0) {
		err = config_texts_from_json(json_object_get(json, "after"), folder,
					     &out->after);
	}
	if (err == 0 && (!journal_names_are_fine(&out->before, dialect) ||
			 !journal_names_are_fine(&out->after, dialect))) {
		err = -EINVAL;
	}
	if (err == 0 && json_is_array(staged)) {
		out->staged = json_incref(staged);
	}
	return err;
}

int journal_write(const char *store, const char *folder, const struct journal *journal,
		  bool *left)
{
	char path[PATH_MAX];
	struct stat info;
	int err;

	*left = false;
	if (snprintf(path, sizeof(path), "%s/" JOURNAL_FILE, store) >= (int)sizeof(path)) {
		return -ENAMETOOLONG;
	}
	if (lstat(path, &info) == 0) {
		return -EEXIST;
	}
	err = journal_put(store, folder, journal);
	if (err < 0) {
		*left = journal_remove(store) < 0;
	}
	return err;
}

int journal_write_again(const char *store, const char *folder, const struct journal *journal)
{
	return journal_put(store, folder, journal);
}

int journal_read(const char *store, const char *folder, enum ifcfg_dialect dialect,
		 struct journal *out)
{
	struct journal journal = {0};
	json_t *json;
	int err = store_read(store, JOURNAL_FILE, &json);

	if (err < 0) {
		return err;
	}
	err = journal_from_json(json, folder, dialect, &journal);
	json_decref(json);
	if (err < 0) {
		journal_free(&journal);
		return err;
	}
	*out = journal;
	return 0;
}

int journal_remove(const char *store)
{
	int err = config_file_remove(store, JOURNAL_FILE);

	return err == -ENOENT ? 0 : err;
}

void journal_free(struct journal *journal)
{
	config_texts_free(&journal->before);
	config_texts_free(&journal->after);
	json_decref(journal->staged);
	*journal = (struct journal){0};
}

bool journal_texts_equal(const struct config_text *a, const struct config_text *b)
{
	if (!a || !b) {
		return a == b;
	}
	return a->read_error == b->read_error && a->size == b->size &&
	       (a->bytes == b->bytes || memcmp(a->bytes, b->bytes, a->size) == 0);
}

/* 1: the file is there and holds just this text; 0: it holds another; -errno. */
static int journal_file_holds(const char *path, const struct config_text *text)
{
	char *bytes;
	ssize_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool same;

	if (fd < 0) {
		/* Something is there, and it isn't ours. */
		return errno == ENOENT ? -ENOENT : 0;
	}
	bytes = malloc(text->size + 2);
	if (!bytes) {
		close(fd);
		return -ENOMEM;
	}
	size = read(fd, bytes, text->size + 1);
	same = size >= 0 && (size_t)size == text->size &&
	       memcmp(bytes, text->bytes, text->size) == 0;
	free(bytes);
	close(fd);
	return same ? 1 : 0;
}

/* The i-th name under which a file is kept beside; 0 or -ENAMETOOLONG. */
static int journal_kept_name(const char *file, int i, char out[JOURNAL_NAME_SIZE])
{
	int size = i == 0 ? snprintf(out, JOURNAL_NAME_SIZE, "%s.bak", file)
			  : snprintf(out, JOURNAL_NAME_SIZE, "%s.%d.bak", file, i);

	return size >= JOURNAL_NAME_SIZE ? -ENAMETOOLONG : 0;
}

int journal_keep(const char *folder, const struct config_text *text,
		 char kept[JOURNAL_NAME_SIZE])
{
	char name[JOURNAL_NAME_SIZE], path[PATH_MAX];

	for (int i = 0; i < JOURNAL_KEPT_MAX; i++) {
		int holds, err = journal_kept_name(text->name, i, name);

		if (err < 0 ||
		    snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
			return -ENAMETOOLONG;
		}
		holds = journal_file_holds(path, text);
		if (holds == 0) {
			continue;
		}
		if (holds == -ENOENT) {
			err = config_file_write(folder, name, text->bytes, text->size, text);
		} else if (holds < 0) {
			err = holds;
		} else {
			/* Whoever wrote it may have had no time to sync. */
			err = config_file_sync(folder, name);
		}
		if (err == 0) {
			memcpy(kept, name, sizeof(name));
		}
		return err;
	}
	return -EEXIST;
}

int journal_keep_unread(const char *folder, const char *name, char kept[JOURNAL_NAME_SIZE])
{
	char from[PATH_MAX], to[PATH_MAX];
	struct stat info;

	if (snprintf(from, sizeof(from), "%s/%s", folder, name) >= (int)sizeof(from)) {
		return -ENAMETOOLONG;
	}
	if (lstat(from, &info) < 0) {
		return -errno;
	}
	if (S_ISDIR(info.st_mode)) {
		return -EISDIR;
	}
	for (int i = 0; i < JOURNAL_KEPT_MAX; i++) {
		int err = journal_kept_name(name, i, kept);

		if (err < 0 ||
		    snprintf(to, sizeof(to), "%s/%s", folder, kept) >= (int)sizeof(to)) {
			return -ENAMETOOLONG;
		}
		if (lstat(to, &info) == 0) {
			continue;
		}
		if (errno != ENOENT || rename(from, to) < 0) {
			return -errno;
		}
		return config_file_sync(folder, kept);
	}
	return -EEXIST;
}

struct journal_restoring {
	const struct journal *journal;
	const struct config_texts *now;
	journal_kept_callback *callback;
	void *context;
	char *failed; /* the name of the first that could not be put back */
	int err;
};

/* What somebody has written goes nowhere without being kept. */
static int journal_keep_one(const struct journal_restoring *restoring,
			    const struct config_text *now, const struct config_text *after)
{
	const char *folder = restoring->now->folder;
	char kept[JOURNAL_NAME_SIZE];
	int err;

	if (now->read_error != 0) {
		err = journal_keep_unread(folder, now->name, kept);
	} else if (!restoring->journal->edited && journal_texts_equal(now, after)) {
		return 0;
	} else {
		err = journal_keep(folder, now, kept);
	}
	if (err == 0) {
		restoring->callback(now->name, kept, restoring->context);
	}
	return err;
}

static int journal_restore_one(const struct journal_restoring *restoring, const char *name,
			       const struct config_text *before,
			       const struct config_text *after)
{
	const char *folder = restoring->now->folder;
	const struct config_text *now = config_texts_find(restoring->now, name);
	bool same = journal_texts_equal(now, before);
	int err = 0;

	if (same && (!now || now->mode == before->mode)) {
		/* It may have become so a moment before the power was lost, or the sync
		 * failed. */
		return config_file_sync(folder, name);
	}
	if (now && !same) {
		err = journal_keep_one(restoring, now, after);
	}
	return err < 0 ? err : config_file_restore(folder, name, before);
}

static void journal_on_difference(const struct config_text *before,
				  const struct config_text *after, void *context)
{
	struct journal_restoring *restoring = context;
	const char *name = before ? before->name : after->name;
	int err = journal_restore_one(restoring, name, before, after);

	if (err < 0 && restoring->err == 0) {
		restoring->err = err;
		(void)snprintf(restoring->failed, JOURNAL_NAME_SIZE, "%s", name);
	}
}

int journal_restore(const struct journal *journal, const struct config_texts *now,
		    journal_kept_callback *callback, void *context,
		    char failed[JOURNAL_NAME_SIZE])
{
	struct journal_restoring restoring = {.journal = journal,
					      .now = now,
					      .callback = callback,
					      .context = context,
					      .failed = failed};

	failed[0] = '\0';
	(void)config_texts_compare(&journal->before, &journal->after, journal_on_difference,
				   &restoring);
	return restoring.err;
}

int journal_texts_before(const struct journal *journal, const struct config_texts *now,
			 struct config_texts *out)
{
	struct config_texts texts = {0};
	int err = config_texts_copy(now, &texts);

	for (size_t i = 0; err == 0 && i < journal->after.count; i++) {
		config_texts_remove(&texts, journal->after.list[i].name);
	}
	for (size_t i = 0; err == 0 && i < journal->before.count; i++) {
		err = config_texts_set(&texts, &journal->before.list[i]);
	}
	if (err < 0) {
		config_texts_free(&texts);
		return err;
	}
	*out = texts;
	return 0;
}
