/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of VLAN interfaces: some as whole texts, and random interfaces written into
 * nothing or into files of all forms, which must read back as they are, in each dialect
 * that has words for it.
 *
 * TEST_SEED repeats a run, TEST_COUNT sets how many files.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ifcfg/ifcfg_write.h"

#define COUNT_DEFAULT 1000
#define DIALECTS      2
#define ADDRESSES_MAX 6
#define TEXT_SIZE     4096

struct vlan {
	struct model_vlan model;
	struct model_address addresses[ADDRESSES_MAX];
};

static struct vlan vlan_make(const char *name, const char *parent, uint16_t vid)
{
	struct vlan vlan = {.model = {.vid = vid, .interface = {.onboot = true}}};

	snprintf(vlan.model.interface.name, MODEL_NAME_SIZE, "%s", name);
	snprintf(vlan.model.parent, MODEL_NAME_SIZE, "%s", parent);
	return vlan;
}

static void vlan_add_address(struct vlan *vlan, const char *text, uint8_t prefix)
{
	struct model_address *address = &vlan->addresses[vlan->model.interface.address_count++];

	*address = (struct model_address){.family = strchr(text, ':') ? AF_INET6 : AF_INET,
					  .prefix = prefix};
	assert_int_equal(inet_pton(address->family, text, address->bytes), 1);
}

static void vlan_set_gateway(struct vlan *vlan, const char *text)
{
	bool inet = !strchr(text, ':');
	struct model_default_route *route = inet ? &vlan->model.interface.ipv4_default
						 : &vlan->model.interface.ipv6_default;

	route->is_set = true;
	route->has_gateway = true;
	assert_int_equal(inet_pton(inet ? AF_INET : AF_INET6, text, route->gateway), 1);
}

static enum ifcfg_write_result write_to(struct vlan *vlan, const char *old, char **out,
					char error[IFCFG_WRITE_ERROR_SIZE])
{
	size_t size = 0;

	vlan->model.interface.addresses = vlan->addresses;
	*out = NULL;
	enum ifcfg_write_result result =
		ifcfg_write_vlan(old, old ? strlen(old) : 0, &vlan->model, out, &size, error);
	assert_true(result != IFCFG_WRITE_OK || strlen(*out) == size);
	return result;
}

static void expect_written(struct vlan *vlan, const char *old, const char *expected)
{
	char error[IFCFG_WRITE_ERROR_SIZE];
	char *text;

	if (write_to(vlan, old, &text, error) != IFCFG_WRITE_OK) {
		fail_msg("%s", error);
	}
	assert_string_equal(text, expected);
	free(text);
}

static void test_new(void **state)
{
	struct vlan vlan = vlan_make("bond0.652", "bond0", 652);

	(void)state;
	expect_written(&vlan, NULL,
		       "DEVICE=bond0.652\nVLAN=yes\nONBOOT=yes\nNM_CONTROLLED=no\n"
		       "BOOTPROTO=none\nIPV6INIT=no\n");
	vlan_add_address(&vlan, "10.124.252.101", 24);
	vlan_add_address(&vlan, "2001:db8::5", 64);
	vlan_add_address(&vlan, "192.0.2.1", 25);
	vlan_add_address(&vlan, "fd00::1", 48);
	vlan_add_address(&vlan, "192.0.2.129", 32);
	vlan_add_address(&vlan, "fd00::2", 128);
	vlan_set_gateway(&vlan, "10.124.252.1");
	vlan_set_gateway(&vlan, "fe80::1");
	vlan.model.interface.mtu = 9000;
	vlan.model.interface.has_mac = true;
	memcpy(vlan.model.interface.mac, "\x52\x54\x00\x12\x34\x56", 6);
	vlan.model.interface.onboot = false;
	expect_written(&vlan, NULL,
		       "DEVICE=bond0.652\nVLAN=yes\nONBOOT=no\nNM_CONTROLLED=no\n"
		       "BOOTPROTO=none\nIPADDR=10.124.252.101\nPREFIX=24\n"
		       "IPADDR1=192.0.2.1\nPREFIX1=25\nIPADDR2=192.0.2.129\nPREFIX2=32\n"
		       "GATEWAY=10.124.252.1\nIPV6INIT=yes\nIPV6ADDR=2001:db8::5/64\n"
		       "IPV6ADDR_SECONDARIES=\"fd00::1/48 fd00::2/128\"\nIPV6_AUTOCONF=no\n"
		       "IPV6_DEFAULTGW=fe80::1%bond0.652\nMTU=9000\n"
		       "MACADDR=52:54:00:12:34:56\n");
}

