/* SPDX-License-Identifier: BSD-2-Clause */
/* The reading of all files, shared by ifcfg_read.c (interfaces), ifcfg_parent.c (their
 * parents) and ifcfg_companion.c (what further files add to them). Private to ifcfg/. */
#ifndef IFCFG_IFCFG_READER_H
#define IFCFG_IFCFG_READER_H

#include "ifcfg/ifcfg_key.h"

struct ifcfg_file {
	const char *path;
	const struct ifcfg_text *text;
	struct ifcfg_variables variables;
	enum model_file_kind kind;
	const char *suffix;	    /* the file's name behind "ifcfg-" and the like */
	const char *device;	    /* DEVICE, or the suffix; any text at all */
	char name[MODEL_NAME_SIZE]; /* device if it can be a name, else "" */
	const char *master;	    /* of a member, else NULL */
	bool refused;		    /* parsing it failed */
	bool is_numbered;	    /* routes by ADDRESS0 and so on */
	bool is_read_through;	    /* as in struct model_file */
	bool left_out;		    /* as in struct model_file */
};

struct ifcfg_reader {
	enum ifcfg_dialect dialect;
	const struct ifcfg_names *names; /* NULL: none */
	struct model *model;
	struct model_problems *problems;
	size_t count;
	struct ifcfg_file *files;
	size_t master_count;
	const char **masters; /* what members name, sorted */
	/* Of the file "network", once it has been parsed; .variables is NULL before, and if
	 * there is none. */
	struct ifcfg_context network;
};

struct ifcfg_context ifcfg_reader_context(const struct ifcfg_reader *reader,
					  const struct ifcfg_file *file);

/* VLAN interfaces whose parent is no bond by any file get .parent_is_nic, and what the
 * NIC's own file says of it. The model must have all bonds. */
void ifcfg_nic_parents_settle(const struct ifcfg_reader *reader);

/* Gives the model's bonds and VLAN interfaces, all of which it must have, what alias,
 * route and rule files say of them. */
void ifcfg_companions_read(struct ifcfg_reader *reader);

#endif
