/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a change: confirmed, or taken back, by whom or whatever.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/log.h"
#include "daemon/staged.h"
#include "daemon/store.h"
#include "daemon/transaction_internal.h"

/* When something keeps the files from being put back (a full disk), it is tried again
 * this often; when another application is under way, sooner. */
#define TRANSACTION_RETRY_US 5000000ULL
#define TRANSACTION_BUSY_US  100000ULL

static void transaction_take_back_files(struct transactions *transactions);

static int transaction_on_time(sd_event_source *source, uint64_t time_us, void *user)
{
	struct transactions *transactions = user;

	(void)source;
	(void)time_us;
	if (transactions->phase == TRANSACTION_WAITING) {
		transaction_take_back(transactions, "taken_back", NULL, NULL);
	} else if (transactions->phase == TRANSACTION_TAKING_BACK) {
		transaction_take_back_files(transactions);
	}
	return 0;
}

/* Suspending the machine doesn't stop this clock. */
static int transaction_set_timer(struct transactions *transactions, uint64_t delay_us)
{
	sd_event *loop = transactions->daemon->loop;
	uint64_t now_us;
	int err = sd_event_now(loop, CLOCK_BOOTTIME, &now_us);

	if (err < 0) {
		return err;
	}
	transactions->now.deadline_us = now_us + delay_us;
	sd_event_source_disable_unref(transactions->timer);
	transactions->timer = NULL;
	err = sd_event_add_time(loop, &transactions->timer, CLOCK_BOOTTIME,
				transactions->now.deadline_us, 1000, transaction_on_time,
				transactions);
	if (err < 0) {
		return err;
	}
	return sd_event_source_set_priority(transactions->timer, DAEMON_PRIORITY_SIGNAL);
}

int transaction_wait(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	int err = transaction_set_timer(transactions, now->journal.confirm_s * 1000000ULL);

	if (err == 0) {
		transactions->phase = TRANSACTION_WAITING;
	}
	return err;
}

/* A reload in between may have brought in what somebody had edited: an entry of its own,
 * now that it's known what it came after. */
static void transaction_note_reloaded(struct transactions *transactions,
				      const struct config_texts *texts)
{
	transactions_note(transactions->daemon, NULL, "reload", texts);
}

struct transaction_answer transaction_confirm(struct daemon *daemon, const struct peer *peer)
{
	struct transactions *transactions = daemon->transactions;
	struct transaction *now = &transactions->now;
	struct config_texts in_force;
	int err;

	if (transactions->phase != TRANSACTION_WAITING) {
		return transaction_error(409, "nothing_to_confirm",
					 "no change waits to be confirmed");
	}
	err = journal_remove(daemon->options.store);
	if (err < 0) {
		return transaction_error(503, "no_store",
					 "%s can't be written (%s): configuration %u still "
					 "waits to be confirmed",
					 daemon->options.store, strerror(-err),
					 now->journal.number);
	}
	sd_event_source_set_enabled(transactions->timer, SD_EVENT_OFF);
	transactions_event(transactions, "confirmed", "configuration %u confirmed by %s",
			   now->journal.number, peer->user);
	transactions->phase = TRANSACTION_IDLE;
	in_force = transactions->in_force;
	transactions->in_force = now->target;
	now->target = (struct config_texts){0};
	transaction_note_reloaded(transactions, &in_force);
	config_texts_free(&in_force);
	transaction_clear(now);
	return transaction_done(transactions, NULL, NULL);
}

/* --- taking back ------------------------------------------------------------ */

static void transaction_on_kept(const char *name, const char *kept, void *context)
{
	struct transactions *transactions = context;

	transactions_say(transactions,
			 "somebody had edited %s since; the edited file is kept as %s in %s",
			 name, kept, transactions->daemon->options.config);
}

