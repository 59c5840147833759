/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VLAN interfaces by command and API: changes that are thought out now and committed
 * together later, or at once. Everybody sees the same staged changes (store/staged.json,
 * which outlives the daemon); one that would replace another's has to name the revision of
 * what it replaces.
 */
#ifndef DAEMON_STAGED_H
#define DAEMON_STAGED_H

#include <jansson.h>

#include "daemon/transaction.h"

struct daemon;
struct peer;

/* Before transactions_open(), which may have something to stage again. */
int staged_open(struct daemon *daemon);
void staged_close(struct daemon *daemon);

/* POST, PATCH and DELETE of /v1/vlans; name NULL: POST. body is the request's. With
 * "stage": true the answer comes before this returns, else when it is applied. */
void staged_vlan_add(struct daemon *daemon, const struct peer *peer, const json_t *body,
		     transaction_callback *callback, void *user);
void staged_vlan_set(struct daemon *daemon, const struct peer *peer, const char *name,
		     const json_t *body, transaction_callback *callback, void *user);
void staged_vlan_delete(struct daemon *daemon, const struct peer *peer, const char *name,
			const json_t *body, transaction_callback *callback, void *user);

/* GET /v1/vlans, /v1/vlans/NAME, /v1/parents, /v1/staged; those on that parent, NULL: all. */
struct transaction_answer staged_vlans_show(struct daemon *daemon, const char *parent);
struct transaction_answer staged_vlan_show(struct daemon *daemon, const char *name);
struct transaction_answer staged_parents_show(struct daemon *daemon);
struct transaction_answer staged_show(struct daemon *daemon);

/* How many changes are staged, and their revision together. */
size_t staged_count(const struct daemon *daemon, char revision[CONFIG_REVISION_SIZE]);

/* Who has staged that an interface of that name be added; NULL: nobody. */
const char *staged_adder(const struct daemon *daemon, const char *name);

/* One name's change, or all (NULL), is dropped. */
struct transaction_answer staged_discard(struct daemon *daemon, const struct peer *peer,
					 const char *name, const json_t *body);
void staged_commit(struct daemon *daemon, const struct peer *peer, const json_t *body,
		   transaction_callback *callback, void *user);
/* Changes that are being committed are staged no more: what was journalled brings them
 * back. */
int staged_forget(struct daemon *daemon, const json_t *changes);
/* Changes that were committed and came to nothing are staged again, but where somebody
 * has staged another for that name since; durable when it returns 0. NULL is none. */
int staged_restore(struct daemon *daemon, const json_t *changes);
/* The texts of the folder with the staged changes in them, for GET /v1/plan?staged=true. */
int staged_texts(struct daemon *daemon, struct config_texts *out);

#endif
