/* SPDX-License-Identifier: BSD-2-Clause */
/* Two readings of one file, compared. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_PAIR_H
#define IFCFG_IFCFG_PAIR_H

#include "ifcfg/ifcfg.h"

/* What a reading made of one file. */
struct ifcfg_file_reading {
	/* That it makes, or, of routes and rules, that it adds to; NULL: none. */
	const struct model_interface *interface;
	const struct model_vlan *vlan;	   /* if it makes one */
	const struct model_problem *error; /* the first */
};

/* One reading of all files. */
struct ifcfg_reading {
	enum ifcfg_dialect dialect;
	const struct model *model;
	const struct model_problems *problems;
	struct ifcfg_file_reading *files; /* as many as the model has */
};

/* The two readings of one file; ours is the one that counts. */
struct ifcfg_pair {
	const struct ifcfg_reading *ours;
	const struct ifcfg_reading *theirs;
	uint32_t file;
	size_t count; /* of differences said */
	struct model_problems *problems;
};

/* Where a key stands in the file, in whichever reading has it. */
struct model_source ifcfg_pair_source(const struct ifcfg_pair *pair, const char *key);

/* Says "WHAT: initscripts reads X, nm reads Y", in that order of the dialects whichever
 * counts. NULL: nothing. */
void ifcfg_pair_differs(struct ifcfg_pair *pair, struct model_source source, const char *what,
			const char *ours, const char *theirs);

/* The same values, and yet something else may come of them. */
void ifcfg_pair_meaning_compare(struct ifcfg_pair *pair);
/* Of a file of routes or rules. */
void ifcfg_pair_routes_compare(struct ifcfg_pair *pair);

#endif
