/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plain structs to and from JSON by a table of their members, so that writing and reading
 * can't disagree. What is 0, false or empty is left out.
 */
#ifndef DAEMON_JSON_STRUCT_H
#define DAEMON_JSON_STRUCT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_member_kind {
	JSON_MEMBER_NUMBER = 0, /* unsigned, or an enum, of 1, 2 or 4 bytes */
	JSON_MEMBER_SIGNED,	/* int32_t */
	JSON_MEMBER_BOOL,
	JSON_MEMBER_TEXT,  /* a char array that ends with a NUL */
	JSON_MEMBER_BYTES, /* written as hex digits */
};

struct json_member {
	const char *name;
	enum json_member_kind kind;
	size_t offset;
	size_t size;
	int64_t max; /* of a number */
};

#define JSON_MEMBER(type, member, kind_, max_)                                      \
	{                                                                           \
		.name = #member, .kind = (kind_), .offset = offsetof(type, member), \
		.size = sizeof(((type *)0)->member), .max = (max_)                  \
	}

/* A new reference; NULL: no memory. */
json_t *json_from_struct(const void *base, const struct json_member *members, size_t count);
/* False: something in it is out of range or of another kind; *base is then half filled.
 * Members that are missing are left as they are. */
bool json_to_struct(const json_t *json, const struct json_member *members, size_t count,
		    void *base);

#endif
