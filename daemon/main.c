/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchanneld: runs the port channels that the interface files describe.
 * Options, the lock, and into the background; daemon.h tells the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/lock.h"
#include "daemon/log.h"
#include "daemon/session.h"
#include "daemon/teardown.h"

#define MAIN_CONFIG_DEFAULT   "/etc/sysconfig/network-scripts"
#define MAIN_STATE_DEFAULT    "/run/portchannel"
#define MAIN_SOCKET_DEFAULT   "/run/portchannel/portchannel.sock"
#define MAIN_STORE_DEFAULT    "/var/lib/portchannel"
#define MAIN_READER_DEFAULT   "portchannel"
#define MAIN_CONSOLE_DEFAULT  "portchannel-console"
#define MAIN_OPERATOR_DEFAULT "portchannel-operator"

#define MAIN_EXIT_USAGE	      2
/* As packaging/portchannel.service.in has it. */
#define MAIN_DESCRIPTORS      65536

static const char main_usage[] =
	"usage: portchanneld [OPTION]...\n"
	"Runs the port channels (bonds) that the interface files describe.\n"
	"\n"
	"  --config DIR        folder of the ifcfg files (default " MAIN_CONFIG_DEFAULT ")\n"
	"  --dialect initscripts|nm\n"
	"                      whose reading of these files counts (default initscripts)\n"
	"  --socket PATH       where clients connect (default " MAIN_SOCKET_DEFAULT ")\n"
	"  --state DIR         what is kept for the next daemon (default " MAIN_STATE_DEFAULT
	")\n"
	"  --store DIR         the history of the configurations (default " MAIN_STORE_DEFAULT
	")\n"
	"  --console-group GROUP\n"
	"                      the console's, which may only act for who is signed in there\n"
	"                      (default " MAIN_CONSOLE_DEFAULT ")\n"
	"  --reader-group GROUP, --operator-group GROUP\n"
	"                      who may read, and who may change, beside root (default\n"
	"                      " MAIN_READER_DEFAULT " and " MAIN_OPERATOR_DEFAULT ")\n"
	"  --ticket-lifetime SECONDS\n"
	"                      how long a link of 'portchannel console' is good (1 to 60)\n"
	"  --session-idle SECONDS\n"
	"                      when a session at the console that nobody uses ends (1 to\n"
	"                      3600, default 900)\n"
	"  --engine ebpf       the data path of bonds whose file doesn't say\n"
	"  --carrier-read auto|off\n"
	"                      whether the transmit program reads carrier itself\n"
	"  --dhcp-client dhclient|dhcpcd|udhcpc\n"
	"                      that of several (default: the first of these that there is)\n"
	"  --log-level error|warning|notice|info|debug\n"
	"  --foreground        stay in the foreground, log to standard error\n"
	"  --teardown          remove all bonds, restore their members, and end\n"
	"  --version, --help\n"
	"\n"
	"SIGHUP reads the files again and applies what differs. SIGTERM ends the daemon\n"
	"and leaves the bonds running; the next daemon takes them over.\n";

struct main_options {
	struct daemon_options daemon;
	enum log_level log_level;
	bool foreground;
	bool teardown;
};

enum main_option {
	MAIN_OPTION_CONFIG = 256,
	MAIN_OPTION_DIALECT,
	MAIN_OPTION_SOCKET,
	MAIN_OPTION_STATE,
	MAIN_OPTION_STORE,
	MAIN_OPTION_CONSOLE_GROUP,
	MAIN_OPTION_READER_GROUP,
	MAIN_OPTION_OPERATOR_GROUP,
	MAIN_OPTION_TICKET_LIFETIME,
	MAIN_OPTION_SESSION_IDLE,
	MAIN_OPTION_ENGINE,
	MAIN_OPTION_CARRIER_READ,
	MAIN_OPTION_DHCP_CLIENT,
	MAIN_OPTION_LOG_LEVEL,
	MAIN_OPTION_FOREGROUND,
	MAIN_OPTION_TEARDOWN,
	MAIN_OPTION_VERSION,
	MAIN_OPTION_HELP,
};

