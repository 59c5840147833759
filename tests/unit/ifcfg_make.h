/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes models of files that stand in a test, for the tests of ifcfg/. */
#ifndef TESTS_UNIT_IFCFG_MAKE_H
#define TESTS_UNIT_IFCFG_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ifcfg/ifcfg.h"

#define MAKE_FILES_MAX 24

struct made {
	struct model *model;
	struct model_problems problems;
};

struct file {
	const char *path;
	const char *text;
};

static inline struct made make_in(enum ifcfg_dialect dialect, const struct file *files)
{
	struct ifcfg_text texts[MAKE_FILES_MAX] = {0};
	struct made made = {0};
	size_t count = 0;

	for (; files[count].path; count++) {
		texts[count] = (struct ifcfg_text){.path = files[count].path,
						   .bytes = files[count].text,
						   .size = strlen(files[count].text)};
	}
	made.model = ifcfg_read(texts, count, dialect, NULL, &made.problems);
	assert_non_null(made.model);
	assert_int_equal(made.model->file_count, count);
	return made;
}

static inline struct made make(const struct file *files)
{
	return make_in(IFCFG_DIALECT_INITSCRIPTS, files);
}

static inline void made_free(struct made *made)
{
	model_free(made->model);
	model_problems_free(&made->problems);
}

/* One bond of one member, with a further line in its file. */
static inline struct made make_bond(const char *options, const char *line)
{
	char text[1024];
	const struct file files[] = {
		{"ifcfg-bond0", text},
		{"ifcfg-eth0", "MASTER=bond0\nSLAVE=yes\n"},
		{NULL, NULL},
	};

	snprintf(text, sizeof(text), "DEVICE=bond0\nBONDING_OPTS=\"%s\"\n%s\n", options, line);
	return make(files);
}

/* The one problem there is must say this; NULL: there must be none. */
static inline void expect_problem(const struct made *made, enum model_severity severity,
				  const char *subject, const char *says, const char *what)
{
	if (!says) {
		if (made->problems.count != 0) {
			fail_msg("%s: %s", what, made->problems.list[0].text);
		}
		return;
	}
	if (made->problems.count != 1) {
		for (size_t i = 0; i < made->problems.count; i++) {
			print_error("%s\n", made->problems.list[i].text);
		}
		fail_msg("%s: %zu problems", what, made->problems.count);
	}
	const struct model_problem *problem = &made->problems.list[0];
	if (!strstr(problem->text, says) || problem->severity != severity ||
	    strcmp(problem->subject, subject) != 0) {
		fail_msg("%s: %d %s %s", what, problem->severity, problem->subject,
			 problem->text);
	}
}

#endif
