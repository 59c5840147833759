/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/boot.h"

#include <stdio.h>
#include <string.h>

void boot_id_read(char out[BOOT_ID_SIZE])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	out[0] = '\0';
	if (file) {
		if (!fgets(out, BOOT_ID_SIZE, file)) {
			out[0] = '\0';
		}
		fclose(file);
	}
	out[strcspn(out, "\n")] = '\0';
}
