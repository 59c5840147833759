/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/history.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config_write.h"
#include "daemon/json_util.h"
#include "daemon/store.h"

#define HISTORY_FOLDER	  "/history"
#define HISTORY_SUFFIX	  ".json"
#define HISTORY_NAME_SIZE 24
/* Entries that are looked at; more is not our doing. */
#define HISTORY_LIST_MAX  1024

static void history_name(unsigned int number, char out[HISTORY_NAME_SIZE])
{
	snprintf(out, HISTORY_NAME_SIZE, "%06u" HISTORY_SUFFIX, number);
}

/* 0: it is no entry's name. */
static unsigned int history_number(const char *name)
{
	char again[HISTORY_NAME_SIZE];
	unsigned long number;
	char *end;

	if (name[0] < '0' || name[0] > '9') {
		return 0;
	}
	number = strtoul(name, &end, 10);
	if (number == 0 || number > HISTORY_NUMBER_MAX) {
		return 0;
	}
	history_name((unsigned int)number, again);
	return strcmp(name, again) == 0 ? (unsigned int)number : 0;
}

int history_origin_to_json(const struct history_origin *origin, json_t *json)
{
	if (json_object_set_new(json, "time", json_real(origin->time)) < 0 ||
	    json_object_set_new(json, "uid", json_integer((json_int_t)origin->uid)) < 0 ||
	    json_object_set_new(json, "user", json_text(origin->user)) < 0 ||
	    json_object_set_new(json, "how", json_text(origin->how)) < 0) {
		return -ENOMEM;
	}
	return 0;
}

bool history_origin_from_json(const json_t *json, struct history_origin *out)
{
	const json_t *time = json_object_get(json, "time");

	if (!json_is_number(time) || !json_is_integer(json_object_get(json, "uid")) ||
	    !json_is_string(json_object_get(json, "user")) ||
	    !json_is_string(json_object_get(json, "how"))) {
		return false;
	}
	*out = (struct history_origin){
		.time = json_number_value(time),
		.uid = (uid_t)json_get_uint(json, "uid", UINT32_MAX, UINT32_MAX),
	};
	json_get_text(json, "user", out->user, sizeof(out->user));
	json_get_text(json, "how", out->how, sizeof(out->how));
	return true;
}

/* [{"name", "change"}] and nothing else. */
static bool history_files_are_fine(const json_t *files)
{
	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);

		if (!json_is_string(json_object_get(file, "name")) ||
		    !json_is_string(json_object_get(file, "change"))) {
			return false;
		}
	}
	return json_is_array(files);
}

static bool history_entry_from_json(const json_t *json, unsigned int number,
				    struct history_entry *out)
{
	json_t *files = json_object_get(json, "files");

	if (json_get_uint(json, "version", UINT32_MAX, 0) != HISTORY_VERSION ||
	    json_get_uint(json, "number", HISTORY_NUMBER_MAX, 0) != number ||
	    !json_is_array(json_object_get(json, "texts")) || !history_files_are_fine(files) ||
	    !history_origin_from_json(json, &out->origin)) {
		return false;
	}
	out->number = number;
	out->taken_back = json_get_bool(json, "taken_back", false);
	out->unmarked = false;
	out->fault = NULL;
	if (json_is_string(json_object_get(json, "fault"))) {
		out->fault = strdup(json_string_value(json_object_get(json, "fault")));
	}
	out->files = json_incref(files);
	return true;
}

static void history_insert(struct history *history, const struct history_entry *entry)
{
	size_t at = history->count++;

	while (at > 0 && history->list[at - 1].number > entry->number) {
		history->list[at] = history->list[at - 1];
		at--;
	}
	history->list[at] = *entry;
}

static void history_entry_clear(struct history_entry *entry)
{
	free(entry->fault);
	json_decref(entry->files);
}

static void history_drop(struct history *history, size_t at)
{
	char name[HISTORY_NAME_SIZE];

	history_name(history->list[at].number, name);
	/* One that stays behind is dropped the next time. */
	(void)config_file_remove(history->folder, name);
	history_entry_clear(&history->list[at]);
	memmove(&history->list[at], &history->list[at + 1],
		(history->count - at - 1) * sizeof(history->list[0]));
	history->count--;
}

/* Makes room: the oldest goes, but never what is in force, nor what was before it: while a
 * change waits to be confirmed that is what will be in force again. */
static void history_prune(struct history *history)
{
	while (history->count > TRANSACTION_HISTORY_MAX) {
		const struct history_entry *kept = history_in_force(history, 0);
		const struct history_entry *before =
			kept ? history_before(history, kept->number) : NULL;
		size_t at = 0;

		while (&history->list[at] == kept || &history->list[at] == before) {
			at++;
		}
		history_drop(history, at);
	}
}

