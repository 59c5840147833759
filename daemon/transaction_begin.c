/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A change from asking for it to its end or its wait: transaction_begin().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_write.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/observe.h"
#include "daemon/staged.h"
#include "daemon/taken_along.h"
#include "daemon/transaction_internal.h"

#define TRANSACTION_FILE_MODE 0644

bool transaction_refuse(struct transactions *transactions, bool needs_store,
			transaction_callback *callback, void *user)
{
	const struct transaction *now = &transactions->now;
	struct transaction_answer answer;

	if (transactions->phase == TRANSACTION_WAITING) {
		answer = transaction_error(409, "unconfirmed",
					   "configuration %u of %s (%s) waits to be confirmed; "
					   "confirm it or roll back first",
					   now->journal.number, now->journal.origin.user,
					   now->journal.origin.how);
	} else if (transactions->phase == TRANSACTION_TAKING_BACK && now->obstacle[0]) {
		answer = transaction_error(
			409, "restoring",
			"configuration %u of %s (%s) is being taken back, which is tried "
			"until it can be done, and nothing can be changed before: %s",
			now->journal.number, now->journal.origin.user, now->journal.origin.how,
			now->obstacle);
	} else if (transactions->phase != TRANSACTION_IDLE ||
		   apply_is_under_way(transactions->daemon)) {
		answer = transaction_error(409, "busy", "another application is under way%s%s",
					   now->journal.number ? ": " : "",
					   now->journal.origin.how);
	} else if (needs_store && transactions->store_err < 0) {
		answer = transaction_error(503, "no_store", "%s", transactions->store_error);
	} else if (transactions_record_again(transactions) < 0 && needs_store) {
		answer = transaction_error(503, "no_store", "%s",
					   transactions->unrecorded_error);
	} else if (needs_store && !transactions->known) {
		answer = transaction_error(409, "nothing_in_force",
					   "the files were not read since the start, so that "
					   "there is nothing to come back to; 'portchannel "
					   "reload' reads them");
	} else {
		return false;
	}
	callback(answer, user);
	return true;
}

/* --- carrying out --------------------------------------------------------- */

static int transaction_write_files(struct transactions *transactions)
{
	const struct journal *journal = &transactions->now.journal;
	const char *folder = transactions->daemon->options.config;
	int err = 0;

	for (size_t i = 0; err == 0 && i < journal->after.count; i++) {
		const struct config_text *text = &journal->after.list[i];

		err = config_file_restore(folder, text->name, text);
	}
	for (size_t i = 0; err == 0 && i < journal->before.count; i++) {
		const char *name = journal->before.list[i].name;

		if (!config_texts_find(&journal->after, name)) {
			err = config_file_remove(folder, name);
		}
	}
	return err;
}

static unsigned int transaction_status(const char *code)
{
	return strcmp(code, "out_of_memory") == 0 ? 500 : 409;
}

/* The change comes to nothing before it is in force: answers, and says what of it is there
 * yet. */
static void transaction_give_up(struct transactions *transactions,
				struct transaction_answer answer)
{
	json_t *error = json_object_get(answer.json, "error");
	char message[2 * TRANSACTION_ERROR_SIZE + 128];

	if (!transaction_call_off(transactions)) {
		(void)snprintf(message, sizeof(message),
			       "%s; and not all is as it was before: %s; that is tried again "
			       "and again, and nothing can be changed until it is done",
			       json_string_value(json_object_get(error, "message")),
			       transactions->now.obstacle);
		json_object_set_new(error, "message", json_text(message));
		json_object_set_new(error, "restoring", json_true());
	} else if (strcmp(json_string_value(json_object_get(error, "code")), "write_failed") ==
		   0) {
		(void)snprintf(message, sizeof(message), "%s; all files are as they were",
			       json_string_value(json_object_get(error, "message")));
		json_object_set_new(error, "message", json_text(message));
	}
	transaction_finish(transactions, answer);
}

