/* SPDX-License-Identifier: BSD-2-Clause */
/* Alias and range files: which addresses their interface gets. */
#include <arpa/inet.h>

#include "tests/unit/ifcfg_make.h"

/* All addresses of bond0 (or of its VLAN interface), with blanks between them. */
static void addresses_text(const struct made *made, char *out, size_t size)
{
	const struct model_interface *interface = made->model->vlan_count
							  ? &made->model->vlans[0].interface
							  : &made->model->bonds[0].interface;

	out[0] = '\0';
	for (size_t i = 0; i < interface->address_count; i++) {
		char text[INET6_ADDRSTRLEN];
		size_t at = strlen(out);
		inet_ntop(interface->addresses[i].family, interface->addresses[i].bytes, text,
			  sizeof(text));
		snprintf(out + at, size - at, "%s%s/%u", at ? " " : "", text,
			 interface->addresses[i].prefix);
	}
}

struct alias_case {
	const char *path, *text, *addresses;
	const char *says; /* the one problem; NULL: none */
	enum model_severity severity;
};

static void check(enum ifcfg_dialect dialect, const struct alias_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool vlan = strncmp(cases[i].path, "ifcfg-bond0.5", 13) == 0;
		const struct file files[] = {{"ifcfg-bond0",
					      "TYPE=Bond\nBONDING_OPTS='mode=4 miimon=100'\n"
					      "IPADDR=10.0.0.1\nPREFIX=24\n"},
					     {cases[i].path, cases[i].text},
					     {"ifcfg-eth0", "MASTER=bond0\nSLAVE=yes\n"},
					     {vlan ? "ifcfg-bond0.5" : NULL, "VLAN=yes\n"},
					     {NULL, NULL}};
		struct made made = make_in(dialect, files);
		char got[256];
		addresses_text(&made, got, sizeof(got));
		bool noted = made.problems.count > 0;
		const struct model_problem *problem = made.problems.list;
		if (strcmp(got, cases[i].addresses) != 0 || noted != (cases[i].says != NULL) ||
		    made.problems.count > 1 ||
		    (noted &&
		     (!strstr(problem->text, cases[i].says) ||
		      problem->severity != cases[i].severity || problem->source.file != 1))) {
			fail_msg("%s: %s: %s: %s", cases[i].path, cases[i].text, got,
				 noted ? problem->text : "no problem");
		}
		/* What is wrong with an alias leaves its interface as it is. */
		model_drop_faulty(made.model, &made.problems);
		assert_int_equal(made.model->bond_count, 1);
		assert_int_equal(made.model->vlan_count, vlan);
		made_free(&made);
	}
}