int transaction_restore_files(struct transactions *transactions)
{
	int err = transactions_read_folder(transactions);

	if (err == 0) {
		err = journal_restore(&transactions->now.journal, &transactions->folder,
				      transaction_on_kept, transactions);
	}
	return err;
}

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

static void transaction_taken_back(const struct apply_result *result, void *user)
{
	struct transactions *transactions = user;
	struct transaction *now = &transactions->now;
	struct history_origin origin = now->journal.origin;
	struct config_texts target = now->target;
	unsigned int number = now->journal.number;
	const char *event = now->event;
	struct transaction_answer answer;

	if (!result->done) {
		transactions_say(transactions,
				 "configuration %u was taken back, but not all of what ran "
				 "before could be brought up: %s",
				 number, result->error ? result->error : "no reason is known");
	}
	now->target = (struct config_texts){0};
	config_texts_free(&transactions->in_force);
	transactions->in_force = now->former;
	now->former = (struct config_texts){0};
	transactions->number = now->former_number;
	transactions->phase = TRANSACTION_IDLE;
	transaction_note_reloaded(transactions, &target);
	config_texts_free(&target);
	transactions_event(transactions, event,
			   "configuration %u of %s (%s) taken back: files and what runs are as "
			   "they were before",
			   number, origin.user, origin.how);
	answer = transaction_done(transactions, result->steps, result->changes);
	transaction_finish(transactions, answer);
}

/* It can't be finished now: who waits for an answer gets one, and it is tried again. */
static void transaction_try_again(struct transactions *transactions, const char *what, int err)
{
	struct transaction *now = &transactions->now;

	if (err != now->retry_err) {
		transactions_say(
			transactions,
			"configuration %u can't be taken back yet: %s: %s; it is tried "
			"again and again",
			now->journal.number, what, strerror(-err));
	}
	now->retry_err = err;
	if (transaction_set_timer(transactions, TRANSACTION_RETRY_US) < 0) {
		log_line(LOG_LEVEL_ERROR, "no timer: only the next start takes it back");
	}
	transaction_answer(transactions,
			   transaction_error(500, "write_failed",
					     "configuration %u can't be taken back yet: "
					     "%s: %s; it is tried again and again",
					     now->journal.number, what, strerror(-err)));
}

/* Files, staged changes, history, journal: in this order, since the journal leads
 * whoever comes after us through the others again. */
static int transaction_undo(struct transactions *transactions, const char **what)
{
	struct transaction *now = &transactions->now;
	struct daemon *daemon = transactions->daemon;
	int err;

	*what = daemon->options.config;
	err = transaction_restore_files(transactions);
	if (err < 0) {
		return err;
	}
	*what = daemon->options.store;
	err = staged_restore(daemon, now->journal.staged);
	if (err == 0) {
		err = history_mark_taken_back(&transactions->history, now->journal.number);
	}
	if (err == 0) {
		err = journal_remove(daemon->options.store);
	}
	return err;
}

static void transaction_take_back_files(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	struct config_texts target = {0};
	struct apply_request request = {.texts = &now->target,
					.scope = (const char *const *)now->scope,
					.scope_count = now->scope_count,
					.skip_probe = true};
	const char *what;
	int err;

	if (now->journalled) {
		err = transaction_undo(transactions, &what);
		if (err < 0) {
			transaction_try_again(transactions, what, err);
			return;
		}
		now->journalled = false;
	}
	if (!now->restored) {
		err = transaction_former_texts(transactions, &target);
		if (err < 0) {
			config_texts_free(&target);
			transaction_try_again(transactions, "out of memory", err);
			return;
		}
		config_texts_free(&now->target);
		now->target = target;
		now->restored = true;
	}
	err = apply_begin(transactions->daemon, &request, transaction_taken_back, transactions);
	if (err < 0) {
		(void)transaction_set_timer(transactions, TRANSACTION_BUSY_US);
	}
}