static void transaction_failed(struct transactions *transactions,
			       const struct apply_result *result)
{
	const char *code = result->code ? result->code : "step_failed";
	struct transaction_answer answer =
		transaction_error(transaction_status(code), code, "%s",
				  result->error ? result->error : "it could not be applied");

	if (answer.json && result->steps) {
		json_object_set(json_object_get(answer.json, "error"), "steps", result->steps);
	}
	transaction_give_up(transactions, answer);
}

/* What is wrong with the files that are to be in force, where that is not known already. */
static const char *transaction_target_fault(struct transactions *transactions,
					    char fault[TRANSACTION_ERROR_SIZE])
{
	return transactions_may_be_faulty(transactions) &&
			       transaction_fault(transactions, &transactions->now.target, NULL,
						 fault)
		       ? fault
		       : NULL;
}

/* The steps are done; the history is what is left. Without confirmation the change is for
 * good when the journal is gone. */
static int transaction_keep(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	char fault[TRANSACTION_ERROR_SIZE];
	bool same =
		transactions->known && transactions_same(&transactions->in_force, &now->target);
	int err = 0;

	if (!same) {
		err = transactions_record(
			transactions, now->journal.number, &now->journal.origin,
			transaction_target_fault(transactions, fault), &now->target);
	}
	if (err < 0 && !now->journalled) {
		/* Nothing depends on it: it is recorded when it can be, and that is said. */
		transactions_record_later(transactions, &now->journal.origin, &now->target,
					  err);
		return 0;
	}
	if (err < 0 || !now->journalled) {
		return err;
	}
	if (!same && now->journal.confirm_s > 0) {
		return transaction_wait(transactions);
	}
	err = journal_remove(transactions->daemon->options.store);
	now->journalled = now->unsure = err < 0;
	if (err == 0) {
		taken_along_drop(transactions->daemon);
	}
	return err;
}

static void transaction_applied(const struct apply_result *result, void *user)
{
	struct transactions *transactions = user;
	struct transaction *now = &transactions->now;
	struct history_origin origin = now->journal.origin;
	const struct history_entry *entry;
	char failure[TRANSACTION_ERROR_SIZE];
	struct transaction_answer answer;
	unsigned int number;
	int err;

	if (!result->done) {
		transaction_failed(transactions, result);
		return;
	}
	number = transactions->number;
	err = transaction_keep(transactions);
	if (err < 0) {
		(void)snprintf(failure, sizeof(failure), "%s can't be written: %s",
			       transactions->daemon->options.store, strerror(-err));
		transaction_take_back(transactions, "taken_back", failure, now->callback,
				      now->user);
		return;
	}
	entry = transactions->number != number
			? history_find(&transactions->history, transactions->number)
			: NULL;
	if (transactions->number != number) {
		transactions_event(transactions, "applied",
				   "configuration %u applied, asked for by %s: %s",
				   transactions->number, origin.user, origin.how);
	}
	answer = transaction_done(transactions, result->steps, result->changes);
	if (answer.json && entry) {
		json_object_set(answer.json, "files", entry->files);
	}
	transaction_finish(transactions, answer);
}

/* Journal, staged changes, files: all that comes before the first step. False: it can't be
 * had, and *answer says why. */
static bool transaction_write(struct transactions *transactions,
			      struct transaction_answer *answer)
{
	const struct daemon_options *options = &transactions->daemon->options;
	struct transaction *now = &transactions->now;
	bool left = false;
	int err = 0;

