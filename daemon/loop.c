/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop that everything runs in, and signals.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/address_late.h"
#include "daemon/address_probe.h"
#include "daemon/announce.h"
#include "daemon/api.h"
#include "daemon/apply.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/log.h"
#include "daemon/nic_runtime.h"
#include "daemon/notify.h"
#include "daemon/poll.h"
#include "daemon/session.h"
#include "daemon/staged.h"
#include "daemon/state.h"
#include "daemon/transaction.h"
#include "daemon/watch.h"

/* Long work lets LACP have its turn about this often. */
#define DAEMON_BREATH_INTERVAL_US 20000

static uint64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t daemon_now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

uint64_t daemon_boot_us(void)
{
	return clock_us(CLOCK_BOOTTIME);
}

time_ms daemon_now_ms(void)
{
	return daemon_now_us() / 1000;
}

void daemon_note_latency(struct daemon *daemon, uint64_t due_us)
{
	uint64_t now_us = daemon_now_us();

	if (now_us > due_us && now_us - due_us > daemon->latency_max_us) {
		daemon->latency_max_us = now_us - due_us;
	}
}

void daemon_breathe(struct daemon *daemon)
{
	uint64_t now_us = daemon_now_us();

	if (now_us - daemon->breathed_us < DAEMON_BREATH_INTERVAL_US) {
		return;
	}
	daemon->breathed_us = now_us;
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		if (bond->deadline_at != TIME_NEVER && bond->deadline_at * 1000 <= now_us) {
			daemon_note_latency(daemon, bond->deadline_at * 1000);
		}
		bond_runtime_tick(bond);
	}
	poll_breathe(daemon);
	announce_states(daemon);
	notify_alive(daemon->notify);
}

void daemon_want_save(struct daemon *daemon)
{
	sd_event_source_set_enabled(daemon->save_source, SD_EVENT_ONESHOT);
}

void daemon_save(struct daemon *daemon)
{
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		if (bond->parent.save_wanted) {
			state_write(bond);
		}
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		if (nic->parent.save_wanted) {
			nic_state_write(nic);
		}
	}
}

static int daemon_on_save(sd_event_source *source, void *user)
{
	(void)source;
	daemon_save(user);
	return 0;
}

static void daemon_notify_status(struct daemon *daemon, const char *first)
{
	size_t bonds = 0, up = 0;

	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		bonds++;
		up += bond_carrier(&bond->core);
	}
	notify_send(daemon->notify, "%sSTATUS=%zu of %zu bonds up, %zu problems in the files",
		    first, up, bonds, daemon->problems.count);
}

static void daemon_on_reloaded(const struct apply_result *result, void *user)
{
	struct daemon *daemon = user;

	transactions_note(daemon, NULL, "reload", result->texts);
	daemon_notify_status(daemon, "READY=1\n");
}

/* SIGHUP: read the files again. */
static int daemon_on_hangup(sd_event_source *source, const struct signalfd_siginfo *info,
			    void *user)
{
	struct daemon *daemon = user;

	(void)source;
	(void)info;
	notify_send(daemon->notify, "RELOADING=1\nMONOTONIC_USEC=%llu",
		    (unsigned long long)daemon_now_us());
	if (apply_reload(daemon, daemon_on_reloaded, daemon) < 0) {
		daemon_notify_status(daemon, "READY=1\n");
	}
	return 0;
}

/* SIGTERM, SIGINT: end, and leave the data path as it is. */
static int daemon_on_end(sd_event_source *source, const struct signalfd_siginfo *info,
			 void *user)
{
	struct daemon *daemon = user;

	(void)source;
	log_line(LOG_LEVEL_NOTICE, "ending on %s, the data path goes on",
		 strsignal((int)info->ssi_signo));
	return sd_event_exit(daemon->loop, 0);
}

static int daemon_add_sources(struct daemon *daemon)
{
	static const struct {
		int signal;
		sd_event_signal_handler_t handler;
	} signals[] = {
		{SIGHUP, daemon_on_hangup}, {SIGTERM, daemon_on_end}, {SIGINT, daemon_on_end}};
	sigset_t set;
	int err;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaddset(&set, signals[i].signal);
	}
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) {
		return -errno;
	}
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		err = sd_event_add_signal(daemon->loop, NULL, signals[i].signal,
					  signals[i].handler, daemon);
		if (err < 0) {
			return err;
		}
	}
	err = sd_event_add_defer(daemon->loop, &daemon->save_source, daemon_on_save, daemon);
	if (err < 0) {
		return err;
	}
	sd_event_source_set_enabled(daemon->save_source, SD_EVENT_OFF);
	sd_event_source_set_priority(daemon->save_source, DAEMON_PRIORITY_SAVE);
	err = notify_open(daemon->loop, &daemon->notify);
	if (err < 0) {
		log_line(LOG_LEVEL_WARNING, "the service manager can't be told anything: %s",
			 strerror(-err));
	}
	return 0;
}

static gid_t daemon_find_group(const char *name, const char *may)
{
	gid_t group = peer_group_find(name);

	if (group == PEER_GROUP_NONE) {
		log_line(LOG_LEVEL_INFO, "there is no group %s: none but root %s", name, may);
	}
	return group;
}

