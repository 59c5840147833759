/* SPDX-License-Identifier: BSD-2-Clause */
/* Which boot of the machine this is: what is noted of the kernel's state holds for one. */
#ifndef DAEMON_BOOT_H
#define DAEMON_BOOT_H

#define BOOT_ID_SIZE 64

/* "": it can't be told. */
void boot_id_read(char out[BOOT_ID_SIZE]);

#endif
