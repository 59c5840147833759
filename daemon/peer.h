/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is at the other end of the socket, by the kernel's word (SO_PEERCRED,
 * SO_PEERGROUPS), and what that lets them do.
 */
#ifndef DAEMON_PEER_H
#define DAEMON_PEER_H

#include <stdbool.h>
#include <sys/types.h>

enum peer_role {
	PEER_ROLE_NONE = 0, /* not even to read */
	PEER_ROLE_READER,   /* group portchannel */
	PEER_ROLE_OPERATOR, /* root, and group portchannel-operator */
};

#define PEER_USER_SIZE 33

struct peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	enum peer_role role;
	char user[PEER_USER_SIZE]; /* its name, or the number in digits */
};

/* The groups that give the roles; (gid_t)-1: there is no such group. */
struct peer_groups {
	gid_t reader;
	gid_t operator;
};

/* 0 or -errno. */
int peer_of_socket(int fd, const struct peer_groups *groups, struct peer *out);
/* The daemon itself, for what nobody asked for. */
void peer_of_daemon(struct peer *out);
const char *peer_role_name(enum peer_role role); /* "none", "reader", "operator" */

#endif
