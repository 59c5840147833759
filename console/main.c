/* SPDX-License-Identifier: BSD-2-Clause */
/* portchannel-console: the page of the port channels, on loopback; portchannel-console(8). */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "console/console.h"
#include "console/guests.h"
#include "console/live.h"
#include "console/session.h"
#include "console/upstream.h"

#define MAIN_SOCKET_DEFAULT "/run/portchannel/portchannel.sock"
#define MAIN_USER_DEFAULT   "portchannel-console"
#define MAIN_EXIT_USAGE	    2

static const char main_usage[] =
	"usage: portchannel-console [OPTION]...\n"
	"Serves the page of this server's port channels on loopback. 'portchannel console'\n"
	"gives a link that opens it signed in.\n"
	"\n"
	"  --port N       on 127.0.0.1 and [::1] (default 8650)\n"
	"  --socket PATH  the daemon's (default " MAIN_SOCKET_DEFAULT ")\n"
	"  --static DIR   the page's files (default " CONSOLE_STATIC_DIR ")\n"
	"  --user USER    whom to become when started by root: a name, or UID:GID\n"
	"                 (default " MAIN_USER_DEFAULT ")\n"
	"  --version, --help\n";

enum main_option {
	MAIN_OPTION_PORT = 256,
	MAIN_OPTION_SOCKET,
	MAIN_OPTION_STATIC,
	MAIN_OPTION_USER,
	MAIN_OPTION_VERSION,
	MAIN_OPTION_HELP,
};

static const struct option main_long_options[] = {
	{"port", required_argument, NULL, MAIN_OPTION_PORT},
	{"socket", required_argument, NULL, MAIN_OPTION_SOCKET},
	{"static", required_argument, NULL, MAIN_OPTION_STATIC},
	{"user", required_argument, NULL, MAIN_OPTION_USER},
	{"version", no_argument, NULL, MAIN_OPTION_VERSION},
	{"help", no_argument, NULL, MAIN_OPTION_HELP},
	{NULL, 0, NULL, 0},
};

struct main_options {
	const char *folder, *user;
};

static noreturn void main_fail(const char *what, const char *why)
{
	fprintf(stderr, "portchannel-console: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

static unsigned int main_port(const char *text)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || port == 0 || port > 65535) {
		fprintf(stderr, "portchannel-console: --port is '%s'; expected 1 to 65535\n",
			text);
		exit(MAIN_EXIT_USAGE);
	}
	return (unsigned int)port;
}

static void main_take_option(struct console *console, struct main_options *options, int option)
{
	switch (option) {
	case MAIN_OPTION_PORT:
		console->port = main_port(optarg);
		break;
	case MAIN_OPTION_SOCKET:
		console->socket = optarg;
		break;
	case MAIN_OPTION_STATIC:
		options->folder = optarg;
		break;
	case MAIN_OPTION_USER:
		options->user = optarg;
		break;
	case MAIN_OPTION_VERSION:
		puts("portchannel-console " PORTCHANNEL_VERSION);
		exit(EXIT_SUCCESS);
	case MAIN_OPTION_HELP:
		fputs(main_usage, stdout);
		exit(EXIT_SUCCESS);
	default:
		fputs("Try 'portchannel-console --help'.\n", stderr);
		exit(MAIN_EXIT_USAGE);
	}
}

static void main_parse(int argc, char **argv, struct console *console,
		       struct main_options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "", main_long_options, NULL)) != -1) {
		main_take_option(console, options, option);
	}
	if (optind < argc) {
		fprintf(stderr,
			"portchannel-console: '%s' is not understood: there are no arguments but "
			"options\n",
			argv[optind]);
		exit(MAIN_EXIT_USAGE);
	}
}

/* "name", or "UID:GID" in digits. */
static void main_find_user(const char *text, uid_t *uid, gid_t *gid)
{
	const struct passwd *user;
	unsigned int numbers[2];
	char rest;

	if (sscanf(text, "%u:%u%c", &numbers[0], &numbers[1], &rest) == 2) {
		*uid = numbers[0];
		*gid = numbers[1];
		return;
	}
	user = getpwnam(text);
	if (!user) {
		main_fail(text, "there is no such user; make it, or name another with --user");
	}
	*uid = user->pw_uid;
	*gid = user->pw_gid;
}

/* Started by root, it becomes somebody who has no rights. */
static void main_leave_root(const char *text)
{
	uid_t uid;
	gid_t gid;

	if (geteuid() != 0) {
		return;
	}
	main_find_user(text, &uid, &gid);
	if (uid == 0 || gid == 0) {
		main_fail(text, "the console doesn't run as root");
	}
	if (setgroups(1, &gid) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0) {
		main_fail("giving up root's rights", strerror(errno));
	}
}

static void main_serve(struct console *console)
{
	char error[CONSOLE_ERROR_SIZE];
	sigset_t set;
	int err;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	/* Before there are threads, so that it holds for all of them. */
	sigprocmask(SIG_BLOCK, &set, NULL);
	console->live = live_start(console);
	if (!console->live) {
		main_fail("starting", "no threads, or no memory");
	}
	if (http_start(console, error) < 0) {
		main_fail("starting", error);
	}
	sd_notify(1, "READY=1");
	err = sandbox_enter();
	if (err < 0) {
		main_fail("giving up what isn't needed", strerror(-err));
	}
	fprintf(stderr, "portchannel-console: serves on http://127.0.0.1:%u/\n", console->port);
	while (sigwaitinfo(&set, NULL) < 0 && errno == EINTR) {
	}
	live_dismiss(console->live);
	http_stop(console);
}

int main(int argc, char **argv)
{
	struct console console = {.port = CONSOLE_PORT_DEFAULT, .socket = MAIN_SOCKET_DEFAULT};
	struct main_options options = {.folder = CONSOLE_STATIC_DIR, .user = MAIN_USER_DEFAULT};
	int err;

	main_parse(argc, argv, &console, &options);
	signal(SIGPIPE, SIG_IGN);
	if (gethostname(console.host, sizeof(console.host) - 1) < 0) {
		snprintf(console.host, sizeof(console.host), "localhost");
	}
	err = files_read(options.folder, &console.files);
	if (err < 0) {
		main_fail(options.folder, strerror(-err));
	}
	main_leave_root(options.user);
	console.sessions = sessions_new();
	console.guests = guests_new();
	if (!console.sessions || !console.guests || !upstream_open()) {
		main_fail("starting", "out of memory");
	}
	main_serve(&console);
	/* The threads may be in the midst of a call to the daemon: the end of the process is
	 * theirs. */
	fflush(stderr);
	_exit(EXIT_SUCCESS);
}
