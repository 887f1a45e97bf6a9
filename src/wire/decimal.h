/* SPDX-License-Identifier: MIT */
/* decimal.h - doubles to and from decimal digits, exactly, whatever the locale. */
#ifndef TU_WIRE_DECIMAL_H
#define TU_WIRE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TU_DOUBLE_ROOM = 32 };

/* As Python's repr: the fewest digits that read back as x, and of those the nearest. The length. */
size_t tu_double_print(char out[TU_DOUBLE_ROOM], double x);

/*
 * The nearest double to a number as JSON writes it, halfway to even; beyond all, infinite. The text
 * is known to be one. False: no memory.
 */
bool tu_double_parse(const char *text, size_t size, double *x);

/* The 128 top bits of the powers of ten, rounded up: written by tools/gen-value-tables. */
enum { TU_POWER_FIRST = -292, TU_POWER_LAST = 324 };
struct tu_power {
	uint64_t high, low;
};
extern const struct tu_power tu_powers_of_ten[TU_POWER_LAST - TU_POWER_FIRST + 1];

#endif
