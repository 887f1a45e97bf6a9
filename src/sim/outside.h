/* SPDX-License-Identifier: MIT */
/*
 * outside.h - calls that are not ours and wait: they hold everybody up, and nobody would know.
 *
 * A tick of real time looks whether the machine has taken a step since the last one. If it has not,
 * and nothing was computed either, the running thread stands in some call that waits.
 */
#ifndef TU_SIM_OUTSIDE_H
#define TU_SIM_OUTSIDE_H

#include <stddef.h>

/* held(words) is called in a signal handler, on the stack of who waits there; it may not return. */
void tu_outside_begin(void (*held)(const char *words));
void tu_outside_end(void);

#endif
