/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the DHCP clients share.
 *
 *   dhcp.c          which clients run, and should; their ends
 *   dhcp_state.c    what is kept of them for the next daemon
 *   dhcp_command.c  which program there is, and what it is told
 *   dhcp_script.c   what udhcpc runs when the server has said something
 *   dhcp_process.c  starts, recognises and ends a process
 *   dhcp_unit.c     the same by systemd, where that runs the system
 */
#ifndef DAEMON_DHCP_INTERNAL_H
#define DAEMON_DHCP_INTERNAL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "daemon/dhcp.h"

struct daemon;

enum dhcp_program {
	DHCP_PROGRAM_DHCLIENT = 0,
	DHCP_PROGRAM_DHCPCD,
	DHCP_PROGRAM_UDHCPC,
	DHCP_PROGRAM_COUNT,
};

#define DHCP_WORDS_MAX	  40
#define DHCP_WORDS_SIZE	  4096
#define DHCP_UNIT_SIZE	  80
#define DHCP_COMMANDS_MAX 2

/* A command as execve() takes it, in memory of its own. */
struct dhcp_command {
	char *argv[DHCP_WORDS_MAX + 1]; /* [0] the path of the program; ends with NULL */
	char *env[DHCP_WORDS_MAX + 1];
	size_t argc, envc, used;
	bool overflow; /* some didn't fit */
	char text[DHCP_WORDS_SIZE];
};

/* A process that may not be our child, told from another with its id by when it began. */
struct dhcp_process {
	pid_t pid;		/* 0: none */
	uint64_t started_ticks; /* since the boot */
};

/* --- dhcp_command.c */

/* "dhclient", "dhcpcd", "udhcpc". */
const char *dhcp_program_name(enum dhcp_program program);
bool dhcp_program_parse(const char *name, enum dhcp_program *out);

/* The program for the family: that which the options ask for, or the first there is. 0,
 * or -errno with a sentence. */
int dhcp_program_find(const struct daemon *daemon, int family, enum dhcp_program *program,
		      char path[PATH_MAX], char error[DHCP_ERROR_SIZE]);

/* What it is told to run in the foreground, and, for a program that needs another process
 * to give its lease back, that command (else its argc is 0). Writes the files that these
 * refer to. 0, or -errno with a sentence. */
int dhcp_command_make(const struct daemon *daemon, enum dhcp_program program, const char *path,
		      const char *interface, int family, const struct model_dhcp *dhcp,
		      struct dhcp_command *run, struct dhcp_command *release,
		      char error[DHCP_ERROR_SIZE]);
/* The signals that end it, 0 for none before: with or without giving the lease back. */
int dhcp_program_signal(enum dhcp_program program, bool release);
/* Removes the files that dhcp_command_make() wrote, but leases. */
void dhcp_command_forget(const struct daemon *daemon, const char *interface, int family);

/* --- dhcp_script.c */

/* What udhcpc runs. It is told by the environment: PEERDNS and DEFROUTE "yes" or "no",
 * METRIC a number or nothing. */
extern const char dhcp_udhcpc_script[];

/* --- dhcp_process.c */

/* Starts it with nothing of ours open. 0 or -errno. */
int dhcp_process_spawn(const struct dhcp_command *command, struct dhcp_process *out);
/* When the process began; 0: there is none of that id. */
uint64_t dhcp_process_started(pid_t pid);
bool dhcp_process_lives(const struct dhcp_process *process);
/* A descriptor that is readable once it has ended, or -errno (-ENOSYS: before Linux 5.3;
 * -ESRCH: it has ended). */
int dhcp_process_open(const struct dhcp_process *process);
/* Never of another process that has its id by now, where the kernel can tell. */
void dhcp_process_signal(const struct dhcp_process *process, int signal);
/* Waits for its end, the bonds having their turns; false: it lives on. */
bool dhcp_process_await(struct daemon *daemon, const struct dhcp_process *process,
			unsigned int wait_ms);
/* Takes the end of a child note, if it is one: its exit code, 128 + the signal that ended
 * it, or -1 if that isn't known. */
int dhcp_process_reap(const struct dhcp_process *process);

/* --- dhcp_unit.c */

/* Whether this system is systemd's, and we are in its network namespace. */
bool dhcp_unit_usable(void);
/* Of the interface and family: "portchannel-dhcp-bond0.652.service". */
void dhcp_unit_name(const char *interface, int family, char out[DHCP_UNIT_SIZE]);
/* Starts the command as a unit of its own, which outlives us and has none of our limits;
 * release is run when it is stopped (NULL: none). 0, or -errno with a sentence. */
int dhcp_unit_start(const char *unit, const char *interface, const struct dhcp_command *run,
		    const struct dhcp_command *release, struct dhcp_process *out,
		    char error[DHCP_ERROR_SIZE]);
/* Has all processes of the unit get the signal; 0: has it stopped. 0 or -errno. */
int dhcp_unit_end(const char *unit, int signal);

/* Waits until it has, the bonds having their turns. */
void dhcp_unit_await(struct daemon *daemon, const char *unit, unsigned int wait_ms);

/* --- dhcp.c */

struct dhcp_client {
	struct daemon *daemon;
	struct dhcp_client *next;
	char interface[MODEL_NAME_SIZE];
	int family;
	struct model_dhcp settings;
	enum dhcp_program program;
	bool is_unit;
	struct dhcp_process process; /* pid 0: it waits to be started again */
	struct dhcp_command release; /* argc 0: it gives back its lease itself */
	uint64_t started_us;
	unsigned int failures;	     /* ends in a row */
	char error[DHCP_ERROR_SIZE]; /* of the last start, "" */
	int fd;
	sd_event_source *watch;
	sd_event_source *timer; /* the next start, or the next look */
};

struct dhcp {
	struct dhcp_client *clients;
	struct dhcp_command run; /* scratch of client_run() */
};

/* Lists one more; NULL: no memory. */
struct dhcp_client *dhcp_client_new(struct daemon *daemon, const char *interface, int family,
				    const struct model_dhcp *settings);
/* Hears of its process's end. */
void dhcp_client_watch(struct dhcp_client *client);

/* --- dhcp_state.c */

const char *dhcp_family_name(int family); /* "inet", "inet6" */
/* Writes what there is to be known of the client, and removes that. */
void dhcp_save(const struct dhcp_client *client);
void dhcp_forget(const struct dhcp_client *client);
/* Lists the clients of the former daemon that run still. */
void dhcp_read_all(struct daemon *daemon);

#endif
