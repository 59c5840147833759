/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a VLAN interface that somebody asks for fits what there is: the files (with
 * what is staged in them) and the kernel's interfaces.
 */
#ifndef DAEMON_VLAN_CHECK_H
#define DAEMON_VLAN_CHECK_H

#include <stdbool.h>

#include "model/model.h"

struct daemon;

#define VLAN_CHECK_MESSAGE_SIZE 512

struct vlan_check_error {
	unsigned int status;
	const char *code;
	const char *field; /* NULL: none */
	char message[VLAN_CHECK_MESSAGE_SIZE];
};

/*
 * Whether vlan can be beside everything else in the model (where it may stand itself,
 * under its name) and on this machine. Calls are "name_in_use", "vlan_in_use",
 * "address_in_use", "no_such_parent", "bad_vlan".
 */
bool vlan_check(struct daemon *daemon, const struct model *model, const struct model_vlan *vlan,
		struct vlan_check_error *error);
/* A new one's name is not taken by anything. */
bool vlan_check_name(struct daemon *daemon, const struct model *model, const char *name,
		     struct vlan_check_error *error);

#endif
