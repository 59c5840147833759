/* SPDX-License-Identifier: BSD-2-Clause */
/* What a client may ask of a VLAN interface, and what is said of the rest. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* clang-format off: cmocka.h needs the above */
#include <cmocka.h>
/* clang-format on */

#include "daemon/vlan_request.h"

struct fixture {
	struct vlan_request request;
	struct vlan_request_error error;
};

static bool read_text(struct fixture *f, enum vlan_request_kind kind, const char *text)
{
	json_error_t where;
	json_t *body = json_loads(text, JSON_DECODE_ANY, &where);
	bool fine;

	if (!body) {
		fail_msg("the test's own JSON is wrong: %s: %s", text, where.text);
	}
	fine = vlan_request_read(body, kind, &f->request, &f->error);
	json_decref(body);
	return fine;
}

static void refused(enum vlan_request_kind kind, const char *text, const char *field,
		    const char *part)
{
	struct fixture f;

	if (read_text(&f, kind, text)) {
		fail_msg("taken: %s", text);
	}
	if (field ? !f.error.field || strcmp(f.error.field, field) != 0
		  : f.error.field != NULL) {
		fail_msg("%s: field %s, expected %s", text, f.error.field ? f.error.field : "-",
			 field ? field : "-");
	}
	if (!strstr(f.error.message, part)) {
		fail_msg("%s: says '%s', expected '%s' in it", text, f.error.message, part);
	}
}

/* One field in a body that is fine otherwise. */
static void refused_field(const char *field, const char *value, const char *part)
{
	char text[512];

	snprintf(text, sizeof(text), "{\"parent\":\"bond0\",\"vid\":5,\"%s\":%s}", field,
		 value);
	refused(VLAN_REQUEST_ADD, text, field, part);
}

static void test_whole(void **state)
{
	struct model_vlan vlan;
	struct fixture f;

	(void)state;
	assert_true(read_text(
		&f, VLAN_REQUEST_ADD,
		"{\"parent\":\"bond0\",\"vid\":652,\"addresses\":[\"10.1.2.3/24\","
		"\"2001:db8::3/64\"],\"gateway\":\"10.1.2.1\",\"gateway6\":\"fe80::1\","
		"\"mtu\":1400,\"mac\":\"52:54:00:AB:cd:01\",\"onboot\":false,"
		"\"ipv6_autoconf\":false,\"dhcpv6\":true,\"stage\":true}"));
	assert_string_equal(f.request.parent, "bond0");
	assert_int_equal(f.request.vid, 652);
	assert_true(f.request.stage);
	vlan_request_init_vlan(&vlan);
	assert_true(vlan_request_apply(&f.request, &vlan));
	assert_true(vlan_request_check(&vlan, &f.error));
	assert_int_equal(vlan.interface.address_count, 2);
	assert_int_equal(vlan.interface.addresses[1].family, AF_INET6);
	assert_int_equal(vlan.interface.addresses[1].prefix, 64);
	assert_int_equal(vlan.interface.mtu, 1400);
	assert_true(vlan.interface.has_mac && vlan.interface.mac[3] == 0xab);
	assert_true(vlan.interface.ipv4_default.has_gateway);
	assert_false(vlan.interface.onboot);
	assert_false(vlan.interface.ipv6_autoconf);
	assert_true(vlan.interface.dhcpv6);
	model_interface_clear(&vlan.interface);
}

static void test_defaults(void **state)
{
	struct model_vlan vlan;
	struct fixture f;

	(void)state;
	assert_true(read_text(&f, VLAN_REQUEST_ADD, "{\"parent\":\"bond0\",\"vid\":1}"));
	vlan_request_init_vlan(&vlan);
	assert_true(vlan_request_apply(&f.request, &vlan));
	assert_true(vlan.interface.onboot);
	assert_true(vlan.interface.ipv6_autoconf);
	assert_int_equal(vlan.interface.protocol, MODEL_PROTOCOL_STATIC);
	assert_int_equal(vlan.interface.mtu, 0);
	assert_false(f.request.stage);
}

static void test_set_changes_what_is_given(void **state)
{
	struct model_vlan vlan;
	struct fixture f;

	(void)state;
	assert_true(read_text(
		&f, VLAN_REQUEST_ADD,
		"{\"parent\":\"bond0\",\"vid\":1,\"addresses\":[\"10.1.2.3/24\"],"
		"\"mtu\":1400,\"gateway\":\"10.1.2.1\",\"mac\":\"52:54:00:00:00:01\"}"));
	vlan_request_init_vlan(&vlan);
	assert_true(vlan_request_apply(&f.request, &vlan));
	assert_true(read_text(&f, VLAN_REQUEST_SET, "{\"mtu\":null,\"dhcpv6\":true}"));
	assert_true(vlan_request_apply(&f.request, &vlan));
	assert_int_equal(vlan.interface.mtu, 0);
	assert_true(vlan.interface.dhcpv6);
	assert_int_equal(vlan.interface.address_count, 1);
	assert_true(vlan.interface.has_mac);
	assert_true(read_text(&f, VLAN_REQUEST_SET,
			      "{\"addresses\":null,\"gateway\":null,\"mac\":null}"));
	assert_true(vlan_request_apply(&f.request, &vlan));
	assert_int_equal(vlan.interface.address_count, 0);
	assert_false(vlan.interface.ipv4_default.is_set);
	assert_false(vlan.interface.has_mac);
	model_interface_clear(&vlan.interface);
}

