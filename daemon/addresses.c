/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/addresses.h"

#include <arpa/inet.h>
#include <stdio.h>

void address_text(const struct model_address *address, char out[ADDRESS_TEXT_SIZE])
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(address->family, address->bytes, text, sizeof(text));
	snprintf(out, ADDRESS_TEXT_SIZE, "%s/%u", text, address->prefix);
}
