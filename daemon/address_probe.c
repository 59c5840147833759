/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probes for IPv4 addresses (RFC 5227 2.1.1): a broadcast ARP request from nobody. One
 * socket for all of them, and bounded work each turn of the loop, so that thousands of
 * addresses keep no LACPDU waiting.
 */
#include "daemon/address_probe.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/address_late.h"
#include "daemon/daemon.h"
#include "daemon/neighbour.h"

#define PROBE_ROUNDS	      2
#define PROBE_SENT_A_TURN     64
#define PROBE_RECEIVED_A_TURN 64
#define PROBE_LAST_READS      64

/* A link that is asked on. */
struct probe_link {
	uint32_t ifindex;
	bool can_ask;
	uint8_t mac[NEIGHBOUR_MAC_SIZE];
};

struct address_probe {
	struct daemon *daemon;
	struct address_query *queries;
	size_t count;
	struct address_query **by_address; /* those asked, sorted */
	size_t asked_count;
	address_probe_callback *callback;
	void *user;
	int fd;
	uint64_t begun_us;
	unsigned int round;
	size_t next; /* of by_address, in this round */
	size_t link_count;
	struct probe_link *links; /* sorted by index */
	bool own_known;		  /* own is filled in */
	size_t own_count;
	uint8_t (*own)[NEIGHBOUR_MAC_SIZE];
	sd_event_source *receive;
	sd_event_source *send;
	sd_event_source *timer;
};

void address_probe_cancel(struct address_probe *probe)
{
	if (!probe) {
		return;
	}
	sd_event_source_disable_unref(probe->receive);
	sd_event_source_disable_unref(probe->send);
	sd_event_source_disable_unref(probe->timer);
	if (probe->fd >= 0) {
		close(probe->fd);
	}
	free(probe->by_address);
	free(probe->links);
	free(probe->own);
	free(probe);
}

static void probe_finish(struct address_probe *probe)
{
	struct address_query *queries = probe->queries;
	address_probe_callback *callback = probe->callback;
	size_t count = probe->count;
	void *user = probe->user;

	for (size_t i = 0; i < count; i++) {
		if (!queries[i].asked) {
			address_late_add(probe->daemon, queries[i].address);
		}
	}
	address_probe_cancel(probe);
	callback(queries, count, user);
}

/* --- what can be asked ------------------------------------------------------ */

static int probe_compare_links(const void *a, const void *b)
{
	const struct probe_link *left = a, *right = b;

	return left->ifindex < right->ifindex ? -1 : left->ifindex > right->ifindex;
}

static struct probe_link *probe_find_link(struct address_probe *probe, uint32_t ifindex)
{
	struct probe_link key = {.ifindex = ifindex};

	return bsearch(&key, probe->links, probe->link_count, sizeof(key), probe_compare_links);
}

static void probe_look(struct address_probe *probe, struct probe_link *link)
{
	struct netlink_link present;

	if (link->ifindex == 0 ||
	    netlink_link_get(probe->daemon->netlink, link->ifindex, &present) < 0) {
		return;
	}
	link->can_ask = (present.flags & IFF_UP) && !(present.flags & IFF_NOARP) &&
			present.carrier && present.has_mac && present.type == ARPHRD_ETHER;
	memcpy(link->mac, present.mac, sizeof(link->mac));
}

/* Each interface that the queries name is looked at once. */
static int probe_look_at_links(struct address_probe *probe)
{
	size_t kept = 0;

	probe->links = calloc(probe->count + 1, sizeof(*probe->links));
	if (!probe->links) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < probe->count; i++) {
		probe->links[i].ifindex = probe->queries[i].ifindex;
	}
	qsort(probe->links, probe->count, sizeof(*probe->links), probe_compare_links);
	for (size_t i = 0; i < probe->count; i++) {
		if (kept == 0 || probe->links[kept - 1].ifindex != probe->links[i].ifindex) {
			probe->links[kept++] = probe->links[i];
		}
	}
	probe->link_count = kept;
	for (size_t i = 0; i < kept; i++) {
		probe_look(probe, &probe->links[i]);
	}
	return 0;
}

static int probe_compare_addresses(const void *a, const void *b)
{
	const struct address_query *const *left = a;
	const struct address_query *const *right = b;

	return memcmp((*left)->address, (*right)->address, 4);
}

