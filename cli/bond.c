/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel bond: a bond is configured in files only. Whoever tries otherwise is told
 * why, and which file it is.
 */
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/command.h"
#include "cli/out.h"

/* The first word that is no option: options are not looked at, since nothing of what they
 * may ask for could be done. */
static const char *bond_name(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] && argv[i][0] != '-') {
			return argv[i];
		}
	}
	return NULL;
}

static enum exit_code bond_refused(struct cli *cli, const struct command *command,
				   const char *method, int argc, char **argv)
{
	const char *name = bond_name(argc, argv);
	enum exit_code code;
	json_t *answer;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			command_help_print(command);
			return EXIT_CODE_DONE;
		}
	}
	code = command_send(cli, name ? method : "POST", name ? "/v1/bonds/" : "/v1/bonds",
			    name, json_object(), &answer);
	json_decref(answer);
	return code == EXIT_CODE_DONE ? EXIT_CODE_FAILED : code;
}

static enum exit_code bond_add_run(struct cli *cli, const struct command *command, int argc,
				   char **argv)
{
	return bond_refused(cli, command, "PUT", argc, argv);
}

static enum exit_code bond_set_run(struct cli *cli, const struct command *command, int argc,
				   char **argv)
{
	return bond_refused(cli, command, "PATCH", argc, argv);
}

static enum exit_code bond_del_run(struct cli *cli, const struct command *command, int argc,
				   char **argv)
{
	return bond_refused(cli, command, "DELETE", argc, argv);
}

#define BOND_WHY                                                                            \
	"A bond is configured in files only, so that they alone say what this server's\n"   \
	"connection is: its own ifcfg file and one for each of its links. Edit them, see\n" \
	"'portchannel config check' and 'portchannel plan', then 'portchannel apply'.\n"

static const struct command command_bond_add = {
	.name = "bond add",
	.arguments = "NAME",
	.summary = "which files to write",
	.help = BOND_WHY "This says which file would be NAME's.\n",
	.run = bond_add_run,
};

static const struct command command_bond_set = {
	.name = "bond set",
	.arguments = "NAME",
	.summary = "which file to edit",
	.help = BOND_WHY "This says which file is NAME's.\n",
	.run = bond_set_run,
};

static const struct command command_bond_del = {
	.name = "bond del",
	.arguments = "NAME",
	.summary = "which file to remove",
	.help = BOND_WHY "This says which file is NAME's.\n",
	.run = bond_del_run,
};

static const struct command *const bond_parts[] = {&command_bond_add, &command_bond_set,
						   &command_bond_del, NULL};

const struct command command_bond = {
	.name = "bond",
	.arguments = "add|set|del NAME",
	.summary = "which file to edit: bonds are configured in files only",
	.help = BOND_WHY,
	.run = command_run_part,
	.parts = bond_parts,
};
