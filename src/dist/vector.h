/* SPDX-License-Identifier: MIT */
/* vector.h - values in a row, as the kinds list and Array have them. Zeroed it is empty. */
#ifndef TU_DIST_VECTOR_H
#define TU_DIST_VECTOR_H

#include "dist/subscript.h"

struct tu_vector {
	tutti_value **cells; /* references of its own */
	size_t n, room;
};

/* Put references of its own to n_in items where n_out others were from at on. 0; -ENOMEM. */
int tu_vector_splice(
	struct tu_vector *v, size_t at, size_t n_out, tutti_value *const *items, size_t n_in);

/*
 * The same of one item, as a call asks for it, and of the items of a list or tuple behind what is
 * there: a MemoryError if there would be too many (bound.h).
 */
int tu_vector_insert(struct tu_call *c, struct tu_vector *v, size_t at, const tutti_value *item);
int tu_vector_extend(struct tu_call *c, struct tu_vector *v, const tutti_value *items);

/* Copies of the items of a slice, their references lent: room for s->n is to is to be there. */
void tu_vector_slice(const struct tu_vector *v, const struct tu_subscript *s, tutti_value **to);

/* The same as a list. */
int tu_vector_slice_list(
	const struct tu_vector *v, const struct tu_subscript *s, tutti_value **list);

/*
 * Put the items of a list or tuple in the place of a slice. what: "sequence", for the ValueError if
 * their number does not fit one with a step; MemoryError as above.
 */
int tu_vector_assign(struct tu_call *c, struct tu_vector *v, const struct tu_subscript *s,
	const tutti_value *items, const char *what);

/* Take the items of a slice out. */
void tu_vector_remove(struct tu_vector *v, const struct tu_subscript *s);

void tu_vector_free(struct tu_vector *v);

#endif
