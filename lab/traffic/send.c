// SPDX-License-Identifier: BSD-2-Clause
/*
 * `traffic send`: one UDP socket a flow, packets taken from the flows in turn,
 * each at its own absolute time. A sender that was held up catches up, so that
 * the stream keeps its rate; how late it got is in the answer.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lab/traffic/traffic.h"

#define NS_PER_S       UINT64_C(1000000000)
#define END_PACKETS    8u /* on as many flows, so that one gets through */
#define SPARE_FILES    64u
#define SLEEP_LEAST_NS 20000u

struct sender {
	const struct traffic_options *options;
	int *sockets;
	socklen_t to_size;
	uint8_t *buffer;
	struct traffic_packet packet;
	uint64_t number;
	uint64_t errors;
	int first_errno;
	uint64_t late_max_ns;
};

static socklen_t address_size(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET ? sizeof(struct sockaddr_in)
					     : sizeof(struct sockaddr_in6);
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
	if (address->ss_family == AF_INET) {
		((struct sockaddr_in *)address)->sin_port = htons(port);
	} else {
		((struct sockaddr_in6 *)address)->sin6_port = htons(port);
	}
}

static int flow_socket(const struct traffic_options *options, uint32_t flow)
{
	struct sockaddr_storage from = options->from;
	int one = 1;
	int fd = socket(options->to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		err(1, "socket of flow %u", flow);
	}
	from.ss_family = options->to.ss_family;
	set_port(&from, (uint16_t)(options->source_port + flow));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (options->bind_device != NULL &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, options->bind_device,
		       (socklen_t)strlen(options->bind_device)) < 0) {
		err(1, "bind to %s", options->bind_device);
	}
	if (bind(fd, (struct sockaddr *)&from, address_size(&from)) < 0) {
		err(1, "bind flow %u to port %u", flow, options->source_port + flow);
	}
	return fd;
}

static void sender_open(struct sender *sender, const struct traffic_options *options)
{
	struct rlimit files = {options->flows + SPARE_FILES, options->flows + SPARE_FILES};
	uint32_t i;

	memset(sender, 0, sizeof(*sender));
	sender->options = options;
	sender->to_size = address_size(&options->to);
	sender->buffer = calloc(1, options->size);
	sender->sockets = calloc(options->flows, sizeof(*sender->sockets));
	if (sender->buffer == NULL || sender->sockets == NULL) {
		errx(1, "no memory for %u flows", options->flows);
	}
	if (setrlimit(RLIMIT_NOFILE, &files) < 0) {
		warn("limit of %u open files", options->flows + SPARE_FILES);
	}
	for (i = 0; i < options->flows; i++) {
		sender->sockets[i] = flow_socket(options, i);
	}
	sender->packet.magic = TRAFFIC_MAGIC;
	sender->packet.flows = options->flows;
	sender->packet.rate_pps = options->rate_pps;
	if (getrandom(&sender->packet.run, sizeof(sender->packet.run), 0) < 0) {
		err(1, "random number");
	}
}

static void sender_close(struct sender *sender)
{
	uint32_t i;

	for (i = 0; i < sender->options->flows; i++) {
		close(sender->sockets[i]);
	}
	free(sender->sockets);
	free(sender->buffer);
}

static int send_packet(struct sender *sender, uint32_t flow, enum traffic_packet_type type,
		       uint64_t now_ns)
{
	sender->packet.type = type;
	sender->packet.number = sender->number;
	sender->packet.sent_ns = now_ns;
	memcpy(sender->buffer, &sender->packet, sizeof(sender->packet));
	if (sendto(sender->sockets[flow], sender->buffer, sender->options->size, MSG_DONTWAIT,
		   (const struct sockaddr *)&sender->options->to, sender->to_size) < 0) {
		return -errno;
	}
	return 0;
}

static void send_data(struct sender *sender, uint64_t now_ns, uint64_t due_ns)
{
	uint32_t flow = (uint32_t)(sender->number % sender->options->flows);
	int status = send_packet(sender, flow, TRAFFIC_PACKET_DATA, now_ns);

	if (status < 0) {
		if (sender->errors++ == 0) {
			sender->first_errno = -status;
		}
	}
	if (now_ns - due_ns > sender->late_max_ns) {
		sender->late_max_ns = now_ns - due_ns;
	}
	sender->number++;
}

/* Not lossless by itself, so it goes out several times and on several flows. */
static void send_end(struct sender *sender)
{
	struct timespec pause = {0, 2000000};
	uint32_t i;

	for (i = 0; i < END_PACKETS; i++) {
		send_packet(sender, i * 7 % sender->options->flows, TRAFFIC_PACKET_END,
			    traffic_now_ns());
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
}

static uint64_t due_ns(const struct sender *sender, uint64_t number)
{
	uint64_t rate = sender->options->rate_pps;

	return sender->packet.start_ns + number / rate * NS_PER_S +
	       number % rate * NS_PER_S / rate;
}

static bool sender_done(const struct sender *sender, uint64_t end_ns)
{
	const struct traffic_options *options = sender->options;

	return traffic_stop || (options->count > 0 && sender->number >= options->count) ||
	       (options->duration_s > 0 && due_ns(sender, sender->number) >= end_ns) ||
	       sender->number >= TRAFFIC_NUMBER_MAX - 1;
}

static void sender_run(struct sender *sender)
{
	uint64_t end_ns;

	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	sender->packet.start_ns = traffic_now_ns();
	end_ns = sender->packet.start_ns + (uint64_t)(sender->options->duration_s * 1e9);
	while (!sender_done(sender, end_ns)) {
		uint64_t now_ns = traffic_now_ns();
		uint64_t next_ns = due_ns(sender, sender->number);

		if (next_ns <= now_ns) {
			send_data(sender, now_ns, next_ns);
		} else if (next_ns - now_ns >= SLEEP_LEAST_NS) {
			struct timespec until = {(time_t)(next_ns / NS_PER_S),
						 (long)(next_ns % NS_PER_S)};

			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		}
		if (traffic_progress_wanted) {
			traffic_progress_wanted = 0;
			printf("{\"sent\": %" PRIu64 "}\n", sender->number);
			fflush(stdout);
		}
	}
	send_end(sender);
}

int traffic_send(const struct traffic_options *options)
{
	struct sender sender;

	sender_open(&sender, options);
	printf("sending\n");
	fflush(stdout);
	sender_run(&sender);
	fprintf(options->json,
		"{\"sent\": %" PRIu64 ", \"errors\": %" PRIu64 ", \"first_error\": \"%s\", "
		"\"flows\": %u, \"rate_pps\": %" PRIu64 ", \"start_ns\": %" PRIu64
		", \"late_max_ms\": %.3f}\n",
		sender.number, sender.errors,
		sender.first_errno != 0 ? strerror(sender.first_errno) : "", options->flows,
		options->rate_pps, sender.packet.start_ns, (double)sender.late_max_ns / 1e6);
	fflush(options->json);
	sender_close(&sender);
	return 0;
}
