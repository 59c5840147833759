/* SPDX-License-Identifier: BSD-2-Clause */
/* IP addresses of the model in words. */
#ifndef DAEMON_ADDRESSES_H
#define DAEMON_ADDRESSES_H

#include "model/model.h"

/* "10.0.0.1/24" into a buffer of ADDRESS_TEXT_SIZE. */
#define ADDRESS_TEXT_SIZE 64
void address_text(const struct model_address *address, char out[ADDRESS_TEXT_SIZE]);

#endif
