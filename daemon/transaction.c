/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/transaction.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/config_write.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/log.h"
#include "daemon/status_json.h"
#include "daemon/store.h"
#include "daemon/transaction_internal.h"

/* More sentences than that say no more. */
#define TRANSACTION_NOTES_MAX 64

int transactions_read_folder(struct transactions *transactions)
{
	const struct daemon_options *options = &transactions->daemon->options;
	struct config_texts texts = {0};
	int err = config_texts_read(options->config, options->dialect, &transactions->folder,
				    &texts);

	if (err < 0) {
		return err;
	}
	config_texts_free(&transactions->folder);
	transactions->folder = texts;
	return 0;
}

/* Adds it unless it stands there: who reads the files forgets all before. */
static void transactions_add_problem(struct problems *problems, const char *text)
{
	for (size_t i = 0; i < problems->count; i++) {
		if (problems->list[i].message && strcmp(problems->list[i].message, text) == 0) {
			return;
		}
	}
	problems_add(problems, NULL, MODEL_WARNING, NULL, "", "%s", text);
}

void transactions_say(struct transactions *transactions, const char *format, ...)
{
	char text[TRANSACTION_ERROR_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_line(LOG_LEVEL_WARNING, "%s event=problem", text);
	if (json_array_size(transactions->notes) < TRANSACTION_NOTES_MAX) {
		json_array_append_new(transactions->notes, json_text(text));
	}
	transactions_add_problem(&transactions->daemon->problems, text);
}

void transactions_event(struct transactions *transactions, const char *name, const char *format,
			...)
{
	struct event event = {.name = name};
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(event.text, sizeof(event.text), format, arguments);
	va_end(arguments);
	events_add(&transactions->daemon->events, &event);
	log_line(LOG_LEVEL_NOTICE, "%s event=%s", event.text, name);
}

void transactions_origin(const struct peer *peer, const char *how, struct history_origin *out)
{
	struct timespec now;
	struct peer daemon;

	if (!peer) {
		peer_of_daemon(&daemon);
		peer = &daemon;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	*out = (struct history_origin){.time = (double)now.tv_sec +
					       (double)(now.tv_nsec / 1000000) / 1000,
				       .uid = peer->uid};
	snprintf(out->user, sizeof(out->user), "%s", peer->user);
	snprintf(out->how, sizeof(out->how), "%s", how);
}

bool transactions_same(const struct config_texts *a, const struct config_texts *b)
{
	if (a->count != b->count) {
		return false;
	}
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->list[i].name, b->list[i].name) != 0 ||
		    !journal_texts_equal(&a->list[i], &b->list[i])) {
			return false;
		}
	}
	return true;
}

unsigned int transactions_next_number(const struct transactions *transactions)
{
	return transactions->history.last_number % HISTORY_NUMBER_MAX + 1;
}

static void transactions_set_in_force(struct transactions *transactions,
				      const struct config_texts *texts)
{
	struct config_texts copy = {0};

	if (config_texts_copy(texts, &copy) < 0) {
		transactions_say(transactions, "out of memory: which configuration is in force "
					       "is not noted");
		return;
	}
	config_texts_free(&transactions->in_force);
	transactions->in_force = copy;
	transactions->known = true;
}

int transactions_record(struct transactions *transactions, unsigned int number,
			const struct history_origin *origin, const struct config_texts *texts)
{
	const struct config_texts *before =
		transactions->known ? &transactions->in_force : NULL;
	int err = transactions->store_err;

	if (err == 0) {
		err = history_add(&transactions->history, number, origin, false, before, texts);
	}
	if (err < 0) {
		return err;
	}
	transactions->number = number;
	transactions_set_in_force(transactions, texts);
	return 0;
}

/* What is to be said as long as it is so. */
static void transactions_add_problems(struct transactions *transactions)
{
	struct problems *problems = &transactions->daemon->problems;
	size_t index;
	json_t *note;

	if (transactions->store_err < 0) {
		transactions_add_problem(problems, transactions->store_error);
	}
	json_array_foreach (transactions->notes, index, note) {
		transactions_add_problem(problems, json_string_value(note));
	}
}

