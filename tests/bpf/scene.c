/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building the scene with `ip` and libbpf, and packet sockets on it.
 */
#include "tests/bpf/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>

#define RECEIVE_TIMEOUT_MS 1000

/* One of each for all sending: closing a packet socket takes the kernel long. */
static int sender = -1, offload_sender = -1;

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

void scene_ip(const char *arguments)
{
	char command[256];

	snprintf(command, sizeof(command), "ip %s", arguments);
	if (system(command)) {
		fprintf(stderr, "failed: %s\n", command);
		exit(1);
	}
}

static void ipv6_off(void)
{
	int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);

	/* Where the kernel has no IPv6 there is nothing to switch off. */
	if (fd >= 0) {
		if (write(fd, "1", 1) != 1) {
			fail("disable_ipv6");
		}
		close(fd);
	}
}

static unsigned int pair_make(const char *name, const char *peer, unsigned int *peer_index)
{
	char arguments[200];
	unsigned int index;

	snprintf(arguments, sizeof(arguments),
		 "link add %s mtu %d type veth peer name %s mtu %d", name, SCENE_MTU, peer,
		 SCENE_MTU);
	scene_ip(arguments);
	snprintf(arguments, sizeof(arguments), "link set %s up", name);
	scene_ip(arguments);
	snprintf(arguments, sizeof(arguments), "link set %s up", peer);
	scene_ip(arguments);
	index = if_nametoindex(name);
	*peer_index = if_nametoindex(peer);
	if (!index || !*peer_index) {
		fail(name);
	}
	return index;
}

static void attach(const struct scene *scene, const char *program, unsigned int ifindex,
		   enum bpf_tc_attach_point place)
{
	const struct bpf_program *found =
		bpf_object__find_program_by_name(scene->object, program);
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = place);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = 1);

	int result;

	opts.prog_fd = bpf_program__fd(found);
	result = bpf_tc_hook_create(&hook);
	if ((result && result != -EEXIST) || bpf_tc_attach(&hook, &opts)) {
		fail(program);
	}
}

void scene_egress_attach(const struct scene *scene, const char *program, unsigned int ifindex)
{
	attach(scene, program, ifindex, BPF_TC_EGRESS);
}

void scene_ingress_replace(const struct scene *scene, const char *program, unsigned int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = 1);

	if (bpf_tc_detach(&hook, &opts)) {
		fail("detaching");
	}
	attach(scene, program, ifindex, BPF_TC_INGRESS);
}

void scene_egress_detach(unsigned int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = 1);

	if (bpf_tc_detach(&hook, &opts)) {
		fail("detaching");
	}
}

static int map_fd(const struct scene *scene, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(scene->object, name);

	if (fd < 0) {
		fail(name);
	}
	return fd;
}

static void *map_memory(const struct scene *scene, const char *name, size_t size)
{
	void *memory =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd(scene, name), 0);

	if (memory == MAP_FAILED) {
		fail(name);
	}
	return memory;
}

static void interfaces_make(struct scene *scene)
{
	char member[IFNAMSIZ], wire[IFNAMSIZ];
	struct ifreq request = {.ifr_name = "bond0"};
	int fd, i;

	scene->bond = pair_make("bond0", "bond0-hub", &scene->hub);
	scene->vlan = pair_make("vlan652", "vlan652-hub", &scene->vlan_hub);
	for (i = 0; i < SCENE_MEMBERS; i++) {
		snprintf(member, sizeof(member), "member%d", i);
		snprintf(wire, sizeof(wire), "wire%d", i);
		scene->member[i] = pair_make(member, wire, &scene->wire[i]);
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request)) {
		fail("bond0's address");
	}
	close(fd);
	memcpy(scene->mac, request.ifr_hwaddr.sa_data, sizeof(scene->mac));
}

void scene_vlan_set(const struct scene *scene, uint32_t vid, uint32_t hub)
{
	if (bpf_map_update_elem(scene->vlans_fd, &vid, &hub, BPF_ANY)) {
		fail(DP_MAP_VLANS);
	}
}

