/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a folder of ifcfg files and compares with files what comes of it:
 *   NAME.check   the problems, then what is left to be brought up
 *   NAME.json    config show --json, all that the files say
 * Run from the top of the source tree, so that paths are the same everywhere.
 * With GOLDEN_UPDATE set, the files are written instead.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_folder.h"
#include "config/config_json.h"
#include "config/config_order.h"
#include "config/config_text.h"

/* The file's text, "" if there is none; to be freed. */
static char *file_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file || getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = strdup("");
	}
	if (file) {
		fclose(file);
	}
	return text;
}

/* Says the first line that differs. */
static bool text_compare(const char *path, char *expected, char *got)
{
	for (unsigned int line = 1; expected || got; line++) {
		const char *left = expected ? strsep(&expected, "\n") : "(end)";
		const char *right = got ? strsep(&got, "\n") : "(end)";
		if (strcmp(left, right) != 0) {
			printf("%s:%u differs\nexpected: %s\ngot:      %s\n", path, line, left,
			       right);
			return false;
		}
	}
	return true;
}

static bool golden_check(const char *base, const char *ending, char *got)
{
	char path[256];
	bool same = true;

	snprintf(path, sizeof(path), "%s.%s", base, ending);
	if (getenv("GOLDEN_UPDATE")) {
		FILE *file = fopen(path, "w");
		same = file && fputs(got, file) >= 0 && fclose(file) == 0;
	} else {
		char *expected = file_text(path);
		same = text_compare(path, expected, got);
		free(expected);
	}
	free(got);
	return same;
}

static void problems_print(FILE *out, const struct model *model,
			   const struct model_problems *problems)
{
	const struct model_problem **order = config_problems_order(problems);

	for (size_t i = 0; i < problems->count; i++) {
		char *place = config_problem_place(model, order[i]);
		fprintf(out, "%s: %s: %s\n", place,
			order[i]->severity == MODEL_ERROR ? "error" : "warning",
			order[i]->text);
		free(place);
	}
	free(order);
}

static char *check_text(struct model *model, const struct model_problems *problems)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	problems_print(out, model, problems);
	fprintf(out, "-- what is left:\n");
	model_drop_faulty(model, problems);
	config_print_model(out, model);
	fclose(out);
	return text;
}

int main(int argc, char **argv)
{
	struct model *model = NULL;
	struct model_problems problems = {0};

	if (argc != 3) {
		fprintf(stderr, "usage: %s FOLDER BASE\n", argv[0]);
		return 2;
	}
	int result = config_read_folder(argv[1], IFCFG_DIALECT_INITSCRIPTS, &model, &problems);
	if (result < 0) {
		printf("%s: %s\n", argv[1], strerror(-result));
		return 1;
	}

	json_t *json = config_json(model, &problems);
	bool same = golden_check(argv[2], "json", json_dumps(json, JSON_INDENT(1)));
	same = golden_check(argv[2], "check", check_text(model, &problems)) && same;
	json_decref(json);
	model_free(model);
	model_problems_free(&problems);
	return same ? 0 : 1;
}
