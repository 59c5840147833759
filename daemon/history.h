/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last configurations that were applied (store/history/NNNNNN.json), each whole,
 * with who asked for it and how it differs from the one before. What is known of them
 * here is all but the texts, which are read when they are wanted.
 */
#ifndef DAEMON_HISTORY_H
#define DAEMON_HISTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "config/config_texts.h"
#include "daemon/peer.h"
#include "daemon/transaction.h"

#define HISTORY_VERSION	   1 /* changes with the meaning of what is written */
#define HISTORY_HOW_SIZE   80
#define HISTORY_NUMBER_MAX 999999999u

/* Who had it applied, when, and in which words. */
struct history_origin {
	double time; /* seconds since the epoch */
	uid_t uid;
	char user[PEER_USER_SIZE];
	char how[HISTORY_HOW_SIZE];
};

struct history_entry {
	unsigned int number; /* from 1 */
	struct history_origin origin;
	bool taken_back;
	bool unmarked; /* taken back, and its file doesn't say so yet */
	char *fault;   /* what is wrong with one of its files; NULL: nothing */
	json_t *files; /* [{"name", "change"}] */
};

struct history_dump;

struct history {
	char *folder; /* store/history */
	size_t count;
	/* Oldest first; one more while a new one is being added. */
	struct history_entry list[TRANSACTION_HISTORY_MAX + 1];
	unsigned int last_number; /* given to anything yet, damaged ones included */
	size_t damaged;		  /* skipped when it was read */
	/* What was written of the files of the newest entry. */
	size_t dump_count;
	struct history_dump *dumps;
};

/* Called for each file that is no entry, with its name. */
typedef void history_damaged_callback(const char *name, void *context);

/* Reads what is there; the folder is made if it's missing. 0 or -errno: it can't be
 * written; what could be read is there nevertheless. */
int history_open(const char *store, history_damaged_callback *callback, void *context,
		 struct history *out);
void history_close(struct history *history);

/* The newest that wasn't taken back, leaving out one number (0: none); NULL: there is
 * none. */
const struct history_entry *history_in_force(const struct history *history,
					     unsigned int leave_out);
/* The one before that of this number, of those not taken back. */
const struct history_entry *history_before(const struct history *history, unsigned int number);
const struct history_entry *history_find(const struct history *history, unsigned int number);

/* Adds an entry durably, and removes the oldest beyond TRANSACTION_HISTORY_MAX, but never
 * the newest that is in force, nor the one before that. before: what it differs from; NULL:
 * nothing. fault: what is wrong with one of the files; NULL: nothing. 0 or -errno. */
int history_add(struct history *history, unsigned int number,
		const struct history_origin *origin, bool taken_back, const char *fault,
		const struct config_texts *before, const struct config_texts *texts);
/* From now on it counts as taken back here. */
void history_take_back(struct history *history, unsigned int number);
/* And in its file; 0 or -errno: that doesn't say so yet, and this is to be called again. Of one
 * that could not be added, what is left is removed. */
int history_mark_taken_back(struct history *history, unsigned int number);
/* Makes the folder anew, if somebody has removed it. */
int history_make_folder(const struct history *history);

/* The texts of one; -ENOENT, -EINVAL (damaged). */
int history_texts(const struct history *history, unsigned int number, const char *folder,
		  struct config_texts *out);

/* Which entries have a state of their own; 0: none has. */
struct history_states {
	unsigned int in_force;
	unsigned int waiting; /* in force, to be confirmed */
};

/* As GET /v1/history lists it, and one with its difference (NULL: there is none). */
json_t *history_json(const struct history *history, struct history_states states);
json_t *history_entry_json(const struct history *history, unsigned int number,
			   struct history_states states);

/* [{"name", "change"}] of what differs; NULL: no memory. */
json_t *history_files(const struct config_texts *before, const struct config_texts *texts);

/* Private to history*.c: an entry as it is written, in JSON, and the list of what differs;
 * NULL: no memory. To be freed. And reading one back, as history_texts(). */
char *history_dump_entry(struct history *history, const struct history_entry *entry,
			 const struct config_texts *before, const struct config_texts *texts,
			 json_t **files);
void history_dumps_free(struct history *history);
int history_read(const struct history *history, unsigned int number, json_t **out);

/* For the journal too: {"time", "uid", "user", "how"}. */
int history_origin_to_json(const struct history_origin *origin, json_t *json);
bool history_origin_from_json(const json_t *json, struct history_origin *out);

#endif
