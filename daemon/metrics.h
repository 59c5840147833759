/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What GET /metrics answers: the daemon, its bonds and their members as numbers, in
 * Prometheus' text format (doc/api.md, "Metrics").
 *
 *   metrics.c         what there is, asked for once; the daemon's own numbers
 *   metrics_bond.c    of bonds             metrics_member.c  of their members
 *   metrics_lacp.c    of LACP              metrics_vlan.c    of VLAN interfaces
 *   metrics_text.c    the format
 *
 * Names are by https://prometheus.io/docs/practices/naming/; where node_exporter has a name
 * for the same of the kernel's bonds, it is that one, with the same words of help: a
 * node_exporter that reads both refuses a family which is described in two ways.
 */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

#include <stdbool.h>
#include <stddef.h>

struct daemon;

/* The text and its size, to be freed by the caller; NULL: no memory. vlans: with the
 * traffic of each VLAN interface, of which there may be thousands. LACP has its turns in
 * between. Of a plan's steps it knows what it was a minute ago at most. */
char *metrics_make(struct daemon *daemon, bool vlans, size_t *size);

#endif
