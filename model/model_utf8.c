/* SPDX-License-Identifier: BSD-2-Clause */
/* Telling UTF-8 from other bytes. Facts: RFC 3629. */
#include "model/model.h"

size_t model_utf8_size(const unsigned char *text)
{
	unsigned char first = text[0];
	size_t size = first < 0x80   ? 1
		      : first < 0xc2 ? 0
		      : first < 0xe0 ? 2
		      : first < 0xf0 ? 3
		      : first < 0xf5 ? 4
				     : 0;

	for (size_t i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	if ((first == 0xe0 && text[1] < 0xa0) || (first == 0xed && text[1] > 0x9f) ||
	    (first == 0xf0 && text[1] < 0x90) || (first == 0xf4 && text[1] > 0x8f)) {
		return 0;
	}
	return size;
}
