/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wait of a change that is to be confirmed, and its good end. The other is
 * transaction_back.c's.
 */
#include <errno.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/taken_along.h"
#include "daemon/transaction_internal.h"

int transaction_on_time(sd_event_source *source, uint64_t time_us, void *user)
{
	struct transactions *transactions = user;

	(void)source;
	(void)time_us;
	if (transactions->phase == TRANSACTION_WAITING) {
		transaction_take_back(transactions, "taken_back", NULL, NULL, NULL);
	} else if (transactions->phase == TRANSACTION_TAKING_BACK) {
		transaction_step_back(transactions);
	}
	return 0;
}

int transaction_wait(struct transactions *transactions)
{
	struct transaction *now = &transactions->now;
	int err = transactions_arm(transactions->timer, now->journal.confirm_s * 1000000ULL,
				   &now->deadline_us);

	if (err == 0) {
		transactions->phase = TRANSACTION_WAITING;
	}
	return err;
}

/* An entry of its own, now that it's known what it came after. */
void transaction_note_reloaded(struct transactions *transactions,
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
		/* It may be gone, and while the change waits it may not. */
		now->unsure = journal_write_again(daemon->options.store, daemon->options.config,
						  &now->journal) < 0;
		return transaction_error(503, "no_store",
					 "%s can't be written (%s): configuration %u still "
					 "waits to be confirmed",
					 daemon->options.store, strerror(-err),
					 now->journal.number);
	}
	taken_along_drop(daemon);
	(void)sd_event_source_set_enabled(transactions->timer, SD_EVENT_OFF);
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
