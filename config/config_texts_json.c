/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts as JSON, exactly: what is no UTF-8 stands there as base64 (RFC 4648, clause 4).
 * What is read back may have been touched by anybody, so all of it is looked at.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_folder.h"
#include "config/config_text_list.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* To be freed; NULL: no memory. */
static char *base64_encode(const char *bytes, size_t size)
{
	const unsigned char *from = (const unsigned char *)bytes;
	char *text = malloc((size + 2) / 3 * 4 + 1);
	char *to = text;

	for (size_t i = 0; text && i < size; i += 3) {
		size_t left = size - i;
		unsigned int group = (unsigned int)from[i] << 16;
		group |= left > 1 ? (unsigned int)from[i + 1] << 8 : 0;
		group |= left > 2 ? from[i + 2] : 0;
		*to++ = digits[group >> 18];
		*to++ = digits[group >> 12 & 63];
		*to++ = left > 1 ? digits[group >> 6 & 63] : '=';
		*to++ = left > 2 ? digits[group & 63] : '=';
	}
	if (text) {
		*to = '\0';
	}
	return text;
}

/* Four digits to as many bytes as they hold; 0: they are none, or not as they would be
 * written. */
static size_t base64_group(const char *text, unsigned char out[3])
{
	unsigned int group = 0;
	size_t pads = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;

	for (size_t i = 0; i < 4; i++) {
		const char *digit = i < 4 - pads ? strchr(digits, text[i]) : digits;
		if (!digit || *digit == '\0') {
			return 0;
		}
		group = group << 6 | (unsigned int)(digit - digits);
	}
	if (group & ((1U << (8 * pads)) - 1)) {
		return 0;
	}
	out[0] = (unsigned char)(group >> 16);
	out[1] = (unsigned char)(group >> 8);
	out[2] = (unsigned char)group;
	return 3 - pads;
}

/* 0, -EINVAL or -ENOMEM; *out, NUL-terminated, is to be freed. */
static int base64_decode(const char *text, char **out, size_t *out_size)
{
	size_t size = strlen(text);
	char *bytes = malloc(size / 4 * 3 + 1);
	size_t at = 0;

	if (!bytes) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < size; i += 4) {
		unsigned char group[3];
		size_t count = i + 4 <= size ? base64_group(text + i, group) : 0;
		if (count == 0 || (count < 3 && i + 4 < size)) {
			free(bytes);
			return -EINVAL;
		}
		memcpy(bytes + at, group, count);
		at += count;
	}
	bytes[at] = '\0';
	*out = bytes;
	*out_size = at;
	return 0;
}

/* Sets the key, taking the value over; false: no memory, also if value is NULL. */
static bool put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) == 0;
}

/* The bytes under a key of their own; jansson takes no NUL and nothing but UTF-8. */
static bool put_bytes(json_t *object, const struct config_text *text)
{
	json_t *string = NULL;

	if (!memchr(text->bytes, '\0', text->size)) {
		string = json_stringn(text->bytes, text->size);
	}
	if (string) {
		return put(object, "text", string);
	}
	char *encoded = base64_encode(text->bytes, text->size);
	bool fine = encoded && put(object, "base64", json_string(encoded));
	free(encoded);
	return fine;
}

/* A name, too, may be any bytes. */
static bool put_name(json_t *object, const char *name)
{
	json_t *string = json_string(name);

	if (string) {
		return put(object, "name", string);
	}
	char *encoded = base64_encode(name, strlen(name));
	bool fine = encoded && put(object, "name_base64", json_string(encoded));
	free(encoded);
	return fine;
}

