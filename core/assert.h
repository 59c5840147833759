/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assertions of the core: for programmer errors only, on in every build.
 *
 * Whoever links the core provides core_assert_failed(); it is the only thing
 * besides mem* that the core imports. Nothing that a partner sends, a file says
 * or a client asks may reach one.
 */
#ifndef CORE_ASSERT_H
#define CORE_ASSERT_H

#include <stdnoreturn.h>

/* Called once, must not return. */
noreturn void core_assert_failed(const char *file, int line, const char *what);

#define CORE_ASSERT(condition)                                              \
	do {                                                                \
		if (!(condition)) {                                         \
			core_assert_failed(__FILE__, __LINE__, #condition); \
		}                                                           \
	} while (0)

#endif
