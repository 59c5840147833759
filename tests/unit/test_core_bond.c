// SPDX-License-Identifier: BSD-2-Clause
/*
 * The bond's interface where the scenarios (tests/scenarios) don't reach: words,
 * keys, notes, and a saved state that is damaged or meant for other slots.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/bond.h"
#include "core/lacp_machines.h"

static const uint8_t mac[6] = {0x02, 0, 0, 0, 0, 0x10};
static const struct bond_config config = {
	.mode = BOND_MODE_8023AD,
	.monitor = {.miimon_ms = 100},
	.lacp = {.active = true, .system_priority = 65535},
};

static struct bond bond;
static struct bond_actions out;

static void add(uint8_t slot, uint16_t port, bool carrier, time_ms now)
{
	struct bond_event event = {.type = BOND_EVENT_MEMBER_ADDED, .slot = slot};

	event.member.port = port;
	event.member.mac[0] = 2;
	event.member.mac[5] = (uint8_t)port;
	event.member.speed_mbps = 1000;
	event.member.duplex = LINK_DUPLEX_FULL;
	event.member.carrier = carrier;
	bond_input(&bond, &event, now, &out);
}

static void admin(bool up, time_ms now)
{
	struct bond_event event = {.type = BOND_EVENT_ADMIN, .up = up};

	bond_input(&bond, &event, now, &out);
}

static void pass_time(time_ms now)
{
	struct bond_event event = {.type = BOND_EVENT_TIME};

	bond_input(&bond, &event, now, &out);
}

/* A partner that is in sync with whatever the slot says. */
static void hear(uint8_t slot, time_ms now)
{
	const struct bond_member *member = &bond.members[slot];
	struct lacp_info partner = {.system_priority = 7,
				    .system = {2, 0, 0, 0, 0, 0x99},
				    .key = 5,
				    .port = member->info.port,
				    .state = 0x3d};
	uint8_t frame[LACP_FRAME_SIZE];
	struct bond_event event = {.type = BOND_EVENT_FRAME,
				   .slot = slot,
				   .frame = frame,
				   .frame_size = sizeof(frame)};

	lacp_pdu_encode(frame, partner.system, &partner, &member->lacp.actor);
	bond_input(&bond, &event, now, &out);
}

/* Three members in the bundle, in slots 0 to 2, at the time 5000. */
static void form(void)
{
	bond_init(&bond, &config, mac);
	admin(true, 1000);
	for (uint8_t slot = 0; slot < 3; slot++) {
		add(slot, (uint16_t)(slot + 11), true, 1000);
		hear(slot, 1000);
	}
	pass_time(3000);
	for (uint8_t slot = 0; slot < 3; slot++) {
		hear(slot, 3000);
		assert_true(bond_member_transmits(&bond, slot));
	}
	assert_true(bond_carrier(&bond));
}

static void test_words(void **state)
{
	(void)state;
	for (unsigned int i = 0; i <= BOND_REASON_COUNT; i++) {
		const char *text = bond_reason_text((enum bond_reason)i);

		assert_non_null(text);
		assert_int_equal(strcmp(text, "unknown") == 0, i == BOND_REASON_COUNT);
	}
	for (unsigned int type = 0; type <= BOND_NOTE_COUNT; type++) {
		const char *name = bond_note_name((enum bond_note_type)type);

		assert_int_equal(strcmp(name, "unknown") == 0, type == BOND_NOTE_COUNT);
		for (unsigned int value = 0; value < 256; value++) {
			assert_non_null(bond_note_state_name((enum bond_note_type)type,
							     (uint8_t)value));
		}
	}
	for (unsigned int i = 0; i <= LACP_REJECT_COUNT; i++) {
		const char *name = lacp_reject_name((enum lacp_reject)i);

		assert_int_equal(strcmp(name, "unknown") == 0, i == LACP_REJECT_COUNT);
	}
	assert_string_equal(bond_note_state_name(BOND_NOTE_MUX, 3), "COLLECTING_DISTRIBUTING");
}

