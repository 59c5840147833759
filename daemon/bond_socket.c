/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LACPDUs of a bond: one socket for all its members, there while the mode is
 * 802.3ad and there is a member.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/lacp_socket.h"
#include "daemon/log.h"

/* Frames that one turn of the loop takes. */
#define BOND_FRAMES_PER_TURN	64
/* A bond that is flooded may have so many turns in so long a time. */
#define BOND_TURNS_INTERVAL_US	100000
#define BOND_TURNS_PER_INTERVAL 20

void bond_socket_receive(struct bond_runtime *bond)
{
	uint8_t frame[LACP_SOCKET_FRAME_SIZE];

	for (int i = 0; i < BOND_FRAMES_PER_TURN && bond->socket >= 0; i++) {
		uint32_t ifindex;
		ssize_t size =
			lacp_socket_receive(bond->socket, frame, sizeof(frame), &ifindex);
		struct bond_event event = {.type = BOND_EVENT_FRAME, .frame = frame};

		if (size < 0) {
			/* -EAGAIN; or an interface went down, of which we hear
			 * otherwise. */
			return;
		}
		event.slot = bond_member_find(bond, ifindex);
		if (size > 0 && event.slot != BOND_NO_MEMBER) {
			event.frame_size = (size_t)size;
			bond_runtime_input(bond, &event);
		}
	}
}

static int bond_socket_on_frame(sd_event_source *source, int fd, uint32_t events, void *user)
{
	(void)source;
	(void)fd;
	(void)events;
	bond_socket_receive(user);
	return 0;
}

void bond_socket_send(struct bond_runtime *bond, const struct bond_frame *frame)
{
	const struct bond_runtime_member *member = &bond->members[frame->slot];
	int err;

	if (bond->socket < 0 || member->ifindex == 0) {
		return;
	}
	err = lacp_socket_send(bond->socket, member->ifindex, frame->data, frame->size);
	/* A link that just went down says so by other ways; a full queue drops
	 * frames of everybody, and LACP sends again. */
	if (err < 0) {
		log_line(LOG_LEVEL_DEBUG, "%s %s LACPDU not sent: %s bond=%s member=%s",
			 bond->name, member->name, strerror(-err), bond->name, member->name);
	}
}

void bond_socket_close(struct bond_runtime *bond)
{
	bond->socket_source = sd_event_source_disable_unref(bond->socket_source);
	if (bond->socket >= 0) {
		close(bond->socket);
		bond->socket = -1;
	}
}

static int bond_socket_open(struct bond_runtime *bond)
{
	int err;

	bond->socket = lacp_socket_open();
	if (bond->socket < 0) {
		err = bond->socket;
		bond->socket = -1;
		return err;
	}
	err = sd_event_add_io(bond->daemon->loop, &bond->socket_source, bond->socket, EPOLLIN,
			      bond_socket_on_frame, bond);
	if (err < 0) {
		bond_socket_close(bond);
		return err;
	}
	sd_event_source_set_priority(bond->socket_source, DAEMON_PRIORITY_LACP);
	sd_event_source_set_ratelimit(bond->socket_source, BOND_TURNS_INTERVAL_US,
				      BOND_TURNS_PER_INTERVAL);
	return 0;
}

/* Listens to the members that there are, but for one of them. */
static int bond_socket_listen(struct bond_runtime *bond, uint8_t but)
{
	uint32_t ifindexes[BOND_MEMBERS_MAX];
	size_t count = 0;

	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (slot != but && bond->members[slot].ifindex != 0) {
			ifindexes[count++] = bond->members[slot].ifindex;
		}
	}
	return lacp_socket_listen(bond->socket, ifindexes, count);
}

int bond_socket_join(struct bond_runtime *bond, uint8_t slot)
{
	uint32_t ifindex = bond->members[slot].ifindex;
	int err = 0;

	if (bond->socket < 0) {
		err = bond_socket_open(bond);
	}
	if (err == 0) {
		err = lacp_socket_join(bond->socket, ifindex);
	}
	if (err == 0) {
		err = bond_socket_listen(bond, BOND_NO_MEMBER);
	}
	return err;
}

void bond_socket_leave(struct bond_runtime *bond, uint8_t slot)
{
	if (bond->socket >= 0) {
		(void)bond_socket_listen(bond, slot);
		(void)lacp_socket_leave(bond->socket, bond->members[slot].ifindex);
	}
}
