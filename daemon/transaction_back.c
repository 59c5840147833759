/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking a change back, which goes on until all of it is done. Two things are to be as they
 * were: what the disk has (files, staged changes, history, journal) and what runs. A disk
 * that is full or broken keeps the first from being done, and is asked again every few
 * seconds; it keeps nobody from the second, on which the server's connection depends. What
 * the kernel refuses then is tried a few times, and said.
 *
 * A change that failed (transaction_call_off()) has had its steps undone already. It ends
 * here if the disk fails too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/log.h"
#include "daemon/staged.h"
#include "daemon/taken_along.h"
#include "daemon/transaction_internal.h"

/* When something is in the way it is tried again this often; when it's another
 * application, sooner. */
#define TRANSACTION_RETRY_US	 5000000ULL
#define TRANSACTION_BUSY_US	 100000ULL
/* What the kernel refuses is tried so often, and nothing else is done meanwhile. */
#define TRANSACTION_RUN_RETRY_US 2000000ULL
#define TRANSACTION_RUN_TRIES	 4

/* --- the disk ----------------------------------------------------------------- */

static void transaction_on_kept(const char *name, const char *kept, void *context)
{
	transactions_note_kept(context, name, kept);
}

static void transaction_set_obstacle(struct transactions *transactions, const char *where,
				     const char *file, int err)
{
	(void)snprintf(transactions->now.obstacle, sizeof(transactions->now.obstacle),
		       "%.200s%s%.255s: %.50s", where, file[0] ? "/" : "", file,
		       strerror(-err));
}

static int transaction_restore_files(struct transactions *transactions)
{
	char failed[JOURNAL_NAME_SIZE] = "";
	int err = transactions_read_folder(transactions);

	if (err == 0) {
		err = journal_restore(&transactions->now.journal, &transactions->folder,
				      transaction_on_kept, transactions, failed);
	}
	if (err < 0) {
		transaction_set_obstacle(transactions, transactions->daemon->options.config,
					 failed, err);
	}
	return err;
}

/* Staged changes, history, journal: in this order, since the journal leads whoever comes
 * after us through the others again. */
static int transaction_restore_store(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	const char *store = transactions->daemon->options.store;
	int err = staged_restore(transactions->daemon, now->journal.staged);

	if (err == 0) {
		err = history_mark_taken_back(&transactions->history, now->journal.number);
	}
	if (err == 0) {
		err = journal_remove(store);
		now->unsure = err < 0;
	}
	if (err < 0) {
		transaction_set_obstacle(transactions, store, "", err);
	}
	if (err == -ENOENT) {
		/* Somebody has removed the folder. */
		(void)transactions_make_store(transactions);
	}
	return err;
}

int transaction_undo(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	const struct daemon_options *options = &transactions->daemon->options;
	int err = 0;

	if (now->unsure) {
		/* Without it a loss of power now would leave half of the files. What keeps
		 * it from being written is likely to keep the files as they are. */
		now->unsure =
			journal_write_again(options->store, options->config, &now->journal) < 0;
	}
	/* What somebody has edited is theirs while it was never in force. */
	if (!now->files_are_back && !(now->called_off && now->journal.edited)) {
		err = transaction_restore_files(transactions);
	}
	if (err == 0) {
		/* From here on who edits them does it after the change. */
		now->files_are_back = true;
		err = transaction_restore_store(transactions);
	}
	if (err == 0) {
		now->journalled = false;
		now->obstacle[0] = '\0';
	}
	return err;
}

void transaction_wait_for_room(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	char sentence[TRANSACTION_SENTENCE_SIZE];
	int err;

	(void)snprintf(sentence, sizeof(sentence),
		       "configuration %u of %s (%s) can't be taken back yet: %s; it is tried "
		       "again and again",
		       now->journal.number, now->journal.origin.user, now->journal.origin.how,
		       now->obstacle);
	if (strcmp(sentence, now->last_said) != 0) {
		transactions_unsay(transactions, now->last_said);
		transactions_say(transactions, "%s", sentence);
		memcpy(now->last_said, sentence, sizeof(sentence));
	}
	err = transactions_arm(transactions->timer,
			       now->runs_back ? TRANSACTION_RETRY_US : TRANSACTION_RUN_RETRY_US,
			       &now->deadline_us);
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "no timer (%s): only the next start takes it back",
			 strerror(-err));
	}
}

