/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the files of transaction*.c:
 *
 *   transaction.c          what is in force; the history; what is shown
 *   transaction_record.c   a new entry of the history, at once or when there is room
 *   transaction_begin.c    ask, journal, files, apply, history
 *   transaction_end.c      the wait, and confirm
 *   transaction_back.c     taking back, until all of it is done
 *   transaction_give_back.c  what the change took along, after that
 *   transaction_recover.c  a start after a change that had no end
 *   transaction_go.c       going back to a former configuration
 *   transaction_files.c    which files are concerned, and what is wrong with them
 */
#ifndef DAEMON_TRANSACTION_INTERNAL_H
#define DAEMON_TRANSACTION_INTERNAL_H

#include <systemd/sd-event.h>

#include "daemon/apply.h"
#include "daemon/history.h"
#include "daemon/journal.h"
#include "daemon/transaction.h"

#define TRANSACTION_ERROR_SIZE	  512
#define TRANSACTION_SENTENCE_SIZE 1024 /* with an error in it */

enum transaction_phase {
	TRANSACTION_IDLE = 0,
	TRANSACTION_APPLYING,	 /* until the steps are done */
	TRANSACTION_WAITING,	 /* to be confirmed */
	TRANSACTION_TAKING_BACK, /* files and what runs, until both are as before */
};