static const struct option main_long_options[] = {
	{"config", required_argument, NULL, MAIN_OPTION_CONFIG},
	{"dialect", required_argument, NULL, MAIN_OPTION_DIALECT},
	{"socket", required_argument, NULL, MAIN_OPTION_SOCKET},
	{"state", required_argument, NULL, MAIN_OPTION_STATE},
	{"store", required_argument, NULL, MAIN_OPTION_STORE},
	{"console-group", required_argument, NULL, MAIN_OPTION_CONSOLE_GROUP},
	{"reader-group", required_argument, NULL, MAIN_OPTION_READER_GROUP},
	{"operator-group", required_argument, NULL, MAIN_OPTION_OPERATOR_GROUP},
	{"ticket-lifetime", required_argument, NULL, MAIN_OPTION_TICKET_LIFETIME},
	{"session-idle", required_argument, NULL, MAIN_OPTION_SESSION_IDLE},
	{"engine", required_argument, NULL, MAIN_OPTION_ENGINE},
	{"carrier-read", required_argument, NULL, MAIN_OPTION_CARRIER_READ},
	{"dhcp-client", required_argument, NULL, MAIN_OPTION_DHCP_CLIENT},
	{"log-level", required_argument, NULL, MAIN_OPTION_LOG_LEVEL},
	{"foreground", no_argument, NULL, MAIN_OPTION_FOREGROUND},
	{"teardown", no_argument, NULL, MAIN_OPTION_TEARDOWN},
	{"version", no_argument, NULL, MAIN_OPTION_VERSION},
	{"help", no_argument, NULL, MAIN_OPTION_HELP},
	{NULL, 0, NULL, 0},
};

__attribute__((format(printf, 1, 2))) static noreturn void main_usage_error(const char *format,
									    ...)
{
	va_list arguments;

	fputs("portchanneld: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\nTry 'portchanneld --help'.\n", stderr);
	exit(MAIN_EXIT_USAGE);
}

static void main_set_engine(const char *value)
{
	if (strcmp(value, "kernel") == 0) {
		main_usage_error("--engine %s is not available in this version; expected ebpf",
				 value);
	}
	if (strcmp(value, "ebpf") != 0) {
		main_usage_error("--engine is '%s'; expected ebpf", value);
	}
}

static void main_set_carrier_read(struct main_options *options, const char *value)
{
	if (strcmp(value, "auto") == 0) {
		options->daemon.carrier_read = ENGINE_CARRIER_READ_AUTO;
	} else if (strcmp(value, "off") == 0) {
		options->daemon.carrier_read = ENGINE_CARRIER_READ_OFF;
	} else {
		main_usage_error("--carrier-read is '%s'; expected auto or off", value);
	}
}

static void main_set_dhcp_client(struct main_options *options, const char *value)
{
	if (!dhcp_client_is_known(value)) {
		main_usage_error("--dhcp-client is '%s'; expected dhclient, dhcpcd or udhcpc",
				 value);
	}
	options->daemon.dhcp_client = value;
}

/* A whole number from 1 to max. */
static unsigned int main_seconds(const char *option, const char *value, unsigned int max)
{
	unsigned long seconds = strtoul(value, NULL, 10);

	if (strlen(value) > 5 || value[strspn(value, "0123456789")] != '\0' || seconds < 1 ||
	    seconds > max) {
		main_usage_error("%s is '%s'; expected 1 to %u", option, value, max);
	}
	return (unsigned int)seconds;
}

