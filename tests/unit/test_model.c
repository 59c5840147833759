/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left of a model once errors have taken their part, and "what ran
 * before goes on running": small models written as text, one word a thing:
 *   bond0=eth0,eth1   a bond with its members
 *   bond0.5           a VLAN interface
 */
#include "model/model.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/model_sort.h"

static struct model_source source_make(uint32_t file, uint32_t line)
{
	return (struct model_source){.file = file, .line = line};
}

static void interface_make(struct model_interface *interface, const char *name, uint32_t file)
{
	struct model_address address = {.family = AF_INET,
					.bytes = {10, 0, 0, 1},
					.prefix = 24,
					.source = source_make(file, 2)};

	*interface = (struct model_interface){.onboot = true, .source = source_make(file, 1)};
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	address.bytes[1] = (uint8_t)file;
	assert_true(model_interface_add_address(interface, &address));
}

static uint32_t file_make(struct model *model, const char *name)
{
	struct model_file info = {.kind = MODEL_FILE_BOND};
	char path[64];

	snprintf(path, sizeof(path), "dir/ifcfg-%s", name);
	snprintf(info.interface, sizeof(info.interface), "%s", name);
	assert_true(model_add_file(model, path, &info));
	return (uint32_t)(model->file_count - 1);
}

static void bond_make(struct model *model, const char *name, char *members)
{
	struct model_bond bond = {0};

	interface_make(&bond.interface, name, file_make(model, name));
	model_bond_options_init(&bond.options);
	for (char *nic; (nic = strsep(&members, ","));) {
		struct model_member member = {0};
		if (nic[0] == '\0') {
			continue;
		}
		member.interface.source = source_make(file_make(model, nic), 1);
		snprintf(member.interface.name, sizeof(member.interface.name), "%s", nic);
		assert_true(model_bond_add_member(&bond, &member));
	}
	assert_true(model_add_bond(model, &bond));
}

/* "bond0.5", or "name:bond0.5" for one of another name; "name:+eth5.5": on a NIC. */
static void vlan_make(struct model *model, char *word)
{
	struct model_vlan vlan = {0};
	char *place = strchr(word, ':');

	if (place) {
		*place++ = '\0';
	} else {
		place = word;
	}
	vlan.parent_is_nic = place[0] == '+';
	place += vlan.parent_is_nic;
	interface_make(&vlan.interface, word, file_make(model, word));
	snprintf(vlan.parent, sizeof(vlan.parent), "%.*s", (int)strcspn(place, "."), place);
	vlan.vid = (uint16_t)atoi(strchr(place, '.') + 1);
	assert_true(model_add_vlan(model, &vlan));
}

static struct model *model_make(const char *text)
{
	struct model *model = model_new();
	char *copy = strdup(text);
	char *rest = copy;

	assert_non_null(model);
	for (char *word; (word = strsep(&rest, " "));) {
		char *equals = strchr(word, '=');
		if (word[0] == '\0') {
			continue;
		}
		if (equals) {
			*equals = '\0';
			bond_make(model, word, equals + 1);
		} else {
			vlan_make(model, word);
		}
	}
	free(copy);
	return model;
}

/* The model in the same words. */
static void model_words(const struct model *model, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < model->bond_count; i++) {
		const struct model_bond *bond = &model->bonds[i];
		at += (size_t)snprintf(out + at, size - at, "%s%s=", at ? " " : "",
				       bond->interface.name);
		for (size_t m = 0; m < bond->member_count; m++) {
			at += (size_t)snprintf(out + at, size - at, "%s%s", m ? "," : "",
					       bond->members[m].interface.name);
		}
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		const struct model_vlan *vlan = &model->vlans[i];
		at += (size_t)snprintf(out + at, size - at, "%s%s", at ? " " : "",
				       vlan->interface.name);
	}
}

static struct model_problems problems_make(const char *subjects)
{
	struct model_problems problems = {0};
	char *copy = strdup(subjects);
	char *rest = copy;

	for (char *word; (word = strsep(&rest, " "));) {
		if (word[0] != '\0') {
			model_problem_add(&problems, MODEL_ERROR, source_make(0, 1), word,
					  "wrong");
		}
	}
	free(copy);
	return problems;
}

