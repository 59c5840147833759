/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the files of transaction*.c:
 *
 *   transaction.c        what is in force; the history; what is shown
 *   transaction_begin.c  ask, journal, files, apply, history
 *   transaction_end.c    confirm, take back, and a start after a change that had no end
 *   transaction_go.c     going back to a former configuration
 */
#ifndef DAEMON_TRANSACTION_INTERNAL_H
#define DAEMON_TRANSACTION_INTERNAL_H

#include <systemd/sd-event.h>

#include "daemon/apply.h"
#include "daemon/history.h"
#include "daemon/journal.h"
#include "daemon/transaction.h"

#define TRANSACTION_ERROR_SIZE 512

enum transaction_phase {
	TRANSACTION_IDLE = 0,
	TRANSACTION_APPLYING,	 /* until the steps are done */
	TRANSACTION_WAITING,	 /* to be confirmed */
	TRANSACTION_TAKING_BACK, /* files first, then what runs */
};

/* The change that is under way or waits. */
struct transaction {
	struct journal journal;
	bool journalled;	    /* it is on the disk */
	struct config_texts former; /* what was in force when it began, and its number */
	unsigned int former_number;
	struct config_texts target; /* what is in force when it is done */
	char **scope;		    /* sorted; NULL: all interfaces */
	size_t scope_count;
	/* Taking back. */
	bool restored;	      /* ->target is what is to be in force again */
	const char *event;    /* how it is told */
	int retry_err;	      /* said already */
	uint64_t deadline_us; /* of CLOCK_BOOTTIME, waiting */
	transaction_callback *callback;
	void *user;
};

struct transactions {
	struct daemon *daemon;
	/* Not 0: nothing can be kept, and store_error says why. */
	int store_err;
	char store_error[TRANSACTION_ERROR_SIZE];
	struct history history;
	bool known;		      /* in_force is */
	struct config_texts in_force; /* what runs was made of these */
	unsigned int number;	      /* the newest entry, in force; 0: none is */
	/* The folder as it was read last, which makes reading it again cheap. */
	struct config_texts folder;
	enum transaction_phase phase;
	struct transaction now; /* unless idle */
	sd_event_source *timer;
	json_t *notes; /* sentences, shown as problems until the next change */
};

/* transaction.c */
/* Reads the folder into ->folder; 0 or -errno. */
int transactions_read_folder(struct transactions *transactions);
/* Notes a sentence for status and log. */
void transactions_say(struct transactions *transactions, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void transactions_event(struct transactions *transactions, const char *name, const char *format,
			...) __attribute__((format(printf, 3, 4)));
void transactions_origin(const struct peer *peer, const char *how, struct history_origin *out);
/* What is to be in force now, as a new entry if it differs from the newest; -errno: it
 * couldn't be kept. The texts are copied. */
int transactions_record(struct transactions *transactions, unsigned int number,
			const struct history_origin *origin, const struct config_texts *texts);
unsigned int transactions_next_number(const struct transactions *transactions);
bool transactions_same(const struct config_texts *a, const struct config_texts *b);

struct transaction_answer transaction_error(unsigned int status, const char *code,
					    const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What an application is answered with; steps and changes may be NULL. */
struct transaction_answer transaction_done(struct transactions *transactions, json_t *steps,
					   json_t *changes);
void transaction_clear(struct transaction *now);
/* Answers whoever asked. */
void transaction_answer(struct transactions *transactions, struct transaction_answer answer);
/* Is idle again, unless it waits, and answers. */
void transaction_finish(struct transactions *transactions, struct transaction_answer answer);

/* Nothing more is kept in the store, for this reason. */
void transactions_refuse_store(struct transactions *transactions, int err, const char *why);

/* transaction_begin.c */
/* Refuses what can't begin now; true: it has answered. */
bool transaction_refuse(struct transactions *transactions, bool needs_store,
			transaction_callback *callback, void *user);
/* The part that every change has in common, when the journal's origin and files, the
 * target and the scope of ->now are set. Answers. */
void transaction_carry_out(struct transactions *transactions);

/* transaction_files.c */
/* The files that differ between two sets and are ours, as they are in each. 0 or
 * -errno. */
int transaction_differences(struct transactions *transactions, const struct config_texts *from,
			    const struct config_texts *to, struct config_texts *before,
			    struct config_texts *after);
/* The interface that a file's name says it is of: "bond0" for "ifcfg-bond0:1". */
bool transaction_file_interface(const char *file, char out[MODEL_NAME_SIZE]);
/* What is in force, with the files of the interfaces in ->now's scope as the folder has
 * them, becomes ->now's target. */
int transaction_scope_target(struct transactions *transactions);
/* Whether what the file "network" says now changes what would run. It isn't ours to put
 * back, so that nobody could take such a change back. */
bool transaction_changes_network(struct transactions *transactions);

/* transaction_end.c */
/* Begins to wait to be confirmed; 0 or -errno. */
int transaction_wait(struct transactions *transactions);
/* Files back as they were before the change that is now; 0 or -errno. */
int transaction_restore_files(struct transactions *transactions);
/* event: "taken_back" or "rolled_back". The callback may be NULL. */
void transaction_take_back(struct transactions *transactions, const char *event,
			   transaction_callback *callback, void *user);
/* At the start: reads the journal that a former daemon left; its number, or 0. */
unsigned int transactions_recover_read(struct transactions *transactions);
/* And takes that change back. */
void transactions_recover(struct transactions *transactions);

#endif
