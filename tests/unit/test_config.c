/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading folders with odd things in them, and what is printed of it. Whole
 * outputs are in tests/golden/. */
#include "config/config_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config/config_json.h"
#include "config/config_order.h"
#include "config/config_text.h"
#include "config/configuration.h"
#include "ifcfg/ifcfg.h"
#include "tests/unit/config_folder.h"

static void file_write(const char *name, const char *bytes, size_t size)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static int odd_folder_remove(void **state)
{
	static const char *const names[] = {"ifcfg-bond0", "ifcfg-pipe", "ifcfg-socket",
					    "ifcfg-lost",  "ifcfg-long", "ifcfg-longest",
					    "ifcfg-link",  "ifcfg-null", "elsewhere",
					    "ifcfg-eth0",  "ifcfg-bond1"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unlink(path_of(names[i]));
	}
	rmdir(path_of("ifcfg-folder"));
	return rmdir(folder);
}

static const struct model_problem *problem_of(const struct model *model,
					      const struct model_problems *problems,
					      const char *name)
{
	for (size_t i = 0; i < problems->count; i++) {
		const char *path = model->files[problems->list[i].source.file];
		if (strcmp(strrchr(path, '/') + 1, name) == 0) {
			return &problems->list[i];
		}
	}
	return NULL;
}

static void test_odd_entries(void **state)
{
	static const char *const refused[] = {"ifcfg-pipe", "ifcfg-socket", "ifcfg-lost",
					      "ifcfg-longest", "ifcfg-folder"};
	static char bytes[IFCFG_FILE_SIZE_MAX + 1];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct model *model = NULL;
	struct model_problems problems = {0};

	(void)state;
	put("elsewhere", "BONDING_OPTS='mode=4 miimon=100'");
	assert_int_equal(symlink("elsewhere", path_of("ifcfg-link")), 0);
	assert_int_equal(symlink("nowhere", path_of("ifcfg-lost")), 0);
	assert_int_equal(mkfifo(path_of("ifcfg-pipe"), 0600), 0);
	assert_int_equal(mkdir(path_of("ifcfg-folder"), 0700), 0);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path_of("ifcfg-socket"));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	memset(bytes, '\n', sizeof(bytes));
	file_write("ifcfg-long", bytes, sizeof(bytes) - 1);
	file_write("ifcfg-longest", bytes, sizeof(bytes));

	assert_int_equal(
		config_read_folder(folder, IFCFG_DIALECT_INITSCRIPTS, &model, &problems), 0);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct model_problem *problem = problem_of(model, &problems, refused[i]);
		assert_non_null(problem);
		assert_int_equal(problem->severity, MODEL_ERROR);
		assert_string_equal(problem->subject, refused[i] + strlen("ifcfg-"));
	}
	assert_null(problem_of(model, &problems, "ifcfg-long"));
	/* A bond by way of a link, without members: a warning. */
	assert_non_null(model_find_bond(model, "link"));
	assert_int_equal(config_error_count(&problems), 5);
	assert_int_equal(problems.count, 6);
	model_free(model);
	model_problems_free(&problems);
}

static void test_folder_itself(void **state)
{
	struct model *model = (struct model *)8;
	struct model_problems problems = {0};

	(void)state;
	assert_int_equal(config_read_folder("/nowhere/at/all", IFCFG_DIALECT_INITSCRIPTS,
					    &model, &problems),
			 -ENOENT);
	assert_int_equal(
		config_read_folder("/dev/null", IFCFG_DIALECT_INITSCRIPTS, &model, &problems),
		-ENOTDIR);
	assert_int_equal(config_read_folder("", IFCFG_DIALECT_INITSCRIPTS, &model, &problems),
			 -ENOENT);
	assert_ptr_equal(model, (struct model *)8);

	assert_int_equal(
		config_read_folder(folder, IFCFG_DIALECT_INITSCRIPTS, &model, &problems), 0);
	assert_int_equal(model->file_count + model->bond_count + problems.count, 0);
	model_free(model);
}

/* A folder is named as it was given, with one slash before the file. */
static void test_order_and_paths(void **state)
{
	struct model *model = NULL;
	struct model_problems problems = {0};
	char slashed[64];

	(void)state;
	put("ifcfg-eth0", "MASTER=bond0 SLAVE=yes\nIPADDR=1.2.3.4");
	put("ifcfg-bond1", "BONDING_OPTS='mode=4 lacp_rat=1'");
	put("ifcfg-bond0", "\nBONDING_OPTS='mode=2'\n");
	snprintf(slashed, sizeof(slashed), "%s/", folder);
	assert_int_equal(
		config_read_folder(slashed, IFCFG_DIALECT_INITSCRIPTS, &model, &problems), 0);
	assert_int_equal(model->file_count, 3);
	assert_string_equal(model->files[0], path_of("ifcfg-bond0"));
	assert_string_equal(model->files[1], path_of("ifcfg-bond1"));
	assert_string_equal(model->files[2], path_of("ifcfg-eth0"));

	static const struct {
		const char *place, *excerpt;
		uint32_t column;
	} expected[] = {
		{"ifcfg-bond0:2:14", "BONDING_OPTS='mode=2'", 14},
		{"ifcfg-bond1:1:22", "BONDING_OPTS='mode=4 lacp_rat=1'", 22},
		{"ifcfg-eth0:2:8", "IPADDR=1.2.3.4", 8},
	};
	const struct model_problem **order = config_problems_order(&problems);
	size_t seen = 0;
	for (size_t i = 0; i < problems.count; i++) {
		char *place = config_problem_place(model, order[i]);
		const char *name = strrchr(place, '/') + 1;
		if (seen < sizeof(expected) / sizeof(expected[0]) &&
		    strcmp(name, expected[seen].place) == 0) {
			assert_string_equal(order[i]->excerpt, expected[seen].excerpt);
			assert_int_equal(order[i]->excerpt_column, expected[seen].column);
			seen++;
		}
		free(place);
	}
	assert_int_equal(seen, sizeof(expected) / sizeof(expected[0]));
	free(order);
	model_free(model);
	model_problems_free(&problems);
}

