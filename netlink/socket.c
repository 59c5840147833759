/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request socket: one request at a time, answered before the call returns,
 * with the kernel's own words where it refuses (extended acknowledgements).
 * Source of the protocol: linux/netlink.h and the netlink(7) manual page.
 */
#include "netlink/internal.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A netlink answer is given within the request's system call or not at all; this
 * only keeps a kernel that is very busy from blocking the caller for ever. */
#define ANSWER_TIMEOUT_S 30

static void option_set(struct mnl_socket *socket, int option)
{
	int one = 1;

	/* Absent on old kernels, and then done without. */
	(void)mnl_socket_setsockopt(socket, option, &one, sizeof(one));
}

int netlink_open(struct netlink **out)
{
	struct timeval timeout = {.tv_sec = ANSWER_TIMEOUT_S};
	struct netlink *netlink = calloc(1, sizeof(*netlink));
	int err;

	if (!netlink) {
		return -ENOMEM;
	}
	netlink->ioctl_fd = -1;
	netlink->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!netlink->socket) {
		err = -errno;
		goto fail;
	}
	if (mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		goto fail_socket;
	}
	if (setsockopt(mnl_socket_get_fd(netlink->socket), SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)) < 0) {
		err = -errno;
		goto fail_socket;
	}
	option_set(netlink->socket, NETLINK_EXT_ACK);
	option_set(netlink->socket, NETLINK_CAP_ACK);
	option_set(netlink->socket, NETLINK_GET_STRICT_CHK);
	*out = netlink;
	return 0;

fail_socket:
	mnl_socket_close(netlink->socket);
fail:
	free(netlink);
	return err;
}

void netlink_close(struct netlink *netlink)
{
	if (!netlink) {
		return;
	}
	if (netlink->ioctl_fd >= 0) {
		close(netlink->ioctl_fd);
	}
	mnl_socket_close(netlink->socket);
	free(netlink);
}

const char *netlink_error_text(const struct netlink *netlink)
{
	return netlink->error;
}

static int attribute_note(const struct nlattr *attribute, void *data)
{
	struct {
		const struct nlattr **table;
		uint16_t max;
	} *into = data;
	uint16_t type = mnl_attr_get_type(attribute);

	if (type <= into->max) {
		into->table[type] = attribute;
	}
	return MNL_CB_OK;
}

void netlink_attributes(const struct nlmsghdr *message, size_t fixed_size,
			const struct nlattr **table, uint16_t max)
{
	struct {
		const struct nlattr **table;
		uint16_t max;
	} into = {table, max};

	memset(table, 0, sizeof(*table) * (max + 1U));
	(void)mnl_attr_parse(message, (unsigned int)fixed_size, attribute_note, &into);
}

void netlink_attributes_nested(const struct nlattr *nest, const struct nlattr **table,
			       uint16_t max)
{
	struct {
		const struct nlattr **table;
		uint16_t max;
	} into = {table, max};

	memset(table, 0, sizeof(*table) * (max + 1U));
	(void)mnl_attr_parse_nested(nest, attribute_note, &into);
}

uint16_t netlink_address_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

uint32_t netlink_attribute_number(const struct nlattr *attribute)
{
	if (!attribute || mnl_attr_get_payload_len(attribute) < sizeof(uint32_t)) {
		return 0;
	}
	return mnl_attr_get_u32(attribute);
}

bool netlink_attribute_address(const struct nlattr *attribute, int family, uint8_t out[16])
{
	uint16_t size = netlink_address_size(family);

	if (!attribute || mnl_attr_get_payload_len(attribute) != size) {
		return false;
	}
	memcpy(out, mnl_attr_get_payload(attribute), size);
	return true;
}

/* Keeps the text of an error message. The failed request stands after the
 * error number, with or without its payload (NLM_F_CAPPED), then attributes. */
static void error_text_keep(struct netlink *netlink, const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	const struct nlattr *table[NLMSGERR_ATTR_MAX + 1];
	size_t fixed_size = sizeof(*error);

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS)) {
		return;
	}
	if (!(message->nlmsg_flags & NLM_F_CAPPED)) {
		fixed_size += mnl_nlmsg_get_payload_len(&error->msg);
	}
	if (fixed_size >= mnl_nlmsg_get_payload_len(message)) {
		return;
	}
	netlink_attributes(message, fixed_size, table, NLMSGERR_ATTR_MAX);
	if (table[NLMSGERR_ATTR_MSG]) {
		strncpy(netlink->error, mnl_attr_get_str(table[NLMSGERR_ATTR_MSG]),
			sizeof(netlink->error) - 1);
	}
}

/* Takes one message of the answer. Returns 1 when the answer is complete. */
static int message_take(struct netlink *netlink, const struct nlmsghdr *message,
			netlink_answer *answer, void *context, int *result)
{
	const struct nlmsgerr *error;

	if (message->nlmsg_seq != netlink->seq) {
		return 0; /* what is left of a request that was given up */
	}
	netlink->interrupted |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
	switch (message->nlmsg_type) {
	case NLMSG_ERROR:
		if (mnl_nlmsg_get_payload_len(message) < sizeof(*error)) {
			*result = -EBADMSG;
			return 1;
		}
		error = mnl_nlmsg_get_payload(message);
		if (error->error) {
			error_text_keep(netlink, message);
		}
		if (!*result) {
			*result = error->error;
		}
		return 1;
	case NLMSG_DONE:
		/* Ends a dump, and says whether it went well. */
		if (!*result && mnl_nlmsg_get_payload_len(message) >= sizeof(int)) {
			*result = *(const int *)mnl_nlmsg_get_payload(message);
		}
		return 1;
	case NLMSG_NOOP:
	case NLMSG_OVERRUN:
		return 0;
	default:
		/* After a callback's refusal the rest is read and dropped, so
		 * that the socket is clean for the next request. */
		if (answer && !*result) {
			*result = answer(message, context);
		}
		return 0;
	}
}

int netlink_request(struct netlink *netlink, struct nlmsghdr *request, netlink_answer *answer,
		    void *context)
{
	int result = 0;
	bool done = false;

	netlink->error[0] = '\0';
	netlink->interrupted = false;
	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	request->nlmsg_seq = ++netlink->seq;
	if (mnl_socket_sendto(netlink->socket, request, request->nlmsg_len) < 0) {
		return -errno;
	}
	while (!done) {
		ssize_t size = mnl_socket_recvfrom(netlink->socket, netlink->answer,
						   sizeof(netlink->answer));
		const struct nlmsghdr *message = (const struct nlmsghdr *)netlink->answer;
		int left = (int)size;

		if (size < 0 && errno == EINTR) {
			continue;
		}
		if (size < 0) {
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		}
		while (!done && mnl_nlmsg_ok(message, left)) {
			done = message_take(netlink, message, answer, context, &result);
			message = mnl_nlmsg_next(message, &left);
		}
	}
	return result;
}
