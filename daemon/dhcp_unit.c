/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A DHCP client as a transient unit of systemd's. Our own unit has few rights and a file
 * system that is read-only, which a client and the scripts that it runs can't live with,
 * and no rights should be added for their sake; besides, what is started in our unit ends
 * with it. Source of the calls: org.freedesktop.systemd1(5), systemd.service(5).
 *
 * The calls wait for systemd's answer, which takes milliseconds, and no longer than LACP
 * can do without us.
 */
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/dhcp_internal.h"

#define UNIT_TIMEOUT_US 900000ULL
#define UNIT_TRIES	50
#define UNIT_TRY_US	10000

static const char unit_service[] = "org.freedesktop.systemd1";
static const char unit_path[] = "/org/freedesktop/systemd1";
static const char unit_manager[] = "org.freedesktop.systemd1.Manager";

bool dhcp_unit_usable(void)
{
	struct stat ours, systemds;

	if (sd_booted() <= 0) {
		return false;
	}
	/* Where that can't be looked at, we have been started with few rights: by it. */
	if (stat("/proc/self/ns/net", &ours) < 0 || stat("/proc/1/ns/net", &systemds) < 0) {
		return true;
	}
	return ours.st_ino == systemds.st_ino && ours.st_dev == systemds.st_dev;
}

void dhcp_unit_name(const char *interface, int family, char out[DHCP_UNIT_SIZE])
{
	size_t used = (size_t)snprintf(out, DHCP_UNIT_SIZE, "portchannel-dhcp%s-",
				       family == AF_INET6 ? "6" : "");

	/* As systemd-escape(1) has it; a name has 15 bytes at most. */
	for (; *interface; interface++) {
		unsigned char c = (unsigned char)*interface;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':';

		used += (size_t)snprintf(out + used, DHCP_UNIT_SIZE - used,
					 plain ? "%c" : "\\x%02x", c);
	}
	snprintf(out + used, DHCP_UNIT_SIZE - used, ".service");
}

/* The library gives a bus a minute and a half to greet us; LACP doesn't. */
static int unit_await_bus(sd_bus *bus)
{
	uint64_t end_us = daemon_now_us() + UNIT_TIMEOUT_US;
	int err = 0;

	while (err >= 0 && (err = sd_bus_is_ready(bus)) == 0) {
		uint64_t now_us = daemon_now_us();

		if (now_us >= end_us) {
			return -ETIMEDOUT;
		}
		err = sd_bus_process(bus, NULL);
		if (err == 0) {
			err = sd_bus_wait(bus, end_us - now_us);
		}
	}
	return err < 0 ? err : 0;
}

static int unit_bus(sd_bus **out, char error[DHCP_ERROR_SIZE])
{
	sd_bus *bus = NULL;
	int err = sd_bus_open_system(&bus);

	if (err >= 0) {
		err = unit_await_bus(bus);
	}
	if (err < 0) {
		snprintf(error, DHCP_ERROR_SIZE, "the system's bus can't be reached: %s",
			 strerror(-err));
		sd_bus_close_unref(bus);
		return err;
	}
	(void)sd_bus_set_method_call_timeout(bus, UNIT_TIMEOUT_US);
	*out = bus;
	return 0;
}

/* One property that is a list with one command: a(sasb). */
static int unit_append_command(sd_bus_message *message, const char *property,
			       const struct dhcp_command *command)
{
	int err = sd_bus_message_open_container(message, 'r', "sv");

	err = err < 0 ? err : sd_bus_message_append(message, "s", property);
	err = err < 0 ? err : sd_bus_message_open_container(message, 'v', "a(sasb)");
	err = err < 0 ? err : sd_bus_message_open_container(message, 'a', "(sasb)");
	err = err < 0 ? err : sd_bus_message_open_container(message, 'r', "sasb");
	err = err < 0 ? err : sd_bus_message_append(message, "s", command->argv[0]);
	err = err < 0 ? err : sd_bus_message_append_strv(message, (char **)command->argv);
	err = err < 0 ? err : sd_bus_message_append(message, "b", false);
	for (int i = 0; i < 4; i++) {
		err = err < 0 ? err : sd_bus_message_close_container(message);
	}
	return err;
}

static int unit_append_env(sd_bus_message *message, const struct dhcp_command *command)
{
	int err = sd_bus_message_open_container(message, 'r', "sv");

	err = err < 0 ? err : sd_bus_message_append(message, "s", "Environment");
	err = err < 0 ? err : sd_bus_message_open_container(message, 'v', "as");
	err = err < 0 ? err : sd_bus_message_append_strv(message, (char **)command->env);
	err = err < 0 ? err : sd_bus_message_close_container(message);
	return err < 0 ? err : sd_bus_message_close_container(message);
}

static int unit_fill(sd_bus_message *message, const char *unit, const char *interface,
		     const struct dhcp_command *run, const struct dhcp_command *release)
{
	char description[64];
	int err;

	snprintf(description, sizeof(description), "DHCP client of %s", interface);
	err = sd_bus_message_append(message, "ss", unit, "replace");
	err = err < 0 ? err : sd_bus_message_open_container(message, 'a', "(sv)");
	err = err < 0 ? err
		      : sd_bus_message_append(message, "(sv)(sv)(sv)(sv)", "Description", "s",
					      description, "Type", "s", "simple", "CollectMode",
					      "s", "inactive-or-failed", "TimeoutStopUSec", "t",
					      (uint64_t)5000000);
	err = err < 0 ? err : unit_append_command(message, "ExecStart", run);
	err = err < 0 ? err : unit_append_env(message, run);
	if (release) {
		err = err < 0 ? err : unit_append_command(message, "ExecStop", release);
	}
	err = err < 0 ? err : sd_bus_message_close_container(message);
	return err < 0 ? err : sd_bus_message_append(message, "a(sa(sv))", 0);
}

