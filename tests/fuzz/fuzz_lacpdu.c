// SPDX-License-Identifier: BSD-2-Clause
/*
 * Feeds a bond with whatever a partner, a cable and a clock can do, and more: a
 * libFuzzer target. The input is a list of commands, one byte each with what it
 * takes; the low bits choose the command, so that every input means something.
 *
 * Frames are either the input's bytes as they are, or a LACPDU that knows the
 * port, with some of its bytes changed: pure noise would seldom get past the
 * decoder. After each event: no assertion, no more LACPDUs than allowed, buckets
 * even and on members that transmit, a deadline that lies ahead.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/bond.h"
#include "core/lacp_pdu.h"

#define EVENTS_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t left;
};

static struct bond bond;
static struct bond_actions out;
static struct bond_config config;
static time_ms now;
static time_ms sent_at[BOND_MEMBERS_MAX][LACP_TRANSMIT_LIMIT];
static uint32_t sent[BOND_MEMBERS_MAX];

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};

noreturn void core_assert_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
	abort();
}

static void must(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "not so: %s\n", what);
		abort();
	}
}

static uint8_t take(struct input *input)
{
	if (input->left == 0) {
		return 0;
	}
	input->left--;
	return *input->data++;
}

static void check_frames(void)
{
	for (size_t i = 0; i < out.frame_count; i++) {
		const struct bond_frame *frame = &out.frames[i];
		time_ms *oldest =
			&sent_at[frame->slot][sent[frame->slot] % LACP_TRANSMIT_LIMIT];

		must(frame->size == LACP_FRAME_SIZE, "a frame has its size");
		if (frame->data[14] == 1) {
			must(*oldest == 0 || now - *oldest >= LACP_FAST_PERIODIC_TIME_MS,
			     "three LACPDUs a second");
			*oldest = now;
			sent[frame->slot]++;
		}
	}
}

static void check_table(void)
{
	uint32_t usable = 0;

	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		usable += bond_member_transmits(&bond, slot) ? 1 : 0;
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		uint32_t share = bond_member_transmits(&bond, slot) ? BOND_BUCKETS / usable : 0;

		must(bucket_table_count(&bond.table, slot) == share, "even buckets");
		must(!bond_member_transmits(&bond, slot) || bond_member_receives(&bond, slot),
		     "who transmits receives");
		must(bond_member_transmits(&bond, slot) ==
			     (bond.members[slot].reason == BOND_REASON_NONE),
		     "a reason, or traffic");
	}
}

static void feed(const struct bond_event *event)
{
	bond_input(&bond, event, now, &out);
	check_frames();
	if (out.publish) {
		check_table();
	}
	if (event->type == BOND_EVENT_TIME) {
		must(bond_next_deadline(&bond) > now, "a deadline ahead");
	}
}

static void feed_frame(struct input *input, uint8_t slot, bool raw)
{
	const struct bond_member *member = &bond.members[slot];
	uint8_t frame[256] = {0};
	struct lacp_info partner = {.system_priority = 1,
				    .system = {2, 0, 0, 0, 0, 0x77},
				    .key = 1,
				    .port = (uint16_t)(slot + 1),
				    .state = 0x3d};
	struct bond_event event = {.type = BOND_EVENT_FRAME, .slot = slot};
	size_t length = LACP_FRAME_SIZE;

	if (raw) {
		length = take(input);
		for (size_t i = 0; i < length; i++) {
			frame[i] = take(input);
		}
	} else {
		unsigned int changes = take(input) % 8;

		partner.state = take(input);
		lacp_pdu_encode(frame, partner.system, &partner, &member->lacp.actor);
		while (changes-- > 0) {
			uint8_t at = take(input);

			frame[at % 64] = take(input);
		}
	}
	event.frame = frame;
	event.frame_size = length;
	feed(&event);
}

static void feed_restart(void)
{
	struct bond former = bond;
	struct bond_saved saved;

	bond_save(&bond, now, &saved);
	bond_init(&bond, &config, mac);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_event event = {.type = BOND_EVENT_MEMBER_ADDED, .slot = slot};

		event.member = former.members[slot].info;
		if (former.members[slot].present) {
			bond_input(&bond, &event, now, &out);
		} else {
			/* Of a member that left nothing is kept, nor need be. */
			memset(sent_at[slot], 0, sizeof(sent_at[slot]));
			sent[slot] = 0;
		}
	}
	bond_restore(&bond, &saved, now, &out);
	check_frames();
	check_table();
}