static void test_json_strings(void **state)
{
	static const struct {
		const char *bytes, *text;
	} cases[] = {
		{"", ""},
		{"plain \"\\ \n", "plain \"\\ \n"},
		{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
		 "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
		{"caf\xe9!", "caf\xef\xbf\xbd!"},
		{"\xc3", "\xef\xbf\xbd"},
		{"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xf5x", "\xef\xbf\xbdx"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *string = config_json_string(cases[i].bytes);
		assert_non_null(string);
		assert_string_equal(json_string_value(string), cases[i].text);
		json_decref(string);
	}
}

/* One bond and so many VLAN interfaces. */
static struct config_texts texts_with(unsigned int vlans)
{
	struct config_text bond = {.name = "ifcfg-bond0",
				   .bytes = "BONDING_OPTS=mode=4\n",
				   .size = strlen("BONDING_OPTS=mode=4\n")};
	struct config_texts texts = {0};

	assert_int_equal(config_texts_set(&texts, &bond), 0);
	for (unsigned int i = 1; i <= vlans; i++) {
		struct config_text vlan = {.bytes = "VLAN=yes\n", .size = strlen("VLAN=yes\n")};
		char name[32];
		snprintf(name, sizeof(name), "ifcfg-bond0.%u", i);
		vlan.name = name;
		assert_int_equal(config_texts_set(&texts, &vlan), 0);
	}
	texts.folder = strdup("/x");
	return texts;
}

static const struct configuration *configuration_with(struct configurations *kept,
						      unsigned int vlans)
{
	const struct configuration *found = NULL;
	struct config_texts texts = texts_with(vlans);

	assert_int_equal(configuration_get(kept, &texts, IFCFG_DIALECT_INITSCRIPTS, &found), 0);
	assert_int_equal(found->model->vlan_count, vlans);
	assert_int_equal(found->texts.count, vlans + 1);
	config_texts_free(&texts);
	return found;
}

static void test_configurations(void **state)
{
	struct configurations kept = {0};
	struct config_texts texts = texts_with(1);

	(void)state;
	assert_null(configuration_find(&kept, &texts, IFCFG_DIALECT_INITSCRIPTS));
	const struct configuration *one = configuration_with(&kept, 1);
	assert_false(configuration_has_errors(one));
	/* Made of other texts that say the same: it is the same. */
	assert_ptr_equal(configuration_with(&kept, 1), one);
	configuration_give_back(one);
	const struct configuration *found =
		configuration_find(&kept, &texts, IFCFG_DIALECT_INITSCRIPTS);
	assert_ptr_equal(found, one);
	configuration_give_back(found);
	/* The other dialect may see another thing in them; a text of another folder has
	 * another path. */
	assert_null(configuration_find(&kept, &texts, IFCFG_DIALECT_NM));
	texts.folder[1] = 'y';
	assert_null(configuration_find(&kept, &texts, IFCFG_DIALECT_INITSCRIPTS));
	texts.folder[1] = 'x';

	const struct configuration *two = configuration_with(&kept, 2);
	const struct configuration *three = configuration_with(&kept, 3);
	assert_ptr_equal(two, configuration_with(&kept, 2));
	configuration_give_back(two);
	/* No longer kept, and whole for whom it was lent. */
	assert_null(configuration_find(&kept, &texts, IFCFG_DIALECT_INITSCRIPTS));
	assert_string_equal(one->model->vlans[0].interface.name, "bond0.1");
	configuration_give_back(one);
	configurations_free(&kept);
	assert_int_equal(two->model->vlan_count, 2);
	configuration_give_back(two);
	configuration_give_back(three);
	config_texts_free(&texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_configurations),
		cmocka_unit_test_setup_teardown(test_odd_entries, folder_make,
						odd_folder_remove),
		cmocka_unit_test_setup_teardown(test_folder_itself, folder_make,
						odd_folder_remove),
		cmocka_unit_test_setup_teardown(test_order_and_paths, folder_make,
						odd_folder_remove),
		cmocka_unit_test(test_json_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
