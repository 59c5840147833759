/* SPDX-License-Identifier: BSD-2-Clause */
/* Default routes, BOOTPROTO and IPv6's ways to addresses, in both dialects. */
#include <arpa/inet.h>

#include "tests/unit/ifcfg_make.h"

#define ADDRESS "IPADDR=10.0.1.5\nPREFIX=23\n"

static void route_text(int family, const struct model_default_route *route, char *out)
{
	strcpy(out, route->is_set ? "device" : "none");
	if (route->has_gateway) {
		assert_true(route->is_set);
		inet_ntop(family, route->gateway, out, INET6_ADDRSTRLEN);
	}
	assert_true(!route->is_set || route->source.line > 0);
}

static bool is_said(const struct made *made, const char *says)
{
	for (size_t i = 0; i < made->problems.count; i++) {
		if (strstr(made->problems.list[i].text, says)) {
			return true;
		}
	}
	return false;
}

static struct made make_lines(enum ifcfg_dialect dialect, const char *lines)
{
	char text[512];
	const struct file files[] = {{"ifcfg-bond0", text},
				     {"ifcfg-eth0", "MASTER=bond0\nSLAVE=yes\n"},
				     {NULL, NULL}};

	snprintf(text, sizeof(text), "TYPE=Bond\nBONDING_OPTS='mode=4 miimon=100'\n%s\n",
		 lines);
	return make_in(dialect, files);
}

static void test_default_routes(void **state)
{
	static const struct {
		const char *lines;
		const char *initscripts4, *nm4;
		const char *initscripts6, *nm6;
		const char *says; /* with initscripts; NULL: nothing */
	} cases[] = {
		{ADDRESS, "none", "none", "none", "none", NULL},
		{ADDRESS "GATEWAY=10.0.0.1", "10.0.0.1", "10.0.0.1", "none", "none", NULL},
		{ADDRESS "GATEWAY=10.0.2.1", "none", "10.0.2.1", "none", "none",
		 "not in the network of the first address"},
		{ADDRESS "IPADDR1=10.0.2.5\nPREFIX1=24\nGATEWAY=10.0.2.1", "none", "10.0.2.1",
		 "none", "none", "not in the network"},
		{ADDRESS "GATEWAY=10.0.0.1\nDEFROUTE=no", "none", "none", "none", "none", NULL},
		{ADDRESS "GATEWAY=10.0.0.1\nDEFROUTE=off", "none", "10.0.0.1", "none", "none",
		 NULL},
		{ADDRESS "GATEWAY=10.0.0.1\nGATEWAYDEV=eth7", "none", "10.0.0.1", "none",
		 "none", NULL},
		{"GATEWAYDEV=bond0", "none", "none", "none", "none", NULL},
		{ADDRESS "GATEWAY=10.0.0.1\nGATEWAYDEV=bond0", "10.0.0.1", "10.0.0.1", "none",
		 "none", NULL},
		{ADDRESS "GATEWAYDEV=bond0", "device", "none", "none", "none", NULL},
		{ADDRESS "GATEWAY0=10.0.0.1\nGATEWAY1=10.0.0.2", "none", "10.0.0.1", "none",
		 "none", NULL},
		{"BOOTPROTO=dhcp\nGATEWAY=10.0.0.1", "none", "10.0.0.1", "none", "none",
		 "the file has no address"},
		{ADDRESS "GATEWAY=x", "none", "none", "none", "none", "so it makes no default"},
		{ADDRESS "GATEWAY=224.0.0.1", "none", "none", "none", "none",
		 "so it makes no default"},
		{"IPV6INIT=yes\nIPV6_DEFAULTGW=2001:db8::1", "none", "none", "2001:db8::1",
		 "2001:db8::1", NULL},
		{"IPV6_DEFAULTGW=fe80::1%bond0", "none", "none", "fe80::1", "none", NULL},
		{"IPV6_DEFAULTGW=fe80::1%eth7", "none", "none", "none", "none", "is on 'eth7'"},
		{"IPV6_DEFAULTGW=fe80::1\nIPV6_DEFAULTDEV=eth7", "none", "none", "none", "none",
		 "is on 'eth7'"},
		{"IPV6_DEFAULTDEV=bond0", "none", "none", "none", "none",
		 "makes no default route over an Ethernet interface"},
		{"IPV6_DEFAULTGW=fe80::1", "none", "none", "none", "none",
		 "expected fe80::1%bond0"},
		{"IPV6_DEFAULTGW=fe80::1\nIPV6_DEFAULTDEV=bond0", "none", "none", "fe80::1",
		 "none", NULL},
		{"IPV6_DEFAULTGW=::", "none", "none", "none", "none", NULL},
		{"IPV6_DEFAULTGW=ff02::1", "none", "none", "none", "none",
		 "so it makes no default"},
		{"IPV6INIT=no\nIPV6_DEFAULTGW=fe80::1", "none", "none", "none", "none", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int nm = 0; nm < 2; nm++) {
			char got4[INET6_ADDRSTRLEN];
			char got6[INET6_ADDRSTRLEN];
			struct made made = make_lines((enum ifcfg_dialect)nm, cases[i].lines);
			const struct model_interface *interface =
				&made.model->bonds[0].interface;
			route_text(AF_INET, &interface->ipv4_default, got4);
			route_text(AF_INET6, &interface->ipv6_default, got6);
			bool quiet = made.problems.count == 0;
			if (strcmp(got4, nm ? cases[i].nm4 : cases[i].initscripts4) != 0 ||
			    strcmp(got6, nm ? cases[i].nm6 : cases[i].initscripts6) != 0 ||
			    (!nm &&
			     (cases[i].says ? !is_said(&made, cases[i].says) : !quiet))) {
				fail_msg("%s, %s: %s %s, %s", cases[i].lines,
					 ifcfg_dialect_name((enum ifcfg_dialect)nm), got4, got6,
					 quiet ? "quiet" : made.problems.list[0].text);
			}
			made_free(&made);
		}
	}
}

