// SPDX-License-Identifier: BSD-2-Clause
/*
 * The arrows of IEEE 802.1AX-2014's LACP charts, one row an arrow: Receive
 * (6.4.12), Periodic Transmission (6.4.13), Mux with coupled control (6.4.15),
 * Churn Detection (6.4.17). Each machine is stepped from every state under every
 * combination of what its arrows look at. The first row that fits says where it
 * must go; where none fits it must stay. The boxes are in test_lacp_boxes.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/lacp_machines.h"

#define NOW 100000

/* What an arrow asks of a condition. */
enum want {
	ANY = 0,
	YES,
	NO,
};

#define CONDITIONS_MAX 6
#define FROM_ANY       0xff

struct arrow {
	uint8_t from;
	uint8_t to;
	enum want want[CONDITIONS_MAX];
};

static struct bond_actions out;

static struct lacp_step step_make(const struct lacp_system *system)
{
	memset(&out, 0, sizeof(out));
	return (struct lacp_step){
		.system = system,
		.now = NOW,
		.time_passes = true,
		.out = &out,
	};
}

static bool arrow_fits(const struct arrow *arrow, uint8_t from, unsigned int conditions)
{
	if (arrow->from != FROM_ANY && arrow->from != from) {
		return false;
	}
	for (size_t i = 0; i < CONDITIONS_MAX; i++) {
		bool holds = (conditions & 1u << i) != 0;

		if ((arrow->want[i] == YES && !holds) || (arrow->want[i] == NO && holds)) {
			return false;
		}
	}
	return true;
}

/* Steps a port from the state under the conditions; returns where it is then. */
typedef uint8_t machine_step(uint8_t from, unsigned int conditions);

static void check_chart(const struct arrow *arrows, size_t arrow_count, uint8_t state_count,
			unsigned int condition_count, machine_step *machine)
{
	bool used[32] = {false};

	assert_true(arrow_count <= 32);
	for (uint8_t from = 0; from < state_count; from++) {
		for (unsigned int c = 0; c < 1u << condition_count; c++) {
			uint8_t expected = from;
			uint8_t found = machine(from, c);

			for (size_t i = 0; i < arrow_count; i++) {
				if (arrow_fits(&arrows[i], from, c)) {
					expected = arrows[i].to;
					used[i] = true;
					break;
				}
			}
			if (found != expected) {
				print_error("from %u under %x: to %u, not %u\n", from, c,
					    expected, found);
			}
			assert_int_equal(found, expected);
		}
	}
	for (size_t i = 0; i < arrow_count; i++) {
		assert_true(used[i]);
	}
}

/* Receive. */
enum {
	RX_BEGIN = 1 << 0,
	RX_PORT_ENABLED = 1 << 1,
	RX_LACP_ENABLED = 1 << 2,
	RX_PORT_MOVED = 1 << 3,
	RX_LACPDU = 1 << 4,
	RX_TIMER = 1 << 5,
};

static const struct arrow receive_arrows[] = {
	/* from, to: BEGIN, port_enabled, LACP_Enabled, port_moved, LACPDU, timer */
	{FROM_ANY, LACP_RECEIVE_INITIALIZE, {YES}},
	/* UCT, which here comes to the same as the next arrow */
	{LACP_RECEIVE_INITIALIZE, LACP_RECEIVE_PORT_DISABLED, {NO}},
	{LACP_RECEIVE_PORT_DISABLED, LACP_RECEIVE_INITIALIZE, {NO, ANY, ANY, YES}},
	{FROM_ANY, LACP_RECEIVE_PORT_DISABLED, {NO, NO, ANY, NO}},
	{LACP_RECEIVE_PORT_DISABLED, LACP_RECEIVE_EXPIRED, {NO, YES, YES, NO}},
	{LACP_RECEIVE_PORT_DISABLED, LACP_RECEIVE_LACP_DISABLED, {NO, YES, NO, NO}},
	{LACP_RECEIVE_EXPIRED, LACP_RECEIVE_CURRENT, {NO, ANY, ANY, ANY, YES}},
	{LACP_RECEIVE_EXPIRED, LACP_RECEIVE_DEFAULTED, {NO, ANY, ANY, ANY, NO, YES}},
	{LACP_RECEIVE_DEFAULTED, LACP_RECEIVE_CURRENT, {NO, ANY, ANY, ANY, YES}},
	{LACP_RECEIVE_CURRENT, LACP_RECEIVE_CURRENT, {NO, ANY, ANY, ANY, YES}},
	{LACP_RECEIVE_CURRENT, LACP_RECEIVE_EXPIRED, {NO, ANY, ANY, ANY, NO, YES}},
};

