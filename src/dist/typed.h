/* SPDX-License-Identifier: MIT */
/* typed.h - what an array.array has: numbers of the type that a letter stands for. */
#ifndef TU_DIST_TYPED_H
#define TU_DIST_TYPED_H

#include "dist/object.h"

/* Whether array.array knows the letter; not u, which is text. */
bool tu_typed_knows(char typecode);

/* The number as an item of such an array: *out is the caller's. Else what array.array raises. */
int tu_typed_item(struct tu_call *c, char typecode, const tutti_value *v, tutti_value **out);

/* Of the bytes of items as they lie in memory. -EINVAL: the last is cut off; -E2BIG: too many. */
int tu_typed_bytes(char typecode, tutti_bytes bytes, tutti_value **list);

/* What is in a pickled array.array; TUTTI_ETYPE: it is none; -E2BIG: too much. */
int tu_typed_open(const tutti_value *v, char *typecode, tutti_value **list);

/* An array.array of n items. */
int tu_typed_make(tutti_value **out, char typecode, tutti_value *const *items, size_t n);

#endif
