/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon as a whole: what all its files share. One thread, one loop; every
 * function here is called from that loop.
 *
 *   main.c         options, lock, background
 *   loop.c         the loop, signals; notify.c what systemd is told
 *   apply*.c       files -> models -> plan; execute*.c the plan -> the running bonds
 *   observe.c      what runs, as a model
 *   transaction*.c changes confirmed, taken back, undone after a crash; history.c,
 *                  journal.c, store.c what they leave on the disk
 *   staged*.c      VLAN interfaces by command, vlan_request.c what is asked for
 *   bond_*.c       one running bond: core, data path, members, VLAN interfaces
 *   nic_*.c        a NIC that is no member and carries VLAN interfaces
 *   watch.c        what the kernel tells of interfaces; poll.c asks it
 *   state.c        what is kept for the next daemon; announce.c its first words
 *   api*.c         the socket for clients; status_*.c, explain.c what they see
 *   metrics*.c     numbers for Prometheus; recent.c the last minutes for the page
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "config/configuration.h"
#include "core/bond.h"
#include "daemon/events.h"
#include "daemon/peer.h"
#include "daemon/problems.h"
#include "daemon/recent.h"
#include "engine/engine.h"
#include "ifcfg/ifcfg.h"
#include "netlink/netlink.h"

struct address_late;
struct announcer;
struct api;
struct apply;
struct apply_files;
struct apply_waiter;
struct bond_runtime;
struct bond_state;
struct dhcp;
struct nic_runtime;
struct notify;
struct poll_group;
struct session_table;
struct staged;
struct transactions;

/* The loop's order: the smaller, the earlier. Frames come before deadlines so
 * that a late turn is never taken for a silent partner. */
enum daemon_priority {
	DAEMON_PRIORITY_LACP = -40,
	DAEMON_PRIORITY_CARRIER = -30,
	DAEMON_PRIORITY_DEADLINE = -20,
	DAEMON_PRIORITY_SIGNAL = 0,
	DAEMON_PRIORITY_API = 10,
	DAEMON_PRIORITY_SAVE = 20,
};

struct daemon_options {
	const char *config; /* folder of the ifcfg files */
	enum ifcfg_dialect dialect;
	const char *socket;
	const char *state; /* folder of what is kept until a reboot */
	const char *store; /* folder of what is kept for good */
	/* names or numbers */
	const char *console_group, *reader_group, *operator_group;
	unsigned int ticket_s, session_idle_s; /* session.h; 0: as usual */
	enum engine_carrier_read carrier_read;
	const char *dhcp_client; /* "dhclient", ...; NULL: whichever there is */
};

/* What the plan was that metrics tell of; metrics.c. */
struct metrics_plan {
	uint64_t made_us; /* 0: never */
	bool known;	  /* false: the files can't be read */
	size_t steps, drift;
};

struct daemon {
	struct daemon_options options;
	sd_event *loop;
	struct engine *engine;
	struct netlink *netlink;
	struct netlink_events *news;
	sd_event_source *news_source;
	sd_event_source *save_source;
	struct notify *notify;
	struct bond_runtime *bonds; /* in the order in which they were made */
	struct nic_runtime *nics;   /* that carry VLAN interfaces and are no members */
	struct bond_state *states;  /* of the former daemon; at the start only */
	uint64_t announced_us;	    /* announce.c */
	struct poll_group *polls;
	struct api *api;
	struct session_table *sessions; /* the console's */
	struct peer_groups groups;
	struct apply *apply;		      /* that is under way, or NULL */
	struct apply_files *files;	      /* apply_files.c: what they are of */
	struct config_texts texts;	      /* of the files that are in force */
	struct configurations configurations; /* the last that were read */
	struct apply_waiter *reloading;	      /* apply.c: for whom a reload is under way */
	struct apply_waiter *reload_waiters;  /* apply.c: and who wants the next */
	struct transactions *transactions;
	struct staged *staged;
	struct dhcp *dhcp;
	struct announcer *announcer; /* address_announce.c; NULL until it is needed */
	struct address_late *late;   /* address_late.c; likewise */
	struct problems problems;    /* of the last reading of the files */
	struct metrics_plan metrics_plan;
	time_t started;
	uint64_t latency_max_us; /* the longest that something due had to wait */
	uint64_t breathed_us;
	struct bond_actions actions; /* scratch of bond_runtime_input() */
	struct events events;
	struct recent recent;
};

/* Milliseconds and microseconds of the monotonic clock. */
time_ms daemon_now_ms(void);
uint64_t daemon_now_us(void);
/* Microseconds since the boot, those of sleep too. */
uint64_t daemon_boot_us(void);

/* Something that was due at due_us was begun only now. */
void daemon_note_latency(struct daemon *daemon, uint64_t due_us);

/* In the midst of long work: lets the bonds hear and speak if that is due. */
void daemon_breathe(struct daemon *daemon);

/* Writes down what has changed, when the loop has nothing better to do. */
void daemon_want_save(struct daemon *daemon);
/* Does it now. */
void daemon_save(struct daemon *daemon);

/* Runs until a signal ends it: 0 or -errno. ready_fd: a byte is written to it
 * once all is up, and it is closed; -1 for none. */
int daemon_run(const struct daemon_options *options, int ready_fd);

#endif
