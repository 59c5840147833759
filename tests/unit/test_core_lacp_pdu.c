// SPDX-License-Identifier: BSD-2-Clause
/*
 * LACPDUs on the wire: against bytes laid out by hand from IEEE 802.1AX-2014
 * figure 6-7, and everything that makes a frame not a LACPDU.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/lacp_pdu.h"

/* clang-format off */
static const uint8_t golden[LACP_FRAME_SIZE] = {
	0x01, 0x80, 0xc2, 0x00, 0x00, 0x02,	/* Slow_Protocols_Multicast */
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55,	/* source */
	0x88, 0x09, 0x01, 0x01,			/* slow protocols, LACP, version 1 */
	0x01, 0x14,				/* Actor_Information, 20 */
	0x80, 0x00,				/* system priority 32768 */
	0x02, 0x11, 0x22, 0x33, 0x44, 0x00,	/* system */
	0x01, 0x4f, 0x00, 0xff, 0x00, 0x03,	/* key, port priority, port */
	0x3d, 0x00, 0x00, 0x00,			/* state, reserved */
	0x02, 0x14,				/* Partner_Information, 20 */
	0x12, 0x34,
	0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
	0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0,
	0x0f, 0x00, 0x00, 0x00,
	0x03, 0x10, 0x00, 0x00,			/* Collector_Information, 16, max delay */
	/* reserved, Terminator TLV, reserved: zeros to the end */
};
/* clang-format on */

static const uint8_t source[6] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

static const struct lacp_info golden_actor = {
	.system_priority = 0x8000,
	.system = {0x02, 0x11, 0x22, 0x33, 0x44, 0x00},
	.key = 0x014f,
	.port_priority = 0xff,
	.port = 3,
	.state = 0x3d,
};
static const struct lacp_info golden_partner = {
	.system_priority = 0x1234,
	.system = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee},
	.key = 0x5678,
	.port_priority = 0x9abc,
	.port = 0xdef0,
	.state = 0x0f,
};

static void info_equal(const struct lacp_info *a, const struct lacp_info *b)
{
	assert_int_equal(a->system_priority, b->system_priority);
	assert_memory_equal(a->system, b->system, 6);
	assert_int_equal(a->key, b->key);
	assert_int_equal(a->port_priority, b->port_priority);
	assert_int_equal(a->port, b->port);
	assert_int_equal(a->state, b->state);
}

static void test_encode(void **state)
{
	uint8_t frame[LACP_FRAME_SIZE];

	(void)state;
	memset(frame, 0xee, sizeof(frame));
	lacp_pdu_encode(frame, source, &golden_actor, &golden_partner);
	assert_memory_equal(frame, golden, sizeof(golden));
}

static void test_decode(void **state)
{
	struct lacp_pdu pdu;

	(void)state;
	assert_int_equal(lacp_pdu_decode(golden, sizeof(golden), &pdu), LACP_REJECT_NONE);
	assert_int_equal(pdu.kind, LACP_PDU_LACPDU);
	assert_int_equal(pdu.version, 1);
	info_equal(&pdu.actor, &golden_actor);
	info_equal(&pdu.partner, &golden_partner);
}

/* 6.4.12: version, TLV types and reserved fields are not judged; what a later
 * version adds is behind what we read. */
static void test_decode_is_lenient(void **state)
{
	uint8_t frame[1514] = {0};
	struct lacp_pdu pdu;

	(void)state;
	memset(frame, 0x5a, sizeof(frame));
	memcpy(frame, golden, 60);
	frame[15] = 2;
	frame[16] = 9;
	frame[36] = 8;
	frame[33] = 0xff;
	frame[56] = 0x77;
	assert_int_equal(lacp_pdu_decode(frame, sizeof(frame), &pdu), LACP_REJECT_NONE);
	assert_int_equal(pdu.version, 2);
	info_equal(&pdu.actor, &golden_actor);
}

static void expect_reject(size_t at, uint8_t value, enum lacp_reject reject)
{
	uint8_t frame[LACP_FRAME_SIZE];
	struct lacp_pdu pdu;

	memcpy(frame, golden, sizeof(frame));
	frame[at] = value;
	assert_int_equal(lacp_pdu_decode(frame, sizeof(frame), &pdu), reject);
}

static void test_rejects(void **state)
{
	struct lacp_pdu pdu;

	(void)state;
	expect_reject(5, 0x03, LACP_REJECT_WRONG_DESTINATION);
	expect_reject(13, 0x08, LACP_REJECT_WRONG_ETHERTYPE);
	expect_reject(14, 3, LACP_REJECT_OTHER_SUBTYPE);
	expect_reject(14, 10, LACP_REJECT_OTHER_SUBTYPE);
	expect_reject(17, 19, LACP_REJECT_ACTOR_LENGTH);
	expect_reject(37, 0, LACP_REJECT_PARTNER_LENGTH);
	for (size_t size = 0; size < sizeof(golden); size++) {
		assert_int_equal(lacp_pdu_decode(golden, size, &pdu), LACP_REJECT_TRUNCATED);
	}
}

static void test_marker(void **state)
{
	uint8_t marker[LACP_FRAME_SIZE] = {0x01, 0x80, 0xc2, 0,	   0, 2, 2, 9, 9,
					   9,	 9,    9,    0x88, 9, 2, 1, 1, 16};
	uint8_t answer[LACP_FRAME_SIZE];
	uint8_t expected[LACP_FRAME_SIZE];
	struct lacp_pdu pdu;

	(void)state;
	/* Requester_Port, Requester_System, Requester_Transaction_ID */
	for (uint8_t i = 0; i < 12; i++) {
		marker[18 + i] = (uint8_t)(0xa0 + i);
	}
	assert_int_equal(lacp_pdu_decode(marker, sizeof(marker), &pdu), LACP_REJECT_NONE);
	assert_int_equal(pdu.kind, LACP_PDU_MARKER);
	lacp_pdu_encode_marker_response(answer, source, marker);
	memcpy(expected, marker, sizeof(expected));
	memcpy(expected + 6, source, 6);
	expected[16] = 2;
	assert_memory_equal(answer, expected, sizeof(expected));
	assert_int_equal(lacp_pdu_decode(answer, sizeof(answer), &pdu), LACP_REJECT_NONE);
	assert_int_equal(pdu.kind, LACP_PDU_MARKER_RESPONSE);
	marker[16] = 3;
	assert_int_equal(lacp_pdu_decode(marker, sizeof(marker), &pdu),
			 LACP_REJECT_MARKER_TYPE);
	marker[16] = 1;
	marker[17] = 15;
	assert_int_equal(lacp_pdu_decode(marker, sizeof(marker), &pdu),
			 LACP_REJECT_MARKER_LENGTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_decode_is_lenient),
		cmocka_unit_test(test_rejects),
		cmocka_unit_test(test_marker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
