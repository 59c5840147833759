/* SPDX-License-Identifier: BSD-2-Clause */
/* Which DHCP clients run, and should. */
#include "daemon/dhcp.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/dhcp_internal.h"
#include "daemon/interface_event.h"
#include "daemon/json_util.h"
#include "model/model_equal.h"

/* Between an end and the next start: doubled each time, up to the longest. One that had
 * run this long begins anew. */
#define DHCP_WAIT_FIRST_US   2000000ULL
#define DHCP_WAIT_LONGEST_US 300000000ULL
#define DHCP_RAN_WELL_US     600000000ULL
/* How often to look at a process where the kernel can't tell of its end. */
#define DHCP_LOOK_US	     1000000ULL

#define DHCP_END_WAIT_MS     1000
#define DHCP_RELEASE_WAIT_MS 2000
#define DHCP_KILL_WAIT_MS    1000
/* dhclient's script begins by removing all addresses of the interface. */
#define DHCP_SCRIPT_US	     10000000ULL

/* --- one client ------------------------------------------------------------------- */

static struct dhcp_client *dhcp_find(const struct daemon *daemon, const char *interface,
				     int family)
{
	struct dhcp_client *client = daemon->dhcp ? daemon->dhcp->clients : NULL;

	while (client &&
	       (client->family != family || strcmp(client->interface, interface) != 0)) {
		client = client->next;
	}
	return client;
}

static void client_unwatch(struct dhcp_client *client)
{
	client->watch = sd_event_source_disable_unref(client->watch);
	if (client->fd >= 0) {
		close(client->fd);
		client->fd = -1;
	}
	sd_event_source_set_enabled(client->timer, SD_EVENT_OFF);
}

/* Of one that is in no list any more. */
static void client_discard(struct dhcp_client *client)
{
	client_unwatch(client);
	sd_event_source_disable_unref(client->timer);
	free(client);
}

static void client_free(struct dhcp_client *client)
{
	struct dhcp_client **link = &client->daemon->dhcp->clients;

	while (*link && *link != client) {
		link = &(*link)->next;
	}
	if (*link) {
		*link = client->next;
	}
	client_discard(client);
}

static void client_arm(struct dhcp_client *client, uint64_t wait_us)
{
	sd_event_source_set_time(client->timer, daemon_now_us() + wait_us);
	sd_event_source_set_enabled(client->timer, SD_EVENT_ONESHOT);
}

static uint64_t client_wait_us(const struct dhcp_client *client)
{
	uint64_t wait_us = DHCP_WAIT_FIRST_US;

	for (unsigned int i = 1; i < client->failures && wait_us < DHCP_WAIT_LONGEST_US; i++) {
		wait_us *= 2;
	}
	return wait_us < DHCP_WAIT_LONGEST_US ? wait_us : DHCP_WAIT_LONGEST_US;
}

/* It has ended by itself. */
static void client_ended(struct dhcp_client *client)
{
	int code = dhcp_process_reap(&client->process);
	char how[32] = "";

	if (daemon_now_us() - client->started_us > DHCP_RAN_WELL_US) {
		client->failures = 0;
	}
	client->failures++;
	client_unwatch(client);
	client->process = (struct dhcp_process){0};
	if (code >= 0) {
		snprintf(how, sizeof(how), " (%d)", code);
	}
	snprintf(client->error, sizeof(client->error), "%s ended%s",
		 dhcp_program_name(client->program), how);
	interface_event(client->daemon, LOG_LEVEL_WARNING, client->interface, "dhcp",
			"%s; it is started again in %llu seconds", client->error,
			(unsigned long long)(client_wait_us(client) / 1000000));
	dhcp_save(client);
	client_arm(client, client_wait_us(client));
}

static int client_on_end(sd_event_source *source, int fd, uint32_t events, void *user)
{
	(void)source;
	(void)fd;
	(void)events;
	client_ended(user);
	return 0;
}

void dhcp_client_watch(struct dhcp_client *client)
{
	client->fd = dhcp_process_open(&client->process);
	if (client->fd >= 0 && sd_event_add_io(client->daemon->loop, &client->watch, client->fd,
					       EPOLLIN, client_on_end, client) >= 0) {
		sd_event_source_set_priority(client->watch, DAEMON_PRIORITY_API);
		return;
	}
	/* An old kernel; or it is gone already, as will be seen. */
	client_arm(client, DHCP_LOOK_US);
}

