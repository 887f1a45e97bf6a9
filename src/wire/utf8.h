/* SPDX-License-Identifier: MIT */
/* utf8.h - UTF-8, strictly: the shortest form, no surrogates, nothing beyond U+10FFFF. */
#ifndef TU_WIRE_UTF8_H
#define TU_WIRE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes from the start on are UTF-8: size, or the place of the first that is not. */
size_t tu_utf8_check(const char *text, size_t size);

/* The code point at *text, which is known to be UTF-8; moves *text behind it. */
uint32_t tu_utf8_next(const char **text);

/* Put one, known not to be a surrogate; how many bytes: at most 4. */
size_t tu_utf8_put(char *out, uint32_t code);

/* As Python's str.isprintable, for what is not ASCII too. */
bool tu_code_printable(uint32_t code);

/* Ranges in order, both ends included: written by tools/gen-value-tables. */
struct tu_code_range {
	uint32_t first, last;
};
extern const struct tu_code_range tu_not_printable[];
extern const size_t tu_not_printable_count;

#endif
