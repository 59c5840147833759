/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A new entry of the history. What is in force but could not be recorded (the disk of the
 * store is full) is recorded as soon as there is room: it is tried every few seconds, and
 * before each change. A change that needs the history to go back is refused until then.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/transaction_internal.h"

#define TRANSACTION_RECORD_RETRY_US 5000000ULL

unsigned int transactions_next_number(const struct transactions *transactions)
{
	return transactions->history.last_number % HISTORY_NUMBER_MAX + 1;
}

bool transactions_may_be_faulty(const struct transactions *transactions)
{
	const struct history_entry *entry =
		transactions->number
			? history_find(&transactions->history, transactions->number)
			: NULL;

	return !entry || entry->fault;
}

int transactions_record(struct transactions *transactions, unsigned int number,
			const struct history_origin *origin, const char *fault,
			const struct config_texts *texts)
{
	const struct config_texts *before =
		transactions->known ? &transactions->in_force : NULL;
	int err = transactions->store_err;

	if (transactions->unrecorded) {
		before = transactions->known_recorded ? &transactions->recorded : NULL;
	}
	if (err == 0) {
		err = history_add(&transactions->history, number, origin, false, fault, before,
				  texts);
	}
	if (err < 0) {
		return err;
	}
	transactions->number = number;
	transactions->unrecorded = false;
	config_texts_free(&transactions->recorded);
	transactions_set_in_force(transactions, texts);
	return 0;
}

void transactions_record_later(struct transactions *transactions,
			       const struct history_origin *origin,
			       const struct config_texts *texts, int err)
{
	char error[TRANSACTION_ERROR_SIZE];
	uint64_t deadline_us;

	if (transactions->store_err == 0) {
		(void)snprintf(error, sizeof(error),
			       "the configuration that is in force can't be kept in %s yet: "
			       "%s; it is tried again and again",
			       transactions->daemon->options.store, strerror(-err));
		if (transactions->unrecorded) {
			transactions_unsay(transactions, transactions->unrecorded_error);
		} else {
			transactions->recorded = transactions->in_force;
			transactions->known_recorded = transactions->known;
			transactions->in_force = (struct config_texts){0};
		}
		transactions->unrecorded = true;
		transactions->unrecorded_origin = *origin;
		memcpy(transactions->unrecorded_error, error, sizeof(error));
		log_line(LOG_LEVEL_WARNING, "%s event=problem", error);
		err = transactions_arm(transactions->record_timer, TRANSACTION_RECORD_RETRY_US,
				       &deadline_us);
		if (err < 0) {
			log_line(LOG_LEVEL_ERROR, "no timer: %s", strerror(-err));
		}
	}
	transactions->number = 0;
	transactions_set_in_force(transactions, texts);
}

int transactions_record_again(struct transactions *transactions)
{
	char fault[TRANSACTION_ERROR_SIZE];
	uint64_t deadline_us;
	bool faulty;
	int err;

	if (!transactions->unrecorded) {
		return 0;
	}
	/* What waits or is on its way is told of in the order in which it ends. */
	if (transactions->phase != TRANSACTION_IDLE) {
		err = -EBUSY;
	} else {
		faulty = transaction_fault(transactions, &transactions->in_force, NULL, fault);
		err = transactions_record(transactions, transactions_next_number(transactions),
					  &transactions->unrecorded_origin,
					  faulty ? fault : NULL, &transactions->in_force);
	}
	if (err == 0) {
		transactions_unsay(transactions, transactions->unrecorded_error);
		log_line(LOG_LEVEL_NOTICE,
			 "the configuration that is in force is kept as %u now",
			 transactions->number);
	} else {
		(void)transactions_arm(transactions->record_timer, TRANSACTION_RECORD_RETRY_US,
				       &deadline_us);
	}
	return err;
}
