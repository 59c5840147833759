/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the observation share: observe.c links, addresses, the whole;
 * observe_routing.c routes and rules. */
#ifndef DAEMON_OBSERVE_INTERNAL_H
#define DAEMON_OBSERVE_INTERNAL_H

#include "daemon/observe.h"
#include "daemon/snapshot.h"

/* One observation. */
struct observation {
	struct daemon *daemon;
	const struct plan_scope *scope;
	bool keep_down;
	json_t *drift; /* may be NULL */
	struct snapshot snapshot;
	const struct model *running, *wanted;
	bool out_of_memory;
};

/* Whether the interface is in the scope. */
bool observe_concerns(const struct plan_scope *scope, const char *name);
/* Adds a sentence to the drift. */
void observe_drift(struct observation *o, const char *interface, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The routes and rules of an interface, default routes too. */
void observe_routing(struct observation *o, struct model_interface *running,
		     const struct model_interface *wanted, uint32_t ifindex);

#endif