static int client_launch(struct dhcp_client *client, char error[DHCP_ERROR_SIZE])
{
	char unit[DHCP_UNIT_SIZE];
	int err;

	if (client->is_unit) {
		dhcp_unit_name(client->interface, client->family, unit);
		return dhcp_unit_start(unit, client->interface, &client->daemon->dhcp->run,
				       client->settings.release && client->release.argc > 0
					       ? &client->release
					       : NULL,
				       &client->process, error);
	}
	err = dhcp_process_spawn(&client->daemon->dhcp->run, &client->process);
	if (err < 0) {
		snprintf(error, DHCP_ERROR_SIZE, "%.128s can't be started: %s",
			 client->daemon->dhcp->run.argv[0], strerror(-err));
	}
	return err;
}

/* Without a link-local address, which takes a carrier and a second, there is nothing to
 * ask from, and a client gives up at once. */
static int client_on_address(const struct netlink_address *address, void *context)
{
	bool *found = context;

	*found |= address->family == AF_INET6 && address->scope == RT_SCOPE_LINK &&
		  !(address->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED));
	return 0;
}

static bool client_can_ask(const struct dhcp_client *client)
{
	uint32_t ifindex = if_nametoindex(client->interface);
	bool found = false;

	if (client->family == AF_INET || ifindex == 0) {
		return true;
	}
	return netlink_address_dump(client->daemon->netlink, ifindex, AF_UNSPEC,
				    client_on_address, &found) < 0 ||
	       found;
}

static int client_run(struct dhcp_client *client, char error[DHCP_ERROR_SIZE])
{
	struct daemon *daemon = client->daemon;
	char path[PATH_MAX];
	int err = dhcp_program_find(daemon, client->family, &client->program, path, error);

	if (err == 0) {
		err = dhcp_command_make(daemon, client->program, path, client->interface,
					client->family, &client->settings, &daemon->dhcp->run,
					&client->release, error);
	}
	if (err == 0 && !client_can_ask(client)) {
		snprintf(client->error, sizeof(client->error),
			 "%s has no link-local address to ask from yet", client->interface);
		client_arm(client, DHCP_LOOK_US);
		return 0;
	}
	if (err == 0) {
		client->is_unit = dhcp_unit_usable();
		err = client_launch(client, error);
	}
	if (err < 0) {
		return err;
	}
	client->started_us = daemon_now_us();
	dhcp_client_watch(client);
	dhcp_save(client);
	interface_event(daemon, LOG_LEVEL_NOTICE, client->interface, "dhcp",
			"%s started for %s (process %d)", dhcp_program_name(client->program),
			client->family == AF_INET ? "IPv4" : "IPv6", (int)client->process.pid);
	return 0;
}

/* The time to start it again, or, on an old kernel, to look whether it lives. */
static int client_on_time(sd_event_source *source, uint64_t due_us, void *user)
{
	struct dhcp_client *client = user;
	char error[DHCP_ERROR_SIZE];

	(void)source;
	(void)due_us;
	if (client->process.pid != 0) {
		if (dhcp_process_lives(&client->process)) {
			client_arm(client, DHCP_LOOK_US);
		} else {
			client_ended(client);
		}
		return 0;
	}
	if (client_run(client, error) < 0) {
		if (strcmp(error, client->error) != 0) {
			interface_event(client->daemon, LOG_LEVEL_WARNING, client->interface,
					"dhcp", "%s", error);
		}
		memcpy(client->error, error, sizeof(client->error));
		client->failures++;
		client_arm(client, client_wait_us(client));
	}
	return 0;
}

struct dhcp_client *dhcp_client_new(struct daemon *daemon, const char *interface, int family,
				    const struct model_dhcp *settings)
{
	struct dhcp_client *client = calloc(1, sizeof(*client));

	if (!client) {
		return NULL;
	}
	client->daemon = daemon;
	client->family = family;
	client->settings = *settings;
	client->fd = -1;
	snprintf(client->interface, sizeof(client->interface), "%s", interface);
	if (sd_event_add_time(daemon->loop, &client->timer, CLOCK_MONOTONIC, UINT64_MAX, 0,
			      client_on_time, client) < 0) {
		free(client);
		return NULL;
	}
	sd_event_source_set_enabled(client->timer, SD_EVENT_OFF);
	sd_event_source_set_priority(client->timer, DAEMON_PRIORITY_API);
	client->next = daemon->dhcp->clients;
	daemon->dhcp->clients = client;
	return client;
}

/* --- the end ------------------------------------------------------------------------- */

struct dhcp_leased {
	int family;
	size_t count;
	struct netlink_address list[16];
};

/* What a client puts has an end; what a file asks for has none, and what the kernel made
 * of an advertisement is of a whole network. */
static int dhcp_on_leased(const struct netlink_address *address, void *context)
{
	struct dhcp_leased *leased = context;

	if (address->family == leased->family && !(address->flags & IFA_F_PERMANENT) &&
	    address->scope == RT_SCOPE_UNIVERSE &&
	    (address->family == AF_INET || address->prefix == 128) &&
	    leased->count < sizeof(leased->list) / sizeof(leased->list[0])) {
		leased->list[leased->count++] = *address;
	}
	return 0;
}

