/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The history as it is written and as it is shown.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_json.h"
#include "daemon/history.h"
#include "daemon/json_util.h"

/* What differs between two configurations, gathered file by file. */
struct history_difference {
	json_t *files;
	char *text; /* of a unified diff; NULL: it isn't wanted, or no memory */
	size_t size;
	FILE *stream;
	bool out_of_memory;
};

static void history_on_difference(const struct config_text *from, const struct config_text *to,
				  void *context)
{
	struct history_difference *difference = context;
	const char *name = to ? to->name : from->name;
	const char *change = !from ? "added" : !to ? "removed" : "changed";
	char *text;

	if (json_array_append_new(
		    difference->files,
		    json_pack("{s:o, s:s}", "name", json_text(name), "change", change)) < 0) {
		difference->out_of_memory = true;
	}
	if (!difference->stream) {
		return;
	}
	text = config_text_diff(name, from, to);
	if (!text || fputs(text, difference->stream) < 0) {
		difference->out_of_memory = true;
	}
	free(text);
}

static void history_compare_texts(const struct config_texts *before,
				  const struct config_texts *texts,
				  struct history_difference *difference)
{
	static const struct config_texts nothing;

	(void)config_texts_compare(before ? before : &nothing, texts, history_on_difference,
				   difference);
}

json_t *history_files(const struct config_texts *before, const struct config_texts *texts)
{
	struct history_difference difference = {.files = json_array()};

	history_compare_texts(before, texts, &difference);
	if (difference.out_of_memory) {
		json_decref(difference.files);
		return NULL;
	}
	return difference.files;
}

/* One file as it stands in an entry's list of texts, kept for the next entry, in which
 * most files are the same. */
struct history_dump {
	struct config_text text; /* what it was made of */
	char *json;
};

static void history_dump_clear(struct history_dump *dump)
{
	config_text_clear(&dump->text);
	free(dump->json);
}

static void history_dumps_clear(struct history_dump *dumps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		history_dump_clear(&dumps[i]);
	}
	free(dumps);
}

void history_dumps_free(struct history *history)
{
	history_dumps_clear(history->dumps, history->dump_count);
	history->dumps = NULL;
	history->dump_count = 0;
}

/* To be freed; NULL: no memory. */
static char *history_text_dump(const struct config_text *text)
{
	const struct config_texts one = {.count = 1, .list = (struct config_text *)text};
	json_t *list = config_texts_to_json(&one);
	char *dump = list ? json_dumps(json_array_get(list, 0), JSON_COMPACT) : NULL;

	json_decref(list);
	return dump;
}

static bool history_dump_make(const struct config_text *text, struct history_dump *out)
{
	struct history_dump dump = {.json = history_text_dump(text)};

	if (!dump.json || config_text_copy(text, &dump.text) < 0) {
		history_dump_clear(&dump);
		return false;
	}
	*out = dump;
	return true;
}

/* Brings the dumps to these texts; both lists are sorted. False: no memory. */
static bool history_dumps_follow(struct history *history, const struct config_texts *texts)
{
	struct history_dump *dumps = calloc(texts->count + 1, sizeof(*dumps));
	bool fine = dumps != NULL;
	size_t old = 0, count = 0;

	for (size_t i = 0; fine && i < texts->count; i++) {
		const struct config_text *text = &texts->list[i];
		struct history_dump *same = NULL;

		while (old < history->dump_count &&
		       strcmp(history->dumps[old].text.name, text->name) < 0) {
			old++;
		}
		if (old < history->dump_count &&
		    strcmp(history->dumps[old].text.name, text->name) == 0) {
			same = &history->dumps[old++];
		}
		if (same && config_text_is_same(&same->text, text)) {
			dumps[count++] = *same;
			*same = (struct history_dump){.json = NULL};
			continue;
		}
		fine = history_dump_make(text, &dumps[count]);
		count += fine;
	}
	history_dumps_free(history);
	if (!fine) {
		history_dumps_clear(dumps, count);
		return false;
	}
	history->dumps = dumps;
	history->dump_count = count;
	return true;
}