static int probe_choose(struct address_probe *probe)
{
	probe->by_address = calloc(probe->count + 1, sizeof(struct address_query *));
	if (!probe->by_address) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < probe->count; i++) {
		struct address_query *query = &probe->queries[i];

		query->asked = probe_find_link(probe, query->ifindex)->can_ask;
		query->in_use = false;
		if (query->asked) {
			probe->by_address[probe->asked_count++] = query;
		}
	}
	qsort(probe->by_address, probe->asked_count, sizeof(struct address_query *),
	      probe_compare_addresses);
	return 0;
}

/* --- answers ------------------------------------------------------------------ */

static int probe_on_link(const struct netlink_link *link, void *context)
{
	struct address_probe *probe = context;
	void *own;

	if (!link->has_mac) {
		return 0;
	}
	own = realloc(probe->own, (probe->own_count + 1) * sizeof(*probe->own));
	if (!own) {
		return -ENOMEM;
	}
	probe->own = own;
	memcpy(probe->own[probe->own_count++], link->mac, NEIGHBOUR_MAC_SIZE);
	return 0;
}

/* Two of our own interfaces may be on the same network, and the one answers what the
 * other asks: an address that moves between them is nobody else's. Looked up when an
 * answer comes, which is seldom. */
static bool probe_is_own(struct address_probe *probe, const uint8_t mac[NEIGHBOUR_MAC_SIZE])
{
	if (!probe->own_known) {
		probe->own_known = true;
		(void)netlink_link_dump(probe->daemon->netlink, probe_on_link, probe);
	}
	for (size_t i = 0; i < probe->own_count; i++) {
		if (memcmp(probe->own[i], mac, NEIGHBOUR_MAC_SIZE) == 0) {
			return true;
		}
	}
	return false;
}