static uint8_t receive_machine(uint8_t from, unsigned int conditions)
{
	struct lacp_system system = {.active = true};
	struct lacp_pdu pdu = {.kind = LACP_PDU_LACPDU};
	struct lacp_step step = step_make(&system);
	struct lacp_port port;

	lacp_port_init(&port, (conditions & RX_LACP_ENABLED) != 0);
	port.begin = (conditions & RX_BEGIN) != 0;
	port.port_enabled = (conditions & RX_PORT_ENABLED) != 0;
	port.port_moved = (conditions & RX_PORT_MOVED) != 0;
	port.receive = (enum lacp_receive_state)from;
	port.current_while_timer = (conditions & RX_TIMER) != 0 ? NOW : NOW + 1;
	step.pdu = (conditions & RX_LACPDU) != 0 ? &pdu : NULL;
	lacp_receive_step(&port, &step);
	return (uint8_t)port.receive;
}

static void test_receive(void **state)
{
	(void)state;
	check_chart(receive_arrows, sizeof(receive_arrows) / sizeof(receive_arrows[0]),
		    LACP_RECEIVE_COUNT, 6, receive_machine);
}

/* Periodic. PERIODIC_TX is passed within a step, so no arrow ends there. */
enum {
	PERIODIC_SILENT = 1 << 0, /* BEGIN, or not enabled, or both passive */
	PERIODIC_SHORT = 1 << 1,  /* Partner_Oper LACP_Timeout is short */
	PERIODIC_TIMER = 1 << 2,
};

static const struct arrow periodic_arrows[] = {
	/* from, to: NO_PERIODIC's condition, short, timer */
	{FROM_ANY, LACP_PERIODIC_NO_PERIODIC, {YES}},
	{LACP_PERIODIC_NO_PERIODIC, LACP_PERIODIC_FAST_PERIODIC, {NO}},
	{LACP_PERIODIC_FAST_PERIODIC, LACP_PERIODIC_SLOW_PERIODIC, {NO, NO}},
	{LACP_PERIODIC_FAST_PERIODIC, LACP_PERIODIC_FAST_PERIODIC, {NO, YES, YES}},
	{LACP_PERIODIC_SLOW_PERIODIC, LACP_PERIODIC_FAST_PERIODIC, {NO, YES}},
	{LACP_PERIODIC_SLOW_PERIODIC, LACP_PERIODIC_SLOW_PERIODIC, {NO, NO, YES}},
	{LACP_PERIODIC_PERIODIC_TX, LACP_PERIODIC_FAST_PERIODIC, {NO, YES}},
	{LACP_PERIODIC_PERIODIC_TX, LACP_PERIODIC_SLOW_PERIODIC, {NO, NO}},
};

/* Which of the reasons to be silent; all of them are tried. */
static unsigned int silent_because;

static void periodic_port(struct lacp_port *port, uint8_t from, unsigned int conditions)
{
	bool silent = (conditions & PERIODIC_SILENT) != 0;

	lacp_port_init(port, !(silent && silent_because == 1));
	port->begin = silent && silent_because == 0;
	port->port_enabled = !(silent && silent_because == 2);
	port->actor.state = LACP_STATE_ACTIVITY;
	port->partner.state = 0;
	if (silent && silent_because == 3) {
		port->actor.state = 0;
	}
	if (!silent && silent_because == 3) {
		port->actor.state = 0;
		port->partner.state = LACP_STATE_ACTIVITY;
	}
	lacp_state_set(&port->partner, LACP_STATE_TIMEOUT, (conditions & PERIODIC_SHORT) != 0);
	port->periodic = (enum lacp_periodic_state)from;
	port->periodic_timer = (conditions & PERIODIC_TIMER) != 0 ? NOW : NOW + 1;
}

