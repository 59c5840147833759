/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of texts and what can be told of it; config_texts_read.c brings it from the
 * folder, config_texts_json.c to JSON and back, config_diff.c shows what differs.
 */
#include "config/config_texts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_hash.h"
#include "config/config_names.h"
#include "config/config_text_list.h"

void config_text_clear(struct config_text *text)
{
	free(text->name);
	free(text->bytes);
	*text = (struct config_text){0};
}

int config_text_copy(const struct config_text *from, struct config_text *out)
{
	struct config_text copy = *from;

	copy.name = strdup(from->name);
	copy.bytes = malloc(from->size + 1);
	if (!copy.name || !copy.bytes) {
		free(copy.name);
		free(copy.bytes);
		return -ENOMEM;
	}
	if (from->size > 0) {
		memcpy(copy.bytes, from->bytes, from->size);
	}
	copy.bytes[from->size] = '\0';
	*out = copy;
	return 0;
}

/* Room is made in powers of two, which the count tells. */
int config_texts_insert(struct config_texts *texts, size_t at, struct config_text *text)
{
	size_t count = texts->count;

	if ((count & (count - 1)) == 0) {
		size_t capacity = count == 0 ? 1 : 2 * count;
		struct config_text *list = realloc(texts->list, capacity * sizeof(*list));
		if (!list) {
			return -ENOMEM;
		}
		texts->list = list;
	}
	memmove(&texts->list[at + 1], &texts->list[at], (count - at) * sizeof(*texts->list));
	texts->list[at] = *text;
	texts->count++;
	*text = (struct config_text){0};
	return 0;
}

size_t config_texts_place(const struct config_texts *texts, const char *name, bool *is_there)
{
	size_t low = 0;
	size_t high = texts->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(texts->list[middle].name, name) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	*is_there = low < texts->count && strcmp(texts->list[low].name, name) == 0;
	return low;
}

void config_texts_free(struct config_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		config_text_clear(&texts->list[i]);
	}
	free(texts->list);
	free(texts->folder);
	*texts = (struct config_texts){0};
}

int config_texts_copy(const struct config_texts *from, struct config_texts *out)
{
	struct config_texts copy = {.folder = strdup(from->folder ? from->folder : "")};
	int result = copy.folder ? 0 : -ENOMEM;

	for (size_t i = 0; i < from->count && result == 0; i++) {
		struct config_text text = {0};
		result = config_text_copy(&from->list[i], &text);
		if (result == 0) {
			result = config_texts_insert(&copy, copy.count, &text);
		}
		config_text_clear(&text);
	}
	if (result < 0) {
		config_texts_free(&copy);
		return result;
	}
	*out = copy;
	return 0;
}

const struct config_text *config_texts_find(const struct config_texts *texts, const char *name)
{
	bool is_there;
	size_t at = config_texts_place(texts, name, &is_there);

	return is_there ? &texts->list[at] : NULL;
}

int config_texts_set(struct config_texts *texts, const struct config_text *text)
{
	struct config_text copy;
	bool is_there;
	size_t at = config_texts_place(texts, text->name, &is_there);

	int result = config_text_copy(text, &copy);
	if (result < 0) {
		return result;
	}
	if (is_there) {
		config_text_clear(&texts->list[at]);
		texts->list[at] = copy;
		return 0;
	}
	result = config_texts_insert(texts, at, &copy);
	if (result < 0) {
		config_text_clear(&copy);
	}
	return result;
}

void config_texts_remove(struct config_texts *texts, const char *name)
{
	bool is_there;
	size_t at = config_texts_place(texts, name, &is_there);

	if (is_there) {
		config_text_clear(&texts->list[at]);
		texts->count--;
		memmove(&texts->list[at], &texts->list[at + 1],
			(texts->count - at) * sizeof(*texts->list));
	}
}

/* Any 16 bytes, but for ever the same: revisions are kept on the disk. */
static const uint8_t revision_key[16] = "portchannel text";

