/* SPDX-License-Identifier: BSD-2-Clause */
/* portchannel plan: what an apply would do, and what it would disturb. */
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/command.h"
#include "cli/field.h"
#include "cli/out.h"

/* The worst that happens, in a sentence. */
static const char *plan_disruption_text(const char *disruption)
{
	static const char *const texts[][2] = {
		{"none", "No packet of what runs on is lost."},
		{"vlan", "Only users of what is named in a step notice something."},
		{"member",
		 "A link leaves its bond for a moment, the others carry its traffic."},
		{"bond", "All traffic of a bond stops for a moment."},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(texts[i][0], disruption) == 0) {
			return texts[i][1];
		}
	}
	return "";
}

static void plan_drift_print(struct out *out, const json_t *drift)
{
	size_t index;
	json_t *entry;

	if (json_array_size(drift) == 0) {
		return;
	}
	out_line(out);
	out_print(out, OUT_BOLD, "Changed by hand:");
	out_line(out);
	json_array_foreach (drift, index, entry) {
		out_indent(out, 2);
		out_print(out, OUT_PLAIN, "%s:", field_text(entry, "interface", "?"));
		out_wrap(out, OUT_PLAIN, 4, field_text(entry, "text", ""));
		out_line(out);
	}
}

/* What comes after a plan: how it is done, or what is in its way. */
static void plan_next_print(struct out *out, const json_t *plan, bool staged)
{
	bool any = json_array_size(json_object_get(plan, "steps")) > 0;
	const json_t *waiting = json_object_get(plan, "waiting");
	bool faulty = answer_errors_count(json_object_get(plan, "problems")) > 0;

	/* A commit concerns its own files only. */
	if (faulty && !(staged && any)) {
		out_wrap(out, OUT_WARN, 0,
			 any ? "The files have errors, so 'portchannel apply' refuses all of "
			       "it; 'portchannel reload' does these steps, and leaves out "
			       "what has errors."
			     : "The files have errors; there is nothing else to do.");
	} else if (!any) {
		out_print(out, OUT_PLAIN, "Nothing to do: what runs is what the files say.");
	} else if (!json_is_object(waiting)) {
		out_print(out, OUT_PLAIN,
			  "'portchannel %s --confirm 60' does it, and takes it back unless you "
			  "confirm.",
			  staged ? "commit" : "apply");
	}
	if (out->column > 0) {
		out_line(out);
	}
	if (json_is_object(waiting)) {
		answer_waiting_print(out, waiting);
	}
}

static bool plan_print(const json_t *plan, bool staged)
{
	const json_t *steps = json_object_get(plan, "steps");
	const json_t *problems = json_object_get(plan, "problems");
	size_t count = json_array_size(steps);
	const char *disruption = field_text(plan, "disruption", "");
	struct out out;

	out_init(&out, stdout);
	if (!answer_steps_print(&out, steps)) {
		return false;
	}
	if (count > 0) {
		out_line(&out);
		out_print(&out, strcmp(disruption, "bond") == 0 ? OUT_BAD : OUT_PLAIN,
			  "%zu step%s. %s", count, count > 1 ? "s" : "",
			  plan_disruption_text(disruption));
		out_line(&out);
	}
	plan_next_print(&out, plan, staged);
	plan_drift_print(&out, json_object_get(plan, "drift"));
	if (json_array_size(problems) > 0) {
		out_line(&out);
		out_print(&out, OUT_BOLD, "Problems:");
		out_line(&out);
		(void)answer_problems_print(&out, problems);
	}
	return true;
}

/* With --detailed-exitcode 2 says that there is something to do, so that wrong usage is
 * a failure like others. */
static enum exit_code plan_usage_code(int argc, char **argv, enum exit_code code)
{
	for (int i = 1; i < argc && code == EXIT_CODE_USAGE; i++) {
		if (strcmp(argv[i], "--detailed-exitcode") == 0) {
			return EXIT_CODE_FAILED;
		}
	}
	return code;
}

static enum exit_code plan_run(struct cli *cli, const struct command *command, int argc,
			       char **argv)
{
	bool as_json = false, staged = false, detailed = false;
	const struct argument_option options[] = {
		{.name = "staged", .flag = &staged},
		{.name = "json", .flag = &as_json},
		{.name = "detailed-exitcode", .flag = &detailed},
	};
	struct arguments arguments;
	json_t *plan = NULL;

	if (!arguments_read(cli, command, argc, argv, options, 3, 0, 0, &arguments)) {
		return plan_usage_code(argc, argv, arguments.code);
	}
	struct client_parameter parameter = {"staged", staged ? "true" : NULL};
	enum exit_code code = command_get(cli, "/v1/plan", &parameter, 1, as_json, &plan);
	if (code != EXIT_CODE_DONE) {
		return code;
	}
	if (as_json) {
		command_json_print(plan);
	} else if (!plan_print(plan, staged)) {
		command_error("out of memory");
		code = EXIT_CODE_FAILED;
	}
	if (code == EXIT_CODE_DONE && detailed) {
		if (answer_errors_count(json_object_get(plan, "problems")) > 0) {
			code = EXIT_CODE_FAILED;
		} else if (json_array_size(json_object_get(plan, "steps")) > 0) {
			code = EXIT_CODE_SOMETHING_TO_DO;
		}
	}
	json_decref(plan);
	return code;
}

const struct command command_plan = {
	.name = "plan",
	.arguments = "[--staged] [--json] [--detailed-exitcode]",
	.summary = "what apply would do, step by step, and what it would disturb",
	.help = "Compares the interface files with what runs, and shows the steps from one to the\n"
		"other in the order in which they would be done; nothing is changed. DISTURBS\n"
		"says who would notice: nothing (no packet of what runs on is lost), its users\n"
		"(of that VLAN interface, address or route), a link (one leaves for a moment, the\n"
		"others carry its traffic), the bond (all of its traffic stops for a moment).\n"
		"What somebody changed by hand stands at the end.\n"
		"\n"
		"  --staged   with the staged changes in the files, as commit would do it\n"
		"  --json     for programs: what the daemon answers, as doc/api.md describes it\n"
		"  --detailed-exitcode\n"
		"             exit status 0: nothing to do, 2: there is something, 1: it failed,\n"
		"             or the files have errors\n",
	.run = plan_run,
};