static uint8_t periodic_machine(uint8_t from, unsigned int conditions)
{
	struct lacp_system system = {.active = true};
	struct lacp_step step = step_make(&system);
	struct lacp_port port;

	periodic_port(&port, from, conditions);
	lacp_periodic_step(&port, &step);
	return (uint8_t)port.periodic;
}

static void test_periodic(void **state)
{
	(void)state;
	for (silent_because = 0; silent_because < 4; silent_because++) {
		check_chart(periodic_arrows,
			    sizeof(periodic_arrows) / sizeof(periodic_arrows[0]),
			    LACP_PERIODIC_COUNT, 3, periodic_machine);
	}
}

/* Whether the way led through PERIODIC_TX shows in NTT. */
static void test_periodic_transmits(void **state)
{
	static const struct {
		enum lacp_periodic_state from;
		unsigned int conditions;
		bool ntt;
	} rows[] = {
		{LACP_PERIODIC_FAST_PERIODIC, PERIODIC_SHORT | PERIODIC_TIMER, true},
		{LACP_PERIODIC_FAST_PERIODIC, PERIODIC_TIMER, true},
		{LACP_PERIODIC_FAST_PERIODIC, 0, false},
		{LACP_PERIODIC_FAST_PERIODIC, PERIODIC_SHORT, false},
		{LACP_PERIODIC_SLOW_PERIODIC, PERIODIC_TIMER, true},
		{LACP_PERIODIC_SLOW_PERIODIC, PERIODIC_SHORT, true},
		{LACP_PERIODIC_SLOW_PERIODIC, 0, false},
		{LACP_PERIODIC_SLOW_PERIODIC, PERIODIC_SILENT | PERIODIC_TIMER, false},
		/* Ours, not the chart's: a link that comes up speaks at once. */
		{LACP_PERIODIC_NO_PERIODIC, 0, true},
	};

	(void)state;
	silent_because = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lacp_system system = {.active = true};
		struct lacp_step step = step_make(&system);
		struct lacp_port port;

		periodic_port(&port, (uint8_t)rows[i].from, rows[i].conditions);
		lacp_periodic_step(&port, &step);
		assert_int_equal(port.ntt, rows[i].ntt);
		if (port.periodic == LACP_PERIODIC_NO_PERIODIC) {
			assert_true(port.periodic_timer == TIME_NEVER);
		}
		if (rows[i].ntt && port.periodic == LACP_PERIODIC_FAST_PERIODIC) {
			assert_true(port.periodic_timer == NOW + 1000);
		}
		if (rows[i].ntt && port.periodic == LACP_PERIODIC_SLOW_PERIODIC) {
			assert_true(port.periodic_timer == NOW + 30000);
		}
	}
}

/* Mux. */
enum {
	MUX_BEGIN = 1 << 0,
	MUX_SELECTED = 1 << 1, /* with STANDBY set too: it is STANDBY */
	MUX_STANDBY = 1 << 2,
	MUX_READY = 1 << 3,
	MUX_PARTNER_SYNC = 1 << 4,
};

static const struct arrow mux_arrows[] = {
	/* from, to: BEGIN, SELECTED, STANDBY, Ready, Partner Synchronization */
	{FROM_ANY, LACP_MUX_DETACHED, {YES}},
	{LACP_MUX_DETACHED, LACP_MUX_WAITING, {NO, YES}},
	{LACP_MUX_DETACHED, LACP_MUX_WAITING, {NO, NO, YES}},
	{LACP_MUX_WAITING, LACP_MUX_DETACHED, {NO, NO, NO}},
	{LACP_MUX_WAITING, LACP_MUX_ATTACHED, {NO, YES, NO, YES}},
	{LACP_MUX_ATTACHED, LACP_MUX_DETACHED, {NO, NO, NO}},
	{LACP_MUX_ATTACHED, LACP_MUX_DETACHED, {NO, ANY, YES}},
	{LACP_MUX_ATTACHED, LACP_MUX_COLLECTING_DISTRIBUTING, {NO, YES, NO, ANY, YES}},
	{LACP_MUX_COLLECTING_DISTRIBUTING, LACP_MUX_ATTACHED, {NO, NO, NO}},
	{LACP_MUX_COLLECTING_DISTRIBUTING, LACP_MUX_ATTACHED, {NO, ANY, YES}},
	{LACP_MUX_COLLECTING_DISTRIBUTING, LACP_MUX_ATTACHED, {NO, ANY, ANY, ANY, NO}},
};