static void test_aliases(void **state)
{
	static const struct alias_case cases[] = {
		{"ifcfg-bond0:1", "IPADDR=10.0.0.2\nPREFIX=25\n", "10.0.0.1/24 10.0.0.2/25",
		 NULL, 0},
		{"ifcfg-bond0:1", "DEVICE=bond0:1\nIPADDR=10.0.0.2\nNETMASK=255.255.255.0\n",
		 "10.0.0.1/24 10.0.0.2/24", NULL, 0},
		{"ifcfg-bond0:long-name",
		 "DEVICE=bond0:2\nIPADDR=10.0.0.2\nPREFIX=24\nONBOOT=no\n",
		 "10.0.0.1/24 10.0.0.2/24", NULL, 0},
		{"ifcfg-bond0:1", "IPADDR=10.0.0.2\nPREFIX=24\nONPARENT=no\n", "10.0.0.1/24",
		 NULL, 0},
		/* The prefix of the interface's file. */
		{"ifcfg-bond0:1", "IPADDR=10.0.0.2\n", "10.0.0.1/24 10.0.0.2/24", NULL, 0},
		{"ifcfg-bond0:1", "IPADDR=10.0.0.2\nNETMASK=255.255.0.0\n",
		 "10.0.0.1/24 10.0.0.2/24", "and that counts", MODEL_WARNING},
		{"ifcfg-bond0.5:1", "IPADDR=10.0.0.2\n", "10.0.0.2/8", "from the class",
		 MODEL_WARNING},
		{"ifcfg-bond0:1", "IPV6ADDR=2001:db8::2/64\n", "10.0.0.1/24 2001:db8::2/64",
		 NULL, 0},
		{"ifcfg-bond0:1", "IPADDR=10.0.0.1\nPREFIX=24\n", "10.0.0.1/24",
		 "'bond0' has by another file", MODEL_WARNING},
		{"ifcfg-bond0:1", "DEVICE=bond1:1\nIPADDR=10.0.0.2\nPREFIX=24\n", "10.0.0.1/24",
		 "is no alias of 'bond0'", MODEL_ERROR},
		{"ifcfg-bond0:1", "PREFIX=24\n", "10.0.0.1/24", "has no address", MODEL_ERROR},
		{"ifcfg-bond0:1", "IPADDR=x\n", "10.0.0.1/24", "no IPv4 address", MODEL_ERROR},
		{"ifcfg-bond0:1", "IPADDR=10.0.0.2\nPREFIX=33\n", "10.0.0.1/24", "from 1 to 32",
		 MODEL_ERROR},
		{"ifcfg-bond0:1", "IPADDR=`date`\n", "10.0.0.1/24", "would run", MODEL_ERROR},
		{"ifcfg-bond0.5:1", "IPADDR=10.0.5.2\nPREFIX=24\n", "10.0.5.2/24", NULL, 0},
		/* Of an interface that is none of ours. */
		{"ifcfg-eth7:1", "IPADDR=x\n", "10.0.0.1/24", NULL, 0},
		{"ifcfg-bond0-range0",
		 "IPADDR_START=10.0.0.9\nIPADDR_END=10.0.0.11\nPREFIX=24\nCLONENUM_START=3\n",
		 "10.0.0.1/24 10.0.0.9/24 10.0.0.10/24 10.0.0.11/24", NULL, 0},
		{"ifcfg-bond0.5-range1",
		 "IPADDR_START=10.0.0.9\nIPADDR_END=10.0.0.9\nPREFIX=32\n", "10.0.0.9/32", NULL,
		 0},
		{"ifcfg-bond0-range0",
		 "IPADDR_START=10.0.0.9\nIPADDR_END=10.0.0.8\nPREFIX=24\n", "10.0.0.1/24",
		 "does not go on", MODEL_ERROR},
		{"ifcfg-bond0-range0",
		 "IPADDR_START=10.0.0.9\nIPADDR_END=10.0.1.8\nPREFIX=24\n", "10.0.0.1/24",
		 "does not go on", MODEL_ERROR},
		{"ifcfg-bond0-range0", "IPADDR_START=10.0.0.9\nPREFIX=24\n", "10.0.0.1/24",
		 "IPADDR_END '' is no", MODEL_ERROR},
		{"ifcfg-bond0-range0", "IPADDR_START=224.0.0.9\nIPADDR_END=224.0.0.10\n",
		 "10.0.0.1/24", "IPADDR_START '224.0.0.9' is no", MODEL_ERROR},
	};

	(void)state;
	check(IFCFG_DIALECT_INITSCRIPTS, cases, sizeof(cases) / sizeof(cases[0]));
}

static void test_aliases_of_nm(void **state)
{
	static const struct alias_case cases[] = {
		{"ifcfg-bond0:1", "DEVICE=bond0:1\nIPADDR=10.0.0.2\nPREFIX=24\nONPARENT=no\n",
		 "10.0.0.1/24 10.0.0.2/24", NULL, 0},
		{"ifcfg-bond0:1", "IPADDR=10.0.0.2\nPREFIX=24\n", "10.0.0.1/24",
		 "nm wants DEVICE=bond0:1", MODEL_WARNING},
		{"ifcfg-bond0:1", "DEVICE=bond0:2\nIPADDR=10.0.0.2\nPREFIX=24\n", "10.0.0.1/24",
		 "nm wants DEVICE=bond0:1", MODEL_WARNING},
		{"ifcfg-bond0-range0",
		 "IPADDR_START=10.0.0.9\nIPADDR_END=10.0.0.11\nPREFIX=24\n", "10.0.0.1/24",
		 "no range files", MODEL_WARNING},
	};

	(void)state;
	check(IFCFG_DIALECT_NM, cases, sizeof(cases) / sizeof(cases[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_aliases_of_nm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
