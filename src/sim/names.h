/* SPDX-License-Identifier: MIT */
/* names.h - what a report calls an object: the same in each process, wherever memory lies. */
#ifndef TU_SIM_NAMES_H
#define TU_SIM_NAMES_H

#include "core/probe.h"

#include <stddef.h>

/* A new run: no object has a number. */
void tu_names_begin(void);

/*
 * "lock 'red'" of a variable of the program, else "lock 2": in the order of being spoken of, locks
 * for themselves. "" if op has no object. Returns buf.
 */
const char *tu_object_name(enum tu_op op, const void *object, char *buf, size_t n);

#endif
