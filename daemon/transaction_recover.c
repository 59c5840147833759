/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A start after a change that had no end: the journal that a former daemon left is taken
 * back before anything is brought up.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/store.h"
#include "daemon/taken_along.h"
#include "daemon/transaction_internal.h"

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

/* What somebody had edited and applied for a time is to be found in the history as after a
 * wait that was too long. It is kept beside the files too, so this may fail. */
static void transaction_recover_edited(struct transactions *transactions)
{
	const struct transaction *now = &transactions->now;
	const struct journal *journal = &now->journal;
	int err;

	if (!journal->edited || history_find(&transactions->history, journal->number)) {
		return;
	}
	err = history_add(&transactions->history, journal->number, &journal->origin, true, NULL,
			  &now->former, &now->target);
	if (err < 0) {
		log_line(LOG_LEVEL_WARNING, "configuration %u can't be kept in %s: %s",
			 journal->number, transactions->daemon->options.store, strerror(-err));
	}
}

/* The files will be as before; until they can be, at least what is brought up is. */
static void transaction_recover_later(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;

	transactions->phase = TRANSACTION_TAKING_BACK;
	history_take_back(&transactions->history, now->journal.number);
	now->event = "taken_back";
	now->runs_back = true;
	if (!transactions->folder.folder) {
		(void)transactions_read_folder(transactions);
	}
	if (transactions->folder.folder &&
	    journal_texts_before(&now->journal, &transactions->folder, &now->back) < 0) {
		log_line(LOG_LEVEL_ERROR, "out of memory: the files are taken as they are");
	}
	transaction_wait_for_room(transactions);
}

const struct config_texts *transactions_start_texts(const struct daemon *daemon)
{
	const struct transactions *transactions = daemon->transactions;

	return transactions->phase == TRANSACTION_TAKING_BACK && transactions->now.back.folder
		       ? &transactions->now.back
		       : NULL;
}

static void transaction_recover(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	int err = transaction_recover_texts(transactions);

	taken_along_return(transactions->daemon, now->journal.number);
	if (err == 0) {
		transaction_recover_edited(transactions);
		err = transaction_undo(transactions);
	} else {
		(void)snprintf(now->obstacle, sizeof(now->obstacle), "%s", strerror(-err));
	}
	if (err < 0) {
		transaction_recover_later(transactions);
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
	if (err == -ENOENT || err == -EINVAL) {
		/* That change is for good. */
		taken_along_drop(transactions->daemon);
	}
	if (err == -EINVAL) {
		err = store_put_aside(options->store, JOURNAL_FILE);
		transactions_say(
			transactions,
			"%s/" JOURNAL_FILE " is damaged%s: a change was under way, and "
			"the files in %s are left as they are; look through them",
			options->store, err == 0 ? " (now " JOURNAL_FILE ".damaged)" : "",
			options->config);
		if (err < 0) {
			transactions_refuse_store(transactions, err, strerror(-err));
		}
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