	if (now->journal.before.count > 0 || now->journal.after.count > 0 ||
	    now->journal.confirm_s > 0) {
		err = journal_write(options->store, options->config, &now->journal, &left);
		if (err == -ENOENT && transactions_make_store(transactions) == 0) {
			err = journal_write(options->store, options->config, &now->journal,
					    &left);
		}
		now->journalled = err == 0 || left;
	}
	if (err == 0 && now->journal.staged) {
		err = staged_forget(transactions->daemon, now->journal.staged);
	}
	if (err == -EEXIST) {
		*answer =
			transaction_error(503, "no_store",
					  "%s/" JOURNAL_FILE " is of another change, of which "
					  "this daemon doesn't know; 'systemctl restart "
					  "portchanneld' takes that one back",
					  options->store);
		return false;
	}
	if (err < 0) {
		*answer = transaction_error(503, "no_store", "%s can't be written: %s",
					    options->store, strerror(-err));
		return false;
	}
	if (!now->journal.edited) {
		err = transaction_write_files(transactions);
	}
	if (err < 0) {
		*answer = transaction_error(500, "write_failed", "%s can't be written: %s",
					    options->config, strerror(-err));
	}
	return err == 0;
}

void transaction_carry_out(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	struct apply_request request = {.texts = &now->target,
					.scope = (const char *const *)now->scope,
					.scope_count = now->scope_count,
					.strict = true};
	struct transaction_answer answer;
	int err;

	transactions->phase = TRANSACTION_APPLYING;
	now->former_number = transactions->number;
	now->journal.number = transactions_next_number(transactions);
	if ((now->journal.before.count > 0 || now->journal.after.count > 0) &&
	    transactions_may_be_faulty(transactions)) {
		now->former_running = observe_applied(transactions->daemon);
	}
	if (!transaction_write(transactions, &answer)) {
		transaction_give_up(transactions, answer);
		return;
	}
	if (now->journalled) {
		request.number = now->journal.number;
		request.ran_before =
			now->former_running ? observe_applied_json(transactions->daemon) : NULL;
	}
	err = apply_begin(transactions->daemon, &request, transaction_applied, transactions);
	json_decref(request.ran_before);
	if (err < 0) {
		transaction_give_up(transactions,
				    transaction_error(err == -EBUSY ? 409 : 500,
						      err == -EBUSY ? "busy" : "out_of_memory",
						      "it could not be applied: %s",
						      strerror(-err)));
	}
}

/* --- asking ---------------------------------------------------------------- */

/* Copies what the request says of one file into the journal and the target. */
static int transaction_take_file(struct transactions *transactions,
				 const struct transaction_file *file)
{
	struct transaction *now = &transactions->now;
	const struct config_text *old = config_texts_find(&transactions->folder, file->name);
	struct config_text text;
	int err = 0;

	if (old) {
		err = config_texts_set(&now->journal.before, old);
	}
	if (err < 0 || !file->text) {
		config_texts_remove(&now->target, file->name);
		return err;
	}
	text = *file->text;
	text.name = file->name;
	if (old) {
		text.mode = old->mode;
		text.uid = old->uid;
		text.gid = old->gid;
	}
	err = config_texts_set(&now->journal.after, &text);
	return err < 0 ? err : config_texts_set(&now->target, &text);
}

static int transaction_copy_scope(struct transaction *now,
				  const struct transaction_request *request)
{
	if (!request->scope) {
		return 0;
	}
	now->scope = calloc(request->scope_count + 1, sizeof(*now->scope));
	if (!now->scope) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < request->scope_count; i++) {
		now->scope[i] = strdup(request->scope[i]);
		if (!now->scope[i]) {
			return -ENOMEM;
		}
		now->scope_count++;
	}
	return 0;
}

/* Fills ->now from the request. */
static int transaction_prepare(struct transactions *transactions,
			       const struct transaction_request *request)
{
	struct transaction *now = &transactions->now;
	struct journal *journal = &now->journal;
	int err;

	transactions_origin(request->peer, request->how, &journal->origin);
	journal->confirm_s = request->confirm_s;
	journal->staged = json_incref(request->staged);
	err = transaction_copy_scope(now, request);
	if (err == 0 && transactions->known) {
		err = config_texts_copy(&transactions->in_force, &now->former);
	}
	if (err == 0 && request->scope && transactions->known) {
		err = transaction_scope_target(transactions);
	} else if (err == 0) {
		err = config_texts_copy(&transactions->folder, &now->target);
	}
	for (size_t i = 0; err == 0 && i < request->file_count; i++) {
		err = transaction_take_file(transactions, &request->files[i]);
	}
	if (err == 0 && request->file_count == 0 && request->confirm_s > 0 &&
	    transactions->known) {
		journal->edited = true;
		err = transaction_differences(transactions, &transactions->in_force,
					      &now->target, &journal->before, &journal->after);
	}
	return err;
}

