/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_VALUE_QUEUE_H
#define TUTTI_VALUE_QUEUE_H

#include <sys/types.h>
#include <tutti/proxy.h>

/*
 * value_queue.h - a queue that a manager serves (manager.h), by the verbs of queue.h. Its items are
 * values; what Python put in that is no value of ours is an opaque one (value_pickle.h).
 *
 * One that waits is served first in, first out. What another Python calls Empty and Full is, of a
 * call that only tried, TUTTI_EEMPTY and TUTTI_EFULL, and of one that waited TUTTI_ETIMEDOUT.
 *
 * A queue's proxy is a proxy like others: tutti_proxy_call calls what has no function here, and
 * tutti_proxy_free frees it. Any number of threads and tasks may use one.
 *
 * A deadline is kept by the manager. If it does not answer at all the call ends five seconds later,
 * and what comes until then, or while a call is cancelled, is not lost: the call has it, or of a
 * manager of this library the queue. Python's does not notice who has given up: it may hand him one
 * more item, which is gone.
 *
 * A put whose answer is lost, since the connection broke, may have put its item in: -ECONNRESET
 * says just that, and nothing is sent twice. A get has taken nothing then, but of Python's.
 *
 * The example takes what is there and gives its square.
 *
 * Example:
 *
 *     #include <tutti/value_make.h>
 *     #include <tutti/value_queue.h>
 *
 *     int square_one(tutti_value_queue *tasks, tutti_value_queue *results)
 *     {
 *             tutti_value *v;
 *             int64_t n;
 *             int rc = tutti_value_queue_get_until(tasks, &v, tutti_after(TUTTI_SECONDS(1)));
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_value_as_int(v, &n);
 *             tutti_value_unref(v);
 *             if (rc < 0)
 *                     return rc;
 *             v = tutti_value_int(n * n);
 *             rc = tutti_value_queue_put(results, v);
 *             tutti_value_unref(v);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_proxy tutti_value_queue;

/*
 * Put an item in, waiting for room.
 *
 * q          the queue
 * v          lent
 * Returns    0
 * Errors     TUTTI_ESHUTDOWN   the manager has ended
 *            TUTTI_ECANCELED   the caller was cancelled; see above
 *            TUTTI_EREMOTE     it was refused, as too large for the queue or for its options
 *            -E2BIG            it is larger than a message may be
 *            -EINVAL           v is NULL
 *            -ENOMEM           no memory
 *            and those of tutti_proxy_call
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_value_queue_put(tutti_value_queue *q, const tutti_value *v);

/*
 * The same with a deadline.
 *
 * q          the queue
 * v          lent
 * deadline   absolute; in the past: only try
 * Returns    0
 * Errors     TUTTI_EFULL       only tried, and there was no room
 *            TUTTI_ETIMEDOUT   waited, and there was none by then
 *            and those of tutti_value_queue_put, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_value_queue_put_until(
	tutti_value_queue *q, const tutti_value *v, tutti_time deadline);

/*
 * Take the first item out, waiting for one.
 *
 * q          the queue
 * v          receives it
 * Returns    0; *v is the caller's to unref
 * Errors     TUTTI_ESHUTDOWN   the manager has ended
 *            TUTTI_ECANCELED   the caller was cancelled; nothing was taken
 *            -ENOMEM           no memory
 *            and those of tutti_proxy_call
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_value_queue_get(tutti_value_queue *q, tutti_value **v);

/*
 * The same with a deadline.
 *
 * q          the queue
 * v          receives it
 * deadline   absolute; in the past: only try
 * Returns    0; *v is the caller's to unref
 * Errors     TUTTI_EEMPTY      only tried, and nothing was there
 *            TUTTI_ETIMEDOUT   waited, and nothing came by then
 *            and those of tutti_value_queue_get, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_value_queue_get_until(
	tutti_value_queue *q, tutti_value **v, tutti_time deadline);

/*
 * Count the items in it, at that moment.
 *
 * q          the queue
 * Returns    how many
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_value_queue_size(tutti_value_queue *q);

/*
 * Say whether it has no item, at that moment.
 *
 * q          the queue
 * Returns    1: it has none; 0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_value_queue_empty(tutti_value_queue *q);

/*
 * Say whether it has no room, at that moment.
 *
 * q          the queue
 * Returns    1: it has none; 0, also of one without a bound
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_value_queue_full(tutti_value_queue *q);

/*
 * Say that an item that was taken has been dealt with.
 *
 * q          the queue
 * Returns    0
 * Errors     -EINVAL   more often than items were put in
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_value_queue_task_done(tutti_value_queue *q);

/*
 * Wait until all items that were put in have been dealt with.
 *
 * q          the queue
 * Returns    0
 * Errors     TUTTI_ESHUTDOWN   the manager has ended
 *            TUTTI_ECANCELED   the caller was cancelled
 *            and those of tutti_proxy_call
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_value_queue_join(tutti_value_queue *q);

/*
 * The same with a deadline.
 *
 * q          the queue
 * deadline   absolute; in the past: only look, for which the answer has a second
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   not all by then
 *            and those of tutti_value_queue_join, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_value_queue_join_until(tutti_value_queue *q, tutti_time deadline);

/*
 * Free the proxy; the queue stays.
 *
 * q          nobody is in a call of it; NULL does nothing
 * Context    any thread or task
 * Waits      may, to tell the manager, at most a second
 */
TUTTI_API void tutti_value_queue_free(tutti_value_queue *q);

TUTTI_END

#endif
