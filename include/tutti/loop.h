/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_LOOP_H
#define TUTTI_LOOP_H

#include <tutti/future.h>
#include <tutti/time.h>

/*
 * loop.h - what runs the tasks of a thread. Every thread has one, made on first use; it runs
 * whenever its thread waits in tutti, and ends with it. Programs need it only to start a task on
 * the loop of another thread (task.h, options.loop).
 *
 * Example:
 *
 *     tutti_loop *mine(void)
 *     {
 *             return tutti_loop_current();
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_loop tutti_loop;

/*
 * Get the loop of the calling thread.
 *
 * Returns    borrowed until the thread ends; NULL: no memory to make it
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_loop *tutti_loop_current(void);

/*
 * Have fn called once in the loop, at a deadline. Far cheaper than a thread's timer (timer.h). If
 * the loop's thread or its tutti_run ends before, it is cancelled.
 *
 * l          the loop; NULL: the caller's
 * deadline   absolute; in the past: at the loop's next turn. Equal ones fire in the order of calls.
 * fn         called as a task is: it may wait
 * arg        for fn; must live until fn is done with it
 * Returns    a reference, never NULL: done when fn has returned; tutti_future_cancel prevents it,
 *            and so does the end of the loop's thread. Already failed with -ENOMEM without memory,
 *            -EINVAL without fn, TUTTI_ESHUTDOWN if that thread has ended
 * Context    any thread or task
 * Waits      never
 * Order      happens-before fn
 */
TUTTI_API tutti_timer *tutti_loop_call_at(
	tutti_loop *l, tutti_time deadline, void (*fn)(void *arg), void *arg);

TUTTI_END

#endif
