/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/json_util.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

json_t *json_text(const char *text)
{
	json_t *json;
	char *copy;

	if (!text) {
		return json_null();
	}
	json = json_string(text);
	if (json) {
		return json;
	}
	copy = strdup(text);
	if (!copy) {
		return NULL;
	}
	for (char *p = copy; *p; p++) {
		if ((unsigned char)*p >= 0x80) {
			*p = '?';
		}
	}
	json = json_string(copy);
	free(copy);
	return json;
}

json_t *json_mac(const uint8_t mac[6])
{
	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
			    mac[4], mac[5]);
}

double json_time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool json_mac_read(const json_t *json, uint8_t mac[6])
{
	const char *text = json_string_value(json);
	unsigned int b[6];

	if (!text || sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &b[0], &b[1], &b[2], &b[3], &b[4],
			    &b[5]) != 6) {
		return false;
	}
	for (int i = 0; i < 6; i++) {
		mac[i] = (uint8_t)b[i];
	}
	return true;
}

json_t *json_address(int family, const uint8_t *bytes, uint8_t prefix)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(family, bytes, text, sizeof(text));
	return json_pack("{s:s, s:s, s:i}", "family", family == AF_INET ? "inet" : "inet6",
			 "address", text, "prefix", (int)prefix);
}

uint64_t json_get_uint(const json_t *object, const char *key, uint64_t max, uint64_t fallback)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 || (uint64_t)number > max) {
		return fallback;
	}
	return (uint64_t)number;
}

bool json_get_bool(const json_t *object, const char *key, bool fallback)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? json_is_true(value) : fallback;
}

void json_get_text(const json_t *object, const char *key, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	snprintf(out, size, "%s", text ? text : "");
}
