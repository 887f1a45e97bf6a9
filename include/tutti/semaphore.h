/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SEMAPHORE_H
#define TUTTI_SEMAPHORE_H

#include <tutti/time.h>

/*
 * semaphore.h - a number of permits: at most so many are inside at once.
 *
 * Permits go first in, first out: a released permit goes to the first waiter, never past it, and
 * nobody who comes later takes it away. Unlike a lock's, a semaphore's acquire can be cancelled and
 * so can fail; write the release out on every way that leads from a successful acquire.
 *
 * All bytes zero is a semaphore with no permits (not with one, as elsewhere); there is nothing to
 * destroy. With TUTTI_BOUNDED a release over the number it began with is an error.
 *
 * With TUTTI_SHARED it lies in memory that processes share. Then there is no line: whoever comes
 * first has the permit, waiting or not. What a process had that dies is not given back, as nobody
 * knows for what it had it.
 *
 * Example:
 *
 *     static tutti_semaphore seats;
 *
 *     int open_house(void)
 *     {
 *             return tutti_semaphore_init(&seats, 5, TUTTI_BOUNDED);
 *     }
 *     int visit(void)
 *     {
 *             int rc = tutti_semaphore_acquire(&seats);
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_sleep(TUTTI_SECONDS(1));
 *             tutti_semaphore_release(&seats, 1);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_semaphore {
	uint32_t priv[4];
} tutti_semaphore;

/*
 * Make s a semaphore with some permits.
 *
 * s          memory that nobody waits on yet
 * value      permits at first, at most INT32_MAX; with TUTTI_BOUNDED also the most there may be
 * flags      0 or of TUTTI_BOUNDED and TUTTI_SHARED
 * Returns    0
 * Errors     -EINVAL   value is too large, or a flag that is not for semaphores
 *            -ENOMEM   TUTTI_SHARED: no memory or descriptor for what the processes share
 * Context    any thread or task, before the semaphore is shared
 * Waits      never
 */
TUTTI_API int tutti_semaphore_init(tutti_semaphore *s, uint32_t value, unsigned flags);

/*
 * Take a permit, waiting in line until there is one.
 *
 * s          the semaphore
 * Returns    0; the caller has a permit
 * Errors     TUTTI_ECANCELED   the caller was cancelled; no permit taken
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the release that gave the permit happens-before a return of 0
 */
TUTTI_API int tutti_semaphore_acquire(tutti_semaphore *s);

/*
 * The same with a deadline.
 *
 * s          the semaphore
 * deadline   absolute; in the past: only try
 * Returns    0; the caller has a permit
 * Errors     TUTTI_ETIMEDOUT   none by then, also of a call that only tried; no permit taken
 *            TUTTI_ECANCELED   the caller was cancelled; no permit taken
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the release that gave the permit happens-before a return of 0
 */
TUTTI_API int tutti_semaphore_acquire_until(tutti_semaphore *s, tutti_time deadline);

/*
 * Give n permits: to the waiters in line, what is left over to those who come.
 *
 * s          the semaphore
 * n          how many, at least 1
 * Returns    0
 * Errors     -EINVAL      n is 0
 *            -EOVERFLOW   would be more than a TUTTI_BOUNDED one may have, or than INT32_MAX;
 *                         no permit was given
 * Context    any thread or task; need not be the one that acquired
 * Waits      never
 * Order      happens-before the return of each acquire that gets one of these permits
 */
TUTTI_API int tutti_semaphore_release(tutti_semaphore *s, uint32_t n);

/*
 * See how many permits there are. Old news by the time it returns.
 *
 * s          the semaphore
 * Returns    permits that nobody has; 0 while somebody waits
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API uint32_t tutti_semaphore_value(const tutti_semaphore *s);

TUTTI_END

#endif
