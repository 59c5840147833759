/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes, rules, default routes and DHCP of an interface in the saved state. */
#ifndef DAEMON_WANTED_ROUTE_JSON_H
#define DAEMON_WANTED_ROUTE_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "model/model.h"

/* Adds what there is to the interface's JSON. */
void wanted_routes_to_json(const struct model_interface *interface, json_t *json);
/* False: it is no such thing, or there is no memory. What is missing isn't there. */
bool wanted_routes_from_json(const json_t *json, struct model_interface *interface);

#endif
