/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One running bond: its core, its data path, its members and VLAN interfaces,
 * and what has been done for it that has to be undone some day.
 *
 *   bond_runtime.c  events into the core, its actions carried out
 *   bond_start.c    from nothing, or from what a former daemon left, to running
 *   bond_member.c   members in and out, their carrier and speed
 *   bond_socket.c   LACPDUs in and out
 *   vlan_parent.c   what VLAN interfaces need of it, vlan_change.c these themselves
 *   bond_change.c   from one configuration to another, and the end
 *   bond_note.c     what the core notes, in words
 */
#ifndef DAEMON_BOND_RUNTIME_H
#define DAEMON_BOND_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "core/bond.h"
#include "daemon/recent.h"
#include "daemon/vlan_parent.h"
#include "daemon/wanted.h"
#include "engine/engine.h"
#include "netlink/netlink.h"

struct bond_state;
struct daemon;

#define BOND_NAME_SIZE 16

/* A slot of the bond and the NIC in it. wanted "" is a free slot. */
struct bond_runtime_member {
	struct bond_runtime *bond;
	uint8_t slot;
	char wanted[BOND_NAME_SIZE]; /* its name in the files */
	char name[BOND_NAME_SIZE];   /* what it's called now */
	uint32_t ifindex;	     /* 0: no such NIC, or it was refused */
	struct engine_member_saved saved;
	bool carrier; /* as last told to the core */
	bool promiscuous;
	/* Why the NIC that is there was not taken in; "": it wasn't refused. */
	char refused[ENGINE_ERROR_SIZE];
	uint32_t refused_ifindex;
	uint32_t refused_master; /* what it belonged to then */
	/* Its machines' notes since it was given the slot, by enum bond_note_type. */
	uint64_t transitions[BOND_NOTE_COUNT];
	bool touched; /* watch.c: there is news of it */
	bool gone;    /* watch.c: it was deleted, or moved away */
};

struct bond_runtime {
	struct daemon *daemon;
	struct bond_runtime *next;
	char name[BOND_NAME_SIZE];
	struct wanted *wanted;
	struct engine_bond *path;
	uint32_t ifindex;
	struct bond core;
	sd_event_source *deadline;
	time_ms deadline_at; /* for which the source is armed, TIME_NEVER for none */
	int socket;	     /* of the members' LACPDUs, -1 for none */
	sd_event_source *socket_source;
	struct bond_runtime_member members[BOND_MEMBERS_MAX];
	uint64_t repaired_us;		      /* when it was last put right */
	uint64_t followed_us;		      /* when poll.c last had a look at the bond */
	char follow_error[ENGINE_ERROR_SIZE]; /* said already; "" none */
	char repair_error[ENGINE_ERROR_SIZE]; /* likewise */
	char start_error[ENGINE_ERROR_SIZE];  /* what couldn't be set when it was made */
	struct vlan_parent parent;	      /* of its VLAN interfaces */
	/* For metrics, since the daemon's start: notes of the bond itself; how often flows
	 * of a lost member went to others; buckets that changed their member. */
	uint64_t transitions[BOND_NOTE_COUNT];
	uint64_t failovers, buckets_moved;
	struct recent_bond recent;
	struct bucket_table published; /* as the data path was told last */
	bool carrier_known;	       /* carrier_set is what the data path shows */
	bool carrier_set;
	/* Taken over without saved state: what runs is left alone until the
	 * core has something better, or hold_source has had enough. */
	bool held;
	sd_event_source *hold_source;
	int save_error; /* of the last attempt, -errno */
	bool touched;	/* watch.c: there is news of the device or something on it */
	bool news_lost; /* watch.c: of which VLAN interfaces there was news isn't known */
	bool gone;	/* watch.c: the device was deleted */
};

/* --- bond_runtime.c */

/* An empty one, not yet in the daemon's list; NULL: no memory. Takes wanted. */
struct bond_runtime *bond_runtime_new(struct daemon *daemon, struct wanted *wanted);
/* Forgets it. The data path goes on without us. */
void bond_runtime_free(struct bond_runtime *bond);
struct bond_runtime *bond_runtime_find(struct daemon *daemon, const char *name);

/* The core's configuration out of the options. */
void bond_runtime_config(const struct model_bond_options *options, struct bond_config *out);

/* Hands the event to the core and carries out what it wants. */
void bond_runtime_input(struct bond_runtime *bond, const struct bond_event *event);
/* Carries out what is in daemon->actions. */
void bond_runtime_act(struct bond_runtime *bond);
/* Makes the data path be as the core wants it. */
void bond_runtime_publish(struct bond_runtime *bond);
/* Arms the timer for the core's next deadline. */
void bond_runtime_arm(struct bond_runtime *bond);
/* Lets time pass: frames that wait first, then the deadline, if it is due. */
void bond_runtime_tick(struct bond_runtime *bond);
void bond_runtime_want_save(struct bond_runtime *bond);
/* Ends the time in which what was found running is left alone. */
void bond_runtime_release_hold(struct bond_runtime *bond);

/* Follows what somebody did to the device: its address, MTU, promiscuity. */
void bond_runtime_follow(struct bond_runtime *bond, enum engine_follow follow);
/* Puts right what somebody did to what is ours alone: hubs, programs, members. */
void bond_runtime_repair(struct bond_runtime *bond);
/* Takes the device's being set up or down to the core. */
void bond_runtime_check_admin(struct bond_runtime *bond);

