/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes and rules as JSON; doc/api.md says what stands in it. */
#ifndef CONFIG_CONFIG_JSON_ROUTE_H
#define CONFIG_CONFIG_JSON_ROUTE_H

#include <jansson.h>

#include "model/model.h"

/* The interface's, a list each. A new reference; NULL: no memory. */
json_t *config_json_routes(const struct model *model, const struct model_interface *interface);
json_t *config_json_rules(const struct model *model, const struct model_interface *interface);

#endif
