/* SPDX-License-Identifier: MIT */
/* threads.h - what others know of the engine "threads": waits within a pool, and its size. */
#ifndef TU_EXEC_THREADS_H
#define TU_EXEC_THREADS_H

#include <stdbool.h>

struct tu_job_future;
struct tu_lease;

/*
 * The caller's job waits for awaited, of the same pool. true: that has been run, here and now,
 * which happens only if may_run. Otherwise the caller's seat is lent, and *lease is to be taken
 * back when the wait is over; NULL: there was no memory for that.
 */
int tu_threads_help(
	void *pool, struct tu_job_future *awaited, bool may_run, struct tu_lease **lease);
void tu_threads_take_back(struct tu_lease *lease);

/* Cancel what has not begun; and what has, if running. */
void tu_threads_stop(void *pool, bool running);

/* The most threads a pool has. */
int tu_threads_most(const void *pool);

#endif