/* --- what runs ------------------------------------------------------------------ */

/* Whatever is in force and differs from the former by this change becomes the former. */
struct transaction_reverting {
	struct config_texts *texts;
	int err;
};

static void transaction_on_former(const struct config_text *former,
				  const struct config_text *target, void *context)
{
	struct transaction_reverting *reverting = context;

	if (!former) {
		config_texts_remove(reverting->texts, target->name);
	} else if (config_texts_set(reverting->texts, former) < 0) {
		reverting->err = -ENOMEM;
	}
}

static int transaction_former_texts(struct transactions *transactions, struct config_texts *out)
{
	struct transaction *now = &transactions->now;
	struct transaction_reverting reverting = {.texts = out};
	int err = config_texts_copy(&transactions->in_force, out);

	if (err < 0) {
		return err;
	}
	(void)config_texts_compare(&now->former, &now->target, transaction_on_former,
				   &reverting);
	return reverting.err;
}

/* The texts that are to run again, anew: a reload may have brought in others. */
static int transaction_make_back(struct transactions *transactions)
{
	struct config_texts texts = {0};
	int err = transaction_former_texts(transactions, &texts);

	if (err < 0) {
		config_texts_free(&texts);
		return err;
	}
	config_texts_free(&transactions->now.back);
	transactions->now.back = texts;
	return 0;
}

/* How far it has come; out is a sentence's end. */
static void transaction_back_state(const struct transaction *now,
				   char out[TRANSACTION_SENTENCE_SIZE])
{
	if (!now->journalled && !now->missing[0]) {
		(void)snprintf(out, TRANSACTION_SENTENCE_SIZE,
			       "files and what runs are as they were before");
	} else if (!now->missing[0]) {
		(void)snprintf(out, TRANSACTION_SENTENCE_SIZE,
			       "what runs is as it was before, but the disk isn't yet, which "
			       "is tried again and again: %s",
			       now->obstacle);
	} else {
		(void)snprintf(out, TRANSACTION_SENTENCE_SIZE,
			       "%s as they were before, and not all of what ran could be "
			       "brought up%s: %s",
			       now->journalled ? "the files aren't" : "the files are",
			       now->runs_back ? "" : " yet, which is tried again",
			       now->missing);
	}
}

/* What whoever asked is told; the sentence fails nobody. */
static struct transaction_answer transaction_back_answer(struct transactions *transactions,
							 const struct apply_result *result)
{
	const struct transaction *now = &transactions->now;
	bool disk = !now->journalled;
	char state[TRANSACTION_SENTENCE_SIZE];
	struct transaction_answer answer;
	json_t *error;

	if (disk && !now->missing[0] && !now->failure[0]) {
		return transaction_done(transactions, result->steps, result->changes);
	}
	transaction_back_state(now, state);
	if (now->failure[0]) {
		answer = transaction_error(503, "no_store", "%s; the change is taken back: %s",
					   now->failure, state);
	} else {
		answer = transaction_error(
			disk ? 409 : 500, disk ? "step_failed" : "write_failed",
			"configuration %u is taken back: %s", now->journal.number, state);
	}
	error = json_object_get(answer.json, "error");
	if (error && now->missing[0] && result->steps) {
		json_object_set(error, "steps", result->steps);
	}
	if (error && (!disk || !now->runs_back)) {
		json_object_set_new(error, "restoring", json_true());
	}
	return answer;
}

static void transaction_tell_back(struct transactions *transactions)
{
	const struct transaction *now = &transactions->now;
	const struct history_origin *origin = &now->journal.origin;
	char state[TRANSACTION_SENTENCE_SIZE];

	transactions_unsay(transactions, now->last_said);
	if (now->missing[0]) {
		transactions_say(
			transactions,
			"configuration %u was taken back, but not all of what ran "
			"before could be brought up: %s; 'portchannel plan' shows what "
			"is missing, 'portchannel apply' tries it again",
			now->journal.number, now->missing);
	}
	transaction_back_state(now, state);
	transactions_event(transactions, now->event,
			   "configuration %u of %s (%s) taken back: %s%s", now->journal.number,
			   origin->user, origin->how, state,
			   json_array_size(transactions->kept) > 0 && !now->missing[0]
				   ? "; what was edited by hand is kept beside, as NAME.bak"
				   : "");
}

