/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which DHCP client there is, and what it is told. dhclient gets what ifup-eth gives it,
 * and keeps its leases and its pid file where ifup has them, which is also where the
 * security policies of the distributions let it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/dhcp_internal.h"

#define COMMAND_TEXT_SIZE 2048

/* PATH is nobody's business here. */
static const char *const command_folders[] = {"/sbin", "/usr/sbin", "/bin", "/usr/bin"};
static const char command_path[] = "PATH=/sbin:/usr/sbin:/bin:/usr/bin";
/* Of RHEL, and of Debian; dhclient has no other place by its policies. */
static const char *const command_lease_folders[] = {"/var/lib/dhclient", "/var/lib/dhcp"};

static const char *const command_names[DHCP_PROGRAM_COUNT] = {"dhclient", "dhcpcd", "udhcpc"};

const char *dhcp_program_name(enum dhcp_program program)
{
	return command_names[program];
}

bool dhcp_program_parse(const char *name, enum dhcp_program *out)
{
	for (int i = 0; i < DHCP_PROGRAM_COUNT; i++) {
		if (strcmp(command_names[i], name) == 0) {
			*out = (enum dhcp_program)i;
			return true;
		}
	}
	return false;
}

/* --- which ------------------------------------------------------------------- */

static bool command_is_there(const char *name, char path[PATH_MAX])
{
	for (size_t i = 0; i < sizeof(command_folders) / sizeof(command_folders[0]); i++) {
		snprintf(path, PATH_MAX, "%s/%s", command_folders[i], name);
		if (access(path, X_OK) == 0) {
			return true;
		}
	}
	return false;
}

static bool command_find(enum dhcp_program program, int family, char path[PATH_MAX])
{
	switch (program) {
	case DHCP_PROGRAM_DHCLIENT:
		return command_is_there("dhclient", path);
	case DHCP_PROGRAM_DHCPCD:
		return command_is_there("dhcpcd", path);
	case DHCP_PROGRAM_UDHCPC:
		/* One busybox in many has the one for IPv6. */
		return family == AF_INET6 ? command_is_there("udhcpc6", path)
					  : command_is_there("udhcpc", path) ||
						    command_is_there("busybox", path);
	case DHCP_PROGRAM_COUNT:
		break;
	}
	return false;
}

int dhcp_program_find(const struct daemon *daemon, int family, enum dhcp_program *program,
		      char path[PATH_MAX], char error[DHCP_ERROR_SIZE])
{
	const char *wanted = daemon->options.dhcp_client;

	for (int i = 0; i < DHCP_PROGRAM_COUNT; i++) {
		if (wanted && strcmp(wanted, command_names[i]) != 0) {
			continue;
		}
		if (command_find((enum dhcp_program)i, family, path)) {
			*program = (enum dhcp_program)i;
			return 0;
		}
	}
	snprintf(error, DHCP_ERROR_SIZE, "no DHCP client for %s is installed: %s%s",
		 family == AF_INET ? "IPv4" : "IPv6",
		 wanted ? "--dhcp-client asks for " : "expected dhclient, dhcpcd or udhcpc",
		 wanted ? wanted : "");
	return -ENOENT;
}

/* --- words -------------------------------------------------------------------- */

static char *command_store(struct dhcp_command *command, const char *format, va_list arguments)
{
	size_t left = sizeof(command->text) - command->used;
	char *text = command->text + command->used;
	int size = vsnprintf(text, left, format, arguments);

	if (size < 0 || (size_t)size >= left) {
		command->overflow = true;
		return NULL;
	}
	command->used += (size_t)size + 1;
	return text;
}

__attribute__((format(printf, 2, 3))) static void command_word(struct dhcp_command *command,
							       const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = command_store(command, format, arguments);
	va_end(arguments);
	if (!text || command->argc == DHCP_WORDS_MAX) {
		command->overflow = true;
		return;
	}
	command->argv[command->argc++] = text;
	command->argv[command->argc] = NULL;
}

__attribute__((format(printf, 2, 3))) static void command_env(struct dhcp_command *command,
							      const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = command_store(command, format, arguments);
	va_end(arguments);
	if (!text || command->envc == DHCP_WORDS_MAX) {
		command->overflow = true;
		return;
	}
	command->env[command->envc++] = text;
	command->env[command->envc] = NULL;
}

static void command_begin(struct dhcp_command *command, const char *path)
{
	memset(command, 0, sizeof(*command));
	command_word(command, "%s", path);
	command_env(command, "%s", command_path);
}

/* --- files ---------------------------------------------------------------------- */

