/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time as the core sees it: milliseconds of a monotonic clock that the caller
 * reads. The core never reads one itself.
 */
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include <stdint.h>

typedef uint64_t time_ms;

/* A deadline that never comes. */
#define TIME_NEVER UINT64_MAX

#endif