static void daemon_find_groups(struct daemon *daemon)
{
	daemon->groups.operators =
		daemon_find_group(daemon->options.operator_group, "may change things");
	daemon->groups.consoles = peer_group_find(daemon->options.console_group);
	daemon->groups.readers = daemon_find_group(daemon->options.reader_group,
						   "and operators may look at the bonds");
}

static int daemon_open(struct daemon *daemon)
{
	char api_error[API_SOCKET_ERROR_SIZE];
	struct engine_error error;
	int err = sd_event_default(&daemon->loop);

	if (err < 0) {
		return err;
	}
	err = daemon_add_sources(daemon);
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "the event loop can't be set up: %s", strerror(-err));
		return err;
	}
	err = netlink_open(&daemon->netlink);
	if (err == 0) {
		err = watch_open(daemon);
	}
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "no netlink socket: %s", strerror(-err));
		return err;
	}
	/* Before anything that takes long. */
	daemon->states = state_read_all(daemon->options.state);
	announce_states(daemon);
	err = engine_open(daemon->options.carrier_read, &daemon->engine, &error);
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s", error.text);
		return err;
	}
	daemon_find_groups(daemon);
	daemon->sessions =
		session_table_new(daemon->options.ticket_s, daemon->options.session_idle_s);
	if (!daemon->sessions) {
		return -ENOMEM;
	}
	err = staged_open(daemon);
	if (err == 0) {
		err = transactions_open(daemon);
	}
	if (err == 0) {
		err = dhcp_open(daemon);
	}
	if (err == 0) {
		address_late_open(daemon);
	}
	if (err == 0) {
		err = recent_open(daemon);
	}
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return err;
	}
	err = api_open(daemon, daemon->options.socket, &daemon->api, api_error);
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s", api_error);
	}
	return err;
}

static void daemon_close(struct daemon *daemon)
{
	api_close(daemon->api);
	recent_close(daemon);
	apply_close(daemon);
	transactions_close(daemon);
	staged_close(daemon);
	configurations_free(&daemon->configurations);
	dhcp_close(daemon);
	while (daemon->bonds) {
		struct bond_runtime *bond = daemon->bonds;

		state_write(bond);
		daemon->bonds = bond->next;
		bond_runtime_free(bond);
	}
	while (daemon->nics) {
		nic_state_write(daemon->nics);
		nic_runtime_free(daemon->nics);
	}
	poll_free(daemon);
	address_close(daemon);
	watch_close(daemon);
	if (daemon->engine) {
		engine_close(daemon->engine);
	}
	if (daemon->netlink) {
		netlink_close(daemon->netlink);
	}
	state_free(daemon->states);
	problems_free(&daemon->problems);
	session_table_free(daemon->sessions);
	notify_close(daemon->notify);
	sd_event_source_disable_unref(daemon->save_source);
	sd_event_unref(daemon->loop);
}

static void daemon_tell_ready(struct daemon *daemon, int ready_fd)
{
	size_t count = 0;

	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		count++;
	}
	log_line(LOG_LEVEL_NOTICE, "ready: %zu bonds, %zu problems in %s", count,
		 daemon->problems.count, daemon->options.config);
	daemon_notify_status(daemon, "READY=1\n");
	if (ready_fd >= 0) {
		(void)!write(ready_fd, "1", 1);
		close(ready_fd);
	}
}

/* Members and VLAN interfaces of bonds that somebody deleted while no daemon ran, and
 * that no file has any more: with programs that lead nowhere such a NIC is deaf until it
 * is let go. What belongs to a bond that runs isn't touched, whoever runs it. */
static void daemon_release_strays(struct daemon *daemon)
{
	struct engine_error error;
	size_t count = 0;

	if (engine_strays_release(daemon->engine, &count, &error) < 0) {
		log_line(LOG_LEVEL_WARNING, "%s", error.text);
	}
	if (count > 0) {
		log_line(LOG_LEVEL_NOTICE,
			 "%zu interfaces of bonds that were gone already restored or removed",
			 count);
	}
}

int daemon_run(const struct daemon_options *options, int ready_fd)
{
	struct daemon *daemon = calloc(1, sizeof(*daemon));
	int err;

	if (!daemon) {
		return -ENOMEM;
	}
	daemon->options = *options;
	daemon->started = time(NULL);
	events_init(&daemon->events);
	err = daemon_open(daemon);
	if (err == 0) {
		log_line(LOG_LEVEL_NOTICE,
			 "portchanneld " PORTCHANNEL_VERSION " reads %s, carrier is read %s",
			 options->config,
			 engine_reads_carrier(daemon->engine) ? "in the transmit program"
							      : "by polling and events only");
		apply_start(daemon);
		transactions_note(daemon, NULL, "start",
				  daemon->texts.folder ? &daemon->texts : NULL);
		daemon_tell_ready(daemon, ready_fd);
		daemon_release_strays(daemon);
		transactions_give_back(daemon);
		err = sd_event_loop(daemon->loop);
		notify_send(daemon->notify, "STOPPING=1");
	}
	daemon_close(daemon);
	free(daemon);
	return err;
}
