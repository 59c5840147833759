// SPDX-License-Identifier: BSD-2-Clause
/*
 * The boxes of IEEE 802.1AX-2014's LACP charts: what entering a state does, and
 * the functions that the boxes name (6.4.9): recordPDU, recordDefault,
 * update_Selected, update_Default_Selected, update_NTT; and the transmit limit
 * (6.4.16). The arrows are in test_lacp_charts.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/lacp_machines.h"

#define NOW 100000

static struct bond_actions out;
static struct lacp_system lacp_system_a;
static struct lacp_port port;
static struct lacp_pdu pdu;
static struct lacp_step step;

static const struct bond_member_info member = {
	.port = 3, .mac = {2, 0, 0, 0, 0, 3}, .speed_mbps = 1000, .duplex = LINK_DUPLEX_FULL};

/* A port in CURRENT that has just heard pdu, whose sender knows all of us. */
static int setup(void **state)
{
	struct lacp_config config = {.active = true, .system_priority = 1};
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};

	(void)state;
	memset(&out, 0, sizeof(out));
	lacp_system_configure(&lacp_system_a, &config, mac);
	step = (struct lacp_step){
		.system = &lacp_system_a,
		.now = NOW,
		.time_passes = true,
		.out = &out,
	};
	lacp_port_init(&port, true);
	lacp_port_refresh(&port, &member, &step);
	port.begin = false;
	port.port_enabled = true;
	port.receive = LACP_RECEIVE_CURRENT;
	port.periodic = LACP_PERIODIC_SLOW_PERIODIC;
	port.ntt = false;
	pdu = (struct lacp_pdu){
		.kind = LACP_PDU_LACPDU,
		.version = 1,
		.actor = {.system_priority = 9,
			  .system = {2, 0, 0, 0, 0, 9},
			  .key = 8,
			  .port_priority = 7,
			  .port = 6,
			  .state = 0x3d},
		.partner = port.actor,
	};
	port.partner = pdu.actor;
	port.actor.state &= (uint8_t)~LACP_STATE_DEFAULTED;
	port.selected = LACP_SELECTED_SELECTED;
	step.pdu = &pdu;
	return 0;
}

static void enter(enum lacp_receive_state from, enum lacp_receive_state to)
{
	port.receive = from;
	assert_true(lacp_receive_step(&port, &step));
	assert_int_equal(port.receive, to);
}

static void test_current(void **state)
{
	(void)state;
	lacp_state_set(&port.actor, LACP_STATE_EXPIRED, true);
	lacp_state_set(&port.actor, LACP_STATE_DEFAULTED, true);
	enter(LACP_RECEIVE_EXPIRED, LACP_RECEIVE_CURRENT);
	assert_true(port.current_while_timer == NOW + 90000);
	assert_false(lacp_state_has(&port.actor, LACP_STATE_EXPIRED));
	assert_false(lacp_state_has(&port.actor, LACP_STATE_DEFAULTED));
	assert_int_equal(port.selected, LACP_SELECTED_SELECTED);
	assert_int_equal(port.partner.state, 0x3d);
	setup(state);
	lacp_state_set(&port.actor, LACP_STATE_TIMEOUT, true);
	enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_CURRENT);
	assert_true(port.current_while_timer == NOW + 3000);
}

/* Each field of the other's identity, changed alone. */
static void change_field(struct lacp_info *info, int field)
{
	switch (field) {
	case 0:
		info->port++;
		break;
	case 1:
		info->port_priority++;
		break;
	case 2:
		info->system[5]++;
		break;
	case 3:
		info->system_priority++;
		break;
	case 4:
		info->key++;
		break;
	case 5:
		info->state ^= LACP_STATE_AGGREGATION;
		break;
	}
}

static void test_update_selected(void **state)
{
	for (int field = 0; field < 6; field++) {
		setup(state);
		change_field(&pdu.actor, field);
		enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_CURRENT);
		assert_int_equal(port.selected, LACP_SELECTED_UNSELECTED);
	}
	/* The other flags are no reason. */
	setup(state);
	pdu.actor.state ^= (uint8_t)~LACP_STATE_AGGREGATION;
	enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_CURRENT);
	assert_int_equal(port.selected, LACP_SELECTED_SELECTED);
}

static void test_update_ntt(void **state)
{
	enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_CURRENT);
	assert_false(port.ntt);
	for (int field = 0; field < 6; field++) {
		setup(state);
		change_field(&pdu.partner, field);
		enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_CURRENT);
		assert_true(port.ntt);
	}
	for (unsigned int bit = 0; bit < 8; bit++) {
		setup(state);
		pdu.partner.state ^= (uint8_t)(1u << bit);
		enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_CURRENT);
		assert_int_equal(port.ntt, bit < 4);
	}
}

/* The partner is in sync if it says so, knows us (or is individual), and either
 * speaks by itself or keeps answering us. */
