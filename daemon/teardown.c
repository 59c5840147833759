/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/teardown.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/lock.h"
#include "daemon/log.h"
#include "daemon/nic_runtime.h"
#include "daemon/state.h"

#define TEARDOWN_ANSWER_SIZE 65536
/* A thousand VLAN interfaces take a while. */
#define TEARDOWN_TIMEOUT_S   120

/* What the engine writes on the hub of a bond; on that of a VLAN interface it
 * goes on with a comma. */
#define TEARDOWN_HUB_ALIAS   "portchannel: hub of "

/* NICs with VLAN interfaces: more than a server has slots for. */
#define TEARDOWN_NICS_MAX    256

struct teardown_names {
	size_t count;
	char (*list)[NETLINK_NAME_SIZE];
};

static int teardown_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval timeout = {.tv_sec = TEARDOWN_TIMEOUT_S};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return -errno;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

/* Asks the running daemon. The exit code, or -1 if none answers. */
static int teardown_through_daemon(const char *path)
{
	static const char request[] = "POST /v1/down HTTP/1.1\r\nHost: portchannel\r\n"
				      "Content-Length: 2\r\nConnection: close\r\n\r\n{}";
	char *answer;
	size_t used = 0;
	ssize_t got = 0;
	bool done;
	int fd = teardown_connect(path);

	if (fd < 0) {
		return -1;
	}
	answer = calloc(1, TEARDOWN_ANSWER_SIZE);
	if (!answer || send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0) {
		free(answer);
		close(fd);
		return -1;
	}
	do {
		used += (size_t)got;
		got = recv(fd, answer + used, TEARDOWN_ANSWER_SIZE - 1 - used, 0);
	} while (got > 0);
	close(fd);
	done = strncmp(answer, "HTTP/1.1 200", 12) == 0;
	if (done) {
		log_line(LOG_LEVEL_NOTICE, "the running daemon has removed its bonds");
	} else {
		log_line(LOG_LEVEL_ERROR, "the running daemon did not remove its bonds: %.200s",
			 answer);
	}
	free(answer);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int teardown_on_link(const struct netlink_link *link, void *context)
{
	struct teardown_names *names = context;
	size_t prefix = strlen(TEARDOWN_HUB_ALIAS);
	const char *name = link->alias + prefix;
	void *list;

	if (strncmp(link->alias, TEARDOWN_HUB_ALIAS, prefix) != 0 || strchr(name, ',') ||
	    strlen(name) >= NETLINK_NAME_SIZE) {
		return 0;
	}
	list = realloc(names->list, (names->count + 1) * sizeof(*names->list));
	if (!list) {
		return -ENOMEM;
	}
	names->list = list;
	memcpy(names->list[names->count++], name, strlen(name) + 1);
	return 0;
}

static void teardown_members(struct engine_bond *path, const struct bond_state *state)
{
	static const struct engine_member_saved nothing;
	struct engine_slot slots[BOND_MEMBERS_MAX];
	struct engine_error error;

	engine_bond_slots(path, slots);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const struct engine_member_saved *saved = &nothing;

		if (slots[slot].ifindex == 0) {
			continue;
		}
		if (state && state->members[slot].ifindex == slots[slot].ifindex) {
			saved = &state->members[slot].saved;
		}
		if (engine_member_remove(path, slot, saved, &error) < 0) {
			log_line(LOG_LEVEL_ERROR, "%s", error.text);
		}
	}
}

static int teardown_bond(struct daemon *daemon, const char *name, struct bond_state *states)
{
	struct engine_bond_spec spec = {.policy = XMIT_HASH_LAYER34};
	struct engine_error error;
	struct engine_bond *path;
	bool taken_over;
	int err;

	snprintf(spec.name, sizeof(spec.name), "%s", name);
	err = engine_bond_open(daemon->engine, &spec, &path, &taken_over, &error);
	if (err == 0) {
		teardown_members(path, state_find(states, name));
		err = engine_bond_destroy(path, &error);
	}
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s", name, error.text);
		return err;
	}
	state_forget(daemon, name);
	log_line(LOG_LEVEL_NOTICE, "%s removed, its members restored", name);
	return 0;
}

/* Rules don't go with the interface that they came with. */
static void teardown_rules(struct daemon *daemon, const struct wanted *wanted)
{
	interface_remove_rules(daemon, &wanted->bond.interface);
	for (size_t i = 0; i < wanted->vlan_count; i++) {
		interface_remove_rules(daemon, &wanted->vlans[i].interface);
	}
}

/* What is known of the NICs that carry VLAN interfaces. */
struct teardown_nics {
	struct daemon *daemon;
	int first; /* error */
};

static void teardown_nic(struct daemon *daemon, uint32_t ifindex,
			 struct engine_member_saved saved, int *first)
{
	struct engine_error error;
	struct netlink_link link;
	struct engine_bond *path;
	bool taken_over;
	int err;

	if (netlink_link_get(daemon->netlink, ifindex, &link) < 0) {
		return;
	}
	err = engine_nic_open(daemon->engine, ifindex, &saved, &path, &taken_over, &error);
	if (err == 0) {
		err = engine_bond_destroy(path, &error);
	}
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s", link.name, error.text);
		*first = *first ? *first : err;
		return;
	}
	log_line(LOG_LEVEL_NOTICE, "%s carries no VLAN interfaces any more", link.name);
}