static void test_drop(void **state)
{
	static const struct {
		const char *model, *faulty, *left;
	} cases[] = {
		{"bond0=a,b bond1=c bond0.5 bond1.5", "", "bond0=a,b bond1=c bond0.5 bond1.5"},
		{"bond0=a,b bond1=c bond0.5 bond1.5", "bond0", "bond1=c bond1.5"},
		{"bond0=a,b bond0.5 bond0.6", "bond0.5", "bond0=a,b bond0.6"},
		{"bond0=a,b,c bond0.5", "b", "bond0=a,c bond0.5"},
		{"bond0=a,b bond0.5", "a b", "bond0= bond0.5"},
		{"bond0=a bond1=a", "a", "bond0= bond1="},
		{"bond0=a bond0=b bond1=c", "bond0", "bond1=c"},
		{"bond0=a nobond.5", "", "bond0=a"},
		{"bond0=a", "elsewhere", "bond0=a"},
		{"bond0=a x:+eth5.5", "bond0", "x"},
		{"bond0=a x:+eth5.5 y:+eth6.5", "eth5", "bond0=a y"},
		{"x:+eth5.5 y:+eth5.6", "y", "x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct model *model = model_make(cases[i].model);
		struct model_problems problems = problems_make(cases[i].faulty);
		char words[256];
		model_problem_add(&problems, MODEL_WARNING, source_make(0, 1), "bond0", "odd");
		model_drop_faulty(model, &problems);
		model_words(model, words, sizeof(words));
		assert_string_equal(words, cases[i].left);
		model_free(model);
		model_problems_free(&problems);
	}
}

static void test_keep_running(void **state)
{
	static const struct {
		const char *model, *faulty, *running, *result;
	} cases[] = {
		/* Nothing wrong: what the files say, and nothing else. */
		{"bond0=a", "", "bond0=a,b bond1=c bond0.5", "bond0=a"},
		/* The bond's file is wrong: all of it stays. */
		{"bond1=c", "bond0", "bond0=a,b bond1=c bond0.5 bond1.5",
		 "bond1=c bond0=a,b bond0.5"},
		{"bond0=x,y", "bond0", "bond0=a,b", "bond0=a,b"},
		/* Faulty and never ran: stays away. */
		{"bond1=c", "bond0", "bond1=c", "bond1=c"},
		/* One VLAN interface. */
		{"bond0=a bond0.5", "bond0.5", "bond0=a bond0.5 bond0.6", "bond0=a bond0.5"},
		/* Its bond is gone on purpose: it goes too. */
		{"bond1=c", "bond0.5", "bond0=a bond0.5 bond1=c", "bond1=c"},
		/* One member. */
		{"bond0=a,b", "b", "bond0=a,b", "bond0=a,b"},
		{"bond0=a", "b", "bond0=a,b", "bond0=a,b"},
		{"bond0=a", "b", "bond0=a", "bond0=a"},
		/* A newcomer must not push a running one out. */
		{"bond0=a,b,c,d,e,f,g,h", "i", "bond0=b,c,d,e,f,g,h,i",
		 "bond0=b,c,d,e,f,g,h,i"},
		{"bond0=a,b,c,d,e,f,g,h", "h", "bond0=b,c,d,e,f,g,h", "bond0=a,b,c,d,e,f,g,h"},
		/* A NIC that stays where it runs cannot join another bond. */
		{"bond0=a bond1=a,c", "bond0", "bond0=a bond1=c", "bond1=c bond0=a"},
		{"bond1=b,c", "bond0", "bond0=a,b bond1=c", "bond1=c bond0=a,b"},
		/* It may move where nothing is wrong. */
		{"bond0=a bond1=b,c", "", "bond0=a,b bond1=c", "bond0=a bond1=b,c"},
		/* A VLAN id that is taken by one that runs on. */
		{"bond0=a new:bond0.5", "old", "bond0=a old:bond0.5", "bond0=a old"},
		{"bond0=a new:bond0.5", "bond0", "bond0=a old:bond0.5", "bond0=a old"},
		/* VLAN interfaces of NICs. */
		{"bond0=a", "x", "bond0=a x:+eth5.5 y:+eth5.6", "bond0=a x"},
		{"bond0=a", "eth5", "bond0=a x:+eth5.5 y:+eth5.6", "bond0=a x y"},
		{"bond0=a new:+eth5.5", "old", "bond0=a old:+eth5.5", "bond0=a old"},
		{"bond0=a new:+eth6.5", "old", "bond0=a old:+eth5.5", "bond0=a new old"},
		/* The NIC has become a member, or goes on being one. */
		{"bond0=a,eth5", "x", "bond0=a x:+eth5.5", "bond0=a,eth5"},
		{"bond1=c x:+a.5", "bond0", "bond0=a bond1=c", "bond1=c bond0=a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct model *model = model_make(cases[i].model);
		struct model *running = model_make(cases[i].running);
		struct model_problems problems = problems_make(cases[i].faulty);
		char words[256];
		model_drop_faulty(model, &problems);
		assert_true(model_keep_running(model, &problems, running));
		model_words(model, words, sizeof(words));
		if (strcmp(words, cases[i].result) != 0) {
			fail_msg("case %zu: %s", i, words);
		}
		/* Nothing is shared, and sources name files of the new model. */
		model_free(running);
		for (size_t b = 0; b < model->bond_count; b++) {
			const struct model_interface *interface = &model->bonds[b].interface;
			const char *path = model->files[interface->source.file];
			assert_string_equal(path + strlen("dir/ifcfg-"), interface->name);
			assert_int_equal(interface->address_count, 1);
			assert_int_equal(interface->addresses[0].source.file,
					 interface->source.file);
		}
		model_free(model);
		model_problems_free(&problems);
	}
}

static void test_problem_text_is_tame(void **state)
{
	struct model_problems problems = {0};
	char value[2000];

	(void)state;
	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	model_problem_add(&problems, MODEL_ERROR, source_make(0, 1), "averyverylongname",
			  "a\033[2Jb\nc%s", "\177");
	model_problem_add(&problems, MODEL_ERROR, source_make(0, 1), "x", "%s", value);
	assert_string_equal(problems.list[0].text, "a?[2Jb?c?");
	assert_string_equal(problems.list[0].subject, "");
	assert_true(strlen(problems.list[1].text) <= 500);
	assert_false(model_name_is_faulty(&problems, ""));
	assert_true(model_name_is_faulty(&problems, "x"));
	model_problems_free(&problems);
	assert_int_equal(problems.count, 0);
}

static void test_names(void **state)
{
	static const char *const valid[] = {"a", "bond0", "bond0.652", "123456789012345",
					    "en-s_1f0@x"};
	static const char *const invalid[] = {"",     ".",     "..",  "1234567890123456",
					      "a/b",  "a:1",   "a b", "bond%d",
					      "a\tb", "a\x7f", "\xe9"};
	enum bond_mode mode;
	enum xmit_hash_policy policy;

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
		assert_true(model_name_is_valid(valid[i]));
	}
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		assert_false(model_name_is_valid(invalid[i]));
	}
	for (unsigned int i = 0; i <= BOND_MODE_BALANCE_ALB; i++) {
		char digit[2] = {(char)('0' + i), '\0'};
		assert_true(bond_mode_parse(digit, &mode) && mode == (enum bond_mode)i);
		assert_true(bond_mode_parse(bond_mode_name((enum bond_mode)i), &mode) &&
			    mode == (enum bond_mode)i);
	}
	for (unsigned int i = 0; i <= XMIT_HASH_VLAN_SRCMAC; i++) {
		assert_true(xmit_hash_policy_parse(
				    xmit_hash_policy_name((enum xmit_hash_policy)i), &policy) &&
			    policy == (enum xmit_hash_policy)i);
	}
	assert_false(bond_mode_parse("7", &mode));
	assert_false(bond_mode_parse("04", &mode));
	assert_false(bond_mode_parse("", &mode));
	assert_false(xmit_hash_policy_parse("6", &policy));
	assert_string_equal(bond_mode_name((enum bond_mode)99), "unknown");
}