/* The first of those asked whose address it is; they stand together. */
static size_t probe_lower_bound(const struct address_probe *probe, const uint8_t address[4])
{
	size_t low = 0, high = probe->asked_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(probe->by_address[middle]->address, address, 4) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static void probe_answer(struct address_probe *probe, const struct neighbour_origin *origin,
			 const struct neighbour_arp *arp)
{
	static const uint8_t nobody[4];
	const uint8_t *address = arp->sender;

	/* Somebody else who asks for the same address is about to take it. A switch that
	 * looks after its hosts asks from nobody, too, but each host alone. */
	if (memcmp(arp->sender, nobody, 4) == 0) {
		if (!arp->is_request || !arp->to_all) {
			return;
		}
		address = arp->target;
	}
	for (size_t i = probe_lower_bound(probe, address);
	     i < probe->asked_count && memcmp(probe->by_address[i]->address, address, 4) == 0;
	     i++) {
		struct address_query *query = probe->by_address[i];

		if (query->ifindex == origin->ifindex && query->vid == origin->vid &&
		    !query->in_use && !probe_is_own(probe, arp->sender_mac)) {
			query->in_use = true;
			memcpy(query->holder, arp->sender_mac, NEIGHBOUR_MAC_SIZE);
		}
	}
}

/* False: nothing is left to read. */
static bool probe_read(struct address_probe *probe)
{
	uint8_t frame[NEIGHBOUR_FRAME_SIZE];
	struct neighbour_origin origin;
	struct neighbour_arp arp;

	for (int i = 0; i < PROBE_RECEIVED_A_TURN; i++) {
		ssize_t size = neighbour_receive(probe->fd, frame, sizeof(frame), &origin);

		if (size < 0) {
			return false;
		}
		if (size > 0 && neighbour_arp_read(frame, (size_t)size, &arp)) {
			probe_answer(probe, &origin, &arp);
		}
	}
	return true;
}

static int probe_on_frame(sd_event_source *source, int fd, uint32_t events, void *user)
{
	(void)source;
	(void)fd;
	(void)events;
	(void)probe_read(user);
	return 0;
}

/* --- questions ---------------------------------------------------------------- */

static uint64_t probe_due_us(const struct address_probe *probe)
{
	return probe->begun_us + probe->round * ADDRESS_PROBE_WAIT_MS * 1000ULL / PROBE_ROUNDS;
}

static int probe_on_time(sd_event_source *source, uint64_t due_us, void *user)
{
	struct address_probe *probe = user;

	(void)source;
	(void)due_us;
	if (probe->round == PROBE_ROUNDS) {
		/* What came in time counts, but a storm doesn't keep us. */
		for (int i = 0; i < PROBE_LAST_READS && probe_read(probe); i++) {
		}
		probe_finish(probe);
		return 0;
	}
	probe->next = 0;
	sd_event_source_set_enabled(probe->send, SD_EVENT_ON);
	return 0;
}

/* A round is over: the next, or the end, comes in time, but not before what was asked last
 * has had its share. */
static void probe_wait(struct address_probe *probe)
{
	uint64_t share_us = ADDRESS_PROBE_WAIT_MS * 1000ULL / PROBE_ROUNDS;
	uint64_t due_us, earliest_us = daemon_now_us() + share_us / 2;

	probe->round++;
	due_us = probe_due_us(probe);
	if (due_us < earliest_us) {
		due_us = earliest_us;
	}
	sd_event_source_set_time(probe->timer, due_us);
	sd_event_source_set_enabled(probe->timer, SD_EVENT_ONESHOT);
}

static int probe_on_turn(sd_event_source *source, void *user)
{
	static const uint8_t nobody[4];
	struct address_probe *probe = user;
	struct neighbour_frame frame;

	for (int i = 0; i < PROBE_SENT_A_TURN && probe->next < probe->asked_count; i++) {
		struct address_query *query = probe->by_address[probe->next++];
		const struct probe_link *link = probe_find_link(probe, query->ifindex);

		if (query->in_use) {
			continue;
		}
		neighbour_arp_write(&frame, link->mac, nobody, query->address, query->vid);
		/* One that isn't sent is as good as one that is lost. */
		(void)neighbour_send(probe->fd, query->ifindex, &frame);
	}
	if (probe->next == probe->asked_count) {
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		probe_wait(probe);
	}
	return 0;
}

static int probe_add_sources(struct address_probe *probe)
{
	sd_event *loop = probe->daemon->loop;
	bool tagged = false;
	int err;

	for (size_t i = 0; i < probe->asked_count; i++) {
		tagged = tagged || probe->by_address[i]->vid != 0;
	}
	probe->fd = neighbour_socket_listen(tagged);
	if (probe->fd < 0) {
		return probe->fd;
	}
	err = sd_event_add_io(loop, &probe->receive, probe->fd, EPOLLIN, probe_on_frame, probe);
	if (err < 0) {
		return err;
	}
	sd_event_source_set_priority(probe->receive, DAEMON_PRIORITY_API);
	err = sd_event_add_defer(loop, &probe->send, probe_on_turn, probe);
	if (err < 0) {
		return err;
	}
	sd_event_source_set_enabled(probe->send, SD_EVENT_ON);
	sd_event_source_set_priority(probe->send, DAEMON_PRIORITY_API);
	err = sd_event_add_time(loop, &probe->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000,
				probe_on_time, probe);
	if (err < 0) {
		return err;
	}
	sd_event_source_set_priority(probe->timer, DAEMON_PRIORITY_API);
	return sd_event_source_set_enabled(probe->timer, SD_EVENT_OFF);
}

static int probe_on_nothing(sd_event_source *source, void *user)
{
	(void)source;
	probe_finish(user);
	return 0;
}

int address_probe_begin(struct daemon *daemon, struct address_query *queries, size_t count,
			address_probe_callback *callback, void *user,
			struct address_probe **out)
{
	struct address_probe *probe = calloc(1, sizeof(*probe));
	int err;

	if (!probe) {
		return -ENOMEM;
	}
	probe->daemon = daemon;
	probe->queries = queries;
	probe->count = count;
	probe->callback = callback;
	probe->user = user;
	probe->fd = -1;
	probe->begun_us = daemon_now_us();
	err = probe_look_at_links(probe);
	if (err == 0) {
		err = probe_choose(probe);
	}
	if (err == 0) {
		err = probe->asked_count > 0 ? probe_add_sources(probe)
					     : sd_event_add_defer(daemon->loop, &probe->send,
								  probe_on_nothing, probe);
	}
	if (err < 0) {
		address_probe_cancel(probe);
		return err;
	}
	*out = probe;
	return 0;
}
