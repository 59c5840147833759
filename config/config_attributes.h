/* SPDX-License-Identifier: BSD-2-Clause */
/* A file's extended attributes, for the file that takes its place. Private to config/. */
#ifndef CONFIG_CONFIG_ATTRIBUTES_H
#define CONFIG_CONFIG_ATTRIBUTES_H

/*
 * Gives the file behind fd the extended attributes (SELinux label, access lists, the
 * user's own) of name in the folder, and takes away those that it has got from the folder
 * and name doesn't have. Signatures of the content (IMA, EVM) are the kernel's to make
 * anew. 0 or -errno; a file system without attributes is fine.
 */
int config_attributes_copy(int folder_fd, const char *name, int fd);

#endif
