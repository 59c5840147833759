/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel config check and show: what the interface files say and what is
 * wrong with them. Reads them itself, so it works before the daemon runs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/out.h"
#include "cli/problems.h"
#include "config/config_folder.h"
#include "config/config_json.h"
#include "config/config_text.h"

/* What the two have in common. */
struct config {
	const char *folder;
	enum ifcfg_dialect dialect;
	bool as_json;
	bool unknown; /* show the keys that nothing reads */
	struct model *model;
	struct model_problems problems;
};

/* Prints text of several lines, which may hold anything that stands in files. */
static void lines_print(FILE *file, char *text)
{
	struct out out;
	char *rest = text;
	char *line;

	out_init(&out, file);
	while ((line = strsep(&rest, "\n"))) {
		if (!rest && !*line) {
			return; /* behind the last line end */
		}
		out_print(&out, OUT_PLAIN, "%s", line);
		out_line(&out);
	}
}

/* Prints the outline of the model, or the keys that nothing reads. */
static bool outline_print(FILE *file, const struct config *config)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (!stream) {
		return false;
	}
	if (config->unknown) {
		config_print_unknown(stream, config->model);
	} else {
		config_print_model(stream, config->model);
	}
	bool fine = fclose(stream) == 0;
	if (fine) {
		lines_print(file, text);
	}
	free(text);
	return fine;
}

static void counts_print(const struct config *config)
{
	size_t errors = config_error_count(&config->problems);
	size_t warnings = config->problems.count - errors;
	struct out out;

	out_init(&out, stdout);
	out_print(&out, OUT_PLAIN, "%s: %zu bond%s, %zu VLAN interface%s: ", config->folder,
		  config->model->bond_count, config->model->bond_count == 1 ? "" : "s",
		  config->model->vlan_count, config->model->vlan_count == 1 ? "" : "s");
	out_print(&out, errors > 0 ? OUT_BAD : OUT_GOOD, "%zu error%s", errors,
		  errors == 1 ? "" : "s");
	out_print(&out, OUT_PLAIN, ", %zu warning%s", warnings, warnings == 1 ? "" : "s");
	out_line(&out);
}

/* The problems, then how many there are. */
static bool check_print(const struct config *config)
{
	if (config->as_json) {
		json_t *problems = config_json_problems(config->model, &config->problems);

		if (!problems) {
			return false;
		}
		command_json_print(problems);
		json_decref(problems);
		return true;
	}
	if (!problems_print(stdout, config->model, &config->problems)) {
		return false;
	}
	counts_print(config);
	return true;
}

/* What the files describe; problems go to standard error. */
static bool show_print(const struct config *config)
{
	if (config->as_json) {
		json_t *json = config->unknown ? config_json_unknown(config->model)
					       : config_json(config->model, &config->problems);

		if (!json) {
			return false;
		}
		command_json_print(json);
		json_decref(json);
		return true;
	}
	if (!outline_print(stdout, config)) {
		return false;
	}
	if (config->unknown) {
		return true;
	}
	fflush(stdout);
	return problems_print(stderr, config->model, &config->problems);
}

static enum exit_code folder_error(const char *folder, int error)
{
	if (error == -ENOENT) {
		command_error("there is no folder %s (another is chosen with --config)",
			      folder);
	} else if (error == -E2BIG) {
		command_error("%s holds more than %d files", folder, CONFIG_FILES_MAX);
	} else {
		command_error("cannot read %s: %s", folder, strerror(-error));
	}
	return EXIT_CODE_FAILED;
}

static enum exit_code config_print(struct config *config, bool show)
{
	int error = show ? config_read_folder(config->folder, config->dialect, &config->model,
					      &config->problems)
			 : config_check_folder(config->folder, config->dialect, &config->model,
					       &config->problems);

	if (error) {
		return folder_error(config->folder, error);
	}
	bool printed = show ? show_print(config) : check_print(config);
	bool faulty = !config->unknown && config_error_count(&config->problems) > 0;
	if (!printed || config->problems.out_of_memory) {
		command_error("out of memory");
		faulty = true;
	}
	model_free(config->model);
	model_problems_free(&config->problems);
	return faulty ? EXIT_CODE_FAILED : EXIT_CODE_DONE;
}

static enum exit_code config_run(struct cli *cli, const struct command *command, int argc,
				 char **argv)
{
	const char *dialect = "initscripts";
	struct config config = {.folder = CONFIG_FOLDER_DEFAULT};
	const struct argument_option options[] = {
		{.name = "json", .flag = &config.as_json},
		{.name = "config", .value = &config.folder},
		{.name = "dialect", .value = &dialect},
		{.name = "unknown", .flag = &config.unknown},
	};
	struct arguments arguments;

	if (!arguments_read(cli, command, argc, argv, options, 4, 1, 1, &arguments)) {
		return arguments.code;
	}
	bool show = strcmp(arguments.list[0], "show") == 0;
	if (!show && strcmp(arguments.list[0], "check") != 0) {
		return command_usage_error(command, "config can be checked or shown, not '%s'",
					   arguments.list[0]);
	}
	if (!ifcfg_dialect_parse(dialect, &config.dialect)) {
		return command_usage_error(
			command, "the dialect is initscripts or nm, not '%s'", dialect);
	}
	if (!show && config.unknown) {
		return command_usage_error(command, "--unknown belongs to config show");
	}
	return config_print(&config, show);
}

const struct command command_config = {
	.name = "config",
	.arguments = "check|show [--config DIR] [--dialect NAME] [OPTION]...",
	.summary = "check the interface files, or show what they describe",
	.help = "check lists what is wrong with the interface files, each with file and line, and\n"
		"where the two programs that know these files would read them differently;\n"
		"show lists the bonds, members and VLAN interfaces that they describe. Both read\n"
		"the files themselves: the daemon need not run, and what runs is not changed.\n"
		"Exit status 1 if there are errors; warnings alone are no failure.\n"
		"\n"
		"  --config DIR   the folder, if not /etc/sysconfig/network-scripts\n"
		"  --dialect NAME initscripts (the default) or nm: whose reading counts, that of\n"
		"                 ifup or that of NetworkManager\n"
		"  --unknown      show the keys that nothing reads, each with its file and line\n"
		"  --json         for programs: check gives the list of problems, show all\n",
	.run = config_run,
};