static bool teardown_is_nic(struct daemon *daemon, uint32_t ifindex)
{
	uint32_t found[TEARDOWN_NICS_MAX];
	struct engine_error error;
	size_t count = 0;

	(void)engine_nics(daemon->engine, found, TEARDOWN_NICS_MAX, &count, &error);
	for (size_t i = 0; i < count && i < TEARDOWN_NICS_MAX; i++) {
		if (found[i] == ifindex) {
			return true;
		}
	}
	return false;
}

static void teardown_on_nic_state(struct nic_state *state, void *context)
{
	struct teardown_nics *nics = context;

	teardown_rules(nics->daemon, state->wanted);
	if (teardown_is_nic(nics->daemon, state->ifindex)) {
		teardown_nic(nics->daemon, state->ifindex, state->saved, &nics->first);
	}
	if (nics->first == 0) {
		nic_state_forget(nics->daemon, state->name);
	}
}

/* First those of which a state was saved, then what else there is. */
static int teardown_all_nics(struct daemon *daemon)
{
	static const struct engine_member_saved nothing;
	struct teardown_nics nics = {.daemon = daemon};
	uint32_t found[TEARDOWN_NICS_MAX];
	struct engine_error error;
	size_t count = 0;
	int err;

	nic_state_read_all(daemon->options.state, teardown_on_nic_state, &nics);
	err = engine_nics(daemon->engine, found, TEARDOWN_NICS_MAX, &count, &error);
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s", error.text);
		nics.first = nics.first ? nics.first : err;
	}
	for (size_t i = 0; err == 0 && i < count && i < TEARDOWN_NICS_MAX; i++) {
		teardown_nic(daemon, found[i], nothing, &nics.first);
	}
	return nics.first;
}

/* What is left of bonds that somebody deleted by other means. */
static int teardown_strays(struct daemon *daemon)
{
	struct engine_error error;
	size_t count;
	int err = engine_strays_release(daemon->engine, &count, &error);

	if (count > 0) {
		log_line(LOG_LEVEL_NOTICE,
			 "%zu interfaces of bonds that were gone already restored or removed",
			 count);
	}
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s", error.text);
	}
	return err;
}

static int teardown_all(struct daemon *daemon)
{
	struct teardown_names names = {0};
	struct bond_state *states = state_read_all(daemon->options.state);
	int result = netlink_link_dump(daemon->netlink, teardown_on_link, &names);
	int err;

	if (result < 0) {
		log_line(LOG_LEVEL_ERROR, "interfaces can't be listed: %s", strerror(-result));
	}
	for (size_t i = 0; i < names.count; i++) {
		err = teardown_bond(daemon, names.list[i], states);
		result = result ? result : err;
	}
	for (struct bond_state *state = states; state; state = state->next) {
		teardown_rules(daemon, state->wanted);
	}
	err = teardown_all_nics(daemon);
	result = result ? result : err;
	err = teardown_strays(daemon);
	result = result ? result : err;
	for (struct bond_state *state = states; state && result == 0; state = state->next) {
		state_forget(daemon, state->name);
	}
	free(names.list);
	state_free(states);
	return result;
}

/* While they can still give their leases back. */
static void teardown_dhcp(struct daemon *daemon)
{
	if (sd_event_default(&daemon->loop) < 0) {
		return;
	}
	if (dhcp_open(daemon) == 0) {
		dhcp_stop_all(daemon, NULL);
		dhcp_close(daemon);
	}
	daemon->loop = sd_event_unref(daemon->loop);
}

static int teardown_by_itself(const struct daemon_options *options)
{
	struct daemon *daemon = calloc(1, sizeof(*daemon));
	struct engine_error error;
	int err;

	if (!daemon) {
		return EXIT_FAILURE;
	}
	daemon->options = *options;
	err = netlink_open(&daemon->netlink);
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "no netlink socket: %s", strerror(-err));
		goto free_daemon;
	}
	err = engine_open(options->carrier_read, &daemon->engine, &error);
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s", error.text);
		goto close_netlink;
	}
	teardown_dhcp(daemon);
	err = teardown_all(daemon);
	engine_close(daemon->engine);
close_netlink:
	netlink_close(daemon->netlink);
free_daemon:
	free(daemon);
	return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int teardown_run(const struct daemon_options *options)
{
	int result = teardown_through_daemon(options->socket);
	pid_t holder = 0;
	int lock, network_lock;

	if (result >= 0) {
		return result;
	}
	lock = lock_take(options->state, &holder);
	if (lock < 0) {
		log_line(LOG_LEVEL_ERROR,
			 lock == -EWOULDBLOCK ? "%s: a daemon runs (process %d), but does not "
						"answer on its socket"
					      : "%s: the state folder can't be used (%d)",
			 options->state, lock == -EWOULDBLOCK ? (int)holder : lock);
		return EXIT_FAILURE;
	}
	network_lock = lock_take_network(&holder);
	if (network_lock == -EWOULDBLOCK) {
		log_line(LOG_LEVEL_ERROR,
			 "a daemon with another --state runs in this network namespace "
			 "(process %d); end it first, or use its --socket",
			 (int)holder);
		close(lock);
		return EXIT_FAILURE;
	}
	result = teardown_by_itself(options);
	if (network_lock >= 0) {
		close(network_lock);
	}
	close(lock);
	return result;
}
