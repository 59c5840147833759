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

json_t *history_to_json(const struct history_entry *entry, const struct config_texts *before,
			const struct config_texts *texts)
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
	json = json_pack("{s:i, s:I, s:b, s:o, s:o, s:o}", "version", HISTORY_VERSION, "number",
			 (json_int_t)entry->number, "taken_back", entry->taken_back, "files",
			 difference.files, "difference",
			 config_json_string(difference.text ? difference.text : ""), "texts",
			 config_texts_to_json(texts));
	free(difference.text);
	if (json &&
	    (difference.out_of_memory || history_origin_to_json(&entry->origin, json) < 0)) {
		json_decref(json);
		json = NULL;
	}
	return json;
}

static const char *history_state(const struct history *history,
				 const struct history_entry *entry, unsigned int waiting)
{
	if (entry->taken_back) {
		return "taken_back";
	}
	if (entry->number == waiting) {
		return "waiting";
	}
	return entry == history_in_force(history, 0) ? "in_force" : "former";
}

static json_t *history_show(const struct history *history, const struct history_entry *entry,
			    unsigned int waiting)
{
	json_t *json =
		json_pack("{s:I, s:s, s:O}", "number", (json_int_t)entry->number, "state",
			  history_state(history, entry, waiting), "files", entry->files);

	if (json && history_origin_to_json(&entry->origin, json) < 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}

json_t *history_json(const struct history *history, unsigned int waiting)
{
	json_t *list = json_array();

	for (size_t i = history->count; i > 0; i--) {
		json_array_append_new(list,
				      history_show(history, &history->list[i - 1], waiting));
	}
	return json_pack("{s:o}", "configurations", list);
}

json_t *history_entry_json(const struct history *history, unsigned int number,
			   unsigned int waiting)
{
	const struct history_entry *entry = history_find(history, number);
	json_t *json = entry ? history_show(history, entry, waiting) : NULL;
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