static void dhcp_remove_leased(struct daemon *daemon, const char *interface, int family)
{
	struct dhcp_leased leased = {.family = family};
	uint32_t ifindex = if_nametoindex(interface);

	if (ifindex == 0) {
		return;
	}
	(void)netlink_address_dump(daemon->netlink, ifindex, AF_UNSPEC, dhcp_on_leased,
				   &leased);
	for (size_t i = 0; i < leased.count; i++) {
		(void)netlink_address_delete(daemon->netlink, &leased.list[i]);
	}
}

/* Has the lease given back, where that is another process's work; it ends the client,
 * too. */
static void client_release(struct dhcp_client *client)
{
	struct dhcp_process process = {0};

	if (dhcp_process_spawn(&client->release, &process) < 0) {
		return;
	}
	if (!dhcp_process_await(client->daemon, &process, DHCP_RELEASE_WAIT_MS)) {
		kill(process.pid, SIGKILL);
		(void)dhcp_process_await(client->daemon, &process, DHCP_KILL_WAIT_MS);
	}
	(void)dhcp_process_reap(&process);
}

static void client_signal(struct dhcp_client *client, int signal)
{
	char unit[DHCP_UNIT_SIZE];

	if (!client->is_unit) {
		dhcp_process_signal(&client->process, signal);
		return;
	}
	dhcp_unit_name(client->interface, client->family, unit);
	(void)dhcp_unit_end(unit, signal);
	if (signal == 0) {
		dhcp_unit_await(client->daemon, unit, DHCP_RELEASE_WAIT_MS);
	}
}

static void client_end(struct dhcp_client *client)
{
	bool release = client->settings.release;
	int before = dhcp_program_signal(client->program, release);

	client_unwatch(client);
	if (!dhcp_process_lives(&client->process)) {
		(void)dhcp_process_reap(&client->process);
		return;
	}
	if (release && client->release.argc > 0 && !client->is_unit) {
		client_release(client);
	}
	if (before != 0 && dhcp_process_lives(&client->process)) {
		client_signal(client, before);
		(void)dhcp_process_await(client->daemon, &client->process,
					 DHCP_RELEASE_WAIT_MS);
	}
	/* A unit that is stopped runs the command that gives the lease back itself. */
	if (dhcp_process_lives(&client->process)) {
		client_signal(client, client->is_unit ? 0 : SIGTERM);
	}
	if (!dhcp_process_await(client->daemon, &client->process,
				release ? DHCP_RELEASE_WAIT_MS : DHCP_END_WAIT_MS)) {
		client_signal(client, SIGKILL);
		(void)dhcp_process_await(client->daemon, &client->process, DHCP_KILL_WAIT_MS);
	}
	(void)dhcp_process_reap(&client->process);
}

static void client_stop(struct dhcp_client *client)
{
	client_end(client);
	dhcp_remove_leased(client->daemon, client->interface, client->family);
	dhcp_command_forget(client->daemon, client->interface, client->family);
	dhcp_forget(client);
	interface_event(client->daemon, LOG_LEVEL_NOTICE, client->interface, "dhcp",
			"%s stopped", dhcp_program_name(client->program));
	client_free(client);
}

void dhcp_stop(struct daemon *daemon, const char *interface, int family)
{
	struct dhcp_client *client = dhcp_find(daemon, interface, family);

	if (client) {
		client_stop(client);
	}
}

void dhcp_stop_all(struct daemon *daemon, const char *interface)
{
	struct dhcp_client *next, *client = daemon->dhcp ? daemon->dhcp->clients : NULL;

	for (; client; client = next) {
		next = client->next;
		if (!interface || strcmp(client->interface, interface) == 0) {
			client_stop(client);
		}
	}
}

void dhcp_stop_parent(struct vlan_parent *parent)
{
	dhcp_stop_all(parent->daemon, parent->name);
	for (size_t i = 0; i < parent->vlan_count; i++) {
		dhcp_stop_all(parent->daemon, parent->vlans[i].name);
	}
}

bool dhcp_client_is_known(const char *name)
{
	enum dhcp_program program;

	return dhcp_program_parse(name, &program);
}

/* --- the rest -------------------------------------------------------------------------- */

