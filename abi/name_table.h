/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tables of words, indexed by an enum's values: what an enumerator is called in files,
 * in the API and for people. A table is an array of pointers; a hole is NULL.
 */
#ifndef ABI_NAME_TABLE_H
#define ABI_NAME_TABLE_H

#include <stddef.h>

#define NAME_TABLE_COUNT(table) (sizeof(table) / sizeof((table)[0]))
/* The word for the value in the table, which is an array. */
#define NAME_TABLE_AT(table, value) \
	name_table_at(table, NAME_TABLE_COUNT(table), (size_t)(value))

/* The word for a value; "unknown" for one out of range, so that no caller need check. */
static inline const char *name_table_at(const char *const *table, size_t count, size_t value)
{
	return value < count && table[value] ? table[value] : "unknown";
}

#endif