static void test_keys(void **state)
{
	static const struct {
		uint32_t speed_mbps;
		uint16_t code;
	} speeds[] = {{0, 0},	   {1, 1},	 {10, 2},      {100, 3},     {1000, 4},
		      {2500, 5},   {5000, 6},	 {10000, 7},   {25000, 10},  {40000, 11},
		      {50000, 12}, {100000, 15}, {200000, 16}, {400000, 17}, {1234, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
		uint16_t code = (uint16_t)(speeds[i].code << 1);

		assert_int_equal(lacp_port_key(0, speeds[i].speed_mbps, LINK_DUPLEX_FULL),
				 code | 1);
		assert_int_equal(lacp_port_key(0, speeds[i].speed_mbps, LINK_DUPLEX_UNKNOWN),
				 code | 1);
		assert_int_equal(lacp_port_key(1023, speeds[i].speed_mbps, LINK_DUPLEX_HALF),
				 0xffc0 | code);
	}
}

static bool noted(enum bond_note_type type, uint8_t slot, uint8_t from, uint8_t to)
{
	for (size_t i = 0; i < out.note_count; i++) {
		const struct bond_note *note = &out.notes[i];

		if (note->type == type && note->slot == slot && note->from == from &&
		    note->to == to) {
			return true;
		}
	}
	return false;
}

static void test_actions_tell_what_changed(void **state)
{
	struct bond_event down = {.type = BOND_EVENT_CARRIER, .slot = 1, .up = false};

	(void)state;
	form();
	hear(0, 3100);
	assert_false(out.publish);
	assert_false(out.save);
	assert_int_equal(out.note_count, 0);
	bond_input(&bond, &down, 3200, &out);
	assert_true(out.publish);
	assert_true(out.save);
	assert_true(noted(BOND_NOTE_LINK, 1, LINK_UP, LINK_DOWN));
	assert_true(
		noted(BOND_NOTE_RECEIVE, 1, LACP_RECEIVE_CURRENT, LACP_RECEIVE_PORT_DISABLED));
	assert_true(
		noted(BOND_NOTE_MUX, 1, LACP_MUX_COLLECTING_DISTRIBUTING, LACP_MUX_ATTACHED));
	assert_true(noted(BOND_NOTE_REASON, 1, BOND_REASON_NONE, BOND_REASON_NO_CARRIER));
	assert_int_equal(bucket_table_count(&bond.table, 1), 0);
	assert_int_equal(bucket_table_count(&bond.table, 0), 420);
}

/* A caller that was held up: the frames that waited count before the time. */
static void test_late_is_not_silent(void **state)
{
	(void)state;
	form();
	for (uint8_t slot = 0; slot < 3; slot++) {
		hear(slot, 3000 + 95000);
	}
	pass_time(3000 + 95000);
	for (uint8_t slot = 0; slot < 3; slot++) {
		assert_int_equal(bond.members[slot].lacp.receive, LACP_RECEIVE_CURRENT);
	}
	pass_time(3000 + 95000 + 90000);
	assert_int_equal(bond.members[0].lacp.receive, LACP_RECEIVE_EXPIRED);
}

/* The members come back in other slots, one is gone, one is new. */
static void test_restore_in_other_slots(void **state)
{
	struct bond_saved saved;
	struct bucket_table before;

	(void)state;
	form();
	before = bond.table;
	bond_save(&bond, 4000, &saved);
	bond_init(&bond, &config, mac);
	add(5, 99, true, 4500);
	add(6, 13, true, 4500);
	add(7, 11, true, 4500);
	assert_int_equal(out.frame_count, 0);
	bond_restore(&bond, &saved, 4500, &out);
	assert_true(out.publish);
	assert_true(bond_member_transmits(&bond, 7));
	assert_true(bond_member_transmits(&bond, 6));
	assert_false(bond_member_transmits(&bond, 5));
	assert_true(bond.members[7].joined < bond.members[6].joined);
	assert_true(bond.members[6].joined < bond.members[5].joined);
	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		if (before.slot[i] == 0) {
			assert_int_equal(bond.table.slot[i], 7);
		}
		if (before.slot[i] == 2) {
			assert_int_equal(bond.table.slot[i], 6);
		}
	}
	/* Two say at once what they said before, the new one begins. */
	assert_int_equal(out.frame_count, 3);
	assert_int_equal(bond.members[7].lacp.actor.state, 0x3d);
}

