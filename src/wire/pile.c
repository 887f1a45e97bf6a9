/* SPDX-License-Identifier: MIT */
/* pile.c - see pile.h. */
#include "wire/pile.h"

#include "core/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <tutti/error.h>

bool tu_pile_grow(struct tu_pile *p)
{
	size_t room = p->room > 0 ? p->room * 2 : 64;
	tutti_value **cells = room <= SIZE_MAX / sizeof(*cells)
				      ? tu_resize(p->cells, room * sizeof(*cells))
				      : NULL;

	if (!cells)
		return false;
	p->cells = cells;
	p->room = room;
	return true;
}

int tu_pile_gather(struct tu_pile *p, int kind, size_t from)
{
	size_t n = p->n - from;
	tutti_value *v;
	tutti_value **cells = n > 0 ? p->cells + from : NULL; /* there may be none at all yet */
	int rc = tu_value_gather(&v, kind, cells, kind == TUTTI_VALUE_DICT ? n / 2 : n);

	if (rc < 0)
		return rc;
	p->n = from;
	return tu_pile_put(p, v);
}

int tu_pile_end(struct tu_pile *p, tutti_value **out, int rc)
{
	if (rc == 0)
		*out = p->cells[--p->n];
	while (p->n > 0)
		tu_value_drop(p->cells[--p->n]);
	tu_free(p->cells);
	return rc;
}

int tu_fault(tutti_value_fault *fault, int code, size_t at, const char *format, ...)
{
	va_list args;
	int n;

	if (!fault)
		return code;
	fault->at = at;
	n = snprintf(fault->text, sizeof(fault->text), "at byte %zu: ", at);
	va_start(args, format);
	vsnprintf(fault->text + n, sizeof(fault->text) - (size_t)n, format, args);
	va_end(args);
	return code;
}
