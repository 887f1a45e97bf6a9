/* SPDX-License-Identifier: MIT */
/* units.c - see units.h. */
#include "observe/units.h"

#include <stdio.h>

static const struct tu_unit units[] = { { "s", 1000000000 }, { "ms", 1000000 },
	{ "\xC2\xB5s", 1000 }, { "ns", 1 } };

const struct tu_unit *tu_unit_of(int64_t ns)
{
	const struct tu_unit *u = units;

	while (u->ns > 1 && ns < u->ns)
		u++;
	return u;
}

const char *tu_unit_text(int64_t ns, char *buf, size_t n)
{
	const struct tu_unit *u = tu_unit_of(ns);
	double value = (double)ns / (double)u->ns;

	snprintf(buf, n, "%.*f %s",
		u->ns == 1 || value >= 100 ? 0
		: value >= 10              ? 1
					   : 2,
		value, u->name);
	return buf;
}

int64_t tu_unit_step(int64_t whole, int most)
{
	int64_t step = 1;

	for (int i = 0; whole / step > most; i++)
		step = i % 3 == 1 ? step / 2 * 5 : step * 2;
	return step;
}
