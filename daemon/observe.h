/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What runs, as a model: what was applied last, less what the kernel doesn't have any
 * more (somebody removed an address, set an interface down, changed its MTU), with what
 * the files ask for and the kernel has already. Of other things that somebody put on an
 * interface of ours nothing is in the model, so that no plan takes them away.
 */
#ifndef DAEMON_OBSERVE_H
#define DAEMON_OBSERVE_H

#include <jansson.h>

#include "model/plan.h"

struct daemon;

/* What was applied, as it was: not asking the kernel. NULL: no memory. */
struct model *observe_applied(const struct daemon *daemon);

/*
 * wanted is the model of the files. With scope the kernel is asked for these interfaces
 * alone, and the others are in the model as they were applied. Sentences on what somebody
 * changed by hand are added to drift, a list of {"interface", "text"}, if that isn't
 * NULL. keep_down: what somebody has set down counts as up, and so stays down (when the
 * daemon merely starts). *out is to be freed by model_free(). 0 or -errno.
 */
int observe(struct daemon *daemon, const struct model *wanted, const struct plan_scope *scope,
	    bool keep_down, json_t *drift, struct model **out);

/* What was applied before an observation was adopted. */
struct observe_former;

/* Has the observed model be what was applied, so that what somebody took away is ours no
 * more, and what the files ask for and somebody else had put there is. scope as it was
 * observed with. False: no memory, for some of it. *former, if that isn't NULL, is for
 * observe_disown(); it may be NULL. */
bool observe_adopt(struct daemon *daemon, const struct model *observed,
		   const struct plan_scope *scope, struct observe_former **former);
/* The files were not to be had after all: what somebody else had put there, which the adopted
 * model has, is theirs again, so that no plan takes it away. Takes former, which may be
 * NULL. */
void observe_disown(struct daemon *daemon, const struct model *adopted,
		    struct observe_former *former);
void observe_former_free(struct observe_former *former); /* NULL is fine */

/* For a way back in another process. What somebody else had put and the observation made
 * ours, as a list, a new reference; NULL: there is none of it, or no memory. */
json_t *observe_adopted_json(struct daemon *daemon, const struct observe_former *former);
/* It is theirs again. Whatever isn't of that kind is no matter. */
void observe_disown_json(struct daemon *daemon, const json_t *adopted);

/* What was applied, as JSON, a new reference, and the model of that again, to be freed; NULL:
 * no memory, or it is no such thing. */
json_t *observe_applied_json(const struct daemon *daemon);
struct model *observe_applied_from_json(const json_t *json);

#endif