/* The end: idle again, but for the answer. */
static void transaction_is_back(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	struct config_texts reloaded = now->back;

	now->back = (struct config_texts){0};
	config_texts_free(&transactions->in_force);
	transactions->in_force = now->former;
	now->former = (struct config_texts){0};
	transactions->number = now->former_number;
	transactions->phase = TRANSACTION_IDLE;
	transaction_tell_back(transactions);
	transaction_note_reloaded(transactions, &reloaded);
	config_texts_free(&reloaded);
}

static void transaction_ran_back(const struct apply_result *result, void *user)
{
	struct transactions *transactions = user;
	struct transaction *now = &transactions->now;
	struct transaction_answer answer;

	(void)snprintf(now->missing, sizeof(now->missing), "%s",
		       result->failed ? result->failed : "");
	now->run_tries++;
	now->runs_back = !now->missing[0] || now->run_tries >= TRANSACTION_RUN_TRIES;
	if (!now->journalled && !now->runs_back) {
		(void)snprintf(now->obstacle, sizeof(now->obstacle), "%.500s", now->missing);
	}
	if (now->runs_back) {
		/* Not before: an interface that is yet to be made would go without. */
		transactions_give_back(transactions->daemon);
	}
	if (now->journalled || !now->runs_back) {
		transactions_set_in_force(transactions, &now->back);
		transaction_wait_for_room(transactions);
	} else {
		transaction_is_back(transactions);
	}
	answer = transaction_back_answer(transactions, result);
	transaction_finish(transactions, answer);
}

/* --- both ------------------------------------------------------------------------- */

static void transaction_run_back(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	struct apply_request request = {.texts = &now->back,
					.scope = (const char *const *)now->scope,
					.scope_count = now->scope_count,
					.skip_probe = true,
					.ran = now->former_running};
	int err = transaction_make_back(transactions);

	transactions_disown(transactions);
	if (err == 0) {
		err = apply_begin(transactions->daemon, &request, transaction_ran_back,
				  transactions);
	}
	if (err == -EBUSY) {
		err = transactions_arm(transactions->timer, TRANSACTION_BUSY_US,
				       &now->deadline_us);
	}
	if (err < 0) {
		transaction_set_obstacle(transactions, "what runs", "", err);
		transaction_wait_for_room(transactions);
	}
}

void transaction_step_back(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;

	if (now->journalled && transaction_undo(transactions) < 0 && now->runs_back) {
		transaction_wait_for_room(transactions);
		return;
	}
	if (now->called_off && now->journal.edited &&
	    config_texts_copy(&transactions->in_force, &now->back) == 0) {
		/* Nothing was to be put back but the journal. */
		transaction_is_back(transactions);
		transaction_clear(now);
		return;
	}
	/* A reload may have brought in, in between, what was still in the files. */
	transaction_run_back(transactions);
}

void transaction_take_back(struct transactions *transactions, const char *event,
			   const char *failure, transaction_callback *callback, void *user)
{
	struct transaction *now = &transactions->now;

	(void)sd_event_source_set_enabled(transactions->timer, SD_EVENT_OFF);
	json_array_clear(transactions->kept);
	transactions->phase = TRANSACTION_TAKING_BACK;
	taken_along_return(transactions->daemon, now->journal.number);
	history_take_back(&transactions->history, now->journal.number);
	transactions->number = now->former_number;
	now->event = event;
	now->callback = callback;
	now->user = user;
	(void)snprintf(now->failure, sizeof(now->failure), "%s", failure ? failure : "");
	transaction_step_back(transactions);
}

bool transaction_call_off(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;

	now->called_off = true;
	if (!now->journalled || transaction_undo(transactions) == 0) {
		return true;
	}
	transactions->phase = TRANSACTION_TAKING_BACK;
	now->runs_back = true;
	now->event = "taken_back";
	transaction_wait_for_room(transactions);
	return false;
}
