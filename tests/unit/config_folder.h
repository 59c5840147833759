/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder of interface files that a test writes and reads, for the tests of config/. */
#ifndef TESTS_UNIT_CONFIG_FOLDER_H
#define TESTS_UNIT_CONFIG_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config_texts.h"

static char folder[32];

static inline const char *path_of(const char *name)
{
	static char path[100];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static inline int folder_make(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test-config-texts.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static inline int folder_remove(void **state)
{
	struct config_texts texts;

	(void)state;
	if (config_texts_read(folder, IFCFG_DIALECT_INITSCRIPTS, NULL, &texts) == 0) {
		for (size_t i = 0; i < texts.count; i++) {
			unlink(path_of(texts.list[i].name));
		}
		config_texts_free(&texts);
	}
	return rmdir(folder);
}

static inline void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static inline struct config_texts read_over(const struct config_texts *before)
{
	struct config_texts texts;

	assert_int_equal(config_texts_read(folder, IFCFG_DIALECT_INITSCRIPTS, before, &texts),
			 0);
	return texts;
}

static inline struct config_text text_of(const char *name, const char *bytes)
{
	return (struct config_text){.name = (char *)name,
				    .bytes = (char *)bytes,
				    .size = strlen(bytes),
				    .mode = 0644};
}

#endif
