/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interface files of a folder as texts, with who owns them: what a configuration
 * is made of, compared by, kept as, and put back from.
 */
#ifndef CONFIG_CONFIG_TEXTS_H
#define CONFIG_CONFIG_TEXTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ifcfg/ifcfg.h"
#include "model/model.h"

struct config_body;

struct config_text {
	const char *name;  /* in the folder: "ifcfg-bond0" */
	const char *bytes; /* NUL-terminated behind size */
	size_t size;
	mode_t mode; /* permission bits */
	uid_t uid;
	gid_t gid;
	int read_error; /* as in struct ifcfg_text, EFBIG beyond IFCFG_FILE_SIZE_MAX; then
			 * bytes is empty */
	/* What says that the file has not changed since it was read; changed_ns 0: nothing
	 * does, for it was changed while it was read, or may have been. */
	uint64_t device, inode, changed_ns, modified_ns;
	/* Where name and bytes are, which nobody changes: all copies share it. NULL: they
	 * are somebody else's, and a copy gets its own. */
	struct config_body *body;
};

/* The name of /etc/sysconfig/network among the texts of the folder beside it. It is read
 * and recorded like them, and never written. */
#define CONFIG_NETWORK_NAME "network"

struct config_texts {
	char *folder;
	size_t count;
	struct config_text *list; /* sorted by name */
};

/* -ENOMEM: *out is untouched. */
int config_text_copy(const struct config_text *from, struct config_text *out);
/* Gives up the text's share of its body, and empties it. */
void config_text_clear(struct config_text *text);

/* Reads all that ifcfg_name_is_read() takes, and CONFIG_NETWORK_NAME. before, where not
 * NULL, is an earlier reading of the same folder: files that haven't changed since (inode,
 * ctime, mtime, size) are taken from there instead of being read. Errors as
 * config_read_folder(); *out is then untouched. */
int config_texts_read(const char *folder, enum ifcfg_dialect dialect,
		      const struct config_texts *before, struct config_texts *out);
void config_texts_free(struct config_texts *texts); /* leaves it empty */
/* Cheap, however long the texts are; -ENOMEM. */
int config_texts_copy(const struct config_texts *from, struct config_texts *out);

/* NULL: there is none of that name. */
const struct config_text *config_texts_find(const struct config_texts *texts, const char *name);
/* Puts a copy of text in, in the place of one of that name; -ENOMEM. */
int config_texts_set(struct config_texts *texts, const struct config_text *text);
void config_texts_remove(struct config_texts *texts, const char *name);

/* Whether bytes, mode, owner and read_error are the same; the names don't matter. */
bool config_text_is_same(const struct config_text *left, const struct config_text *right);

/* 16 hex digits that differ where name, bytes or read_error of any file differ. */
#define CONFIG_REVISION_SIZE 17
void config_texts_revision(const struct config_texts *texts, char out[CONFIG_REVISION_SIZE]);
/* The same of one file; NULL: of an absent one ("-"). */
void config_text_revision(const struct config_text *text, char out[CONFIG_REVISION_SIZE]);

/* The model that the texts mean, as config_read_folder() makes it of a folder. */
int config_texts_model(const struct config_texts *texts, enum ifcfg_dialect dialect,
		       struct model **out, struct model_problems *problems);

/* One file's change between two sets; a NULL side: absent there. */
typedef void config_texts_difference(const struct config_text *from,
				     const struct config_text *to, void *context);
/* Calls back for each file whose bytes, mode or owner differ, by name. */
size_t config_texts_compare(const struct config_texts *from, const struct config_texts *to,
			    config_texts_difference *callback, void *context);

/* A unified difference of two texts' lines, as diff -u would show it; NULL sides as
 * above. To be freed; NULL: no memory. */
char *config_text_diff(const char *name, const struct config_text *from,
		       const struct config_text *to);

/* To and from JSON: a list of {"name", "text" or "base64", "mode", "uid", "gid"}. From
 * what is no such list: -EINVAL. */
json_t *config_texts_to_json(const struct config_texts *texts);
int config_texts_from_json(const json_t *json, const char *folder, struct config_texts *out);

#endif
