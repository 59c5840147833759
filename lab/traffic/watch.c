// SPDX-License-Identifier: BSD-2-Clause
/*
 * `traffic watch`: sees a stream pass on several links, one packet socket a
 * link, and tells which link carried which packets of each flow. It sees
 * frames before tc does, so a bond's member shows what came over its wire.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lab/traffic/parse.h"
#include "lab/traffic/record.h"
#include "lab/traffic/traffic.h"

#define BATCH	 64u
#define SNAP	 192u /* longest headers and our packet */
#define POLL_MS	 100
#define GRACE_NS UINT64_C(150000000)

struct pcap_file_header {
	uint32_t magic;
	uint16_t major;
	uint16_t minor;
	uint32_t zone;
	uint32_t accuracy;
	uint32_t snap;
	uint32_t link_type;
};

struct pcap_record_header {
	uint32_t seconds;
	uint32_t microseconds;
	uint32_t captured;
	uint32_t size;
};

struct watcher {
	const struct traffic_options *options;
	struct pollfd polls[TRAFFIC_LINKS_MAX];
	struct record record;
	FILE *pcap; /* NULL: none wanted */
	uint64_t last_ns;
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	struct sockaddr_ll sources[BATCH];
	uint8_t frames[BATCH][SNAP];
	uint8_t controls[BATCH][128];
};

static int link_socket(const char *name)
{
	struct sock_filter keep_start[] = {BPF_STMT(BPF_RET | BPF_K, SNAP)};
	struct sock_fprog filter = {1, keep_start};
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_ALL)};
	int one = 1;
	/* Without a protocol nothing comes before the socket is set up. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		err(1, "packet socket");
	}
	address.sll_ifindex = (int)if_nametoindex(name);
	if (address.sll_ifindex == 0) {
		err(1, "%s", name);
	}
	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
	setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one));
	traffic_grow_receive_buffer(fd);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		err(1, "bind to %s", name);
	}
	return fd;
}

static void watcher_open(struct watcher *watcher, const struct traffic_options *options)
{
	struct pcap_file_header header = {0xa1b2c3d4, 2, 4, 0, 0, SNAP, 1 /* Ethernet */};
	unsigned int i;

	memset(watcher, 0, sizeof(*watcher));
	watcher->options = options;
	record_init(&watcher->record);
	for (i = 0; i < options->link_count; i++) {
		watcher->polls[i].fd = link_socket(options->links[i]);
		watcher->polls[i].events = POLLIN;
	}
	if (options->pcap != NULL) {
		watcher->pcap = fopen(options->pcap, "w");
		if (watcher->pcap == NULL ||
		    fwrite(&header, sizeof(header), 1, watcher->pcap) != 1) {
			err(1, "%s", options->pcap);
		}
	}
}

static void write_pcap(struct watcher *watcher, const uint8_t *frame, uint32_t size)
{
	struct pcap_record_header header = {.captured = size, .size = size};
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	header.seconds = (uint32_t)now.tv_sec;
	header.microseconds = (uint32_t)(now.tv_nsec / 1000);
	if (fwrite(&header, sizeof(header), 1, watcher->pcap) != 1 ||
	    fwrite(frame, size, 1, watcher->pcap) != 1) {
		err(1, "%s", watcher->options->pcap);
	}
}

/* The tag that the kernel has taken out of the frame, 0 if none. */
static uint16_t stripped_tag(struct msghdr *message)
{
	struct cmsghdr *header;

	for (header = CMSG_FIRSTHDR(message); header != NULL;
	     header = CMSG_NXTHDR(message, header)) {
		struct tpacket_auxdata data;

		if (header->cmsg_level == SOL_PACKET && header->cmsg_type == PACKET_AUXDATA) {
			memcpy(&data, CMSG_DATA(header), sizeof(data));
			if (data.tp_status & TP_STATUS_VLAN_VALID) {
				return data.tp_vlan_tci & 0xfff;
			}
		}
	}
	return 0;
}

static void take_frame(struct watcher *watcher, unsigned int i, uint8_t link)
{
	const uint8_t *frame = watcher->frames[i];
	uint32_t size = watcher->messages[i].msg_len;
	struct traffic_endpoints ends;
	struct traffic_packet packet;
	struct record_flow *flow;

	if ((watcher->sources[i].sll_pkttype == PACKET_OUTGOING) !=
		    watcher->options->outgoing ||
	    !parse_frame(frame, size, &ends, &packet)) {
		return;
	}
	flow = record_packet(&watcher->record, &packet, link, packet.sent_ns);
	if (flow == NULL) {
		return; /* of another stream, too, which may go on for long */
	}
	watcher->last_ns = traffic_now_ns();
	if (ends.vlan == 0) {
		ends.vlan = stripped_tag(&watcher->messages[i].msg_hdr);
	}
	flow->ends = ends;
	if (watcher->pcap != NULL) {
		write_pcap(watcher, frame, size);
	}
}

