/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/json_struct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/json_util.h"

#define JSON_STRUCT_BYTES_MAX 16

static int64_t struct_number(const uint8_t *at, size_t size)
{
	uint16_t two;
	uint32_t four;

	if (size == 1) {
		return *at;
	}
	if (size == 2) {
		memcpy(&two, at, sizeof(two));
		return two;
	}
	memcpy(&four, at, sizeof(four));
	return four;
}

static void struct_set_number(uint8_t *at, size_t size, int64_t value)
{
	uint16_t two = (uint16_t)value;
	uint32_t four = (uint32_t)value;

	if (size == 1) {
		*at = (uint8_t)value;
	} else if (size == 2) {
		memcpy(at, &two, sizeof(two));
	} else {
		memcpy(at, &four, sizeof(four));
	}
}

static json_t *struct_bytes(const uint8_t *at, size_t size)
{
	char text[2 * JSON_STRUCT_BYTES_MAX + 1] = "";

	for (size_t i = 0; i < size && i < JSON_STRUCT_BYTES_MAX; i++) {
		(void)snprintf(text + 2 * i, 3, "%02x", at[i]);
	}
	return json_string(text);
}

static bool struct_is_empty(const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (at[i] != 0) {
			return false;
		}
	}
	return true;
}

static json_t *struct_member_to_json(const uint8_t *at, const struct json_member *member)
{
	int32_t number;

	switch (member->kind) {
	case JSON_MEMBER_NUMBER:
		return json_integer(struct_number(at, member->size));
	case JSON_MEMBER_SIGNED:
		memcpy(&number, at, sizeof(number));
		return json_integer(number);
	case JSON_MEMBER_BOOL:
		return json_true();
	case JSON_MEMBER_TEXT:
		return json_text((const char *)at);
	case JSON_MEMBER_BYTES:
		return struct_bytes(at, member->size);
	}
	return NULL;
}

json_t *json_from_struct(const void *base, const struct json_member *members, size_t count)
{
	json_t *json = json_object();

	for (size_t i = 0; i < count; i++) {
		const uint8_t *at = (const uint8_t *)base + members[i].offset;
		bool is_text = members[i].kind == JSON_MEMBER_TEXT;

		if (is_text ? *at != 0 : !struct_is_empty(at, members[i].size)) {
			json_object_set_new(json, members[i].name,
					    struct_member_to_json(at, &members[i]));
		}
	}
	return json;
}

static bool struct_read_bytes(const char *text, uint8_t *at, size_t size)
{
	char digits[3] = "", *end;

	if (!text || strlen(text) != 2 * size) {
		return false;
	}
	for (size_t i = 0; i < size; i++) {
		memcpy(digits, text + 2 * i, 2);
		at[i] = (uint8_t)strtoul(digits, &end, 16);
		if (*end) {
			return false;
		}
	}
	return true;
}

static bool struct_member_from_json(const json_t *json, const struct json_member *member,
				    uint8_t *at)
{
	json_int_t number = json_integer_value(json);
	const char *text = json_string_value(json);
	int32_t narrow = (int32_t)number;

	switch (member->kind) {
	case JSON_MEMBER_NUMBER:
		if (!json_is_integer(json) || number < 0 || number > member->max) {
			return false;
		}
		struct_set_number(at, member->size, number);
		return true;
	case JSON_MEMBER_SIGNED:
		if (!json_is_integer(json) || number < INT32_MIN || number > INT32_MAX) {
			return false;
		}
		memcpy(at, &narrow, sizeof(narrow));
		return true;
	case JSON_MEMBER_BOOL:
		*at = json_is_true(json);
		return json_is_boolean(json);
	case JSON_MEMBER_TEXT:
		if (!text || strlen(text) >= member->size) {
			return false;
		}
		memcpy(at, text, strlen(text) + 1);
		return true;
	case JSON_MEMBER_BYTES:
		return struct_read_bytes(text, at, member->size);
	}
	return false;
}

bool json_to_struct(const json_t *json, const struct json_member *members, size_t count,
		    void *base)
{
	if (!json_is_object(json)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_object_get(json, members[i].name);

		if (value && !struct_member_from_json(value, &members[i],
						      (uint8_t *)base + members[i].offset)) {
			return false;
		}
	}
	return true;
}