static void test_forms(void **state)
{
	struct vlan dhcp = vlan_make("vlan652", "bond0", 652);
	struct vlan dots = vlan_make("my.bond.652", "my.bond", 652);
	struct vlan other = vlan_make("bond0.653", "bond1", 652);
	struct vlan zeros = vlan_make("vlan0652", "bond0", 652);

	(void)state;
	dhcp.model.interface.protocol = MODEL_PROTOCOL_DHCP;
	dhcp.model.interface.ipv6_autoconf = true;
	dhcp.model.interface.dhcpv6 = true;
	expect_written(&dhcp, NULL,
		       "DEVICE=vlan652\nVLAN=yes\nPHYSDEV=bond0\nONBOOT=yes\n"
		       "NM_CONTROLLED=no\nBOOTPROTO=dhcp\nIPV6INIT=yes\nIPV6_AUTOCONF=yes\n"
		       "DHCPV6C=yes\n");
	expect_written(&dots, NULL,
		       "DEVICE=my.bond.652\nVLAN=yes\nPHYSDEV=my.bond\nVLAN_ID=652\n"
		       "ONBOOT=yes\nNM_CONTROLLED=no\nBOOTPROTO=none\nIPV6INIT=no\n");
	expect_written(&other, NULL,
		       "DEVICE=bond0.653\nVLAN=yes\nPHYSDEV=bond1\nVID=652\nVLAN_ID=652\n"
		       "ONBOOT=yes\nNM_CONTROLLED=no\nBOOTPROTO=none\nIPV6INIT=no\n");
	expect_written(&zeros, NULL,
		       "DEVICE=vlan0652\nVLAN=yes\nPHYSDEV=bond0\nVID=652\nVLAN_ID=652\n"
		       "ONBOOT=yes\nNM_CONTROLLED=no\nBOOTPROTO=none\nIPV6INIT=no\n");
}

/* For NetworkManager an interface can have both; for initscripts it can't. */
static void test_dhcp_and_address(void **state)
{
	static const char old[] = "DEVICE=bond0.652\nVLAN=yes\nONBOOT=yes\nBOOTPROTO=dhcp\n"
				  "IPADDR=10.1.2.3\nPREFIX=24\nIPV6INIT=no\n";
	struct vlan vlan = vlan_make("bond0.652", "bond0", 652);

	(void)state;
	vlan.model.interface.protocol = MODEL_PROTOCOL_DHCP;
	vlan_add_address(&vlan, "10.1.2.3", 24);
	expect_written(&vlan, old, old);
}

/* Only what differs is touched. */
static void test_existing(void **state)
{
	static const char old[] = "# the office\n"
				  "DEVICE=bond0.652\n"
				  "VLAN=\"yes\"  # tagged\n"
				  "ONBOOT=yes\n"
				  "BOOTPROTO=static\n"
				  "IPADDR0=10.1.2.3   # static\n"
				  "NETMASK0=255.255.255.0\n"
				  "IPV6INIT=no\n"
				  "ZONE=\"internal\"\n"
				  "# end\n";
	struct vlan vlan = vlan_make("bond0.652", "bond0", 652);

	(void)state;
	vlan_add_address(&vlan, "10.1.2.3", 24);
	expect_written(&vlan, old, old);
	vlan.model.interface.mtu = 1400;
	expect_written(&vlan, old,
		       "# the office\nDEVICE=bond0.652\nVLAN=\"yes\"  # tagged\nONBOOT=yes\n"
		       "BOOTPROTO=static\nIPADDR0=10.1.2.3   # static\n"
		       "NETMASK0=255.255.255.0\nIPV6INIT=no\nZONE=\"internal\"\nMTU=1400\n"
		       "# end\n");
	vlan_add_address(&vlan, "10.1.3.4", 16);
	expect_written(&vlan, old,
		       "# the office\nDEVICE=bond0.652\nVLAN=\"yes\"  # tagged\nONBOOT=yes\n"
		       "BOOTPROTO=static\n# static\nIPV6INIT=no\nZONE=\"internal\"\n"
		       "IPADDR=10.1.2.3\nPREFIX=24\nIPADDR1=10.1.3.4\nPREFIX1=16\nMTU=1400\n"
		       "# end\n");
}

