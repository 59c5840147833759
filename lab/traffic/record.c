// SPDX-License-Identifier: BSD-2-Clause
/* See record.h. */
#include "lab/traffic/record.h"

#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_FIRST_CAPACITY (1u << 20)
#define NS_PER_MS	      1e6
#define NS_PER_S	      UINT64_C(1000000000)

void record_init(struct record *record)
{
	memset(record, 0, sizeof(*record));
}

void record_free(struct record *record)
{
	free(record->flows);
	free(record->seen);
	free(record->late);
	record_init(record);
}

static void record_start(struct record *record, const struct traffic_packet *packet)
{
	record->flows = calloc(packet->flows, sizeof(*record->flows));
	record->seen = calloc(RECORD_FIRST_CAPACITY, 1);
	record->late = calloc(RECORD_FIRST_CAPACITY, sizeof(*record->late));
	if (record->flows == NULL || record->seen == NULL || record->late == NULL) {
		errx(1, "no memory for %u flows", packet->flows);
	}
	record->capacity = RECORD_FIRST_CAPACITY;
	record->run = packet->run;
	record->flow_count = packet->flows;
	record->start_ns = packet->start_ns;
	record->rate_pps = packet->rate_pps;
	record->started = true;
}

static void record_grow(struct record *record, uint64_t number)
{
	uint64_t capacity = record->capacity;
	uint32_t *late;
	uint8_t *seen;

	while (capacity <= number) {
		capacity *= 2;
	}
	seen = realloc(record->seen, capacity);
	late = realloc(record->late, capacity * sizeof(*late));
	if (seen == NULL || late == NULL) {
		errx(1, "no memory for %" PRIu64 " packets", capacity);
	}
	memset(seen + record->capacity, 0, capacity - record->capacity);
	record->seen = seen;
	record->late = late;
	record->capacity = capacity;
}

/* When packet number was due, in nanoseconds after packet 0. */
static uint64_t due_ns(const struct record *record, uint64_t number)
{
	return number / record->rate_pps * NS_PER_S +
	       number % record->rate_pps * NS_PER_S / record->rate_pps;
}

/* When a packet that was seen was sent, to within RECORD_LATE_NS. */
static uint64_t sent_ns(const struct record *record, uint64_t number)
{
	return record->start_ns + due_ns(record, number) +
	       (uint64_t)record->late[number] * RECORD_LATE_NS;
}

static uint32_t late_of(const struct record *record, const struct traffic_packet *packet)
{
	uint64_t due = record->start_ns + due_ns(record, packet->number);
	uint64_t late = packet->sent_ns > due ? (packet->sent_ns - due) / RECORD_LATE_NS : 0;

	return late < UINT32_MAX ? (uint32_t)late : UINT32_MAX;
}

static bool packet_is_sane(const struct traffic_packet *packet)
{
	return packet->magic == TRAFFIC_MAGIC && packet->flows > 0 &&
	       packet->flows <= TRAFFIC_FLOWS_MAX && packet->number < TRAFFIC_NUMBER_MAX &&
	       packet->rate_pps > 0;
}

struct record_flow *record_packet(struct record *record, const struct traffic_packet *packet,
				  uint8_t link, uint64_t arrival_ns)
{
	struct record_flow *flow;
	uint64_t gap_ns;

	if (!packet_is_sane(packet)) {
		record->foreign++;
		return NULL;
	}
	if (!record->started) {
		record_start(record, packet);
	}
	if (packet->run != record->run || packet->flows != record->flow_count) {
		record->foreign++;
		return NULL;
	}
	if (packet->type == TRAFFIC_PACKET_END) {
		record->ended = true;
		record->total = packet->number;
		return NULL;
	}
	if (packet->number >= record->capacity) {
		record_grow(record, packet->number);
	}
	flow = &record->flows[packet->number % record->flow_count];
	if (record->seen[packet->number] != 0) {
		flow->duplicates++;
		return NULL;
	}
	record->seen[packet->number] = (uint8_t)(link + 1);
	record->late[packet->number] = late_of(record, packet);
	record->received++;
	if (packet->number >= record->next_number) {
		record->next_number = packet->number + 1;
	}
	if (packet->number < flow->next_number) {
		flow->reordered++;
	} else {
		flow->next_number = packet->number + 1;
	}
	gap_ns = arrival_ns - flow->last_arrival_ns;
	if (flow->received > 0 && arrival_ns > flow->last_arrival_ns &&
	    gap_ns > flow->max_gap_ns) {
		flow->max_gap_ns = gap_ns;
	}
	flow->last_arrival_ns = arrival_ns;
	flow->received++;
	return flow->received == 1 ? flow : NULL;
}

