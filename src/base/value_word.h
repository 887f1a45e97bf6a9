/* SPDX-License-Identifier: MIT */
/*
 * value_word.h - what a tutti_value * is, as far as those must know who keep values without ever
 * looking into them: jobs do, and stand below the room that makes values.
 *
 * The two low bits of the word say what it is; a struct tutti_value does not exist.
 *
 *     00   address of a struct tu_counted; NULL is no value
 *     01   an int, in the 62 bits above
 *     10   a float, in the 62 bits above
 *     11   TU_VALUE_NONE, TU_VALUE_FALSE, TU_VALUE_TRUE
 */
#ifndef TU_BASE_VALUE_WORD_H
#define TU_BASE_VALUE_WORD_H

#include "base/atomic.h"

#include <stddef.h>
#include <stdint.h>
#include <tutti/value.h>

_Static_assert(sizeof(void *) == 8, "ints and floats are kept in pointers");

struct tu_counted;

struct tu_counted_type {
	void (*free)(struct tu_counted *c); /* nobody has a reference any more */
	void (*describe)(const tutti_value *v, char *buf, size_t n);
};

/* The first member of whatever is counted. */
struct tu_counted {
	const struct tu_counted_type *type;
	uint32_t refs;       /* written by whoever takes or gives back a reference */
	uint8_t kind, flags; /* the maker's */
	uint16_t height;     /* the maker's */
};

enum { TU_VALUE_NONE = 3, TU_VALUE_FALSE = 7, TU_VALUE_TRUE = 11 };

static inline struct tu_counted *tu_value_counted(const tutti_value *v)
{
	return ((uintptr_t)v & 3) == 0 ? (struct tu_counted *)(uintptr_t)v : NULL; /* NULL: none */
}

static inline tutti_value *tu_value_keep(tutti_value *v)
{
	struct tu_counted *c = tu_value_counted(v);

	if (c) /* relaxed: whoever takes a reference has one, so nothing can be freed meanwhile */
		tu_add_rlx(&c->refs, 1u);
	return v;
}

static inline void tu_value_drop(tutti_value *v)
{
	struct tu_counted *c = tu_value_counted(v);
	bool last;

	if (!c)
		return;
	/* [value-1] acquire: the last one sees that all others have read their last. It may go
	   without the locked operation: nobody is left who could take another */
	last = tu_load_acq(&c->refs) == 1;
	/* [value-1] release: all was read before; acquire for whoever turns out to be the last */
	if (last || tu_sub_acqrel(&c->refs, 1u) == 1)
		c->type->free(c);
}

#endif