/* Whether somebody has changed what the request was made from; true: *answer says so. */
static bool transaction_is_conflict(struct transactions *transactions,
				    const struct transaction_request *request,
				    struct transaction_answer *answer)
{
	char revision[CONFIG_REVISION_SIZE];

	if (request->revision) {
		config_texts_revision(&transactions->folder, revision);
	}
	if (request->revision && strcmp(request->revision, revision) != 0) {
		*answer = transaction_error(409, "conflict",
					    "the files in %s have changed since; look at the "
					    "plan again",
					    transactions->daemon->options.config);
		return true;
	}
	for (size_t i = 0; i < request->file_count; i++) {
		const struct transaction_file *file = &request->files[i];
		const struct config_text *text =
			config_texts_find(&transactions->folder, file->name);

		config_text_revision(text, revision);
		if (text && text->read_error != 0) {
			*answer = transaction_error(
				409, "conflict", "%s/%s can't be read, so it is left alone",
				transactions->daemon->options.config, file->name);
			return true;
		}
		if (file->revision && strcmp(file->revision, revision) != 0) {
			*answer = transaction_error(409, "conflict", "%s/%s has changed since",
						    transactions->daemon->options.config,
						    file->name);
			return true;
		}
	}
	return false;
}

/* All or nothing holds for the files too: one with an error can't be had as it says, and
 * a configuration with it could never be gone back to. True: *answer says which. */
static bool transaction_is_faulty(struct transactions *transactions,
				  struct transaction_answer *answer)
{
	char fault[TRANSACTION_ERROR_SIZE];

	if (!transaction_fault(transactions, &transactions->now.target, NULL, fault)) {
		return false;
	}
	*answer = transaction_error(409, "bad_config",
				    "%s; nothing is applied. 'portchannel config check' lists "
				    "all of it, 'portchannel reload' does what can be done",
				    fault);
	return true;
}

void transaction_begin(struct daemon *daemon, const struct transaction_request *request,
		       transaction_callback *callback, void *user)
{
	struct transactions *transactions = daemon->transactions;
	bool needs_store = request->file_count > 0 || request->confirm_s > 0;
	struct transaction_answer answer;
	int err = 0;

	if (transaction_refuse(transactions, needs_store, callback, user)) {
		return;
	}
	if (!request->folder_is_read) {
		err = transactions_read_folder(transactions);
	}
	if (err < 0) {
		callback(transaction_error(500, "config_unreadable", "%s can't be read: %s",
					   daemon->options.config, strerror(-err)),
			 user);
		return;
	}
	if (transaction_is_conflict(transactions, request, &answer)) {
		callback(answer, user);
		return;
	}
	transactions->now.callback = callback;
	transactions->now.user = user;
	json_array_clear(transactions->notes);
	json_array_clear(transactions->kept);
	err = transaction_prepare(transactions, request);
	if (err < 0) {
		transaction_finish(transactions, transaction_error(500, "out_of_memory", "%s",
								   strerror(-err)));
		return;
	}
	if (request->confirm_s > 0 && transactions->known &&
	    transaction_changes_network(transactions)) {
		transaction_finish(
			transactions,
			transaction_error(
				409, "not_ours",
				"the file network beside %s has changed, which is not "
				"put back when nobody confirms; expected the change "
				"in the file of one interface, or an application "
				"without confirmation",
				daemon->options.config));
		return;
	}
	if (!request->scope && transaction_is_faulty(transactions, &answer)) {
		transaction_finish(transactions, answer);
		return;
	}
	transaction_carry_out(transactions);
}
