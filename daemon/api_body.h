/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The JSON that a call comes with, read strictly: what is not known is refused, so that a
 * misspelt "confirm" never applies a change for good. Pure: text in, values out. The
 * bodies of VLAN interfaces have their own reader.
 */
#ifndef DAEMON_API_BODY_H
#define DAEMON_API_BODY_H

#include <jansson.h>
#include <stdbool.h>

#define API_BODY_ERROR_SIZE 256

/* The fields that there are, to be or-ed for what a call takes. */
enum api_body_field {
	API_BODY_BOND = 1 << 0,
	API_BODY_CONFIRM = 1 << 1,
	API_BODY_REVISION = 1 << 2,
	API_BODY_NUMBER = 1 << 3,
	API_BODY_ANYTHING = 1 << 4, /* an object, which somebody else reads */
};

struct api_body {
	json_t *json;			/* the whole, an object */
	const char *bond;		/* in json; NULL: not given */
	const char *revision;		/* likewise */
	unsigned int confirm_s, number; /* 0: not given */
};

/* Reads text, "" being {}. fields: what may be in it. False: *out is untouched, and error
 * says in one sentence what is wrong and what was expected. */
bool api_body_read(const char *text, unsigned int fields, struct api_body *out,
		   char error[API_BODY_ERROR_SIZE]);
void api_body_free(struct api_body *body);

#endif
