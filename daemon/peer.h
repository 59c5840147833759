/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is at the other end of the socket, by the kernel's word (SO_PEERCRED,
 * SO_PEERGROUPS), and what that lets them do.
 *
 * Names are looked up in /etc/passwd and /etc/group alone: to ask a directory service
 * would be to wait for the network, which the loop never may.
 */
#ifndef DAEMON_PEER_H
#define DAEMON_PEER_H

#include <stdbool.h>
#include <sys/types.h>

enum peer_role {
	PEER_ROLE_NONE = 0, /* not even to read */
	PEER_ROLE_CONSOLE,  /* group portchannel-console: only with a session's token */
	PEER_ROLE_READER,   /* group portchannel */
	PEER_ROLE_OPERATOR, /* root, and group portchannel-operator */
};

#define PEER_USER_SIZE	33
#define PEER_GROUP_NONE ((gid_t)-1)

struct peer {
	uid_t uid;
	gid_t gid;
	pid_t pid; /* when it connected; 0: one that this namespace doesn't see */
	enum peer_role role;
	char user[PEER_USER_SIZE]; /* its name, or the number in digits */
};

/* The groups that give the roles; PEER_GROUP_NONE: there is no such group. */
struct peer_groups {
	gid_t consoles;
	gid_t readers;
	gid_t operators;
};

/* A group by its name or its number in digits; PEER_GROUP_NONE: there is none. */
gid_t peer_group_find(const char *group);

/* Who connected the socket, when it did. 0 or -errno. */
int peer_of_socket(int fd, const struct peer_groups *groups, struct peer *out);
/* The daemon itself, for what nobody asked for. */
void peer_of_daemon(struct peer *out);
const char *peer_role_name(enum peer_role role); /* "none", "console", "reader", ... */

#endif
