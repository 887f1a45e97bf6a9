/* SPDX-License-Identifier: MIT */
/* subscript.h - what stands in [ ] behind a list or an array: an index, or a slice. */
#ifndef TU_DIST_SUBSCRIPT_H
#define TU_DIST_SUBSCRIPT_H

#include "dist/object.h"

struct tu_subscript {
	bool is_slice;
	int64_t index;       /* negative: of the end; as given */
	int64_t start, step; /* of a slice: where its first is, and how far on the next */
	size_t n;            /* of a slice: how many it has */
};

/*
 * Read one, for a sequence of so many items. type_text: what the TypeError
 * of what is neither says; if a space is its last, the type follows.
 */
int tu_subscript_read(struct tu_call *c, const tutti_value *v, size_t size, const char *type_text,
	struct tu_subscript *p);

/* Where an index lies; -1: nowhere. */
int64_t tu_subscript_place(int64_t index, size_t size);

/* An argument that is an int; beyond 64 bits an OverflowError, or with clamp the nearest. */
int tu_int_given(struct tu_call *c, const tutti_value *v, bool clamp, int64_t *n);

/* Arguments by place alone, n_min to n_max of them; out[i] is NULL for what is not given. */
int tu_call_places(struct tu_call *c, size_t n_min, size_t n_max, const tutti_value **out);

#endif
