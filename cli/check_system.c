/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel check-system: what this kernel and machine offer, what is used in
 * the place of what is missing, and what is needed and absent.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/out.h"
#include "engine/engine.h"

/* "ok", "substituted", "missing": also the words of the JSON. */
static const char *feature_status_name(enum engine_feature_status status)
{
	switch (status) {
	case ENGINE_FEATURE_OK:
		return "ok";
	case ENGINE_FEATURE_SUBSTITUTED:
		return "substituted";
	case ENGINE_FEATURE_MISSING:
		return "missing";
	}
	return "?";
}

static enum out_style feature_style(enum engine_feature_status status)
{
	switch (status) {
	case ENGINE_FEATURE_OK:
		return OUT_GOOD;
	case ENGINE_FEATURE_SUBSTITUTED:
		return OUT_WARN;
	case ENGINE_FEATURE_MISSING:
		return OUT_ALARM;
	}
	return OUT_PLAIN;
}

/* Prints {"ready": ..., "features": [...]}; false: no memory. */
static bool features_json(const struct engine_feature *features, size_t count, bool ready)
{
	json_t *list = json_array();
	json_t *whole = NULL;

	for (size_t i = 0; i < count; i++) {
		json_t *feature = json_pack("{s:s, s:s, s:s}", "name", features[i].name,
					    "status", feature_status_name(features[i].status),
					    "detail", features[i].detail);
		if (json_array_append_new(list, feature) != 0) {
			json_decref(list);
			return false;
		}
	}
	whole = json_pack("{s:b, s:o}", "ready", ready, "features", list);
	if (!whole) {
		return false;
	}
	command_json_print(whole);
	json_decref(whole);
	return true;
}

static bool features_text(const struct engine_feature *features, size_t count, bool ready)
{
	struct out out;
	size_t name_width = 0;

	out_init(&out, stdout);
	for (size_t i = 0; i < count; i++) {
		size_t width = strlen(features[i].name);
		name_width = width > name_width ? width : name_width;
	}
	for (size_t i = 0; i < count; i++) {
		if (features[i].status == ENGINE_FEATURE_MISSING) {
			out_print(&out, OUT_BAD, "!");
		}
		out_indent(&out, 2);
		out_print(&out, OUT_PLAIN, "%s", features[i].name);
		out_indent(&out, name_width + 4);
		out_print(&out, feature_style(features[i].status), "%s",
			  feature_status_name(features[i].status));
		out_indent(&out, name_width + 4 + sizeof("substituted") - 1);
		out_print(&out, OUT_PLAIN, "  ");
		out_wrap(&out, OUT_PLAIN, name_width + 4 + sizeof("substituted") + 1,
			 features[i].detail);
		out_line(&out);
	}
	out_line(&out);
	if (ready) {
		out_print(&out, OUT_GOOD, "This machine can run portchannel.");
	} else {
		out_print(&out, OUT_ALARM,
			  "What is missing above is needed:"
			  " portchannel cannot run here.");
	}
	out_line(&out);
	return true;
}

static enum exit_code check_system_run(struct cli *cli, const struct command *command, int argc,
				       char **argv)
{
	bool as_json = false;
	const struct argument_option options[] = {{.name = "json", .flag = &as_json}};
	struct engine_feature features[ENGINE_FEATURES_MAX];
	struct arguments arguments;
	bool ready = true;

	if (!arguments_read(cli, command, argc, argv, options, 1, 0, 0, &arguments)) {
		return arguments.code;
	}
	if (geteuid() != 0) {
		command_error("this is found out by trying, which only root may do:"
			      " sudo portchannel check-system");
		return EXIT_CODE_FAILED;
	}
	size_t count = engine_probe(features);
	for (size_t i = 0; i < count; i++) {
		ready = ready && features[i].status != ENGINE_FEATURE_MISSING;
	}
	bool printed = as_json ? features_json(features, count, ready)
			       : features_text(features, count, ready);
	if (!printed) {
		command_error("out of memory");
	}
	return printed && ready ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

const struct command command_check_system = {
	.name = "check-system",
	.arguments = "[--json]",
	.summary = "what this machine offers, and whether it is enough",
	.help = "Tries what the data path needs of the kernel, in a network namespace of its own,\n"
		"and says of each thing: ok, substituted (it is absent, something else is used in\n"
		"its place) or missing (needed and absent: exit status 1). Needs root, not the\n"
		"daemon.\n"
		"\n"
		"  --json   for programs: {\"ready\": true, \"features\": [...]}\n",
	.run = check_system_run,
};