static void test_record_pdu_synchronization(void **state)
{
	for (unsigned int c = 0; c < 64; c++) {
		bool says = (c & 1) != 0;
		bool knows_us = (c & 2) != 0;
		bool individual = (c & 4) != 0;
		bool active = (c & 8) != 0;
		bool we_active = (c & 16) != 0;
		bool knows_active = (c & 32) != 0;

		setup(state);
		lacp_state_set(&pdu.actor, LACP_STATE_SYNCHRONIZATION, says);
		lacp_state_set(&pdu.actor, LACP_STATE_AGGREGATION, !individual);
		lacp_state_set(&pdu.actor, LACP_STATE_ACTIVITY, active);
		lacp_state_set(&port.actor, LACP_STATE_ACTIVITY, we_active);
		lacp_state_set(&pdu.partner, LACP_STATE_ACTIVITY, knows_active);
		if (!knows_us) {
			pdu.partner.port++;
		}
		enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_CURRENT);
		assert_int_equal(lacp_state_has(&port.partner, LACP_STATE_SYNCHRONIZATION),
				 says && (knows_us || individual) &&
					 (active || (we_active && knows_active)));
	}
	for (int field = 0; field < 6; field++) {
		setup(state);
		change_field(&pdu.partner, field);
		enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_CURRENT);
		assert_false(lacp_state_has(&port.partner, LACP_STATE_SYNCHRONIZATION));
	}
}

static void test_expired(void **state)
{
	(void)state;
	step.pdu = NULL;
	port.current_while_timer = NOW;
	enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_EXPIRED);
	assert_true(port.current_while_timer == NOW + 3000);
	assert_true(lacp_state_has(&port.actor, LACP_STATE_EXPIRED));
	assert_int_equal(port.partner.state,
			 (0x3d & ~LACP_STATE_SYNCHRONIZATION) | LACP_STATE_TIMEOUT);
	assert_int_equal(port.partner.key, 8);
	assert_int_equal(port.selected, LACP_SELECTED_SELECTED);
}

static void expect_default_partner(void)
{
	struct lacp_info none;

	lacp_partner_default(&none);
	assert_int_equal(port.partner.key, none.key);
	assert_int_equal(port.partner.port, none.port);
	assert_memory_equal(port.partner.system, none.system, 6);
	assert_true(lacp_state_has(&port.actor, LACP_STATE_DEFAULTED));
	assert_false(lacp_state_has(&port.actor, LACP_STATE_EXPIRED));
}

static void test_defaulted(void **state)
{
	(void)state;
	step.pdu = NULL;
	port.current_while_timer = NOW;
	lacp_state_set(&port.actor, LACP_STATE_EXPIRED, true);
	enter(LACP_RECEIVE_EXPIRED, LACP_RECEIVE_DEFAULTED);
	expect_default_partner();
	assert_int_equal(port.selected, LACP_SELECTED_UNSELECTED);
	assert_true(port.current_while_timer == TIME_NEVER);
	/* It was the default before: nothing to unselect. */
	setup(state);
	step.pdu = NULL;
	port.current_while_timer = NOW;
	lacp_partner_default(&port.partner);
	enter(LACP_RECEIVE_EXPIRED, LACP_RECEIVE_DEFAULTED);
	assert_int_equal(port.selected, LACP_SELECTED_SELECTED);
}

static void test_initialize(void **state)
{
	(void)state;
	port.begin = true;
	port.port_moved = true;
	lacp_state_set(&port.actor, LACP_STATE_EXPIRED, true);
	enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_INITIALIZE);
	expect_default_partner();
	assert_int_equal(port.selected, LACP_SELECTED_UNSELECTED);
	assert_false(port.port_moved);
}

static void test_port_disabled(void **state)
{
	(void)state;
	port.port_enabled = false;
	enter(LACP_RECEIVE_CURRENT, LACP_RECEIVE_PORT_DISABLED);
	assert_false(lacp_state_has(&port.partner, LACP_STATE_SYNCHRONIZATION));
	assert_int_equal(port.partner.key, 8);
	assert_true(port.current_while_timer == TIME_NEVER);
}

static void test_lacp_disabled(void **state)
{
	(void)state;
	port.lacp_enabled = false;
	enter(LACP_RECEIVE_PORT_DISABLED, LACP_RECEIVE_LACP_DISABLED);
	expect_default_partner();
	assert_false(lacp_state_has(&port.partner, LACP_STATE_AGGREGATION));
	assert_int_equal(port.selected, LACP_SELECTED_UNSELECTED);
}

#define STATE_MUX (LACP_STATE_SYNCHRONIZATION | LACP_STATE_COLLECTING | LACP_STATE_DISTRIBUTING)

static void mux_enter(enum lacp_mux_state from, enum lacp_mux_state to, unsigned int flags)
{
	port.mux = from;
	port.ntt = false;
	assert_true(lacp_mux_step(&port, &step));
	assert_int_equal(port.mux, to);
	assert_int_equal(port.actor.state & STATE_MUX, flags);
	assert_int_equal(port.ntt, to != LACP_MUX_WAITING);
}