static void feed_configuration(uint8_t what)
{
	struct bond_event event = {.type = BOND_EVENT_CONFIGURE, .config = &config};

	config.mode = (what & 0x70) == 0x70 ? BOND_MODE_BALANCE_XOR : BOND_MODE_8023AD;
	config.placement = (what & 1) != 0 ? FLOW_PLACEMENT_KERNEL : FLOW_PLACEMENT_RESILIENT;
	config.lacp.rate_fast = (what & 2) != 0;
	config.lacp.active = (what & 4) == 0;
	config.monitor.updelay_ms = (what & 8) != 0 ? 500 : 0;
	config.monitor.downdelay_ms = (what & 8) != 0 ? 300 : 0;
	config.min_links = what & 3;
	feed(&event);
}

static void feed_member(uint8_t slot, uint8_t what)
{
	struct bond_event event = {.slot = slot};

	event.member.port = (uint16_t)(slot + 1);
	event.member.speed_mbps = (what & 1) != 0 ? 1000 : 10000;
	event.member.duplex = (what & 6) == 6 ? LINK_DUPLEX_HALF : LINK_DUPLEX_FULL;
	event.member.carrier = (what & 8) == 0;
	if (!bond.members[slot].present) {
		event.type = BOND_EVENT_MEMBER_ADDED;
	} else {
		event.type = (what & 16) != 0 ? BOND_EVENT_MEMBER_REMOVED : BOND_EVENT_SPEED;
	}
	feed(&event);
}

static void feed_time(uint8_t what)
{
	const struct bond_event event = {.type = BOND_EVENT_TIME};
	time_ms deadline = bond_next_deadline(&bond);

	if (what < 128 && deadline != TIME_NEVER && deadline > now) {
		now = deadline;
	} else {
		now += (time_ms)(what & 127) * (what & 127) * 8;
	}
	feed(&event);
}

static void feed_command(struct input *input)
{
	uint8_t command = take(input);
	uint8_t slot = command >> 5;
	struct bond_event event = {.slot = slot, .up = (command & 16) == 0};

	switch (command & 15) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
	case 5:
		if (bond.members[slot].present) {
			feed_frame(input, slot, (command & 15) == 5);
		}
		break;
	case 6:
	case 7:
		event.type = BOND_EVENT_CARRIER;
		if (bond.members[slot].present) {
			feed(&event);
		}
		break;
	case 8:
	case 9:
	case 10:
		feed_time(take(input));
		break;
	case 11:
		event.type = BOND_EVENT_ADMIN;
		feed(&event);
		break;
	case 12:
		feed_configuration(take(input));
		break;
	case 13:
		feed_member(slot, take(input));
		break;
	case 14:
		feed_restart();
		break;
	case 15:
		event.type = BOND_EVENT_ADDRESS;
		memcpy(event.mac, mac, sizeof(mac));
		event.mac[5] = (uint8_t)(1 + slot);
		feed(&event);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.data = data, .left = size};
	struct bond_event up = {.type = BOND_EVENT_ADMIN, .up = true};

	memset(sent_at, 0, sizeof(sent_at));
	memset(sent, 0, sizeof(sent));
	config = (struct bond_config){.mode = BOND_MODE_8023AD,
				      .monitor = {.miimon_ms = 100},
				      .lacp = {.active = true, .system_priority = 65535}};
	now = 1000000;
	bond_init(&bond, &config, mac);
	feed(&up);
	for (uint8_t slot = 0; slot < 3; slot++) {
		feed_member(slot, 0);
	}
	for (int i = 0; i < EVENTS_MAX && input.left > 0; i++) {
		feed_command(&input);
	}
	return 0;
}
