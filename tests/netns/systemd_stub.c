/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of systemd's bus a DHCP client's unit needs, for tests: transient units that are
 * started, named, signalled and stopped (org.freedesktop.systemd1(5)). It is strict about
 * the types that systemd is strict about. Says "ready" when it has its name.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define UNITS_MAX 16
#define WORDS_MAX 64

struct unit {
	char name[128];
	char path[64];
	pid_t pid;
	pid_t stopping; /* runs the stop command, and then ends it */
	char **start, **stop, **env;
};

static struct unit units[UNITS_MAX];

static bool is_alive(pid_t pid)
{
	return pid > 0 && kill(pid, 0) == 0;
}

static bool unit_is_there(const struct unit *unit)
{
	return is_alive(unit->pid) || is_alive(unit->stopping);
}

static struct unit *unit_find(const char *name)
{
	for (size_t i = 0; i < UNITS_MAX; i++) {
		if (unit_is_there(&units[i]) && strcmp(units[i].name, name) == 0) {
			return &units[i];
		}
	}
	return NULL;
}

static pid_t unit_exec(char **argv, char **env)
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		setsid();
		for (int fd = 0; fd < 3; fd++) {
			dup2(null, fd);
		}
		execve(argv[0], argv, env);
		_exit(203);
	}
	return pid;
}

/* "v" with "a(sasb)" of one command. */
static int command_read(sd_bus_message *m, char ***out)
{
	const char *path;
	int ignore, err = sd_bus_message_enter_container(m, 'v', "a(sasb)");

	err = err < 0 ? err : sd_bus_message_enter_container(m, 'a', "(sasb)");
	err = err < 0 ? err : sd_bus_message_enter_container(m, 'r', "sasb");
	err = err < 0 ? err : sd_bus_message_read(m, "s", &path);
	err = err < 0 ? err : sd_bus_message_read_strv(m, out);
	err = err < 0 ? err : sd_bus_message_read(m, "b", &ignore);
	for (int i = 0; i < 3; i++) {
		err = err < 0 ? err : sd_bus_message_exit_container(m);
	}
	return err;
}

static int property_read(sd_bus_message *m, struct unit *unit)
{
	static const char *const texts[] = {"Description", "Type", "CollectMode"};
	const char *name, *text;
	uint64_t number;
	int err = sd_bus_message_read(m, "s", &name);

	if (err < 0) {
		return err;
	}
	if (strcmp(name, "ExecStart") == 0) {
		return command_read(m, &unit->start);
	}
	if (strcmp(name, "ExecStop") == 0) {
		return command_read(m, &unit->stop);
	}
	if (strcmp(name, "Environment") == 0) {
		err = sd_bus_message_enter_container(m, 'v', "as");
		err = err < 0 ? err : sd_bus_message_read_strv(m, &unit->env);
		return err < 0 ? err : sd_bus_message_exit_container(m);
	}
	if (strcmp(name, "TimeoutStopUSec") == 0) {
		return sd_bus_message_read(m, "v", "t", &number);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(name, texts[i]) == 0) {
			return sd_bus_message_read(m, "v", "s", &text);
		}
	}
	return -EINVAL;
}

static int on_start(sd_bus_message *m, void *user, sd_bus_error *error)
{
	struct unit *unit = units;
	const char *name, *mode;
	int err = sd_bus_message_read(m, "ss", &name, &mode);

	(void)user;
	if (err >= 0 && unit_find(name)) {
		return sd_bus_error_setf(error, "org.freedesktop.systemd1.UnitExists",
					 "Unit %s was already loaded.", name);
	}
	while (unit_is_there(unit)) {
		unit++;
	}
	memset(unit, 0, sizeof(*unit));
	snprintf(unit->name, sizeof(unit->name), "%s", err < 0 ? "" : name);
	snprintf(unit->path, sizeof(unit->path), "/org/freedesktop/systemd1/unit/u%d",
		 (int)(unit - units));
	err = err < 0 ? err : sd_bus_message_enter_container(m, 'a', "(sv)");
	while (err >= 0 && (err = sd_bus_message_enter_container(m, 'r', "sv")) > 0) {
		err = property_read(m, unit);
		err = err < 0 ? err : sd_bus_message_exit_container(m);
	}
	err = err < 0 ? err : sd_bus_message_exit_container(m);
	err = err < 0 ? err : sd_bus_message_skip(m, "a(sa(sv))");
	if (err < 0 || !unit->start) {
		return err < 0 ? err : -EINVAL;
	}
	unit->pid = unit_exec(unit->start, unit->env);
	return sd_bus_reply_method_return(m, "o", "/org/freedesktop/systemd1/job/1");
}

