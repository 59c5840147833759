/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dumps: requests whose answer is a list. The kernel hands a long one over in pieces,
 * and things may change between two of them; then it marks the rest (NLM_F_DUMP_INTR),
 * for the list may lack what was there all the time, or name it twice. So a list is
 * kept until it is complete and, if it was marked, asked for again, before anybody
 * sees any of it.
 *
 * On a system that changes without pause a list is given out as it is after
 * DUMP_ATTEMPTS: those who ask add what they miss and remove what they find, both of
 * which the kernel answers truly, whereas no list at all would leave the server without
 * its network.
 */
#include "netlink/internal.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#define DUMP_ATTEMPTS	5
#define DUMP_SIZE_FIRST 65536

struct dump {
	char *bytes; /* messages, each aligned */
	size_t used, size;
};

static int dump_keep(const struct nlmsghdr *message, void *context)
{
	struct dump *dump = context;
	size_t length = MNL_ALIGN(message->nlmsg_len);

	if (dump->size - dump->used < length) {
		size_t size = dump->size ? dump->size * 2 : DUMP_SIZE_FIRST;
		char *bytes;

		while (size - dump->used < length) {
			size *= 2;
		}
		bytes = realloc(dump->bytes, size);
		if (!bytes) {
			return -ENOMEM;
		}
		dump->bytes = bytes;
		dump->size = size;
	}
	memcpy(dump->bytes + dump->used, message, message->nlmsg_len);
	dump->used += length;
	return 0;
}

int netlink_dump(struct netlink *netlink, struct nlmsghdr *request, netlink_answer *answer,
		 void *context)
{
	struct dump dump = {0};
	int result;

	request->nlmsg_flags |= NLM_F_DUMP;
	for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
		dump.used = 0;
		result = netlink_request(netlink, request, dump_keep, &dump);
		if (!netlink->interrupted) {
			break;
		}
	}
	for (size_t at = 0; at < dump.used && !result;) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)(dump.bytes + at);

		result = answer(message, context);
		at += MNL_ALIGN(message->nlmsg_len);
	}
	free(dump.bytes);
	return result;
}

int netlink_dump_family(struct netlink *netlink, uint16_t type, size_t fixed_size, int family,
			netlink_answer *answer, void *context)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtgenmsg *fixed;

	request->nlmsg_type = type;
	fixed = mnl_nlmsg_put_extra_header(request, fixed_size);
	fixed->rtgen_family = (uint8_t)family;
	return netlink_dump(netlink, request, answer, context);
}
