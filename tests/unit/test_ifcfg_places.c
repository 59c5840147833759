/* SPDX-License-Identifier: BSD-2-Clause */
/* Where in a file a problem is said to be, and which keys nothing reads. */
#include "tests/unit/ifcfg_make.h"

/* Options of a list have each a place of its own, also across lines; where the
 * word does not stand in the file as it is, the place is that of the value. */
static void test_places_of_options(void **state)
{
	static const struct {
		const char *text;
		uint32_t line, column;
	} cases[] = {
		{"BONDING_OPTS='mode=4 miimon=x'", 1, 22},
		{"BONDING_OPTS=\"miimon=100 mode=4 lacp_rate=2\"", 1, 33},
		{"A=1\nBONDING_OPTS=\"mode=4\n  miimon=100\n  lacp_rate=2 \"", 4, 3},
		{"BONDING_OPTS=\"mode=4 \\\n miimon=x\"", 2, 2},
		{"BONDING_OPTS=\"mode=4 miimon=100 a=1\"", 1, 33},
		{"BONDING_OPTS=\"mode=4 miimon=100 miimon=10 miimon=x\"", 1, 43},
		{"BONDING_OPTS=\"mode=4 miimon=\"\\x", 1, 14},
		{"B=x\nBONDING_OPTS=\"mode=4 miimon=$B\"", 2, 14},
		{"BONDING_OPTS=mode=9", 1, 14},
		{"BONDING_OPTS='mode=4 miimon=100'\nPORTCHANNEL_OPTS=' engine=x'", 2, 20},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct file files[] = {{"ifcfg-bond0", cases[i].text},
					     {"ifcfg-eth0", "MASTER=bond0\nSLAVE=yes\n"},
					     {NULL, NULL}};
		struct made made = make(files);
		size_t at = 0;
		while (at < made.problems.count &&
		       made.problems.list[at].severity != MODEL_ERROR) {
			at++;
		}
		assert_true(at < made.problems.count);
		struct model_source source = made.problems.list[at].source;
		if (source.line != cases[i].line || source.column != cases[i].column) {
			fail_msg("%s: %u:%u: %s", cases[i].text, source.line, source.column,
				 made.problems.list[at].text);
		}
		made_free(&made);
	}
}

/* The keys of the first file that nothing reads, with blanks between them. */
static void expect_unknown(const struct file *files, const char *expected)
{
	struct made made = make(files);
	const struct model_file *info = &made.model->file_infos[0];
	char got[256] = "";

	for (size_t i = 0; i < info->variable_count; i++) {
		if (model_variable_is_unknown(info, &info->variables[i])) {
			strcat(got, got[0] ? " " : "");
			strcat(got, info->variables[i].name);
		}
	}
	assert_string_equal(got, expected);
	made_free(&made);
}

static void test_unknown_keys(void **state)
{
	static const struct {
		const char *path, *text, *unknown;
	} cases[] = {
		{"ifcfg-bond0",
		 "DEVICE=bond0\nTYPE=Bond\nONBOOT=yes\nBOOTPROTO=none\nIPADDR=10.0.0.1\n"
		 "PREFIX=24\nMTU=1500\nMACADDR=02:00:00:00:00:01\nUSERCTL=no\nNAME=x\n"
		 "BONDING_OPTS='mode=4 miimon=100'\n",
		 ""},
		/* A key that a value refers to is read, if the file reads on. */
		{"ifcfg-bond0",
		 "NET=10.0.0\nOTHER=x\nIPADDR=$NET.1\nPREFIX=24\nBONDING_OPTS=mode=4", "OTHER"},
		/* What there is a warning of is spoken of already. */
		{"ifcfg-bond0", "BONDING_OPTS=mode=4\nIPADDR9=x\nGATEWAY=10.0.0.1\n", ""},
		/* A slip, and keys without those that they belong to. */
		{"ifcfg-bond0", "BONDING_OPTS=mode=4\nIPADR=10.0.0.1\nPREFIX=24\n",
		 "IPADR PREFIX"},
		{"ifcfg-eth1",
		 "DEVICE=eth1\nMASTER=bond0\nSLAVE=yes\nIPADDR=10.0.0.1\nIPADDR1=x\n"
		 "IPV6ADDR=::1\nHWADDR=02:00:00:00:00:02\nONBOOT=yes\nBOOTPROTO=none\n"
		 "FOO=1\n",
		 "FOO"},
		{"ifcfg-bond0.5", "VLAN=yes\nDEVICE=bond0.5\nVLAN_ID=5\nempty=\n",
		 "VLAN_ID empty"},
		/* None of our business, wrong, or refused. */
		{"ifcfg-eth7", "MASTER=bond9\nSLAVE=yes\nFOO=1\n", ""},
		{"ifcfg-bond0.x", "VLAN=yes\nFOO=1\n", ""},
		{"ifcfg-eth9", "DEVICE=eth9\nFOO=bar\n", ""},
		{"ifcfg-bond7", "BONDING_OPTS=mode=4\nFOO=bar\ndate\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct file files[] = {
			{cases[i].path, cases[i].text},
			{"ifcfg-eth0", "MASTER=bond0\nSLAVE=yes\n"},
			{strcmp(cases[i].path, "ifcfg-eth1") == 0 ? "ifcfg-bond0" : NULL,
			 "BONDING_OPTS=mode=4"},
			{NULL, NULL}};
		expect_unknown(files, cases[i].unknown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places_of_options),
		cmocka_unit_test(test_unknown_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
