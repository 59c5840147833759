// SPDX-License-Identifier: BSD-2-Clause
/*
 * The simulator: two bonds joined by up to eight links, a third one that links
 * are crossed to by mistake, and everything that goes wrong with links and
 * daemons, for many hours of virtual time.
 *
 *	sim [--seed N] [--hours N] [--trace]
 *
 * A run is worlds, one after the other, each from a seed of its own; a world is
 * rounds, and a round is a time of faults, a time to settle, and a time of quiet:
 *
 *   faults  Links lose, double and reorder frames, are cut one way, lose carrier
 *	     at one end or both, are crossed; daemons die and come back; bonds go
 *	     down; speeds change. However bad it is: nobody goes on sending where
 *	     nobody takes it for longer than its timeout allows.
 *   settle  Everything is mended. All links must carry traffic, both ways.
 *   quiet   Only daemons are restarted. Nothing at all may change: no state that
 *	     a partner is told, no member that carries traffic.
 *
 * What must hold at every moment is checked in world.c. A failure prints the
 * world's seed; --seed with it runs that world first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world.h"

#define SECOND_MS 1000ULL
#define HOUR_MS	  (3600 * SECOND_MS)

#define SYSTEM_A  0
#define SYSTEM_B  1
#define SYSTEM_C  2

/* A long timeout, a short one, a slow period, and the wait for others twice;
 * with the updelay. */
#define SETTLE_MS (140 * SECOND_MS)

struct sim {
	struct world world;
	uint8_t links; /* between A and B, slot i to slot i */
	bool quiet;
	/* Since when a member sends where nobody takes it; 0: it doesn't. */
	time_ms lost_since[WORLD_SYSTEMS_MAX][BOND_MEMBERS_MAX];
	/* What a partner sees of each port, when the quiet began. */
	uint8_t actor_state[WORLD_SYSTEMS_MAX][BOND_MEMBERS_MAX];
	uint64_t rounds;
	uint64_t restarts;
};

/* One world at a time; the world's check has no other way to find it. */
static struct sim sim;

static time_ms timeout_ms(const struct world_system *self)
{
	return self->config.lacp.rate_fast ? LACP_SHORT_TIMEOUT_TIME_MS
					   : LACP_LONG_TIMEOUT_TIME_MS;
}

static bool end_takes(const struct world *world, const struct world_end *end)
{
	return end->wired && world->systems[end->system].receives[end->slot];
}

/* A link that works alone because nobody speaks LACP there. */
static bool without_partner(const struct world_system *self, uint8_t slot)
{
	return (self->bond.members[slot].lacp.actor.state & LACP_STATE_DEFAULTED) != 0;
}

/* Sending into the void: no longer than it takes to notice. */
static void check_lost(struct world *world, uint8_t system)
{
	struct world_system *self = &world->systems[system];

	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		time_ms *since = &sim.lost_since[system][slot];

		if (!self->running || !self->transmits[slot] || without_partner(self, slot) ||
		    end_takes(world, &self->ends[slot])) {
			*since = 0;
		} else if (*since == 0) {
			*since = world->now;
		} else if (world->now - *since > 2 * timeout_ms(self) + 5 * SECOND_MS) {
			world_fail(world, "%c.%u has sent into the void since %llu ms",
				   'A' + system, slot, (unsigned long long)*since);
		}
	}
}

static void check_quiet(struct world *world, uint8_t system)
{
	struct world_system *self = &world->systems[system];

	for (uint8_t slot = 0; slot < sim.links && system != SYSTEM_C; slot++) {
		uint8_t state = self->bond.members[slot].lacp.actor.state;

		if (!self->transmits[slot] || !self->receives[slot]) {
			world_fail(world, "%c.%u stopped carrying traffic: %s", 'A' + system,
				   slot, bond_reason_text(self->bond.members[slot].reason));
		}
		if (state != sim.actor_state[system][slot]) {
			world_fail(world, "%c.%u changed its flags from %02x to %02x",
				   'A' + system, slot, sim.actor_state[system][slot], state);
		}
	}
}

static void check(struct world *world, uint8_t system)
{
	for (uint8_t i = 0; i < WORLD_SYSTEMS_MAX; i++) {
		check_lost(world, i);
	}
	if (sim.quiet) {
		check_quiet(world, system);
	}
}