static void test_mux_boxes(void **state)
{
	(void)state;
	mux_enter(LACP_MUX_DETACHED, LACP_MUX_WAITING, 0);
	assert_true(port.wait_while_timer == NOW + 2000);
	port.ready = true;
	mux_enter(LACP_MUX_WAITING, LACP_MUX_ATTACHED, LACP_STATE_SYNCHRONIZATION);
	assert_true(port.wait_while_timer == TIME_NEVER);
	mux_enter(LACP_MUX_ATTACHED, LACP_MUX_COLLECTING_DISTRIBUTING, STATE_MUX);
	assert_true(lacp_port_collects(&port));
	lacp_state_set(&port.partner, LACP_STATE_SYNCHRONIZATION, false);
	mux_enter(LACP_MUX_COLLECTING_DISTRIBUTING, LACP_MUX_ATTACHED,
		  LACP_STATE_SYNCHRONIZATION);
	assert_false(lacp_port_collects(&port));
	port.selected = LACP_SELECTED_UNSELECTED;
	mux_enter(LACP_MUX_ATTACHED, LACP_MUX_DETACHED, 0);
}

/* Ready_N, when wait_while_timer runs out. */
static void test_mux_ready_n(void **state)
{
	(void)state;
	mux_enter(LACP_MUX_DETACHED, LACP_MUX_WAITING, 0);
	step.now = NOW + 1999;
	assert_false(lacp_mux_step(&port, &step));
	assert_false(port.ready_n);
	step.now = NOW + 2000;
	assert_true(lacp_mux_step(&port, &step));
	assert_true(port.ready_n);
	port.selected = LACP_SELECTED_UNSELECTED;
	mux_enter(LACP_MUX_WAITING, LACP_MUX_DETACHED, 0);
	assert_false(port.ready_n);
}

static size_t transmit_at(time_ms now)
{
	out.frame_count = 0;
	step.now = now;
	lacp_transmit_step(&port, &step, &member);
	return out.frame_count;
}

static void test_transmit(void **state)
{
	struct lacp_pdu sent;

	(void)state;
	assert_int_equal(transmit_at(NOW), 0);
	port.ntt = true;
	assert_int_equal(transmit_at(NOW), 1);
	assert_false(port.ntt);
	assert_int_equal(out.frames[0].size, LACP_FRAME_SIZE);
	assert_memory_equal(out.frames[0].data + 6, member.mac, 6);
	assert_int_equal(lacp_pdu_decode(out.frames[0].data, LACP_FRAME_SIZE, &sent),
			 LACP_REJECT_NONE);
	assert_memory_equal(sent.actor.system, lacp_system_a.system, 6);
	assert_int_equal(sent.actor.port, 3);
	assert_int_equal(sent.partner.key, 8);
}

/* Three within any second; the fourth as soon as the first is a second old. */
static void test_transmit_limit(void **state)
{
	(void)state;
	for (time_ms now = NOW; now < NOW + 30; now += 10) {
		port.ntt = true;
		assert_int_equal(transmit_at(now), 1);
	}
	port.ntt = true;
	assert_int_equal(transmit_at(NOW + 30), 0);
	assert_true(port.ntt);
	assert_true(lacp_transmit_deadline(&port) == NOW + 1000);
	assert_int_equal(transmit_at(NOW + 999), 0);
	assert_int_equal(transmit_at(NOW + 1000), 1);
	port.ntt = true;
	assert_int_equal(transmit_at(NOW + 1000), 0);
	assert_int_equal(transmit_at(NOW + 1010), 1);
}

static void test_transmit_needs_leave(void **state)
{
	for (int why = 0; why < 3; why++) {
		setup(state);
		port.ntt = true;
		port.lacp_enabled = why != 0;
		port.port_enabled = why != 1;
		if (why == 2) {
			port.periodic = LACP_PERIODIC_NO_PERIODIC;
		}
		assert_true(lacp_transmit_deadline(&port) == TIME_NEVER);
		assert_int_equal(transmit_at(NOW), 0);
		assert_false(port.ntt);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_current, setup),
		cmocka_unit_test_setup(test_update_selected, setup),
		cmocka_unit_test_setup(test_update_ntt, setup),
		cmocka_unit_test_setup(test_record_pdu_synchronization, setup),
		cmocka_unit_test_setup(test_expired, setup),
		cmocka_unit_test_setup(test_defaulted, setup),
		cmocka_unit_test_setup(test_initialize, setup),
		cmocka_unit_test_setup(test_port_disabled, setup),
		cmocka_unit_test_setup(test_lacp_disabled, setup),
		cmocka_unit_test_setup(test_mux_boxes, setup),
		cmocka_unit_test_setup(test_mux_ready_n, setup),
		cmocka_unit_test_setup(test_transmit, setup),
		cmocka_unit_test_setup(test_transmit_limit, setup),
		cmocka_unit_test_setup(test_transmit_needs_leave, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