static void hash_text(struct config_hash *hash, const struct config_text *text)
{
	size_t name_size = strlen(text->name);

	config_hash_add_number(hash, name_size);
	config_hash_add(hash, text->name, name_size);
	config_hash_add_number(hash, (uint64_t)(int64_t)text->read_error);
	config_hash_add_number(hash, text->size);
	config_hash_add(hash, text->bytes, text->size);
}

static void revision_print(uint64_t number, char out[CONFIG_REVISION_SIZE])
{
	snprintf(out, CONFIG_REVISION_SIZE, "%016" PRIx64, number);
}

void config_texts_revision(const struct config_texts *texts, char out[CONFIG_REVISION_SIZE])
{
	struct config_hash hash;

	config_hash_init(&hash, revision_key);
	config_hash_add_number(&hash, texts->count);
	for (size_t i = 0; i < texts->count; i++) {
		hash_text(&hash, &texts->list[i]);
	}
	revision_print(config_hash_end(&hash), out);
}

void config_text_revision(const struct config_text *text, char out[CONFIG_REVISION_SIZE])
{
	struct config_hash hash;

	if (!text) {
		memcpy(out, "-", 2);
		return;
	}
	config_hash_init(&hash, revision_key);
	hash_text(&hash, text);
	revision_print(config_hash_end(&hash), out);
}

static bool is_same(const struct config_text *left, const struct config_text *right)
{
	return left->read_error == right->read_error && left->size == right->size &&
	       left->mode == right->mode && left->uid == right->uid &&
	       left->gid == right->gid &&
	       (left->size == 0 || memcmp(left->bytes, right->bytes, left->size) == 0);
}

size_t config_texts_compare(const struct config_texts *from, const struct config_texts *to,
			    config_texts_difference *callback, void *context)
{
	size_t count = 0;
	size_t f = 0;
	size_t t = 0;

	while (f < from->count || t < to->count) {
		const struct config_text *left = f < from->count ? &from->list[f] : NULL;
		const struct config_text *right = t < to->count ? &to->list[t] : NULL;
		int order = !left ? 1 : !right ? -1 : strcmp(left->name, right->name);
		left = order <= 0 ? left : NULL;
		right = order >= 0 ? right : NULL;
		f += left != NULL;
		t += right != NULL;
		if (left && right && is_same(left, right)) {
			continue;
		}
		count++;
		if (callback) {
			callback(left, right, context);
		}
	}
	return count;
}

int config_texts_list(const struct config_texts *texts, struct ifcfg_text **out)
{
	size_t size = strlen(texts->folder);
	const char *slash = size > 0 && texts->folder[size - 1] == '/' ? "" : "/";
	struct ifcfg_text *list = calloc(texts->count + 1, sizeof(*list));

	if (!list) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < texts->count; i++) {
		const struct config_text *text = &texts->list[i];
		char *path = NULL;
		if (asprintf(&path, "%s%s%s", texts->folder, slash, text->name) < 0) {
			config_texts_list_free(list, i);
			return -ENOMEM;
		}
		list[i] = (struct ifcfg_text){.path = path,
					      .bytes = text->bytes,
					      .size = text->size,
					      .read_error = text->read_error};
	}
	*out = list;
	return 0;
}

void config_texts_list_free(struct ifcfg_text *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free((char *)list[i].path);
	}
	free(list);
}

int config_texts_model(const struct config_texts *texts, enum ifcfg_dialect dialect,
		       struct model **out, struct model_problems *problems)
{
	struct model_problems found = {0};
	struct ifcfg_names names = {0};
	struct ifcfg_text *list;

	int result = config_texts_list(texts, &list);
	if (result < 0) {
		return result;
	}
	struct model *model = NULL;
	if (config_names_read("", &names) == 0) {
		model = ifcfg_read(list, texts->count, dialect, &names, &found);
	}
	if (model && model_problems_move(&found, problems)) {
		*out = model;
	} else {
		result = -ENOMEM;
		model_free(model);
	}
	model_problems_free(&found);
	ifcfg_names_free(&names);
	config_texts_list_free(list, texts->count);
	return result;
}
