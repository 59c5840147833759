/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Both have lines of name:password:number: and more, passwd(5) and group(5). */
#define PEER_PASSWD_FILE "/etc/passwd"
#define PEER_GROUP_FILE	 "/etc/group"
/* Groups of a process that are asked for at first; most have fewer. */
#define PEER_GROUPS_SOME 64

static bool peer_number(const char *text, unsigned int *out)
{
	unsigned long long number;

	if (!*text || strlen(text) > 10 || text[strspn(text, "0123456789")] != '\0') {
		return false;
	}
	number = strtoull(text, NULL, 10);
	/* The greatest stands for none. */
	if (number >= (unsigned int)-1) {
		return false;
	}
	*out = (unsigned int)number;
	return true;
}

/* Cuts name and number out of a line. */
static bool peer_line_parse(char *line, char **name, unsigned int *number)
{
	char *rest = line, *digits;

	*name = strsep(&rest, ":");
	(void)strsep(&rest, ":");
	digits = strsep(&rest, ":");
	return digits && peer_number(digits, number);
}

gid_t peer_group_find(const char *group)
{
	gid_t found = PEER_GROUP_NONE;
	char *line = NULL, *name;
	unsigned int number;
	size_t size = 0;
	FILE *file;

	if (peer_number(group, &number)) {
		return number;
	}
	file = fopen(PEER_GROUP_FILE, "re");
	while (file && found == PEER_GROUP_NONE && getline(&line, &size, file) >= 0) {
		if (peer_line_parse(line, &name, &number) && strcmp(name, group) == 0) {
			found = number;
		}
	}
	free(line);
	if (file) {
		fclose(file);
	}
	return found;
}

/* Its name, or else the number in digits. */
static void peer_user_find(uid_t uid, char out[PEER_USER_SIZE])
{
	FILE *file = fopen(PEER_PASSWD_FILE, "re");
	char *line = NULL, *name;
	bool found = false;
	unsigned int number;
	size_t size = 0;

	snprintf(out, PEER_USER_SIZE, "%u", uid);
	while (file && !found && getline(&line, &size, file) >= 0) {
		found = peer_line_parse(line, &name, &number) && number == uid && name[0];
		if (found) {
			snprintf(out, PEER_USER_SIZE, "%s", name);
		}
	}
	free(line);
	if (file) {
		fclose(file);
	}
}

/* The supplementary groups, to be freed. Before Linux 4.13 the kernel doesn't say, and
 * the primary group alone counts. 0 or -errno. */
static int peer_supplementary(int fd, gid_t **out, size_t *count)
{
	socklen_t size = PEER_GROUPS_SOME * sizeof(gid_t);
	gid_t *groups = NULL;

	/* The second time it is as large as the kernel wants it. */
	for (int i = 0; i < 2; i++) {
		gid_t *larger = realloc(groups, size);

		if (!larger) {
			free(groups);
			return -ENOMEM;
		}
		groups = larger;
		if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0) {
			*out = groups;
			*count = size / sizeof(gid_t);
			return 0;
		}
		if (errno != ERANGE) {
			break;
		}
	}
	free(groups);
	if (errno != ENOPROTOOPT) {
		return -errno;
	}
	*out = NULL;
	*count = 0;
	return 0;
}

static bool peer_is_in(const struct peer *peer, gid_t group, const gid_t *groups, size_t count)
{
	if (group == PEER_GROUP_NONE) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (groups[i] == group) {
			return true;
		}
	}
	return peer->gid == group;
}

int peer_of_socket(int fd, const struct peer_groups *groups, struct peer *out)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);
	struct peer peer = {0};
	gid_t *list = NULL;
	size_t count = 0;
	int err;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) {
		return -errno;
	}
	peer.uid = credentials.uid;
	peer.gid = credentials.gid;
	peer.pid = credentials.pid;
	err = peer_supplementary(fd, &list, &count);
	if (err < 0) {
		return err;
	}
	if (peer.uid == 0 || peer_is_in(&peer, groups->operators, list, count)) {
		peer.role = PEER_ROLE_OPERATOR;
	} else if (peer_is_in(&peer, groups->readers, list, count)) {
		peer.role = PEER_ROLE_READER;
	} else if (peer_is_in(&peer, groups->consoles, list, count)) {
		peer.role = PEER_ROLE_CONSOLE;
	}
	free(list);
	if (peer.role != PEER_ROLE_NONE) {
		peer_user_find(peer.uid, peer.user);
	}
	*out = peer;
	return 0;
}

void peer_of_daemon(struct peer *out)
{
	*out = (struct peer){
		.uid = getuid(), .gid = getgid(), .pid = getpid(), .role = PEER_ROLE_OPERATOR};
	peer_user_find(out->uid, out->user);
}

const char *peer_role_name(enum peer_role role)
{
	switch (role) {
	case PEER_ROLE_NONE:
		return "none";
	case PEER_ROLE_CONSOLE:
		return "console";
	case PEER_ROLE_READER:
		return "reader";
	case PEER_ROLE_OPERATOR:
		return "operator";
	}
	return "none";
}
