// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a failed assertion of the core does in a test: it says where and aborts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/assert.h"

noreturn void core_assert_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
	abort();
}
