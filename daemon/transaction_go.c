/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Going back to a former configuration: a change like any other, whose files are those
 * of the history's entry.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/transaction_internal.h"

/* A file that somebody has edited since it was applied is in nobody's history: it's kept
 * beside before it is overwritten. */
static int transaction_keep_edited(struct transactions *transactions, const char *name,
				   const struct config_text *wanted)
{
	const struct config_text *now = config_texts_find(&transactions->folder, name);
	const char *folder = transactions->daemon->options.config;
	char kept[JOURNAL_NAME_SIZE];
	int err;

	if (!now || journal_texts_equal(now, wanted) ||
	    journal_texts_equal(now, config_texts_find(&transactions->in_force, name))) {
		return 0;
	}
	/* One that can't be read can't be put back either if this comes to nothing. */
	err = now->read_error > 0   ? -now->read_error
	      : now->read_error < 0 ? -EISDIR
				    : journal_keep(folder, now, kept);
	if (err == 0) {
		transactions_note_kept(transactions, name, kept);
	}
	return err;
}

/* The journal gets the files as they are on the disk, the target as they are to be. */
static int transaction_go_file(struct transactions *transactions, const char *name,
			       const struct config_text *wanted)
{
	struct transaction *now = &transactions->now;
	const struct config_text *present = config_texts_find(&transactions->folder, name);
	int err = transaction_keep_edited(transactions, name, wanted);

	if (err == 0 && present) {
		err = config_texts_set(&now->journal.before, present);
	}
	if (!wanted) {
		config_texts_remove(&now->target, name);
		return err;
	}
	if (err == 0) {
		err = config_texts_set(&now->journal.after, wanted);
	}
	return err < 0 ? err : config_texts_set(&now->target, wanted);
}

/* Fills ->now with the way from what is in force to these texts. -EINVAL: a file that would
 * be put back has an error, which is said in fault. */
static int transaction_go_prepare(struct transactions *transactions,
				  const struct config_texts *texts,
				  char fault[TRANSACTION_ERROR_SIZE])
{
	struct transaction *now = &transactions->now;
	struct config_texts from = {0}, to = {0};
	int err = transaction_differences(transactions, &transactions->in_force, texts, &from,
					  &to);

	if (err == 0) {
		/* Or the next start would bring up what is neither in force nor gone to. */
		err = transaction_edited(transactions, texts, &to);
	}
	if (err == 0) {
		err = config_texts_copy(&transactions->in_force, &now->former);
	}
	if (err == 0) {
		err = config_texts_copy(&transactions->in_force, &now->target);
	}
	if (err == 0 && transaction_fault(transactions, texts, &to, fault)) {
		err = -EINVAL;
	}
	for (size_t i = 0; err == 0 && i < to.count; i++) {
		err = transaction_go_file(transactions, to.list[i].name, &to.list[i]);
	}
	for (size_t i = 0; err == 0 && i < from.count; i++) {
		if (!config_texts_find(&to, from.list[i].name)) {
			err = transaction_go_file(transactions, from.list[i].name, NULL);
		}
	}
	config_texts_free(&from);
	config_texts_free(&to);
	return err;
}

static void transaction_go(struct transactions *transactions, const struct peer *peer,
			   unsigned int number, unsigned int confirm_s,
			   transaction_callback *callback, void *user)
{
	struct transaction *now = &transactions->now;
	const char *store = transactions->daemon->options.store;
	struct config_texts texts = {0};
	char how[HISTORY_HOW_SIZE], fault[TRANSACTION_ERROR_SIZE];
	int err = history_texts(&transactions->history, number,
				transactions->daemon->options.config, &texts);

	if (err < 0) {
		callback(transaction_error(500, "history_damaged",
					   "configuration %u in %s/history can't be read: %s",
					   number, store, strerror(-err)),
			 user);
		return;
	}
	snprintf(how, sizeof(how), "rollback to %u", number);
	transactions_origin(peer, how, &now->journal.origin);
	now->journal.confirm_s = confirm_s;
	now->callback = callback;
	now->user = user;
	json_array_clear(transactions->notes);
	json_array_clear(transactions->kept);
	err = transaction_go_prepare(transactions, &texts, fault);
	config_texts_free(&texts);
	if (err == -EINVAL) {
		transaction_finish(
			transactions,
			transaction_error(409, "bad_config",
					  "a file of configuration %u has an error, so that "
					  "what ran then can't be had again: %s",
					  number, fault));
		return;
	}
	if (err < 0) {
		transaction_finish(transactions,
				   transaction_error(500, "write_failed",
						     "files in %s can't be replaced: %s",
						     transactions->daemon->options.config,
						     strerror(-err)));
		return;
	}
	transaction_carry_out(transactions);
}

/* Who asks for the last change to be taken back, when that is what has just been done (its
 * time was over, or somebody else was quicker), doesn't mean the one before it. */
static bool transaction_is_back_already(struct transactions *transactions,
					transaction_callback *callback, void *user)
{
	const struct history *history = &transactions->history;
	const struct history_entry *newest =
		history->count > 0 ? &history->list[history->count - 1] : NULL;
	const struct history_entry *before = history_before(history, transactions->number);
	char hint[64] = "";

	if (!newest || !newest->taken_back) {
		return false;
	}
	if (before) {
		(void)snprintf(hint, sizeof(hint),
			       "; 'portchannel rollback %u' goes back further", before->number);
	}
	callback(transaction_error(409, "taken_back",
				   "configuration %u of %s (%s) has been taken back already%s",
				   newest->number, newest->origin.user, newest->origin.how,
				   hint),
		 user);
	return true;
}

void transaction_rollback(struct daemon *daemon, const struct peer *peer, unsigned int number,
			  unsigned int confirm_s, transaction_callback *callback, void *user)
{
	struct transactions *transactions = daemon->transactions;
	const struct history_entry *entry;
	int err;

	if (number == 0 && transactions->phase == TRANSACTION_WAITING) {
		transaction_take_back(transactions, "rolled_back", NULL, callback, user);
		return;
	}
	if (transaction_refuse(transactions, true, callback, user)) {
		return;
	}
	if (number == 0 && transaction_is_back_already(transactions, callback, user)) {
		return;
	}
	entry = number ? history_find(&transactions->history, number)
		       : history_before(&transactions->history, transactions->number);
	if (!entry) {
		callback(number ? transaction_error(
					  404, "no_such_configuration",
					  "there is no configuration %u in the history", number)
				: transaction_error(404, "no_such_configuration",
						    "there is no configuration before the "
						    "present one"),
			 user);
		return;
	}
	err = transactions_read_folder(transactions);
	if (err < 0) {
		callback(transaction_error(500, "config_unreadable", "%s can't be read: %s",
					   daemon->options.config, strerror(-err)),
			 user);
		return;
	}
	transaction_go(transactions, peer, entry->number, confirm_s, callback, user);
}