static int on_get(sd_bus_message *m, void *user, sd_bus_error *error)
{
	struct unit *unit;
	const char *name;
	int err = sd_bus_message_read(m, "s", &name);

	(void)user;
	unit = err < 0 ? NULL : unit_find(name);
	if (!unit) {
		return sd_bus_error_setf(error, "org.freedesktop.systemd1.NoSuchUnit",
					 "Unit not loaded.");
	}
	return sd_bus_reply_method_return(m, "o", unit->path);
}

static int on_stop(sd_bus_message *m, void *user, sd_bus_error *error)
{
	const char *name, *mode;
	struct unit *unit;
	int err = sd_bus_message_read(m, "ss", &name, &mode);

	(void)user;
	unit = err < 0 ? NULL : unit_find(name);
	if (!unit) {
		return sd_bus_error_setf(error, "org.freedesktop.systemd1.NoSuchUnit",
					 "Unit not loaded.");
	}
	unit->stopping = fork();
	if (unit->stopping == 0) {
		if (unit->stop) {
			waitpid(unit_exec(unit->stop, unit->env), NULL, 0);
		}
		kill(unit->pid, SIGTERM);
		_exit(0);
	}
	return sd_bus_reply_method_return(m, "o", "/org/freedesktop/systemd1/job/2");
}

static int on_kill(sd_bus_message *m, void *user, sd_bus_error *error)
{
	const char *name, *who;
	struct unit *unit;
	int number, err = sd_bus_message_read(m, "ssi", &name, &who, &number);

	(void)user;
	unit = err < 0 ? NULL : unit_find(name);
	if (!unit) {
		return sd_bus_error_setf(error, "org.freedesktop.systemd1.NoSuchUnit",
					 "Unit not loaded.");
	}
	kill(unit->pid, number);
	return sd_bus_reply_method_return(m, "");
}

static int get_main_pid(sd_bus *bus, const char *path, const char *interface,
			const char *property, sd_bus_message *reply, void *user,
			sd_bus_error *error)
{
	(void)bus;
	(void)interface;
	(void)property;
	(void)user;
	(void)error;
	for (size_t i = 0; i < UNITS_MAX; i++) {
		if (strcmp(units[i].path, path) == 0) {
			return sd_bus_message_append(reply, "u", (uint32_t)units[i].pid);
		}
	}
	return -ENOENT;
}

static int get_active_state(sd_bus *bus, const char *path, const char *interface,
			    const char *property, sd_bus_message *reply, void *user,
			    sd_bus_error *error)
{
	(void)bus;
	(void)interface;
	(void)property;
	(void)user;
	(void)error;
	for (size_t i = 0; i < UNITS_MAX; i++) {
		if (strcmp(units[i].path, path) == 0) {
			return sd_bus_message_append(reply, "s",
						     is_alive(units[i].stopping)
							     ? "deactivating"
						     : is_alive(units[i].pid) ? "active"
									      : "inactive");
		}
	}
	return -ENOENT;
}

static int find_unit(sd_bus *bus, const char *path, const char *interface, void *user,
		     void **found, sd_bus_error *error)
{
	(void)bus;
	(void)interface;
	(void)error;
	*found = user;
	return strstr(path, "/unit/u") != NULL;
}

static const sd_bus_vtable manager[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("StartTransientUnit", "ssa(sv)a(sa(sv))", "o", on_start,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("GetUnit", "s", "o", on_get, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("StopUnit", "ss", "o", on_stop, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("KillUnit", "ssi", "", on_kill, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END};

static const sd_bus_vtable service[] = {SD_BUS_VTABLE_START(0),
					SD_BUS_PROPERTY("MainPID", "u", get_main_pid, 0, 0),
					SD_BUS_VTABLE_END};

static const sd_bus_vtable unit_table[] = {
	SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("ActiveState", "s", get_active_state, 0, 0),
	SD_BUS_VTABLE_END};

int main(void)
{
	sd_bus *bus = NULL;
	int err = sd_bus_open_system(&bus);

	err = err < 0 ? err
		      : sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/systemd1",
						 "org.freedesktop.systemd1.Manager", manager,
						 NULL);
	err = err < 0 ? err
		      : sd_bus_add_fallback_vtable(bus, NULL, "/org/freedesktop/systemd1/unit",
						   "org.freedesktop.systemd1.Service", service,
						   find_unit, NULL);
	err = err < 0 ? err
		      : sd_bus_add_fallback_vtable(bus, NULL, "/org/freedesktop/systemd1/unit",
						   "org.freedesktop.systemd1.Unit", unit_table,
						   find_unit, NULL);
	err = err < 0 ? err : sd_bus_request_name(bus, "org.freedesktop.systemd1", 0);
	if (err < 0) {
		fprintf(stderr, "no bus: %s\n", strerror(-err));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0) {
		}
		if (sd_bus_process(bus, NULL) == 0) {
			(void)sd_bus_wait(bus, 100000);
		}
	}
}
