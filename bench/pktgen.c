/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pktgen: how many small packets a second one core can send, over several
 * interfaces in turn.
 *
 * It pins itself to one core and sends for a short slice over the first
 * interface, the second, and so on, many rounds, each in another order.
 * Slices that lie milliseconds apart see the same machine, so that a ratio of
 * two interfaces is far steadier than two long runs one after the other. On
 * stdout it writes, as JSON, packets and nanoseconds of every slice;
 * bench/small.py makes medians of pairs of it and checks with the far end's
 * counters that what was sent arrived.
 *
 * Two ways to send, both through the whole of the stack's transmit path:
 *
 *   packet  AF_PACKET, 60-byte frames (64 with the checksum of the wire) of
 *           many UDP flows in turn, sendmmsg. The cheapest sender there is
 *           that doesn't skip anything, so the bond's share of the cost
 *           is as large as it can be. PACKET_QDISC_BYPASS is not set: it would
 *           step over tc's egress hook, and with it over the transmit program
 *           of transmit_hook=device.
 *   udp     UDP sockets, one a flow, 18 bytes of payload, one sendto() a packet:
 *           what a program does that answers or sends small datagrams.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ARMS_MAX   12
#define FLOWS_MAX  1024
#define BATCH	   64
#define FRAME_SIZE 60
#define PAYLOAD	   18 /* 60 - Ethernet 14 - IPv4 20 - UDP 8 */
#define PORT_BASE  20000
#define PORT_FAR   7 /* nobody listens; the far end drops by MAC before that */
#define NS_PER_S   1000000000LL
#define NS_PER_MS  1000000LL

enum send_kind {
	SEND_PACKET = 0,
	SEND_UDP,
};

/* One interface under test. */
struct arm {
	char name[64]; /* how the result calls it */
	char interface[IFNAMSIZ];
	struct in_addr near;	/* its own address, the frames' source */
	struct in_addr far;	/* the frames' destination */
	uint8_t far_mac[6];	/* packet only: udp takes it from the neighbour table */
	int packet_fd;		/* packet */
	int udp_fds[FLOWS_MAX]; /* udp: one socket a flow */
	uint8_t frames[FLOWS_MAX][FRAME_SIZE];
	unsigned int flow_next;
	long long *slice_ns;	  /* one of each round */
	long long *slice_packets; /* likewise */
};

struct options {
	enum send_kind kind;
	int cpu;
	unsigned int flows;
	unsigned int rounds;
	long long slice_ns;
};

static struct arm arms[ARMS_MAX];
static unsigned int arm_count;