void transaction_take_back(struct transactions *transactions, const char *event,
			   transaction_callback *callback, void *user)
{
	struct transaction *now = &transactions->now;

	sd_event_source_disable_unref(transactions->timer);
	transactions->timer = NULL;
	transactions->phase = TRANSACTION_TAKING_BACK;
	now->event = event;
	now->callback = callback;
	now->user = user;
	transaction_take_back_files(transactions);
}

/* --- a start after a change that had no end ---------------------------------- */

/* What was in force before the change, as far as is known, and what it made of it. */
static int transaction_recover_texts(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	const struct journal *journal = &now->journal;
	int err = config_texts_copy(&transactions->in_force, &now->former);

	for (size_t i = 0; err == 0 && i < journal->before.count && !transactions->known; i++) {
		err = config_texts_set(&now->former, &journal->before.list[i]);
	}
	if (err == 0) {
		err = config_texts_copy(&now->former, &now->target);
	}
	for (size_t i = 0; err == 0 && i < journal->before.count; i++) {
		config_texts_remove(&now->target, journal->before.list[i].name);
	}
	for (size_t i = 0; err == 0 && i < journal->after.count; i++) {
		err = config_texts_set(&now->target, &journal->after.list[i]);
	}
	now->former_number = transactions->number;
	return err;
}

/* What somebody had edited and applied for a time is in no other place. */
static int transaction_recover_edited(struct transactions *transactions)
{
	const struct transaction *now = &transactions->now;
	const struct journal *journal = &now->journal;

	if (!journal->edited || history_find(&transactions->history, journal->number)) {
		return 0;
	}
	return history_add(&transactions->history, journal->number, &journal->origin, true,
			   &now->former, &now->target);
}

static void transaction_recover(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	const char *what = transactions->daemon->options.store;
	int err = transaction_recover_texts(transactions);

	if (err == 0) {
		err = transaction_recover_edited(transactions);
	}
	if (err == 0) {
		err = transaction_undo(transactions, &what);
	}
	if (err < 0) {
		/* The bonds start with what there is; once the files are back, so is
		 * what runs. */
		transactions->phase = TRANSACTION_TAKING_BACK;
		now->event = "taken_back";
		transaction_try_again(transactions, what, err);
		return;
	}
	transactions_say(transactions,
			 "configuration %u of %s (%s) %s when the daemon ended: it is taken "
			 "back, the files are as they were before",
			 now->journal.number, now->journal.origin.user, now->journal.origin.how,
			 now->journal.confirm_s ? "was not confirmed" : "was not finished");
	transactions_event(transactions, "taken_back",
			   "configuration %u of %s (%s) taken back at the start",
			   now->journal.number, now->journal.origin.user,
			   now->journal.origin.how);
	transaction_clear(now);
}

unsigned int transactions_recover_read(struct transactions *transactions)
{
	const struct daemon_options *options = &transactions->daemon->options;
	struct journal *journal = &transactions->now.journal;
	int err = journal_read(options->store, options->config, options->dialect, journal);

	if (err == 0) {
		transactions->now.journalled = true;
		return journal->number;
	}
	if (err == -EINVAL) {
		err = store_put_aside(options->store, JOURNAL_FILE);
		transactions_say(
			transactions,
			"%s/" JOURNAL_FILE " is damaged%s: a change was under way, and "
			"the files in %s are left as they are; look through them",
			options->store, err == 0 ? " (now " JOURNAL_FILE ".damaged)" : "",
			options->config);
		err = err == -ENOENT ? 0 : err;
	} else if (err == -EXDEV) {
		transactions_refuse_store(transactions, err,
					  "a change of files in another folder is unfinished "
					  "there; start portchanneld with the --config that it "
					  "had then");
	} else if (err != -ENOENT) {
		transactions_refuse_store(transactions, err, strerror(-err));
	}
	return 0;
}

void transactions_recover(struct transactions *transactions)
{
	if (transactions->now.journalled) {
		transaction_recover(transactions);
	}
}
