/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bond: what ties link monitor, LACP, selection and bucket table together.
 *
 * This is the whole interface of core/. Events and the time go in, actions come
 * out; nothing here does I/O, reads a clock, allocates or logs. The daemon and
 * the simulator drive it with the same two functions:
 *
 *	bond_input(&bond, &event, now, &actions);
 *	deadline = bond_next_deadline(&bond);
 *
 * Members are named by slot, 0 to BOND_MEMBERS_MAX - 1. The caller chooses the
 * slot and keeps it for as long as the member belongs to the bond. The order
 * in which members joined (not the slot) is the order of the hash's pick.
 */
#ifndef CORE_BOND_H
#define CORE_BOND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/bond_types.h"
#include "core/bucket_table.h"
#include "core/lacp.h"
#include "core/link_monitor.h"
#include "core/time.h"

struct bond_config {
	enum bond_mode mode; /* balance-xor or 802.3ad */
	enum flow_placement placement;
	uint32_t min_links; /* fewer usable members: no carrier; 0 acts as 1 */
	struct link_monitor_config monitor;
	struct lacp_config lacp; /* used in 802.3ad only */
};

enum bond_event_type {
	BOND_EVENT_TIME = 0,	 /* nothing but the time */
	BOND_EVENT_CONFIGURE,	 /* .config; only what differs takes effect */
	BOND_EVENT_ADMIN,	 /* .up: the bond's own device set up or down */
	BOND_EVENT_ADDRESS,	 /* .mac: the bond's MAC address changed */
	BOND_EVENT_MEMBER_ADDED, /* .slot, .member */
	/* .slot: it is about to be removed. Nothing is sent over it any more, and LACP
	 * tells the partner; what the partner still sends is taken. */
	BOND_EVENT_MEMBER_LEAVING,
	BOND_EVENT_MEMBER_REMOVED, /* .slot; may yield a last frame for it */
	BOND_EVENT_CARRIER,	   /* .slot, .up: what the link reports now */
	BOND_EVENT_SPEED,	   /* .slot, .member.speed_mbps and .duplex */
	BOND_EVENT_FRAME,	   /* .slot, .frame: a slow-protocols frame */
};

struct bond_member_info {
	uint16_t port;	     /* Actor_Port_Number, 1 to 65535, unique in the bond */
	uint8_t mac[6];	     /* the source address of the member's LACPDUs */
	uint32_t speed_mbps; /* 0: unknown */
	enum link_duplex duplex;
	bool carrier;
};

struct bond_event {
	enum bond_event_type type;
	uint8_t slot;
	bool up;
	uint8_t mac[6];
	struct bond_member_info member;
	const struct bond_config *config;
	/* The whole Ethernet frame, destination address first; .size bytes. */
	const uint8_t *frame;
	size_t frame_size;
};

/* Why a member carries no traffic; the words: bond_reason_text(). */
enum bond_reason {
	BOND_REASON_NONE = 0,  /* it does carry traffic */
	BOND_REASON_ABSENT,    /* no such member */
	BOND_REASON_LEAVING,   /* it is being taken out of the bond */
	BOND_REASON_BOND_DOWN, /* the bond's device is set down */
	BOND_REASON_NO_CARRIER,
	BOND_REASON_UPDELAY,	    /* carrier is back, updelay runs */
	BOND_REASON_NO_LACPDU,	    /* nothing heard from a partner */
	BOND_REASON_LACPDU_EXPIRED, /* the partner has fallen silent */
	BOND_REASON_OTHER_PARTNER,  /* another partner system than the bundle's */
	BOND_REASON_WRONG_KEY,	    /* partner's key differs from the bundle's */
	BOND_REASON_SPEED_DIFFERS,  /* speed differs from the bundle's */
	BOND_REASON_HALF_DUPLEX,
	BOND_REASON_PARTNER_NOT_AGGREGATABLE,
	BOND_REASON_PARTNER_OUT_OF_SYNC,
	BOND_REASON_PARTNER_NOT_COLLECTING,
	BOND_REASON_LOOPED,		/* the partner is this very bond */
	BOND_REASON_WAITING,		/* the mux's wait-while timer runs */
	BOND_REASON_INDIVIDUAL_STANDBY, /* another link carries traffic alone */
	BOND_REASON_COUNT,
};

/* A slow-protocols frame to send on a member, complete, without FCS. */
#define BOND_FRAME_SIZE 124
#define BOND_FRAMES_MAX (BOND_MEMBERS_MAX * 4)

struct bond_frame {
	uint8_t slot;
	uint8_t size;
	uint8_t data[BOND_FRAME_SIZE];
};

/* What a note tells; from and to are values of the machine's own enum. */
enum bond_note_type {
	BOND_NOTE_LINK = 0,	 /* enum link_state */
	BOND_NOTE_RECEIVE,	 /* enum lacp_receive_state */
	BOND_NOTE_PERIODIC,	 /* enum lacp_periodic_state */
	BOND_NOTE_MUX,		 /* enum lacp_mux_state */
	BOND_NOTE_SELECTED,	 /* enum lacp_selected */
	BOND_NOTE_PARTNER,	 /* the partner's information changed */
	BOND_NOTE_REASON,	 /* enum bond_reason of the member */
	BOND_NOTE_CARRIER,	 /* the bond's carrier: 0 or 1 */
	BOND_NOTE_AGGREGATOR,	 /* the bundle (its LAG ID) changed */
	BOND_NOTE_ACTOR_CHURN,	 /* enum lacp_churn_state */
	BOND_NOTE_PARTNER_CHURN, /* enum lacp_churn_state */
	BOND_NOTE_COUNT,
};