static void main_take_option(struct main_options *options, int option)
{
	switch (option) {
	case MAIN_OPTION_CONFIG:
		options->daemon.config = optarg;
		break;
	case MAIN_OPTION_DIALECT:
		if (!ifcfg_dialect_parse(optarg, &options->daemon.dialect)) {
			main_usage_error("--dialect is '%s'; expected initscripts or nm",
					 optarg);
		}
		break;
	case MAIN_OPTION_SOCKET:
		options->daemon.socket = optarg;
		break;
	case MAIN_OPTION_STATE:
		options->daemon.state = optarg;
		break;
	case MAIN_OPTION_STORE:
		options->daemon.store = optarg;
		break;
	case MAIN_OPTION_CONSOLE_GROUP:
		options->daemon.console_group = optarg;
		break;
	case MAIN_OPTION_READER_GROUP:
		options->daemon.reader_group = optarg;
		break;
	case MAIN_OPTION_OPERATOR_GROUP:
		options->daemon.operator_group = optarg;
		break;
	case MAIN_OPTION_TICKET_LIFETIME:
		options->daemon.ticket_s =
			main_seconds("--ticket-lifetime", optarg, SESSION_TICKET_S);
		break;
	case MAIN_OPTION_SESSION_IDLE:
		options->daemon.session_idle_s =
			main_seconds("--session-idle", optarg, SESSION_IDLE_S_MAX);
		break;
	case MAIN_OPTION_ENGINE:
		main_set_engine(optarg);
		break;
	case MAIN_OPTION_CARRIER_READ:
		main_set_carrier_read(options, optarg);
		break;
	case MAIN_OPTION_DHCP_CLIENT:
		main_set_dhcp_client(options, optarg);
		break;
	case MAIN_OPTION_LOG_LEVEL:
		if (!log_level_parse(optarg, &options->log_level)) {
			main_usage_error(
				"--log-level is '%s'; expected error, warning, notice, "
				"info or debug",
				optarg);
		}
		break;
	case MAIN_OPTION_FOREGROUND:
		options->foreground = true;
		break;
	case MAIN_OPTION_TEARDOWN:
		options->teardown = true;
		break;
	case MAIN_OPTION_VERSION:
		puts("portchanneld " PORTCHANNEL_VERSION);
		exit(EXIT_SUCCESS);
	case MAIN_OPTION_HELP:
		fputs(main_usage, stdout);
		exit(EXIT_SUCCESS);
	default:
		/* getopt has said what is wrong. */
		fputs("Try 'portchanneld --help'.\n", stderr);
		exit(MAIN_EXIT_USAGE);
	}
}

/* Paths go on to mean the same when the daemon has left the present folder. */
static const char *main_absolute(const char *path)
{
	char folder[PATH_MAX];
	char *absolute;

	if (path[0] == '/') {
		return path;
	}
	if (!getcwd(folder, sizeof(folder)) || asprintf(&absolute, "%s/%s", folder, path) < 0) {
		main_usage_error("the present folder has no name that '%s' could begin with",
				 path);
	}
	return absolute;
}

static void main_parse(int argc, char **argv, struct main_options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "", main_long_options, NULL)) != -1) {
		main_take_option(options, option);
	}
	if (optind < argc) {
		main_usage_error("'%s' is not understood: there are no arguments but options",
				 argv[optind]);
	}
	options->daemon.config = main_absolute(options->daemon.config);
	options->daemon.socket = main_absolute(options->daemon.socket);
	options->daemon.state = main_absolute(options->daemon.state);
	options->daemon.store = main_absolute(options->daemon.store);
}

static int main_lock(const char *state)
{
	pid_t holder = 0;
	int lock = lock_take(state, &holder);

	if (lock == -EWOULDBLOCK) {
		log_line(LOG_LEVEL_ERROR, "another portchanneld (process %d) uses %s",
			 (int)holder, state);
		exit(EXIT_FAILURE);
	}
	if (lock < 0) {
		log_line(LOG_LEVEL_ERROR, "%s can't be used: %s", state, strerror(-lock));
		exit(EXIT_FAILURE);
	}
	return lock;
}

/* The folder's lock says nothing of a daemon with another folder. -1: none could be had,
 * and that is no reason not to run. */
