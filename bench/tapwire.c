/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tapwire: cables between TAP interfaces of two network namespaces, that can be
 * cut and joined on command.
 *
 * A veth pair tells its peer at once when one end goes down. A TAP interface
 * whose carrier is switched off (TUNSETCARRIER) behaves as most network cards
 * do: the kernel's link watch may hold the news back for up to a second. So the
 * failover bench runs on both; see bench/failover.py.
 *
 * The TAPs are made here, one in the left and one in the right namespace for
 * each cable, and vanish when this program ends. What one end sends, the other
 * receives. A cut cable drops what it is given and takes the carrier of both
 * ends away, in this order, as cutting a real one does.
 *
 * Commands on stdin, each answered by one line on stdout once it is done:
 *
 *	cut N     cut N <CLOCK_MONOTONIC in ns, taken just before>
 *	join N    join N <likewise>
 *	stats     stats <frames carried> <dropped by cut cables> <refused by an end>
 *
 * End of stdin ends the program. The first line it writes is "ready".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WIRES_MAX	8
#define FRAME_SIZE_MAX	65536
/* Frames read from one end before the next is looked at. */
#define FRAMES_A_TURN	64
/* Frames the TAP keeps for us while we do something else: at 100,000 packets a
 * second the default of 500 would overflow in 5 ms. */
#define TX_QUEUE_FRAMES 20000

struct wire {
	int fds[2]; /* left, right */
	bool cut;
};

static struct wire wires[WIRES_MAX];
static unsigned int wire_count;
static unsigned long long frames_carried;
static unsigned long long frames_cut;
static unsigned long long frames_refused;

static void die(const char *what)
{
	fprintf(stderr, "tapwire: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void netns_enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) {
		die(path);
	}
	close(fd);
}

/* Makes a TAP in the present namespace. It has carrier from the start, so the
 * cables are joined to begin with. */
static int tap_open(const char *name)
{
	struct ifreq request = {0};
	int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (tap < 0 || control < 0) {
		die("/dev/net/tun");
	}
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (ioctl(tap, TUNSETIFF, &request) < 0) {
		die(name);
	}
	request.ifr_qlen = TX_QUEUE_FRAMES;
	if (ioctl(control, SIOCSIFTXQLEN, &request) < 0) {
		die("SIOCSIFTXQLEN");
	}
	close(control);
	return tap;
}

static void wire_set_carrier(const struct wire *wire, bool on)
{
	for (int end = 0; end < 2; end++) {
		unsigned int value = on;

		if (ioctl(wire->fds[end], TUNSETCARRIER, &value) < 0) {
			die("TUNSETCARRIER");
		}
	}
}

/* Carries up to FRAMES_A_TURN frames from one end to the other. */
static void wire_carry(struct wire *wire, int end)
{
	static char frame[FRAME_SIZE_MAX];

	for (int i = 0; i < FRAMES_A_TURN; i++) {
		ssize_t size = read(wire->fds[end], frame, sizeof(frame));

		if (size <= 0) {
			return;
		}
		if (wire->cut) {
			frames_cut++;
		} else if (write(wire->fds[1 - end], frame, (size_t)size) == size) {
			frames_carried++;
		} else {
			/* The other end is down (EIO), or has no memory. */
			frames_refused++;
		}
	}
}

/* Carries out one line of stdin and answers it. */
static void command_run(const char *line)
{
	struct timespec t;
	unsigned int number;

	clock_gettime(CLOCK_MONOTONIC, &t);
	if (strcmp(line, "stats\n") == 0) {
		printf("stats %llu %llu %llu\n", frames_carried, frames_cut, frames_refused);
	} else if (sscanf(line, "cut %u", &number) == 1 && number < wire_count) {
		wires[number].cut = true;
		wire_set_carrier(&wires[number], false);
		printf("cut %u %lld%09ld\n", number, (long long)t.tv_sec, t.tv_nsec);
	} else if (sscanf(line, "join %u", &number) == 1 && number < wire_count) {
		wires[number].cut = false;
		wire_set_carrier(&wires[number], true);
		printf("join %u %lld%09ld\n", number, (long long)t.tv_sec, t.tv_nsec);
	} else {
		printf("error: unknown command: %s", line);
	}
	fflush(stdout);
}

/* Reads what stdin has and runs every whole line; false at its end. */
static bool commands_read(void)
{
	static char text[256];
	static size_t used;
	ssize_t got = read(STDIN_FILENO, text + used, sizeof(text) - 1 - used);
	char *newline;

	if (got <= 0) {
		return got < 0 && (errno == EAGAIN || errno == EINTR);
	}
	used += (size_t)got;
	text[used] = '\0';
	while ((newline = strchr(text, '\n')) != NULL) {
		char line[sizeof(text)];
		size_t size = (size_t)(newline - text) + 1;

		memcpy(line, text, size);
		line[size] = '\0';
		command_run(line);
		used -= size;
		memmove(text, text + size, used + 1);
	}
	/* A line that doesn't fit is no command of ours. */
	return used < sizeof(text) - 1;
}

static void wires_run(void)
{
	struct pollfd polled[1 + 2 * WIRES_MAX] = {{.fd = STDIN_FILENO, .events = POLLIN}};
	nfds_t count = 1;

	for (unsigned int i = 0; i < wire_count; i++) {
		for (int end = 0; end < 2; end++) {
			polled[count++] =
				(struct pollfd){.fd = wires[i].fds[end], .events = POLLIN};
		}
	}
	for (;;) {
		if (poll(polled, count, -1) < 0 && errno != EINTR) {
			die("poll");
		}
		/* Commands first: a cut must not wait for frames. */
		if (polled[0].revents != 0 && !commands_read()) {
			return;
		}
		for (nfds_t i = 1; i < count; i++) {
			if ((polled[i].revents & POLLIN) != 0) {
				wire_carry(&wires[(i - 1) / 2], (int)((i - 1) % 2));
			}
		}
	}
}

static void usage(FILE *to)
{
	fputs("usage: tapwire LEFT_NETNS RIGHT_NETNS LEFT:RIGHT ...\n"
	      "Makes a TAP named LEFT in the one and RIGHT in the other namespace (paths such\n"
	      "as /run/netns/x) and carries frames between them, up to 8 pairs.\n"
	      "Reads 'cut N', 'join N' and 'stats' from stdin and answers each by a line.\n",
	      to);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (argc < 4 || argc - 3 > WIRES_MAX) {
		usage(stderr);
		return 2;
	}
	wire_count = (unsigned int)argc - 3;
	for (int end = 0; end < 2; end++) {
		netns_enter(argv[1 + end]);
		for (unsigned int i = 0; i < wire_count; i++) {
			char name[2][IFNAMSIZ];

			if (sscanf(argv[3 + i], "%15[^:]:%15s", name[0], name[1]) != 2) {
				usage(stderr);
				return 2;
			}
			wires[i].fds[end] = tap_open(name[end]);
		}
	}
	puts("ready");
	fflush(stdout);
	wires_run();
	return 0;
}
