/* SPDX-License-Identifier: MIT */
/* pile.h - what readers share: items that wait for what they are in to end, and faults. */
#ifndef TU_WIRE_PILE_H
#define TU_WIRE_PILE_H

#include "wire/value.h"

#include <errno.h>
#include <tutti/value_codec.h>

struct tu_pile {
	tutti_value **cells;
	size_t n, room;
};

bool tu_pile_grow(struct tu_pile *p);

/* Takes v's reference over. 0; -ENOMEM, also of a v that is NULL: no memory. */
static inline int tu_pile_put(struct tu_pile *p, tutti_value *v)
{
	if (v && (p->n < p->room || tu_pile_grow(p))) {
		p->cells[p->n++] = v;
		return 0;
	}
	tu_value_drop(v);
	return -ENOMEM;
}

/* Make all from place on one value, which takes their place. Errors as tu_value_gather. */
int tu_pile_gather(struct tu_pile *p, int kind, size_t from);

/* Hand the only one out if rc is 0; else drop them all. Returns rc. */
int tu_pile_end(struct tu_pile *p, tutti_value **out, int rc);

/* Fill fault in, which may be NULL; returns code. */
int tu_fault(tutti_value_fault *fault, int code, size_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5), cold));

#endif