static int main_lock_network(void)
{
	pid_t holder = 0;
	int lock = lock_take_network(&holder);

	if (lock == -EWOULDBLOCK) {
		log_line(LOG_LEVEL_ERROR,
			 "another portchanneld (process %d) runs in this network namespace, "
			 "with another --state; two would take the bonds from each other",
			 (int)holder);
		exit(EXIT_FAILURE);
	}
	if (lock == -EACCES) {
		log_line(LOG_LEVEL_WARNING,
			 "process %d has taken the name by which one portchanneld sees "
			 "another in this network namespace; it is no portchanneld",
			 (int)holder);
	} else if (lock < 0) {
		log_line(LOG_LEVEL_WARNING, "no lock of the network namespace can be had: %s",
			 strerror(-lock));
	}
	return lock < 0 ? -1 : lock;
}

/* A bond takes some 12 descriptors, and what a shell or an old init allows, 1024, is
 * enough for no more than 80. */
static void main_raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= MAIN_DESCRIPTORS) {
		return;
	}
	limit.rlim_cur = MAIN_DESCRIPTORS;
	if (limit.rlim_max < MAIN_DESCRIPTORS) {
		/* Needs CAP_SYS_RESOURCE. */
		struct rlimit more = {MAIN_DESCRIPTORS, MAIN_DESCRIPTORS};

		if (setrlimit(RLIMIT_NOFILE, &more) == 0) {
			return;
		}
		limit.rlim_cur = limit.rlim_max;
	}
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0) {
		log_line(LOG_LEVEL_WARNING, "no more than the usual open files: %s",
			 strerror(errno));
	}
}

/* The parent waits until the daemon is ready, or has ended, and ends too. */
static void main_await_ready(int ready_fd, pid_t child)
{
	char byte;
	int status;

	if (read(ready_fd, &byte, 1) == 1) {
		exit(EXIT_SUCCESS);
	}
	if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status)) {
		exit(WEXITSTATUS(status));
	}
	exit(EXIT_FAILURE);
}

/* Returns the descriptor that wants a byte when all is up. */
static int main_background(void)
{
	int ready[2], null;
	pid_t child;

	if (pipe2(ready, O_CLOEXEC) < 0) {
		log_line(LOG_LEVEL_ERROR, "no pipe: %s", strerror(errno));
		exit(EXIT_FAILURE);
	}
	child = fork();
	if (child < 0) {
		log_line(LOG_LEVEL_ERROR, "no process: %s", strerror(errno));
		exit(EXIT_FAILURE);
	}
	if (child > 0) {
		close(ready[1]);
		main_await_ready(ready[0], child);
	}
	close(ready[0]);
	setsid();
	if (chdir("/") < 0) {
		log_line(LOG_LEVEL_WARNING, "can't go to /: %s", strerror(errno));
	}
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	return ready[1];
}

int main(int argc, char **argv)
{
	struct main_options options = {
		.daemon = {.config = MAIN_CONFIG_DEFAULT,
			   .socket = MAIN_SOCKET_DEFAULT,
			   .state = MAIN_STATE_DEFAULT,
			   .store = MAIN_STORE_DEFAULT,
			   .console_group = MAIN_CONSOLE_DEFAULT,
			   .reader_group = MAIN_READER_DEFAULT,
			   .operator_group = MAIN_OPERATOR_DEFAULT},
		.log_level = LOG_LEVEL_INFO,
	};
	int lock, network_lock, ready_fd = -1, err;

	main_parse(argc, argv, &options);
	log_open(options.log_level, false);
	main_raise_descriptors();
	if (options.teardown) {
		return teardown_run(&options.daemon);
	}
	lock = main_lock(options.daemon.state);
	network_lock = main_lock_network();
	if (!options.foreground) {
		ready_fd = main_background();
		log_open(options.log_level, true);
		(void)lock_write_pid(lock);
		lock_own_network(network_lock);
	}
	err = daemon_run(&options.daemon, ready_fd);
	if (network_lock >= 0) {
		close(network_lock);
	}
	close(lock);
	return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