static void test_ways_to_addresses(void **state)
{
	static const struct {
		const char *lines;
		enum model_protocol initscripts, nm;
		bool autoconf, nm_autoconf, dhcpv6, nm_dhcpv6;
	} cases[] = {
		{"", 0, 0, true, false, false, false},
		{"BOOTPROTO=none", 0, 0, true, false, false, false},
		{"BOOTPROTO=dhcp", MODEL_PROTOCOL_DHCP, MODEL_PROTOCOL_DHCP, true, false, false,
		 false},
		{"BOOTPROTO=BOOTP", 0, MODEL_PROTOCOL_BOOTP, true, false, false, false},
		{"BOOTPROTO=autoip", 0, MODEL_PROTOCOL_AUTOIP, true, false, false, false},
		{"BOOTPROTO=Shared", 0, MODEL_PROTOCOL_SHARED, true, false, false, false},
		{"IPV6INIT=yes\nDHCPV6C=yes", 0, 0, true, true, true, true},
		{"IPV6INIT=no\nDHCPV6C=yes", 0, 0, false, false, false, false},
		{"IPV6INIT=yes\nIPV6_AUTOCONF=no", 0, 0, false, false, false, false},
		{"IPV6INIT=yes\nIPV6FORWARDING=yes", 0, 0, false, false, false, false},
		{"IPV6INIT=yes\nIPV6FORWARDING=yes\nIPV6_AUTOCONF=yes", 0, 0, true, true, false,
		 false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int nm = 0; nm < 2; nm++) {
			struct made made = make_lines((enum ifcfg_dialect)nm, cases[i].lines);
			const struct model_interface *got = &made.model->bonds[0].interface;
			if (got->protocol != (nm ? cases[i].nm : cases[i].initscripts) ||
			    got->ipv6_autoconf !=
				    (nm ? cases[i].nm_autoconf : cases[i].autoconf) ||
			    got->dhcpv6 != (nm ? cases[i].nm_dhcpv6 : cases[i].dhcpv6)) {
				fail_msg("%s, %s: %s %d %d", cases[i].lines,
					 ifcfg_dialect_name((enum ifcfg_dialect)nm),
					 model_protocol_name(got->protocol), got->ipv6_autoconf,
					 got->dhcpv6);
			}
			made_free(&made);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default_routes),
		cmocka_unit_test(test_ways_to_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