void scene_reset(struct scene *scene)
{
	static struct dp_counters zeroes[256];
	uint32_t keys[2] = {scene->vlan, scene->vlan_hub}, vid = SCENE_VID, zero = 0, i;
	char arguments[64];

	for (i = 0; i < SCENE_MEMBERS; i++) {
		scene->table->slots[i] = (struct dp_slot){
			.ifindex = scene->member[i],
			.flags = DP_SLOT_TRANSMIT | DP_SLOT_RECEIVE,
		};
		snprintf(arguments, sizeof(arguments), "link set wire%u up", i);
		scene_ip(arguments);
		snprintf(arguments, sizeof(arguments), "link set member%u up", i);
		scene_ip(arguments);
	}
	for (i = 0; i < BOND_BUCKETS; i++) {
		scene->table->buckets[i].slot = (uint8_t)(i % SCENE_MEMBERS);
		scene->table->buckets[i].backup = (uint8_t)((i + 1) % SCENE_MEMBERS);
	}
	scene->table->policy = XMIT_HASH_LAYER34;
	scene->table->bond_ifindex = scene->bond;
	scene->table->hub_ifindex = scene->hub;
	scene_vlan_set(scene, SCENE_VID, scene->vlan_hub);
	if (libbpf_num_possible_cpus() > (int)(sizeof(zeroes) / sizeof(zeroes[0])) ||
	    bpf_map_update_elem(scene->tags_fd, &keys[0], &vid, BPF_ANY) ||
	    bpf_map_update_elem(scene->tags_fd, &keys[1], &vid, BPF_ANY) ||
	    bpf_map_update_elem(scene->counters_fd, &zero, zeroes, BPF_ANY)) {
		fail("the maps");
	}
}

static void senders_open(void)
{
	int on = 1;

	close(sender);
	close(offload_sender);
	sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	offload_sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sender < 0 || offload_sender < 0 ||
	    setsockopt(offload_sender, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on))) {
		fail("packet sockets");
	}
}

void scene_open(struct scene *scene, const struct bpf_object *object)
{
	int i;

	*scene = (struct scene){.object = object};
	if (unshare(CLONE_NEWNET)) {
		fail("a network namespace of its own");
	}
	senders_open();
	ipv6_off();
	interfaces_make(scene);
	scene->table = map_memory(scene, DP_MAP_TABLE, sizeof(*scene->table));
	scene->vlans_fd = map_fd(scene, DP_MAP_VLANS);
	scene->tags_fd = map_fd(scene, DP_MAP_TAGS);
	scene->counters_fd = map_fd(scene, DP_MAP_COUNTERS);
	attach(scene, "pc_transmit", scene->hub, BPF_TC_INGRESS);
	attach(scene, "pc_transmit_vlan", scene->vlan_hub, BPF_TC_INGRESS);
	for (i = 0; i < SCENE_MEMBERS; i++) {
		attach(scene, "pc_receive", scene->member[i], BPF_TC_INGRESS);
	}
	scene_reset(scene);
}

void scene_learn_slot(struct scene *scene, unsigned int slot)
{
	const struct bpf_program *program =
		bpf_object__find_program_by_name(scene->object, "pc_learn");
	struct __sk_buff context = {.ifindex = scene->table->slots[slot].ifindex};
	uint8_t frame[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .ctx_in = &context, .ctx_size_in = sizeof(context));

	scene->table->slots[slot].net_device = 0;
	if (bpf_prog_test_run_opts(bpf_program__fd(program), &opts) || opts.retval ||
	    !scene->table->slots[slot].net_device) {
		fail("pc_learn");
	}
}

void scene_learn(struct scene *scene)
{
	for (unsigned int i = 0; i < SCENE_MEMBERS; i++) {
		scene_learn_slot(scene, i);
	}
}

uint32_t scene_carriers(const struct scene *scene)
{
	const struct bpf_program *program =
		bpf_object__find_program_by_name(scene->object, "pc_carriers");
	uint8_t frame[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame));

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &opts)) {
		fail("pc_carriers");
	}
	return opts.retval;
}

static void counters_add(struct dp_counters *sum, const struct dp_counters *share)
{
	const uint64_t *from = (const uint64_t *)share;
	uint64_t *to = (uint64_t *)sum;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(uint64_t); i++) {
		to[i] += from[i];
	}
}

struct dp_counters scene_counters(const struct scene *scene)
{
	int cpus = libbpf_num_possible_cpus(), i;
	struct dp_counters *shares = calloc((size_t)cpus, sizeof(*shares));
	struct dp_counters sum = {0};
	uint32_t key = 0;

	if (!shares || bpf_map_lookup_elem(scene->counters_fd, &key, shares)) {
		fail("the counters");
	}
	for (i = 0; i < cpus; i++) {
		counters_add(&sum, &shares[i]);
	}
	free(shares);
	return sum;
}

unsigned long scene_rx_packets(const char *name)
{
	FILE *file = fopen("/proc/self/net/dev", "re");
	char line[256], *colon;
	unsigned long packets = 0;

	if (!file) {
		fail("/proc/self/net/dev");
	}
	while (fgets(line, sizeof(line), file)) {
		colon = strchr(line, ':');
		if (!colon) {
			continue;
		}
		*colon = '\0';
		if (strcmp(line + strspn(line, " "), name) == 0) {
			sscanf(colon + 1, "%*u %lu", &packets);
		}
	}
	fclose(file);
	return packets;
}

int packet_open(unsigned int ifindex, uint16_t protocol)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(protocol),
				      .sll_ifindex = (int)ifindex};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		fail("packet socket");
	}
	return fd;
}

