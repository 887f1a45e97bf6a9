/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_BARRIER_H
#define TUTTI_BARRIER_H

#include <tutti/time.h>

/*
 * barrier.h - a fixed number of parties wait for each other, then all go on. Again and again: when
 * one round has gone, the next begins.
 *
 * The others rely on each party, so a wait that does not end well breaks the barrier: whoever runs
 * out of time or is cancelled gets that as the answer, all others waiting and to come get
 * TUTTI_EBROKEN, until tutti_barrier_reset.
 *
 * With TUTTI_SHARED it lies in memory that processes share, and a process that dies while it waits
 * there has given up: the others get TUTTI_EBROKEN. action and arg are used as they are by whoever
 * comes last: they must mean the same in all, as in forked processes, or be NULL.
 *
 * A zeroed barrier has no parties yet: everything but _init says -EINVAL. Nothing to destroy.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     static tutti_barrier start;
 *
 *     int prepare(void)
 *     {
 *             return tutti_barrier_init(&start, 3, NULL, NULL, 0);
 *     }
 *     void *racer(void *arg)
 *     {
 *             int place = tutti_barrier_wait(&start);
 *             if (place >= 0)
 *                     printf("racer %d of 3 runs\n", place + 1);
 *             return arg;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_barrier {
	uint32_t priv[8];
	tutti_fn action;
	void *arg;
} tutti_barrier;

/*
 * Make b a barrier.
 *
 * b          memory that nobody waits on yet
 * parties    how many wait for each other, 1 to INT32_MAX
 * action     run once per round by the last to arrive, before anyone is let go; or NULL. What it
 *            returns is ignored; it must not wait on b.
 * arg        for action
 * flags      0 or TUTTI_SHARED
 * Returns    0
 * Errors     -EINVAL   parties is 0 or too large, or a flag that is not for barriers
 *            -ENOMEM   TUTTI_SHARED: no memory or descriptor for what the processes share
 * Context    any thread or task, before the barrier is shared
 * Waits      never
 */
TUTTI_API int tutti_barrier_init(
	tutti_barrier *b, uint32_t parties, tutti_fn action, void *arg, unsigned flags);

/*
 * Arrive, and wait for the other parties.
 *
 * b          the barrier
 * Returns    0 .. parties - 1, another number for each party of a round
 * Errors     TUTTI_EBROKEN     the barrier was broken or reset, before or meanwhile
 *            TUTTI_ECANCELED   the caller was cancelled; the barrier is broken now
 *            -EINVAL           never initialised
 *            -ENOMEM           shared: this process waits in too many others (63)
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      all arrivals of a round, then action, happen-before each return from it
 */
TUTTI_API int tutti_barrier_wait(tutti_barrier *b);

/*
 * The same with a deadline.
 *
 * b          the barrier
 * deadline   absolute; in the past: goes through if the caller is the last, else breaks it
 * Returns    0 .. parties - 1, another number for each party of a round
 * Errors     TUTTI_ETIMEDOUT   not all came in time; the barrier is broken now
 *            TUTTI_EBROKEN     the barrier was broken or reset, before or meanwhile
 *            TUTTI_ECANCELED   the caller was cancelled; the barrier is broken now
 *            -EINVAL           never initialised
 *            -ENOMEM           shared: this process waits in too many others (63)
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_barrier_wait
 */
TUTTI_API int tutti_barrier_wait_until(tutti_barrier *b, tutti_time deadline);

/*
 * Make the barrier whole and empty again. Those who wait in it get TUTTI_EBROKEN.
 *
 * b          the barrier
 * Returns    0
 * Errors     -EINVAL   never initialised
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_barrier_reset(tutti_barrier *b);

/*
 * Break the barrier: those who wait in it and those who come get TUTTI_EBROKEN.
 *
 * b          the barrier
 * Returns    0
 * Errors     -EINVAL   never initialised
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_barrier_abort(tutti_barrier *b);

/*
 * See whether the barrier is broken.
 *
 * b          the barrier
 * Returns    true: broken, and not reset since
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_barrier_broken(const tutti_barrier *b);

/*
 * Tell how many wait for each other.
 *
 * b          the barrier
 * Returns    parties as given to _init
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API uint32_t tutti_barrier_parties(const tutti_barrier *b);

/*
 * See how many have arrived and wait. Old news by the time it returns.
 *
 * b          the barrier
 * Returns    0 .. parties - 1
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API uint32_t tutti_barrier_n_waiting(const tutti_barrier *b);

TUTTI_END

#endif
