/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Route and rule files beside what test_ifcfg_ifup.c tells: in the nm dialect, where the
 * two differ, by names of the system, and what goes on while a line is wrong.
 */
#include <arpa/inet.h>

#include "model/model_text.h"
#include "tests/unit/ifcfg_make.h"

#define BOND                                                                           \
	"TYPE=Bond\nDEVICE=bond0\nBONDING_OPTS='mode=4 miimon=100'\nIPADDR=10.0.0.2\n" \
	"PREFIX=24\nIPV6INIT=yes\n"

/* The routes, then the rules, of the first bond, with ", " between them; to be freed. */
static char *routing_of(const struct model *model)
{
	const struct model_interface *interface = &model->bonds[0].interface;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < interface->route_count + interface->rule_count; i++) {
		char *one = i < interface->route_count
				    ? model_route_text(&interface->routes[i])
				    : model_rule_text(
					      &interface->rules[i - interface->route_count]);
		fprintf(out, "%s%s", i ? ", " : "", one);
		free(one);
	}
	fclose(out);
	return text;
}

static struct made make_with(enum ifcfg_dialect dialect, const char *path, const char *text)
{
	const struct file files[] = {{"ifcfg-bond0", BOND},
				     {"ifcfg-eth0", "MASTER=bond0\nSLAVE=yes\n"},
				     {path, text},
				     {NULL, NULL}};

	return make_in(dialect, files);
}

