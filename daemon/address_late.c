/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses that were put without having been asked for, since there was no carrier: they
 * are asked for when it comes. One that another host turns out to hold stays. ifup would
 * not have put it, but a server whose bond has its links a moment after its addresses must
 * not lose them to whoever was quicker, or to somebody who answers for all: programs are
 * using it by then, and it may be the only way to get at the server and put things right.
 * So it is said, as an event and as a trouble in status, until the address goes; the next
 * daemon asks again.
 */
#include "daemon/address_late.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/address_probe.h"
#include "daemon/daemon.h"
#include "daemon/interface_event.h"
#include "daemon/json_util.h"

/* News of carrier come many at a time. */
#define LATE_DELAY_US	200000ULL
/* One that nobody has put by then was refused, or taken back. */
#define LATE_FORGET_US	60000000ULL
#define LATE_MAC_FORMAT "%02x:%02x:%02x:%02x:%02x:%02x"

struct late_address {
	uint8_t address[4];
	uint64_t since_us;
	uint32_t ifindex; /* while looking: where it is, 0 nowhere */
};

/* Another host's. */
struct late_conflict {
	uint8_t address[4];
	uint32_t ifindex;
	uint8_t holder[6];
};

struct address_late {
	size_t count;
	struct late_address *list;
	sd_event_source *timer;
	bool armed;
	bool again; /* there was news while asking */
	struct address_probe *probe;
	struct address_query *queries;
	size_t conflict_count;
	struct late_conflict *conflicts;
};

static int late_on_time(sd_event_source *source, uint64_t due_us, void *user);

static struct address_late *late_get(struct daemon *daemon)
{
	struct address_late *late = daemon->late;

	if (late) {
		return late;
	}
	late = calloc(1, sizeof(*late));
	if (!late) {
		return NULL;
	}
	if (sd_event_add_time(daemon->loop, &late->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000,
			      late_on_time, daemon) < 0) {
		free(late);
		return NULL;
	}
	sd_event_source_set_enabled(late->timer, SD_EVENT_OFF);
	sd_event_source_set_priority(late->timer, DAEMON_PRIORITY_API);
	daemon->late = late;
	return late;
}

static void late_arm(struct address_late *late)
{
	if (late->probe) {
		late->again = true;
		return;
	}
	if (!late->armed) {
		late->armed = true;
		sd_event_source_set_time(late->timer, daemon_now_us() + LATE_DELAY_US);
		sd_event_source_set_enabled(late->timer, SD_EVENT_ONESHOT);
	}
}

static int late_compare(const void *a, const void *b)
{
	const struct late_address *left = a, *right = b;

	return memcmp(left->address, right->address, sizeof(left->address));
}

void address_late_add(struct daemon *daemon, const uint8_t address[4])
{
	struct address_late *late = late_get(daemon);
	struct late_address *list;

	if (!late) {
		return;
	}
	list = realloc(late->list, (late->count + 1) * sizeof(*list));
	if (!list) {
		return; /* it is put, and nobody asks: what else could be done */
	}
	late->list = list;
	list[late->count] = (struct late_address){.since_us = daemon_now_us()};
	memcpy(list[late->count].address, address, sizeof(list->address));
	late->count++;
}

/* --- for the next daemon ---------------------------------------------------------- */

static void late_path(const struct daemon *daemon, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/address-conflicts.json", daemon->options.state);
}

/* Only what is to be asked for: the answer may be another one then. */
static void late_save(const struct daemon *daemon)
{
	const struct address_late *late = daemon->late;
	char path[PATH_MAX], temporary[PATH_MAX + 8], text[INET_ADDRSTRLEN];
	json_t *list;

	late_path(daemon, path);
	if (late->conflict_count == 0) {
		(void)unlink(path);
		return;
	}
	list = json_array();
	for (size_t i = 0; i < late->conflict_count; i++) {
		inet_ntop(AF_INET, late->conflicts[i].address, text, sizeof(text));
		json_array_append_new(list, json_string(text));
	}
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	if (json_dump_file(list, temporary, JSON_COMPACT) < 0 || rename(temporary, path) < 0) {
		(void)unlink(temporary);
	}
	json_decref(list);
}