/* The members of the entry's object, but for the texts. NULL: no memory. */
static json_t *history_head(const struct history_entry *entry,
			    const struct config_texts *before, const struct config_texts *texts)
{
	struct history_difference difference = {.files = json_array()};
	json_t *json;

	difference.stream = open_memstream(&difference.text, &difference.size);
	if (!difference.stream) {
		json_decref(difference.files);
		return NULL;
	}
	history_compare_texts(before, texts, &difference);
	if (fclose(difference.stream) != 0) {
		difference.out_of_memory = true;
	}
	json = json_pack("{s:i, s:I, s:b, s:o*, s:o, s:o}", "version", HISTORY_VERSION,
			 "number", (json_int_t)entry->number, "taken_back", entry->taken_back,
			 "fault", entry->fault ? config_json_string(entry->fault) : NULL,
			 "files", difference.files, "difference",
			 config_json_string(difference.text ? difference.text : ""));
	free(difference.text);
	if (json &&
	    (difference.out_of_memory || history_origin_to_json(&entry->origin, json) < 0)) {
		json_decref(json);
		return NULL;
	}
	return json;
}

char *history_dump_entry(struct history *history, const struct history_entry *entry,
			 const struct config_texts *before, const struct config_texts *texts,
			 json_t **files)
{
	json_t *json = history_head(entry, before, texts);
	char *head = json ? json_dumps(json, JSON_COMPACT) : NULL, *bytes = NULL;
	FILE *stream = NULL;
	size_t size;

	if (head && history_dumps_follow(history, texts)) {
		stream = open_memstream(&bytes, &size);
	}
	if (stream) {
		/* All but the brace that ends the object. */
		fwrite(head, 1, strlen(head) - 1, stream);
		fputs(",\"texts\":[", stream);
		for (size_t i = 0; i < history->dump_count; i++) {
			fputs(i > 0 ? "," : "", stream);
			fputs(history->dumps[i].json, stream);
		}
		fputs("]}", stream);
		if (fclose(stream) != 0) {
			free(bytes);
			bytes = NULL;
		}
	}
	if (bytes) {
		*files = json_incref(json_object_get(json, "files"));
	}
	free(head);
	json_decref(json);
	return bytes;
}

static const char *history_state(const struct history_entry *entry,
				 struct history_states states)
{
	if (entry->taken_back) {
		return "taken_back";
	}
	if (entry->number == states.waiting) {
		return "waiting";
	}
	return entry->number == states.in_force ? "in_force" : "former";
}

static json_t *history_show(const struct history_entry *entry, struct history_states states)
{
	json_t *json = json_pack("{s:I, s:s, s:o, s:O}", "number", (json_int_t)entry->number,
				 "state", history_state(entry, states), "fault",
				 entry->fault ? config_json_string(entry->fault) : json_null(),
				 "files", entry->files);

	if (json && history_origin_to_json(&entry->origin, json) < 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}

json_t *history_json(const struct history *history, struct history_states states)
{
	json_t *list = json_array();

	for (size_t i = history->count; i > 0; i--) {
		json_array_append_new(list, history_show(&history->list[i - 1], states));
	}
	return json_pack("{s:o}", "configurations", list);
}

json_t *history_entry_json(const struct history *history, unsigned int number,
			   struct history_states states)
{
	const struct history_entry *entry = history_find(history, number);
	json_t *json = entry ? history_show(entry, states) : NULL;
	json_t *file, *difference;

	if (!json || history_read(history, number, &file) < 0) {
		return json;
	}
	difference = json_object_get(file, "difference");
	if (json_is_string(difference)) {
		json_object_set(json, "difference", difference);
	}
	json_decref(file);
	return json;
}
