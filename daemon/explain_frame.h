/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds the frame of a flow, as far as a hash looks at it.
 */
#ifndef DAEMON_EXPLAIN_FRAME_H
#define DAEMON_EXPLAIN_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/explain.h"

#define EXPLAIN_FRAME_SIZE 64
#define EXPLAIN_TEXT_SIZE  256

struct explain_frame {
	size_t size;
	uint8_t bytes[EXPLAIN_FRAME_SIZE];
	bool has_protocol;
	char text[EXPLAIN_TEXT_SIZE]; /* in words */
};

/* What the hash of a policy needs of a frame. */
struct explain_needs {
	bool ethernet;	/* MAC addresses */
	bool addresses; /* IP addresses */
	bool ports;
	const uint8_t *own_mac; /* src_mac where none is given */
};

/* 0, or -EINVAL with error filled. */
int explain_frame_build(const struct explain_query *query, const struct explain_needs *needs,
			struct explain_frame *out, char error[EXPLAIN_ERROR_SIZE]);

#endif
