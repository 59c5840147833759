/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What files mean: options, addresses, VLAN forms, and which interface an
 * error keeps out. Most cases put one line into a bond's file and look for one
 * message or one value.
 */
#include <arpa/inet.h>

#include "tests/unit/ifcfg_make.h"

static void test_bonding_options_refused(void **state)
{
	static const struct {
		const char *options;
		const char *says;
	} cases[] = {
		{"miimon=100", "no mode is given"},
		{"mode=7 miimon=100", "'7' is no value of option 'mode'"},
		{"mode=LACP miimon=100", "'LACP' is no value of option 'mode'"},
		{"mode=0 miimon=100", "'balance-rr' is known"},
		{"mode=active-backup miimon=100", "'active-backup' is known"},
		{"mode=3 miimon=100", "'broadcast' is known"},
		{"mode=5 miimon=100", "'balance-tlb' is known"},
		{"mode=balance-alb miimon=100", "'balance-alb' is known"},
		{"mode=4 miimon=fast", "no value of option 'miimon'"},
		{"mode=4 miimon=-1", "no value of option 'miimon'"},
		{"mode=4 miimon=2147483648", "no value of option 'miimon'"},
		{"mode=4 miimon=100 use_carrier=2", "no value of option 'use_carrier'"},
		{"mode=4 miimon=100 xmit_hash_policy=layer4", "'xmit_hash_policy'; expected"},
		{"mode=4 miimon=100 xmit_hash_policy=encap2+3", "'encap2+3' is known"},
		{"mode=4 miimon=100 xmit_hash_policy=5", "'vlan+srcmac' is known"},
		{"mode=4 miimon=100 lacp_rate=2", "no value of option 'lacp_rate'"},
		{"mode=4 miimon=100 lacp_active=yes", "no value of option 'lacp_active'"},
		{"mode=4 miimon=100 min_links=two", "no value of option 'min_links'"},
		{"mode=4 miimon=100 ad_actor_sys_prio=0", "from 1 to 65535"},
		{"mode=4 miimon=100 ad_actor_sys_prio=65536", "from 1 to 65535"},
		{"mode=4 miimon=100 ad_user_port_key=1024", "from 0 to 1023"},
		{"mode=4 miimon=100 ad_actor_system=1:2:3:4:5:6", "a MAC address"},
		{"mode=4 miimon=100 ad_actor_system=01:80:c2:00:00:02", "a MAC address"},
		{"mode=4 miimon=100 ad_select=bandwidth", "'bandwidth' is known"},
		{"mode=4 miimon=100 ad_select=best", "expected stable"},
		{"mode=4 miimon=100 primary=eth0",
		 "belongs to mode active-backup, balance-tlb or balance-alb"},
		{"mode=4 miimon=100 arp_interval=100",
		 "belongs to mode balance-rr, active-backup, balance-xor or broadcast"},
		{"mode=2 miimon=100 lacp_rate=fast", "belongs to mode 802.3ad, and"},
		{"lacp_active=off mode=2 miimon=100", "belongs to mode 802.3ad, and"},
		{"mode=2 miimon=100 ad_user_port_key=1", "belongs to mode 802.3ad, and"},
		{"mode=2 miimon=100 packets_per_slave=1", "belongs to mode balance-rr, and"},
		{"mode=2 miimon=100 arp_interval=100", "'arp_interval' is known"},
		{"mode=4 miimon=100 coupled_control=off", "'coupled_control' is known"},
		{"mode=4 miimon=100 resend_igmp=1", "'resend_igmp' is known"},
		{"mode=4 miimon=100 xmit_hash_polcy=layer2", "did you mean 'xmit_hash_policy'"},
		{"mode=4 mimon=100 miimon=100", "did you mean 'miimon'"},
		{"mode=4 miimon=100 colour=blue", "unknown option 'colour'; expected"},
		{"mode=4 miimon=100 lacp_rate", "'lacp_rate'; expected NAME=VALUE"},
		{"mode=4 miimon=100 lacp_rate=", "'lacp_rate='; expected NAME=VALUE"},
		{"mode=4 miimon=100 =fast", "'=fast'; expected NAME=VALUE"},
		{"mode=4=2 miimon=100", "'4=2' is no value of option 'mode'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made made = make_bond(cases[i].options, "");
		expect_problem(&made, MODEL_ERROR, "bond0", cases[i].says, cases[i].options);
		assert_int_equal(made.problems.list[0].source.line, 2);
		model_drop_faulty(made.model, &made.problems);
		assert_int_equal(made.model->bond_count, 0);
		made_free(&made);
	}
}

static void test_bonding_options_warned(void **state)
{
	static const struct {
		const char *options;
		const char *says; /* NULL: nothing */
		uint32_t miimon_ms, updelay_ms, downdelay_ms, min_links;
	} cases[] = {
		{"mode=4 miimon=100", NULL, 100, 0, 0, 0},
		{"  mode=802.3ad \t miimon=50\n", NULL, 50, 0, 0, 0},
		{"mode=4", "miimon=100 is used", 100, 0, 0, 0},
		{"mode=4 miimon=0", "miimon=100 is used", 100, 0, 0, 0},
		{"mode=2", "without miimon", 0, 0, 0, 0},
		{"mode=2 miimon=0", "without miimon", 0, 0, 0, 0},
		{"updelay=200 mode=4 downdelay=400 miimon=100", NULL, 100, 200, 400, 0},
		{"mode=4 miimon=100 updelay=250", "updelay=250 is no multiple", 100, 200, 0, 0},
		{"mode=4 miimon=100 downdelay=99", "downdelay=99 is no multiple", 100, 0, 0, 0},
		{"mode=4 miimon=100 miimon=60", "given more than once", 60, 0, 0, 0},
		{"mode=2 mode=4 miimon=100", "given more than once", 100, 0, 0, 0},
		{"mode=4 miimon=100 use_carrier=0", "use_carrier=0", 100, 0, 0, 0},
		{"mode=4 miimon=100 use_carrier=on ad_select=0", NULL, 100, 0, 0, 0},
		{"mode=4 miimon=100 min_links=1", NULL, 100, 0, 0, 1},
		{"mode=4 miimon=100 min_links=2", "never gets carrier", 100, 0, 0, 2},
		{"mode=2 miimon=100 min_links=2", "only mode 802.3ad", 100, 0, 0, 0},
		{"mode=2 miimon=100 ad_select=stable", NULL, 100, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made made = make_bond(cases[i].options, "");
		expect_problem(&made, MODEL_WARNING, "bond0", cases[i].says, cases[i].options);
		const struct model_bond_options *options = &made.model->bonds[0].options;
		assert_int_equal(options->miimon_ms, cases[i].miimon_ms);
		assert_int_equal(options->updelay_ms, cases[i].updelay_ms);
		assert_int_equal(options->downdelay_ms, cases[i].downdelay_ms);
		assert_int_equal(options->min_links, cases[i].min_links);
		made_free(&made);
	}
}

static void test_policies(void **state)
{
	static const struct {
		const char *text;
		enum xmit_hash_policy policy;
	} cases[] = {
		{"", XMIT_HASH_LAYER2},
		{"xmit_hash_policy=layer2", XMIT_HASH_LAYER2},
		{"xmit_hash_policy=0", XMIT_HASH_LAYER2},
		{"xmit_hash_policy=layer2+3", XMIT_HASH_LAYER23},
		{"xmit_hash_policy=2", XMIT_HASH_LAYER23},
		{"xmit_hash_policy=layer3+4", XMIT_HASH_LAYER34},
		{"xmit_hash_policy=1", XMIT_HASH_LAYER34},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char options[128];
		snprintf(options, sizeof(options), "mode=2 miimon=100 %s", cases[i].text);
		struct made made = make_bond(options, "");
		assert_int_equal(made.problems.count, 0);
		assert_int_equal(made.model->bonds[0].options.xmit_hash_policy,
				 cases[i].policy);
		made_free(&made);
	}
}

/* A line in the file of a bond that is wrong, or odd. */
struct bond_line {
	const char *line;
	enum model_severity severity;
	const char *says; /* NULL: nothing */
};

static void bond_lines_check(const struct bond_line *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct made made = make_bond("mode=4 miimon=100", cases[i].line);
		expect_problem(&made, cases[i].severity, "bond0", cases[i].says, cases[i].line);
		made_free(&made);
	}
}

static void test_bond_addresses(void **state)
{
	static const struct bond_line cases[] = {
		{"IPADDR=10.0.0.1\nPREFIX=24", MODEL_ERROR, NULL},
		{"IPADDR=' 10.0.0.1 '\nPREFIX=24", MODEL_ERROR, NULL},
		{"IPADDR=10.0.0.1\nPREFIX=24\nNETMASK=255.255.255.0", MODEL_ERROR, NULL},
		{"IPADDR=10.0.0.1\nPREFIX=24\nNETMASK=255.0.0.0", MODEL_WARNING, "PREFIX says"},
		{"IPADDR=10.0.0.1", MODEL_WARNING, "/8 is taken"},
		{"IPADDR=172.16.0.1", MODEL_WARNING, "/16 is taken"},
		{"IPADDR=192.168.0.1", MODEL_WARNING, "/24 is taken"},
		{"IPADDR=10.0.0\nPREFIX=24", MODEL_ERROR, "no IPv4 address"},
		{"IPADDR=10.0.0.256\nPREFIX=24", MODEL_ERROR, "no IPv4 address"},
		{"IPADDR=10.0.0.01\nPREFIX=24", MODEL_ERROR, "no IPv4 address"},
		{"IPADDR=10.0.0.1/24", MODEL_ERROR, "prefix in PREFIX"},
		{"IPADDR=ten\nPREFIX=24", MODEL_ERROR, "no IPv4 address"},
		{"IPADDR='10.0.0.1 10.0.0.2'\nPREFIX=24", MODEL_ERROR, "no IPv4 address"},
		{"IPADDR=::1\nPREFIX=24", MODEL_ERROR, "no IPv4 address"},
		{"IPADDR=0.0.0.0\nPREFIX=24", MODEL_ERROR, "cannot be"},
		{"IPADDR=224.0.0.1\nPREFIX=24", MODEL_ERROR, "cannot be"},
		{"IPADDR=255.255.255.255\nPREFIX=24", MODEL_ERROR, "cannot be"},
		{"IPADDR=10.0.0.1\nPREFIX=0", MODEL_ERROR, "from 1 to 32"},
		{"IPADDR=10.0.0.1\nPREFIX=33", MODEL_ERROR, "from 1 to 32"},
		{"IPADDR=10.0.0.1\nPREFIX=/24", MODEL_ERROR, "from 1 to 32"},
		{"IPADDR=10.0.0.1\nNETMASK=24", MODEL_ERROR, "no network mask; "},
		{"IPADDR=10.0.0.1\nNETMASK=0.0.0.0", MODEL_ERROR, "no network mask; "},
		{"IPADDR=10.0.0.1\nNETMASK=255.255.255.256", MODEL_ERROR, "no network mask; "},
		{"IPADDR=10.0.0.1\nNETMASK=255.0.255.0", MODEL_ERROR, "gaps"},
		{"IPADDR=10.0.0.1\nNETMASK=0.255.255.255", MODEL_ERROR, "gaps"},
		{"IPADDR3=10.0.0.1\nPREFIX3=24", MODEL_WARNING, "IPADDR3 is not used"},
		{"IPADDR01=10.0.0.1\nPREFIX01=24", MODEL_WARNING, "IPADDR01 is not used"},
		{"IPADDR2=10.0.0.1\nPREFIX2=24", MODEL_ERROR, NULL},
		{"IPADDR=10.0.0.1 PREFIX=24 IPADDR0=10.0.0.1 PREFIX0=24", MODEL_WARNING,
		 "repeats"},
		{"IPV6ADDR=2001:db8::1/64", MODEL_ERROR, NULL},
		{"IPV6ADDR=2001:db8::1", MODEL_ERROR, NULL},
		{"IPV6ADDR=2001:db8::1/0", MODEL_ERROR, "no IPv6 address"},
		{"IPV6ADDR=2001:db8::1/129", MODEL_ERROR, "no IPv6 address"},
		{"IPV6ADDR=2001:db8::1/", MODEL_ERROR, "no IPv6 address"},
		{"IPV6ADDR=10.0.0.1/24", MODEL_ERROR, "no IPv6 address"},
		{"IPV6ADDR=ff02::1", MODEL_ERROR, "no IPv6 address"},
		{"IPV6ADDR=::", MODEL_ERROR, "no IPv6 address"},
		{"IPV6ADDR='2001:db8::1 2001:db8::2'", MODEL_ERROR, "no IPv6 address"},
		{"IPV6ADDR_SECONDARIES='2001:db8::1 2001:db8::x'", MODEL_ERROR,
		 "'2001:db8::x' is no IPv6 address"},
		{"IPV6ADDR=2001:db8::1\nIPV6INIT=no", MODEL_WARNING, "IPV6INIT is no"},
	};

	(void)state;
	bond_lines_check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void test_bond_keys(void **state)
{
	static const struct bond_line cases[] = {
		{"MTU=9000", MODEL_ERROR, NULL},
		{"MTU=67", MODEL_ERROR, "from 68 to 65535"},
		{"MTU=65536", MODEL_ERROR, "from 68 to 65535"},
		{"MTU=9k", MODEL_ERROR, "from 68 to 65535"},
		{"MTU=1000\nIPV6ADDR=2001:db8::1", MODEL_ERROR, "at least 1280"},
		{"MACADDR=52:54:00:12:34:56", MODEL_ERROR, NULL},
		{"MACADDR=52:54:00:12:34", MODEL_ERROR, "MAC address"},
		{"MACADDR=52-54-00-12-34-56", MODEL_ERROR, "MAC address"},
		{"MACADDR=53:54:00:12:34:56", MODEL_ERROR, "MAC address"},
		{"MACADDR=00:00:00:00:00:00", MODEL_ERROR, "MAC address"},
		{"ONBOOT=maybe", MODEL_WARNING, "taken as yes"},
		{"BOOTPROTO=dhcp", MODEL_WARNING, NULL},
		{"BOOTPROTO=bootp", MODEL_WARNING, NULL},
		{"BOOTPROTO=static", MODEL_ERROR, NULL},
		{"GATEWAY=10.0.0.254", MODEL_WARNING, "makes no default route"},
		{"IPV6_DEFAULTGW=fe80::1", MODEL_WARNING, "says no interface"},
		{"DHCPV6C=yes", MODEL_WARNING, NULL},
		{"DHCPV6C=no", MODEL_WARNING, NULL},
		{"BRIDGE=br0", MODEL_WARNING, "BRIDGE is not applied"},
		{"VLAN=yes", MODEL_WARNING, "no effect on the bond"},
		{"PORTCHANNEL_OPTS='engine=ebpf transmit_hook=device'", MODEL_ERROR, NULL},
		{"PORTCHANNEL_OPTS='engine=kernel'", MODEL_ERROR, "not supported here yet"},
		{"PORTCHANNEL_OPTS='engine=dpdk'", MODEL_ERROR, "'dpdk' is no value"},
		{"PORTCHANNEL_OPTS='flow_placement=sticky'", MODEL_ERROR,
		 "resilient or kernel"},
		{"PORTCHANNEL_OPTS='hook=hub'", MODEL_ERROR, "unknown option 'hook'"},
		{"USERCTL=no NM_CONTROLLED=no FUTURE_KEY=1", MODEL_ERROR, NULL},
	};

	(void)state;
	bond_lines_check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void test_vlans(void **state)
{
	static const struct {
		const char *path;
		const char *text;
		enum model_severity severity;
		unsigned int vid;    /* 0: there is no VLAN interface */
		const char *says;    /* NULL: nothing */
		const char *subject; /* NULL: the file's interface */
	} cases[] = {
		{"ifcfg-bond0.652", "VLAN=yes", MODEL_ERROR, 652, NULL, NULL},
		{"ifcfg-bond0.1", "VLAN=TRUE", MODEL_ERROR, 1, NULL, NULL},
		{"ifcfg-bond0.4094", "VLAN=1", MODEL_ERROR, 4094, NULL, NULL},
		{"ifcfg-vlan5", "VLAN=yes PHYSDEV=bond0", MODEL_ERROR, 5, NULL, NULL},
		{"ifcfg-vlan0005", "VLAN=yes PHYSDEV=bond0", MODEL_ERROR, 5, NULL, NULL},
		{"ifcfg-lan", "VLAN=yes PHYSDEV=bond0 VID=9", MODEL_ERROR, 9, NULL, NULL},
		{"ifcfg-bond0.x", "VLAN=yes PHYSDEV=bond0 VID=9", MODEL_ERROR, 9, NULL, NULL},
		{"ifcfg-bond0.7", "VLAN=no", MODEL_ERROR, 0, NULL, NULL},
		{"ifcfg-bond0.7", "", MODEL_ERROR, 0, NULL, NULL},
		{"ifcfg-bond0.0", "VLAN=yes", MODEL_ERROR, 0, "'0'; expected a number", NULL},
		{"ifcfg-bond0.4095", "VLAN=yes", MODEL_ERROR, 0, "'4095'; expected", NULL},
		{"ifcfg-bond0.99999", "VLAN=yes", MODEL_ERROR, 0, "'99999'; expected", NULL},
		{"ifcfg-bond0.abc", "VLAN=yes", MODEL_ERROR, 0, "'abc'; expected", NULL},
		{"ifcfg-bond0.010", "VLAN=yes", MODEL_ERROR, 0, "octal; expected 10", NULL},
		{"ifcfg-lan", "VLAN=yes PHYSDEV=bond0 VID=0", MODEL_ERROR, 0, "'0'", NULL},
		{"ifcfg-lan", "VLAN=yes PHYSDEV=bond0 VID=five", MODEL_ERROR, 0, "'five'",
		 NULL},
		{"ifcfg-lan", "VLAN=yes PHYSDEV=bond0 VID=-1", MODEL_ERROR, 0, "'-1'", NULL},
		{"ifcfg-vlan0", "VLAN=yes PHYSDEV=bond0", MODEL_ERROR, 0, "'0'", NULL},
		{"ifcfg-vlan4095", "VLAN=yes PHYSDEV=bond0", MODEL_ERROR, 0, "'4095'", NULL},
		{"ifcfg-vlan5x", "VLAN=yes PHYSDEV=bond0", MODEL_ERROR, 0, "'5x'", NULL},
		{"ifcfg-vlan5", "VLAN=yes", MODEL_ERROR, 0, "expected PHYSDEV", NULL},
		{"ifcfg-lan", "VLAN=yes VID=9", MODEL_ERROR, 0, "expected PHYSDEV", NULL},
		{"ifcfg-lan", "VLAN=yes", MODEL_ERROR, 0, "nothing says which VLAN", NULL},
		/* On a NIC that is no member. */
		{"ifcfg-eth5.5", "VLAN=yes", MODEL_ERROR, 5, NULL, NULL},
		{"ifcfg-vlan7", "VLAN=yes PHYSDEV=eth5", MODEL_ERROR, 7, NULL, NULL},
		{"ifcfg-lan", "VLAN=yes PHYSDEV=eth5 VID=9", MODEL_ERROR, 9, NULL, NULL},
		{"ifcfg-eth0.5", "VLAN=yes", MODEL_ERROR, 5,
		 "parent 'eth0' is a member of 'bond0'; expected 'bond0'", NULL},
		{"ifcfg-bond1.5", "VLAN=yes", MODEL_WARNING, 5, "did you mean 'bond0'?", NULL},
		{"ifcfg-lan", "VLAN=yes PHYSDEV=lan VID=9", MODEL_ERROR, 9,
		 "is a VLAN interface itself", NULL},
		{"ifcfg-bond0.5", "VLAN=yes PHYSDEV=eth1", MODEL_WARNING, 5,
		 "'eth1' is not used", NULL},
		{"ifcfg-bond0.5", "VLAN=yes BONDING_OPTS=mode=4", MODEL_WARNING, 5,
		 "BONDING_OPTS is not used", NULL},
		{"ifcfg-bond0.5", "VLAN=yes MTU=1600", MODEL_ERROR, 5,
		 "MTU 1600 of 'bond0.5' is more than the 1500 of 'bond0' (ifcfg-bond0:", ""},
		{"ifcfg-bond0.5", "VLAN=yes REORDER_HDR=no", MODEL_WARNING, 5, "REORDER_HDR=no",
		 NULL},
		{"ifcfg-averylongname0.5", "VLAN=yes", MODEL_ERROR, 0,
		 "cannot be an interface's", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct file files[] = {
			{"ifcfg-bond0", "BONDING_OPTS='mode=4 miimon=100'"},
			{cases[i].path, cases[i].text},
			{"ifcfg-eth0", "MASTER=bond0 SLAVE=yes"},
			{NULL, NULL},
		};
		const char *name = cases[i].path + strlen("ifcfg-");
		struct made made = make(files);
		expect_problem(&made, cases[i].severity,
			       cases[i].subject ? cases[i].subject : name, cases[i].says,
			       cases[i].path);
		if (cases[i].vid > 0) {
			assert_int_equal(made.model->vlan_count, 1);
			assert_int_equal(made.model->vlans[0].vid, cases[i].vid);
			assert_string_equal(made.model->vlans[0].interface.name, name);
		} else {
			assert_int_equal(made.model->vlan_count, 0);
		}
		assert_true(made.problems.count == 0 || made.model->vlan_count == 0 ||
			    made.model->vlans[0].interface.mtu <= 1500);
		made_free(&made);
	}
}

/* A member's file that is wrong costs the member, not the bond. */
static void test_members(void **state)
{
	static const struct {
		const char *path;
		const char *text;
		enum model_severity severity;
		const char *says;
		const char *subject;
		size_t left; /* members, once the faulty are out */
	} cases[] = {
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=yes", MODEL_ERROR, NULL, NULL, 2},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=On", MODEL_ERROR, NULL, NULL, 2},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=no", MODEL_WARNING, "without SLAVE=yes",
		 "eth1", 1},
		{"ifcfg-eth1", "MASTER=bond0", MODEL_WARNING, "without SLAVE=yes", "eth1", 1},
		{"ifcfg-eth1", "SLAVE=yes", MODEL_WARNING, "without MASTER", "eth1", 1},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=yes IPADDR=10.0.0.1", MODEL_ERROR,
		 "has an address", "eth1", 1},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=yes IPADDR7=10.0.0.1", MODEL_ERROR,
		 "has an address", "eth1", 1},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=yes IPV6ADDR=fe80::1", MODEL_ERROR,
		 "has an address", "eth1", 1},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=yes BOOTPROTO=dhcp", MODEL_ERROR, NULL, NULL,
		 2},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=yes MTU=9000", MODEL_WARNING,
		 "MTU is not used", "eth1", 2},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=yes HWADDR=x", MODEL_ERROR, "MAC address",
		 "eth1", 1},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=yes\ndate", MODEL_ERROR, "no assignment",
		 "eth1", 1},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=yes VLAN=yes", MODEL_ERROR,
		 "is a VLAN interface", "eth1", 1},
		{"ifcfg-eth1", "MASTER=bond0 SLAVE=yes BONDING_OPTS=mode=2", MODEL_ERROR,
		 "is a bond itself", "eth1", 1},
		{"ifcfg-eth1", "MASTER=eth1 SLAVE=yes", MODEL_ERROR, "is its own master",
		 "eth1", 1},
		{"ifcfg-eth1", "MASTER=bond9 SLAVE=yes", MODEL_ERROR, "no file defines MASTER",
		 "bond9", 1},
		{"ifcfg-eth1", "DEVICE=eth0 MASTER=bond0 SLAVE=yes", MODEL_ERROR,
		 "one file for each NIC", "eth0", 0},
		{"ifcfg-eth1", "DEVICE=eth0", MODEL_ERROR, "defined twice", "eth0", 0},
		{"ifcfg-eth1", "DEVICE=\"eth 1\" MASTER=bond0 SLAVE=yes", MODEL_ERROR,
		 "cannot be an interface's name", "", 1},
		{"route6-bond0", "2001:db8::/32 via fe80::1", MODEL_ERROR,
		 "expected 'dev bond0' beside it", "", 1},
		{"route6-bond0", "2001:db8::/32 via fe80::1 dev bond0", MODEL_WARNING, NULL,
		 NULL, 1},
		{"rule-bond0", "from 10.0.0.0/8 table 7", MODEL_WARNING, NULL, NULL, 1},
		{"rule-bond0", "from 10.0.0.0/8 tabel 7", MODEL_ERROR, "did you mean 'table'?",
		 "", 1},
		{"route-eth7", "10.0.0.0/8 via 10.0.0.1", MODEL_WARNING, NULL, NULL, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct file files[] = {
			{"dir/ifcfg-bond0", "BONDING_OPTS='mode=4 miimon=100'"},
			{"dir/ifcfg-eth0", "MASTER=bond0 SLAVE=yes"},
			{cases[i].path, cases[i].text},
			{NULL, NULL},
		};
		struct made made = make(files);
		expect_problem(&made, cases[i].severity, cases[i].subject, cases[i].says,
			       cases[i].text);
		model_drop_faulty(made.model, &made.problems);
		assert_int_equal(made.model->bond_count, 1);
		assert_int_equal(made.model->bonds[0].member_count, cases[i].left);
		made_free(&made);
	}
}