static void test_bodies(void **state)
{
	(void)state;
	refused(VLAN_REQUEST_ADD, "[]", NULL, "JSON object");
	refused(VLAN_REQUEST_ADD, "null", NULL, "JSON object");
	refused(VLAN_REQUEST_ADD, "{\"vid\":5}", "parent", "parent is needed");
	refused(VLAN_REQUEST_ADD, "{\"parent\":\"bond0\"}", "vid", "vid is needed");
	refused(VLAN_REQUEST_ADD, "{\"parent\":\"bond0\",\"vid\":5,\"adresses\":[]}", NULL,
		"unknown field 'adresses'");
	refused(VLAN_REQUEST_ADD,
		"{\"parent\":\"bond0\",\"vid\":5,\"stage\":true,\"confirm\":60}", "confirm",
		"committed");
	refused(VLAN_REQUEST_SET, "{\"vid\":5}", NULL, "unknown field 'vid'");
	refused(VLAN_REQUEST_SET, "{\"name\":\"x\"}", NULL, "unknown field 'name'");
	refused(VLAN_REQUEST_DELETE, "{\"mtu\":1500}", NULL, "unknown field 'mtu'");
}

static void test_names_and_numbers(void **state)
{
	(void)state;
	refused(VLAN_REQUEST_ADD, "{\"parent\":\"../etc\",\"vid\":5}", "parent", "no name");
	refused(VLAN_REQUEST_ADD, "{\"parent\":\"\",\"vid\":5}", "parent", "no name");
	refused(VLAN_REQUEST_ADD, "{\"parent\":7,\"vid\":5}", "parent", "no name");
	refused_field("name", "\"a b\"", "no name");
	refused_field("name", "\"sixteen-letters1\"", "no name");
	refused_field("name", "\"bond0:1\"", "no name");
	refused_field("name", "\"$(id)\"", "no name");
	refused_field("name", "\"b\\u00f6nd\"", "no name");
	refused(VLAN_REQUEST_ADD, "{\"parent\":\"bond0\",\"vid\":0}", "vid", "from 1 to 4094");
	refused(VLAN_REQUEST_ADD, "{\"parent\":\"bond0\",\"vid\":4095}", "vid",
		"from 1 to 4094");
	refused(VLAN_REQUEST_ADD, "{\"parent\":\"bond0\",\"vid\":\"5\"}", "vid", "a number");
	refused(VLAN_REQUEST_ADD, "{\"parent\":\"bond0\",\"vid\":5.0}", "vid", "a number");
	refused_field("mtu", "67", "from 68 to 65535");
	refused_field("mtu", "65536", "from 68 to 65535");
	refused_field("mtu", "9223372036854775807", "from 68 to 65535");
	refused_field("dhcp", "1", "true or false");
	refused_field("confirm", "0", "from 1 to 86400");
	refused_field("confirm", "86401", "from 1 to 86400");
	refused_field("revision", "\"0123456789abcdef0\"", "16 hex digits");
}

static void test_macs(void **state)
{
	(void)state;
	refused_field("mac", "\"52:54:00:12:34\"", "no MAC");
	refused_field("mac", "\"52-54-00-12-34-56\"", "no MAC");
	refused_field("mac", "\"52:54:00:12:34:5g\"", "no MAC");
	refused_field("mac", "\"52:54:00:12:34:567\"", "no MAC");
	refused_field("mac", "\"5254:00:12:34:56:\"", "no MAC");
	refused_field("mac", "\"01:00:5e:00:00:01\"", "group");
	refused_field("mac", "\"ff:ff:ff:ff:ff:ff\"", "group");
	refused_field("mac", "\"00:00:00:00:00:00\"", "no address");
}

