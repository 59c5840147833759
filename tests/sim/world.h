/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A world of bonds joined by links, in virtual time: what the scenarios and the
 * simulator run in. It drives each bond with bond_input and bond_next_deadline
 * as the daemon does, carries the frames, and loses, doubles, delays or misroutes
 * them as told. Everything comes from the seed: a run repeats exactly.
 */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/bond.h"

#define WORLD_SYSTEMS_MAX 3
#define WORLD_FRAMES_MAX  512
#define WORLD_DELAY_MS	  1

/* One end of a link: where its frames come out. */
struct world_end {
	bool wired;
	uint8_t system;
	uint8_t slot;
	bool cut; /* what is sent here is lost; carrier stays */
};

struct world_system {
	bool used;
	bool running; /* false: its daemon is stopped */
	struct bond_config config;
	bool admin_up;
	uint8_t mac[6];
	struct bond bond;
	struct world_end ends[BOND_MEMBERS_MAX];
	/* What the daemon last wrote down. */
	struct bond_saved saved;
	/* What the data path was last told; it goes on without the daemon. */
	bool transmits[BOND_MEMBERS_MAX];
	bool receives[BOND_MEMBERS_MAX];
	/* When the last LACPDUs were sent, a ring. */
	time_ms sent_at[BOND_MEMBERS_MAX][LACP_TRANSMIT_LIMIT];
	uint64_t sent[BOND_MEMBERS_MAX];
};

struct world_frame {
	time_ms at;
	uint64_t order; /* of two at the same time the earlier sent */
	uint8_t system;
	uint8_t slot;
	uint8_t size;
	uint8_t data[BOND_FRAME_SIZE];
};

struct world {
	time_ms now;
	uint64_t random;
	uint64_t events;
	uint64_t frames_sent;
	uint32_t loss_permille;
	uint32_t duplicate_permille;
	uint32_t reorder_permille;
	bool trace; /* print every note and LACPDU */
	bool bad_frames_allowed;
	struct world_system systems[WORLD_SYSTEMS_MAX];
	size_t frame_count; /* in flight, in no order */
	struct world_frame frames[WORLD_FRAMES_MAX];
	/* Called after every event of a system; may be NULL. */
	void (*check)(struct world *world, uint8_t system);
};

void world_init(struct world *world, uint64_t seed);
uint64_t world_random(struct world *world, uint64_t below);

void world_system_add(struct world *world, uint8_t system, const struct bond_config *config,
		      const uint8_t mac[6]);
void world_configure(struct world *world, uint8_t system, const struct bond_config *config);
void world_admin(struct world *world, uint8_t system, bool up);
void world_member_add(struct world *world, uint8_t system, uint8_t slot, uint32_t speed_mbps,
		      enum link_duplex duplex);
void world_member_leave(struct world *world, uint8_t system, uint8_t slot);
void world_member_remove(struct world *world, uint8_t system, uint8_t slot);
void world_speed(struct world *world, uint8_t system, uint8_t slot, uint32_t speed_mbps,
		 enum link_duplex duplex);
void world_carrier(struct world *world, uint8_t system, uint8_t slot, bool up);
void world_frame(struct world *world, uint8_t system, uint8_t slot, const uint8_t *data,
		 uint8_t size);
/* Any other event, at the present time. */
void world_event(struct world *world, uint8_t system, const struct bond_event *event);
/* Joins two ends, and parts each from what it was joined to. An end may be
 * joined to itself. Carrier is not touched. */
void world_wire(struct world *world, uint8_t a, uint8_t a_slot, uint8_t b, uint8_t b_slot);

/* The daemon stops as by kill -9; and starts again from what was saved. */
void world_stop(struct world *world, uint8_t system);
void world_start(struct world *world, uint8_t system);

/* Lets time pass, to that time. */
void world_run(struct world *world, time_ms until);

/* Ends the process after printing the time and what is wrong, as by printf. */
void world_fail(const struct world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif
