// SPDX-License-Identifier: BSD-2-Clause
/*
 * The world of tests/sim/world.h. It also holds what must be true at every
 * moment of any run: the buckets name members that transmit, evenly; no port
 * sends more LACPDUs than allowed; no frame that a bond makes is bad to another.
 */
#include "tests/sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REORDER_DELAY_MS 900

void world_fail(const struct world *world, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "at %llu.%03llu s: ", (unsigned long long)world->now / 1000,
		(unsigned long long)world->now % 1000);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

/* xorshift64*, Vigna 2016. */
uint64_t world_random(struct world *world, uint64_t below)
{
	world->random ^= world->random >> 12;
	world->random ^= world->random << 25;
	world->random ^= world->random >> 27;
	return (world->random * 0x2545f4914f6cdd1dULL >> 11) % below;
}

void world_init(struct world *world, uint64_t seed)
{
	memset(world, 0, sizeof(*world));
	world->random = seed * 0x9e3779b97f4a7c15ULL + 0x123456789abcdefULL;
	if (world->random == 0) {
		world->random = 1;
	}
	/* Far from 0, so that nothing rests on the clock's beginning. */
	world->now = 1000000;
}

static bool permille(struct world *world, uint32_t share)
{
	return share > 0 && world_random(world, 1000) < share;
}

static void frame_queue(struct world *world, const struct world_end *end, const uint8_t *data,
			uint8_t size)
{
	time_ms delay = WORLD_DELAY_MS;
	struct world_frame *frame;

	if (permille(world, world->reorder_permille)) {
		delay += world_random(world, REORDER_DELAY_MS);
	}
	if (world->frame_count == WORLD_FRAMES_MAX) {
		world_fail(world, "more than %d frames in flight", WORLD_FRAMES_MAX);
	}
	frame = &world->frames[world->frame_count++];
	frame->at = world->now + delay;
	frame->order = world->frames_sent;
	frame->system = end->system;
	frame->slot = end->slot;
	frame->size = size;
	memcpy(frame->data, data, size);
}

/* No more than the limit in any fast periodic time. */
static void check_rate(struct world *world, struct world_system *from,
		       const struct bond_frame *frame)
{
	time_ms *oldest =
		&from->sent_at[frame->slot][from->sent[frame->slot] % LACP_TRANSMIT_LIMIT];

	if (frame->data[14] != 1) {
		return;
	}
	if (*oldest != 0 && world->now - *oldest < LACP_FAST_PERIODIC_TIME_MS) {
		world_fail(world, "member %u sends its %dth LACPDU within a second",
			   frame->slot, LACP_TRANSMIT_LIMIT + 1);
	}
	*oldest = world->now;
	from->sent[frame->slot]++;
}

static void frame_send(struct world *world, struct world_system *from,
		       const struct bond_frame *frame)
{
	const struct world_end *end = &from->ends[frame->slot];

	if (world->trace && frame->data[14] == 1) {
		printf("%llu %c.%u sends %02x, partner %02x\n", (unsigned long long)world->now,
		       'A' + (int)(from - world->systems), frame->slot, frame->data[32],
		       frame->data[52]);
	}
	check_rate(world, from, frame);
	world->frames_sent++;
	if (!end->wired || end->cut ||
	    (from->bond.members[frame->slot].present &&
	     !from->bond.members[frame->slot].info.carrier) ||
	    permille(world, world->loss_permille)) {
		return;
	}
	frame_queue(world, end, frame->data, frame->size);
	if (permille(world, world->duplicate_permille)) {
		frame_queue(world, end, frame->data, frame->size);
	}
}

static void check_table(struct world *world, const struct bond *bond)
{
	uint32_t held[BOND_MEMBERS_MAX] = {0};
	uint32_t usable = 0;

	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		uint8_t slot = bond->table.slot[i];
		uint8_t backup = bond->table.backup[i];

		if (slot != BOND_NO_MEMBER) {
			held[slot]++;
		}
		if (backup != BOND_NO_MEMBER &&
		    (backup == slot || !bond_member_transmits(bond, backup))) {
			world_fail(world, "bucket %zu of slot %u has backup %u", i, slot,
				   backup);
		}
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		usable += bond_member_transmits(bond, slot) ? 1 : 0;
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		uint32_t share = bond_member_transmits(bond, slot) ? BOND_BUCKETS / usable : 0;

		if (held[slot] != share) {
			world_fail(world, "slot %u holds %u buckets, not %u", slot, held[slot],
				   share);
		}
	}
}

static void check_members(struct world *world, const struct bond *bond)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const struct bond_member *member = &bond->members[slot];

		if (member->lacp.counters.lacpdus_bad != 0 && !world->bad_frames_allowed) {
			world_fail(world, "slot %u counts a bad LACPDU", slot);
		}
		if ((member->reason == BOND_REASON_NONE) != bond_member_transmits(bond, slot)) {
			world_fail(world, "slot %u: reason \"%s\", but transmits is %d", slot,
				   bond_reason_text(member->reason),
				   bond_member_transmits(bond, slot));
		}
	}
	if (bond_next_deadline(bond) < world->now) {
		world_fail(world, "a deadline has been missed");
	}
}

static void print_notes(const struct world *world, uint8_t system,
			const struct bond_actions *out)
{
	for (size_t i = 0; i < out->note_count; i++) {
		const struct bond_note *note = &out->notes[i];

		printf("%llu %c.%u %s %s -> %s\n", (unsigned long long)world->now, 'A' + system,
		       note->slot, bond_note_name(note->type),
		       bond_note_state_name(note->type, note->from),
		       bond_note_state_name(note->type, note->to));
	}
}

/* What the daemon does with the actions. */
static void carry_out(struct world *world, uint8_t system, const struct bond_actions *out)
{
	struct world_system *self = &world->systems[system];

	world->events++;
	if (world->trace) {
		print_notes(world, system, out);
	}
	for (size_t i = 0; i < out->frame_count; i++) {
		frame_send(world, self, &out->frames[i]);
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		bool transmits = bond_member_transmits(&self->bond, slot);
		bool receives = bond_member_receives(&self->bond, slot);

		if (!out->publish &&
		    (transmits != self->transmits[slot] || receives != self->receives[slot])) {
			world_fail(world, "slot %u changed unpublished", slot);
		}
		self->transmits[slot] = transmits;
		self->receives[slot] = receives;
	}
	if (out->publish) {
		check_table(world, &self->bond);
	}
	if (out->notes_lost > 0) {
		world_fail(world, "%u notes lost", out->notes_lost);
	}
	check_members(world, &self->bond);
	if (out->save) {
		bond_save(&self->bond, world->now, &self->saved);
	}
	if (world->check != NULL) {
		world->check(world, system);
	}
}

void world_event(struct world *world, uint8_t system, const struct bond_event *event)
{
	struct bond_actions out;

	bond_input(&world->systems[system].bond, event, world->now, &out);
	carry_out(world, system, &out);
}

void world_system_add(struct world *world, uint8_t system, const struct bond_config *config,
		      const uint8_t mac[6])
{
	struct world_system *self = &world->systems[system];

	memset(self, 0, sizeof(*self));
	self->used = true;
	self->running = true;
	self->config = *config;
	memcpy(self->mac, mac, sizeof(self->mac));
	bond_init(&self->bond, config, mac);
}

void world_configure(struct world *world, uint8_t system, const struct bond_config *config)
{
	struct bond_event event = {.type = BOND_EVENT_CONFIGURE, .config = config};

	world->systems[system].config = *config;
	world_event(world, system, &event);
}

void world_admin(struct world *world, uint8_t system, bool up)
{
	struct bond_event event = {.type = BOND_EVENT_ADMIN, .up = up};

	world->systems[system].admin_up = up;
	world_event(world, system, &event);
}

void world_member_add(struct world *world, uint8_t system, uint8_t slot, uint32_t speed_mbps,
		      enum link_duplex duplex)
{
	struct bond_event event = {.type = BOND_EVENT_MEMBER_ADDED, .slot = slot};

	event.member.port = (uint16_t)(slot + 1);
	memcpy(event.member.mac, world->systems[system].mac, sizeof(event.member.mac));
	event.member.mac[5] = (uint8_t)(event.member.mac[5] + slot + 1);
	event.member.speed_mbps = speed_mbps;
	event.member.duplex = duplex;
	world_event(world, system, &event);
}

void world_member_leave(struct world *world, uint8_t system, uint8_t slot)
{
	struct bond_event event = {.type = BOND_EVENT_MEMBER_LEAVING, .slot = slot};

	world_event(world, system, &event);
}

void world_member_remove(struct world *world, uint8_t system, uint8_t slot)
{
	struct bond_event event = {.type = BOND_EVENT_MEMBER_REMOVED, .slot = slot};

	world_event(world, system, &event);
}

