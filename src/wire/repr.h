/* SPDX-License-Identifier: MIT */
/* repr.h - the text of a value where little room is. */
#ifndef TU_WIRE_REPR_H
#define TU_WIRE_REPR_H

#include "wire/out.h"

#include <tutti/value.h>

/* The beginning of its repr, whole characters, with "..." if that is not all. */
void tu_value_describe(const tutti_value *v, char *buf, size_t n);

/* An int's digits; 0 or as tu_big_print. */
int tu_out_int(struct tu_out *o, const tutti_value *v);

#endif
