/* SPDX-License-Identifier: MIT */
/* kinds.h - the kinds of objects, each in a file of its own; object.h says what they are. */
#ifndef TU_DIST_KINDS_H
#define TU_DIST_KINDS_H

#include "dist/object.h"

extern const struct tu_kind tu_kind_queue;

/* The name of the i-th that create can make; NULL: there are no more. */
const char *tu_kind_name(size_t i);

#endif