/* Replaces it, whoever's it was: nothing of it is followed or kept. */
static int command_write(const char *path, const char *text, mode_t mode)
{
	size_t size = strlen(text);
	int fd, err = 0;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0) {
		return -errno;
	}
	if (write(fd, text, size) != (ssize_t)size || fchmod(fd, mode) < 0) {
		err = errno ? -errno : -EIO;
	}
	if (close(fd) < 0 && err == 0) {
		err = -errno;
	}
	if (err < 0) {
		(void)unlink(path);
	}
	return err;
}

static const char *command_lease_folder(const struct daemon *daemon)
{
	struct stat info;

	for (size_t i = 0; i < sizeof(command_lease_folders) / sizeof(char *); i++) {
		if (stat(command_lease_folders[i], &info) == 0 && S_ISDIR(info.st_mode)) {
			return command_lease_folders[i];
		}
	}
	return daemon->options.store;
}

static const char *command_version(int family)
{
	return family == AF_INET6 ? "6" : "";
}

static void command_config_path(const struct daemon *daemon, const char *interface, int family,
				char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/dhclient%s-%s.portchannel.conf",
		 command_lease_folder(daemon), command_version(family), interface);
}

static void command_script_path(const struct daemon *daemon, char out[PATH_MAX])
{
	struct statvfs info;
	const char *folder = daemon->options.state;

	/* A hardened /run doesn't execute. */
	if (statvfs(folder, &info) == 0 && (info.f_flag & ST_NOEXEC)) {
		folder = daemon->options.store;
	}
	snprintf(out, PATH_MAX, "%s/udhcpc-script", folder);
}

/* --- dhclient --------------------------------------------------------------------- */

struct command_text {
	char text[COMMAND_TEXT_SIZE];
};

__attribute__((format(printf, 2, 3))) static void command_say(struct command_text *out,
							      const char *format, ...)
{
	size_t used = strlen(out->text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(out->text + used, sizeof(out->text) - used, format, arguments);
	va_end(arguments);
}

/* Between quotes in dhclient.conf. */
static void command_say_quoted(struct command_text *out, const char *text)
{
	command_say(out, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\' || (unsigned char)*text < ' ') {
			command_say(out, "\\%03o", (unsigned char)*text);
		} else {
			command_say(out, "%c", *text);
		}
	}
	command_say(out, "\"");
}

/* As ifup's generate_config_file_name(), and then the usual one. */
static bool command_base_config(const char *interface, int family, char out[PATH_MAX])
{
	const char *version = command_version(family);
	struct stat info;

	for (int i = 0; i < 4; i++) {
		switch (i) {
		case 0:
			snprintf(out, PATH_MAX, "/etc/dhcp/dhclient%s-%s.conf", version,
				 interface);
			break;
		case 1:
			snprintf(out, PATH_MAX, "/etc/dhclient%s-%s.conf", version, interface);
			break;
		case 2:
			snprintf(out, PATH_MAX, "/etc/dhcp/dhclient%s.conf", version);
			break;
		default:
			/* Debian has one for both. */
			snprintf(out, PATH_MAX, "/etc/dhcp/dhclient.conf");
			break;
		}
		if (stat(out, &info) == 0 && info.st_size > 0) {
			return true;
		}
	}
	return false;
}

static void command_own_hostname(char out[MODEL_TEXT_SIZE])
{
	out[0] = '\0';
	if (gethostname(out, MODEL_TEXT_SIZE - 1) < 0) {
		out[0] = '\0';
	}
	out[MODEL_TEXT_SIZE - 1] = '\0';
	if (strcmp(out, "(none)") == 0 || strcmp(out, "localhost") == 0 ||
	    strcmp(out, "localhost.localdomain") == 0) {
		out[0] = '\0';
	}
	/* As ifup tells it: the first part. */
	out[strcspn(out, ".")] = '\0';
}

/* The name to be told to the server, "" none. */
static void command_hostname(const struct model_dhcp *dhcp, char out[MODEL_TEXT_SIZE])
{
	out[0] = '\0';
	if (dhcp->hostname_is_kept) {
		return;
	}
	if (dhcp->hostname[0]) {
		snprintf(out, MODEL_TEXT_SIZE, "%s", dhcp->hostname);
		return;
	}
	command_own_hostname(out);
}

