/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan's steps (model/plan.h) done to what runs. Beside each stands what is known to be
 * configured (struct wanted), to which the step is done as well, so that half an
 * application is known as what it is.
 *
 *   execute.c            one after another; undoing; what came of each
 *   execute_bond.c       bonds and their members
 *   execute_vlan.c       VLAN interfaces, NICs under them
 *   execute_interface.c  what is on an interface: addresses, routes, rules, DHCP
 *   execute_keep.c       what others have put there, kept for the way back
 */
#ifndef DAEMON_EXECUTE_H
#define DAEMON_EXECUTE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "daemon/problems.h"
#include "model/plan.h"

struct daemon;

#define EXECUTE_ERROR_SIZE 512

enum execute_outcome {
	EXECUTE_SKIPPED = 0, /* not come to, or what it is on isn't there */
	EXECUTE_DONE,
	EXECUTE_FAILED,
	EXECUTE_UNDONE,
};

struct execution {
	struct daemon *daemon;
	const struct plan *plan;
	const struct model *model; /* whose files the steps' sources name */
	/* The first step that fails has those before it undone. Otherwise it is a problem,
	 * and the others go on. */
	bool strict;
	/* The change that may be taken back later, whose number it is; what the steps take
	 * along is written down for that (daemon/taken_along.h). 0: none. */
	unsigned int number;
	json_t *former;	 /* what is noted beside that (its .former), borrowed; or NULL */
	json_t *changes; /* sentences are added to it */
	struct problems *problems; /* and what failed to this */
	/* What came of it. */
	enum execute_outcome *outcomes; /* one a step; freed by execution_free() */
	bool lost;   /* something that isn't a step's whole went with them and isn't back */
	size_t done; /* steps that are done and were not undone */
	char error[EXECUTE_ERROR_SIZE]; /* why not all is done; "": all is */
	char stuck[EXECUTE_ERROR_SIZE]; /* strict: why not all could be undone; "": all was */
};

/* Does it. False: strict, and a step failed, or there was no memory. */
bool execute(struct execution *execution);
void execution_free(struct execution *execution);

/* "done", "failed", "undone", "skipped". */
const char *execute_outcome_name(enum execute_outcome outcome);

#endif
