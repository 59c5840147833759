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

/* Thousands of texts are copied for every change of one. */
struct config_body {
	unsigned int users;
	bool is_hashed;
	uint64_t hash; /* of a text that could be read */
	struct ifcfg_parsed *parsed;
	char bytes[]; /* the text's with a NUL, the name with a NUL */
};

void config_text_clear(struct config_text *text)
{
	if (text->body && --text->body->users == 0) {
		ifcfg_parsed_free(text->body->parsed);
		free(text->body);
	}
	*text = (struct config_text){0};
}

int config_text_own(struct config_text *text)
{
	size_t name_size = strlen(text->name) + 1;
	struct config_body *body = malloc(sizeof(*body) + text->size + 1 + name_size);

	if (!body) {
		return -ENOMEM;
	}
	*body = (struct config_body){.users = 1};
	if (text->size > 0) {
		memcpy(body->bytes, text->bytes, text->size);
	}
	body->bytes[text->size] = '\0';
	memcpy(body->bytes + text->size + 1, text->name, name_size);
	text->body = body;
	text->bytes = body->bytes;
	text->name = body->bytes + text->size + 1;
	return 0;
}

/* Whether name and bytes are the body's still: whoever has a text may have given it
 * another name. */
static bool text_is_bodys(const struct config_text *text)
{
	return text->body && text->bytes == text->body->bytes &&
	       text->name == text->body->bytes + text->size + 1;
}

int config_text_copy(const struct config_text *from, struct config_text *out)
{
	struct config_text copy = *from;

	if (text_is_bodys(from)) {
		from->body->users++;
	} else if (config_text_own(&copy) < 0) {
		return -ENOMEM;
	}
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
	size_t room = 1;
	int result;

	while (room < from->count) {
		room *= 2;
	}
	copy.list = calloc(room, sizeof(*copy.list));
	result = copy.folder && copy.list ? 0 : -ENOMEM;
	while (result == 0 && copy.count < from->count) {
		result = config_text_copy(&from->list[copy.count], &copy.list[copy.count]);
		copy.count += result == 0;
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

static uint64_t text_hash_make(const struct config_text *text)
{
	size_t name_size = strlen(text->name);
	struct config_hash hash;

	config_hash_init(&hash, revision_key);
	config_hash_add_number(&hash, name_size);
	config_hash_add(&hash, text->name, name_size);
	config_hash_add_number(&hash, (uint64_t)(int64_t)text->read_error);
	config_hash_add_number(&hash, text->size);
	config_hash_add(&hash, text->bytes, text->size);
	return config_hash_end(&hash);
}

static uint64_t text_hash(const struct config_text *text)
{
	if (text->read_error != 0 || !text_is_bodys(text)) {
		return text_hash_make(text);
	}
	if (!text->body->is_hashed) {
		text->body->hash = text_hash_make(text);
		text->body->is_hashed = true;
	}
	return text->body->hash;
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
		config_hash_add_number(&hash, text_hash(&texts->list[i]));
	}
	revision_print(config_hash_end(&hash), out);
}

void config_text_revision(const struct config_text *text, char out[CONFIG_REVISION_SIZE])
{
	if (!text) {
		memcpy(out, "-", 2);
		return;
	}
	revision_print(text_hash(text), out);
}

bool config_text_is_same(const struct config_text *left, const struct config_text *right)
{
	return left->read_error == right->read_error && left->size == right->size &&
	       left->mode == right->mode && left->uid == right->uid &&
	       left->gid == right->gid &&
	       (left->size == 0 || left->bytes == right->bytes ||
		memcmp(left->bytes, right->bytes, left->size) == 0);
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
		if (left && right && config_text_is_same(left, right)) {
			continue;
		}
		count++;
		if (callback) {
			callback(left, right, context);
		}
	}
	return count;
}

/* To be freed; NULL: no memory. */
static char *text_path(const struct config_texts *texts, const char *name)
{
	const char *folder = texts->folder;
	size_t size = strlen(folder);
	bool beside = strcmp(name, CONFIG_NETWORK_NAME) == 0;
	char *path;

	while (size > 1 && folder[size - 1] == '/') {
		size--;
	}
	if (beside) {
		size_t last = size;
		while (last > 0 && folder[last - 1] != '/') {
			last--;
		}
		/* "..", too, has something above it. */
		beside = folder[last] == '.' || last == 0;
		size = beside ? size : last > 1 ? last - 1 : 0;
	} else if (size == 1 && folder[0] == '/') {
		size = 0;
	}
	/* No printf: there are thousands. */
	path = malloc(size + strlen("/../") + strlen(name) + 1);
	if (path) {
		memcpy(path, folder, size);
		stpcpy(stpcpy(path + size, beside ? "/../" : "/"), name);
	}
	return path;
}

int config_texts_list(const struct config_texts *texts, struct ifcfg_text **out)
{
	struct ifcfg_text *list = calloc(texts->count + 1, sizeof(*list));

	if (!list) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < texts->count; i++) {
		const struct config_text *text = &texts->list[i];
		char *path = text_path(texts, text->name);
		if (!path) {
			config_texts_list_free(list, i);
			return -ENOMEM;
		}
		list[i] = (struct ifcfg_text){
			.path = path,
			.bytes = text->bytes,
			.size = text->size,
			.read_error = text->read_error,
			.parsed = text_is_bodys(text) ? &text->body->parsed : NULL};
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

int config_texts_model_with(const struct config_texts *texts, enum ifcfg_dialect dialect,
			    const struct ifcfg_names *names, struct model **out,
			    struct model_problems *problems)
{
	struct model_problems found = {0};
	struct ifcfg_text *list;

	int result = config_texts_list(texts, &list);
	if (result < 0) {
		return result;
	}
	struct model *model = ifcfg_read(list, texts->count, dialect, names, &found);
	if (model && model_problems_move(&found, problems)) {
		*out = model;
	} else {
		result = -ENOMEM;
		model_free(model);
	}
	model_problems_free(&found);
	config_texts_list_free(list, texts->count);
	return result;
}

int config_texts_model(const struct config_texts *texts, enum ifcfg_dialect dialect,
		       struct model **out, struct model_problems *problems)
{
	struct ifcfg_names names = {0};

	int result = config_names_read("", &names);
	if (result == 0) {
		result = config_texts_model_with(texts, dialect, &names, out, problems);
	}
	ifcfg_names_free(&names);
	return result;
}