int dhcp_start(struct daemon *daemon, const char *interface, int family,
	       const struct model_dhcp *dhcp, char error[DHCP_ERROR_SIZE])
{
	struct dhcp_client *client = dhcp_find(daemon, interface, family);
	int err;

	if (client && model_dhcp_equal(&client->settings, dhcp)) {
		return 0;
	}
	if (client) {
		client_stop(client);
	}
	client = dhcp_client_new(daemon, interface, family, dhcp);
	if (!client) {
		snprintf(error, DHCP_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	err = client_run(client, error);
	if (err < 0) {
		client_free(client);
	}
	return err;
}

bool dhcp_runs(const struct daemon *daemon, const char *interface, int family)
{
	return dhcp_find(daemon, interface, family) != NULL;
}

json_t *dhcp_json(const struct daemon *daemon, const char *interface)
{
	json_t *list = json_array();

	for (const struct dhcp_client *client = daemon->dhcp ? daemon->dhcp->clients : NULL;
	     client; client = client->next) {
		bool runs = client->process.pid != 0;

		if (interface && strcmp(client->interface, interface) != 0) {
			continue;
		}
		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s, s:o, s:s, s:o}", "interface",
				  client->interface, "family", dhcp_family_name(client->family),
				  "client", dhcp_program_name(client->program), "pid",
				  runs ? json_integer(client->process.pid) : json_null(),
				  "state", runs ? "running" : "waiting", "error",
				  runs || !client->error[0] ? json_null()
							    : json_text(client->error)));
	}
	return list;
}

void dhcp_on_link(struct daemon *daemon, const struct netlink_link *link)
{
	if (!link->carrier || !(link->flags & IFF_UP)) {
		return;
	}
	for (struct dhcp_client *client = daemon->dhcp ? daemon->dhcp->clients : NULL; client;
	     client = client->next) {
		if (strcmp(client->interface, link->name) == 0 && client->process.pid == 0 &&
		    daemon_now_us() - client->started_us > DHCP_WAIT_FIRST_US) {
			client->failures = 1;
			client_arm(client, 0);
		}
	}
}

void dhcp_on_link_gone(struct daemon *daemon, const struct netlink_link *link)
{
	/* Another may have its name by now, and that one's client is another's business. */
	if (if_nametoindex(link->name) == 0) {
		dhcp_stop_all(daemon, link->name);
	}
}

static bool dhcp_is_ours(const struct model_interface *applied,
			 const struct netlink_address *address)
{
	size_t size = address->family == AF_INET ? 4 : 16;

	for (size_t i = 0; i < applied->address_count; i++) {
		if (applied->addresses[i].family == address->family &&
		    applied->addresses[i].prefix == address->prefix &&
		    memcmp(applied->addresses[i].bytes, address->bytes, size) == 0) {
			return true;
		}
	}
	return false;
}

/* Before it asks for its first lease, dhclient's script removes all addresses of the
 * interface, for an aborted client's may be among them. Those that the files ask for are
 * put back. */
void dhcp_on_address_gone(struct daemon *daemon, const struct netlink_address *address)
{
	char name[IF_NAMESIZE];
	const struct dhcp_client *client;
	const struct model_interface *applied;
	struct netlink_address again = *address;

	if (!daemon->dhcp || !daemon->dhcp->clients ||
	    !if_indextoname(address->ifindex, name)) {
		return;
	}
	client = dhcp_find(daemon, name, address->family);
	if (!client || client->program != DHCP_PROGRAM_DHCLIENT ||
	    daemon_now_us() - client->started_us > DHCP_SCRIPT_US) {
		return;
	}
	applied = interface_applied(daemon, address->ifindex);
	if (!applied || !dhcp_is_ours(applied, address)) {
		return;
	}
	again.flags = 0;
	if (netlink_address_add(daemon->netlink, &again) == 0) {
		log_line(LOG_LEVEL_INFO, "%s an address that dhclient removed is put back",
			 name);
	}
}

/* --- the daemon's beginning and end ------------------------------------------------- */

/* How the lease is given back, which isn't kept. */
static void dhcp_remake_release(struct daemon *daemon)
{
	for (struct dhcp_client *client = daemon->dhcp->clients; client;
	     client = client->next) {
		char path[PATH_MAX], error[DHCP_ERROR_SIZE];
		enum dhcp_program program;

		if (dhcp_program_find(daemon, client->family, &program, path, error) == 0 &&
		    program == client->program) {
			(void)dhcp_command_make(daemon, program, path, client->interface,
						client->family, &client->settings,
						&daemon->dhcp->run, &client->release, error);
		}
	}
}

int dhcp_open(struct daemon *daemon)
{
	daemon->dhcp = calloc(1, sizeof(*daemon->dhcp));
	if (!daemon->dhcp) {
		return -ENOMEM;
	}
	dhcp_read_all(daemon);
	dhcp_remake_release(daemon);
	return 0;
}

void dhcp_close(struct daemon *daemon)
{
	if (!daemon->dhcp) {
		return;
	}
	for (struct dhcp_client *next, *client = daemon->dhcp->clients; client; client = next) {
		next = client->next;
		client_discard(client);
	}
	free(daemon->dhcp);
	daemon->dhcp = NULL;
}
