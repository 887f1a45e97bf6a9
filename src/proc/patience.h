/* SPDX-License-Identifier: MIT */
/*
 * patience.h - how long to look at memory that another process is about to change, before sleeping.
 *
 * To be woken costs tens of microseconds on another CPU, so it pays to look for about as long, if
 * the other one runs and is quick. Whether it does shows by trying: who waited in vain looks only
 * for a moment for a while, longer each time; who was lucky goes on to look. Where the other one
 * was on our own CPU last, it cannot go on while we look.
 */
#ifndef TU_PROC_PATIENCE_H
#define TU_PROC_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

/* Of one process and what it waits for; zeroed at first. All atomic, and guesses. */
struct tu_patience {
	uint32_t rest;     /* so many waits without a long look */
	uint32_t failures; /* long looks in vain, in a row */
	uint32_t streak;   /* how often nothing had to be waited for since */
};

/* One that had not to wait. */
void tu_patience_keep(struct tu_patience *p);

/*
 * Look while blocked(arg) says so, for as long as it is worth while. there: the CPU that the other
 * side was on last, -1: not known. Before a sleep; afterwards tell when that began.
 */
void tu_patience_look(
	struct tu_patience *p, int there, bool (*blocked)(const void *arg), const void *arg);
void tu_patience_slept(struct tu_patience *p, int64_t begin);

#endif