void packet_send(unsigned int ifindex, const void *frame, size_t size)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex};

	if (sendto(sender, frame, size, 0, (struct sockaddr *)&address, sizeof(address)) !=
	    (ssize_t)size) {
		fail("sending");
	}
}

void packet_send_offload(unsigned int ifindex, const void *frame, size_t size, uint16_t linear,
			 uint16_t gso_size)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex};
	struct virtio_net_hdr header = {.hdr_len = linear};
	uint8_t copy[FRAME_ROOM];
	struct iovec parts[2] = {{&header, sizeof(header)}, {copy, size}};
	struct msghdr message = {.msg_name = &address,
				 .msg_namelen = sizeof(address),
				 .msg_iov = parts,
				 .msg_iovlen = 2};

	memcpy(copy, frame, size);
	if (gso_size) {
		header.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		header.csum_start = 34; /* Ethernet and IPv4 */
		header.csum_offset = 16;
		header.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
		header.gso_size = gso_size;
	}
	if (sendmsg(offload_sender, &message, 0) != (ssize_t)(size + sizeof(header))) {
		fail("sending with an offload header");
	}
}

static void read_tag(struct msghdr *message, struct received *out)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *control;

	for (control = CMSG_FIRSTHDR(message); control;
	     control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level != SOL_PACKET || control->cmsg_type != PACKET_AUXDATA) {
			continue;
		}
		memcpy(&aux, CMSG_DATA(control), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID) {
			out->tagged = true;
			out->tci = aux.tp_vlan_tci;
			out->tag_type = aux.tp_vlan_tpid;
		}
	}
}

/* Takes one frame; whether it came in. */
static bool packet_take(int fd, struct received *out)
{
	union {
		char room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
		struct cmsghdr align;
	} control;
	struct sockaddr_ll from;
	struct iovec part = {out->bytes, sizeof(out->bytes)};
	struct msghdr message = {.msg_name = &from,
				 .msg_namelen = sizeof(from),
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	ssize_t size = recvmsg(fd, &message, 0);

	if (size < 0) {
		/* Said once to every socket of an interface that is set down. */
		if (errno == ENETDOWN) {
			return false;
		}
		fail("receiving");
	}
	out->size = (size_t)size;
	out->tagged = false;
	out->packet_type = from.sll_pkttype;
	out->protocol = ntohs(from.sll_protocol);
	read_tag(&message, out);
	return from.sll_pkttype != PACKET_OUTGOING;
}

int packet_wait(const int *fds, size_t count, int timeout_ms, struct received *out)
{
	struct pollfd polled[SCENE_MEMBERS] = {0};
	size_t i;

	if (count > SCENE_MEMBERS) {
		abort();
	}
	for (i = 0; i < count; i++) {
		polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	}
	while (poll(polled, count, timeout_ms) > 0) {
		for (i = 0; i < count; i++) {
			if (polled[i].revents && packet_take(fds[i], out)) {
				return (int)i;
			}
		}
	}
	return -1;
}

void packet_receive(int fd, struct received *out)
{
	if (packet_wait(&fd, 1, RECEIVE_TIMEOUT_MS, out) < 0) {
		errno = ETIMEDOUT;
		fail("waiting for a frame");
	}
}

static size_t ethernet_put(uint8_t *frame, const uint8_t dst[6], uint16_t type)
{
	static const uint8_t src[6] = {2, 0, 0, 0, 0xaa, 0xaa};

	memcpy(frame, dst, 6);
	memcpy(frame + 6, src, 6);
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	return ETH_HLEN;
}

size_t frame_udp(uint8_t *frame, const uint8_t dst[6], uint16_t flow, size_t payload)
{
	size_t size = 20 + 8 + payload;
	const uint8_t headers[28] = {0x45,
				     0,
				     (uint8_t)(size >> 8),
				     (uint8_t)size,
				     0,
				     0,
				     0,
				     0,
				     64,
				     17,
				     0,
				     0,
				     10,
				     0,
				     0,
				     1,
				     10,
				     0,
				     0,
				     2,
				     (uint8_t)(flow >> 8),
				     (uint8_t)flow,
				     0x10,
				     0x00};

	ethernet_put(frame, dst, ETH_P_IP);
	memcpy(frame + ETH_HLEN, headers, sizeof(headers));
	memset(frame + ETH_HLEN + sizeof(headers), 'x', payload);
	return ETH_HLEN + size;
}

size_t frame_plain(uint8_t *frame, const uint8_t dst[6], uint16_t type, uint8_t mark)
{
	size_t start = ethernet_put(frame, dst, type);

	memset(frame + start, mark, 60 - start);
	return 60;
}

size_t frame_tag(uint8_t *frame, size_t size, uint16_t type, uint16_t tci)
{
	memmove(frame + 16, frame + 12, size - 12);
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	frame[14] = (uint8_t)(tci >> 8);
	frame[15] = (uint8_t)tci;
	return size + 4;
}
