/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_TIME_H
#define TUTTI_TIME_H

#include <tutti/api.h>

/*
 * time.h - one clock: 64-bit nanoseconds, monotonic, read in one place.
 *
 * A deadline is an absolute instant of that clock; a duration is a difference of two. Every call
 * x() that waits has a form x_until(..., deadline), with the deadline last. A deadline in the past
 * means "try once"; TUTTI_FOREVER never comes. What can finish at once finishes, even past its
 * deadline. Instead of recomputing what is left, hand the deadline on.
 *
 * Example:
 *
 *     int three_steps(void)
 *     {
 *             tutti_time deadline = tutti_after(TUTTI_SECONDS(0.5));
 *
 *             for (int i = 0; i < 3 && tutti_now() < deadline; i++) {
 *                     int rc = tutti_sleep(TUTTI_MILLISECONDS(20));
 *                     if (rc < 0)
 *                             return rc;
 *             }
 *             return tutti_sleep_until(deadline);
 *     }
 */

TUTTI_BEGIN

typedef int64_t tutti_time;

#define TUTTI_FOREVER INT64_MAX
#define TUTTI_SECONDS(x) ((tutti_time)((x)*1000000000LL)) /* x may be 0.5 */
#define TUTTI_MILLISECONDS(x) ((tutti_time)((x)*1000000LL))

/*
 * Read the clock.
 *
 * Returns    nanoseconds since a fixed instant in the past, >= 0; never runs backwards
 * Context    any thread or task; signal
 * Waits      never
 */
TUTTI_API tutti_time tutti_now(void);

/*
 * Turn a duration into a deadline.
 *
 * duration   nanoseconds from now; negative gives an instant in the past
 * Returns    now + duration, at most TUTTI_FOREVER
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_time tutti_after(tutti_time duration);

/*
 * Sleep. Other tasks of the thread run meanwhile (tutti_thread_sleep in thread.h holds them all).
 *
 * duration   nanoseconds; <= 0 yields once, TUTTI_FOREVER sleeps until cancelled
 * Returns    0, not before duration has passed
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_sleep(tutti_time duration);

/*
 * Sleep until an instant.
 *
 * deadline   absolute; in the past: yields once
 * Returns    0, not before deadline
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_sleep_until(tutti_time deadline);

TUTTI_END

#endif
