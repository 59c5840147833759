/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes and rules of all interfaces together. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_ROUTING_H
#define IFCFG_IFCFG_ROUTING_H

#include "ifcfg/ifcfg.h"

/* Takes out of the model what the kernel could not have beside another of its routes or
 * rules, as ifup's order of events decides, and warns of it. */
void ifcfg_routing_settle(struct model *model, struct model_problems *problems);

#endif
