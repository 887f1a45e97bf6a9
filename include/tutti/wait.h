/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_WAIT_H
#define TUTTI_WAIT_H

#include <tutti/future.h>

/*
 * wait.h - waiting for many futures, of any mix: threads, tasks, timers, jobs, promises.
 *
 *     call          takes          order                 gives
 *     wait          an array       of completion         how many are done, their indices
 *     completion    one by one     of completion         an index at a time, as soon as it is done
 *     gather        an array       of the arguments      one future, to wait for, cancel or gather
 *     join_all      an array       of the arguments      the first error; takes the references
 *
 * Order of completion is the true one: of two futures the one that was done first comes first, on
 * whatever threads they were. Each costs its place once, and wakes the caller only if it decides.
 *
 * None of these ends or cancels a future but gather, when it is cancelled. Values are taken from
 * the futures themselves. The same future may be named twice; it then counts twice. To have been
 * cancelled counts as an error here: its result would be one. Futures and queues, events or permits
 * at once: select.h.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     void as_they_complete(tutti_future *const *futures, size_t n)
 *     {
 *             tutti_completion *c = tutti_completion_create(futures, n);
 *             size_t i;
 *             while (c && tutti_completion_next(c, &i) == 0)
 *                     printf("%zu: %s\n", i, tutti_errname(tutti_future_error(futures[i])));
 *             tutti_completion_free(c);
 *     }
 *     int whichever_is_quicker(tutti_future *a, tutti_future *b)
 *     {
 *             tutti_future *both[] = { a, b };
 *             size_t order[2];
 *             int n = tutti_wait(both, 2, TUTTI_FIRST_COMPLETED, order, TUTTI_FOREVER);
 *             return n < 0 ? n : (int)order[0];
 *     }
 */

TUTTI_BEGIN

typedef enum tutti_when {
	TUTTI_ALL_COMPLETED,   /* all are done */
	TUTTI_FIRST_COMPLETED, /* one is done */
	TUTTI_FIRST_ERROR      /* one has failed or was cancelled, or all are done */
} tutti_when;

typedef struct tutti_completion tutti_completion;

/*
 * Wait for futures. The deadline is no error; nothing is cancelled then.
 *
 * futures    n of them, yours; a slot that is NULL is left out
 * n          how many slots; at most INT_MAX
 * when       what to wait for
 * order      receives n indices of futures: those that were done when the wait began in argument
 *            order, then those that were not in the order in which they completed, then those
 *            that are pending and at last the slots that are NULL in argument order; may be NULL
 * deadline   absolute; in the past: only look
 * Returns    how many are done, the first so many in order
 * Errors     -EINVAL           no futures, or when is none of the three
 *            -EDEADLK          the caller is among them
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -ENOMEM           no memory; never of few, or without order for all
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      all that the functions of those done did happens-before this return
 */
TUTTI_API int tutti_wait(tutti_future *const *futures, size_t n, tutti_when when, size_t *order,
	tutti_time deadline);

/*
 * Make one future of many. It ends once all are done, well or like the first in the array that did
 * not end well (TUTTI_ALL_COMPLETED); the same, but like the first in time and at once
 * (TUTTI_FIRST_ERROR); like the first that is done (TUTTI_FIRST_COMPLETED). That one's error
 * counts as looked at; the others' do not.
 *
 * Cancelling it cancels those not done; it ends as said above. It has no result of its own: size 0.
 *
 * futures    n of them; it takes references of its own. A slot that is NULL is left out
 * n          how many slots; none: it is done
 * when       see above
 * Returns    a reference, never NULL; already failed: -EINVAL or -ENOMEM
 * Context    any thread or task
 * Waits      never
 * Order      all that the functions did happens-before the end of the gather that waits for them
 */
TUTTI_API tutti_future *tutti_gather(tutti_future *const *futures, size_t n, tutti_when when);

/*
 * Wait for all, unref all, return the first error: the three steps that nearly every program ends
 * with. On TUTTI_ECANCELED nothing happened: the references are still yours.
 *
 * futures    n references; each slot is NULL afterwards, and a slot that is NULL is skipped
 * n          how many; 0 returns at once
 * Returns    0; all ended well
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 *            -EDEADLK          the caller is among them; nothing happened
 *            -EINVAL           futures is NULL, and n is not 0
 *            any other         of the first in the array that failed, as tutti_future_result
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      all that their functions did happens-before this return
 */
TUTTI_API int tutti_join_all(tutti_future **futures, size_t n);

/*
 * Make a future that ends as f does and has its result, but can be cancelled without f: it is
 * done then, and f goes on.
 *
 * f          any future; it takes a reference of its own
 * Returns    a reference, never NULL; already failed: -EINVAL (f is NULL) or -ENOMEM
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_future *tutti_shield(tutti_future *f);

/*
 * Make a completion: what gives futures in the order in which they complete.
 *
 * futures    n of them; it takes references of its own. A slot that is NULL has its index, and
 *            never completes
 * n          how many slots; may be 0
 * Returns    the completion; NULL: no memory, or futures is NULL and n is not 0
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_completion *tutti_completion_create(tutti_future *const *futures, size_t n);

/*
 * Add a future, also while others wait for the next. Its index is one more than the last.
 *
 * c          the completion
 * f          done or not; it takes a reference of its own
 * Returns    0
 * Errors     -EINVAL   f is NULL
 *            -ENOMEM   no memory; nothing was added
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_completion_add(tutti_completion *c, tutti_future *f);

/*
 * Wait for the next one to complete. Each is given once; several callers share them. The memory for
 * one that was given serves for one that is added.
 *
 * c          the completion
 * index      receives its index in the order of adding, from 0; may be NULL
 * Returns    0
 * Errors     TUTTI_EDONE       none is left
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -EDEADLK          the only one left is the caller
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      all that the future's function did happens-before this return
 */
TUTTI_API int tutti_completion_next(tutti_completion *c, size_t *index);

/*
 * The same with a deadline.
 *
 * c          the completion
 * index      as above
 * deadline   absolute; in the past: only look
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   some are left and none was done at the deadline
 *            and those of tutti_completion_next, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_completion_next
 */
TUTTI_API int tutti_completion_next_until(tutti_completion *c, size_t *index, tutti_time deadline);

/*
 * Give it back. The futures that are left go on.
 *
 * c          nobody may wait for its next; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_completion_free(tutti_completion *c);

TUTTI_END

#endif
