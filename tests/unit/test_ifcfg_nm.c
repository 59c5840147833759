/* SPDX-License-Identifier: BSD-2-Clause */
/* The nm dialect: values, meaning, and where it differs from initscripts. */
#include <arpa/inet.h>

#include "tests/unit/ifcfg_make.h"

static bool parse(const char *bytes, struct ifcfg_variables *out,
		  struct model_problems *problems)
{
	struct ifcfg_text text = {.path = "ifcfg-x", .bytes = bytes, .size = strlen(bytes)};

	return ifcfg_parse(&text, IFCFG_DIALECT_NM, 0, "x", out, problems);
}

static void test_values(void **state)
{
	static const struct {
		const char *text;
		const char *value;   /* of A; NULL: not set */
		const char *warning; /* NULL: none */
	} cases[] = {
		{"", NULL, NULL},
		{"# A=x\n\n \t\r\n", NULL, NULL},
		{"A=", "", NULL},
		{"A=x", "x", NULL},
		{" \tA=x\n", "x", NULL},
		{"A=x \t\r\n", "x", NULL},
		{"A=x;\n", "x", NULL},
		{"A=x ; # y\n", "x", NULL},
		{"A=x # y; z\n", "x", NULL},
		{"A= # y\n", "", NULL},
		{"A=x#y\n", "x#y", NULL},
		{"A=1\nA=2", "2", NULL},
		{"A='a\nA=2", "2", NULL}, /* only the last is looked at */
		{"A='a b'", "a b", NULL},
		{"A='a\"$b`\\'", "a\"$b`\\", NULL},
		{"A=\"a b\"", "a b", NULL},
		{"A=\"\\$\\`\\\"\\\\\\a\"", "$`\"\\\\a", NULL},
		{"A=a\\ b", "a b", NULL},
		{"A=a\"b\"'c'd\\e", "abcde", NULL},
		{"A=$x", "$x", NULL},
		{"A=a~*{b,c}=:!", "a~*{b,c}=:!", NULL},
		{"A=`x`", "`x`", NULL},
		{"A=$'a\\tb\\x41\\101\\'\\q'", "a\tbAA'\\q", NULL},
		{"A=$'\\u20ac\\U0001F600\\xc3\\xa9'", "\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9",
		 NULL},
		{"A=$'\\cA\\x{41}\\xg\\uzz'", "\\cA\\x{41}\\xg\\uzz", NULL},
		{"A=\xc3\xa9", "\xc3\xa9", NULL},
		{"A=\"$B\"", "", "a '$' stands in"},
		{"A=x\"`date`\"", "", "a '`' stands in"},
		{"A='x", "", "'...' is not closed"},
		{"A=\"x", "", "\"...\" is not closed"},
		{"A=\"x\\", "", "\"...\" is not closed"},
		{"A=$'x\\'", "", "$'...' is not closed"},
		{"A=$'a\\0b'", "", "a NUL byte"},
		{"A=$'\\ud800'", "", "no character"},
		{"A=$'\\U00110000'", "", "no character"},
		{"export A=x", NULL, "no NAME=value"},
		{"A =x", NULL, "no NAME=value"},
		{"A+=x", NULL, "no NAME=value"},
		{"1A=x", NULL, "no NAME=value"},
		{"if true; then\nA=x", "x", "no NAME=value"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ifcfg_variables variables;
		struct model_problems problems = {0};
		bool fine = parse(cases[i].text, &variables, &problems);
		const char *value = ifcfg_value(&variables, "A");
		bool noted = problems.count > 0;
		if (!fine || !value != !cases[i].value ||
		    (value && strcmp(value, cases[i].value) != 0) ||
		    noted != (cases[i].warning != NULL) ||
		    (noted && !strstr(problems.list[0].text, cases[i].warning))) {
			fail_msg("%s: %s (%s)", cases[i].text, value ? value : "nothing",
				 noted ? problems.list[0].text : "no problem");
		}
		ifcfg_variables_free(&variables);
		model_problems_free(&problems);
	}
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text;
		uint32_t line, column;
		const char *says;
	} cases[] = {
		{"A=a b", 1, 4, "more stands behind"},
		{"B=1\n  A= b", 2, 5, "more stands behind"},
		{"A=x;;", 1, 4, "more stands behind"},
		{"A=1; B=2", 1, 4, "more stands behind"},
		{"A=x|y", 1, 4, "'|' means something"},
		{"A=(1 2)", 1, 3, "'(' means something"},
		{"A=x\\", 1, 4, "continues no line"},
		{"A=\xe9", 1, 3, "not UTF-8"},
		{"A='\xff'", 1, 3, "not UTF-8"},
		{"\xef\xbb\xbf"
		 "A=1",
		 1, 1, "byte order mark"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ifcfg_variables variables;
		struct model_problems problems = {0};
		if (parse(cases[i].text, &variables, &problems)) {
			fail_msg("not refused: %s", cases[i].text);
		}
		const struct model_problem *problem = &problems.list[0];
		if (problem->source.line != cases[i].line ||
		    problem->source.column != cases[i].column ||
		    problem->severity != MODEL_ERROR || !strstr(problem->text, cases[i].says)) {
			fail_msg("%s: %u:%u: %s", cases[i].text, problem->source.line,
				 problem->source.column, problem->text);
		}
		ifcfg_variables_free(&variables);
		model_problems_free(&problems);
	}
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		bool initscripts, nm;
	} cases[] = {
		{"ifcfg-bond0", true, true},	     {"ifcfg-bond0~", false, false},
		{"ifcfg-bond0.BAK", true, false},    {"ifcfg-bond0.old", false, true},
		{"ifcfg-bond0.rej", true, false},    {"ifcfg-bond0.rpmsave", false, true},
		{"ifcfg-bond0.RpmNew", true, false}, {"ifcfg-bond0.rpmorig", false, true},
		{"ifcfg-bond0.augtmp", true, false}, {"ifcfg-bond0;0123abCD", true, false},
		{"ifcfg-bond0;0123abC", true, true}, {"ifcfg-bond0;0123abCx", true, true},
		{"ifcfg-lo", false, false},	     {"route6-bond0", true, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *name = cases[i].name;
		if (ifcfg_name_is_read(name, IFCFG_DIALECT_INITSCRIPTS) !=
			    cases[i].initscripts ||
		    ifcfg_name_is_read(name, IFCFG_DIALECT_NM) != cases[i].nm) {
			fail_msg("%s", name);
		}
	}
}

/* What files describe: "bond0[eth0,eth1] bond0.5@bond0/5", errors as "!subject". */
static void describe(const struct made *made, char *out, size_t size)
{
	FILE *stream = fmemopen(out, size, "w");

	for (size_t i = 0; i < made->model->bond_count; i++) {
		const struct model_bond *bond = &made->model->bonds[i];
		fprintf(stream, " %s[", bond->interface.name);
		for (size_t m = 0; m < bond->member_count; m++) {
			fprintf(stream, "%s%s", m ? "," : "", bond->members[m].interface.name);
		}
		fputc(']', stream);
	}
	for (size_t i = 0; i < made->model->vlan_count; i++) {
		const struct model_vlan *vlan = &made->model->vlans[i];
		fprintf(stream, " %s@%s/%u", vlan->interface.name, vlan->parent, vlan->vid);
	}
	for (size_t i = 0; i < made->problems.count; i++) {
		if (made->problems.list[i].severity == MODEL_ERROR) {
			fprintf(stream, " !%s", made->problems.list[i].subject);
		}
	}
	fputc('\0', stream);
	fclose(stream);
}

#define NM_BOND	  "TYPE=Bond\nBONDING_OPTS='mode=4 miimon=100'\n"
#define NM_MEMBER "MASTER=bond0\n"

/* What each file is, in both dialects. */
static void test_kinds(void **state)
{
	static const struct {
		const char *bond, *member, *other_path, *other;
		const char *initscripts, *nm;
	} cases[] = {
		{NM_BOND, NM_MEMBER, NULL, NULL, " bond0[]", " bond0[eth0]"},
		{NM_BOND, NM_MEMBER "SLAVE=yes\n", NULL, NULL, " bond0[eth0]", " bond0[eth0]"},
		{"BONDING_OPTS=mode=4\n", "MASTER=bond0\nSLAVE=on\n", NULL, NULL,
		 " bond0[eth0]", " !bond0"},
		{"TYPE=ethernet\nBONDING_OPTS=mode=4\n", NM_MEMBER, NULL, NULL, " bond0[]",
		 " bond0[eth0]"},
		{"BONDING_MASTER=yes\nBONDING_OPTS=mode=4\n", NM_MEMBER, NULL, NULL, " bond0[]",
		 " bond0[eth0]"},
		{"TYPE=Team\nBONDING_OPTS=mode=4\n", "", NULL, NULL, " bond0[]", ""},
		{NM_BOND "UUID=12-34-Ab\n", "MASTER_UUID=12-34-aB\n", NULL, NULL, " bond0[]",
		 " bond0[eth0]"},
		{NM_BOND, "MASTER_UUID=12-34\n", NULL, NULL, " bond0[]", " bond0[] !12-34"},
		{NM_BOND, "", "ifcfg-bond0.5", "VLAN=yes\n", " bond0[] bond0.5@bond0/5",
		 " bond0[] bond0.5@bond0/5"},
		{NM_BOND, "", "ifcfg-bond0.5", "TYPE=Vlan\n", " bond0[]",
		 " bond0[] bond0.5@bond0/5"},
		{NM_BOND, "", "ifcfg-bond0.5", "VLAN=yes\nVLAN_ID=7\n",
		 " bond0[] bond0.5@bond0/5", " bond0[] bond0.5@bond0/7"},
		{NM_BOND, "", "ifcfg-vlan05", "VLAN=yes\nPHYSDEV=bond0\n",
		 " bond0[] vlan05@bond0/5", " bond0[] vlan05@bond0/5"},
		{NM_BOND, "", "ifcfg-x", "VLAN=yes\nVLAN_ID=5\nPHYSDEV=bond0\n", " bond0[] !x",
		 " bond0[] x@bond0/5"},
		{NM_BOND, "", "ifcfg-x", "VLAN=yes\nVID=5\nPHYSDEV=bond0\n",
		 " bond0[] x@bond0/5", " bond0[] !x"},
		{NM_BOND, "", "ifcfg-a.5", "VLAN=yes\nPHYSDEV=bond0\n", " bond0[] a.5@a/5",
		 " bond0[] a.5@bond0/5"},
		{NM_BOND, "", "ifcfg-x", "VLAN=yes\nVLAN_ID=4095\nPHYSDEV=bond0\n",
		 " bond0[] !x", " bond0[] !x"},
		{NM_BOND, "", "ifcfg-x", "VLAN=yes\nVLAN_ID=5\n", " bond0[] !x", " bond0[] !x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct file files[] = {{"ifcfg-bond0", cases[i].bond},
					     {"ifcfg-eth0", cases[i].member},
					     {cases[i].other_path, cases[i].other},
					     {NULL, NULL}};
		for (int nm = 0; nm < 2; nm++) {
			char got[256];
			struct made made = make_in((enum ifcfg_dialect)nm, files);
			describe(&made, got, sizeof(got));
			if (strcmp(got, nm ? cases[i].nm : cases[i].initscripts) != 0) {
				fail_msg("case %zu, %s:%s", i,
					 ifcfg_dialect_name((enum ifcfg_dialect)nm), got);
			}
			made_free(&made);
		}
	}
}

/* A line in a bond's file, in the nm dialect: the first problem that it makes. */
static void test_meaning(void **state)
{
	static const struct {
		const char *line;
		const char *says; /* NULL: nothing */
		enum model_severity severity;
	} cases[] = {
		{"BOOTPROTO=None", NULL, 0},
		{"BOOTPROTO=static", NULL, 0},
		{"BOOTPROTO=DHCP", NULL, 0},
		{"BOOTPROTO=shared", "is not applied", MODEL_WARNING},
		{"BOOTPROTO=auto", "expected none, static", MODEL_ERROR},
		{"MTU=0", NULL, 0},
		{"MTU=9000", NULL, 0},
		{"MTU=x", "is not used", MODEL_WARNING},
		{"MTU=65536", "is not used", MODEL_WARNING},
		{"ONBOOT=off", "neither yes nor no", MODEL_WARNING},
		{"IPV6ADDR=2001:db8::1/64", "IPV6INIT is not yes", MODEL_WARNING},
		{"IPV6INIT=yes\nIPV6ADDR=2001:db8::1/64", NULL, 0},
		{"REORDER_HDR=no", "nm reads VLAN_FLAGS instead", MODEL_WARNING},
		{"ROUTING_RULE_1='priority 5 from 10.0.0.0/8 table 7'",
		 "expected a line in a rule file", MODEL_WARNING},
		{"VLAN_FLAGS=GVRP", "is not applied", MODEL_WARNING},
		{"BONDING_OPTS='mode=4 miimon=100 lacp_rate=2'", "leaves the option out",
		 MODEL_WARNING},
		{"BONDING_OPTS='mode=4 miimon=100 mimon=1'", "did you mean 'miimon'?; nm",
		 MODEL_WARNING},
		{"BONDING_OPTS='mode=4 miimon=100 x'", "'x' is left out", MODEL_WARNING},
		{"BONDING_OPTS='mode=x miimon=100'", "leaves the option out", MODEL_WARNING},
		{"BONDING_OPTS='mode=4 miimon=100 primary=eth0'", "belongs to mode",
		 MODEL_WARNING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		snprintf(text, sizeof(text), NM_BOND "%s\n", cases[i].line);
		const struct file files[] = {
			{"ifcfg-bond0", text}, {"ifcfg-eth0", NM_MEMBER}, {NULL, NULL}};
		struct made made = make_in(IFCFG_DIALECT_NM, files);
		if (!cases[i].says != (made.problems.count == 0) ||
		    (cases[i].says && (made.problems.list[0].severity != cases[i].severity ||
				       !strstr(made.problems.list[0].text, cases[i].says)))) {
			fail_msg("%s: %s", cases[i].line,
				 made.problems.count ? made.problems.list[0].text : "nothing");
		}
		made_free(&made);
	}
}

/* Differences are said once, at their place, with both readings. */
static void test_differences(void **state)
{
	static const struct {
		const char *line; /* behind a bond that both read alike */
		uint32_t at;	  /* 0: no difference */
		const char *says;
	} cases[] = {
		{"IPADDR=10.0.0.1\nPREFIX=24", 0, NULL},
		{"X='a b' # c", 0, NULL},
		{"B=1\nX=\"$B\"", 4, "differ in X: initscripts reads '1', nm reads ''"},
		{"B=1\nX=$B", 4, "differ in X: initscripts reads '1', nm reads '$B'"},
		{"export X=1", 3, "differ in X: initscripts reads '1', nm reads nothing"},
		{"X=$'\\u00e9'", 3,
		 "differ in X: initscripts reads '\\u00E9', nm reads '\xc3\xa9'"},
		{"X=1; Y=2", 3, "initscripts reads this, nm refuses it: more stands behind"},
		{"X=\xe9", 3, "initscripts reads this, nm refuses it: the value is not UTF-8"},
		{"ONBOOT=off", 3, "differ in ONBOOT: initscripts reads no, nm reads yes"},
		{"IPV6ADDR=2001:db8::1/64", 3,
		 "differ in the addresses: initscripts reads 2001:db8::1/64, nm reads nothing"},
		{"BOOTPROTO=Dhcp\nIPADDR=10.0.0.1\nPREFIX=24", 3,
		 "differ in BOOTPROTO: initscripts reads static, nm reads dhcp"},
		{"BOOTPROTO=dhcp\nIPADDR=10.0.0.1\nPREFIX=24", 3,
		 "differ in the addresses: initscripts reads nothing, nm reads 10.0.0.1/24"},
		{"IPV6_AUTOCONF=yes", 3, "differ in IPV6_AUTOCONF: initscripts reads yes"},
		{"BOOTPROTO=auto", 3, "initscripts reads this, nm refuses it: BOOTPROTO"},
		{"TYPE=Team", 2, "initscripts reads a bond, nm reads none of these"},
		{"TYPE=Team\nNM_CONTROLLED=no", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char bytes[512];
		snprintf(bytes, sizeof(bytes), NM_BOND "%s\n", cases[i].line);
		struct ifcfg_text texts[] = {
			{.path = "ifcfg-bond0", .bytes = bytes, .size = strlen(bytes)},
			{.path = "ifcfg-eth0",
			 .bytes = "MASTER=bond0\nSLAVE=yes\n",
			 .size = 23},
			{.path = "ifcfg-bond0.5", .bytes = "VLAN=yes\n", .size = 9},
			{.path = "ifcfg-eth9", .bytes = "X=$Y", .size = 4},
		};
		struct model_problems problems = {0};
		struct model *model =
			ifcfg_read(texts, 4, IFCFG_DIALECT_INITSCRIPTS, NULL, &problems);
		size_t before = problems.count;
		ifcfg_compare(texts, 4, IFCFG_DIALECT_INITSCRIPTS, NULL, model, &problems);
		size_t count = problems.count - before;
		const struct model_problem *found = &problems.list[before];
		if (count != (cases[i].at > 0) ||
		    (count &&
		     (found->source.line != cases[i].at || found->severity != MODEL_WARNING ||
		      !strstr(found->text, cases[i].says) || !found->excerpt))) {
			fail_msg("%s: %zu: %s", cases[i].line, count,
				 count ? found->text : "nothing");
		}
		model_free(model);
		model_problems_free(&problems);
	}
}

/* From the other side it is the same difference. */
static void test_difference_from_nm(void **state)
{
	struct ifcfg_text text = {
		.path = "ifcfg-bond0", .bytes = NM_BOND "X=`date`\n", .size = 46 + 9};
	struct model_problems problems = {0};

	(void)state;
	text.size = strlen(text.bytes);
	struct model *model = ifcfg_read(&text, 1, IFCFG_DIALECT_NM, NULL, &problems);
	size_t before = problems.count;
	ifcfg_compare(&text, 1, IFCFG_DIALECT_NM, NULL, model, &problems);
	assert_int_equal(problems.count, before + 1);
	assert_non_null(strstr(problems.list[before].text,
			       "nm reads this, initscripts refuses it: `...` would run"));
	assert_int_equal(problems.list[before].source.line, 3);
	model_free(model);
	model_problems_free(&problems);
}

/* A bond that is not found is said where it is named. */
static void test_unknown_master(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
		const char *says;
	} cases[] = {
		{"MASTER=bond7\n", 1, "no file defines MASTER 'bond7'"},
		{"ONBOOT=yes\nMASTER_UUID=12-34\n", 2, "no file has UUID '12-34'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct file files[] = {{"ifcfg-eth0", cases[i].text}, {NULL, NULL}};
		struct made made = make_in(IFCFG_DIALECT_NM, files);
		const struct model_problem *found = &made.problems.list[0];

		assert_int_equal(made.problems.count, 1);
		assert_int_equal(found->source.line, cases[i].line);
		assert_non_null(strstr(found->text, cases[i].says));
		made_free(&made);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_meaning),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_difference_from_nm),
		cmocka_unit_test(test_unknown_master),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