static void test_restore_with_another_key(void **state)
{
	struct bond_config other = config;
	struct bond_saved saved;

	(void)state;
	form();
	bond_save(&bond, 4000, &saved);
	other.lacp.user_key = 9;
	bond_init(&bond, &other, mac);
	for (uint8_t slot = 0; slot < 3; slot++) {
		add(slot, (uint16_t)(slot + 11), true, 4500);
	}
	bond_restore(&bond, &saved, 4500, &out);
	assert_false(bond_member_transmits(&bond, 0));
	assert_int_equal(bond.members[0].reason, BOND_REASON_WAITING);
}

/* Before it has restored anything, a new daemon says again what was said last, and
 * that counts against the limit of three a second. */
static void test_saved_speaks(void **state)
{
	static const uint8_t own[6] = {2, 0, 0, 0, 0, 11};
	struct bond_saved saved;
	struct bond_frame frame;
	struct lacp_pdu pdu;

	(void)state;
	form();
	bond_save(&bond, 10000, &saved);
	assert_true(bond_saved_speak(&saved, 0, own, 10500, &frame));
	assert_int_equal(frame.slot, 0);
	assert_int_equal(frame.size, LACP_FRAME_SIZE);
	assert_memory_equal(frame.data + 6, own, sizeof(own));
	assert_int_equal(lacp_pdu_decode(frame.data, frame.size, &pdu), LACP_REJECT_NONE);
	assert_memory_equal(&pdu.actor, &bond.members[0].lacp.actor, sizeof(pdu.actor));
	assert_memory_equal(&pdu.partner, &bond.members[0].lacp.partner, sizeof(pdu.partner));
	assert_true(bond_saved_speak(&saved, 0, own, 10600, &frame));
	assert_true(bond_saved_speak(&saved, 0, own, 10700, &frame));
	assert_false(bond_saved_speak(&saved, 0, own, 11499, &frame));
	bond_init(&bond, &config, mac);
	add(0, 11, true, 11499);
	bond_restore(&bond, &saved, 11499, &out);
	assert_int_equal(out.frame_count, 0);
	assert_int_equal(bond_next_deadline(&bond), 11500);
	pass_time(11500);
	assert_int_equal(out.frame_count, 1);
	/* Nothing for a link that was down, that has no partner, that isn't there. */
	form();
	bond_save(&bond, 10000, &saved);
	saved.members[0].link_up = 0;
	saved.members[1].lacp.receive = LACP_RECEIVE_EXPIRED;
	for (uint8_t slot = 0; slot < 4; slot++) {
		assert_int_equal(bond_saved_speak(&saved, slot, own, 10500, &frame), slot == 2);
	}
}

/* Nothing that a file holds may reach an assertion. */
static void test_restore_of_damaged_state(void **state)
{
	struct bond_saved good;
	struct bond_frame frame;

	(void)state;
	form();
	bond_save(&bond, 4000, &good);
	srand(1);
	for (int run = 0; run < 20000; run++) {
		struct bond_saved saved = good;
		uint8_t *bytes = (uint8_t *)&saved;
		int flips = rand() % 40;

		for (int i = 0; i < flips; i++) {
			bytes[(size_t)rand() % sizeof(saved)] = (uint8_t)rand();
		}
		(void)bond_saved_speak(&saved, (uint8_t)(run % BOND_MEMBERS_MAX), mac, 5000,
				       &frame);
		bond_init(&bond, &config, mac);
		for (uint8_t slot = 0; slot < 3; slot++) {
			add(slot, (uint16_t)(slot + 11), rand() % 4 != 0, 5000);
		}
		bond_restore(&bond, &saved, 5000, &out);
		admin(true, 5000);
		for (int i = 0; i < 5; i++) {
			time_ms deadline = bond_next_deadline(&bond);

			assert_true(deadline >= 5000);
			if (deadline == TIME_NEVER) {
				break;
			}
			pass_time(deadline);
			assert_true(bond_next_deadline(&bond) > deadline);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_actions_tell_what_changed),
		cmocka_unit_test(test_late_is_not_silent),
		cmocka_unit_test(test_restore_in_other_slots),
		cmocka_unit_test(test_restore_with_another_key),
		cmocka_unit_test(test_saved_speaks),
		cmocka_unit_test(test_restore_of_damaged_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
