// SPDX-License-Identifier: BSD-2-Clause
/*
 * `traffic receive`: takes a stream from a UDP socket. Arrival times are the
 * kernel's, so that a receiver that had to wait for its processor sees no gaps
 * that were not there; packets that its own socket dropped are counted apart.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lab/traffic/record.h"
#include "lab/traffic/traffic.h"

#define BATCH	     64u
#define POLL_MS	     100
#define GRACE_NS     UINT64_C(100000000) /* after the end was announced */
#define CONTROL_SIZE 128u
#define NS_PER_S     UINT64_C(1000000000)

struct receiver {
	const struct traffic_options *options;
	int fd;
	struct record record;
	uint32_t socket_drops;
	uint64_t last_ns; /* when something last came */
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	struct sockaddr_storage sources[BATCH];
	struct traffic_packet packets[BATCH];
	uint8_t controls[BATCH][CONTROL_SIZE];
};

static void receiver_open(struct receiver *receiver, const struct traffic_options *options)
{
	const struct sockaddr_storage *listen = &options->listen;
	int one = 1;

	memset(receiver, 0, sizeof(*receiver));
	receiver->options = options;
	record_init(&receiver->record);
	receiver->fd = socket(listen->ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (receiver->fd < 0) {
		err(1, "socket");
	}
	setsockopt(receiver->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(receiver->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one));
	setsockopt(receiver->fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof(one));
	traffic_grow_receive_buffer(receiver->fd);
	if (bind(receiver->fd, (const struct sockaddr *)listen,
		 listen->ss_family == AF_INET ? sizeof(struct sockaddr_in)
					      : sizeof(struct sockaddr_in6)) < 0) {
		err(1, "bind");
	}
}

/* The kernel's arrival time of a message, and its count of dropped ones. */
static uint64_t read_control(struct receiver *receiver, struct msghdr *message)
{
	struct cmsghdr *header;
	uint64_t arrival_ns = 0;

	for (header = CMSG_FIRSTHDR(message); header != NULL;
	     header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level != SOL_SOCKET) {
			continue;
		}
		if (header->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec at;

			memcpy(&at, CMSG_DATA(header), sizeof(at));
			arrival_ns = (uint64_t)at.tv_sec * NS_PER_S + (uint64_t)at.tv_nsec;
		} else if (header->cmsg_type == SO_RXQ_OVFL) {
			memcpy(&receiver->socket_drops, CMSG_DATA(header),
			       sizeof(receiver->socket_drops));
		}
	}
	return arrival_ns;
}

static void note_ends(struct traffic_endpoints *ends, const struct sockaddr_storage *from,
		      const struct sockaddr_storage *to)
{
	ends->family = from->ss_family;
	if (from->ss_family == AF_INET) {
		const struct sockaddr_in *source = (const struct sockaddr_in *)from;
		const struct sockaddr_in *destination = (const struct sockaddr_in *)to;

		memcpy(ends->source, &source->sin_addr, sizeof(source->sin_addr));
		memcpy(ends->destination, &destination->sin_addr,
		       sizeof(destination->sin_addr));
		ends->source_port = ntohs(source->sin_port);
		ends->destination_port = ntohs(destination->sin_port);
	} else {
		const struct sockaddr_in6 *source = (const struct sockaddr_in6 *)from;
		const struct sockaddr_in6 *destination = (const struct sockaddr_in6 *)to;

		memcpy(ends->source, &source->sin6_addr, sizeof(source->sin6_addr));
		memcpy(ends->destination, &destination->sin6_addr,
		       sizeof(destination->sin6_addr));
		ends->source_port = ntohs(source->sin6_port);
		ends->destination_port = ntohs(destination->sin6_port);
	}
}

static void take_message(struct receiver *receiver, unsigned int i)
{
	uint64_t arrival_ns = read_control(receiver, &receiver->messages[i].msg_hdr);
	struct record_flow *flow;

	if (receiver->messages[i].msg_len < sizeof(struct traffic_packet)) {
		receiver->record.foreign++;
		return;
	}
	flow = record_packet(&receiver->record, &receiver->packets[i], 0, arrival_ns);
	if (flow != NULL) {
		note_ends(&flow->ends, &receiver->sources[i], &receiver->options->listen);
	}
}

static unsigned int receive_batch(struct receiver *receiver)
{
	unsigned int i;
	int count;

	for (i = 0; i < BATCH; i++) {
		struct msghdr *message = &receiver->messages[i].msg_hdr;

		receiver->vectors[i].iov_base = &receiver->packets[i];
		receiver->vectors[i].iov_len = sizeof(receiver->packets[i]);
		message->msg_iov = &receiver->vectors[i];
		message->msg_iovlen = 1;
		message->msg_name = &receiver->sources[i];
		message->msg_namelen = sizeof(receiver->sources[i]);
		message->msg_control = receiver->controls[i];
		message->msg_controllen = CONTROL_SIZE;
	}
	count = recvmmsg(receiver->fd, receiver->messages, BATCH, MSG_DONTWAIT, NULL);
	if (count < 0) {
		if (errno != EAGAIN && errno != EINTR) {
			err(1, "receive");
		}
		return 0;
	}
	for (i = 0; i < (unsigned int)count; i++) {
		take_message(receiver, i);
	}
	return (unsigned int)count;
}

static bool receiver_done(const struct receiver *receiver, uint64_t now_ns)
{
	uint64_t quiet_ns = now_ns - receiver->last_ns;

	if (traffic_stop) {
		return true;
	}
	if (receiver->record.ended) {
		return record_lost(&receiver->record) == 0 || quiet_ns >= GRACE_NS;
	}
	return receiver->options->idle_ms > 0 && receiver->record.started &&
	       quiet_ns >= receiver->options->idle_ms * 1000000;
}

int traffic_receive(const struct traffic_options *options)
{
	static struct receiver receiver;

	receiver_open(&receiver, options);
	printf("ready\n");
	fflush(stdout);
	receiver.last_ns = traffic_now_ns();
	while (!receiver_done(&receiver, traffic_now_ns())) {
		struct pollfd poll_fd = {receiver.fd, POLLIN, 0};

		poll(&poll_fd, 1, POLL_MS);
		while (receive_batch(&receiver) > 0) {
			receiver.last_ns = traffic_now_ns();
			if (traffic_stop || traffic_progress_wanted) {
				break;
			}
		}
		if (traffic_progress_wanted) {
			traffic_progress_wanted = 0;
			record_print_progress(&receiver.record);
		}
	}
	fprintf(options->json, "{");
	record_print_summary(&receiver.record, options->json);
	fprintf(options->json, ", \"socket_drops\": %u,\n", receiver.socket_drops);
	record_print_outages(&receiver.record, options->merge_ms, options->json);
	fprintf(options->json, ",\n");
	record_print_flows(&receiver.record, options->json);
	fprintf(options->json, "}\n");
	fflush(options->json);
	record_free(&receiver.record);
	close(receiver.fd);
	return 0;
}
