/* SPDX-License-Identifier: BSD-2-Clause */
/* Making JSON objects where any step can lack memory. Private to config/. */
#ifndef CONFIG_JSON_PUT_H
#define CONFIG_JSON_PUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config_json.h"

/* Sets the key, taking the value over; false: no memory, also if value is NULL. */
static inline bool json_put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) == 0;
}

static inline bool json_put_text(json_t *object, const char *key, const char *text)
{
	return json_put(object, key, text ? config_json_string(text) : json_null());
}

static inline bool json_put_number(json_t *object, const char *key, json_int_t number)
{
	return json_put(object, key, json_integer(number));
}

static inline bool json_put_mac(json_t *object, const char *key, const uint8_t mac[6],
				bool known)
{
	char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return json_put_text(object, key, known ? text : NULL);
}

/* The number, or null. */
static inline bool json_put_optional(json_t *object, const char *key, json_int_t number,
				     bool known)
{
	return json_put(object, key, known ? json_integer(number) : json_null());
}

/* The object if all went well, else nothing. */
static inline json_t *json_finish(json_t *object, bool fine)
{
	if (!fine) {
		json_decref(object);
		return NULL;
	}
	return object;
}

#endif