static void test_nm(void **state)
{
	static const struct {
		const char *path, *text, *routes;
		const char *says; /* NULL: nothing */
	} cases[] = {
		{"route-bond0", "10.1.0.0/16 via 10.0.0.1\n",
		 "10.1.0.0/16 via 10.0.0.1 dev bond0 proto 4", NULL},
		/* The interface is its own, whatever the line says; host bits are cleared. */
		{"route-bond0", "10.1.2.3/16 dev eth7 metric 5\n",
		 "10.1.0.0/16 metric 5 proto 4", NULL},
		{"route-bond0", "10.1.0.0/16\n", "10.1.0.0/16 proto 4", NULL},
		{"route-bond0", "to default via 10.0.0.1 src 10.0.0.2 onlink\n",
		 "default via 10.0.0.1 dev bond0 onlink src 10.0.0.2 proto 4", NULL},
		{"route-bond0", "10.1.0.0/16 mtu lock 1400 window 5 rto_min 9 table 7\n",
		 "10.1.0.0/16 table 7 proto 4 mtu lock 1400 window 5 rto_min 9", NULL},
		{"route-bond0", "type blackhole 10.1.0.0/16\nunreachable 10.2.0.0/16\n",
		 "blackhole 10.1.0.0/16 proto 4, unreachable 10.2.0.0/16 proto 4", NULL},
		/* It is stricter than ip. */
		{"route-bond0", "10.1.0.0/16 metr 5\n", "", "'metr' is no option of ip route"},
		{"route-bond0", "10.1.0.0/16 metric 0x5\n", "",
		 "'0x5' is no value of 'metric'"},
		{"route-bond0", "10.1.0.0/16 table main\n", "", "from 0 to 4294967295"},
		{"route-bond0", "10.1.0.0/16 metric 5 metric 6\n", "", "is given twice"},
		{"route-bond0", "10.1.0.0/16 proto static\n", "",
		 "'proto' is no option of ip route"},
		{"route-bond0", "10.1.0.0/16 nexthop via 10.0.0.1\n", "", "'nexthop'"},
		{"route6-bond0", "2001:db8:1::/48 via fe80::1\n",
		 "2001:db8:1::/48 via fe80::1 dev bond0 proto 4", NULL},
		/* Its keys. */
		{"route-bond0",
		 "ADDRESS0=10.1.2.3\nNETMASK0=255.255.0.0\nGATEWAY0=10.0.0.1\nMETRIC0=5\n"
		 "OPTIONS0='mtu 1400 table 7'\n",
		 "10.1.0.0/16 via 10.0.0.1 dev bond0 table 7 metric 5 proto 4 mtu 1400", NULL},
		{"route-bond0", "ADDRESS0=10.1.0.0\n", "", "NETMASK0 is not set"},
		{"route-bond0", "ADDRESS0=10.1.0.0\nNETMASK0=16\n", "", "no network mask"},
		{"route-bond0",
		 "ADDRESS0=10.1.0.0\nNETMASK0=255.255.0.0\nOPTIONS0='via 10.0.0.1'\n", "",
		 "can't stand among its options"},
		/* Rules are handed to ip by its dispatcher. */
		{"rule-bond0", "from 10.0.0.0/24 tab main pref 7\n",
		 "from 10.0.0.0/24 priority 7 lookup 254", NULL},
		{"rule-bond0", "from x table 7\n", "", "'x' is no IPv4 network"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made made = make_with(IFCFG_DIALECT_NM, cases[i].path, cases[i].text);
		char *got = routing_of(made.model);
		const char *said = made.problems.count ? made.problems.list[0].text : NULL;
		if (strcmp(got, cases[i].routes) != 0 || !said != !cases[i].says ||
		    (said && !strstr(said, cases[i].says))) {
			fail_msg("%s: '%s' %s", cases[i].text, got, said ? said : "");
		}
		/* It never costs the interface. */
		model_drop_faulty(made.model, &made.problems);
		assert_int_equal(made.model->bond_count, 1);
		free(got);
		made_free(&made);
	}
}

/* With rules beside them, nm's routes are ip's, too; and a file goes by its name alone. */
static void test_nm_dispatcher(void **state)
{
	const struct file files[] = {
		{"ifcfg-bond0", BOND},
		{"ifcfg-eth0", "MASTER=bond0\n"},
		{"route-bond0", "10.1.0.0/16 via 10.0.0.1 proto 7 metr 5\n"},
		{"rule6-bond0", "from 2001:db8::/32 table 7\n"},
		{NULL, NULL}};
	const struct file renamed[] = {{"ifcfg-eth0", "MASTER=bond0\n"},
				       {"ifcfg-uplink", BOND},
				       {"route-bond0", "10.1.0.0/16\n"},
				       {"route-uplink", "10.2.0.0/16\n"},
				       {NULL, NULL}};

	(void)state;
	struct made made = make_in(IFCFG_DIALECT_NM, files);
	char *got = routing_of(made.model);
	assert_string_equal(got, "10.1.0.0/16 via 10.0.0.1 metric 5 proto 7, "
				 "from 2001:db8::/32 lookup 7");
	assert_int_equal(made.problems.count, 0);
	free(got);
	made_free(&made);

	made = make_in(IFCFG_DIALECT_NM, renamed);
	got = routing_of(made.model);
	assert_string_equal(got, "10.2.0.0/16 proto 4");
	free(got);
	made_free(&made);
}

static void test_differences(void **state)
{
	static const struct {
		const char *path, *text;
		uint32_t line; /* 0: no difference */
		const char *says;
	} cases[] = {
		{"route-bond0", "10.1.0.0/16 via 10.0.0.1 dev bond0 metric 5\n", 0, NULL},
		{"route-bond0", "\n10.1.0.0/16 via 10.0.0.1 dev bond0 table main\n", 2,
		 "in this route: initscripts reads 10.1.0.0/16 via 10.0.0.1 dev bond0, nm "
		 "reads nothing"},
		{"route-bond0", "10.1.0.0/16 dev eth7\n", 1,
		 "initscripts reads 10.1.0.0/16 dev eth7, nm reads 10.1.0.0/16"},
		{"route-bond0", "10.1.2.3/16 dev bond0\n", 1,
		 "initscripts reads nothing, nm reads 10.1.0.0/16"},
		{"route-bond0",
		 "ADDRESS0=10.1.0.0\nNETMASK0=255.255.0.0\nGATEWAY0=10.0.0.1\nMETRIC0=5\n", 1,
		 "via 10.0.0.1 dev bond0, nm reads 10.1.0.0/16 via 10.0.0.1 dev bond0 metric 5"},
		{"rule-bond0", "from 10.0.0.0/24 table 7\n", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ifcfg_text texts[] = {
			{.path = "ifcfg-bond0", .bytes = BOND, .size = strlen(BOND)},
			{.path = "ifcfg-eth0",
			 .bytes = "MASTER=bond0\nSLAVE=yes\n",
			 .size = 23},
			{.path = cases[i].path,
			 .bytes = cases[i].text,
			 .size = strlen(cases[i].text)},
		};
		struct model_problems problems = {0};
		struct model *model =
			ifcfg_read(texts, 3, IFCFG_DIALECT_INITSCRIPTS, NULL, &problems);
		size_t before = problems.count;
		ifcfg_compare(texts, 3, IFCFG_DIALECT_INITSCRIPTS, NULL, model, &problems);
		const struct model_problem *found = &problems.list[before];
		if (problems.count - before != (cases[i].says != NULL) ||
		    (cases[i].says &&
		     (!strstr(found->text, cases[i].says) || found->source.file != 2 ||
		      found->source.line != cases[i].line || !found->excerpt))) {
			fail_msg("%s: %zu %s", cases[i].text, problems.count - before,
				 problems.count > before ? found->text : "");
		}
		model_free(model);
		model_problems_free(&problems);
	}
}

static void test_names(void **state)
{
	static const char tables[] = "# no name\n100 vpn\n 0x65\tguests # theirs\n"
				     "102\n-1 less\nx y\n100 other\r\n103 vpn\n";
	static const char rule[] = "from 10.0.0.0/8 table guests\nto 10.0.0.0/8 table vpn\n"
				   "from 10.1.0.0/16 table other\nfrom 10.2.0.0/16 table less\n"
				   "from 10.3.0.0/16 table default\n";
	struct ifcfg_text texts[] = {
		{.path = "ifcfg-bond0", .bytes = BOND, .size = strlen(BOND)},
		{.path = "ifcfg-eth0", .bytes = "MASTER=bond0\nSLAVE=yes\n", .size = 23},
		{.path = "rule-bond0", .bytes = rule, .size = strlen(rule)},
	};
	struct ifcfg_names names = {0};
	struct model_problems problems = {0};

	(void)state;
	assert_true(ifcfg_names_add(&names.tables, tables, strlen(tables)));
	struct model *model =
		ifcfg_read(texts, 3, IFCFG_DIALECT_INITSCRIPTS, &names, &problems);
	char *got = routing_of(model);
	assert_string_equal(got, "from 10.0.0.0/8 lookup 101, from all to 10.0.0.0/8 lookup "
				 "103, from 10.1.0.0/16 lookup 100, from 10.3.0.0/16 lookup "
				 "253");
	assert_int_equal(problems.count, 1);
	assert_int_equal(problems.list[0].source.line, 4);
	assert_int_equal(problems.list[0].source.column, 24);
	free(got);
	ifcfg_names_free(&names);
	assert_null(names.tables.list);
	model_free(model);
	model_problems_free(&problems);
}

/* While a line is wrong, what the file gave goes on, unless another line replaces it. */
static void test_kept(void **state)
{
	static const struct {
		const char *before, *after, *result;
	} cases[] = {
		{"10.1.0.0/16 via 10.0.0.1\n10.2.0.0/16 via 10.0.0.1\n",
		 "10.1.0.0/16 via 10.0.0.1\n",
		 "10.1.0.0/16 via 10.0.0.1, from 10.0.0.0/8 lookup 7"},
		{"10.1.0.0/16 via 10.0.0.1\n10.2.0.0/16 via 10.0.0.1\n",
		 "10.1.0.0/16 via 10.0.0.1\n10.2.0.0/16 vai 10.0.0.1\n",
		 "10.1.0.0/16 via 10.0.0.1, 10.2.0.0/16 via 10.0.0.1, from 10.0.0.0/8 lookup "
		 "7"},
		{"10.1.0.0/16 via 10.0.0.1\n10.2.0.0/16 via 10.0.0.1\n",
		 "10.1.0.0/16 via 10.0.0.3\n10.2.0.0/16 vai 10.0.0.1\n",
		 "10.1.0.0/16 via 10.0.0.3, 10.2.0.0/16 via 10.0.0.1, from 10.0.0.0/8 lookup "
		 "7"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file files[] = {{"ifcfg-bond0", BOND},
				       {"ifcfg-eth0", "MASTER=bond0\nSLAVE=yes\n"},
				       {"route-bond0", cases[i].before},
				       {"rule-bond0", "from 10.0.0.0/8 table 7\n"},
				       {NULL, NULL}};
		struct made running = make(files);
		files[2].text = cases[i].after;
		struct made made = make(files);
		assert_true(model_keep_running(made.model, &made.problems, running.model));
		made_free(&running);
		char *got = routing_of(made.model);
		assert_string_equal(got, cases[i].result);
		free(got);
		made_free(&made);
	}
	/* A rule file that has become wrong altogether, and an alias. */
	struct file files[] = {{"ifcfg-bond0", BOND},
			       {"ifcfg-bond0:1", "IPADDR=10.0.0.3\n"},
			       {"ifcfg-eth0", "MASTER=bond0\nSLAVE=yes\n"},
			       {"rule-bond0", "from 10.0.0.0/8 table 7\n"},
			       {NULL, NULL}};
	struct made running = make(files);
	files[1].text = "IPADDR=10.0.0.333\n";
	files[3].text = "from 10.0.0.0/8 table\n";
	struct made made = make(files);
	model_drop_faulty(made.model, &made.problems);
	assert_true(model_keep_running(made.model, &made.problems, running.model));
	char *got = routing_of(made.model);
	assert_string_equal(got, "from 10.0.0.0/8 lookup 7");
	assert_int_equal(made.model->bonds[0].interface.address_count, 2);
	free(got);
	made_free(&made);
	made_free(&running);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nm),	    cmocka_unit_test(test_nm_dispatcher),
		cmocka_unit_test(test_differences), cmocka_unit_test(test_names),
		cmocka_unit_test(test_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
