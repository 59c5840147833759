/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/announce.h"

#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/lacp_socket.h"
#include "daemon/state.h"

#define ANNOUNCE_INTERVAL_US 1000000ULL

/* Only while the link still works and has the bond's address, as every member
 * has: an interface that left the bond meanwhile doesn't speak for it. */
static bool announce_may_speak(struct daemon *daemon, const struct bond_state_member *member,
			       const struct netlink_link *bond, struct netlink_link *link)
{
	return member->ifindex != 0 && member->saved.valid &&
	       netlink_link_get(daemon->netlink, member->ifindex, link) == 0 &&
	       (link->flags & IFF_UP) != 0 && link->carrier &&
	       memcmp(link->mac, bond->mac, sizeof(bond->mac)) == 0;
}

static void announce_state(struct daemon *daemon, struct bond_state *state, int fd)
{
	static const uint8_t none[6];
	struct netlink_link bond, link;
	struct bond_frame frame;

	if (netlink_link_get_by_name(daemon->netlink, state->name, &bond) < 0 ||
	    !(bond.flags & IFF_UP)) {
		return;
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const struct bond_state_member *member = &state->members[slot];
		const uint8_t *own;

		if (!announce_may_speak(daemon, member, &bond, &link)) {
			continue;
		}
		own = memcmp(link.perm_mac, none, sizeof(none)) != 0 ? link.perm_mac
								     : member->saved.mac;
		if (bond_saved_speak(&state->core, slot, own, daemon_now_ms(), &frame)) {
			/* One that isn't sent is sent again by bond_restore(). */
			(void)lacp_socket_send(fd, member->ifindex, frame.data, frame.size);
		}
	}
}

void announce_states(struct daemon *daemon)
{
	uint64_t now_us = daemon_now_us();
	int fd;

	if (!daemon->states || now_us - daemon->announced_us < ANNOUNCE_INTERVAL_US) {
		return;
	}
	daemon->announced_us = now_us;
	fd = lacp_socket_open();
	if (fd < 0) {
		return;
	}
	for (struct bond_state *state = daemon->states; state; state = state->next) {
		/* Of one that runs, bond_runtime_start() has taken it. */
		if (state->wanted && state->wanted->bond.options.mode == BOND_MODE_8023AD &&
		    !bond_runtime_find(daemon, state->name)) {
			announce_state(daemon, state, fd);
		}
	}
	close(fd);
}
