/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_CONDITION_H
#define TUTTI_CONDITION_H

#include <tutti/lock.h>

/*
 * condition.h - wait, under a lock, until somebody says that the world has changed.
 *
 * The lock is named at the wait, as with pthreads, so a condition is a plain value: all bytes zero
 * is ready to use and there is nothing to destroy. Letting the lock go and beginning to wait are
 * one step, so no notify made under the lock is missed. Waiters are notified first in, first out;
 * a notified waiter is moved to the lock's queue and runs when the lock comes to it. A recursive
 * lock is let go entirely and comes back at the same depth.
 *
 * With TUTTI_SHARED a condition lies in memory that processes share, and so does the lock. A waiter
 * may then be let go though nobody notified it, and there is no line: of those who sleep so many
 * are notified, and perhaps some that just then did not. None is lost to one who has died.
 *
 * l is held on every return, errors included. Something else may have changed the world before the
 * waiter got the lock back: look again in a loop, or let tutti_condition_wait_for do it.
 *
 * Example:
 *
 *     static tutti_lock lock;
 *     static tutti_condition changed;
 *     static int coins;
 *
 *     int take_coin(void)
 *     {
 *             TUTTI_HOLD(&lock);
 *             while (coins == 0) {
 *                     int rc = tutti_condition_wait(&changed, &lock);
 *                     if (rc < 0)
 *                             return rc;
 *             }
 *             return --coins;
 *     }
 *     void put_coin(void)
 *     {
 *             TUTTI_HOLD(&lock);
 *             coins++;
 *             tutti_condition_notify(&changed, &lock, 1);
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_condition {
	uint32_t priv[4];
} tutti_condition;

/*
 * Make c a condition without waiters. Not needed where it is all zero.
 *
 * c          memory that nobody waits on yet
 * flags      0 or TUTTI_SHARED
 * Returns    0
 * Errors     -EINVAL   a flag that is not for conditions
 *            -ENOMEM   TUTTI_SHARED: no memory or descriptor for what the processes share
 * Context    any thread or task, before the condition is shared
 * Waits      never
 */
TUTTI_API int tutti_condition_init(tutti_condition *c, unsigned flags);

/*
 * Let l go, wait to be notified, take l again.
 *
 * c          the condition; all who wait on it at one time name the same lock
 * l          held by the caller, and held again on every return
 * Returns    0; notified
 * Errors     TUTTI_EUNLOCKED   nobody holds l
 *            -EPERM            l is recursive and held by another
 *            -EINVAL           one of c and l is shared, the other not
 *            TUTTI_EBROKEN     shared: a process died with l meanwhile
 *            TUTTI_ECANCELED   the caller was cancelled; no notify was used up
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the notify happens-before a return of 0
 */
TUTTI_API int tutti_condition_wait(tutti_condition *c, tutti_lock *l);

/*
 * The same with a deadline. Taking l again is not subject to it.
 *
 * c          the condition
 * l          held by the caller, and held again on every return
 * deadline   absolute; in the past: does not wait
 * Returns    0; notified
 * Errors     TUTTI_ETIMEDOUT   not notified by then
 *            TUTTI_EUNLOCKED   nobody holds l
 *            -EPERM            l is recursive and held by another
 *            -EINVAL           one of c and l is shared, the other not
 *            TUTTI_EBROKEN     shared: a process died with l meanwhile
 *            TUTTI_ECANCELED   the caller was cancelled; no notify was used up
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the notify happens-before a return of 0
 */
TUTTI_API int tutti_condition_wait_until(tutti_condition *c, tutti_lock *l, tutti_time deadline);

/*
 * Wait until ready(arg) says true: the loop around tutti_condition_wait_until.
 *
 * c          the condition
 * l          held by the caller, and held again on every return
 * ready      called with l held, first at once; must not wait
 * arg        for ready
 * deadline   absolute; in the past: asks ready once; TUTTI_FOREVER
 * Returns    0; ready said true and l has not been let go since
 * Errors     TUTTI_ETIMEDOUT   ready said false, also at the deadline
 *            TUTTI_EUNLOCKED   nobody holds l
 *            -EPERM            l is recursive and held by another
 *            -EINVAL           one of c and l is shared, the other not
 *            TUTTI_EBROKEN     shared: a process died with l meanwhile; ready was not asked since
 *            TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_condition_wait
 */
TUTTI_API int tutti_condition_wait_for(tutti_condition *c, tutti_lock *l, bool (*ready)(void *arg),
	void *arg, tutti_time deadline);

/*
 * Notify up to n waiters, those who have waited longest. Without waiters nothing is remembered.
 *
 * c          the condition
 * l          the waiters' lock, held by the caller
 * n          how many; SIZE_MAX: all
 * Returns    0
 * Errors     TUTTI_EUNLOCKED   nobody holds l
 *            -EPERM            l is recursive and held by another
 *            -EINVAL           one of c and l is shared, the other not
 * Context    any thread or task
 * Waits      never
 * Order      happens-before the return of each wait that it ends
 */
TUTTI_API int tutti_condition_notify(tutti_condition *c, tutti_lock *l, size_t n);

TUTTI_END

#endif
