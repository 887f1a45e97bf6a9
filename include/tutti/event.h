/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_EVENT_H
#define TUTTI_EVENT_H

#include <tutti/time.h>

/*
 * event.h - a flag to wait for. Clear at first; set lets all waiters go, those of now and those to
 * come, until it is cleared. A waiter that a set has reached goes on even if clear follows at once.
 *
 * All bytes zero is a clear event; there is nothing to destroy. With TUTTI_SHARED it lies in memory
 * that processes share.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     static tutti_event ready;
 *
 *     void *starter(void *arg)
 *     {
 *             tutti_event_set(&ready);
 *             return arg;
 *     }
 *     void *runner(void *arg)
 *     {
 *             if (tutti_event_wait_until(&ready, tutti_after(TUTTI_SECONDS(1))) == 0)
 *                     printf("go\n");
 *             return arg;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_event {
	uint32_t priv[2];
} tutti_event;

/*
 * Make e a clear event. Not needed where it is all zero.
 *
 * e          memory that nobody waits on yet
 * flags      0 or TUTTI_SHARED
 * Returns    0
 * Errors     -EINVAL   a flag that is not for events
 *            -ENOMEM   TUTTI_SHARED: no memory or descriptor for what the processes share
 * Context    any thread or task, before the event is shared
 * Waits      never
 */
TUTTI_API int tutti_event_init(tutti_event *e, unsigned flags);

/*
 * Set the flag and let every waiter go. Setting it again does nothing.
 *
 * e          the event
 * Context    any thread or task
 * Waits      never
 * Order      happens-before the return of each wait that sees the flag
 */
TUTTI_API void tutti_event_set(tutti_event *e);

/*
 * Clear the flag: waits that begin from now on wait for the next set.
 *
 * e          the event
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_event_clear(tutti_event *e);

/*
 * See whether the flag is set.
 *
 * e          the event
 * Returns    true: it was set
 * Context    any thread or task
 * Waits      never
 * Order      the set happens-before a return of true
 */
TUTTI_API bool tutti_event_is_set(const tutti_event *e);

/*
 * Wait until the flag is set.
 *
 * e          the event
 * Returns    0; it was set
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the set happens-before a return of 0
 */
TUTTI_API int tutti_event_wait(tutti_event *e);

/*
 * The same with a deadline.
 *
 * e          the event
 * deadline   absolute; in the past: only look
 * Returns    0; it was set
 * Errors     TUTTI_ETIMEDOUT   still clear at the deadline
 *            TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the set happens-before a return of 0
 */
TUTTI_API int tutti_event_wait_until(tutti_event *e, tutti_time deadline);

TUTTI_END

#endif
