/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IP addresses that the files put on an interface. Those that we put there are
 * remembered, so that one that a file no longer names is taken away again; what
 * others put there is left alone.
 */
#ifndef DAEMON_ADDRESSES_H
#define DAEMON_ADDRESSES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "netlink/netlink.h"

struct address {
	int family;
	uint8_t prefix;
	uint8_t bytes[16];
};

/* The addresses that are ours to remove. */
struct address_set {
	size_t count;
	struct address *list;
};

typedef void addresses_change_callback(const struct address *address, bool added, int err,
				       void *context);

/*
 * Makes the interface have what is wanted: adds what is absent, removes what is
 * ours and not wanted, and remembers. An address that somebody else put and
 * that is wanted becomes ours. The callback hears of each address that was
 * added or removed (err 0) or could not be (err < 0).
 */
void addresses_apply(struct netlink *netlink, uint32_t ifindex, struct address_set *ours,
		     const struct model_interface *wanted, addresses_change_callback *callback,
		     void *context);

void address_set_free(struct address_set *set);

/* "10.0.0.1/24" into a buffer of ADDRESS_TEXT_SIZE. */
#define ADDRESS_TEXT_SIZE 64
void address_text(const struct address *address, char out[ADDRESS_TEXT_SIZE]);

json_t *address_set_to_json(const struct address_set *set);
/* What can't be read is left out. */
void address_set_from_json(struct address_set *set, const json_t *json);

#endif