static json_t *text_to_json(const struct config_text *text)
{
	json_t *object = json_object();
	bool fine = put_name(object, text->name) && put_bytes(object, text) &&
		    put(object, "mode", json_integer(text->mode)) &&
		    put(object, "uid", json_integer(text->uid)) &&
		    put(object, "gid", json_integer(text->gid));

	if (fine && text->read_error != 0) {
		fine = put(object, "read_error", json_integer(text->read_error));
	}
	if (!fine) {
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *config_texts_to_json(const struct config_texts *texts)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < texts->count; i++) {
		if (json_array_append_new(list, text_to_json(&texts->list[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* The string under one key, or in base64 under the other; *out is to be freed. */
static int bytes_from_json(const json_t *object, const char *key, const char *base64_key,
			   char **out, size_t *size)
{
	const json_t *plain = json_object_get(object, key);
	const json_t *encoded = json_object_get(object, base64_key);

	if (json_is_string(plain) && !encoded) {
		*size = json_string_length(plain);
		*out = malloc(*size + 1);
		if (!*out) {
			return -ENOMEM;
		}
		memcpy(*out, json_string_value(plain), *size);
		(*out)[*size] = '\0';
		return 0;
	}
	if (!json_is_string(encoded) || plain) {
		return -EINVAL;
	}
	return base64_decode(json_string_value(encoded), out, size);
}

/* A number from 0 to most; an absent one is 0 if it may be. */
static bool number_from_json(const json_t *object, const char *key, json_int_t most,
			     bool may_be_absent, json_int_t *out)
{
	const json_t *value = json_object_get(object, key);

	*out = 0;
	if (!value) {
		return may_be_absent;
	}
	*out = json_integer_value(value);
	return json_is_integer(value) && *out >= 0 && *out <= most;
}

static int text_from_json(const json_t *object, struct config_text *out)
{
	struct config_text text = {0};
	char *name = NULL;
	char *bytes = NULL;
	size_t name_size = 0;
	json_int_t mode;
	json_int_t uid;
	json_int_t gid;
	json_int_t read_error = 0;
	const json_t *no_file = json_object_get(object, "read_error");
	bool is_no_file = json_is_integer(no_file) && json_integer_value(no_file) == -1;

	/* No file can be owned by (uid_t)-1. */
	if (!number_from_json(object, "mode", 07777, false, &mode) ||
	    !number_from_json(object, "uid", UINT32_MAX - 1, false, &uid) ||
	    !number_from_json(object, "gid", UINT32_MAX - 1, false, &gid) ||
	    (!is_no_file &&
	     !number_from_json(object, "read_error", INT_MAX, true, &read_error))) {
		return -EINVAL;
	}
	int result = bytes_from_json(object, "name", "name_base64", &name, &name_size);
	if (result == 0) {
		result = bytes_from_json(object, "text", "base64", &bytes, &text.size);
	}
	if (result == 0 && (strlen(name) != name_size || !config_name_is_valid(name) ||
			    text.size > IFCFG_FILE_SIZE_MAX)) {
		result = -EINVAL;
	}
	if (result == 0) {
		text.name = name;
		text.bytes = bytes;
		result = config_text_own(&text);
	}
	free(name);
	free(bytes);
	if (result < 0) {
		return result;
	}
	text.mode = (mode_t)mode;
	text.uid = (uid_t)uid;
	text.gid = (gid_t)gid;
	text.read_error = is_no_file ? IFCFG_NO_FILE : (int)read_error;
	*out = text;
	return 0;
}

int config_texts_from_json(const json_t *json, const char *folder, struct config_texts *out)
{
	struct config_texts texts = {0};
	size_t count = json_array_size(json);
	int result = json_is_array(json) && count <= CONFIG_FILES_MAX ? 0 : -EINVAL;

	if (result == 0) {
		texts.folder = strdup(folder);
		result = texts.folder ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < count && result == 0; i++) {
		struct config_text text = {0};
		bool is_there = false;
		result = text_from_json(json_array_get(json, i), &text);
		if (result == 0) {
			size_t at = config_texts_place(&texts, text.name, &is_there);
			result = is_there ? -EINVAL : config_texts_insert(&texts, at, &text);
		}
		config_text_clear(&text);
	}
	if (result < 0) {
		config_texts_free(&texts);
		return result;
	}
	*out = texts;
	return 0;
}
