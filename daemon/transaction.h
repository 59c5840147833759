/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A change of the configuration from asking for it to having it for good:
 *
 *   ask ── journal ── files written ── applied ──────────────────── history
 *             │            │              │  └─ waiting for confirm ──┤
 *             └────────────┴── failed ────┴─ taken back ──────────────┘
 *
 * The journal (store/journal.json) says how the files were before. It is on the disk
 * before the first file is touched, and goes when the change is in the history; a daemon
 * that finds one at its start puts the files back as they were, so that neither a crash
 * nor a loss of power leaves half a change, or one that nobody has confirmed.
 *
 * The history (store/history/NNNNNN.json) holds the last TRANSACTION_HISTORY_MAX
 * configurations that were applied, as whole texts (config/config_texts.h), with who asked
 * and when. The newest that is in force is what the files are compared with.
 *
 * The store is a folder on a disk that outlives a reboot (--store, /var/lib/portchannel).
 */
#ifndef DAEMON_TRANSACTION_H
#define DAEMON_TRANSACTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config/config_texts.h"
#include "daemon/peer.h"

struct daemon;
struct model;
struct transactions; /* daemon->transactions */

#define TRANSACTION_HISTORY_MAX	  10
#define TRANSACTION_CONFIRM_MAX_S 86400

/* What there is to be known at the end of a request; as the API answers it. */
struct transaction_answer {
	unsigned int status; /* HTTP's */
	json_t *json;	     /* the callee's, to be consumed */
};
typedef void transaction_callback(struct transaction_answer answer, void *user);

/* One file that a change is to write; text NULL: to remove. */
struct transaction_file {
	const char *name;
	const struct config_text *text;
	/* What the file was when the change was thought out (config_text_revision());
	 * NULL: whatever it is. Otherwise the change is refused as a conflict. */
	const char *revision;
};

struct transaction_request {
	const struct peer *peer; /* who asks */
	const char *how;	 /* "apply", "commit", "vlan add bond0.652", "rollback to 41" */
	unsigned int confirm_s;	 /* 0: for good at once */
	const char *revision;	 /* of all files; NULL: not compared */
	bool folder_is_read;	 /* by the caller, in this turn of the loop */
	size_t file_count;	 /* 0: the files as they are */
	const struct transaction_file *files;
	/* With files: the interfaces concerned; NULL: all. */
	const char *const *scope;
	size_t scope_count;
	/* What is to be staged again if it comes to nothing (staged_restore()); NULL. */
	json_t *staged;
};

/* Before the bonds start: takes back what a former daemon left unfinished, reads the
 * history. Problems (a store that can't be written) go to daemon->problems each time the
 * files are read. 0 or -errno (-ENOMEM). */
int transactions_open(struct daemon *daemon);
void transactions_close(struct daemon *daemon);
/* Likewise, once it is known what runs: what somebody else had put and a change that is taken
 * back made ours is theirs again. Returns what ran before that change, to be freed by
 * model_free(); NULL: the texts say it. */
struct model *transactions_start_former(struct daemon *daemon);
/* After the start: what a change took from interfaces that others had put there, where it has
 * been taken back. */
void transactions_give_back(struct daemon *daemon);

/* What the start is to bring up where the folder can't be put back yet as it was before a
 * change that had no end; NULL: what the folder has. */
const struct config_texts *transactions_start_texts(const struct daemon *daemon);

/* After the start and after a reload: what is in force now, if it differs from the newest
 * entry, becomes an entry of its own. texts NULL: none were read. */
void transactions_note(struct daemon *daemon, const struct peer *peer, const char *how,
		       const struct config_texts *texts);

/* The callback is called exactly once, maybe before these return, with what the API is to
 * answer. */
void transaction_begin(struct daemon *daemon, const struct transaction_request *request,
		       transaction_callback *callback, void *user);
/* Keeps the change that waits. */
struct transaction_answer transaction_confirm(struct daemon *daemon, const struct peer *peer);
/* number 0: takes back the change that waits, or else goes to the entry before the present
 * one, unless the last thing that was done was taking one back. */
void transaction_rollback(struct daemon *daemon, const struct peer *peer, unsigned int number,
			  unsigned int confirm_s, transaction_callback *callback, void *user);

/* {"configurations": [...]}; one with its difference, NULL: there is none. */
json_t *transactions_history_json(struct daemon *daemon);
json_t *transactions_entry_json(struct daemon *daemon, unsigned int number);
/* The number of the configuration in force; 0: none is in the history. */
unsigned int transactions_number(const struct daemon *daemon);
/* {"number", "seconds", "deadline", "user"} of the change that waits, else null. */
json_t *transactions_waiting_json(struct daemon *daemon);

#endif