void transactions_note(struct daemon *daemon, const struct peer *peer, const char *how,
		       const struct config_texts *texts)
{
	struct transactions *transactions = daemon->transactions;
	struct history_origin origin;
	int err = 0;

	transactions_add_problems(transactions);
	if (transactions->known && transactions_same(&transactions->in_force, texts)) {
		return;
	}
	/* What is reloaded while a change waits is noted when that has had its end. */
	if (transactions->phase == TRANSACTION_IDLE && transactions->store_err == 0) {
		transactions_origin(peer, how, &origin);
		err = transactions_record(transactions, transactions_next_number(transactions),
					  &origin, texts);
		if (err == 0) {
			return;
		}
		transactions_say(transactions,
				 "the configuration that is in force can't be kept in %s: %s",
				 daemon->options.store, strerror(-err));
	}
	if (transactions->phase == TRANSACTION_IDLE) {
		transactions->number = 0;
	}
	transactions_set_in_force(transactions, texts);
}

void transactions_note_folder(struct daemon *daemon, const struct peer *peer, const char *how)
{
	if (transactions_read_folder(daemon->transactions) == 0) {
		transactions_note(daemon, peer, how, &daemon->transactions->folder);
	}
}

static void transactions_on_damaged(const char *name, void *context)
{
	struct transactions *transactions = context;

	transactions_say(transactions,
			 "%s/history/%s is damaged: that configuration is not in the history",
			 transactions->daemon->options.store, name);
}

/* What was in force when the former daemon ended: it is what the files are compared with. */
static void transactions_load_in_force(struct transactions *transactions,
				       unsigned int unfinished)
{
	const struct history_entry *entry =
		history_in_force(&transactions->history, unfinished);
	struct config_texts texts = {0};
	int err;

	if (!entry) {
		return;
	}
	err = history_texts(&transactions->history, entry->number,
			    transactions->daemon->options.config, &texts);
	if (err < 0) {
		transactions_say(transactions,
				 "the texts of configuration %u in %s/history "
				 "can't be read: %s",
				 entry->number, transactions->daemon->options.store,
				 strerror(-err));
		return;
	}
	config_texts_free(&transactions->in_force);
	transactions->in_force = texts;
	transactions->known = true;
	transactions->number = entry->number;
}

void transactions_refuse_store(struct transactions *transactions, int err, const char *why)
{
	transactions->store_err = err;
	snprintf(transactions->store_error, sizeof(transactions->store_error),
		 "nothing can be kept in %s: %s; there is no history, and no change that could "
		 "be confirmed or rolled back",
		 transactions->daemon->options.store, why);
	log_line(LOG_LEVEL_WARNING, "%s event=problem", transactions->store_error);
}

static void transactions_open_store(struct transactions *transactions)
{
	const char *store = transactions->daemon->options.store;
	int err = store_open(store);

	if (err == 0) {
		err = history_open(store, transactions_on_damaged, transactions,
				   &transactions->history);
	}
	if (err < 0) {
		transactions_refuse_store(transactions, err, strerror(-err));
	}
}

int transactions_open(struct daemon *daemon)
{
	struct transactions *transactions = calloc(1, sizeof(*transactions));
	unsigned int unfinished = 0;

	if (!transactions) {
		return -ENOMEM;
	}
	transactions->daemon = daemon;
	transactions->notes = json_array();
	daemon->transactions = transactions;
	transactions_open_store(transactions);
	(void)config_temporaries_remove(daemon->options.config);
	if (transactions->store_err == 0) {
		unfinished = transactions_recover_read(transactions);
	}
	transactions_load_in_force(transactions, unfinished);
	transactions_recover(transactions);
	return 0;
}

void transaction_clear(struct transaction *now)
{
	journal_free(&now->journal);
	config_texts_free(&now->target);
	config_texts_free(&now->former);
	for (size_t i = 0; i < now->scope_count; i++) {
		free(now->scope[i]);
	}
	free(now->scope);
	*now = (struct transaction){0};
}

