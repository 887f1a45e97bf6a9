/* SPDX-License-Identifier: MIT */
/* units.h - lengths of time, in units of which they are a few. */
#ifndef TU_OBSERVE_UNITS_H
#define TU_OBSERVE_UNITS_H

#include <stddef.h>
#include <stdint.h>

struct tu_unit {
	const char *name; /* UTF-8 */
	int64_t ns;
};

/* That in which a length is a number of few digits. */
const struct tu_unit *tu_unit_of(int64_t ns);

/* "1.25 ms". Returns buf. */
const char *tu_unit_text(int64_t ns, char *buf, size_t n);

/* 1, 2, 5, 10, ... ns: the least step of which at most so many are in the whole. */
int64_t tu_unit_step(int64_t whole, int most);

#endif
