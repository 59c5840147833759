/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every JSON here is made with: texts that need not be UTF-8, hardware and
 * IP addresses, the time of day.
 */
#ifndef DAEMON_JSON_UTIL_H
#define DAEMON_JSON_UTIL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A string; bytes that are no ASCII become "?" if the whole is no UTF-8. NULL
 * gives null. */
json_t *json_text(const char *text);

/* "52:54:00:12:34:56". */
json_t *json_mac(const uint8_t mac[6]);
bool json_mac_read(const json_t *json, uint8_t mac[6]);

/* {"family": "inet", "address": "10.0.0.1", "prefix": 24} */
json_t *json_address(int family, const uint8_t *bytes, uint8_t prefix);

/* The time of day: seconds since 1970. */
double json_time_now(void);

/* The member of that name as a number or boolean; fallback where it's absent, of another type,
 * or out of range. */
uint64_t json_get_uint(const json_t *object, const char *key, uint64_t max, uint64_t fallback);
bool json_get_bool(const json_t *object, const char *key, bool fallback);
/* "" where it's absent. Copies at most size - 1 bytes. */
void json_get_text(const json_t *object, const char *key, char *out, size_t size);

#endif
