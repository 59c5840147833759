/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/changes.h"

#include <stdarg.h>
#include <stdio.h>

#include "daemon/json_util.h"

void changes_add(struct changes *changes, const char *format, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	json_array_append_new(changes->list, json_text(text));
}
