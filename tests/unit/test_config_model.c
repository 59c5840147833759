/* SPDX-License-Identifier: BSD-2-Clause */
/* The model of a folder's texts, made anew when one of them has changed. */
#include "config/config_texts.h"

#include "tests/unit/config_folder.h"

static void test_model(void **state)
{
	struct model_problems problems = {0};
	struct model *model = NULL;

	(void)state;
	put("ifcfg-bond0", "DEVICE=bond0\nBONDING_OPTS='mode=4 miimon=100'\n");
	put("ifcfg-eth0", "DEVICE=eth0\nMASTER=bond0\nSLAVE=yes\n");
	put("ifcfg-bond0.5", "DEVICE=bond0.5\nVLAN=yes\n");
	struct config_texts texts = read_over(NULL);
	assert_int_equal(
		config_texts_model(&texts, IFCFG_DIALECT_INITSCRIPTS, &model, &problems), 0);
	assert_int_equal(problems.count, 0);
	assert_int_equal(model->bond_count, 1);
	assert_int_equal(model->vlan_count, 1);
	assert_string_equal(model->files[0], path_of("ifcfg-bond0"));
	model_free(model);
	config_texts_free(&texts);
}

static struct model *model_of(const struct config_texts *texts, enum ifcfg_dialect dialect)
{
	struct model_problems problems = {0};
	struct model *model = NULL;

	assert_int_equal(config_texts_model(texts, dialect, &model, &problems), 0);
	model_problems_free(&problems);
	return model;
}

static const struct model_file *file_of(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->file_count; i++) {
		if (strcmp(model->files[i], path_of(name)) == 0) {
			return &model->file_infos[i];
		}
	}
	fail_msg("no file %s", name);
	return NULL;
}

static const struct model_variable *variable_of(const struct model *model, const char *file,
						const char *name)
{
	const struct model_file *info = file_of(model, file);

	for (size_t i = 0; i < info->variable_count; i++) {
		if (strcmp(info->variables[i].name, name) == 0) {
			return &info->variables[i];
		}
	}
	fail_msg("no %s in %s", name, file);
	return NULL;
}

/* What has not changed is not parsed again, and yet each model has its own view of it. */
static void test_model_again(void **state)
{
	const enum ifcfg_dialect dialect = IFCFG_DIALECT_INITSCRIPTS;

	(void)state;
	put("ifcfg-bond0", "DEVICE=bond0\nMTU='9'000\n");
	put("ifcfg-eth0", "DEVICE=eth0\nMASTER=bond0\nSLAVE=yes\n");
	put("ifcfg-odd", "DEVICE=odd\nMTU=$(\n");
	struct config_texts texts = read_over(NULL);
	struct model *first = model_of(&texts, dialect);
	assert_int_equal(first->bond_count, 1);
	assert_true(variable_of(first, "ifcfg-bond0", "MTU")->is_read);

	/* No bond any more, so that nobody asks for its MTU. */
	struct config_text mended = text_of("ifcfg-eth0", "DEVICE=eth0\nMTU=1400\n");
	assert_int_equal(config_texts_set(&texts, &mended), 0);
	struct model *second = model_of(&texts, dialect);
	struct model *nm = model_of(&texts, IFCFG_DIALECT_NM);
	assert_int_equal(second->bond_count, 0);
	assert_string_equal(variable_of(second, "ifcfg-bond0", "MTU")->value, "9000");
	assert_false(variable_of(second, "ifcfg-bond0", "MTU")->is_read);
	assert_true(variable_of(first, "ifcfg-bond0", "MTU")->is_read);
	assert_string_equal(variable_of(second, "ifcfg-eth0", "MTU")->value, "1400");
	assert_ptr_equal(file_of(first, "ifcfg-bond0")->words,
			 file_of(second, "ifcfg-bond0")->words);
	/* The other dialect has a reading of its own. */
	assert_ptr_not_equal(file_of(first, "ifcfg-bond0")->words,
			     file_of(nm, "ifcfg-bond0")->words);

	/* The words outlive the texts, and the problems are told each time. */
	struct model_problems problems = {0};
	struct model *third = NULL;
	assert_int_equal(config_texts_model(&texts, dialect, &third, &problems), 0);
	config_texts_free(&texts);
	assert_int_equal(problems.count, 1);
	assert_int_equal(file_of(third, "ifcfg-odd")->kind, MODEL_FILE_REFUSED);
	model_free(first);
	model_free(nm);
	model_free(third);
	assert_string_equal(variable_of(second, "ifcfg-bond0", "MTU")->value, "9000");
	model_free(second);
	model_problems_free(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_model, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_model_again, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
