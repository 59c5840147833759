/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "daemon/daemon.h"

#define NOTIFY_TEXT_SIZE	512
#define NOTIFY_RETRY_US		100000
#define NOTIFY_ACCURACY_US	1000
/* So often within the time after which the watchdog bites. */
#define NOTIFY_SIGNS_PER_PERIOD 3

struct notify {
	int fd;
	struct sockaddr_un address;
	socklen_t address_size;
	uint64_t watchdog_us; /* 0: there is none */
	sd_event_source *watchdog;
	sd_event_source *retry;
	char unsent[NOTIFY_TEXT_SIZE]; /* "": nothing waits */
};

static int notify_try(struct notify *notify, const char *text)
{
	if (sendto(notify->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
		   (const struct sockaddr *)&notify->address, notify->address_size) < 0) {
		return -errno;
	}
	return 0;
}

static void notify_again(sd_event_source *timer, uint64_t wait_us)
{
	sd_event_source_set_time_relative(timer, wait_us);
	sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

static void notify_flush(struct notify *notify)
{
	int err = notify_try(notify, notify->unsent);

	if (err == -EAGAIN || err == -ENOBUFS) {
		notify_again(notify->retry, NOTIFY_RETRY_US);
		return;
	}
	/* Any other failure means that nobody is there to be told. */
	notify->unsent[0] = '\0';
}

void notify_send(struct notify *notify, const char *format, ...)
{
	va_list arguments;

	if (!notify) {
		return;
	}
	va_start(arguments, format);
	vsnprintf(notify->unsent, sizeof(notify->unsent), format, arguments);
	va_end(arguments);
	notify_flush(notify);
}

void notify_alive(struct notify *notify)
{
	if (notify && notify->watchdog_us > 0) {
		(void)notify_try(notify, "WATCHDOG=1");
	}
}

static int notify_on_retry(sd_event_source *source, uint64_t due_us, void *user)
{
	struct notify *notify = user;

	(void)source;
	(void)due_us;
	if (notify->unsent[0]) {
		notify_flush(notify);
	}
	return 0;
}

static int notify_on_watchdog(sd_event_source *source, uint64_t due_us, void *user)
{
	struct notify *notify = user;

	(void)due_us;
	notify_alive(notify);
	notify_again(source, notify->watchdog_us / NOTIFY_SIGNS_PER_PERIOD);
	return 0;
}

/* A path, or with "@" a name that is no file's (unix(7), abstract). */
static int notify_set_address(struct notify *notify, const char *text)
{
	size_t size = strlen(text);

	if ((text[0] != '/' && text[0] != '@') || size >= sizeof(notify->address.sun_path)) {
		return -EAFNOSUPPORT;
	}
	notify->address.sun_family = AF_UNIX;
	memcpy(notify->address.sun_path, text, size);
	notify->address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
	if (text[0] == '@') {
		notify->address.sun_path[0] = '\0';
	} else {
		notify->address_size++;
	}
	return 0;
}

/* Behind what LACP and carrier want, so that signs of life mean that these have
 * their turn. */
static int notify_add_timer(sd_event *loop, sd_event_source **out,
			    sd_event_time_handler_t handler, struct notify *notify)
{
	int err = sd_event_add_time(loop, out, CLOCK_MONOTONIC, UINT64_MAX, NOTIFY_ACCURACY_US,
				    handler, notify);

	if (err < 0) {
		return err;
	}
	sd_event_source_set_enabled(*out, SD_EVENT_OFF);
	return sd_event_source_set_priority(*out, DAEMON_PRIORITY_SIGNAL);
}

int notify_open(sd_event *loop, struct notify **out)
{
	const char *text = getenv("NOTIFY_SOCKET");
	struct notify *notify;
	int err;

	if (!text || !text[0]) {
		return 0;
	}
	notify = calloc(1, sizeof(*notify));
	if (!notify) {
		return -ENOMEM;
	}
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	err = notify->fd < 0 ? -errno : notify_set_address(notify, text);
	if (err == 0) {
		err = notify_add_timer(loop, &notify->retry, notify_on_retry, notify);
	}
	if (err >= 0) {
		err = notify_add_timer(loop, &notify->watchdog, notify_on_watchdog, notify);
	}
	if (err < 0) {
		notify_close(notify);
		return err;
	}
	if (sd_watchdog_enabled(0, &notify->watchdog_us) > 0) {
		notify_again(notify->watchdog, 0);
	} else {
		notify->watchdog_us = 0;
	}
	*out = notify;
	return 0;
}

void notify_close(struct notify *notify)
{
	if (!notify) {
		return;
	}
	sd_event_source_disable_unref(notify->watchdog);
	sd_event_source_disable_unref(notify->retry);
	if (notify->fd >= 0) {
		close(notify->fd);
	}
	free(notify);
}