void address_late_open(struct daemon *daemon)
{
	char path[PATH_MAX];
	uint8_t address[4];
	json_t *list, *each;
	size_t i;

	late_path(daemon, path);
	list = json_load_file(path, 0, NULL);
	json_array_foreach (list, i, each) {
		if (json_is_string(each) &&
		    inet_pton(AF_INET, json_string_value(each), address) == 1) {
			address_late_add(daemon, address);
		}
	}
	json_decref(list);
	if (daemon->late) {
		late_arm(daemon->late);
	}
}

/* --- asking ------------------------------------------------------------------- */

static void late_note_conflict(struct daemon *daemon, const struct address_query *query)
{
	struct address_late *late = daemon->late;
	const uint8_t *mac = query->holder;
	struct late_conflict *list =
		realloc(late->conflicts, (late->conflict_count + 1) * sizeof(*list));
	char text[INET_ADDRSTRLEN] = "?", name[IF_NAMESIZE] = "?";

	inet_ntop(AF_INET, query->address, text, sizeof(text));
	(void)if_indextoname(query->ifindex, name);
	interface_event(daemon, LOG_LEVEL_WARNING, name, "address_in_use",
			"another host (" LATE_MAC_FORMAT ") holds %s, too; it stays here",
			mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], text);
	if (!list) {
		return;
	}
	late->conflicts = list;
	list[late->conflict_count] = (struct late_conflict){.ifindex = query->ifindex};
	memcpy(list[late->conflict_count].address, query->address, sizeof(query->address));
	memcpy(list[late->conflict_count].holder, query->holder, sizeof(query->holder));
	late->conflict_count++;
}

static void late_on_answer(struct address_query *queries, size_t count, void *user)
{
	struct daemon *daemon = user;
	struct address_late *late = daemon->late;

	late->probe = NULL;
	late->queries = NULL;
	for (size_t i = 0; i < count; i++) {
		if (queries[i].in_use) {
			late_note_conflict(daemon, &queries[i]);
		}
	}
	late_save(daemon);
	free(queries);
	if (late->again) {
		late->again = false;
		late_arm(late);
	}
}

static int late_on_address(const struct netlink_address *address, void *context)
{
	struct address_late *late = context;
	struct late_address key, *found;

	if (address->family != AF_INET) {
		return 0;
	}
	memcpy(key.address, address->bytes, sizeof(key.address));
	found = bsearch(&key, late->list, late->count, sizeof(key), late_compare);
	if (found) {
		found->ifindex = address->ifindex;
	}
	return 0;
}

/* Sorted, and each once; the younger of two is the one to keep. */
static void late_sort(struct address_late *late)
{
	size_t kept = 0;

	if (late->count == 0) {
		return;
	}
	qsort(late->list, late->count, sizeof(*late->list), late_compare);
	for (size_t i = 0; i < late->count; i++) {
		struct late_address *last = &late->list[kept ? kept - 1 : 0];

		if (kept && late_compare(last, &late->list[i]) == 0) {
			last->since_us = late->list[i].since_us > last->since_us
						 ? late->list[i].since_us
						 : last->since_us;
			continue;
		}
		late->list[kept] = late->list[i];
		late->list[kept++].ifindex = 0;
	}
	late->count = kept;
}

/* Takes those that are on an interface out of the list, as queries. Those that can't be
 * asked for even now come back through address_late_add(). */
static size_t late_take(struct address_late *late, struct address_query *queries)
{
	uint64_t now_us = daemon_now_us();
	size_t kept = 0, count = 0;

	for (size_t i = 0; i < late->count; i++) {
		struct late_address each = late->list[i];

		if (each.ifindex) {
			queries[count] = (struct address_query){.ifindex = each.ifindex};
			memcpy(queries[count++].address, each.address, sizeof(each.address));
		} else if (now_us - each.since_us < LATE_FORGET_US) {
			late->list[kept++] = each;
		}
	}
	late->count = kept;
	return count;
}