static void test_addresses(void **state)
{
	static const struct {
		const char *value, *part;
	} wrong[] = {
		{"\"10.1.2.3/24\"", "a list"},
		{"[7]", "no address"},
		{"[\"10.1.2.3\"]", "no address"},
		{"[\"10.1.2.3/\"]", "no address"},
		{"[\"10.1.2.3/33\"]", "no address"},
		{"[\"10.1.2.3/024\"]", "no address"},
		{"[\"10.1.2.3/+4\"]", "no address"},
		{"[\"010.1.2.3/24\"]", "no address"},
		{"[\"10.1.2/24\"]", "no address"},
		{"[\"10.1.2.300/24\"]", "no address"},
		{"[\"10.1.2.3/255.255.255.0\"]", "no address"},
		{"[\"2001:db8::3/129\"]", "no address"},
		{"[\"2001:db8:::3/64\"]", "no address"},
		{"[\"fe80::1%eth0/64\"]", "no address"},
		{"[\"10.1.2.0/24\"]", "the network itself"},
		{"[\"10.1.2.255/24\"]", "broadcast"},
		{"[\"10.1.2.3/0\"]", "prefix of 0"},
		{"[\"0.0.0.5/8\"]", "0.0.0.0/8"},
		{"[\"127.0.0.1/8\"]", "loopback"},
		{"[\"224.0.0.5/24\"]", "multicast"},
		{"[\"255.255.255.255/32\"]", "no host"},
		{"[\"::1/128\"]", "loopback"},
		{"[\"::/64\"]", "no address"},
		{"[\"ff02::1/64\"]", "multicast"},
		{"[\"::ffff:10.0.0.1/96\"]", "written as IPv6"},
		{"[\"2001:db8::/64\"]", "all routers"},
		{"[\"10.1.2.3/24\",\"10.1.2.3/25\"]", "twice"},
		{"[\"2001:db8::3/64\",\"2001:DB8:0::3/64\"]", "twice"},
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		refused_field("addresses", wrong[i].value, wrong[i].part);
	}
	assert_true(read_text(&f, VLAN_REQUEST_SET,
			      "{\"addresses\":[\"10.1.2.0/31\",\"10.1.2.1/32\","
			      "\"192.0.2.254/24\",\"2001:db8::/127\",\"fe80::5/64\"]}"));
	assert_int_equal(f.request.address_count, 5);
}

static void test_more_addresses_than_a_file_has(void **state)
{
	json_t *list = json_array(), *body = json_pack("{s:o}", "addresses", list);
	struct fixture f;

	(void)state;
	for (int i = 0; i < VLAN_REQUEST_ADDRESSES_MAX; i++) {
		json_array_append_new(list, json_sprintf("10.1.%d.%d/8", i / 200, i % 200 + 1));
	}
	assert_true(vlan_request_read(body, VLAN_REQUEST_SET, &f.request, &f.error));
	json_array_append_new(list, json_string("10.9.9.9/8"));
	assert_false(vlan_request_read(body, VLAN_REQUEST_SET, &f.request, &f.error));
	assert_string_equal(f.error.field, "addresses");
	json_decref(body);
}

/* What fits by itself and not together. */
static void refused_together(const char *text, const char *field, const char *part)
{
	struct model_vlan vlan;
	struct fixture f;

	assert_true(read_text(&f, VLAN_REQUEST_SET, text));
	vlan_request_init_vlan(&vlan);
	assert_true(vlan_request_apply(&f.request, &vlan));
	if (vlan_request_check(&vlan, &f.error)) {
		fail_msg("taken: %s", text);
	}
	assert_string_equal(f.error.field, field);
	assert_non_null(strstr(f.error.message, part));
	model_interface_clear(&vlan.interface);
}

static void test_together(void **state)
{
	(void)state;
	refused_field("gateway", "\"10.1.2\"", "no address");
	refused_field("gateway", "\"2001:db8::1\"", "no address");
	refused_field("gateway6", "\"10.1.2.1\"", "no address");
	refused_field("gateway", "\"127.0.0.1\"", "loopback");
	refused_together("{\"addresses\":[\"10.1.2.3/24\"],\"gateway\":\"10.1.3.1\"}",
			 "gateway", "not in the network of the first");
	refused_together("{\"addresses\":[\"10.9.2.3/24\",\"10.1.2.3/24\"],"
			 "\"gateway\":\"10.1.2.1\"}",
			 "gateway", "first");
	refused_together("{\"gateway\":\"10.1.3.1\"}", "gateway", "not in the network");
	refused_together("{\"addresses\":[\"2001:db8::3/64\"],\"gateway6\":\"2001:db9::1\"}",
			 "gateway6", "in no network");
	refused_together("{\"addresses\":[\"10.1.2.3/24\"],\"dhcp\":true}", "dhcp",
			 "one or the");
	refused_together("{\"addresses\":[\"2001:db8::3/64\"],\"mtu\":1279}", "mtu",
			 "at least 1280");
	refused_together("{\"dhcpv6\":true,\"mtu\":600}", "mtu", "at least 1280");
}

static void test_name(void **state)
{
	char name[MODEL_NAME_SIZE];

	(void)state;
	vlan_request_name("bond0", 652, name);
	assert_string_equal(name, "bond0.652");
	vlan_request_name("enp130s0f1", 4094, name);
	assert_string_equal(name, "enp130s0f1.4094");
	vlan_request_name("enp130s0f1a", 4094, name);
	assert_string_equal(name, "vlan4094");
	vlan_request_name("enp130s0f1abcde", 1, name);
	assert_string_equal(name, "vlan1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_set_changes_what_is_given),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_names_and_numbers),
		cmocka_unit_test(test_macs),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_more_addresses_than_a_file_has),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
