/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchanneld --teardown: removes every bond's data path and restores the
 * members. Through the running daemon where there is one, else by itself.
 */
#ifndef DAEMON_TEARDOWN_H
#define DAEMON_TEARDOWN_H

struct daemon_options;

/* The process's exit code. */
int teardown_run(const struct daemon_options *options);

#endif
