/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_TIMER_H
#define TUTTI_TIMER_H

#include <tutti/future.h>

/*
 * timer.h - a thread that waits first. It counts as alive from its start, is joined and named like
 * any thread, and is a daemon if its starter is one. tutti_future_cancel before it fires prevents
 * that (0: fn will never run) and ends it; afterwards it asks fn to stop, as with any thread.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     static void *ring(void *arg)
 *     {
 *             printf("ring\n");
 *             return arg;
 *     }
 *     int alarm_in_five(void)
 *     {
 *             tutti_timer *t = tutti_timer_start(TUTTI_SECONDS(5), ring, NULL);
 *             int rc = tutti_future_result(t, NULL, 0);
 *
 *             tutti_future_unref(t);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/*
 * Start a thread that runs fn(arg) after a delay.
 *
 * delay      nanoseconds from now; <= 0: at once
 * fn         its result is the future's
 * arg        for fn; must live until fn is done with it
 * Returns    a reference, never NULL; already failed if the thread could not start, as
 *            tutti_thread_start
 * Context    any thread or task
 * Waits      never
 * Order      happens-before fn
 */
TUTTI_API tutti_timer *tutti_timer_start(tutti_time delay, tutti_fn fn, void *arg);

TUTTI_END

#endif