static void die(const char *what)
{
	fprintf(stderr, "pktgen: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void usage(FILE *to)
{
	fputs("usage: pktgen [options] NAME=IFACE,NEAR,FAR,FARMAC ...\n"
	      "Sends 64-byte packets over each interface in turn, in short slices, from one\n"
	      "core, and writes packets and nanoseconds of every slice as JSON.\n"
	      "NEAR and FAR are IPv4 addresses, FARMAC the frames' destination.\n"
	      "  --kind packet|udp   AF_PACKET frames (default) or UDP sockets\n"
	      "  --cpu N             core to use (default 0)\n"
	      "  --flows N           flows to send in turn, at most 1024 (default 256)\n"
	      "  --rounds N          slices of each interface (default 50)\n"
	      "  --slice-ms N        length of a slice (default 20)\n",
	      to);
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static uint16_t ip_checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 20; i += 2) {
		sum += (uint32_t)(header[i] << 8 | header[i + 1]);
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* Fills in the frame of one flow. The UDP checksum is 0, "none", which IPv4
 * allows; nobody verifies it on the way. */
static void frame_build(uint8_t *frame, const struct arm *arm, const uint8_t near_mac[6],
			unsigned int flow)
{
	uint8_t *ip = frame + 14;
	uint8_t *udp = ip + 20;

	memset(frame, 0, FRAME_SIZE);
	memcpy(frame, arm->far_mac, 6);
	memcpy(frame + 6, near_mac, 6);
	put16(frame + 12, ETH_P_IP);
	ip[0] = 0x45;
	put16(ip + 2, FRAME_SIZE - 14);
	ip[6] = 0x40; /* don't fragment */
	ip[8] = 64;   /* time to live */
	ip[9] = IPPROTO_UDP;
	memcpy(ip + 12, &arm->near, 4);
	memcpy(ip + 16, &arm->far, 4);
	put16(ip + 10, ip_checksum(ip));
	put16(udp, (uint16_t)(PORT_BASE + flow));
	put16(udp + 2, PORT_FAR);
	put16(udp + 4, 8 + PAYLOAD);
}

static void arm_open_packet(struct arm *arm, unsigned int flows)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET};
	struct ifreq request = {0};

	arm->packet_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (arm->packet_fd < 0) {
		die("AF_PACKET socket");
	}
	address.sll_ifindex = (int)if_nametoindex(arm->interface);
	if (address.sll_ifindex == 0) {
		die(arm->interface);
	}
	if (bind(arm->packet_fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		die("bind");
	}
	memcpy(request.ifr_name, arm->interface, IFNAMSIZ);
	if (ioctl(arm->packet_fd, SIOCGIFHWADDR, &request) < 0) {
		die("SIOCGIFHWADDR");
	}
	for (unsigned int i = 0; i < flows; i++) {
		frame_build(arm->frames[i], arm, (const uint8_t *)request.ifr_hwaddr.sa_data,
			    i);
	}
}

static void arm_open_udp(struct arm *arm, unsigned int flows)
{
	for (unsigned int i = 0; i < flows; i++) {
		struct sockaddr_in near = {.sin_family = AF_INET,
					   .sin_addr = arm->near,
					   .sin_port = htons((uint16_t)(PORT_BASE + i))};
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (fd < 0) {
			die("UDP socket");
		}
		if (bind(fd, (struct sockaddr *)&near, sizeof(near)) < 0) {
			die("bind");
		}
		arm->udp_fds[i] = fd;
	}
}

/* A refusal for want of room is a packet not sent; anything else is an error. */
static void check_refusal(const struct arm *arm)
{
	if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR) {
		die(arm->interface);
	}
}

/* Sends one batch of frames; returns how many packets the stack took. */
static unsigned int arm_send_packet(struct arm *arm, unsigned int flows)
{
	struct mmsghdr messages[BATCH] = {0};
	struct iovec vectors[BATCH];
	int sent;

	for (unsigned int i = 0; i < BATCH; i++) {
		unsigned int flow = (arm->flow_next + i) % flows;

		vectors[i].iov_base = arm->frames[flow];
		vectors[i].iov_len = FRAME_SIZE;
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	arm->flow_next += BATCH;
	sent = sendmmsg(arm->packet_fd, messages, BATCH, 0);
	if (sent < 0) {
		check_refusal(arm);
		return 0;
	}
	return (unsigned int)sent;
}

/* Sends as many datagrams, each of another flow. */
static unsigned int arm_send_udp(struct arm *arm, unsigned int flows)
{
	static const uint8_t payload[PAYLOAD];
	struct sockaddr_in far = {
		.sin_family = AF_INET, .sin_addr = arm->far, .sin_port = htons(PORT_FAR)};
	unsigned int sent = 0;

	for (unsigned int i = 0; i < BATCH; i++) {
		int fd = arm->udp_fds[arm->flow_next++ % flows];

		if (sendto(fd, payload, sizeof(payload), 0, (struct sockaddr *)&far,
			   sizeof(far)) < 0) {
			check_refusal(arm);
		} else {
			sent++;
		}
	}
	return sent;
}

static void arm_slice(struct arm *arm, const struct options *options, unsigned int round)
{
	long long start = now_ns();
	long long end = start;
	long long packets = 0;

	while (end - start < options->slice_ns) {
		packets += options->kind == SEND_UDP ? arm_send_udp(arm, options->flows)
						     : arm_send_packet(arm, options->flows);
		end = now_ns();
	}
	arm->slice_ns[round] = end - start;
	arm->slice_packets[round] = packets;
}

/* Which is the next in the round: each round begins one further on, and after as
 * many rounds as there are the order turns round. So none has its turn twice
 * running more often than another, and finds what it needs in the caches. */
static unsigned int arm_turn(unsigned int round, unsigned int i)
{
	unsigned int start = round % arm_count;

	if (round / arm_count % 2 == 0) {
		return (start + i) % arm_count;
	}
	return (start + arm_count - i) % arm_count;
}

/* NAME=IFACE,NEAR,FAR,FARMAC */
static void arm_parse(char *text)
{
	struct arm *arm = &arms[arm_count];
	char near[16];
	char far[16];
	uint8_t *mac = arm->far_mac;

	if (arm_count == ARMS_MAX) {
		fprintf(stderr, "pktgen: more than %d interfaces\n", ARMS_MAX);
		exit(2);
	}
	if (sscanf(text, "%63[^=]=%15[^,],%15[^,],%15[^,],%hhx:%hhx:%hhx:%hhx:%hhx:%hhx",
		   arm->name, arm->interface, near, far, &mac[0], &mac[1], &mac[2], &mac[3],
		   &mac[4], &mac[5]) != 10 ||
	    inet_pton(AF_INET, near, &arm->near) != 1 ||
	    inet_pton(AF_INET, far, &arm->far) != 1) {
		fprintf(stderr, "pktgen: '%s': expected NAME=IFACE,NEAR,FAR,FARMAC\n", text);
		exit(2);
	}
	arm_count++;
}

static unsigned int number_parse(const char *name, const char *text, unsigned int max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value > max) {
		fprintf(stderr, "pktgen: --%s %s: expected a number up to %u\n", name, text,
			max);
		exit(2);
	}
	return (unsigned int)value;
}

static void options_parse(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{"kind", required_argument, NULL, 'k'},
		{"cpu", required_argument, NULL, 'c'},
		{"flows", required_argument, NULL, 'f'},
		{"rounds", required_argument, NULL, 'r'},
		{"slice-ms", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (option == 'k') {
			options->kind = strcmp(optarg, "udp") == 0 ? SEND_UDP : SEND_PACKET;
		} else if (option == 'c') {
			options->cpu = (int)number_parse("cpu", optarg, CPU_SETSIZE - 1);
		} else if (option == 'f') {
			options->flows = number_parse("flows", optarg, FLOWS_MAX);
		} else if (option == 'r') {
			options->rounds = number_parse("rounds", optarg, 100000);
		} else if (option == 's') {
			options->slice_ns = number_parse("slice-ms", optarg, 10000) * NS_PER_MS;
		} else {
			usage(option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 2);
		}
	}
	for (int i = optind; i < argc; i++) {
		arm_parse(argv[i]);
	}
	if (arm_count == 0 || options->flows == 0 || options->rounds == 0) {
		usage(stderr);
		exit(2);
	}
}

static void report_write(unsigned int rounds)
{
	puts("[");
	for (size_t i = 0; i < arm_count; i++) {
		printf("{\"name\": \"%s\", \"slices\": [", arms[i].name);
		for (unsigned int round = 0; round < rounds; round++) {
			printf("%s[%lld, %lld]", round == 0 ? "" : ", ",
			       arms[i].slice_packets[round], arms[i].slice_ns[round]);
		}
		printf("]}%s\n", i + 1 < arm_count ? "," : "");
	}
	puts("]");
}

int main(int argc, char **argv)
{
	struct options options = {
		.kind = SEND_PACKET,
		.flows = 256,
		.rounds = 50,
		.slice_ns = 20 * NS_PER_MS,
	};
	cpu_set_t set;

	options_parse(argc, argv, &options);
	CPU_ZERO(&set);
	CPU_SET((unsigned int)options.cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0) {
		die("sched_setaffinity");
	}
	for (size_t i = 0; i < arm_count; i++) {
		arms[i].slice_ns = calloc(options.rounds, sizeof(long long));
		arms[i].slice_packets = calloc(options.rounds, sizeof(long long));
		if (arms[i].slice_ns == NULL || arms[i].slice_packets == NULL) {
			die("calloc");
		}
		if (options.kind == SEND_UDP) {
			arm_open_udp(&arms[i], options.flows);
		} else {
			arm_open_packet(&arms[i], options.flows);
		}
	}
	for (unsigned int round = 0; round < options.rounds; round++) {
		for (unsigned int i = 0; i < arm_count; i++) {
			arm_slice(&arms[arm_turn(round, i)], &options, round);
		}
	}
	report_write(options.rounds);
	return 0;
}