uint64_t record_expected(const struct record *record)
{
	return record->ended && record->total > record->next_number ? record->total
								    : record->next_number;
}

uint64_t record_lost(const struct record *record)
{
	return record_expected(record) - record->received;
}

void record_print_summary(const struct record *record, FILE *out)
{
	uint64_t duplicates = 0, reordered = 0, max_gap_ns = 0;
	uint32_t i;

	for (i = 0; i < record->flow_count; i++) {
		duplicates += record->flows[i].duplicates;
		reordered += record->flows[i].reordered;
		if (record->flows[i].max_gap_ns > max_gap_ns) {
			max_gap_ns = record->flows[i].max_gap_ns;
		}
	}
	fprintf(out,
		"\"flows\": %u, \"rate_pps\": %" PRIu64 ", \"start_ns\": %" PRIu64
		", \"ended\": %s, \"expected\": %" PRIu64 ", \"received\": %" PRIu64
		", \"lost\": %" PRIu64 ", \"duplicates\": %" PRIu64 ", \"reordered\": %" PRIu64
		", \"foreign\": %" PRIu64 ", \"max_gap_ms\": %.3f",
		record->flow_count, record->rate_pps, record->start_ns,
		record->ended ? "true" : "false", record_expected(record), record->received,
		record_lost(record), duplicates, reordered, record->foreign,
		(double)max_gap_ns / NS_PER_MS);
}

struct outage {
	uint64_t first;
	uint64_t last;
	uint64_t lost;
};

static uint32_t outage_flows(const struct record *record, const struct outage *outage)
{
	uint8_t *hit = calloc(record->flow_count, 1);
	uint32_t flows = 0;
	uint64_t n;

	if (hit == NULL) {
		errx(1, "no memory");
	}
	for (n = outage->first; n <= outage->last; n++) {
		uint8_t *mark = &hit[n % record->flow_count];

		if (record->seen[n] == 0 && *mark == 0) {
			*mark = 1;
			flows++;
		}
	}
	free(hit);
	return flows;
}

/* When a lost packet was sent, as far as its neighbours tell that were not: after
 * the one before it, and one packet's time a number before the one behind it. A
 * sender that was held up sends what is due in a burst, so this can be long after
 * the packet was due. */
static uint64_t lost_sent_ns(const struct record *record, uint64_t number)
{
	uint64_t expected = record_expected(record);
	uint64_t before = number, behind = number;
	uint64_t at_ns = record->start_ns + due_ns(record, number), behind_ns;

	while (before > 0 && record->seen[before] == 0) {
		before--;
	}
	if (record->seen[before] != 0 && sent_ns(record, before) > at_ns) {
		at_ns = sent_ns(record, before);
	}
	while (behind < expected && behind < record->capacity && record->seen[behind] == 0) {
		behind++;
	}
	if (behind < expected && behind < record->capacity) {
		behind_ns = sent_ns(record, behind) -
			    (due_ns(record, behind) - due_ns(record, number));
		at_ns = behind_ns > at_ns ? behind_ns : at_ns;
	}
	return at_ns;
}

/* An outage lasts from when its first packet was sent until one packet's time
 * after its last was; no longer than the timetable has it, in which a sender's
 * pauses are not. */
static void print_outage(const struct record *record, const struct outage *outage, bool first,
			 FILE *out)
{
	uint64_t due = due_ns(record, outage->last + 1) - due_ns(record, outage->first);
	uint64_t packet = due_ns(record, outage->last + 1) - due_ns(record, outage->last);
	uint64_t at_ns = lost_sent_ns(record, outage->first);
	uint64_t sent = lost_sent_ns(record, outage->last) + packet - at_ns;

	fprintf(out,
		"%s{\"first\": %" PRIu64 ", \"last\": %" PRIu64 ", \"lost\": %" PRIu64
		", \"flows\": %u, \"at_ns\": %" PRIu64 ", \"ms\": %.3f}",
		first ? "" : ", ", outage->first, outage->last, outage->lost,
		outage_flows(record, outage), at_ns,
		(double)(sent < due ? sent : due) / NS_PER_MS);
}

