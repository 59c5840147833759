/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel metrics: what the daemon counts, for Prometheus. --output writes a file for
 * the textfile collector of node_exporter, which reads at any time: it is written under
 * another name, that the collector passes over, and then renamed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"

/* node_exporter is another user. */
#define METRICS_FILE_MODE 0644

static bool bytes_write(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t done = write(fd, bytes, size);

		if (done < 0 && errno != EINTR) {
			return false;
		}
		if (done > 0) {
			bytes += done;
			size -= (size_t)done;
		}
	}
	return true;
}

/* Root may replace anything: what is no file, as /dev/stdout, isn't. */
static bool file_may_be_replaced(const char *path)
{
	struct stat now;

	return lstat(path, &now) < 0 || S_ISREG(now.st_mode);
}

/* Replaces the file by one with that text. */
static enum exit_code file_write(const char *path, const char *text, size_t size)
{
	char *name = NULL;
	bool fine = false;
	int fd = -1;

	if (!file_may_be_replaced(path)) {
		command_error("%s is no regular file; without --output, the text goes to "
			      "standard output",
			      path);
		return EXIT_CODE_FAILED;
	}
	if (asprintf(&name, "%s.XXXXXX", path) < 0) {
		command_error("out of memory");
		return EXIT_CODE_FAILED;
	}
	fd = mkstemp(name);
	if (fd >= 0) {
		fine = bytes_write(fd, text, size) && fchmod(fd, METRICS_FILE_MODE) == 0;
		fine = close(fd) == 0 && fine && rename(name, path) == 0;
	}
	if (!fine) {
		command_error("%s can't be written: %s", path, strerror(errno));
		if (fd >= 0) {
			unlink(name);
		}
	}
	free(name);
	return fine ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static enum exit_code metrics_get(const struct cli *cli, bool vlans, char **text, size_t *size)
{
	const struct client_parameter parameters[] = {
		{.name = "vlans", .value = vlans ? "true" : NULL}};
	struct client *client = client_new(cli->socket_path);
	struct client_error error;
	enum client_result result;

	if (!client) {
		command_error("out of memory");
		return EXIT_CODE_FAILED;
	}
	result = client_get_text(client, "/metrics", parameters, 1, text, size, &error);
	client_close(client);
	return result == CLIENT_OK ? EXIT_CODE_DONE : command_client_error(result, &error);
}

static enum exit_code metrics_run(struct cli *cli, const struct command *command, int argc,
				  char **argv)
{
	const char *output = NULL;
	bool vlans = false;
	const struct argument_option options[] = {{.name = "vlans", .flag = &vlans},
						  {.name = "output", .value = &output}};
	struct arguments arguments;
	enum exit_code code;
	size_t size = 0;
	char *text = NULL;

	if (!arguments_read(cli, command, argc, argv, options, 2, 0, 0, &arguments)) {
		return arguments.code;
	}
	if (output && !output[0]) {
		return command_usage_error(command, "--output is ''; expected a file's name");
	}
	code = metrics_get(cli, vlans, &text, &size);
	if (code != EXIT_CODE_DONE) {
		return code;
	}
	if (output) {
		code = file_write(output, text, size);
	} else {
		fwrite(text, 1, size, stdout);
	}
	free(text);
	return code;
}

const struct command command_metrics = {
	.name = "metrics",
	.arguments = "[--vlans] [--output FILE]",
	.summary = "print what the daemon counts, for Prometheus",
	.help = "Traffic, states, failovers, drops and problems of the bonds and their members,\n"
		"in Prometheus' text format.\n"
		"\n"
		"  --vlans         the traffic of each VLAN interface, too\n"
		"  --output FILE   write it to FILE, at one stroke: for the textfile collector of\n"
		"                  node_exporter, which reads FILE if its name ends in .prom\n",
	.run = metrics_run,
};