static void test_refused(void **state)
{
	struct vlan vlan = vlan_make("bond0.652", "bond0", 652);
	char error[IFCFG_WRITE_ERROR_SIZE];
	char *text;

	(void)state;
	assert_int_equal(write_to(&vlan, "DEVICE=$(x)\nB=1 2\n", &text, error),
			 IFCFG_WRITE_REFUSED);
	assert_non_null(strstr(error, "line 1"));
	assert_int_equal(write_to(&vlan, "MASTER=bond1\nSLAVE=yes\n", &text, error),
			 IFCFG_WRITE_REFUSED);
	assert_non_null(strstr(error, "bond0.652"));
	vlan_add_address(&vlan, "10.1.2.3", 24);
	vlan.model.interface.protocol = MODEL_PROTOCOL_DHCP;
	assert_int_equal(write_to(&vlan, NULL, &text, error), IFCFG_WRITE_BAD_VALUE);
	assert_non_null(strstr(error, "dhcp"));
	vlan.model.interface.protocol = MODEL_PROTOCOL_STATIC;
	vlan.addresses[0].prefix = 0;
	assert_int_equal(write_to(&vlan, NULL, &text, error), IFCFG_WRITE_BAD_VALUE);
	vlan.addresses[0].prefix = 33;
	assert_int_equal(write_to(&vlan, NULL, &text, error), IFCFG_WRITE_BAD_VALUE);
	vlan.addresses[0].prefix = 24;
	vlan.model.interface.ipv6_default.is_set = true;
	assert_int_equal(write_to(&vlan, NULL, &text, error), IFCFG_WRITE_BAD_VALUE);
	assert_non_null(strstr(error, "gateway"));
	vlan = vlan_make("bond0 652", "bond0", 652);
	assert_int_equal(write_to(&vlan, NULL, &text, error), IFCFG_WRITE_BAD_VALUE);
}

static void test_name(void **state)
{
	char name[6 + MODEL_NAME_SIZE];

	(void)state;
	ifcfg_write_name("bond0.652", name);
	assert_string_equal(name, "ifcfg-bond0.652");
	ifcfg_write_name("123456789012345", name);
	assert_string_equal(name, "ifcfg-123456789012345");
}

/* At random. */

struct random {
	uint64_t state;
};

