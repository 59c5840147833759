/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Brings the ifcfg files of a folder to the parser of ifcfg/, which does no
 * I/O itself. Daemon and CLI read the configuration by this one function.
 */
#ifndef CONFIG_CONFIG_FOLDER_H
#define CONFIG_CONFIG_FOLDER_H

#include "ifcfg/ifcfg.h"
#include "model/model.h"

#define CONFIG_FOLDER_DEFAULT "/etc/sysconfig/network-scripts"
/* More entries than this in one folder is not a configuration. */
#define CONFIG_FILES_MAX      20000

/*
 * Reads every ifcfg file of the folder, in the order of their names and as the
 * dialect has it, and makes the model of them: *out is to be freed by model_free(). A file that
 * cannot be read (no permission, a directory, a pipe, too large) is a problem like any other,
 * with its name. *out holds all that the files say, faulty things too: call model_drop_faulty()
 * before applying it. A folder without any file is an empty model without problems.
 *
 * Returns 0, or -errno if the folder itself cannot be read (-ENOENT, -ENOTDIR,
 * -EACCES, -E2BIG beyond CONFIG_FILES_MAX) or memory lacks (-ENOMEM); *out and
 * *problems are then untouched.
 */
int config_read_folder(const char *folder, enum ifcfg_dialect dialect, struct model **out,
		       struct model_problems *problems);

/* The same, and with a warning for each difference between the dialects
 * (ifcfg_compare()), also in which files are read at all. */
int config_check_folder(const char *folder, enum ifcfg_dialect dialect, struct model **out,
			struct model_problems *problems);

#endif
