/* SPDX-License-Identifier: BSD-2-Clause */
/* The system's names of routing tables and the like, which route and rule files use. */
#ifndef CONFIG_CONFIG_NAMES_H
#define CONFIG_CONFIG_NAMES_H

#include "ifcfg/ifcfg.h"

/*
 * Reads the names as ip(8) does: of /etc/iproute2, or, where a file isn't there, of
 * /usr/share/iproute2 or /usr/lib/iproute2; and of their folders rt_tables.d and
 * rt_protos.d the files that end in ".conf". root comes before these paths ("": the
 * system's own). What can't be read gives no names. 0, *out to be freed by
 * ifcfg_names_free(), or -ENOMEM, *out untouched.
 */
int config_names_read(const char *root, struct ifcfg_names *out);

#endif
