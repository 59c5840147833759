/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/neighbour.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* A storm of ARP fills it, and the rest is lost. */
#define NEIGHBOUR_RECEIVE_BUFFER 1048576

#define NEIGHBOUR_ETHERNET_SIZE	 14
#define NEIGHBOUR_ARP_SIZE	 28
#define NEIGHBOUR_IPV6_SIZE	 40

/* Numbers of RFC 826, RFC 4861. */
#define NEIGHBOUR_ARP_REQUEST	 1
#define NEIGHBOUR_ARP_REPLY	 2
#define NEIGHBOUR_ICMPV6	 58
#define NEIGHBOUR_HOP_LIMIT	 255
#define NEIGHBOUR_SOLICIT_ROUTER 133
#define NEIGHBOUR_ADVERTISEMENT	 136
#define NEIGHBOUR_FLAG_ROUTER	 0x80
#define NEIGHBOUR_FLAG_OVERRIDE	 0x20
#define NEIGHBOUR_OPTION_SOURCE	 1
#define NEIGHBOUR_OPTION_TARGET	 2

static const uint8_t neighbour_broadcast[NEIGHBOUR_MAC_SIZE] = {0xff, 0xff, 0xff,
								0xff, 0xff, 0xff};
static const uint8_t neighbour_arp_head[8] = {0, 1, 0x08, 0, 6, 4, 0, 0};

/* --- writing -------------------------------------------------------------- */

static void neighbour_put(struct neighbour_frame *out, const void *bytes, size_t size)
{
	memcpy(out->bytes + out->size, bytes, size);
	out->size += size;
}

static void neighbour_put_u8(struct neighbour_frame *out, unsigned int value)
{
	out->bytes[out->size++] = (uint8_t)value;
}

static void neighbour_put_u16(struct neighbour_frame *out, unsigned int value)
{
	neighbour_put_u8(out, value >> 8);
	neighbour_put_u8(out, value);
}

static void neighbour_put_zeros(struct neighbour_frame *out, size_t size)
{
	memset(out->bytes + out->size, 0, size);
	out->size += size;
}

void neighbour_arp_write(struct neighbour_frame *out, const uint8_t mac[NEIGHBOUR_MAC_SIZE],
			 const uint8_t sender[4], const uint8_t target[4], uint16_t vid)
{
	out->size = 0;
	neighbour_put(out, neighbour_broadcast, NEIGHBOUR_MAC_SIZE);
	neighbour_put(out, mac, NEIGHBOUR_MAC_SIZE);
	if (vid) {
		neighbour_put_u16(out, ETH_P_8021Q);
		neighbour_put_u16(out, vid);
	}
	neighbour_put_u16(out, ETH_P_ARP);
	neighbour_put(out, neighbour_arp_head, 6);
	neighbour_put_u16(out, NEIGHBOUR_ARP_REQUEST);
	neighbour_put(out, mac, NEIGHBOUR_MAC_SIZE);
	neighbour_put(out, sender, 4);
	neighbour_put_zeros(out, NEIGHBOUR_MAC_SIZE);
	neighbour_put(out, target, 4);
}

/* The header of an ICMPv6 packet to a group, given the whole body's size, and the sum of
 * the pseudo-header (RFC 8200 8.1). */
static void neighbour_put_head(struct neighbour_frame *out,
			       const uint8_t mac[NEIGHBOUR_MAC_SIZE], const uint8_t source[16],
			       uint8_t group, size_t size)
{
	const uint8_t group_mac[NEIGHBOUR_MAC_SIZE] = {0x33, 0x33, 0, 0, 0, group};
	const uint8_t destination[16] = {0xff, 0x02, [15] = group};

	out->size = 0;
	neighbour_put(out, group_mac, sizeof(group_mac));
	neighbour_put(out, mac, NEIGHBOUR_MAC_SIZE);
	neighbour_put_u16(out, ETH_P_IPV6);
	neighbour_put_u16(out, 0x6000);
	neighbour_put_u16(out, 0);
	neighbour_put_u16(out, (unsigned int)size);
	neighbour_put_u8(out, NEIGHBOUR_ICMPV6);
	neighbour_put_u8(out, NEIGHBOUR_HOP_LIMIT);
	neighbour_put(out, source, 16);
	neighbour_put(out, destination, 16);
}

/* Sums 16-bit words; size is even. */
static uint32_t neighbour_sum(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2) {
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	}
	return sum;
}

/* Fills in the checksum, which stands in the third and fourth byte of the body. */
static void neighbour_put_checksum(struct neighbour_frame *out)
{
	uint8_t *ip = out->bytes + NEIGHBOUR_ETHERNET_SIZE;
	uint8_t *body = ip + NEIGHBOUR_IPV6_SIZE;
	size_t size = out->size - NEIGHBOUR_ETHERNET_SIZE - NEIGHBOUR_IPV6_SIZE;
	uint32_t sum = neighbour_sum(ip + 8, 32) + (uint32_t)size + NEIGHBOUR_ICMPV6 +
		       neighbour_sum(body, size);

	while (sum >> 16) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	body[2] = (uint8_t)(~sum >> 8);
	body[3] = (uint8_t)~sum;
}

