/* SPDX-License-Identifier: MIT */
/* iterator.h - the kind Iterator, which only other kinds make: a method's c->proxy. */
#ifndef TU_DIST_ITERATOR_H
#define TU_DIST_ITERATOR_H

#include "dist/object.h"

extern const struct tu_kind tu_kind_iterator;

/* Over the items of a list. 0; -ENOMEM. */
int tu_iterator_make(struct tu_object **o, tutti_value *items);

#endif