static uint32_t draw(struct random *random, uint32_t below)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return (uint32_t)((random->state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

static void draw_addresses(struct random *random, struct vlan *vlan)
{
	struct model_interface *interface = &vlan->model.interface;
	bool ipv4 = interface->protocol == MODEL_PROTOCOL_STATIC;

	interface->address_count = draw(random, ADDRESSES_MAX + 1);
	for (size_t i = 0; i < interface->address_count; i++) {
		struct model_address *address = &vlan->addresses[i];
		bool inet = ipv4 && draw(random, 2) == 0;
		*address = (struct model_address){.family = inet ? AF_INET : AF_INET6};
		for (size_t b = 0; b < (inet ? 4 : 16); b++) {
			address->bytes[b] = draw(random, 2) ? (uint8_t)draw(random, 256) : 0;
		}
		/* Of a host, and none twice. */
		address->bytes[0] = (uint8_t)(1 + draw(random, 222));
		address->bytes[inet ? 3 : 15] = (uint8_t)(i + 1);
		address->prefix = (uint8_t)(1 + draw(random, inet ? 32 : 128));
	}
}

static void draw_gateways(struct random *random, struct model_interface *interface)
{
	struct model_default_route *ipv4 = &interface->ipv4_default;
	struct model_default_route *ipv6 = &interface->ipv6_default;

	ipv4->is_set = draw(random, 3) == 0;
	ipv4->has_gateway = ipv4->is_set && draw(random, 4) != 0;
	if (ipv4->has_gateway) {
		memcpy(ipv4->gateway, "\x0a\x01\x02\x03", 4);
		for (size_t i = 0; i < interface->address_count && draw(random, 4); i++) {
			if (interface->addresses[i].family == AF_INET) {
				memcpy(ipv4->gateway, interface->addresses[i].bytes, 4);
				break;
			}
		}
	}
	ipv6->is_set = draw(random, 3) == 0;
	ipv6->has_gateway = ipv6->is_set;
	if (ipv6->has_gateway) {
		memcpy(ipv6->gateway, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
		ipv6->gateway[0] = draw(random, 2) ? 0xfe : 0xfd;
	}
}

static void draw_vlan(struct random *random, struct vlan *vlan)
{
	static const struct {
		const char *name;
		const char *parent;
		uint16_t vid;
	} names[] = {{"bond0.652", "bond0", 652},     {"vlan652", "bond0", 652},
		     {"my.bond.652", "my.bond", 652}, {"bond0.653", "bond1", 652},
		     {"vlan0652", "bond0", 652},      {"office", "bond0", 652},
		     {"vlan7x", "bond0", 7},	      {"a.b", "bond0", 9},
		     {"$x'\"\\`", "bond0", 4094}};
	size_t which = draw(random, sizeof(names) / sizeof(names[0]));

	*vlan = vlan_make(names[which].name, names[which].parent, names[which].vid);
	struct model_interface *interface = &vlan->model.interface;
	interface->addresses = vlan->addresses;
	interface->onboot = draw(random, 2);
	interface->protocol = draw(random, 2) ? MODEL_PROTOCOL_STATIC : draw(random, 5);
	interface->mtu = draw(random, 2) ? 0 : 1280 + draw(random, 60000);
	interface->has_mac = draw(random, 2);
	if (interface->has_mac) {
		for (size_t i = 0; i < 6; i++) {
			interface->mac[i] = (uint8_t)(1 + draw(random, 255));
		}
		interface->mac[0] &= 0xfe;
		interface->mac[5] |= 1;
	}
	interface->ipv6_autoconf = draw(random, 2);
	interface->dhcpv6 = draw(random, 3) == 0;
	draw_addresses(random, vlan);
	draw_gateways(random, interface);
}

/* Lines that the file may have had before, in whatever order. */
static void draw_old(struct random *random, const char *name, char text[TEXT_SIZE])
{
	static const char *const lines[] = {"VLAN=yes",
					    "VLAN=on # tagged",
					    "TYPE=Vlan",
					    "TYPE=Ethernet",
					    "TYPE=Bond",
					    "PHYSDEV=bond0",
					    "PHYSDEV=eth9",
					    "VID=652",
					    "VID=7",
					    "VLAN_ID=652",
					    "VLAN_ID=8",
					    "ONBOOT=no",
					    "ONBOOT=perhaps",
					    "BOOTPROTO=static",
					    "BOOTPROTO=dhcp",
					    "BOOTPROTO=none",
					    "BOOTPROTO=DHCP",
					    "IPADDR=10.1.2.3",
					    "IPADDR0=10.1.2.4",
					    "IPADDR1=10.1.2.5; PREFIX1=24",
					    "IPADDR2=10.1.2.6",
					    "IPADDR01=10.1.2.7",
					    "NETMASK=255.255.255.0",
					    "NETMASK0=255.0.0.0",
					    "PREFIX=8",
					    "PREFIX0=16",
					    "BROADCAST=10.1.2.255",
					    "NETWORK=10.1.2.0",
					    "GATEWAY=10.1.2.1",
					    "GATEWAY0=10.1.2.2",
					    "GATEWAY7=10.1.2.9",
					    "GATEWAYDEV=eth9",
					    "DEFROUTE=no",
					    "DEFROUTE=yes",
					    "IPV6INIT=no",
					    "IPV6INIT=yes",
					    "IPV6ADDR=2001:db8::7",
					    "IPV6ADDR_SECONDARIES='fd00::1/64 fd00::2'",
					    "IPV6_AUTOCONF=no",
					    "IPV6_AUTOCONF=yes",
					    "IPV6FORWARDING=yes",
					    "DHCPV6C=yes",
					    "IPV6_DEFAULTGW=fd00::9",
					    "IPV6_DEFAULTDEV=eth9",
					    "MTU=1500",
					    "MTU=0",
					    "MACADDR=52:54:00:00:00:01",
					    "NM_CONTROLLED=yes",
					    "ARPCHECK=no",
					    "export MTU=1300",
					    "X=$IPADDR",
					    "# GATEWAY=10.1.2.254",
					    ""};

	text[0] = '\0';
	if (draw(random, 3)) {
		bool quote = strpbrk(name, "$'\"\\`") != NULL;
		snprintf(text, TEXT_SIZE, "DEVICE=%s\n", quote ? "old" : name);
	}
	strcat(text, "# kept\nUNKNOWN='kept too'\n");
	for (uint32_t i = draw(random, 20); i > 0; i--) {
		strcat(text, lines[draw(random, sizeof(lines) / sizeof(lines[0]))]);
		strcat(text, draw(random, 6) ? "\n" : " # kept as well\n");
	}
}

static const struct model_vlan *read_back(const char *text, const struct vlan *vlan,
					  enum ifcfg_dialect dialect, struct model **model)
{
	char name[6 + MODEL_NAME_SIZE];
	struct model_problems problems = {0};
	const struct ifcfg_text file = {.path = name, .bytes = text, .size = strlen(text)};

	ifcfg_write_name(vlan->model.interface.name, name);
	*model = ifcfg_read(&file, 1, dialect, NULL, &problems);
	assert_non_null(*model);
	model_problems_free(&problems);
	return (*model)->vlan_count == 1 ? &(*model)->vlans[0] : NULL;
}

static const struct model_address *nth(const struct model_interface *interface, int family,
				       size_t n)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		if (interface->addresses[i].family == family && n-- == 0) {
			return &interface->addresses[i];
		}
	}
	return NULL;
}

static bool addresses_same(const struct model_interface *left,
			   const struct model_interface *right, int family)
{
	for (size_t n = 0;; n++) {
		const struct model_address *a = nth(left, family, n);
		const struct model_address *b = nth(right, family, n);
		if (!a || !b) {
			return a == b;
		}
		if (a->prefix != b->prefix ||
		    memcmp(a->bytes, b->bytes, family == AF_INET ? 4 : 16) != 0) {
			return false;
		}
	}
}

static bool default_same(const struct model_default_route *left,
			 const struct model_default_route *right, size_t size)
{
	return left->is_set == right->is_set && left->has_gateway == right->has_gateway &&
	       memcmp(left->gateway, right->gateway, size) == 0;
}

/* Whether the gateway is in the network of the first address, as ifup wants it. */
static bool gateway_is_near(const struct model_interface *interface)
{
	const struct model_address *first = nth(interface, AF_INET, 0);
	uint32_t address;
	uint32_t gateway;

	if (!first) {
		return false;
	}
	memcpy(&address, first->bytes, 4);
	memcpy(&gateway, interface->ipv4_default.gateway, 4);
	return (ntohl(address) ^ ntohl(gateway)) >> (32 - first->prefix) == 0;
}

/* Whether the dialect has words for the IPv4 default route. */
static bool has_default_words(const struct model_interface *interface,
			      enum ifcfg_dialect dialect)
{
	const struct model_default_route *route = &interface->ipv4_default;

	if (!route->is_set) {
		return true;
	}
	if (dialect == IFCFG_DIALECT_NM) {
		return route->has_gateway;
	}
	bool has_ipv4 = false;
	for (size_t i = 0; i < interface->address_count; i++) {
		has_ipv4 |= interface->addresses[i].family == AF_INET;
	}
	return interface->protocol == MODEL_PROTOCOL_STATIC && has_ipv4 &&
	       (!route->has_gateway || gateway_is_near(interface));
}

static void expect_same(const struct vlan *wanted, const struct model_vlan *is,
			enum ifcfg_dialect dialect, const char *text)
{
	const struct model_interface *a = &wanted->model.interface;
	const struct model_interface *b = &is->interface;
	bool words = dialect == IFCFG_DIALECT_NM || a->protocol <= MODEL_PROTOCOL_BOOTP;
	const char *what = strcmp(a->name, b->name) != 0 ||
					   strcmp(wanted->model.parent, is->parent) != 0 ||
					   wanted->model.vid != is->vid
				   ? "identity"
			   : a->onboot != b->onboot		     ? "ONBOOT"
			   : words && a->protocol != b->protocol     ? "BOOTPROTO"
			   : a->mtu != b->mtu			     ? "MTU"
			   : a->has_mac != b->has_mac		     ? "MACADDR"
			   : a->has_mac && memcmp(a->mac, b->mac, 6) ? "MACADDR"
			   : words && !addresses_same(a, b, AF_INET) ? "IPADDR"
			   : !addresses_same(a, b, AF_INET6)	     ? "IPV6ADDR"
			   : a->ipv6_autoconf != b->ipv6_autoconf    ? "IPV6_AUTOCONF"
			   : a->dhcpv6 != b->dhcpv6		     ? "DHCPV6C"
			   : !default_same(&a->ipv6_default, &b->ipv6_default, 16)
				   ? "IPV6_DEFAULTGW"
			   : words && has_default_words(a, dialect) &&
					   !default_same(&a->ipv4_default, &b->ipv4_default, 4)
				   ? "GATEWAY"
				   : NULL;

	if (what) {
		fail_msg("%s is another to %s in\n%s", what, ifcfg_dialect_name(dialect), text);
	}
}

static bool dialect_reads(const char *text, enum ifcfg_dialect dialect)
{
	const struct ifcfg_text file = {.path = "x", .bytes = text, .size = strlen(text)};
	struct model_problems problems = {0};
	struct ifcfg_variables variables;

	bool fine = ifcfg_parse(&file, dialect, 0, "", &variables, &problems);
	ifcfg_variables_free(&variables);
	model_problems_free(&problems);
	return fine;
}

static void check_one(struct random *random)
{
	struct vlan vlan;
	char old[TEXT_SIZE];
	char error[IFCFG_WRITE_ERROR_SIZE];
	char *text;
	char *again;

	draw_vlan(random, &vlan);
	draw_old(random, vlan.model.interface.name, old);
	bool is_new = draw(random, 4) == 0;
	if (write_to(&vlan, is_new ? NULL : old, &text, error) != IFCFG_WRITE_OK) {
		fail_msg("%s: %s\n%s", vlan.model.interface.name, error, is_new ? "" : old);
	}
	for (size_t d = 0; d < DIALECTS; d++) {
		enum ifcfg_dialect dialect = (enum ifcfg_dialect)d;
		struct model *model;
		if (!is_new && !dialect_reads(old, dialect)) {
			continue;
		}
		const struct model_vlan *is = read_back(text, &vlan, dialect, &model);
		if (!is) {
			fail_msg("no VLAN interface to %s in\n%s", ifcfg_dialect_name(dialect),
				 text);
		}
		expect_same(&vlan, is, dialect, text);
		model_free(model);
	}
	if (!is_new) {
		assert_non_null(strstr(text, "# kept\nUNKNOWN='kept too'\n"));
		assert_true(!strstr(old, "# kept as well") ||
			    strstr(text, "# kept as well") != NULL);
	}
	/* Once more, there is nothing to do. */
	assert_int_equal(write_to(&vlan, text, &again, error), IFCFG_WRITE_OK);
	assert_string_equal(again, text);
	free(again);
	free(text);
}

static void test_random(void **state)
{
	const char *seed = getenv("TEST_SEED");
	const char *count = getenv("TEST_COUNT");
	struct random random = {.state = seed ? strtoull(seed, NULL, 0)
					      : (uint64_t)time(NULL) * 1000003};

	(void)state;
	print_message("TEST_SEED=%" PRIu64 "\n", random.state);
	for (unsigned long i = count ? strtoul(count, NULL, 0) : COUNT_DEFAULT; i > 0; i--) {
		check_one(&random);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),	 cmocka_unit_test(test_forms),
		cmocka_unit_test(test_existing), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_name),	 cmocka_unit_test(test_dhcp_and_address),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
