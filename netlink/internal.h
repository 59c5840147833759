/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of netlink/ share: the request socket and the decoders that
 * answers and news have in common.
 */
#ifndef NETLINK_INTERNAL_H
#define NETLINK_INTERNAL_H

#include <libmnl/libmnl.h>
#include <linux/if.h>

#include "netlink/netlink.h"

/* Room for the largest request (a veth pair) many times over. */
#define NETLINK_REQUEST_SIZE 2048
/* One read of an answer. The kernel fills up to 32 KiB where it can. */
#define NETLINK_ANSWER_SIZE  32768

struct netlink {
	struct mnl_socket *socket;
	uint32_t seq;
	bool interrupted; /* the last request's answer was a list that changed meanwhile */
	int ioctl_fd;	  /* for ethtool; -1 until the first use */
	char error[160];
	char answer[NETLINK_ANSWER_SIZE];
};

/* Called with each answering message; non-zero ends the request. */
typedef int netlink_answer(const struct nlmsghdr *message, void *context);

/*
 * Sends the request (type and flags set, NLM_F_REQUEST and _ACK are added) and
 * reads answers until the kernel is done. The kernel's error, or what the
 * callback returned, is the result. answer may be NULL.
 */
int netlink_request(struct netlink *netlink, struct nlmsghdr *request, netlink_answer *answer,
		    void *context);

/* The same for a list, which the callback gets once it is complete and consistent;
 * NLM_F_DUMP is added. The callback may make requests. */
int netlink_dump(struct netlink *netlink, struct nlmsghdr *request, netlink_answer *answer,
		 void *context);

/* The same for the list of one family of what the message type asks for, whose fixed part is of
 * that size and begins with the family, as all of rtnetlink's do. */
int netlink_dump_family(struct netlink *netlink, uint16_t type, size_t fixed_size, int family,
			netlink_answer *answer, void *context);

/* False: not a whole interface (a bridge port's or wireless news). */
bool netlink_link_decode(const struct nlmsghdr *message, struct netlink_link *out);
bool netlink_address_decode(const struct nlmsghdr *message, struct netlink_address *out);
/* False: none of ours to know of: cached, multicast forwarding, of another family. */
struct netlink_route;
bool netlink_route_decode(const struct nlmsghdr *message, struct netlink_route *out);

/* The attributes of the message after its fixed part, by type; table has
 * max + 1 entries. The last of a kind wins. */
void netlink_attributes(const struct nlmsghdr *message, size_t fixed_size,
			const struct nlattr **table, uint16_t max);
void netlink_attributes_nested(const struct nlattr *nest, const struct nlattr **table,
			       uint16_t max);

/* How many bytes an address of the family has. */
uint16_t netlink_address_size(int family);
/* The attribute's number; 0 where it is absent (NULL) or too short. */
uint32_t netlink_attribute_number(const struct nlattr *attribute);
/* Its address. False, out untouched: it is absent, or none of that family. */
bool netlink_attribute_address(const struct nlattr *attribute, int family, uint8_t out[16]);

#endif
