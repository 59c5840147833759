/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A change from asking for it to its end or its wait: transaction_begin().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_text.h"
#include "config/config_write.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/log.h"
#include "daemon/staged.h"
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
	} else if (transactions->phase != TRANSACTION_IDLE ||
		   apply_is_under_way(transactions->daemon)) {
		answer = transaction_error(409, "busy", "another application is under way%s%s",
					   now->journal.number ? ": " : "",
					   now->journal.origin.how);
	} else if (needs_store && transactions->store_err < 0) {
		answer = transaction_error(503, "no_store", "%s", transactions->store_error);
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

/* Files and journal as if nobody had asked. */
static void transaction_call_off(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	int err = 0;

	if (!now->journalled) {
		return;
	}
	if (!now->journal.edited) {
		err = transaction_restore_files(transactions);
	}
	if (err == 0) {
		err = staged_restore(transactions->daemon, now->journal.staged);
	}
	if (err == 0) {
		err = journal_remove(transactions->daemon->options.store);
	}
	if (err < 0) {
		transactions_say(
			transactions,
			"files of a change that failed could not be put back in %s (%s); "
			"the next start of the daemon does it",
			transactions->daemon->options.config, strerror(-err));
	}
}

static unsigned int transaction_status(const char *code)
{
	return strcmp(code, "out_of_memory") == 0 ? 500 : 409;
}

static void transaction_failed(struct transactions *transactions,
			       const struct apply_result *result)
{
	const char *code = result->code ? result->code : "step_failed";
	struct transaction_answer answer;

	transaction_call_off(transactions);
	answer = transaction_error(transaction_status(code), code, "%s",
				   result->error ? result->error : "it could not be applied");
	if (answer.json && result->steps) {
		json_object_set(json_object_get(answer.json, "error"), "steps", result->steps);
	}
	transaction_finish(transactions, answer);
}

/* The steps are done; the history is what is left. Without confirmation the change is for
 * good when the journal is gone. */
static int transaction_keep(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	bool same =
		transactions->known && transactions_same(&transactions->in_force, &now->target);
	int err = 0;

	if (!same) {
		err = transactions_record(transactions, now->journal.number,
					  &now->journal.origin, &now->target);
	}
	if (err < 0 && !now->journalled) {
		/* Nothing depends on it; it is noted as far as can be, and said. */
		transactions->phase = TRANSACTION_IDLE;
		transactions_note(transactions->daemon, NULL, now->journal.origin.how,
				  &now->target);
		return 0;
	}
	if (err < 0 || !now->journalled) {
		return err;
	}
	if (!same && now->journal.confirm_s > 0) {
		return transaction_wait(transactions);
	}
	err = journal_remove(transactions->daemon->options.store);
	now->journalled = err < 0;
	return err;
}

static void transaction_applied(const struct apply_result *result, void *user)
{
	struct transactions *transactions = user;
	struct transaction *now = &transactions->now;
	struct history_origin origin = now->journal.origin;
	const struct history_entry *entry;
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
		transactions_say(transactions, "%s can't be written: %s",
				 transactions->daemon->options.store, strerror(-err));
		transaction_take_back(transactions, "taken_back", now->callback, now->user);
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

void transaction_carry_out(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	struct apply_request request = {.texts = &now->target,
					.scope = (const char *const *)now->scope,
					.scope_count = now->scope_count,
					.strict = true};
	int err = 0;

	transactions->phase = TRANSACTION_APPLYING;
	now->former_number = transactions->number;
	now->journal.number = transactions_next_number(transactions);
	if (now->journal.before.count > 0 || now->journal.after.count > 0 ||
	    now->journal.confirm_s > 0) {
		err = journal_write(transactions->daemon->options.store,
				    transactions->daemon->options.config, &now->journal);
		now->journalled = err == 0;
	}
	if (err == 0 && now->journal.staged) {
		err = staged_forget(transactions->daemon, now->journal.staged);
		if (err < 0) {
			transaction_call_off(transactions);
		}
	}
	if (err < 0) {
		transaction_finish(transactions,
				   transaction_error(503, "no_store", "%s can't be written: %s",
						     transactions->daemon->options.store,
						     strerror(-err)));
		return;
	}
	if (!now->journal.edited) {
		err = transaction_write_files(transactions);
	}
	if (err < 0) {
		transaction_call_off(transactions);
		transaction_finish(
			transactions,
			transaction_error(500, "write_failed",
					  "%s can't be written: %s; all files are as "
					  "they were",
					  transactions->daemon->options.config,
					  strerror(-err)));
		return;
	}
	err = apply_begin(transactions->daemon, &request, transaction_applied, transactions);
	if (err < 0) {
		transaction_call_off(transactions);
		transaction_finish(transactions,
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
	struct daemon *daemon = transactions->daemon;
	const struct config_texts *texts = &transactions->now.target;
	const struct configuration *target;
	const struct model *model;
	bool faulty = false;

	if (configuration_get(&daemon->configurations, texts, daemon->options.dialect,
			      &target) < 0) {
		return false;
	}
	model = target->model;
	for (size_t i = 0; i < target->problems.count && !faulty; i++) {
		const struct model_problem *problem = &target->problems.list[i];

		faulty = problem->severity == MODEL_ERROR;
		if (faulty) {
			char *place = config_problem_place(model, problem);

			*answer = transaction_error(
				409, "bad_config",
				"%s: %s; nothing is applied. 'portchannel config check' "
				"lists all of it, 'portchannel reload' does what can be done",
				place && *place ? place : texts->folder, problem->text);
			free(place);
		}
	}
	configuration_give_back(target);
	return faulty;
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