static uint8_t mux_machine(uint8_t from, unsigned int conditions)
{
	struct lacp_system system = {.active = true};
	struct lacp_step step = step_make(&system);
	struct lacp_port port;

	lacp_port_init(&port, true);
	port.begin = (conditions & MUX_BEGIN) != 0;
	port.selected = LACP_SELECTED_UNSELECTED;
	if ((conditions & MUX_SELECTED) != 0) {
		port.selected = LACP_SELECTED_SELECTED;
	}
	if ((conditions & MUX_STANDBY) != 0) {
		port.selected = LACP_SELECTED_STANDBY;
	}
	port.ready = (conditions & MUX_READY) != 0;
	lacp_state_set(&port.partner, LACP_STATE_SYNCHRONIZATION,
		       (conditions & MUX_PARTNER_SYNC) != 0);
	port.mux = (enum lacp_mux_state)from;
	lacp_mux_step(&port, &step);
	return (uint8_t)port.mux;
}

static void test_mux(void **state)
{
	(void)state;
	check_chart(mux_arrows, sizeof(mux_arrows) / sizeof(mux_arrows[0]), LACP_MUX_COUNT, 5,
		    mux_machine);
}

/* Churn, both machines at once: the same chart. */
enum {
	CHURN_BEGIN = 1 << 0,
	CHURN_ENABLED = 1 << 1,
	CHURN_IN_SYNC = 1 << 2,
	CHURN_TIMER = 1 << 3,
};

static const struct arrow churn_arrows[] = {
	/* from, to: BEGIN, port_enabled, Synchronization, timer */
	{FROM_ANY, LACP_CHURN_MONITOR, {YES}},
	{FROM_ANY, LACP_CHURN_MONITOR, {NO, NO}},
	{LACP_CHURN_MONITOR, LACP_CHURN_NO_CHURN, {NO, YES, YES}},
	{LACP_CHURN_MONITOR, LACP_CHURN_CHURN, {NO, YES, NO, YES}},
	{LACP_CHURN_NO_CHURN, LACP_CHURN_MONITOR, {NO, YES, NO}},
	{LACP_CHURN_CHURN, LACP_CHURN_NO_CHURN, {NO, YES, YES}},
};

static uint8_t churn_machine(uint8_t from, unsigned int conditions)
{
	struct lacp_system system = {.active = true};
	struct lacp_step step = step_make(&system);
	bool in_sync = (conditions & CHURN_IN_SYNC) != 0;
	struct lacp_port port;

	lacp_port_init(&port, true);
	port.begin = (conditions & CHURN_BEGIN) != 0;
	port.port_enabled = (conditions & CHURN_ENABLED) != 0;
	lacp_state_set(&port.actor, LACP_STATE_SYNCHRONIZATION, in_sync);
	lacp_state_set(&port.partner, LACP_STATE_SYNCHRONIZATION, in_sync);
	port.actor_churn = (enum lacp_churn_state)from;
	port.partner_churn = (enum lacp_churn_state)from;
	port.actor_churn_timer = (conditions & CHURN_TIMER) != 0 ? NOW : NOW + 1;
	port.partner_churn_timer = port.actor_churn_timer;
	lacp_churn_step(&port, &step);
	assert_int_equal(port.actor_churn, port.partner_churn);
	return (uint8_t)port.actor_churn;
}

static void test_churn(void **state)
{
	(void)state;
	check_chart(churn_arrows, sizeof(churn_arrows) / sizeof(churn_arrows[0]),
		    LACP_CHURN_COUNT, 4, churn_machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receive),
		cmocka_unit_test(test_periodic),
		cmocka_unit_test(test_periodic_transmits),
		cmocka_unit_test(test_mux),
		cmocka_unit_test(test_churn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