void record_print_outages(const struct record *record, uint64_t merge_ms, FILE *out)
{
	uint64_t expected = record_expected(record);
	struct outage outage = {0};
	bool none_yet = true;
	uint64_t n;

	fprintf(out, "\"outages\": [");
	if (expected > record->capacity) {
		expected = record->capacity; /* the tail is one loss, and counted */
	}
	for (n = 0; n < expected; n++) {
		if (record->seen[n] != 0) {
			continue;
		}
		if (outage.lost > 0 &&
		    due_ns(record, n) - due_ns(record, outage.last) > merge_ms * 1000000) {
			print_outage(record, &outage, none_yet, out);
			none_yet = false;
			outage.lost = 0;
		}
		if (outage.lost == 0) {
			outage.first = n;
		}
		outage.last = n;
		outage.lost++;
	}
	if (outage.lost > 0) {
		print_outage(record, &outage, none_yet, out);
	}
	fprintf(out, "]");
}

void record_print_ends(const struct record_flow *flow, FILE *out)
{
	char source[INET6_ADDRSTRLEN] = "", destination[INET6_ADDRSTRLEN] = "";

	if (flow->ends.family != 0) {
		inet_ntop(flow->ends.family, flow->ends.source, source, sizeof(source));
		inet_ntop(flow->ends.family, flow->ends.destination, destination,
			  sizeof(destination));
	}
	fprintf(out,
		"\"source\": \"%s\", \"source_port\": %u, \"destination\": \"%s\", "
		"\"destination_port\": %u, \"vlan\": %u",
		source, flow->ends.source_port, destination, flow->ends.destination_port,
		flow->ends.vlan);
}

/* How many packets of the flow there are among the first expected ones. */
static uint64_t flow_expected(const struct record *record, uint32_t flow)
{
	uint64_t expected = record_expected(record);

	return expected <= flow ? 0 : (expected - flow - 1) / record->flow_count + 1;
}

void record_print_flows(const struct record *record, FILE *out)
{
	uint32_t i;

	fprintf(out, "\"per_flow\": [");
	for (i = 0; i < record->flow_count; i++) {
		const struct record_flow *flow = &record->flows[i];

		fprintf(out, "%s\n{\"flow\": %u, ", i == 0 ? "" : ",", i);
		record_print_ends(flow, out);
		fprintf(out,
			", \"received\": %" PRIu64 ", \"lost\": %" PRIu64
			", \"duplicates\": %" PRIu64 ", \"reordered\": %" PRIu64
			", \"max_gap_ms\": %.3f}",
			flow->received, flow_expected(record, i) - flow->received,
			flow->duplicates, flow->reordered,
			(double)flow->max_gap_ns / NS_PER_MS);
	}
	fprintf(out, "]");
}

unsigned int record_print_segments(const struct record *record, uint32_t flow,
				   const char *const *links, FILE *out)
{
	uint64_t first = 0, last = 0, packets = 0, n;
	unsigned int segments = 0;
	uint8_t link = 0;

	fprintf(out, "\"segments\": [");
	for (n = flow; n < record->next_number + record->flow_count; n += record->flow_count) {
		bool over = n >= record->next_number;
		uint8_t seen = over ? 0 : record->seen[n];

		if (seen == 0 && !over) {
			continue;
		}
		if (packets > 0 && seen != link) {
			fprintf(out,
				"%s{\"link\": \"%s\", \"first\": %" PRIu64
				", \"last\": %" PRIu64 ", \"packets\": %" PRIu64
				", \"first_ns\": %" PRIu64 ", \"last_ns\": %" PRIu64 "}",
				segments == 0 ? "" : ", ", links[link - 1], first, last,
				packets, sent_ns(record, first), sent_ns(record, last));
			segments++;
			packets = 0;
		}
		if (packets == 0) {
			first = n;
			link = seen;
		}
		last = n;
		packets++;
	}
	fprintf(out, "]");
	return segments;
}

void record_print_progress(const struct record *record)
{
	printf("{\"received\": %" PRIu64 ", \"next\": %" PRIu64 ", \"missing\": %" PRIu64 "}\n",
	       record->received, record->next_number, record->next_number - record->received);
	fflush(stdout);
}