/* Each address is on one interface, or it is said. */
static void test_validate_addresses(void **state)
{
	struct model *model = model_make("bond0=a bond1=b");
	struct model_problems problems = {0};

	(void)state;
	model_validate(model, &problems);
	assert_int_equal(problems.count, 0);
	model->bonds[1].interface.addresses[0].bytes[1] =
		model->bonds[0].interface.addresses[0].bytes[1];
	model_validate(model, &problems);
	assert_int_equal(problems.count, 1);
	assert_int_equal(problems.list[0].severity, MODEL_WARNING);
	assert_non_null(strstr(problems.list[0].text, "is also that of 'bond0'"));
	model_free(model);
	model_problems_free(&problems);
}

static void test_validate(void **state)
{
	static const struct {
		const char *model, *subject, *says;
		size_t count;
	} cases[] = {
		{"bond0=1,2,3,4,5,6,7,8", NULL, NULL, 0},
		{"bond0=1,2,3,4,5,6,7,8,9", "9", "member 9 of 'bond0'", 1},
		{"bond0=1,2,3,4,5,6,7,8,9,10", "9", "member 9 of 'bond0'", 2},
		{"bond0=", "bond0", "no file makes a NIC a member", 1},
		{"bond0=a,a", "a", "one file for each NIC", 1},
		{"bond0=a bond1=a", "a", "is one of 'bond0'", 1},
		{"bond0=a bond0=b", "bond0", "defined twice", 1},
		{"bond0=bond1 bond1=b", "bond1", "defined twice", 1},
		{"bond0=a bond0.5 bond0.5", "bond0.5", "defined twice", 1},
		{"bond0=a x:bond0.5 y:bond0.5", "x", "is also that of 'y'", 2},
		{"bond0=a bond1=b x:bond0.5 y:bond1.5", NULL, NULL, 0},
		{"bond0=a x:bond9.5", "x", "parent 'bond9' is no bond", 1},
		{"bond0=a x:+eth5.5 y:+eth5.6 z:+eth6.5", NULL, NULL, 0},
		{"bond0=a x:+eth5.5 y:+eth5.5", "x", "is also that of 'y'", 2},
		{"bond0=a x:+a.5", "x", "parent 'a' is a member of 'bond0'", 1},
		{"x:+eth5.5 y:+x.6", "y", "parent 'x' is a VLAN interface itself", 1},
		{"bond0=a x:bond0.0", "x", "VLAN id 0", 1},
		{"bond0=a x:bond0.4095", "x", "VLAN id 4095", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct model *model = model_make(cases[i].model);
		struct model_problems problems = {0};
		model_validate(model, &problems);
		if (problems.count != cases[i].count ||
		    (cases[i].says &&
		     (!strstr(problems.list[0].text, cases[i].says) ||
		      strcmp(problems.list[0].subject, cases[i].subject) != 0))) {
			fail_msg("%s: %zu %s", cases[i].model, problems.count,
				 problems.count ? problems.list[0].text : "");
		}
		model_free(model);
		model_problems_free(&problems);
	}
}

/* A line that is too long to be shown is cut to what stands around the column. */
static void test_excerpts(void **state)
{
	static const struct {
		size_t size, column, skipped, shown;
	} cases[] = {
		{0, 1, 0, 0},	       {5, 0, 0, 5},	      {5, 6, 0, 5},
		{160, 160, 0, 160},    {161, 1, 0, 160},      {1000, 80, 0, 160},
		{1000, 500, 420, 160}, {1000, 1001, 921, 79},
	};
	char line[1001];

	(void)state;
	for (size_t i = 0; i < sizeof(line); i++) {
		line[i] = (char)('a' + i % 26);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct model_problem problem = {.source.column = (uint32_t)cases[i].column};
		model_problem_quote(&problem, line, cases[i].size);
		assert_int_equal(strlen(problem.excerpt), cases[i].shown);
		assert_memory_equal(problem.excerpt, line + cases[i].skipped, cases[i].shown);
		assert_int_equal(problem.excerpt_column,
				 cases[i].column ? cases[i].column - cases[i].skipped : 0);
		free(problem.excerpt);
	}

	/* Not in the middle of a character, and not beyond the line. */
	struct model_problem problem = {.source.column = 301};
	for (size_t i = 0; i < 1000; i += 2) {
		memcpy(line + i, "\xc3\xa9", 2);
	}
	memmove(line + 1, line, 999);
	model_problem_quote(&problem, line, 1000);
	assert_int_equal((unsigned char)problem.excerpt[0], 0xc3);
	free(problem.excerpt);
	problem = (struct model_problem){.source.column = 7};
	model_problem_quote(&problem, line, 5);
	assert_null(problem.excerpt);
}

static void test_problems_move(void **state)
{
	struct model_problems from = {0}, to = {0};

	(void)state;
	for (int i = 0; i < 11; i++) {
		model_problem_add(i < 3 ? &to : &from, MODEL_ERROR, source_make(0, 1), "x",
				  "%d", i);
	}
	assert_true(model_problems_move(&from, &to));
	assert_int_equal(from.count, 0);
	assert_int_equal(to.count, 11);
	for (int i = 0; i < 11; i++) {
		assert_int_equal(atoi(to.list[i].text), i);
	}
	model_problem_add(&to, MODEL_ERROR, source_make(0, 1), "x", "last");
	assert_true(model_problems_move(&from, &to));
	assert_int_equal(to.count, 12);
	model_problems_free(&to);
}

struct sorted {
	int key, place;
};

static int sorted_compare(const void *left, const void *right)
{
	return ((const struct sorted *)left)->key - ((const struct sorted *)right)->key;
}

/* Lists of one, two and more runs, some keys several times: in order, and of equal ones
 * the first stays first, as with the C library's. */
static void test_sort(void **state)
{
	struct sorted list[40];
	uint32_t random = 1;

	(void)state;
	for (size_t round = 0; round < 3000; round++) {
		size_t count = round % 40, runs = 1 + round % 4;
		int key = 0;
		for (size_t i = 0; i < count; i++) {
			random = random * 1664525U + 1013904223U;
			key = i % (count / runs + 1) == 0 ? (int)(random >> 28)
							  : key + (int)(random >> 30);
			list[i] = (struct sorted){.key = key, .place = (int)i};
		}
		model_sort(list, count, sizeof(list[0]), sorted_compare);
		for (size_t i = 1; i < count; i++) {
			assert_true(list[i - 1].key < list[i].key ||
				    (list[i - 1].key == list[i].key &&
				     list[i - 1].place < list[i].place));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_excerpts),
		cmocka_unit_test(test_problems_move),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_keep_running),
		cmocka_unit_test(test_problem_text_is_tame),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_validate_addresses),
		cmocka_unit_test(test_validate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
