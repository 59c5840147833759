/* SPDX-License-Identifier: BSD-2-Clause */
/* What changes from second to second, small and cheap, for a page that shows it. */
#ifndef DAEMON_LIVE_JSON_H
#define DAEMON_LIVE_JSON_H

#include <jansson.h>

struct daemon;

/* As GET /v1/live answers; NULL: no memory. */
json_t *live_json(struct daemon *daemon);
/* Traffic of the VLAN interfaces on the parent of that name, {"vlans": {NAME: {...}}}; NULL:
 * there is no such parent. */
json_t *live_json_vlans(struct daemon *daemon, const char *name);

#endif