/* Adds an event of this bond; member may be NULL. In the log too. */
void bond_runtime_event(struct bond_runtime *bond, const char *name, const char *member,
			const char *format, ...) __attribute__((format(printf, 4, 5)));

/* --- bond_note.c */

void bond_runtime_note(struct bond_runtime *bond, const struct bond_note *note);

/* --- bond_start.c */

/* Makes the bond, with its IPv6 settings, sets it up if it is to be, and puts it into the
 * daemon's list; nothing is on it yet. What turns out to run under the name, and be ours,
 * is taken over as it is. 0, or -errno with error filled and nothing left behind. */
int bond_runtime_make(struct daemon *daemon, const struct model_bond *wanted,
		      struct engine_error *error);
/* Takes over what runs under the name. state is what a former daemon kept of it; NULL for
 * none: it's then taken for what wanted says, which may be NULL with state. Changes
 * nothing of what runs. */
int bond_runtime_take_over(struct daemon *daemon, const struct model_bond *wanted,
			   struct bond_state *state, struct engine_error *error);

/* --- bond_member.c */

/* The slot of the member with that name in the files, or a free one with make,
 * or BOND_NO_MEMBER. */
uint8_t bond_runtime_slot(struct bond_runtime *bond, const char *wanted, bool make);
/* Gives that free slot the name. */
void bond_runtime_slot_take(struct bond_runtime *bond, uint8_t slot, const char *wanted);
/* The slot that holds the NIC, or BOND_NO_MEMBER. */
uint8_t bond_member_find(const struct bond_runtime *bond, uint32_t ifindex);
/* Takes the NIC into the empty slot. Quietly: the core is told, but what it wants
 * isn't done yet (at a takeover). */
void bond_member_take_in(struct bond_runtime *bond, uint8_t slot,
			 const struct netlink_link *link, bool quietly);
/* Lets the NIC go if the files now say that it's another one (HWADDR). */
void bond_member_verify(struct bond_runtime *bond, uint8_t slot);
/* Lets the NIC go if somebody made it a bridge's or the like. */
void bond_member_check_master(struct bond_runtime *bond, uint8_t slot);
/* Looks for the NIC of a slot and takes it in if it's there; one that was
 * renamed since makes place for the one that has the name now, if the files go by
 * the name. */
void bond_member_look(struct bond_runtime *bond, uint8_t slot);
/* Whether it is the slot's NIC, or might be the one that the slot waits for. */
bool bond_member_awaits(const struct bond_runtime_member *member,
			const struct netlink_link *link);
/* Looks again for the NICs that are not there or were refused, whatever the reason
 * was. */
void bond_members_retry(struct bond_runtime *bond);
/* Lets the NIC go and restores it; the slot stays wanted. why is for the log. 0, or -errno:
 * not all of it could be restored, as the log says. */
int bond_member_let_go(struct bond_runtime *bond, uint8_t slot, const char *why);
/* The same of one that works, so that no packet is lost: its flows are moved to the
 * others first, by the partner too. Takes some 20 ms, up to 1.5 s if the partner doesn't
 * answer; LACP has its turns meanwhile, this bond's as well as others'. */
int bond_member_leave(struct bond_runtime *bond, uint8_t slot, const char *why);
/* Takes what the link reports now to the core, where it differs. */
void bond_member_check_carrier(struct bond_runtime *bond, uint8_t slot);
void bond_member_check_speed(struct bond_runtime *bond, uint8_t slot);

/* --- bond_socket.c */

/* Has LACPDUs of the member come in, the first one opening the socket. 0 or
 * -errno. */
int bond_socket_join(struct bond_runtime *bond, uint8_t slot);
/* Of this member no more. */
void bond_socket_leave(struct bond_runtime *bond, uint8_t slot);
void bond_socket_close(struct bond_runtime *bond);
/* Takes frames that wait to the core, a bounded number. */
void bond_socket_receive(struct bond_runtime *bond);
void bond_socket_send(struct bond_runtime *bond, const struct bond_frame *frame);

/* --- bond_change.c */

/* What the engine has to know of a configuration; before may be NULL. */
void bond_runtime_spec(const struct model_bond *wanted, const struct model_bond *before,
		       struct engine_bond_spec *out);
/* MTU, MAC, policy, hook: 0, or -errno with error filled in and nothing changed. */
int bond_change_device(struct bond_runtime *bond, const struct model_bond *before,
		       const struct model_bond *wanted, struct engine_error *error);
/* The address alone. */
int bond_change_mac(struct bond_runtime *bond, const uint8_t mac[6],
		    struct engine_error *error);
/* The core's: mode, LACP, monitoring. 0, or -errno with nothing changed: LACPDUs can't be
 * had. */
int bond_change_options(struct bond_runtime *bond, const struct model_bond_options *options);
/* What was applied to it is this now, which is taken. */
void bond_runtime_set_wanted(struct bond_runtime *bond, struct wanted *wanted);
/* Removes the data path, restores the members, forgets the saved state, takes
 * it out of the daemon's list and frees it. */
void bond_runtime_remove(struct bond_runtime *bond, const char *why);

#endif