static uint64_t below(uint64_t limit)
{
	return world_random(&sim.world, limit);
}

static bool one_in(uint64_t n)
{
	return below(n) == 0;
}

/* Timeouts begin anew with the daemon, and so does what we expect of it. */
static void start(uint8_t system)
{
	memset(sim.lost_since[system], 0, sizeof(sim.lost_since[system]));
	world_start(&sim.world, system);
	sim.restarts++;
}

static void mend(void)
{
	struct world *world = &sim.world;

	world->loss_permille = 0;
	world->duplicate_permille = 0;
	world->reorder_permille = 0;
	for (uint8_t i = 0; i < WORLD_SYSTEMS_MAX; i++) {
		if (!world->systems[i].running) {
			start(i);
		}
		world_admin(world, i, true);
		for (uint8_t slot = 0; slot < sim.links; slot++) {
			world->systems[i].ends[slot] = (struct world_end){0};
		}
	}
	for (uint8_t slot = 0; slot < sim.links; slot++) {
		world_wire(world, SYSTEM_A, slot, SYSTEM_B, slot);
		for (uint8_t i = 0; i < WORLD_SYSTEMS_MAX; i++) {
			world_speed(world, i, slot, 10000, LINK_DUPLEX_FULL);
			world_carrier(world, i, slot, i != SYSTEM_C);
		}
	}
}

/* Mostly slow: a fast bond costs thirty times as much to simulate. */
static void world_make(uint64_t seed, bool trace)
{
	world_init(&sim.world, seed);
	sim.world.trace = trace;
	sim.quiet = false;
	memset(sim.lost_since, 0, sizeof(sim.lost_since));
	sim.links = (uint8_t)(1 + below(BOND_MEMBERS_MAX));
	for (uint8_t system = 0; system < WORLD_SYSTEMS_MAX; system++) {
		uint8_t mac[6] = {0x02, 0, 0, 0, (uint8_t)(0xa0 + system), 0};
		struct bond_config config = {
			.mode = BOND_MODE_8023AD,
			.placement =
				one_in(2) ? FLOW_PLACEMENT_RESILIENT : FLOW_PLACEMENT_KERNEL,
			.monitor = {.miimon_ms = 100},
			.lacp = {.active = system == SYSTEM_A || one_in(2),
				 .rate_fast = one_in(10),
				 .system_priority = (uint16_t)(1 + below(65535)),
				 .user_key = (uint16_t)below(1024)},
		};

		if (one_in(3)) {
			config.monitor.updelay_ms = (uint32_t)below(20) * 100;
			config.monitor.downdelay_ms = (uint32_t)below(20) * 100;
		}
		world_system_add(&sim.world, system, &config, mac);
		for (uint8_t slot = 0; slot < sim.links; slot++) {
			world_member_add(&sim.world, system, slot, 10000, LINK_DUPLEX_FULL);
		}
		world_admin(&sim.world, system, true);
	}
	sim.world.check = check;
	mend();
}

static void fault_link(uint8_t system, uint8_t slot)
{
	struct world *world = &sim.world;
	struct world_end *end = &world->systems[system].ends[slot];
	bool running = world->systems[system].running;

	switch (below(6)) {
	case 0:
		end->cut = !end->cut;
		break;
	case 1:
		world_carrier(world, system, slot, one_in(2));
		break;
	case 2:
		if (end->wired) {
			bool up = one_in(2);

			world_carrier(world, end->system, end->slot, up);
			world_carrier(world, system, slot, up);
		}
		break;
	case 3:
		world_wire(world, system, slot, (uint8_t)below(WORLD_SYSTEMS_MAX),
			   (uint8_t)below(sim.links));
		break;
	case 4:
		if (running) {
			world_speed(world, system, slot, one_in(2) ? 10000 : 1000,
				    one_in(8) ? LINK_DUPLEX_HALF : LINK_DUPLEX_FULL);
		}
		break;
	case 5:
		if (running) {
			world_member_remove(world, system, slot);
			world_member_add(world, system, slot, 10000, LINK_DUPLEX_FULL);
		}
		break;
	}
}

