/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a change took along that others had put (daemon/taken_along.h), given back once it is
 * taken back and what runs is as before; and before that, what its files asked for and was
 * there already is theirs again. What can't be put back at first is tried again for
 * some seconds: IPv6 tells of an address that it is nobody else's only by then, and no route
 * can have it as its source before.
 */
#include <errno.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/observe.h"
#include "daemon/taken_along.h"
#include "daemon/transaction_internal.h"

#define TRANSACTION_GIVE_BACK_US   1000000ULL
#define TRANSACTION_GIVE_BACKS_MAX 8

void transactions_disown(struct transactions *transactions)
{
	json_t *former = taken_along_former(transactions->daemon);

	observe_disown_json(transactions->daemon, json_object_get(former, "adopted"));
	json_decref(former);
}

struct model *transactions_start_former(struct daemon *daemon)
{
	json_t *former = taken_along_former(daemon);
	struct model *ran = observe_applied_from_json(json_object_get(former, "ran"));

	observe_disown_json(daemon, json_object_get(former, "adopted"));
	json_decref(former);
	return ran;
}

static void transactions_try_give_back(struct transactions *transactions)
{
	struct daemon *daemon = transactions->daemon;
	int result = taken_along_give_back(daemon);
	uint64_t deadline_us;

	if (result >= 0) {
		return;
	}
	transactions->give_backs++;
	if (transactions->give_backs < TRANSACTION_GIVE_BACKS_MAX &&
	    transactions_arm(transactions->give_back_timer, TRANSACTION_GIVE_BACK_US,
			     &deadline_us) == 0) {
		return;
	}
	transactions_say(
		transactions,
		"not all addresses and routes that the change which was taken back had "
		"taken from interfaces could be given back: %s",
		strerror(-result));
	taken_along_give_up(daemon);
}

int transactions_on_give_back_time(sd_event_source *source, uint64_t time_us, void *user)
{
	(void)source;
	(void)time_us;
	transactions_try_give_back(user);
	return 0;
}

void transactions_give_back(struct daemon *daemon)
{
	daemon->transactions->give_backs = 0;
	transactions_try_give_back(daemon->transactions);
}
