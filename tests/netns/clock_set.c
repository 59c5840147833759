/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loaded before the libraries of a program (LD_PRELOAD), has it see another time of day: the
 * machine's and the seconds that the file named by PORTCHANNEL_TEST_CLOCK says. Whoever writes
 * the file anew sets the program's clock, and nobody else's. The clocks that nobody can set
 * are left alone. Facts: clock_gettime(2), ld.so(8).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t clock_ahead(void)
{
	const char *path = getenv("PORTCHANNEL_TEST_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[24] = "";
	ssize_t size;

	if (fd < 0) {
		return 0;
	}
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	return size > 0 ? (time_t)strtoll(text, NULL, 10) : 0;
}

/* The C library's own names for these parameters are reserved.
 * NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t clock, struct timespec *out)
{
	int result = (int)syscall(SYS_clock_gettime, clock, out);

	if (result == 0 && clock == CLOCK_REALTIME) {
		out->tv_sec += clock_ahead();
	}
	return result;
}

time_t time(time_t *out)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (out) {
		*out = now.tv_sec;
	}
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now = {0};
	int result = clock_gettime(CLOCK_REALTIME, &now);

	(void)zone;
	*out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
	return result;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
