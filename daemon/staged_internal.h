/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the files of staged*.c:
 *
 *   staged.c         the list, on the disk and in memory
 *   staged_view.c    the configuration as it will be with them
 *   staged_vlan.c    a VLAN interface made, changed, deleted
 *   staged_change.c  the change of files that comes of it
 *   staged_commit.c  written and applied
 *   staged_json.c    what is shown
 *
 * A change is kept as the JSON that is written:
 *
 *   {"action": "change", "name": "bond0.652", "time", "uid", "user", "revision",
 *    "vlan": {...}, "files": [{"name": "ifcfg-bond0.652", "was": "0b1e...", "text": "..."}]}
 *
 * The first of files is the interface's own; text null: it is to be removed. was is the
 * revision of the file that the change was made from.
 */
#ifndef DAEMON_STAGED_INTERNAL_H
#define DAEMON_STAGED_INTERNAL_H

#include <jansson.h>
#include <stdbool.h>

#include "config/configuration.h"
#include "daemon/journal.h"
#include "daemon/staged.h"
#include "daemon/vlan_check.h"
#include "daemon/vlan_request.h"
#include "model/model.h"

/* More than a server can have. */
#define STAGED_CHANGES_MAX 4096

struct staged {
	struct daemon *daemon;
	json_t *changes; /* a list, in the order in which they were asked for */
	bool unsure;	 /* the file may say otherwise: writing it failed */
	const struct configuration *view; /* the last that was looked at; NULL: none */
};

/* --- staged.c */

/* A member of a change, "" where it isn't there. */
const char *staged_text(const json_t *change, const char *key);
/* NULL: there is none of that name. Borrowed. */
json_t *staged_find(const struct staged *staged, const char *name);
/* Puts the change in, in place of one of that name, durably; takes the reference.
 * 0 or -errno: nothing is different then. */
int staged_put(struct staged *staged, json_t *change);
/* NULL: all of them. */
int staged_drop(struct staged *staged, const char *name);
/* Gives the change its revision; false: no memory. */
bool staged_set_revision(json_t *change);
/* Of all of them together. */
void staged_revision(const struct staged *staged, char out[CONFIG_REVISION_SIZE]);
/* Why the change can't be made any more: a sentence, to be freed; NULL: it can. */
char *staged_conflict(struct staged *staged, const json_t *change,
		      const struct config_texts *folder);
/* Whether this peer may replace or drop the change without naming its revision. */
bool staged_is_of(const json_t *change, const struct peer *peer);

/* --- staged_view.c */

/* The folder's texts; borrowed. 0 or -errno. */
int staged_folder(struct staged *staged, const struct config_texts **out);
/* The folder with the staged changes in it, read; *answer filled where it returns
 * false. */
bool staged_view(struct staged *staged, struct transaction_answer *answer);
/* The same with one more change in it (in place of one of that name), of the folder as
 * it was read for staged_view(); it becomes the view. */
bool staged_view_with(struct staged *staged, const json_t *change,
		      struct transaction_answer *answer);
/* The texts of the folder with a list of changes in them. */
int staged_texts_with(const struct config_texts *folder, const json_t *changes,
		      struct config_texts *out);
/* The file's name without its folder, where the interface was said. */
const char *staged_file_name(const struct model *model, const struct model_source *source);

/* --- staged_change.c */

/* One request on its way. */
struct staged_call {
	struct staged *staged;
	const struct peer *peer;
	struct vlan_request request;
	const char *verb; /* "add", "set", "del": of the command line */
	char name[MODEL_NAME_SIZE];
	char file[JOURNAL_NAME_SIZE]; /* the interface's own */
	struct model_vlan vlan;	      /* as it is to be; its own addresses */
	/* Addresses that other files of the interface give it (aliases). */
	size_t other_count;
	struct model_address *others;
	struct transaction_answer answer; /* where something is wrong */
};

/* They fill in the answer and return false. */
bool staged_refuse(struct staged_call *call, unsigned int status, const char *code,
		   const char *field, const char *message);
bool staged_refuse_request(struct staged_call *call, const struct vlan_request_error *error);
bool staged_refuse_check(struct staged_call *call, const struct vlan_check_error *error);
bool staged_no_memory(struct staged_call *call);
/* Whether what the caller saw is what there is, and nobody else's change is replaced that
 * they haven't seen. */
bool staged_check_revision(struct staged_call *call);
/* Adds one to a list of a change's files; text NULL: it is to be removed. */
void staged_add_file(const struct staged_call *call, json_t *files, const char *name,
		     const char *text);
/* Files that an earlier change of it removes stay removed. */
void staged_add_removed(const struct staged_call *call, json_t *files);
/* A change; takes fields and files. NULL: no memory. */
json_t *staged_make(const struct staged_call *call, bool is_removal, json_t *fields,
		    json_t *files);
/* Writes ->vlan's text and goes on with it. Answers. */
void staged_change_file(struct staged_call *call, transaction_callback *callback, void *user);
/* Stages the change or carries it out; takes it. Answers. */
void staged_finish(struct staged_call *call, json_t *change, const char *text,
		   transaction_callback *callback, void *user);

/* --- staged_commit.c */

/* Writes and applies a list of changes; staged: they are among the staged ones. */
void staged_apply(struct staged *staged, const struct peer *peer, const char *how,
		  const json_t *changes, bool are_staged, unsigned int confirm_s,
		  transaction_callback *callback, void *user);

/* --- staged_json.c */

/* The fields of a VLAN interface that its file says; NULL: no memory. */
json_t *staged_vlan_fields(const struct model_vlan *vlan);
/* The element of GET /v1/vlans for a change. */
json_t *staged_change_element(struct staged *staged, const json_t *change);

#endif
