/* SPDX-License-Identifier: MIT */
/* big.h - ints of any size: limbs to and from decimal digits, int64_t and double. */
#ifndef TU_WIRE_BIG_H
#define TU_WIRE_BIG_H

#include "wire/value.h"

enum { TU_LIMB_BYTES = 8, TU_LIMB_BITS = 64, TU_DOUBLE_LIMBS = 1024 / TU_LIMB_BITS };

/* A whole number that is a double; at least one limb, the last one not 0 unless it is the only. */
struct tu_whole {
	bool negative;
	size_t n;
	uint64_t limbs[TU_DOUBLE_LIMBS];
};

/* 0; -ERANGE: more than 64 bits. */
int tu_big_int64(const struct tu_big *big, int64_t *out);

/* The nearest, halfway to even; infinite if there is none. */
double tu_big_double(const struct tu_big *big);

/* Of n digits that are digits; errors as tutti_value_digits. */
int tu_big_parse(tutti_value **out, bool negative, const char *digits, size_t n);

/*
 * The decimal digits and the sign, in memory of tu_alloc's. Returns how many; -ENOMEM; -E2BIG: more
 * digits than TUTTI_VALUE_DIGITS_MAX.
 */
long tu_big_print(char **out, const struct tu_big *big);

bool tu_whole_of_double(struct tu_whole *w, double x);

/* Is v that int? */
bool tu_whole_is(const struct tu_whole *w, const tutti_value *v);

#endif
