/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traffic tool: numbered packets over many flows, to see what a link's
 * failure costs and which link each flow takes.
 *
 *	send.c     makes the packets, at an even pace
 *	receive.c  takes them from a UDP socket: loss, order, outages
 *	watch.c    sees them pass on several links: which flow went where
 *	record.c   what receive and watch note of every packet
 *	parse.c    Ethernet frames down to our packet (watch)
 *	main.c     options
 *
 * Sender and receivers run on one machine, so that all of them read one
 * CLOCK_MONOTONIC and one byte order.
 */
#ifndef LAB_TRAFFIC_TRAFFIC_H
#define LAB_TRAFFIC_TRAFFIC_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TRAFFIC_MAGIC	    0x70634c42u
#define TRAFFIC_PORT	    9000
#define TRAFFIC_SOURCE_PORT 20000
#define TRAFFIC_FLOWS_MAX   32768u
#define TRAFFIC_LINKS_MAX   16u
#define TRAFFIC_SIZE_MAX    65000u
#define TRAFFIC_NUMBER_MAX  (UINT64_C(1) << 31)

enum traffic_packet_type {
	TRAFFIC_PACKET_DATA = 1,
	TRAFFIC_PACKET_END = 2, /* .number: how many data packets there were */
};

/* The UDP payload; longer packets are filled up with zeroes. Packet n of the
 * stream belongs to flow n mod flows and was due at
 * start_ns + n * 1000000000 / rate_pps. */
struct traffic_packet {
	uint32_t magic;
	uint32_t type;
	uint32_t run; /* random: tells this sender's packets from others' */
	uint32_t flows;
	uint64_t number;
	uint64_t sent_ns;  /* CLOCK_MONOTONIC */
	uint64_t start_ns; /* likewise */
	uint64_t rate_pps;
};

/* Where a flow's packets come from and go to, of its first packet. */
struct traffic_endpoints {
	int family; /* 0: not seen yet */
	uint8_t source[16];
	uint8_t destination[16];
	uint16_t source_port; /* host order, like the next */
	uint16_t destination_port;
	uint16_t vlan; /* 0: untagged */
};

struct traffic_options {
	/* send */
	struct sockaddr_storage to;
	struct sockaddr_storage from;
	uint32_t flows;
	uint64_t rate_pps;
	uint64_t count; /* 0: until duration_s is over or a signal comes */
	double duration_s;
	size_t size;
	uint16_t source_port;
	const char *bind_device; /* NULL: any */
	/* receive */
	struct sockaddr_storage listen;
	/* watch */
	const char *links[TRAFFIC_LINKS_MAX];
	unsigned int link_count;
	bool outgoing;
	const char *pcap; /* NULL: none */
	/* receive and watch */
	uint64_t idle_ms;  /* 0: wait for the end as long as it takes */
	uint64_t merge_ms; /* losses nearer than this are one outage */
	/* all */
	FILE *json;
};

/* Each runs to its end, writes its JSON, and returns the exit code. */
int traffic_send(const struct traffic_options *options);
int traffic_receive(const struct traffic_options *options);
int traffic_watch(const struct traffic_options *options);

/* Set by SIGINT and SIGTERM; main.c. */
extern volatile int traffic_stop;
/* Set by SIGUSR1: someone wants a line of progress on standard output. */
extern volatile int traffic_progress_wanted;

uint64_t traffic_now_ns(void);

/* One large enough receive buffer for bursts, root's way if possible. */
void traffic_grow_receive_buffer(int fd);

#endif
