/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads ifcfg files as initscripts does: text in, model out. Nothing here opens
 * a file or runs anything; ifcfg_folder.c in daemon/ and cli/ brings the text.
 */
#ifndef IFCFG_IFCFG_H
#define IFCFG_IFCFG_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model.h"

/* A file's variables as the shell would have them after sourcing it. */
struct ifcfg_variable {
	char *name;
	char *value;
	uint32_t line; /* of the assignment that counts */
};

/* One file handed to the reader. */
struct ifcfg_text {
	const char *path; /* for messages; its last part names the interface */
	const char *bytes;
	size_t size;
	/* 0, or the errno with which reading the file failed: then it is a
	 * problem of its own and bytes is not looked at. */
	int read_error;
};

/* Whether a folder's entry of that name is an ifcfg file to be read at all:
 * begins with "ifcfg-", is not a backup, is not ifcfg-lo. */
bool ifcfg_name_is_read(const char *name);

/*
 * Parses all files and builds the model of them: bonds, their members, VLAN
 * interfaces. Every problem of syntax or meaning is added to *problems, with
 * file and line; model_validate() has been run. Never NULL but for lack of
 * memory. The caller applies model_drop_faulty() if it wants the rest.
 */
struct model *ifcfg_read(const struct ifcfg_text *texts, size_t count,
			 struct model_problems *problems);

/* Parses one file to its variables, in order of first assignment. Returns the
 * number, sets *out (freed by ifcfg_variables_free), adds problems. */
size_t ifcfg_parse(const struct ifcfg_text *text, uint32_t file_index,
		   struct ifcfg_variable **out, struct model_problems *problems);
void ifcfg_variables_free(struct ifcfg_variable *variables, size_t count);

#endif