static void test_bond_without_its_file_s_help(void **state)
{
	/* Named by a member only, it is a bond, of the default mode. */
	const struct file files[] = {
		{"ifcfg-bond0", "IPADDR=10.0.0.1 PREFIX=24"},
		{"ifcfg-eth0", "MASTER=bond0 SLAVE=yes"},
		{NULL, NULL},
	};
	struct made made = make(files);

	(void)state;
	expect_problem(&made, MODEL_ERROR, "bond0", "no mode is given", "no BONDING_OPTS");
	assert_int_equal(made.model->file_infos[0].kind, MODEL_FILE_BOND);
	made_free(&made);
}

/* A refused file: one error there, none for what hangs on it. */
static void test_refused_bond(void **state)
{
	const struct file files[] = {
		{"ifcfg-bond0.5", "VLAN=yes"},
		{"ifcfg-eth0", "MASTER=bond0 SLAVE=yes"},
		{"ifcfg-trunk", "BONDING_OPTS=$(cat opts)\nDEVICE=bond0\n"},
		{NULL, NULL},
	};
	struct made made = make(files);

	(void)state;
	expect_problem(&made, MODEL_ERROR, "bond0", "run a command", "refused bond");
	assert_int_equal(made.model->file_infos[2].kind, MODEL_FILE_REFUSED);
	model_drop_faulty(made.model, &made.problems);
	assert_int_equal(made.model->bond_count, 0);
	assert_int_equal(made.model->vlan_count, 0);
	made_free(&made);
}

