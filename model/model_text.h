/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes and rules as arguments of `ip route add` and `ip rule add`, all that they say. */
#ifndef MODEL_MODEL_TEXT_H
#define MODEL_MODEL_TEXT_H

#include "model/model.h"

/* What of a route the kernel keeps as its metrics. */
struct model_route_attribute {
	const char *name;  /* as ip(8) has it: "rto_min" */
	const char *field; /* struct model_route's: "rto_min_ms" */
	unsigned int type; /* RTAX_ */
	uint32_t value;	   /* 0: not said */
	bool locked;	   /* the kernel may not change it */
};

#define MODEL_ROUTE_ATTRIBUTES 8

void model_route_attributes(const struct model_route *route,
			    struct model_route_attribute out[MODEL_ROUTE_ATTRIBUTES]);

/* To be freed; NULL: no memory. */
char *model_route_text(const struct model_route *route);
char *model_rule_text(const struct model_rule *rule);

#endif