/* The change that is under way or waits. */
struct transaction {
	struct journal journal;
	bool journalled;	    /* it is on the disk, or may be */
	bool unsure;		    /* its removal failed: it may be gone */
	struct config_texts former; /* what was in force when it began, and its number */
	unsigned int former_number;
	/* What ran then, where a file of it was faulty, so that the texts don't say; else
	 * NULL. */
	struct model *former_running;
	struct config_texts target; /* what is in force when it is done */
	char **scope;		    /* sorted; NULL: all interfaces */
	size_t scope_count;
	uint64_t deadline_us; /* of CLOCK_BOOTTIME, waiting */
	/* Taking back. */
	struct config_texts back; /* what is to run again */
	bool called_off;	  /* its steps are undone, or none was done */
	bool files_are_back;
	bool runs_back;		/* what runs is as before, or as much of it as can be */
	unsigned int run_tries; /* to have it so */
	char missing[TRANSACTION_ERROR_SIZE];  /* what of it could not be had; "": nothing */
	const char *event;		       /* how it is told */
	char failure[TRANSACTION_ERROR_SIZE];  /* what failed; "": somebody wanted it back */
	char obstacle[TRANSACTION_ERROR_SIZE]; /* what keeps it from its end; "": nothing */
	char last_said[TRANSACTION_SENTENCE_SIZE]; /* the sentence on that */
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
	/* What is in force is in no entry, since there was no room; it is to become one, as
	 * asked for so, and differs from these (of known_recorded). */
	bool unrecorded, known_recorded;
	char unrecorded_error[TRANSACTION_ERROR_SIZE];
	struct history_origin unrecorded_origin;
	struct config_texts recorded;
	sd_event_source *record_timer;
	/* The folder as it was read last, which makes reading it again cheap. */
	struct config_texts folder;
	enum transaction_phase phase;
	struct transaction now; /* unless idle */
	sd_event_source *timer;
	sd_event_source *give_back_timer;
	unsigned int give_backs; /* attempts that failed */
	json_t *notes;		 /* sentences, shown as problems until the next change */
	json_t *kept; /* [{"name", "kept"}]: edited files, since the last change began */
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
void transactions_set_in_force(struct transactions *transactions,
			       const struct config_texts *texts);
bool transactions_same(const struct config_texts *a, const struct config_texts *b);
/* Forgets a sentence that was said, since it isn't true any more. */
void transactions_unsay(struct transactions *transactions, const char *text);
/* An edited file was kept beside: one more for the answer, and a sentence. */
void transactions_note_kept(struct transactions *transactions, const char *name,
			    const char *kept);
/* A timer that is not armed; what it calls gets the transactions. 0 or -errno. */
int transactions_new_timer(struct transactions *transactions, sd_event_time_handler_t handler,
			   sd_event_source **out);
/* From this moment on; 0 or -errno. */
int transactions_arm(sd_event_source *timer, uint64_t delay_us, uint64_t *deadline_us);

/* transaction_record.c */
/* What is to be in force now, as a new entry; fault: what is wrong with one of its files,
 * or NULL. -errno: it couldn't be kept. The texts are copied. */
int transactions_record(struct transactions *transactions, unsigned int number,
			const struct history_origin *origin, const char *fault,
			const struct config_texts *texts);
unsigned int transactions_next_number(const struct transactions *transactions);
/* The same of what is in force by now and could not be kept: remembers it for later. */
void transactions_record_later(struct transactions *transactions,
			       const struct history_origin *origin,
			       const struct config_texts *texts, int err);
/* Tries it again, where there is something; 0 or -errno. */
int transactions_record_again(struct transactions *transactions);
/* Whether a file of what is in force may have an error. */
bool transactions_may_be_faulty(const struct transactions *transactions);

struct transaction_answer transaction_error(unsigned int status, const char *code,
					    const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What an application is answered with; steps and changes may be NULL. */
struct transaction_answer transaction_done(struct transactions *transactions, json_t *steps,
					   json_t *changes);
void transaction_clear(struct transaction *now);
/* Answers whoever asked. */
void transaction_answer(struct transactions *transactions, struct transaction_answer answer);
/* Is idle again, unless it waits or is being taken back, and answers. */
void transaction_finish(struct transactions *transactions, struct transaction_answer answer);

/* Makes the store's folders anew, which somebody has removed. 0 or -errno. */
int transactions_make_store(struct transactions *transactions);
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
/* Adds to out the files of these texts that are ours and that the folder, as it was read
 * last, has otherwise or lacks. 0 or -errno. */
int transaction_edited(struct transactions *transactions, const struct config_texts *texts,
		       struct config_texts *out);
/* The interface that a file's name says it is of: "bond0" for "ifcfg-bond0:1". */
bool transaction_file_interface(const char *file, char out[MODEL_NAME_SIZE]);
/* What is in force, with the files of the interfaces in ->now's scope as the folder has
 * them, becomes ->now's target. */
int transaction_scope_target(struct transactions *transactions);
/* Whether what the file "network" says now changes what would run. It isn't ours to put
 * back, so that nobody could take such a change back. */
bool transaction_changes_network(struct transactions *transactions);

/* The first error in the texts, or in those of them that are among others (NULL: in any),
 * as "FILE:LINE: what"; false: there is none. */
bool transaction_fault(struct transactions *transactions, const struct config_texts *texts,
		       const struct config_texts *among, char out[TRANSACTION_ERROR_SIZE]);

/* transaction_end.c */
/* Begins to wait to be confirmed; 0 or -errno. */
int transaction_wait(struct transactions *transactions);
int transaction_on_time(sd_event_source *source, uint64_t time_us, void *user);
/* What a reload has brought in meanwhile becomes an entry of its own. */
void transaction_note_reloaded(struct transactions *transactions,
			       const struct config_texts *texts);

/* transaction_back.c */
/* event: "taken_back" or "rolled_back"; failure: what failed, NULL: nothing did. The
 * callback may be NULL. */
void transaction_take_back(struct transactions *transactions, const char *event,
			   const char *failure, transaction_callback *callback, void *user);
/* A change that failed before it was in force, with no step done: files and journal as if
 * nobody had asked. False: they can't be put back yet, and ->now's obstacle says why; it
 * is tried again, nothing else being done meanwhile. */
bool transaction_call_off(struct transactions *transactions);
/* Goes on with taking back. */
void transaction_step_back(struct transactions *transactions);
/* Files, staged changes, history, journal. 0 or -errno, with the obstacle set. */
int transaction_undo(struct transactions *transactions);
/* Tries it again later; says why once. */
void transaction_wait_for_room(struct transactions *transactions);

/* transaction_give_back.c */
/* Before the plan that takes the change back: what it made ours is others' again. */
void transactions_disown(struct transactions *transactions);
int transactions_on_give_back_time(sd_event_source *source, uint64_t time_us, void *user);

/* transaction_recover.c */
/* At the start: reads the journal that a former daemon left; its number, or 0. */
unsigned int transactions_recover_read(struct transactions *transactions);
/* And takes that change back. */
void transactions_recover(struct transactions *transactions);

#endif