void transactions_close(struct daemon *daemon)
{
	struct transactions *transactions = daemon->transactions;

	if (!transactions) {
		return;
	}
	if (transactions->phase != TRANSACTION_IDLE) {
		log_line(LOG_LEVEL_NOTICE,
			 "configuration %u was not confirmed: the next start "
			 "takes it back",
			 transactions->now.journal.number);
	}
	sd_event_source_disable_unref(transactions->timer);
	transaction_clear(&transactions->now);
	config_texts_free(&transactions->in_force);
	config_texts_free(&transactions->folder);
	history_close(&transactions->history);
	json_decref(transactions->notes);
	free(transactions);
	daemon->transactions = NULL;
}

struct transaction_answer transaction_error(unsigned int status, const char *code,
					    const char *format, ...)
{
	char message[TRANSACTION_ERROR_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	return (struct transaction_answer){
		.status = status,
		.json = json_pack("{s:{s:s, s:o}}", "error", "code", code, "message",
				  json_text(message)),
	};
}

struct transaction_answer transaction_done(struct transactions *transactions, json_t *steps,
					   json_t *changes)
{
	struct daemon *daemon = transactions->daemon;

	transactions_add_problems(transactions);
	return (struct transaction_answer){
		.status = 200,
		.json = json_pack("{s:o, s:o, s:o, s:o, s:o, s:[]}", "number",
				  transactions->number
					  ? json_integer((json_int_t)transactions->number)
					  : json_null(),
				  "steps", steps ? json_incref(steps) : json_array(), "changes",
				  changes ? json_incref(changes) : json_array(), "problems",
				  status_json_problems(daemon), "waiting",
				  transactions_waiting_json(daemon), "files"),
	};
}

void transaction_answer(struct transactions *transactions, struct transaction_answer answer)
{
	transaction_callback *callback = transactions->now.callback;
	void *user = transactions->now.user;

	transactions->now.callback = NULL;
	if (callback) {
		callback(answer, user);
	} else {
		json_decref(answer.json);
	}
}

void transaction_finish(struct transactions *transactions, struct transaction_answer answer)
{
	transaction_callback *callback = transactions->now.callback;
	void *user = transactions->now.user;

	if (transactions->phase != TRANSACTION_WAITING) {
		transactions->phase = TRANSACTION_IDLE;
		transaction_clear(&transactions->now);
	}
	transactions->now.callback = callback;
	transactions->now.user = user;
	transaction_answer(transactions, answer);
}

static unsigned int transactions_waiting_number(const struct transactions *transactions)
{
	return transactions->phase == TRANSACTION_WAITING ||
			       transactions->phase == TRANSACTION_TAKING_BACK
		       ? transactions->now.journal.number
		       : 0;
}

json_t *transactions_history_json(struct daemon *daemon)
{
	struct transactions *transactions = daemon->transactions;
	json_t *json =
		history_json(&transactions->history, transactions_waiting_number(transactions));

	if (json) {
		json_object_set_new(json, "waiting", transactions_waiting_json(daemon));
	}
	return json;
}

json_t *transactions_entry_json(struct daemon *daemon, unsigned int number)
{
	struct transactions *transactions = daemon->transactions;

	return history_entry_json(&transactions->history, number,
				  transactions_waiting_number(transactions));
}

json_t *transactions_waiting_json(struct daemon *daemon)
{
	const struct transactions *transactions = daemon->transactions;
	const struct history_origin *origin = &transactions->now.journal.origin;
	uint64_t now_us = 0, left_us;
	struct timespec now;

	if (transactions->phase != TRANSACTION_WAITING) {
		return json_null();
	}
	(void)sd_event_now(daemon->loop, CLOCK_BOOTTIME, &now_us);
	left_us = transactions->now.deadline_us > now_us
			  ? transactions->now.deadline_us - now_us
			  : 0;
	clock_gettime(CLOCK_REALTIME, &now);
	return json_pack("{s:I, s:I, s:f, s:o}", "number",
			 (json_int_t)transactions->now.journal.number, "seconds",
			 (json_int_t)((left_us + 999999) / 1000000), "deadline",
			 (double)now.tv_sec + (double)now.tv_nsec / 1e9 + (double)left_us / 1e6,
			 "user", json_text(origin->user));
}

unsigned int transactions_number(const struct daemon *daemon)
{
	return daemon->transactions ? daemon->transactions->number : 0;
}