#define BOND_NOTES_MAX 128

struct bond_note {
	enum bond_note_type type;
	uint8_t slot; /* BOND_NO_MEMBER: the bond itself */
	uint8_t from;
	uint8_t to;
};

struct bond_actions {
	size_t frame_count;
	struct bond_frame frames[BOND_FRAMES_MAX];
	/* The buckets, the carrier of the bond, or a member's transmitting or
	 * receiving changed: publish bond->table, bond_carrier(), and
	 * bond_member_transmits()/_receives() of each slot. */
	bool publish;
	/* Something that bond_save() keeps has changed. */
	bool save;
	size_t note_count;
	uint32_t notes_lost; /* notes that didn't fit */
	struct bond_note notes[BOND_NOTES_MAX];
};

struct bond_member {
	bool present;
	bool leaving;
	bool leaving_receives; /* as it did when it began to leave */
	uint32_t joined;       /* ascending in the order in which members joined */
	struct bond_member_info info;
	struct link_monitor monitor;
	struct lacp_port lacp;
	enum bond_reason reason;
	uint32_t link_failures; /* carrier lost, after downdelay */
};

struct bond {
	struct bond_config config;
	bool admin_up;
	bool carrier;
	uint8_t mac[6];
	uint32_t joined_next;
	struct lacp_system lacp; /* what all ports share; core/lacp.h */
	struct bond_member members[BOND_MEMBERS_MAX];
	struct bucket_table table;
};

/* A bond without members, admin down. The config must have passed the model's
 * validation; a value out of range is a programmer's error. */
void bond_init(struct bond *bond, const struct bond_config *config, const uint8_t mac[6]);

/*
 * Takes one event at the time now, which never goes back, and steps all
 * machines until nothing changes. *out is overwritten, never appended to.
 *
 * Timers run out in BOND_EVENT_TIME only. A caller that was held up hands over
 * the frames that wait in its sockets first and the time last, so that being
 * late is never taken for a silent partner.
 */
void bond_input(struct bond *bond, const struct bond_event *event, time_ms now,
		struct bond_actions *out);

/* When bond_input wants BOND_EVENT_TIME next, TIME_NEVER if never. */
time_ms bond_next_deadline(const struct bond *bond);

/* Whether the data path may send on, or take frames from, the member. */
bool bond_member_transmits(const struct bond *bond, uint8_t slot);
bool bond_member_receives(const struct bond *bond, uint8_t slot);

/* Of one that is leaving: whether nothing more is to be expected on it, because the
 * partner has said so or there is none. Without LACP nobody says so. */
bool bond_member_has_left(const struct bond *bond, uint8_t slot);

/* Whether the bond has carrier: at least max(min_links, 1) usable members. */
bool bond_carrier(const struct bond *bond);

const char *bond_reason_name(enum bond_reason reason); /* snake_case, "none" */
/* Words for people: lower case, no full stop, never NULL. */
const char *bond_reason_text(enum bond_reason reason);
const char *bond_note_name(enum bond_note_type type); /* snake_case */
/* The state's name in the standard's spelling, for a note's from or to. */
const char *bond_note_state_name(enum bond_note_type type, uint8_t state);

/*
 * What survives a restart of the daemon. bond_save fills *out; bond_restore,
 * called after bond_init and after the members were added with their present
 * carrier, but before the first BOND_EVENT_ADMIN (so that no port has begun to
 * speak), goes on from there: the partner sees no change of state. Whether the
 * bond was up is restored too; tell the present BOND_EVENT_ADMIN afterwards.
 * What was saved is checked: a value that cannot be is left out, never believed.
 * Deadlines are kept as time left, the time between saving and restoring counts
 * by the caller's clock; a clock that has gone back counts for nothing. Members are
 * matched by port and partner information is kept only where carrier never went
 * away in between, as far as can be known.
 */
struct bond_saved_member {
	uint8_t present; /* flags are 0 or 1 */
	uint16_t port;
	uint32_t joined;
	uint32_t link_failures;
	uint8_t link_up;
	struct lacp_port_saved lacp;
};

struct bond_saved {
	time_ms saved_at;
	uint8_t admin_up;
	uint32_t joined_next;
	struct lacp_system_saved lacp;
	struct bond_saved_member members[BOND_MEMBERS_MAX];
	struct bucket_table table;
};

void bond_save(const struct bond *bond, time_ms now, struct bond_saved *out);
void bond_restore(struct bond *bond, const struct bond_saved *saved, time_ms now,
		  struct bond_actions *out);

/*
 * What a daemon that has just been started may send on a saved member long before it
 * has found everything that it needs for bond_restore: what the partner heard last,
 * once more, so that it doesn't lose patience. mac: the source address. Notes the
 * sending in *saved. False: the member has nothing to say, or may not yet.
 */
bool bond_saved_speak(struct bond_saved *saved, uint8_t slot, const uint8_t mac[6], time_ms now,
		      struct bond_frame *out);

#endif