static int late_on_time(sd_event_source *source, uint64_t due_us, void *user)
{
	struct daemon *daemon = user;
	struct address_late *late = daemon->late;
	struct address_query *queries;
	size_t count;

	(void)source;
	(void)due_us;
	late->armed = false;
	late_sort(late);
	queries = calloc(late->count + 1, sizeof(*queries));
	if (!queries) {
		return 0;
	}
	(void)netlink_address_dump(daemon->netlink, 0, AF_UNSPEC, late_on_address, late);
	count = late_take(late, queries);
	if (count == 0 || address_probe_begin(daemon, queries, count, late_on_answer, daemon,
					      &late->probe) < 0) {
		free(queries);
		return 0;
	}
	late->queries = queries;
	return 0;
}

/* --- news --------------------------------------------------------------------- */

/* Those being asked for may come back to the list. */
static bool late_waits(const struct address_late *late)
{
	return late && (late->count > 0 || late->probe);
}

void address_on_link(struct daemon *daemon, const struct netlink_link *link)
{
	if (late_waits(daemon->late) && link->carrier && (link->flags & IFF_UP)) {
		late_arm(daemon->late);
	}
}

void address_on_new(struct daemon *daemon, const struct netlink_address *address)
{
	char text[INET6_ADDRSTRLEN] = "?", name[IF_NAMESIZE] = "?";

	if (address->family == AF_INET) {
		if (late_waits(daemon->late)) {
			late_arm(daemon->late);
		}
		return;
	}
	if (address->flags & IFA_F_DADFAILED) {
		inet_ntop(AF_INET6, address->bytes, text, sizeof(text));
		(void)if_indextoname(address->ifindex, name);
		interface_event(daemon, LOG_LEVEL_WARNING, name, "address_in_use",
				"another host holds %s: the kernel doesn't use it here", text);
	}
}

void address_on_gone(struct daemon *daemon, const struct netlink_address *address)
{
	struct address_late *late = daemon->late;
	size_t kept = 0;

	if (!late || address->family != AF_INET) {
		return;
	}
	for (size_t i = 0; i < late->conflict_count; i++) {
		const struct late_conflict *each = &late->conflicts[i];

		if (each->ifindex != address->ifindex ||
		    memcmp(each->address, address->bytes, sizeof(each->address)) != 0) {
			late->conflicts[kept++] = *each;
		}
	}
	if (kept != late->conflict_count) {
		late->conflict_count = kept;
		late_save(daemon);
	}
}

/* What another host holds of it; NULL: nobody does, as far as is known. */
static const struct late_conflict *late_find_conflict(const struct address_late *late,
						      const struct netlink_address *address)
{
	for (size_t i = 0; late && i < late->conflict_count; i++) {
		const struct late_conflict *each = &late->conflicts[i];

		if (each->ifindex == address->ifindex &&
		    memcmp(each->address, address->bytes, sizeof(each->address)) == 0) {
			return each;
		}
	}
	return NULL;
}

bool address_is_held(const struct daemon *daemon, const struct netlink_address *address)
{
	return address->family == AF_INET6 ? (address->flags & IFA_F_DADFAILED) != 0
					   : late_find_conflict(daemon->late, address) != NULL;
}

void address_trouble(const struct daemon *daemon, const struct netlink_address *address,
		     json_t *list)
{
	char text[INET6_ADDRSTRLEN] = "?", name[IF_NAMESIZE] = "?";
	const struct late_conflict *conflict;
	const uint8_t *mac;

	if (!address_is_held(daemon, address)) {
		return;
	}
	inet_ntop(address->family, address->bytes, text, sizeof(text));
	(void)if_indextoname(address->ifindex, name);
	if (address->family == AF_INET6) {
		json_array_append_new(list, json_sprintf("another host holds %s, so the kernel "
							 "doesn't use it on %s",
							 text, name));
		return;
	}
	conflict = late_find_conflict(daemon->late, address);
	if (!conflict) {
		return;
	}
	mac = conflict->holder;
	json_array_append_new(
		list, json_sprintf("%s of %s is also held by another host (" LATE_MAC_FORMAT
				   "); one of the two must give it up",
				   text, name, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]));
}

void address_late_close(struct daemon *daemon)
{
	struct address_late *late = daemon->late;

	if (!late) {
		return;
	}
	address_probe_cancel(late->probe);
	sd_event_source_disable_unref(late->timer);
	free(late->queries);
	free(late->list);
	free(late->conflicts);
	free(late);
	daemon->late = NULL;
}