void world_speed(struct world *world, uint8_t system, uint8_t slot, uint32_t speed_mbps,
		 enum link_duplex duplex)
{
	struct bond_event event = {.type = BOND_EVENT_SPEED, .slot = slot};

	event.member.speed_mbps = speed_mbps;
	event.member.duplex = duplex;
	world_event(world, system, &event);
}

void world_carrier(struct world *world, uint8_t system, uint8_t slot, bool up)
{
	struct bond_event event = {.type = BOND_EVENT_CARRIER, .slot = slot, .up = up};

	if (world->systems[system].running) {
		world_event(world, system, &event);
	} else {
		world->systems[system].bond.members[slot].info.carrier = up;
	}
}

void world_frame(struct world *world, uint8_t system, uint8_t slot, const uint8_t *data,
		 uint8_t size)
{
	struct bond_event event = {
		.type = BOND_EVENT_FRAME, .slot = slot, .frame = data, .frame_size = size};

	world_event(world, system, &event);
}

static void unwire(struct world *world, uint8_t system, uint8_t slot)
{
	struct world_end *end = &world->systems[system].ends[slot];

	if (end->wired) {
		world->systems[end->system].ends[end->slot].wired = false;
	}
	end->wired = false;
}

void world_wire(struct world *world, uint8_t a, uint8_t a_slot, uint8_t b, uint8_t b_slot)
{
	unwire(world, a, a_slot);
	unwire(world, b, b_slot);
	world->systems[a].ends[a_slot] =
		(struct world_end){.wired = true, .system = b, .slot = b_slot};
	world->systems[b].ends[b_slot] =
		(struct world_end){.wired = true, .system = a, .slot = a_slot};
}

void world_stop(struct world *world, uint8_t system)
{
	world->systems[system].running = false;
}

void world_start(struct world *world, uint8_t system)
{
	struct world_system *self = &world->systems[system];
	struct bond former = self->bond;
	struct bond_actions out;

	self->running = true;
	bond_init(&self->bond, &self->config, self->mac);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_event event = {.type = BOND_EVENT_MEMBER_ADDED, .slot = slot};

		/* Not carried out: nothing is told to the data path before the
		 * state is back. */
		event.member = former.members[slot].info;
		if (former.members[slot].present) {
			bond_input(&self->bond, &event, world->now, &out);
			if (out.frame_count > 0) {
				world_fail(world, "a frame before the state is back");
			}
		}
	}
	bond_restore(&self->bond, &self->saved, world->now, &out);
	carry_out(world, system, &out);
	world_admin(world, system, self->admin_up);
}

static struct world_frame *first_frame(struct world *world)
{
	struct world_frame *first = NULL;

	for (size_t i = 0; i < world->frame_count; i++) {
		struct world_frame *frame = &world->frames[i];

		if (first == NULL || frame->at < first->at ||
		    (frame->at == first->at && frame->order < first->order)) {
			first = frame;
		}
	}
	return first;
}

static void deliver(struct world *world, struct world_frame *frame)
{
	struct world_system *self = &world->systems[frame->system];
	struct world_frame copy = *frame;

	*frame = world->frames[--world->frame_count];
	if (self->running && self->bond.members[copy.slot].present &&
	    self->bond.members[copy.slot].info.carrier) {
		world_frame(world, copy.system, copy.slot, copy.data, copy.size);
	}
}

void world_run(struct world *world, time_ms until)
{
	const struct bond_event time_event = {.type = BOND_EVENT_TIME};

	for (;;) {
		struct world_frame *frame = first_frame(world);
		time_ms at = frame != NULL ? frame->at : TIME_NEVER;
		uint8_t due = WORLD_SYSTEMS_MAX;

		for (uint8_t i = 0; i < WORLD_SYSTEMS_MAX; i++) {
			time_ms deadline = TIME_NEVER;

			if (world->systems[i].used && world->systems[i].running) {
				deadline = bond_next_deadline(&world->systems[i].bond);
			}
			if (deadline < at) {
				at = deadline;
				due = i;
			}
		}
		if (at > until) {
			break;
		}
		world->now = at > world->now ? at : world->now;
		if (due < WORLD_SYSTEMS_MAX) {
			world_event(world, due, &time_event);
		} else {
			deliver(world, frame);
		}
	}
	world->now = until;
}
