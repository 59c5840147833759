/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcpstream: how fast TCP runs over several paths between two network
 * namespaces, in turn.
 *
 * Like pktgen.c it sends for a short slice over the first path, the second, and
 * so on, many rounds, each in another order, so that the slices which are compared
 * lie near each other in time. On a machine with few cores, separate
 * runs of the usual tools over one and the same link differ by half; the medians
 * of such pairs differ by a hundredth.
 *
 * All connections stay open throughout, so that slow start is over early
 * (bench/tcp.py switches tcp_slow_start_after_idle off), and their buffers have a
 * fixed size: left to themselves, one path's would grow to another size than the
 * other's and stay there. One thread sends, on the first core, one receives, on the second. A
 * slice ends when everything sent in it has been acknowledged.
 *
 * On stdout: [{"name": NAME, "slices": [[bytes, nanoseconds], ...]}, ...]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ARMS_MAX	12
#define STREAMS_MAX	64
#define ROUNDS_MAX	10000
#define CHUNK_SIZE	(128 * 1024)
/* Of each socket, and it counts in full (the kernel doubles it). */
#define BUFFER_SIZE	(1024 * 1024)
#define PORT		5202
#define EVENTS_A_TURN	16
#define NS_PER_S	1000000000LL
#define NS_PER_MS	1000000LL
/* A path that hasn't delivered its slice by then is broken. */
#define DRAIN_MAX_NS	(10 * NS_PER_S)
#define CONNECT_SECONDS 5

/* One path under test. */
struct arm {
	char name[64];
	struct in_addr near;
	struct in_addr far;
	int fds[STREAMS_MAX];
	int epoll_fd; /* of the sender's sockets */
	long long slice_bytes[ROUNDS_MAX];
	long long slice_ns[ROUNDS_MAX];
};

static struct arm arms[ARMS_MAX];
static unsigned int arm_count;
static unsigned int stream_count;
static unsigned int round_count;
static long long slice_length_ns;
static int receive_epoll_fd;

static void die(const char *what)
{
	fprintf(stderr, "tcpstream: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void netns_enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) {
		die(path);
	}
	close(fd);
}

/* The thread's core; where there is only one, both threads share it. */
static void core_pin(unsigned int number)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(number % (unsigned int)(cores > 0 ? cores : 1), &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0) {
		die("sched_setaffinity");
	}
}

static int listener_open(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int one = 1;
	int size = BUFFER_SIZE;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* Connections taken from it inherit the size. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, ARMS_MAX * STREAMS_MAX) < 0) {
		die("listening socket");
	}
	return fd;
}

static int stream_connect(const struct arm *arm)
{
	struct sockaddr_in near = {.sin_family = AF_INET, .sin_addr = arm->near};
	struct sockaddr_in far = {
		.sin_family = AF_INET, .sin_addr = arm->far, .sin_port = htons(PORT)};
	struct timeval limit = {.tv_sec = CONNECT_SECONDS};
	int size = BUFFER_SIZE;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0 ||
	    bind(fd, (struct sockaddr *)&near, sizeof(near)) < 0) {
		die("sending socket");
	}
	if (connect(fd, (struct sockaddr *)&far, sizeof(far)) < 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		die(arm->name);
	}
	return fd;
}

static void epoll_watch(int epoll_fd, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		die("epoll_ctl");
	}
}

/* Opens all connections; the calling thread is in the sender's namespace. */
static void streams_open(int listener)
{
	for (unsigned int i = 0; i < arm_count; i++) {
		arms[i].epoll_fd = epoll_create1(EPOLL_CLOEXEC);
		for (unsigned int j = 0; j < stream_count; j++) {
			int taken;

			arms[i].fds[j] = stream_connect(&arms[i]);
			taken = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
			if (taken < 0) {
				die("accept");
			}
			epoll_watch(receive_epoll_fd, taken, EPOLLIN);
			epoll_watch(arms[i].epoll_fd, arms[i].fds[j], EPOLLOUT);
		}
	}
}

/* Reads and forgets; ends with the process. */
static void *receiver_run(void *unused)
{
	static char buffer[CHUNK_SIZE];
	struct epoll_event events[EVENTS_A_TURN];

	(void)unused;
	core_pin(1);
	for (;;) {
		int count = epoll_wait(receive_epoll_fd, events, EVENTS_A_TURN, -1);

		for (int i = 0; i < count; i++) {
			(void)!read(events[i].data.fd, buffer, sizeof(buffer));
		}
	}
	return NULL;
}

