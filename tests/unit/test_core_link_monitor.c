// SPDX-License-Identifier: BSD-2-Clause
/*
 * The link monitor, arrow by arrow, and beside a model of the kernel driver's
 * own way of counting: polls and a counter.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/link_monitor.h"

static const struct link_monitor_config delays = {
	.miimon_ms = 100, .updelay_ms = 250, .downdelay_ms = 300};
static const struct link_monitor_config no_delays = {.miimon_ms = 100};

static void expect(const struct link_monitor *monitor, enum link_state state, time_ms deadline)
{
	assert_int_equal(monitor->state, state);
	assert_true(monitor->deadline == deadline);
	assert_int_equal(link_monitor_usable(monitor), state == LINK_UP || state == LINK_FAIL);
}

static void test_without_delays(void **state)
{
	struct link_monitor monitor;

	(void)state;
	link_monitor_init(&monitor);
	expect(&monitor, LINK_DOWN, TIME_NEVER);
	assert_false(link_monitor_step(&monitor, &no_delays, false, false, true, 1000));
	assert_true(link_monitor_step(&monitor, &no_delays, true, false, false, 1000));
	expect(&monitor, LINK_UP, TIME_NEVER);
	assert_false(link_monitor_step(&monitor, &no_delays, true, false, true, 1001));
	assert_true(link_monitor_step(&monitor, &no_delays, false, false, false, 1002));
	expect(&monitor, LINK_DOWN, TIME_NEVER);
}

static void test_updelay(void **state)
{
	struct link_monitor monitor;

	(void)state;
	link_monitor_init(&monitor);
	assert_true(link_monitor_step(&monitor, &delays, true, false, false, 1000));
	expect(&monitor, LINK_BACK, 1200); /* two whole polls */
	assert_false(link_monitor_step(&monitor, &delays, true, false, true, 1199));
	/* Only time makes it run out. */
	assert_false(link_monitor_step(&monitor, &delays, true, false, false, 1200));
	assert_true(link_monitor_step(&monitor, &delays, true, false, true, 1200));
	expect(&monitor, LINK_UP, TIME_NEVER);
}

static void test_updelay_broken_off(void **state)
{
	struct link_monitor monitor;

	(void)state;
	link_monitor_init(&monitor);
	link_monitor_step(&monitor, &delays, true, false, false, 1000);
	assert_true(link_monitor_step(&monitor, &delays, false, false, false, 1100));
	expect(&monitor, LINK_DOWN, TIME_NEVER);
	link_monitor_step(&monitor, &delays, true, false, false, 1150);
	expect(&monitor, LINK_BACK, 1350);
}

static void test_updelay_skipped(void **state)
{
	struct link_monitor monitor;

	(void)state;
	link_monitor_init(&monitor);
	assert_true(link_monitor_step(&monitor, &delays, true, true, false, 1000));
	expect(&monitor, LINK_UP, TIME_NEVER);
	link_monitor_init(&monitor);
	link_monitor_step(&monitor, &delays, true, false, false, 1000);
	assert_true(link_monitor_step(&monitor, &delays, true, true, false, 1001));
	expect(&monitor, LINK_UP, TIME_NEVER);
}

static void test_downdelay(void **state)
{
	struct link_monitor monitor = {
		.state = LINK_UP, .carrier = true, .deadline = TIME_NEVER};

	(void)state;
	assert_true(link_monitor_step(&monitor, &delays, false, false, false, 1000));
	expect(&monitor, LINK_FAIL, 1300);
	assert_true(link_monitor_step(&monitor, &delays, true, false, false, 1299));
	expect(&monitor, LINK_UP, TIME_NEVER);
	link_monitor_step(&monitor, &delays, false, false, false, 2000);
	assert_false(link_monitor_step(&monitor, &delays, false, false, true, 2299));
	assert_true(link_monitor_step(&monitor, &delays, false, false, true, 2300));
	expect(&monitor, LINK_DOWN, TIME_NEVER);
}

static void test_no_miimon_no_delays(void **state)
{
	const struct link_monitor_config config = {.updelay_ms = 500, .downdelay_ms = 500};
	struct link_monitor monitor;

	(void)state;
	link_monitor_init(&monitor);
	link_monitor_step(&monitor, &config, true, false, false, 1000);
	expect(&monitor, LINK_UP, TIME_NEVER);
	link_monitor_step(&monitor, &config, false, false, false, 1000);
	expect(&monitor, LINK_DOWN, TIME_NEVER);
}

/* The driver as its documentation and behaviour have it: a poll every miimon, a
 * counter that is set when carrier changes and goes down by one a poll. */
struct driver {
	enum link_state state;
	unsigned int delay;
};

static void driver_poll(struct driver *driver, bool carrier, unsigned int up, unsigned int down)
{
	if (driver->state == LINK_UP && !carrier) {
		driver->state = LINK_FAIL;
		driver->delay = down;
	} else if (driver->state == LINK_DOWN && carrier) {
		driver->state = LINK_BACK;
		driver->delay = up;
	}
	if (driver->state == LINK_FAIL || driver->state == LINK_BACK) {
		bool wanted = driver->state == LINK_BACK;

		if (carrier != wanted) {
			driver->state = wanted ? LINK_DOWN : LINK_UP;
		} else if (driver->delay == 0) {
			driver->state = wanted ? LINK_UP : LINK_DOWN;
		} else {
			driver->delay--;
		}
	}
}

static void test_as_the_driver_counts(void **state)
{
	unsigned int random = 1;

	(void)state;
	for (unsigned int up = 0; up < 4; up++) {
		for (unsigned int down = 0; down < 4; down++) {
			const struct link_monitor_config config = {
				.miimon_ms = 100,
				.updelay_ms = up * 100,
				.downdelay_ms = down * 100 + 99,
			};
			struct driver driver = {.state = LINK_DOWN};
			struct link_monitor monitor;
			bool carrier = false;

			link_monitor_init(&monitor);
			for (time_ms now = 0; now < 100000; now += 100) {
				random = random * 1103515245u + 12345u;
				if ((random >> 16) % 4 == 0) {
					carrier = !carrier;
				}
				driver_poll(&driver, carrier, up, down);
				link_monitor_step(&monitor, &config, carrier, false, true, now);
				assert_int_equal(monitor.state, driver.state);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_delays),
		cmocka_unit_test(test_updelay),
		cmocka_unit_test(test_updelay_broken_off),
		cmocka_unit_test(test_updelay_skipped),
		cmocka_unit_test(test_downdelay),
		cmocka_unit_test(test_no_miimon_no_delays),
		cmocka_unit_test(test_as_the_driver_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