/* Its object's path; valid as long as *answer. */
static int unit_object(sd_bus *bus, const char *unit, sd_bus_message **answer, const char **out)
{
	int err = sd_bus_call_method(bus, unit_service, unit_path, unit_manager, "GetUnit",
				     NULL, answer, "s", unit);

	return err < 0 ? err : sd_bus_message_read(*answer, "o", out);
}

static int unit_main_pid(sd_bus *bus, const char *unit, uint32_t *pid)
{
	sd_bus_message *answer = NULL;
	const char *object;
	int err = unit_object(bus, unit, &answer, &object);

	if (err >= 0) {
		err = sd_bus_get_property_trivial(bus, unit_service, object,
						  "org.freedesktop.systemd1.Service", "MainPID",
						  NULL, 'u', pid);
	}
	sd_bus_message_unref(answer);
	return err < 0 ? err : 0;
}

/* Whether anything of it runs, the command that gives the lease back included. */
static bool unit_is_there(sd_bus *bus, const char *unit)
{
	sd_bus_message *answer = NULL;
	const char *object;
	char *state = NULL;
	bool there;
	int err = unit_object(bus, unit, &answer, &object);

	if (err >= 0) {
		err = sd_bus_get_property_string(bus, unit_service, object,
						 "org.freedesktop.systemd1.Unit", "ActiveState",
						 NULL, &state);
	}
	there = err == -ETIMEDOUT ||
		(err >= 0 && strcmp(state, "inactive") != 0 && strcmp(state, "failed") != 0);
	free(state);
	sd_bus_message_unref(answer);
	return there;
}

void dhcp_unit_await(struct daemon *daemon, const char *unit, unsigned int wait_ms)
{
	uint64_t end_us = daemon_now_us() + wait_ms * 1000ULL;
	char error[DHCP_ERROR_SIZE];
	sd_bus *bus = NULL;

	if (unit_bus(&bus, error) < 0) {
		return;
	}
	while (unit_is_there(bus, unit) && daemon_now_us() < end_us) {
		usleep(UNIT_TRY_US);
		daemon_breathe(daemon);
	}
	sd_bus_close_unref(bus);
}

/* The job has been taken, and is done a moment later. */
static int unit_await_pid(sd_bus *bus, const char *unit, struct dhcp_process *out)
{
	uint32_t pid = 0;
	int err = 0;

	for (int i = 0; i < UNIT_TRIES; i++) {
		err = unit_main_pid(bus, unit, &pid);
		if (err == 0 && pid != 0) {
			out->pid = (pid_t)pid;
			out->started_ticks = dhcp_process_started(out->pid);
			return 0;
		}
		usleep(UNIT_TRY_US);
	}
	return err < 0 ? err : -ESRCH;
}

int dhcp_unit_start(const char *unit, const char *interface, const struct dhcp_command *run,
		    const struct dhcp_command *release, struct dhcp_process *out,
		    char error[DHCP_ERROR_SIZE])
{
	sd_bus_error refused = SD_BUS_ERROR_NULL;
	sd_bus_message *message = NULL;
	sd_bus *bus = NULL;
	int err;

	if (run->overflow || (release && release->overflow)) {
		snprintf(error, DHCP_ERROR_SIZE, "the command is too long");
		return -E2BIG;
	}
	err = unit_bus(&bus, error);
	if (err < 0) {
		return err;
	}
	err = sd_bus_message_new_method_call(bus, &message, unit_service, unit_path,
					     unit_manager, "StartTransientUnit");
	if (err >= 0) {
		err = unit_fill(message, unit, interface, run, release);
	}
	if (err >= 0) {
		err = sd_bus_call(bus, message, UNIT_TIMEOUT_US, &refused, NULL);
	}
	if (err >= 0) {
		err = unit_await_pid(bus, unit, out);
	}
	if (err < 0) {
		snprintf(error, DHCP_ERROR_SIZE, "systemd can't start %s: %s", unit,
			 refused.message ? refused.message : strerror(-err));
	}
	sd_bus_error_free(&refused);
	sd_bus_message_unref(message);
	sd_bus_close_unref(bus);
	return err < 0 ? err : 0;
}

int dhcp_unit_end(const char *unit, int signal)
{
	char error[DHCP_ERROR_SIZE];
	sd_bus *bus = NULL;
	int err = unit_bus(&bus, error);

	if (err < 0) {
		return err;
	}
	if (signal) {
		err = sd_bus_call_method(bus, unit_service, unit_path, unit_manager, "KillUnit",
					 NULL, NULL, "ssi", unit, "all", signal);
	} else {
		err = sd_bus_call_method(bus, unit_service, unit_path, unit_manager, "StopUnit",
					 NULL, NULL, "ss", unit, "replace");
	}
	sd_bus_close_unref(bus);
	return err < 0 ? err : 0;
}