static unsigned int watch_batch(struct watcher *watcher, uint8_t link)
{
	unsigned int i;
	int count;

	for (i = 0; i < BATCH; i++) {
		struct msghdr *message = &watcher->messages[i].msg_hdr;

		watcher->vectors[i].iov_base = watcher->frames[i];
		watcher->vectors[i].iov_len = SNAP;
		message->msg_iov = &watcher->vectors[i];
		message->msg_iovlen = 1;
		message->msg_name = &watcher->sources[i];
		message->msg_namelen = sizeof(watcher->sources[i]);
		message->msg_control = watcher->controls[i];
		message->msg_controllen = sizeof(watcher->controls[i]);
	}
	count = recvmmsg(watcher->polls[link].fd, watcher->messages, BATCH, MSG_DONTWAIT, NULL);
	if (count < 0) {
		/* ENETDOWN: the link was set down; it may come back. */
		if (errno != EAGAIN && errno != EINTR && errno != ENETDOWN) {
			err(1, "receive on %s", watcher->options->links[link]);
		}
		return 0;
	}
	for (i = 0; i < (unsigned int)count; i++) {
		take_frame(watcher, i, link);
	}
	return (unsigned int)count;
}

static bool watcher_done(const struct watcher *watcher, uint64_t now_ns)
{
	uint64_t quiet_ns = now_ns - watcher->last_ns;

	return traffic_stop || (watcher->record.ended && quiet_ns >= GRACE_NS) ||
	       (watcher->options->idle_ms > 0 && watcher->record.started &&
		quiet_ns >= watcher->options->idle_ms * 1000000);
}

static uint64_t socket_drops(const struct watcher *watcher)
{
	uint64_t drops = 0;
	unsigned int i;

	for (i = 0; i < watcher->options->link_count; i++) {
		struct tpacket_stats stats = {0};
		socklen_t size = sizeof(stats);

		getsockopt(watcher->polls[i].fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
		drops += stats.tp_drops;
	}
	return drops;
}

static void watcher_print(const struct watcher *watcher, FILE *out)
{
	const struct record *record = &watcher->record;
	uint64_t packets[TRAFFIC_LINKS_MAX + 1] = {0};
	uint32_t i, moved = 0;
	uint64_t n;

	for (n = 0; n < record->next_number; n++) {
		packets[record->seen[n]]++;
	}
	fprintf(out, "{");
	record_print_summary(record, out);
	fprintf(out, ", \"socket_drops\": %" PRIu64 ", \"per_link\": {", socket_drops(watcher));
	for (i = 0; i < watcher->options->link_count; i++) {
		fprintf(out, "%s\"%s\": %" PRIu64, i == 0 ? "" : ", ",
			watcher->options->links[i], packets[i + 1]);
	}
	fprintf(out, "},\n");
	record_print_outages(record, watcher->options->merge_ms, out);
	fprintf(out, ",\n\"per_flow\": [");
	for (i = 0; i < record->flow_count; i++) {
		fprintf(out, "%s\n{\"flow\": %u, ", i == 0 ? "" : ",", i);
		record_print_ends(&record->flows[i], out);
		fprintf(out, ", \"received\": %" PRIu64 ", ", record->flows[i].received);
		if (record_print_segments(record, i, watcher->options->links, out) > 1) {
			moved++;
		}
		fprintf(out, "}");
	}
	fprintf(out, "],\n\"moved_flows\": %u}\n", moved);
	fflush(out);
}

int traffic_watch(const struct traffic_options *options)
{
	static struct watcher watcher;
	unsigned int i;

	watcher_open(&watcher, options);
	printf("ready\n");
	fflush(stdout);
	watcher.last_ns = traffic_now_ns();
	while (!watcher_done(&watcher, traffic_now_ns())) {
		poll(watcher.polls, options->link_count, POLL_MS);
		for (i = 0; i < options->link_count; i++) {
			while (watch_batch(&watcher, (uint8_t)i) == BATCH && !traffic_stop) {
			}
		}
		if (traffic_progress_wanted) {
			traffic_progress_wanted = 0;
			record_print_progress(&watcher.record);
		}
	}
	watcher_print(&watcher, options->json);
	if (watcher.pcap != NULL && fclose(watcher.pcap) != 0) {
		err(1, "%s", options->pcap);
	}
	for (i = 0; i < options->link_count; i++) {
		close(watcher.polls[i].fd);
	}
	record_free(&watcher.record);
	return 0;
}