/* Bytes of the path that the far end has not yet acknowledged. */
static long long arm_pending(const struct arm *arm)
{
	long long pending = 0;

	for (unsigned int i = 0; i < stream_count; i++) {
		int queued = 0;

		if (ioctl(arm->fds[i], SIOCOUTQ, &queued) < 0) {
			die("SIOCOUTQ");
		}
		pending += queued;
	}
	return pending;
}

static void arm_slice(struct arm *arm, unsigned int round)
{
	static const char chunk[CHUNK_SIZE];
	struct epoll_event events[EVENTS_A_TURN];
	long long start = now_ns();
	long long bytes = 0;

	while (now_ns() - start < slice_length_ns) {
		int count = epoll_wait(arm->epoll_fd, events, EVENTS_A_TURN, 10);

		for (int i = 0; i < count; i++) {
			ssize_t sent =
				send(events[i].data.fd, chunk, sizeof(chunk), MSG_NOSIGNAL);

			if (sent > 0) {
				bytes += sent;
			} else if (errno != EAGAIN && errno != EINTR) {
				die(arm->name);
			}
		}
	}
	while (arm_pending(arm) > 0) {
		if (now_ns() - start > DRAIN_MAX_NS) {
			errno = ETIMEDOUT;
			die(arm->name);
		}
		sched_yield();
	}
	arm->slice_ns[round] = now_ns() - start;
	arm->slice_bytes[round] = bytes;
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

static void report_write(void)
{
	puts("[");
	for (unsigned int i = 0; i < arm_count; i++) {
		printf("{\"name\": \"%s\", \"slices\": [", arms[i].name);
		for (unsigned int round = 0; round < round_count; round++) {
			printf("%s[%lld, %lld]", round == 0 ? "" : ", ",
			       arms[i].slice_bytes[round], arms[i].slice_ns[round]);
		}
		printf("]}%s\n", i + 1 < arm_count ? "," : "");
	}
	puts("]");
}

static void usage(FILE *to)
{
	fputs("usage: tcpstream SEND_NETNS RECEIVE_NETNS STREAMS ROUNDS SLICE_MS \\\n"
	      "                 NAME=NEAR,FAR ...\n"
	      "Sends by TCP from one namespace (a path such as /run/netns/x) to the other, over\n"
	      "each path in turn; NEAR and FAR are its IPv4 addresses. Writes bytes and\n"
	      "nanoseconds of every slice as JSON.\n",
	      to);
}

static unsigned int number_parse(const char *text, unsigned int max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value == 0 || value > max) {
		fprintf(stderr, "tcpstream: '%s': expected a number from 1 to %u\n", text, max);
		exit(2);
	}
	return (unsigned int)value;
}

static void arm_parse(const char *text)
{
	struct arm *arm = &arms[arm_count];
	char near[16];
	char far[16];

	if (arm_count == ARMS_MAX ||
	    sscanf(text, "%63[^=]=%15[^,],%15s", arm->name, near, far) != 3 ||
	    inet_pton(AF_INET, near, &arm->near) != 1 ||
	    inet_pton(AF_INET, far, &arm->far) != 1) {
		fprintf(stderr, "tcpstream: '%s': expected NAME=NEAR,FAR, at most %d\n", text,
			ARMS_MAX);
		exit(2);
	}
	arm_count++;
}

int main(int argc, char **argv)
{
	pthread_t receiver;
	int listener;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (argc < 7) {
		usage(stderr);
		return 2;
	}
	stream_count = number_parse(argv[3], STREAMS_MAX);
	round_count = number_parse(argv[4], ROUNDS_MAX);
	slice_length_ns = number_parse(argv[5], 60000) * NS_PER_MS;
	for (int i = 6; i < argc; i++) {
		arm_parse(argv[i]);
	}
	receive_epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	netns_enter(argv[2]);
	listener = listener_open();
	netns_enter(argv[1]);
	streams_open(listener);
	if (pthread_create(&receiver, NULL, receiver_run, NULL) != 0) {
		die("pthread_create");
	}
	core_pin(0);
	for (unsigned int round = 0; round < round_count; round++) {
		for (unsigned int i = 0; i < arm_count; i++) {
			arm_slice(&arms[arm_turn(round, i)], round);
		}
	}
	report_write();
	return 0;
}