/* What the file asks for stands behind the system's own configuration. */
static int command_dhclient_config(const struct daemon *daemon, const char *interface,
				   int family, const struct model_dhcp *dhcp,
				   char path[PATH_MAX])
{
	struct command_text out = {"# Of portchanneld.\n"};
	char base[PATH_MAX], hostname[MODEL_TEXT_SIZE];

	if (command_base_config(interface, family, base)) {
		command_say(&out, "include ");
		command_say_quoted(&out, base);
		command_say(&out, ";\n");
	}
	command_hostname(dhcp, hostname);
	if (hostname[0] && family == AF_INET) {
		command_say(&out, dhcp->hostname_is_fqdn
					  ? "send fqdn.server-update on;\nsend fqdn.fqdn "
					  : "send host-name ");
		command_say_quoted(&out, hostname);
		command_say(&out, ";\n");
	}
	if (dhcp->client_id[0] && family == AF_INET) {
		command_say(&out, "send dhcp-client-identifier ");
		command_say_quoted(&out, dhcp->client_id);
		command_say(&out, ";\n");
	}
	/* A server sends what is asked for. */
	if (family == AF_INET && (!dhcp->peer_dns || dhcp->no_default_route)) {
		command_say(&out,
			    "request subnet-mask, broadcast-address%s%s, interface-mtu, "
			    "ntp-servers;\n",
			    dhcp->no_default_route ? "" : ", routers",
			    dhcp->peer_dns ? ", domain-name, domain-name-servers, domain-search"
					   : "");
	} else if (!dhcp->peer_dns) {
		command_say(&out, "request dhcp6.sntp-servers;\n");
	}
	command_config_path(daemon, interface, family, path);
	return command_write(path, out.text, 0644);
}

static void command_dhclient(const struct daemon *daemon, const char *path, const char *config,
			     const char *interface, int family, struct dhcp_command *out)
{
	const char *version = command_version(family);

	command_begin(out, path);
	command_word(out, family == AF_INET6 ? "-6" : "-4");
	command_word(out, "-cf");
	command_word(out, "%s", config);
	command_word(out, "-lf");
	command_word(out, "%s/dhclient%s-%s.leases", command_lease_folder(daemon), version,
		     interface);
	command_word(out, "-pf");
	command_word(out, "/run/dhclient%s-%s.pid", version, interface);
}

static int command_make_dhclient(const struct daemon *daemon, const char *path,
				 const char *interface, int family,
				 const struct model_dhcp *dhcp, struct dhcp_command *run,
				 struct dhcp_command *release, char error[DHCP_ERROR_SIZE])
{
	char config[PATH_MAX];
	int err = command_dhclient_config(daemon, interface, family, dhcp, config);

	if (err < 0) {
		snprintf(error, DHCP_ERROR_SIZE, "%.128s can't be written: %s", config,
			 strerror(-err));
		return err;
	}
	command_dhclient(daemon, path, config, interface, family, run);
	command_word(run, "-q");
	command_word(run, "-d");
	if (!(family == AF_INET6 ? dhcp->persistent_ipv6 : dhcp->persistent)) {
		command_word(run, "-1");
	}
	if (family == AF_INET && dhcp->metric) {
		/* For Debian's script; RHEL's reads the file itself. */
		command_word(run, "-e");
		command_word(run, "IF_METRIC=%u", dhcp->metric);
	}
	command_word(run, "%s", interface);
	command_dhclient(daemon, path, config, interface, family, release);
	command_word(release, "-r");
	command_word(release, "%s", interface);
	return 0;
}

/* --- dhcpcd ------------------------------------------------------------------------ */

static void command_make_dhcpcd(const char *path, const char *interface, int family,
				const struct model_dhcp *dhcp, struct dhcp_command *run)
{
	char hostname[MODEL_TEXT_SIZE];
	bool persistent = family == AF_INET6 ? dhcp->persistent_ipv6 : dhcp->persistent;

	command_begin(run, path);
	command_word(run, "-B");
	command_word(run, "-q");
	command_word(run, family == AF_INET6 ? "-6" : "-4");
	if (family == AF_INET6) {
		/* Router advertisements are the kernel's business, or nobody's. */
		command_word(run, "--noipv6rs");
		command_word(run, "--ia_na");
	} else {
		command_word(run, "--noipv4ll");
		if (dhcp->no_default_route) {
			command_word(run, "--nogateway");
		}
		if (dhcp->metric) {
			command_word(run, "--metric");
			command_word(run, "%u", dhcp->metric);
		}
	}
	if (persistent) {
		command_word(run, "--timeout");
		command_word(run, "0");
	}
	command_hostname(dhcp, hostname);
	if (hostname[0] && family == AF_INET) {
		command_word(run, "--hostname=%s", hostname);
		if (dhcp->hostname_is_fqdn) {
			command_word(run, "--fqdn=both");
		}
	}
	if (dhcp->client_id[0] && family == AF_INET) {
		command_word(run, "--clientid=%s", dhcp->client_id);
	}
	if (!dhcp->peer_dns) {
		command_word(run, "--nohook");
		command_word(run, "resolv.conf");
	}
	command_word(run, "%s", interface);
}

