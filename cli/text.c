/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text for people; see text.h. UTF-8 as in RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF.
 */
#include "cli/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Decodes the character at text; returns its bytes, 0 if it is not valid. */
static size_t utf8_decode(const unsigned char *text, uint32_t *out)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = text[0];
	uint32_t character;
	size_t size;

	if (first < 0x80) {
		*out = first;
		return 1;
	}
	if (first >= 0xc0 && first < 0xe0) {
		size = 2;
		character = first & 0x1fu;
	} else if (first >= 0xe0 && first < 0xf0) {
		size = 3;
		character = first & 0x0fu;
	} else if (first >= 0xf0 && first < 0xf8) {
		size = 4;
		character = first & 0x07u;
	} else {
		return 0;
	}
	for (size_t i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80) {
			return 0; /* also at the NUL */
		}
		character = character << 6 | (text[i] & 0x3fu);
	}
	if (character < smallest[size] || character > 0x10ffff ||
	    (character >= 0xd800 && character <= 0xdfff)) {
		return 0;
	}
	*out = character;
	return size;
}

/* Characters that do something else than show themselves: controls, and the
 * invisible ones that change direction or join. */
static bool character_is_safe(uint32_t character)
{
	return character >= 0x20 && (character < 0x7f || character > 0x9f) &&
	       character != 0xad && character != 0x61c &&
	       (character < 0x200b || character > 0x200f) &&
	       (character < 0x2028 || character > 0x202e) &&
	       (character < 0x2060 || character > 0x206f) && character != 0xfeff &&
	       (character < 0xe0000 || character > 0xe0fff);
}

char *text_escape(const char *text, bool utf8)
{
	char *out = malloc(strlen(text) * 4 + 1);
	char *end = out;

	if (!out) {
		return NULL;
	}
	while (*text) {
		uint32_t character = 0;
		size_t size = utf8_decode((const unsigned char *)text, &character);
		bool safe = size > 0 && character_is_safe(character) && (utf8 || size == 1);

		if (safe) {
			memcpy(end, text, size);
			end += size;
			text += size;
			continue;
		}
		for (size_t i = 0; i < (size ? size : 1); i++) {
			end += sprintf(end, "\\x%02x", (unsigned)(unsigned char)*text++);
		}
	}
	*end = '\0';
	return out;
}

size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++) {
		width += ((unsigned char)*text & 0xc0) != 0x80;
	}
	return width;
}

const char *text_bytes(uint64_t bytes, char out[TEXT_NUMBER_SIZE])
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(out, TEXT_NUMBER_SIZE, "%" PRIu64 " B", bytes);
		return out;
	}
	double value = (double)bytes / 1024;
	/* 1023.5 would be printed as 1024, one unit too small. */
	while (value >= 1023.5 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1024;
		unit++;
	}
	int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
	snprintf(out, TEXT_NUMBER_SIZE, "%.*f %s", digits, value, units[unit]);
	return out;
}

const char *text_speed(uint64_t speed_mbps, char out[TEXT_NUMBER_SIZE])
{
	if (speed_mbps < 1000) {
		snprintf(out, TEXT_NUMBER_SIZE, "%" PRIu64 " Mb/s", speed_mbps);
	} else {
		snprintf(out, TEXT_NUMBER_SIZE, "%.4g Gb/s", (double)speed_mbps / 1000);
	}
	return out;
}

const char *text_share(uint64_t part, uint64_t whole, char out[TEXT_NUMBER_SIZE])
{
	double percent = whole ? 100.0 * (double)part / (double)whole : 0;

	snprintf(out, TEXT_NUMBER_SIZE, "%.3g%%", percent);
	return out;
}

bool text_number(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (!*text) {
		return false;
	}
	for (; *text; text++) {
		if (*text < '0' || *text > '9') {
			return false;
		}
		uint64_t digit = (uint64_t)(*text - '0');
		if (value > (max - digit) / 10 || digit > max) {
			return false;
		}
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

#define WORD_MAX 32

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be changed, added, left out or swapped with their
 * neighbour to make a into b (optimal string alignment). */
static size_t word_distance(const char *a, const char *b)
{
	size_t rows[WORD_MAX + 1][WORD_MAX + 1];
	size_t a_size = strlen(a);
	size_t b_size = strlen(b);

	if (a_size > WORD_MAX || b_size > WORD_MAX) {
		return SIZE_MAX;
	}
	for (size_t i = 0; i <= a_size; i++) {
		for (size_t j = 0; j <= b_size; j++) {
			if (i == 0 || j == 0) {
				rows[i][j] = i + j;
				continue;
			}
			size_t changed = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			size_t one_more = smaller(rows[i - 1][j], rows[i][j - 1]) + 1;
			rows[i][j] = smaller(changed, one_more);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
				rows[i][j] = smaller(rows[i][j], rows[i - 2][j - 2] + 1);
			}
		}
	}
	return rows[a_size][b_size];
}

const char *text_nearest(const char *word, const char *const *words, size_t count)
{
	const char *nearest = NULL;
	size_t size = strlen(word);
	/* Half the word wrong is another word. */
	size_t best = smaller(size / 2, 2) + 1;

	for (size_t i = 0; i < count; i++) {
		size_t distance = word_distance(word, words[i]);

		if (size > 0 && strncmp(word, words[i], size) == 0) {
			distance = 0;
		}
		if (distance < best) {
			best = distance;
			nearest = words[i];
		}
	}
	return nearest;
}
