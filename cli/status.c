/* SPDX-License-Identifier: BSD-2-Clause */
/* portchannel status: asks the daemon and prints its answer. */
#include "cli/status.h"

#include <stdio.h>

#include "cli/command.h"

/* What the files describe, to be shown where nothing runs; NULL if the daemon
 * doesn't say, which is no failure. */
static json_t *config_ask(const struct cli *cli)
{
	struct client *client = client_new(cli->socket_path);
	struct client_error error;
	json_t *config = NULL;

	if (client) {
		(void)client_get(client, "/v1/config", NULL, 0, &config, &error);
	}
	client_close(client);
	return config;
}

static enum exit_code status_show(const struct cli *cli, const json_t *status, bool whole)
{
	bool nothing = json_array_size(json_object_get(status, "bonds")) == 0 &&
		       json_array_size(json_object_get(status, "nics")) == 0;
	json_t *config = nothing ? config_ask(cli) : NULL;
	struct out out;

	out_init(&out, stdout);
	bool printed = status_print(&out, status, config, whole);
	json_decref(config);
	if (!printed) {
		command_error("out of memory");
	}
	return printed ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static enum exit_code status_run(struct cli *cli, const struct command *command, int argc,
				 char **argv)
{
	bool as_json = false;
	const struct argument_option options[] = {{.name = "json", .flag = &as_json}};
	struct arguments arguments;
	json_t *status = NULL;

	if (!arguments_read(cli, command, argc, argv, options, 1, 0, 1, &arguments)) {
		return arguments.code;
	}
	struct client_parameter bond = {"bond", arguments.list[0]};
	enum exit_code code = command_get(cli, "/v1/status", &bond, 1, as_json, &status);
	if (code != EXIT_CODE_DONE) {
		return code;
	}
	if (as_json) {
		command_json_print(status);
	} else {
		code = status_show(cli, status, arguments.count > 0);
	}
	json_decref(status);
	return code;
}

const struct command command_status = {
	.name = "status",
	.arguments = "[BOND|NIC] [--json]",
	.summary = "what is up, what is not, and why",
	.help = "Shows each bond with its members and VLAN interfaces; or BOND alone, or a NIC\n"
		"that is no member, with all VLAN interfaces that are on it. A '!' marks what is\n"
		"not as it should be; a member that carries no traffic has the reason below it.\n"
		"SHARE is how much of the traffic's flows a member is given. Problems of the\n"
		"interface files stand at the end.\n"
		"\n"
		"  --json   for programs: what the daemon answers, as doc/api.md describes it\n",
	.run = status_run,
};