static int history_compare(const void *left, const void *right)
{
	const unsigned int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* The numbers of all entries there are, sorted; -errno, or how many. */
static int history_list(const char *folder, unsigned int **out)
{
	unsigned int *list = NULL;
	size_t count = 0;
	const struct dirent *entry;
	DIR *dir = opendir(folder);

	if (!dir) {
		return -errno;
	}
	while ((entry = readdir(dir)) && count < HISTORY_LIST_MAX) {
		unsigned int number = history_number(entry->d_name);
		unsigned int *longer;

		if (number == 0) {
			continue;
		}
		longer = realloc(list, (count + 1) * sizeof(*list));
		if (!longer) {
			break;
		}
		list = longer;
		list[count++] = number;
	}
	closedir(dir);
	if (count > 0) {
		qsort(list, count, sizeof(*list), history_compare);
	}
	*out = list;
	return (int)count;
}

static bool history_load(struct history *history, unsigned int number)
{
	struct history_entry entry;
	char name[HISTORY_NAME_SIZE];
	json_t *json = NULL;
	bool fine;

	history_name(number, name);
	fine = store_read(history->folder, name, &json) == 0 &&
	       history_entry_from_json(json, number, &entry);
	json_decref(json);
	if (fine) {
		history_insert(history, &entry);
		history_prune(history);
	}
	return fine;
}

int history_open(const char *store, history_damaged_callback *callback, void *context,
		 struct history *out)
{
	char name[HISTORY_NAME_SIZE];
	unsigned int *numbers = NULL;
	int count, err;

	*out = (struct history){0};
	if (asprintf(&out->folder, "%s" HISTORY_FOLDER, store) < 0) {
		out->folder = NULL;
		return -ENOMEM;
	}
	err = store_open(out->folder);
	count = history_list(out->folder, &numbers);
	for (int i = 0; numbers && i < count; i++) {
		out->last_number = numbers[i];
		if (!history_load(out, numbers[i])) {
			out->damaged++;
			history_name(numbers[i], name);
			callback(name, context);
		}
	}
	free(numbers);
	if (err == 0 && count < 0) {
		err = count;
	}
	return err;
}

void history_close(struct history *history)
{
	for (size_t i = 0; i < history->count; i++) {
		history_entry_clear(&history->list[i]);
	}
	history_dumps_free(history);
	free(history->folder);
	*history = (struct history){0};
}

const struct history_entry *history_in_force(const struct history *history,
					     unsigned int leave_out)
{
	for (size_t i = history->count; i > 0; i--) {
		const struct history_entry *entry = &history->list[i - 1];

		if (!entry->taken_back && entry->number != leave_out) {
			return entry;
		}
	}
	return NULL;
}

const struct history_entry *history_before(const struct history *history, unsigned int number)
{
	for (size_t i = history->count; i > 0; i--) {
		const struct history_entry *entry = &history->list[i - 1];

		if (!entry->taken_back && entry->number < number) {
			return entry;
		}
	}
	return NULL;
}

const struct history_entry *history_find(const struct history *history, unsigned int number)
{
	for (size_t i = 0; i < history->count; i++) {
		if (history->list[i].number == number) {
			return &history->list[i];
		}
	}
	return NULL;
}

int history_add(struct history *history, unsigned int number,
		const struct history_origin *origin, bool taken_back, const char *fault,
		const struct config_texts *before, const struct config_texts *texts)
{
	struct history_entry entry = {.number = number,
				      .origin = *origin,
				      .taken_back = taken_back,
				      .fault = fault ? strdup(fault) : NULL};
	char name[HISTORY_NAME_SIZE];
	char *bytes = !fault || entry.fault
			      ? history_dump_entry(history, &entry, before, texts, &entry.files)
			      : NULL;
	int err;

	if (!bytes) {
		free(entry.fault);
		return -ENOMEM;
	}
	history_name(number, name);
	err = store_write_bytes(history->folder, name, bytes);
	free(bytes);
	if (err < 0) {
		/* It may have been the sync alone that failed. */
		(void)config_file_remove(history->folder, name);
		history_entry_clear(&entry);
	} else {
		history_insert(history, &entry);
		history_prune(history);
		if (number > history->last_number) {
			history->last_number = number;
		}
	}
	return err;
}

static int history_write_mark(const struct history *history, unsigned int number)
{
	char name[HISTORY_NAME_SIZE];
	json_t *json;
	int err;

	history_name(number, name);
	err = store_read(history->folder, name, &json);
	if (err == -ENOENT || err == -EINVAL) {
		/* The next daemon doesn't take it for an entry either. */
		return 0;
	}
	if (err == 0) {
		err = json_object_set_new(json, "taken_back", json_true()) < 0
			      ? -ENOMEM
			      : store_write(history->folder, name, json);
		json_decref(json);
	}
	return err;
}

void history_take_back(struct history *history, unsigned int number)
{
	for (size_t i = 0; i < history->count; i++) {
		struct history_entry *entry = &history->list[i];

		if (entry->number == number) {
			entry->unmarked = entry->unmarked || !entry->taken_back;
			entry->taken_back = true;
		}
	}
}

int history_mark_taken_back(struct history *history, unsigned int number)
{
	char name[HISTORY_NAME_SIZE];
	int err;

	history_take_back(history, number);
	for (size_t i = 0; i < history->count; i++) {
		struct history_entry *entry = &history->list[i];

		if (entry->number != number) {
			continue;
		}
		err = entry->unmarked ? history_write_mark(history, number) : 0;
		entry->unmarked = err < 0;
		return err;
	}
	history_name(number, name);
	err = config_file_remove(history->folder, name);
	return err == -ENOENT ? 0 : err;
}

int history_make_folder(const struct history *history)
{
	return store_open(history->folder);
}

int history_read(const struct history *history, unsigned int number, json_t **out)
{
	struct history_entry entry;
	char name[HISTORY_NAME_SIZE];
	json_t *json;
	int err;

	history_name(number, name);
	err = store_read(history->folder, name, &json);
	if (err < 0) {
		return err;
	}
	if (!history_entry_from_json(json, number, &entry)) {
		json_decref(json);
		return -EINVAL;
	}
	history_entry_clear(&entry);
	*out = json;
	return 0;
}

int history_texts(const struct history *history, unsigned int number, const char *folder,
		  struct config_texts *out)
{
	json_t *json;
	int err = history_read(history, number, &json);

	if (err < 0) {
		return err;
	}
	err = config_texts_from_json(json_object_get(json, "texts"), folder, out);
	json_decref(json);
	return err;
}