/* --- udhcpc ------------------------------------------------------------------------ */

static void command_udhcpc_client_id(const char *client_id, struct dhcp_command *run)
{
	char hex[2 * MODEL_TEXT_SIZE + 1] = "";

	for (size_t i = 0; i < MODEL_TEXT_SIZE && client_id[i]; i++) {
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)client_id[i]);
	}
	/* Type 0: none of the hardware's. */
	command_word(run, "-C");
	command_word(run, "-x");
	command_word(run, "0x3d:00%s", hex);
}

static int command_make_udhcpc(const struct daemon *daemon, const char *path,
			       const char *interface, int family, const struct model_dhcp *dhcp,
			       struct dhcp_command *run, char error[DHCP_ERROR_SIZE])
{
	char script[PATH_MAX], hostname[MODEL_TEXT_SIZE];
	const char *name = strrchr(path, '/');
	int err;

	command_script_path(daemon, script);
	err = command_write(script, dhcp_udhcpc_script, 0700);
	if (err < 0) {
		snprintf(error, DHCP_ERROR_SIZE, "%.128s can't be written: %s", script,
			 strerror(-err));
		return err;
	}
	command_begin(run, path);
	if (name && strcmp(name, "/busybox") == 0) {
		command_word(run, family == AF_INET6 ? "udhcpc6" : "udhcpc");
	}
	command_word(run, "-f");
	command_word(run, "-S");
	command_word(run, "-i");
	command_word(run, "%s", interface);
	command_word(run, "-s");
	command_word(run, "%s", script);
	if (!(family == AF_INET6 ? dhcp->persistent_ipv6 : dhcp->persistent)) {
		/* About as long as dhclient -1 tries. */
		command_word(run, "-t");
		command_word(run, "20");
		command_word(run, "-n");
	} else {
		/* Between its tries; a bond that comes up has no carrier at first. */
		command_word(run, "-A");
		command_word(run, "5");
	}
	if (dhcp->release) {
		command_word(run, "-R");
	}
	command_hostname(dhcp, hostname);
	if (hostname[0] && family == AF_INET) {
		command_word(run, dhcp->hostname_is_fqdn ? "-F" : "-x");
		command_word(run, "%s%s", dhcp->hostname_is_fqdn ? "" : "hostname:", hostname);
	}
	if (dhcp->client_id[0] && family == AF_INET) {
		command_udhcpc_client_id(dhcp->client_id, run);
	}
	command_env(run, "PEERDNS=%s", dhcp->peer_dns ? "yes" : "no");
	command_env(run, "DEFROUTE=%s", dhcp->no_default_route ? "no" : "yes");
	if (dhcp->metric) {
		command_env(run, "METRIC=%u", dhcp->metric);
	}
	return 0;
}

/* --- */

int dhcp_command_make(const struct daemon *daemon, enum dhcp_program program, const char *path,
		      const char *interface, int family, const struct model_dhcp *dhcp,
		      struct dhcp_command *run, struct dhcp_command *release,
		      char error[DHCP_ERROR_SIZE])
{
	memset(release, 0, sizeof(*release));
	if (interface[0] == '-') {
		snprintf(error, DHCP_ERROR_SIZE,
			 "no DHCP client can be told of an interface whose name begins with "
			 "'-'");
		return -EINVAL;
	}
	switch (program) {
	case DHCP_PROGRAM_DHCLIENT:
		return command_make_dhclient(daemon, path, interface, family, dhcp, run,
					     release, error);
	case DHCP_PROGRAM_DHCPCD:
		command_make_dhcpcd(path, interface, family, dhcp, run);
		return 0;
	case DHCP_PROGRAM_UDHCPC:
		return command_make_udhcpc(daemon, path, interface, family, dhcp, run, error);
	case DHCP_PROGRAM_COUNT:
		break;
	}
	return -EINVAL;
}

int dhcp_program_signal(enum dhcp_program program, bool release)
{
	if (!release) {
		return 0;
	}
	switch (program) {
	case DHCP_PROGRAM_DHCPCD:
		return SIGALRM;
	case DHCP_PROGRAM_UDHCPC: /* told to at the start */
	case DHCP_PROGRAM_DHCLIENT:
	case DHCP_PROGRAM_COUNT:
		break;
	}
	return 0;
}

void dhcp_command_forget(const struct daemon *daemon, const char *interface, int family)
{
	char path[PATH_MAX];

	command_config_path(daemon, interface, family, path);
	(void)unlink(path);
}
