/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan from one set of files to another, step by step as an operator reads it: one
 * line a step, "disruption action: text".
 */
#include "tests/unit/ifcfg_make.h"

#include "model/plan.h"

#define OPTIONS "BONDING_OPTS=\"mode=802.3ad miimon=100\"\n"
#define BOND	"DEVICE=bond0\nIPV6INIT=no\n"
#define MEMBER	"DEVICE=eth0\nMASTER=bond0\nSLAVE=yes\n"
#define VLAN	"VLAN=yes\nIPV6INIT=no\n"

struct plan_case {
	const char *name;
	struct file from[4], to[4];
	const char *steps;
};

static const struct plan_case cases[] = {
	{"nothing", {{"ifcfg-bond0", BOND OPTIONS}}, {{"ifcfg-bond0", BOND OPTIONS}}, ""},
	{"a bond from nothing",
	 {{0}},
	 {{"ifcfg-bond0", BOND OPTIONS "IPADDR=10.0.0.1\nPREFIX=24\nGATEWAY=10.0.0.254\n"},
	  {"ifcfg-bond0.5", VLAN "IPADDR=10.5.0.1\nPREFIX=24\n"},
	  {"ifcfg-eth0", MEMBER}},
	 "none bond_add: make bond0, 802.3ad\n"
	 "none member_add: add eth0 to bond0\n"
	 "none vlan_add: make VLAN interface bond0.5, VLAN 5 of bond0\n"
	 "none address_add: add 10.0.0.1/24 to bond0\n"
	 "none address_add: add 10.5.0.1/24 to bond0.5\n"
	 "none route_add: add default route via 10.0.0.254 to bond0\n"},
	{"a bond to nothing",
	 {{"ifcfg-bond0", BOND OPTIONS "IPADDR=10.0.0.1\nPREFIX=24\nGATEWAY=10.0.0.254\n"},
	  {"ifcfg-bond0.5", VLAN "IPADDR=10.5.0.1\nPREFIX=24\n"},
	  {"ifcfg-eth0", MEMBER}},
	 {{0}},
	 "vlan route_remove: remove default route via 10.0.0.254 from bond0\n"
	 "vlan address_remove: remove 10.0.0.1/24 from bond0\n"
	 "vlan address_remove: remove 10.5.0.1/24 from bond0.5\n"
	 "vlan vlan_remove: remove VLAN interface bond0.5, VLAN 5 of bond0\n"
	 "member member_remove: take eth0 out of bond0\n"
	 "bond bond_remove: remove bond0\n"},
	{"LACP's rate and the policy",
	 {{"ifcfg-bond0", BOND OPTIONS}},
	 {{"ifcfg-bond0",
	   BOND "BONDING_OPTS=\"mode=4 miimon=50 lacp_rate=1 xmit_hash_policy=1\"\n"}},
	 "none bond_device: change xmit_hash_policy of bond0 from layer2 to layer3+4\n"
	 "none bond_options: change miimon of bond0 from 100 to 50, lacp_rate from slow to "
	 "fast\n"},
	{"the mode",
	 {{"ifcfg-bond0", BOND OPTIONS}},
	 {{"ifcfg-bond0", BOND "BONDING_OPTS=\"mode=balance-xor miimon=100\"\n"}},
	 "bond bond_options: change mode of bond0 from 802.3ad to balance-xor\n"},
	{"the LAG ID",
	 {{"ifcfg-bond0", BOND OPTIONS}},
	 {{"ifcfg-bond0", BOND "BONDING_OPTS=\"mode=4 miimon=100 ad_actor_sys_prio=7 "
			       "ad_actor_system=02:00:00:00:00:01\"\n"}},
	 "bond bond_options: change ad_actor_sys_prio of bond0 from 65535 to 7, "
	 "ad_actor_system from the bond's MAC to 02:00:00:00:00:01\n"},
	{"more links needed than there are",
	 {{"ifcfg-bond0", BOND OPTIONS}, {"ifcfg-eth0", MEMBER}},
	 {{"ifcfg-bond0", BOND "BONDING_OPTS=\"mode=4 miimon=100 min_links=2\"\n"},
	  {"ifcfg-eth0", MEMBER}},
	 "bond bond_options: change min_links of bond0 from 0 to 2\n"},
	{"MTU and MAC of the bond",
	 {{"ifcfg-bond0", BOND OPTIONS}},
	 {{"ifcfg-bond0", BOND OPTIONS "MTU=9000\nMACADDR=02:00:00:00:00:07\n"}},
	 "bond bond_device: change MTU of bond0 from 1500 to 9000, MACADDR from a member's to "
	 "02:00:00:00:00:07\n"},
	{"an MTU that grows begins at the bond",
	 {{"ifcfg-bond0", BOND OPTIONS}, {"ifcfg-bond0.5", VLAN "MTU=1400\n"}},
	 {{"ifcfg-bond0", BOND OPTIONS "MTU=9000\n"}, {"ifcfg-bond0.5", VLAN "MTU=8000\n"}},
	 "bond bond_device: change MTU of bond0 from 1500 to 9000\n"
	 "none vlan_change: change MTU of bond0.5 from 1400 to 8000\n"},
	{"one that shrinks ends there",
	 {{"ifcfg-bond0", BOND OPTIONS "MTU=9000\n"}, {"ifcfg-bond0.5", VLAN "MTU=8000\n"}},
	 {{"ifcfg-bond0", BOND OPTIONS}, {"ifcfg-bond0.5", VLAN}},
	 "none vlan_change: change MTU of bond0.5 from 8000 to the parent's\n"
	 "bond bond_device: change MTU of bond0 from 9000 to 1500\n"},
	{"a member moves",
	 {{"ifcfg-bond0", BOND OPTIONS},
	  {"ifcfg-bond1", "DEVICE=bond1\nIPV6INIT=no\n" OPTIONS},
	  {"ifcfg-eth0", MEMBER}},
	 {{"ifcfg-bond0", BOND OPTIONS},
	  {"ifcfg-bond1", "DEVICE=bond1\nIPV6INIT=no\n" OPTIONS},
	  {"ifcfg-eth0", "DEVICE=eth0\nMASTER=bond1\nSLAVE=yes\n"}},
	 "member member_remove: take eth0 out of bond0\n"
	 "none member_add: add eth0 to bond1\n"},
	{"a VLAN interface gets another id",
	 {{"ifcfg-bond0", BOND OPTIONS},
	  {"ifcfg-vlan5", VLAN "VID=5\nPHYSDEV=bond0\nIPADDR=10.5.0.1\nPREFIX=24\n"}},
	 {{"ifcfg-bond0", BOND OPTIONS},
	  {"ifcfg-vlan5",
	   VLAN "VID=6\nDEVICE=up5\nPHYSDEV=bond0\nIPADDR=10.5.0.1\nPREFIX=24\n"}},
	 "vlan address_remove: remove 10.5.0.1/24 from vlan5\n"
	 "vlan vlan_remove: remove VLAN interface vlan5, VLAN 5 of bond0\n"
	 "none vlan_add: make VLAN interface up5, VLAN 6 of bond0\n"
	 "none address_add: add 10.5.0.1/24 to up5\n"},
	{"the last IPv4 address, and what goes with it",
	 {{"ifcfg-bond0", BOND OPTIONS "IPADDR=10.0.0.1\nPREFIX=24\nGATEWAY=10.0.0.254\n"},
	  {"route-bond0", "10.9.0.0/16 via 10.0.0.253\n"}},
	 {{"ifcfg-bond0", BOND OPTIONS "IPADDR=10.0.0.2\nPREFIX=24\nGATEWAY=10.0.0.254\n"},
	  {"route-bond0", "10.9.0.0/16 via 10.0.0.253\n"}},
	 "vlan route_remove: remove route 10.9.0.0/16 via 10.0.0.253 from bond0\n"
	 "vlan route_remove: remove default route via 10.0.0.254 from bond0\n"
	 "vlan address_remove: remove 10.0.0.1/24 from bond0\n"
	 "none address_add: add 10.0.0.2/24 to bond0\n"
	 "none route_add: add route 10.9.0.0/16 via 10.0.0.253 to bond0\n"
	 "none route_add: add default route via 10.0.0.254 to bond0\n"},
	{"one of two IPv4 addresses takes nothing along",
	 {{"ifcfg-bond0", BOND OPTIONS "IPADDR=10.0.0.1\nPREFIX=24\nIPADDR1=10.0.0.2\n"
				       "PREFIX1=24\nGATEWAY=10.0.0.254\n"}},
	 {{"ifcfg-bond0", BOND OPTIONS "IPADDR=10.0.0.1\nPREFIX=24\nGATEWAY=10.0.0.254\n"}},
	 "vlan address_remove: remove 10.0.0.2/24 from bond0\n"},
	{"a rule",
	 {{"ifcfg-bond0", BOND OPTIONS}},
	 {{"ifcfg-bond0", BOND OPTIONS},
	  {"rule-bond0", "from 10.0.0.0/24 iif bond0 table 100 priority 7\n"}},
	 "none rule_add: add rule from 10.0.0.0/24 iif bond0 priority 7 lookup 100\n"},
	{"from a fixed address to DHCP",
	 {{"ifcfg-bond0", BOND OPTIONS "IPADDR=10.0.0.1\nPREFIX=24\n"}},
	 {{"ifcfg-bond0", BOND OPTIONS "BOOTPROTO=dhcp\n"}},
	 "vlan address_remove: remove 10.0.0.1/24 from bond0\n"
	 "none dhcp_start: start a DHCP client on bond0\n"},
	{"ONBOOT",
	 {{"ifcfg-bond0", BOND OPTIONS "ONBOOT=no\n"}},
	 {{"ifcfg-bond0", BOND OPTIONS}},
	 "none link_up: set bond0 up\n"},
	{"no longer ONBOOT leaves it up",
	 {{"ifcfg-bond0", BOND OPTIONS}},
	 {{"ifcfg-bond0", BOND OPTIONS "ONBOOT=no\n"}},
	 ""},
};

