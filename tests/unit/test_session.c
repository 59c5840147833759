/* SPDX-License-Identifier: BSD-2-Clause */
/* Tickets and sessions of the console: once, not for long, and whose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "daemon/session.h"

#define SECOND 1000000ULL

static const struct peer anna = {.uid = 1000, .role = PEER_ROLE_OPERATOR, .user = "anna"};
static const struct peer bert = {.uid = 1001, .role = PEER_ROLE_READER, .user = "bert"};

static int setup(void **state)
{
	*state = session_table_new(0, 0);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	session_table_free(*state);
	return 0;
}

static void sign_in(struct session_table *table, const struct peer *peer, uint64_t now_us,
		    char token[SESSION_TOKEN_SIZE])
{
	char ticket[SESSION_TOKEN_SIZE];
	struct peer who;

	assert_true(session_ticket(table, peer, now_us, ticket));
	assert_int_equal(strlen(ticket), SESSION_TOKEN_SIZE - 1);
	assert_true(session_redeem(table, ticket, now_us, token, &who));
	assert_int_equal(who.uid, peer->uid);
	assert_int_equal(who.role, peer->role);
	assert_string_not_equal(ticket, token);
}

static void test_ticket_is_good_once(void **state)
{
	char ticket[SESSION_TOKEN_SIZE], token[SESSION_TOKEN_SIZE];
	struct peer who;

	assert_true(session_ticket(*state, &anna, 0, ticket));
	assert_true(session_redeem(*state, ticket, SECOND, token, &who));
	assert_false(session_redeem(*state, ticket, SECOND, token, &who));
	assert_int_equal(session_count(*state), 1);
}

static void test_ticket_grows_old(void **state)
{
	char ticket[SESSION_TOKEN_SIZE], token[SESSION_TOKEN_SIZE];
	struct peer who;

	assert_true(session_ticket(*state, &anna, 5 * SECOND, ticket));
	assert_false(
		session_redeem(*state, ticket, (6 + SESSION_TICKET_S) * SECOND, token, &who));
}

static void test_nonsense_is_nobody(void **state)
{
	static const char zeros[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	static const char *const texts[] = {"", "x", zeros, "0"};
	char token[SESSION_TOKEN_SIZE];
	struct peer who;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(session_find(*state, texts[i], 0, true, &who));
		assert_false(session_redeem(*state, texts[i], 0, token, &who));
		session_end(*state, texts[i]);
	}
}

/* A ticket is no token, and a token no ticket. */
static void test_ticket_and_token_differ(void **state)
{
	char ticket[SESSION_TOKEN_SIZE], token[SESSION_TOKEN_SIZE], other[SESSION_TOKEN_SIZE];
	struct peer who;

	assert_true(session_ticket(*state, &anna, 0, ticket));
	assert_false(session_find(*state, ticket, 0, true, &who));
	sign_in(*state, &bert, 0, token);
	assert_false(session_redeem(*state, token, 0, other, &who));
}

static void test_idle_and_age(void **state)
{
	char token[SESSION_TOKEN_SIZE];
	uint64_t now_us = 0;
	struct peer who;

	sign_in(*state, &anna, now_us, token);
	/* Looking at live data is no use. */
	assert_true(session_find(*state, token, (SESSION_IDLE_S - 1) * SECOND, false, &who));
	assert_false(session_find(*state, token, (SESSION_IDLE_S + 1) * SECOND, false, &who));

	sign_in(*state, &anna, now_us, token);
	while (now_us < SESSION_AGE_S * SECOND) {
		assert_true(session_find(*state, token, now_us, true, &who));
		assert_string_equal(who.user, "anna");
		now_us += (SESSION_IDLE_S - 1) * SECOND;
	}
	assert_false(session_find(*state, token, (SESSION_AGE_S + 1) * SECOND, true, &who));
}

static void test_sign_out(void **state)
{
	char a[SESSION_TOKEN_SIZE], b[SESSION_TOKEN_SIZE];
	struct peer who;

	sign_in(*state, &anna, 0, a);
	sign_in(*state, &bert, 0, b);
	session_end(*state, a);
	assert_false(session_find(*state, a, 0, true, &who));
	assert_true(session_find(*state, b, 0, true, &who));
	assert_int_equal(who.role, PEER_ROLE_READER);
}

/* One person can't push the others out. */
static void test_many_of_one(void **state)
{
	char first[SESSION_TOKEN_SIZE], token[SESSION_TOKEN_SIZE];
	struct peer who;

	sign_in(*state, &bert, 0, first);
	for (uint64_t i = 1; i <= 2 * SESSIONS_MAX; i++) {
		sign_in(*state, &anna, i, token);
	}
	assert_int_equal(session_count(*state), SESSIONS_OF_USER_MAX + 1);
	assert_true(session_find(*state, first, SECOND, true, &who));
	assert_true(session_find(*state, token, SECOND, true, &who));
}

static void test_other_times(void **state)
{
	struct session_table *table = session_table_new(2, 5);
	char ticket[SESSION_TOKEN_SIZE], token[SESSION_TOKEN_SIZE];
	struct peer who;

	(void)state;
	assert_int_equal(session_ticket_seconds(table), 2);
	assert_int_equal(session_idle_seconds(table), 5);
	assert_true(session_ticket(table, &anna, SECOND, ticket));
	assert_false(session_redeem(table, ticket, 4 * SECOND, token, &who));
	sign_in(table, &anna, 10 * SECOND, token);
	assert_true(session_find(table, token, 15 * SECOND, false, &who));
	assert_false(session_find(table, token, 16 * SECOND, false, &who));
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ticket_is_good_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ticket_grows_old, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nonsense_is_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ticket_and_token_differ, setup, teardown),
		cmocka_unit_test_setup_teardown(test_idle_and_age, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sign_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_of_one, setup, teardown),
		cmocka_unit_test(test_other_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
