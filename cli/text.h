/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text for people: what is safe to print, numbers with units, and what someone
 * may have meant by a word we don't know. No I/O.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a number with its unit takes, the NUL included. */
#define TEXT_NUMBER_SIZE 32

/*
 * A copy of text that is safe on a terminal: control characters, invalid UTF-8
 * and the invisible characters that turn text around become \xNN, as does all
 * that is not ASCII when utf8 is false. Freed by the caller; NULL: no memory.
 */
char *text_escape(const char *text, bool utf8);

/* Columns that an escaped text takes on a terminal. */
size_t text_width(const char *text);

/* "0 B", "999 B", "1.46 KiB", "12.4 MiB", "312 GiB" in out; returns out. */
const char *text_bytes(uint64_t bytes, char out[TEXT_NUMBER_SIZE]);

/* "100 Mb/s", "2.5 Gb/s", "40 Gb/s" in out; returns out. */
const char *text_speed(uint64_t speed_mbps, char out[TEXT_NUMBER_SIZE]);

/* part of whole: "0%", "33.3%", "50%"; "0%" of nothing. Returns out. */
const char *text_share(uint64_t part, uint64_t whole, char out[TEXT_NUMBER_SIZE]);

/* Parses a decimal number of digits only from 0 to max. */
bool text_number(const char *text, uint64_t max, uint64_t *out);

/* The one of count words that is nearest to word, NULL if none is near. A word
 * that begins with the whole of word counts as near. */
const char *text_nearest(const char *word, const char *const *words, size_t count);

#endif