static char *plan_to_text(const struct plan *plan)
{
	char *text = calloc(1, plan->step_count * 256 + 1);

	assert_non_null(text);
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];

		sprintf(text + strlen(text), "%s %s: %.200s\n",
			plan_disruption_name(step->disruption), plan_action_name(step->action),
			step->text);
	}
	return text;
}

static void test_steps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made from = make(cases[i].from), to = make(cases[i].to);
		struct plan plan;
		char *text;

		assert_true(plan_make(from.model, to.model, NULL, &plan));
		text = plan_to_text(&plan);
		if (strcmp(text, cases[i].steps) != 0) {
			fail_msg("%s:\n%s\nexpected:\n%s", cases[i].name, text, cases[i].steps);
		}
		free(text);
		plan_free(&plan);
		made_free(&from);
		made_free(&to);
	}
}

static void test_sources(void **state)
{
	static const struct file nothing[] = {{0}};
	static const struct file files[] = {
		{"ifcfg-bond0", BOND OPTIONS "IPADDR=10.0.0.1\nPREFIX=24\n"},
		{"ifcfg-bond0.5", VLAN},
		{0}};
	struct made from = make(nothing), to = make(files);
	struct plan plan;

	(void)state;
	assert_true(plan_make(from.model, to.model, NULL, &plan));
	assert_int_equal(plan.step_count, 3);
	assert_int_equal(plan.steps[0].source.file, 0);
	assert_int_equal(plan.steps[1].source.file, 1);
	assert_int_equal(plan.steps[2].source.file, 0);
	assert_int_equal(plan.steps[2].source.line, 4);
	plan_free(&plan);
	/* What goes stands in no file. */
	assert_true(plan_make(to.model, from.model, NULL, &plan));
	for (size_t i = 0; i < plan.step_count; i++) {
		assert_int_equal(plan.steps[i].source.file, UINT32_MAX);
	}
	plan_free(&plan);
	made_free(&from);
	made_free(&to);
}

static void test_scope(void **state)
{
	static const struct file before[] = {{"ifcfg-bond0", BOND OPTIONS},
					     {"ifcfg-bond0.5", VLAN},
					     {"ifcfg-bond0.6", VLAN},
					     {0}};
	static const struct file after[] = {
		{"ifcfg-bond0", BOND OPTIONS "IPADDR=10.0.0.1\nPREFIX=24\n"},
		{"ifcfg-bond0.5", VLAN "IPADDR=10.5.0.1\nPREFIX=24\n"},
		{0}};
	static const char *const names[] = {"bond0.5"};
	static const struct plan_scope scope = {.count = 1, .names = names};
	struct made from = make(before), to = make(after);
	struct plan plan;

	(void)state;
	assert_true(plan_make(from.model, to.model, &scope, &plan));
	assert_int_equal(plan.step_count, 1);
	assert_string_equal(plan.steps[0].text, "add 10.5.0.1/24 to bond0.5");
	plan_free(&plan);
	assert_true(plan_make(from.model, to.model, &(struct plan_scope){0}, &plan));
	assert_int_equal(plan.step_count, 0);
	plan_free(&plan);
	made_free(&from);
	made_free(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_scope),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
