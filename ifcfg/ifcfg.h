/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads ifcfg files as initscripts or as NetworkManager does: text in, model out.
 * Nothing here opens a file or runs anything; config/config_folder.c brings the
 * text.
 *
 * initscripts' files are sourced by bash, so bash says what a file means:
 * env -i bash -c '. FILE; declare -p' is what the tests compare with. Whatever
 * would make the shell run something is an error, and that file is refused.
 */
#ifndef IFCFG_IFCFG_H
#define IFCFG_IFCFG_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model.h"

/* Whose reading of the files counts. */
enum ifcfg_dialect {
	IFCFG_DIALECT_INITSCRIPTS = 0, /* ifup's: the files are shell */
	IFCFG_DIALECT_NM,	       /* NetworkManager's: lines of NAME=value */
};

/* "initscripts" and "nm". */
const char *ifcfg_dialect_name(enum ifcfg_dialect dialect);
bool ifcfg_dialect_parse(const char *text, enum ifcfg_dialect *out);

/* Limits far beyond any honest file, so that a hostile or broken one costs
 * little. Beyond them the file is refused. */
#define IFCFG_FILE_SIZE_MAX  (256 * 1024)
#define IFCFG_VALUE_SIZE_MAX (16 * 1024)
#define IFCFG_VARIABLES_MAX  2048

/* A folder's entry that is no regular file. */
#define IFCFG_NO_FILE	     (-1)

struct ifcfg_parsed;
/* NULL is fine. */
void ifcfg_parsed_free(struct ifcfg_parsed *parsed);

/* One file handed to the reader. */
struct ifcfg_text {
	const char *path; /* for messages; its last part names the interface */
	const char *bytes;
	size_t size;
	/* 0, or the errno with which reading the file failed, or
	 * IFCFG_NO_FILE: then it is a problem of its own and bytes is not
	 * looked at. */
	int read_error;
	/* NULL, or where ifcfg_read() keeps what the text says, for the next time: *parsed
	 * is NULL at first, and is freed by ifcfg_parsed_free() when the text is gone. */
	struct ifcfg_parsed **parsed;
};

/* A file's variables as the shell would have them after sourcing it. */
struct ifcfg_variables {
	size_t count;
	struct model_variable *list; /* in the order of first assignment */
	struct model_words *words;   /* NULL: each name and value is its own memory */
};

/* A number that the system has a name for. */
struct ifcfg_name {
	char *name;
	uint32_t number;
};

struct ifcfg_name_list {
	size_t count;
	struct ifcfg_name *list;
};

/* What a file may say in words where the kernel wants a number: the lines of
 * /etc/iproute2/rt_tables and its like. The names that everybody has (main, static, link,
 * ...) are known without them. */
struct ifcfg_names {
	struct ifcfg_name_list tables;	  /* rt_tables */
	struct ifcfg_name_list protocols; /* rt_protos */
	struct ifcfg_name_list scopes;	  /* rt_scopes */
	struct ifcfg_name_list dsfields;  /* rt_dsfield */
};

/* Adds the "NUMBER NAME" lines of such a file; others are passed over, and of two with
 * one name the later counts. False: no memory, *list is still whole. */
bool ifcfg_names_add(struct ifcfg_name_list *list, const char *bytes, size_t size);
/* In the same order, too. */
bool ifcfg_names_are_same(const struct ifcfg_names *left, const struct ifcfg_names *right);
/* Leaves them empty. */
void ifcfg_names_free(struct ifcfg_names *names);

/* Whether a folder's entry of that name is a file to be read at all: begins
 * with "ifcfg-", "route-", "route6-", "rule-" or "rule6-", is not what the
 * dialect takes for a backup, is not ifcfg-lo. */
bool ifcfg_name_is_read(const char *name, enum ifcfg_dialect dialect);

/*
 * Parses all files and builds the model of them: bonds, their members, VLAN
 * interfaces, with routes and rules. names NULL: none but those that everybody has.
 * Every problem of syntax or meaning is added to *problems, with
 * file and line; model_validate() has been run. NULL only for lack of memory.
 * The caller applies model_drop_faulty() if it wants what can be brought up.
 */
struct model *ifcfg_read(const struct ifcfg_text *texts, size_t count,
			 enum ifcfg_dialect dialect, const struct ifcfg_names *names,
			 struct model_problems *problems);

/*
 * Adds a warning for each thing that the other dialect would read differently in
 * files of ours: a value, what a file describes, what comes of it; with the place and
 * both readings. Files that say NM_CONTROLLED=no are left out where initscripts'
 * reading counts, for NetworkManager leaves them alone. model is what ifcfg_read()
 * made of the texts in this dialect, before anything was dropped from it, and
 * problems what it found.
 */
void ifcfg_compare(const struct ifcfg_text *texts, size_t count, enum ifcfg_dialect dialect,
		   const struct ifcfg_names *names, const struct model *model,
		   struct model_problems *problems);

/*
 * Parses one file to its variables and adds what is wrong to *problems, with
 * subject as the errors' subject. False: the file is refused (or no memory,
 * see problems->out_of_memory); *out then holds what could be read nevertheless,
 * which is good for nothing but to name things. *out is freed by
 * ifcfg_variables_free() in both cases.
 */
bool ifcfg_parse(const struct ifcfg_text *text, enum ifcfg_dialect dialect, uint32_t file_index,
		 const char *subject, struct ifcfg_variables *out,
		 struct model_problems *problems);
void ifcfg_variables_free(struct ifcfg_variables *variables);

/* The variable's value, NULL if it is not set. */
const char *ifcfg_value(const struct ifcfg_variables *variables, const char *name);

#endif
