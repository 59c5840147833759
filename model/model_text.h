/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes and rules as arguments of `ip route add` and `ip rule add`, all that they say. */
#ifndef MODEL_MODEL_TEXT_H
#define MODEL_MODEL_TEXT_H

#include "model/model.h"

/* To be freed; NULL: no memory. */
char *model_route_text(const struct model_route *route);
char *model_rule_text(const struct model_rule *rule);

#endif
