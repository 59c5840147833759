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
/* So many edited files are named each. */
#define TRANSACTION_KEPT_SAID 8

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
	char text[TRANSACTION_SENTENCE_SIZE];
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

void transactions_unsay(struct transactions *transactions, const char *text)
{
	struct problems *problems = &transactions->daemon->problems;

	for (size_t i = json_array_size(transactions->notes); text[0] && i-- > 0;) {
		if (strcmp(json_string_value(json_array_get(transactions->notes, i)), text) ==
		    0) {
			json_array_remove(transactions->notes, i);
		}
	}
	for (size_t i = problems->count; text[0] && i-- > 0;) {
		if (problems->list[i].message && strcmp(problems->list[i].message, text) == 0) {
			problems_remove(problems, i);
		}
	}
}

void transactions_note_kept(struct transactions *transactions, const char *name,
			    const char *kept)
{
	size_t count = json_array_size(transactions->kept);

	json_array_append_new(
		transactions->kept,
		json_pack("{s:o, s:o}", "name", json_text(name), "kept", json_text(kept)));
	if (count < TRANSACTION_KEPT_SAID) {
		transactions_say(transactions,
				 "%s had been edited by hand: that text is kept as %s in %s",
				 name, kept, transactions->daemon->options.config);
		return;
	}
	log_line(LOG_LEVEL_NOTICE, "%s had been edited by hand: that text is kept as %s", name,
		 kept);
	if (count == TRANSACTION_KEPT_SAID) {
		transactions_say(transactions, "more files that had been edited are kept "
					       "likewise, as NAME.bak; the log names them");
	}
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
	int64_t since_ms;

	if (!peer) {
		peer_of_daemon(&daemon);
		peer = &daemon;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	since_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	*out = (struct history_origin){.time = (double)since_ms / 1000, .uid = peer->uid};
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

void transactions_set_in_force(struct transactions *transactions,
			       const struct config_texts *texts)
{
	struct config_texts copy = {0};

	if (texts == &transactions->in_force) {
		transactions->known = true;
		return;
	}
	if (config_texts_copy(texts, &copy) < 0) {
		transactions_say(transactions, "out of memory: which configuration is in force "
					       "is not noted");
		return;
	}
	config_texts_free(&transactions->in_force);
	transactions->in_force = copy;
	transactions->known = true;
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
	if (transactions->unrecorded) {
		transactions_add_problem(problems, transactions->unrecorded_error);
	}
	json_array_foreach (transactions->notes, index, note) {
		transactions_add_problem(problems, json_string_value(note));
	}
}

void transactions_note(struct daemon *daemon, const struct peer *peer, const char *how,
		       const struct config_texts *texts)
{
	struct transactions *transactions = daemon->transactions;
	char fault[TRANSACTION_ERROR_SIZE];
	struct history_origin origin;
	bool faulty;
	int err;

	transactions_add_problems(transactions);
	if (!texts ||
	    (transactions->known && transactions_same(&transactions->in_force, texts))) {
		return;
	}
	/* What is reloaded while a change waits is noted when that has had its end. */
	if (transactions->phase != TRANSACTION_IDLE) {
		transactions_set_in_force(transactions, texts);
		return;
	}
	faulty = transaction_fault(transactions, texts, NULL, fault);
	transactions_origin(peer, how, &origin);
	err = transactions_record(transactions, transactions_next_number(transactions), &origin,
				  faulty ? fault : NULL, texts);
	if (err < 0) {
		transactions_record_later(transactions, &origin, texts, err);
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

int transactions_new_timer(struct transactions *transactions, sd_event_time_handler_t handler,
			   sd_event_source **out)
{
	/* Suspending the machine doesn't stop this clock, and nobody can set it. */
	int err = sd_event_add_time(transactions->daemon->loop, out, CLOCK_BOOTTIME, UINT64_MAX,
				    1000, handler, transactions);

	if (err >= 0) {
		err = sd_event_source_set_enabled(*out, SD_EVENT_OFF);
	}
	if (err >= 0) {
		err = sd_event_source_set_priority(*out, DAEMON_PRIORITY_SIGNAL);
	}
	return err < 0 ? err : 0;
}

int transactions_arm(sd_event_source *timer, uint64_t delay_us, uint64_t *deadline_us)
{
	int err;

	/* Not the loop's time, which is that of its turn's beginning: steps may have taken
	 * long. */
	*deadline_us = daemon_boot_us() + delay_us;
	err = sd_event_source_set_time(timer, *deadline_us);
	if (err >= 0) {
		err = sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
	}
	return err < 0 ? err : 0;
}

static int transactions_on_record_time(sd_event_source *source, uint64_t time_us, void *user)
{
	(void)source;
	(void)time_us;
	(void)transactions_record_again(user);
	return 0;
}

int transactions_open(struct daemon *daemon)
{
	struct transactions *transactions = calloc(1, sizeof(*transactions));
	unsigned int unfinished = 0;
	int err;

	if (!transactions) {
		return -ENOMEM;
	}
	transactions->daemon = daemon;
	transactions->notes = json_array();
	transactions->kept = json_array();
	daemon->transactions = transactions;
	/* Made now: once a change waits, nothing may be in the way of taking it back. */
	err = transactions_new_timer(transactions, transaction_on_time, &transactions->timer);
	if (err == 0) {
		err = transactions_new_timer(transactions, transactions_on_record_time,
					     &transactions->record_timer);
	}
	if (err == 0) {
		err = transactions_new_timer(transactions, transactions_on_give_back_time,
					     &transactions->give_back_timer);
	}
	if (err < 0) {
		return err;
	}
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
	config_texts_free(&now->back);
	model_free(now->former_running);
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
		log_line(LOG_LEVEL_NOTICE, "configuration %u has had no end: the next start %s",
			 transactions->now.journal.number,
			 transactions->now.journalled ? "takes it back"
						      : "applies the files as they are");
	}
	if (transactions->unrecorded) {
		(void)transactions_record_again(transactions);
	}
	sd_event_source_disable_unref(transactions->timer);
	sd_event_source_disable_unref(transactions->record_timer);
	sd_event_source_disable_unref(transactions->give_back_timer);
	transaction_clear(&transactions->now);
	config_texts_free(&transactions->in_force);
	config_texts_free(&transactions->folder);
	config_texts_free(&transactions->recorded);
	history_close(&transactions->history);
	json_decref(transactions->notes);
	json_decref(transactions->kept);
	free(transactions);
	daemon->transactions = NULL;
}

struct transaction_answer transaction_error(unsigned int status, const char *code,
					    const char *format, ...)
{
	char message[TRANSACTION_SENTENCE_SIZE];
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

/* A file that is gone has no errors any more, and one that somebody has edited since not
 * those of before; the next reading says what its are. */
static bool transactions_is_stale(const struct transactions *transactions,
				  const struct problem *problem)
{
	const char *slash = problem->file ? strrchr(problem->file, '/') : NULL;
	const char *name = slash ? slash + 1 : problem->file;

	return name &&
	       !journal_texts_equal(config_texts_find(&transactions->folder, name),
				    config_texts_find(&transactions->daemon->texts, name));
}

static void transactions_drop_stale(struct transactions *transactions)
{
	struct problems *problems = &transactions->daemon->problems;
	bool known = false;

	for (size_t i = problems->count; i-- > 0;) {
		if (!problems->list[i].file) {
			continue;
		}
		if (!known && transactions_read_folder(transactions) < 0) {
			return;
		}
		known = true;
		if (transactions_is_stale(transactions, &problems->list[i])) {
			problems_remove(problems, i);
		}
	}
}

struct transaction_answer transaction_done(struct transactions *transactions, json_t *steps,
					   json_t *changes)
{
	struct daemon *daemon = transactions->daemon;

	transactions_drop_stale(transactions);
	transactions_add_problems(transactions);
	return (struct transaction_answer){
		.status = 200,
		.json = json_pack(
			"{s:o, s:o, s:o, s:o, s:o, s:[], s:O}", "number",
			transactions->number ? json_integer((json_int_t)transactions->number)
					     : json_null(),
			"steps", steps ? json_incref(steps) : json_array(), "changes",
			changes ? json_incref(changes) : json_array(), "problems",
			status_json_problems(daemon), "waiting",
			transactions_waiting_json(daemon), "files", "kept", transactions->kept),
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

	if (transactions->phase == TRANSACTION_APPLYING ||
	    transactions->phase == TRANSACTION_IDLE) {
		transactions->phase = TRANSACTION_IDLE;
		transaction_clear(&transactions->now);
	}
	transactions->now.callback = callback;
	transactions->now.user = user;
	transaction_answer(transactions, answer);
}

static struct history_states transactions_states(const struct transactions *transactions)
{
	return (struct history_states){
		.in_force = transactions->number,
		.waiting = transactions->phase == TRANSACTION_WAITING
				   ? transactions->now.journal.number
				   : 0,
	};
}

json_t *transactions_history_json(struct daemon *daemon)
{
	struct transactions *transactions = daemon->transactions;
	json_t *json = history_json(&transactions->history, transactions_states(transactions));

	if (json) {
		json_object_set_new(json, "waiting", transactions_waiting_json(daemon));
	}
	return json;
}

json_t *transactions_entry_json(struct daemon *daemon, unsigned int number)
{
	struct transactions *transactions = daemon->transactions;

	return history_entry_json(&transactions->history, number,
				  transactions_states(transactions));
}

int transactions_make_store(struct transactions *transactions)
{
	int err = store_open(transactions->daemon->options.store);

	return err < 0 ? err : history_make_folder(&transactions->history);
}

json_t *transactions_waiting_json(struct daemon *daemon)
{
	const struct transactions *transactions = daemon->transactions;
	const struct history_origin *origin = &transactions->now.journal.origin;
	uint64_t now_us = daemon_boot_us(), left_us;

	if (transactions->phase != TRANSACTION_WAITING) {
		return json_null();
	}
	left_us = transactions->now.deadline_us > now_us
			  ? transactions->now.deadline_us - now_us
			  : 0;
	return json_pack("{s:I, s:I, s:f, s:o, s:b}", "number",
			 (json_int_t)transactions->now.journal.number, "seconds",
			 (json_int_t)((left_us + 999999) / 1000000), "deadline",
			 json_time_now() + (double)left_us / 1e6, "user",
			 json_text(origin->user), "edited", transactions->now.journal.edited);
}

unsigned int transactions_number(const struct daemon *daemon)
{
	return daemon->transactions ? daemon->transactions->number : 0;
}
