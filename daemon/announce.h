/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first words of a daemon that starts where another ran: on each link the
 * LACPDU that the partner heard last. Loading the programs and taking over many
 * bonds takes seconds, and at the fast rate a partner waits for no more than three.
 */
#ifndef DAEMON_ANNOUNCE_H
#define DAEMON_ANNOUNCE_H

struct daemon;

/* Speaks for those of daemon->states that aren't running bonds yet, at most once a
 * second, however often it's called. */
void announce_states(struct daemon *daemon);

#endif
