/* SPDX-License-Identifier: BSD-2-Clause */
/* Problems in the manner of a compiler; see the header. */
#include "cli/problems.h"

#include <stdlib.h>
#include <string.h>

#include "cli/out.h"
#include "config/config_order.h"
#include "config/config_text.h"

#define INDENT 2

/* The line with the fault, and a caret below the place. What is escaped in the
 * line takes more columns there than in the file, hence the two parts. */
static bool excerpt_print(struct out *out, const struct model_problem *problem)
{
	char *line = strdup(problem->excerpt);
	size_t before = problem->excerpt_column > 0 ? problem->excerpt_column - 1 : 0;

	if (!line) {
		return false;
	}
	for (char *tab = line; (tab = strchr(tab, '\t'));) {
		*tab = ' ';
	}
	before = before < strlen(line) ? before : strlen(line);
	out_indent(out, INDENT);
	out_print(out, OUT_PLAIN, "%.*s", (int)before, line);
	size_t column = out->column;
	out_print(out, OUT_PLAIN, "%s", line + before);
	out_line(out);
	if (problem->excerpt_column > 0) {
		out_indent(out, column);
		out_print(out, OUT_GOOD, "^");
		out_line(out);
	}
	free(line);
	return true;
}

static bool problem_print(struct out *out, const struct model *model,
			  const struct model_problem *problem)
{
	bool is_error = problem->severity == MODEL_ERROR;
	char *place = config_problem_place(model, problem);

	if (!place) {
		return false;
	}
	if (place[0] != '\0') {
		out_print(out, OUT_BOLD, "%s:", place);
		out_print(out, OUT_PLAIN, " ");
	}
	free(place);
	out_print(out, is_error ? OUT_BAD : OUT_WARN, "%s:", is_error ? "error" : "warning");
	out_print(out, OUT_PLAIN, " %s", problem->text);
	out_line(out);
	return !problem->excerpt || excerpt_print(out, problem);
}

bool problems_print(FILE *file, const struct model *model,
		    const struct model_problems *problems)
{
	const struct model_problem **order = config_problems_order(problems);
	bool fine = order != NULL;
	struct out out;

	out_init(&out, file);
	for (size_t i = 0; fine && i < problems->count; i++) {
		fine = problem_print(&out, model, order[i]);
	}
	free(order);
	return fine;
}
