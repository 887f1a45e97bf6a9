/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_PROXY_SYNC_H
#define TUTTI_PROXY_SYNC_H

#include <tutti/proxy.h>

/*
 * proxy_sync.h - proxies of what a manager serves to wait on (proxy.h): events, locks, semaphores
 * and conditions, by the verbs of event.h, lock.h, semaphore.h and condition.h. Barriers are in
 * proxy_barrier.h. Each is had by tutti_manager_proxy and freed by tutti_proxy_free.
 *
 * A deadline is kept by the manager, which is told how long it is away; if it does not answer at
 * all, the call ends five seconds later, but for a condition's wait, whose lock may take longer. A
 * wait that is given up is taken back by a manager of this library. Python's goes on with it: an
 * acquire of Python's that is cancelled may still get the lock, and nobody releases it; rather than
 * cancel give it a deadline.
 *
 * Who holds an RLock or a Condition is, over there, who has the connection; such a proxy has one of
 * its own, and its calls go one after the other. So the proxy is the holder, not the thread: each
 * party has its own. When the connection is lost, or is closed since a call was cancelled, a
 * manager of this library takes the lock from it; Python's never does.
 *
 * Example:
 *
 *     #include <tutti/proxy_sync.h>
 *
 *     int with_lock(tutti_proxy *lock, int (*work)(void))
 *     {
 *             int rc = tutti_proxy_acquire_until(lock, tutti_after(TUTTI_SECONDS(5)));
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = work();
 *             tutti_proxy_release(lock);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/*
 * Set it: who waits goes on.
 *
 * event      the proxy of an Event
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_event_set(tutti_proxy *event);

/*
 * Clear it: who waits from now on waits.
 *
 * event      the proxy of an Event
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_event_clear(tutti_proxy *event);

/*
 * Say whether it is set, at that moment.
 *
 * event      the proxy of an Event
 * Returns    1: it is set; 0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_event_is_set(tutti_proxy *event);

/*
 * Wait until it is set.
 *
 * event      the proxy of an Event
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_event_wait(tutti_proxy *event);

/*
 * The same with a deadline.
 *
 * event      the proxy of an Event
 * deadline   absolute; in the past: only look
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   not set by then
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_event_wait_until(tutti_proxy *event, tutti_time deadline);

/*
 * Acquire it.
 *
 * lock       the proxy of a Lock, RLock, Semaphore, BoundedSemaphore or Condition
 * Returns    0; it is held, or a permit is taken
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_acquire(tutti_proxy *lock);

/*
 * The same with a deadline.
 *
 * lock       the proxy of a Lock, RLock, Semaphore, BoundedSemaphore or Condition
 * deadline   absolute; in the past: only try
 * Returns    0; it is held, or a permit is taken
 * Errors     TUTTI_ETIMEDOUT   not by then
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_acquire_until(tutti_proxy *lock, tutti_time deadline);

/*
 * Release it: what is held, or a permit.
 *
 * lock       the proxy of a Lock, RLock, Semaphore, BoundedSemaphore or Condition
 * Returns    0
 * Errors     TUTTI_EUNLOCKED   it is not held, or held by another
 *            -EINVAL           a BoundedSemaphore has all its permits
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_release(tutti_proxy *lock);

/*
 * Let its lock go, wait to be notified, take the lock again.
 *
 * condition  the proxy of a Condition, which holds its lock
 * Returns    0; notified, and the lock is held
 * Errors     TUTTI_EUNLOCKED   the lock is not held
 *            TUTTI_ECANCELED   the caller was cancelled; the lock is not held any more
 *            and those of tutti_proxy_call
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_condition_wait(tutti_proxy *condition);

/*
 * The same with a deadline. Taking the lock again is not subject to it.
 *
 * condition  the proxy of a Condition, which holds its lock
 * deadline   absolute; in the past: lets the lock go for a moment
 * Returns    0; notified, and the lock is held
 * Errors     TUTTI_ETIMEDOUT   not notified by then; the lock is held
 *            and those of tutti_proxy_condition_wait, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_condition_wait_until(tutti_proxy *condition, tutti_time deadline);

/*
 * Notify up to n who wait.
 *
 * condition  the proxy of a Condition, which holds its lock
 * n          how many; SIZE_MAX: all
 * Returns    0
 * Errors     TUTTI_EUNLOCKED   the lock is not held
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_condition_notify(tutti_proxy *condition, size_t n);

TUTTI_END

#endif
