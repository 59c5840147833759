/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fields of the daemon's JSON, with a value in their place when they are
 * absent, null or of another type: what the daemon leaves out is no reason to
 * stop showing the rest. object may be NULL.
 */
#ifndef CLI_FIELD_H
#define CLI_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

static inline const char *field_text(const json_t *object, const char *key,
				     const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : otherwise;
}

/* Below 0 counts as 0. */
static inline uint64_t field_number(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));

	return number > 0 ? (uint64_t)number : 0;
}

static inline bool field_flag(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

#endif