void neighbour_advertisement_write(struct neighbour_frame *out,
				   const uint8_t mac[NEIGHBOUR_MAC_SIZE],
				   const uint8_t address[16], bool is_router)
{
	neighbour_put_head(out, mac, address, 1, 32);
	neighbour_put_u8(out, NEIGHBOUR_ADVERTISEMENT);
	neighbour_put_zeros(out, 3);
	neighbour_put_u8(out,
			 NEIGHBOUR_FLAG_OVERRIDE | (is_router ? NEIGHBOUR_FLAG_ROUTER : 0U));
	neighbour_put_zeros(out, 3);
	neighbour_put(out, address, 16);
	neighbour_put_u8(out, NEIGHBOUR_OPTION_TARGET);
	neighbour_put_u8(out, 1);
	neighbour_put(out, mac, NEIGHBOUR_MAC_SIZE);
	neighbour_put_checksum(out);
}

void neighbour_solicit_router_write(struct neighbour_frame *out,
				    const uint8_t mac[NEIGHBOUR_MAC_SIZE],
				    const uint8_t source[16])
{
	neighbour_put_head(out, mac, source, 2, 16);
	neighbour_put_u8(out, NEIGHBOUR_SOLICIT_ROUTER);
	neighbour_put_zeros(out, 7);
	neighbour_put_u8(out, NEIGHBOUR_OPTION_SOURCE);
	neighbour_put_u8(out, 1);
	neighbour_put(out, mac, NEIGHBOUR_MAC_SIZE);
	neighbour_put_checksum(out);
}

/* --- reading -------------------------------------------------------------- */

bool neighbour_arp_read(const uint8_t *frame, size_t size, struct neighbour_arp *out)
{
	const uint8_t *arp = frame + NEIGHBOUR_ETHERNET_SIZE;

	if (size < NEIGHBOUR_ETHERNET_SIZE + NEIGHBOUR_ARP_SIZE ||
	    (frame[12] << 8 | frame[13]) != ETH_P_ARP ||
	    memcmp(arp, neighbour_arp_head, 6) != 0 || arp[6] != 0 ||
	    (arp[7] != NEIGHBOUR_ARP_REQUEST && arp[7] != NEIGHBOUR_ARP_REPLY)) {
		return false;
	}
	out->is_request = arp[7] == NEIGHBOUR_ARP_REQUEST;
	out->to_all = memcmp(frame, neighbour_broadcast, NEIGHBOUR_MAC_SIZE) == 0;
	memcpy(out->sender_mac, arp + 8, NEIGHBOUR_MAC_SIZE);
	memcpy(out->sender, arp + 14, 4);
	memcpy(out->target, arp + 24, 4);
	return true;
}

/* --- sockets -------------------------------------------------------------- */

int neighbour_socket_send_only(void)
{
	/* Protocol 0: nothing is received. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* Only ARP, and that in the kernel: another packet isn't even copied. */
static int neighbour_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, NEIGHBOUR_FRAME_SIZE),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0) {
		return -errno;
	}
	return 0;
}

int neighbour_socket_listen(bool tagged)
{
	/* What a tag belongs to is decided before protocols have their turn: one that no
	 * interface here has is seen by those only who look at all packets. */
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(tagged ? ETH_P_ALL : ETH_P_ARP)};
	int buffer = NEIGHBOUR_RECEIVE_BUFFER, one = 1, err;
	int fd = neighbour_socket_send_only();

	if (fd < 0) {
		return fd;
	}
	err = neighbour_filter(fd);
	if (err < 0) {
		goto fail;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	/* Since Linux 4.20; before it neighbour_receive() passes them over. */
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		err = -errno;
		goto fail;
	}
	return fd;

fail:
	close(fd);
	return err;
}

int neighbour_send(int fd, uint32_t ifindex, const struct neighbour_frame *frame)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_ifindex = (int)ifindex,
				 .sll_halen = NEIGHBOUR_MAC_SIZE};

	memcpy(&to.sll_protocol, frame->bytes + 12, sizeof(to.sll_protocol));
	memcpy(to.sll_addr, frame->bytes, NEIGHBOUR_MAC_SIZE);
	if (sendto(fd, frame->bytes, frame->size, 0, (struct sockaddr *)&to, sizeof(to)) < 0) {
		return -errno;
	}
	return 0;
}

static uint16_t neighbour_tag(struct msghdr *message)
{
	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control;
	     control = CMSG_NXTHDR(message, control)) {
		struct tpacket_auxdata aux;

		if (control->cmsg_level != SOL_PACKET || control->cmsg_type != PACKET_AUXDATA ||
		    control->cmsg_len < CMSG_LEN(sizeof(aux))) {
			continue;
		}
		memcpy(&aux, CMSG_DATA(control), sizeof(aux));
		return aux.tp_status & TP_STATUS_VLAN_VALID ? aux.tp_vlan_tci & 0xfff : 0;
	}
	return 0;
}

ssize_t neighbour_receive(int fd, uint8_t *frame, size_t size, struct neighbour_origin *origin)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct sockaddr_ll from = {0};
	struct iovec vector = {frame, size};
	struct msghdr message = {.msg_name = &from,
				 .msg_namelen = sizeof(from),
				 .msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(fd, &message, 0);

	if (got < 0) {
		/* News of an interface that went down, of no interest here. */
		return errno == EINTR || errno == ENETDOWN ? 0 : -errno;
	}
	/* The other: to somebody else, or with a tag that no interface here has, which the
	 * kernel takes off before ARP has its turn. */
	if (from.sll_pkttype == PACKET_OUTGOING || from.sll_pkttype == PACKET_OTHERHOST) {
		return 0;
	}
	origin->ifindex = (uint32_t)from.sll_ifindex;
	origin->vid = neighbour_tag(&message);
	return got;
}
