/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a receiver notes of a stream: one byte a packet number (was it seen,
 * and on which link), and a few counters a flow. Everything else is worked out
 * from that at the end.
 */
#ifndef LAB_TRAFFIC_RECORD_H
#define LAB_TRAFFIC_RECORD_H

#include "lab/traffic/traffic.h"

#define RECORD_LATE_NS 1000

struct record_flow {
	uint64_t received;
	uint64_t reordered; /* came after a later packet of the flow */
	uint64_t duplicates;
	uint64_t next_number; /* one more than the highest number seen */
	uint64_t last_arrival_ns;
	uint64_t max_gap_ns; /* longest time between two arrivals */
	struct traffic_endpoints ends;
};

struct record {
	bool started; /* the fields below are valid */
	uint32_t run;
	uint32_t flow_count;
	uint64_t start_ns;
	uint64_t rate_pps;
	struct record_flow *flows;
	uint8_t *seen; /* by number: 0 not seen, else link + 1 */
	/* By number: how long after it was due a packet was sent, in units of
	 * RECORD_LATE_NS. A sender that was held up must not make a packet seem
	 * older than the cut that moved it. */
	uint32_t *late;
	uint64_t capacity;
	uint64_t next_number; /* one more than the highest number seen */
	uint64_t received;
	uint64_t foreign; /* packets that are not of this stream */
	bool ended;	  /* the sender said how many there were */
	uint64_t total;
};

void record_init(struct record *record);
void record_free(struct record *record);

/* Notes a packet that came at arrival_ns on the link. Returns its flow if the
 * packet is the first seen of it, so that the caller can fill in .ends; NULL
 * otherwise. Packets of other runs are counted and left. Out of memory ends
 * the program. */
struct record_flow *record_packet(struct record *record, const struct traffic_packet *packet,
				  uint8_t link, uint64_t arrival_ns);

/* How many packets there should be: as the sender said, or as far as seen. */
uint64_t record_expected(const struct record *record);
uint64_t record_lost(const struct record *record);

/* Parts of the JSON answer, without a comma before or after. */
void record_print_summary(const struct record *record, FILE *out);
void record_print_outages(const struct record *record, uint64_t merge_ms, FILE *out);
void record_print_flows(const struct record *record, FILE *out);
void record_print_ends(const struct record_flow *flow, FILE *out);
/* Which link carried which of the flow's packets: [{"link", "first", "last",
 * "packets", "first_ns", "last_ns"}], the last two when these were sent. Returns
 * how many such segments there are. */
unsigned int record_print_segments(const struct record *record, uint32_t flow,
				   const char *const *links, FILE *out);

/* One line, for SIGUSR1. */
void record_print_progress(const struct record *record);

#endif
