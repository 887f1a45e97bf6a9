/* SPDX-License-Identifier: MIT */
/* order.h - Python's < of values, and sorting by it. */
#ifndef TU_DIST_ORDER_H
#define TU_DIST_ORDER_H

#include "dist/object.h"

/* Of an int of any size. */
bool tu_int_is_negative(const tutti_value *v);

/* a < b: 1 or 0; TUTTI_ETYPE: they have no order, which c says; -ENOMEM. */
int tu_less(struct tu_call *c, const tutti_value *a, const tutti_value *b);

/*
 * Sort items, as list.sort does: what is equal keeps its order. An error of tu_less: nothing has
 * changed.
 */
int tu_sort(struct tu_call *c, tutti_value **items, size_t n, bool reverse);

#endif
