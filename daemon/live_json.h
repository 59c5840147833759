/* SPDX-License-Identifier: BSD-2-Clause */
/* What changes from second to second, small and cheap, for a page that shows it. */
#ifndef DAEMON_LIVE_JSON_H
#define DAEMON_LIVE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct daemon;

/* A set of VLAN ids. */
struct live_vids {
	uint8_t bits[4096 / 8];
};

/* Reads "7,8,652"; false: it is no such list. */
bool live_vids_read(const char *text, struct live_vids *out);

/* As GET /v1/live answers; NULL: no memory. */
json_t *live_json(struct daemon *daemon);
/* Traffic of the VLAN interfaces on the parent of that name, {"vlans": {NAME: {...}}}; NULL:
 * there is no such parent. only: of these VLANs, NULL: of all. */
json_t *live_json_vlans(struct daemon *daemon, const char *name, const struct live_vids *only);

#endif