/* Sizes that a real server may have, and no quadratic time: a second at most. */
static void test_many_vlans(void **state)
{
	enum { VLANS = 4000 };
	static char paths[VLANS + 8][32];
	static char vlans[VLANS][96];
	static struct ifcfg_text texts[VLANS + 8];
	struct model_problems problems = {0};

	(void)state;
	for (int i = 0; i < VLANS + 8; i++) {
		const char *text = "BONDING_OPTS='mode=2 miimon=100'";
		if (i < 8) {
			snprintf(paths[i], sizeof(paths[i]), "ifcfg-b%d", i);
		} else {
			int vlan = i - 8;
			snprintf(paths[i], sizeof(paths[i]), "ifcfg-b%d.%d", vlan % 8,
				 vlan / 8 + 1);
			snprintf(vlans[vlan], sizeof(vlans[vlan]),
				 "VLAN=yes IPADDR=10.%d.%d.1 PREFIX=24", vlan / 250,
				 vlan % 250);
			text = vlans[vlan];
		}
		texts[i] = (struct ifcfg_text){
			.path = paths[i], .bytes = text, .size = strlen(text)};
	}
	struct model *model =
		ifcfg_read(texts, VLANS + 8, IFCFG_DIALECT_INITSCRIPTS, NULL, &problems);
	assert_non_null(model);
	assert_int_equal(model->vlan_count, VLANS);
	assert_int_equal(problems.count, 8); /* bonds without members */
	model_drop_faulty(model, &problems);
	assert_int_equal(model->vlan_count, VLANS);
	model_free(model);
	model_problems_free(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bonding_options_refused),
		cmocka_unit_test(test_bonding_options_warned),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_bond_addresses),
		cmocka_unit_test(test_bond_keys),
		cmocka_unit_test(test_vlans),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_bond_without_its_file_s_help),
		cmocka_unit_test(test_refused_bond),
		cmocka_unit_test(test_many_vlans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