static void fault(void)
{
	struct world *world = &sim.world;
	uint8_t system = (uint8_t)below(WORLD_SYSTEMS_MAX);

	switch (below(8)) {
	case 0:
		world->loss_permille = one_in(2) ? 0 : (uint32_t)below(400);
		world->duplicate_permille = one_in(2) ? 0 : (uint32_t)below(200);
		world->reorder_permille = one_in(2) ? 0 : (uint32_t)below(200);
		break;
	case 1:
		if (world->systems[system].running) {
			world_stop(world, system);
		} else {
			start(system);
		}
		break;
	case 2:
		if (world->systems[system].running) {
			world_admin(world, system, !one_in(3));
		}
		break;
	default:
		fault_link(system, (uint8_t)below(sim.links));
		break;
	}
}

static void check_converged(void)
{
	for (uint8_t i = SYSTEM_A; i <= SYSTEM_B; i++) {
		const struct world_system *self = &sim.world.systems[i];

		for (uint8_t slot = 0; slot < sim.links; slot++) {
			if (!self->transmits[slot] || !self->receives[slot]) {
				world_fail(&sim.world, "%c.%u has not come back: %s", 'A' + i,
					   slot,
					   bond_reason_text(self->bond.members[slot].reason));
			}
			sim.actor_state[i][slot] = self->bond.members[slot].lacp.actor.state;
		}
		if (!bond_carrier(&self->bond)) {
			world_fail(&sim.world, "%c has no carrier", 'A' + i);
		}
	}
}

/* How long the daemon may be away without its partner missing it: the partner's
 * timeout, less the period in which it would have spoken next. */
static time_ms absence_ms(uint8_t system)
{
	const struct world_system *peer = &sim.world.systems[SYSTEM_A + SYSTEM_B - system];

	return peer->config.lacp.rate_fast ? 1 + below(1900) : 1 + below(59000);
}

static void quiet(time_ms until)
{
	struct world *world = &sim.world;

	sim.quiet = true;
	while (world->now < until) {
		uint8_t system = one_in(2) ? SYSTEM_A : SYSTEM_B;

		world_run(world, world->now + below(300 * SECOND_MS));
		world_stop(world, system);
		world_run(world, world->now + absence_ms(system));
		start(system);
		/* Time for the partner to hear from it again. */
		world_run(world, world->now + 31 * SECOND_MS);
	}
	sim.quiet = false;
}

static void round_run(void)
{
	struct world *world = &sim.world;
	time_ms until = world->now + 60 * SECOND_MS + below(540 * SECOND_MS);
	uint64_t pace_ms = one_in(2) ? 20 * SECOND_MS : 1 * SECOND_MS;

	while (world->now < until) {
		fault();
		world_run(world, world->now + below(pace_ms));
	}
	mend();
	world_run(world, world->now + SETTLE_MS);
	check_converged();
	quiet(world->now + below(HOUR_MS));
	sim.rounds++;
}

/* Returns how much virtual time went by. */
static time_ms world_play(uint64_t seed, time_ms for_ms, bool trace)
{
	time_ms began;

	printf("world %llu\n", (unsigned long long)seed);
	fflush(stdout);
	world_make(seed, trace);
	began = sim.world.now;
	while (sim.world.now - began < for_ms) {
		round_run();
	}
	return sim.world.now - began;
}

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long value = text == NULL ? 0 : strtoull(text, &end, 10);

	if (text == NULL || end == text || *end != '\0') {
		fprintf(stderr, "usage: sim [--seed N] [--hours N] [--trace]\n");
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	uint64_t seed = 1;
	uint64_t hours = 100;
	bool trace = false;
	time_ms played = 0;
	uint64_t events = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--seed") == 0) {
			seed = number(argv[++i]);
		} else if (strcmp(argv[i], "--hours") == 0) {
			hours = number(argv[++i]);
		} else if (strcmp(argv[i], "--trace") == 0) {
			trace = true;
		} else {
			number(NULL);
		}
	}
	while (played < hours * HOUR_MS) {
		played += world_play(seed++, 10 * HOUR_MS, trace);
		events += sim.world.events;
	}
	printf("%llu hours, %llu rounds, %llu restarts, %llu events: all is well\n",
	       (unsigned long long)(played / HOUR_MS), (unsigned long long)sim.rounds,
	       (unsigned long long)sim.restarts, (unsigned long long)events);
	return 0;
}
