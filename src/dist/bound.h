/* SPDX-License-Identifier: MIT */
/*
 * bound.h - how much an object or an answer may be that one short call makes large, such as
 * list * n: asked before it is made.
 */
#ifndef TU_DIST_BOUND_H
#define TU_DIST_BOUND_H

#include "dist/object.h"

enum {
	TU_ITEMS_MAX = 4000000, /* what a reader of pickles takes, too */
	TU_WEIGHT_MAX = 256 << 20
};

/* What it takes of memory, roughly; from a client what has items is opaque. */
size_t tu_weigh(const tutti_value *v);

/* Whether there may be so many items. 0; -ENOMEM, a MemoryError with words. */
int tu_bound_items(struct tu_call *c, uint64_t items);

/* The same of what weighs so much, so many times. */
int tu_bound_times(struct tu_call *c, uint64_t items, uint64_t weight, uint64_t times);

#endif
