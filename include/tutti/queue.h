/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_QUEUE_H
#define TUTTI_QUEUE_H

#include <tutti/time.h>

/*
 * queue.h - hand items from those who make them to those who use them. Items are copied in and out.
 *
 * First in, first out; with TUTTI_LIFO the youngest first; with compare a priority queue.
 * Unbounded unless maxsize says otherwise. Who sleeps in a get or put is served first in, first
 * out; who comes running may be quicker. With TUTTI_SHARED it is between processes, see
 * shared_queue.h.
 *
 * With TUTTI_VALUES an item is a tutti_value * (value.h): put takes the address of one and keeps a
 * reference of its own, get hands out one that is the caller's to unref. NULL is no value: -EINVAL.
 *
 * Ending: after tutti_queue_shutdown every put fails at once, gets drain what is left and then fail
 * with TUTTI_ESHUTDOWN, which will not change. To learn when everything has been dealt with rather
 * than taken out, users say tutti_queue_task_done after each item and one says tutti_queue_join.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     void *printer(void *arg)
 *     {
 *             tutti_queue *q = arg;
 *             int number;
 *
 *             while (tutti_queue_get(q, &number) == 0) {
 *                     printf("%d\n", number);
 *                     tutti_queue_task_done(q);
 *             }
 *             return NULL;
 *     }
 *     int make_queue(tutti_queue **q)
 *     {
 *             return tutti_queue_create(q, sizeof(int), &(tutti_queue_options){ .maxsize = 100 });
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_queue tutti_queue;

typedef struct tutti_queue_options {
	size_t maxsize; /* items; 0: no bound */
	unsigned flags; /* TUTTI_LIFO, TUTTI_VALUES; TUTTI_SHARED, TUTTI_BYTES: shared_queue.h */
	/* a priority queue, least item first, equal ones as put; must not wait; no TUTTI_LIFO */
	int (*compare)(const void *a, const void *b);
	uint64_t reserved[4]; /* 0 */
} tutti_queue_options;

/*
 * Make a queue.
 *
 * q          receives it
 * item_size  bytes of each item, at least 1; sizeof(tutti_value *) with TUTTI_VALUES
 * options    NULL: first in first out, no bound
 * Returns    0; *q is the caller's to free
 * Errors     -EINVAL    item_size is 0, an unknown flag, or flags that do not go together
 *            -ENOTSUP   TUTTI_SHARED together with TUTTI_LIFO or compare
 *            -ENOMEM    no memory; with TUTTI_SHARED also -EMFILE, -ENFILE
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_queue_create(
	tutti_queue **q, size_t item_size, const tutti_queue_options *options);

/*
 * Put an item in, waiting until there is room.
 *
 * q          the queue
 * item       item_size bytes, copied
 * Returns    0
 * Errors     TUTTI_ESHUTDOWN   shut down, before or while waiting
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -ENOMEM           no memory (without a bound)
 *            of a shared queue also those that shared_queue.h names
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      happens-before the return of the get that takes the item
 */
TUTTI_API int tutti_queue_put(tutti_queue *q, const void *item);

/*
 * The same with a deadline.
 *
 * q          the queue
 * item       item_size bytes, copied
 * deadline   absolute; in the past: do not wait
 * Returns    0
 * Errors     TUTTI_EFULL       no room and the deadline was already past
 *            TUTTI_ETIMEDOUT   still no room at the deadline
 *            and those of tutti_queue_put, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_queue_put
 */
TUTTI_API int tutti_queue_put_until(tutti_queue *q, const void *item, tutti_time deadline);

/*
 * Take the next item, waiting until there is one.
 *
 * q          the queue
 * item       receives a copy, item_size bytes
 * Returns    0; *item is the caller's
 * Errors     TUTTI_ESHUTDOWN   shut down and drained
 *            TUTTI_ECANCELED   the caller was cancelled; no item taken
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the matching put happens-before this return
 */
TUTTI_API int tutti_queue_get(tutti_queue *q, void *item);

/*
 * The same with a deadline.
 *
 * q          the queue
 * item       receives a copy, item_size bytes
 * deadline   absolute; in the past: do not wait
 * Returns    0; *item is the caller's
 * Errors     TUTTI_EEMPTY      nothing there and the deadline was already past
 *            TUTTI_ETIMEDOUT   still nothing at the deadline
 *            and those of tutti_queue_get, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_queue_get
 */
TUTTI_API int tutti_queue_get_until(tutti_queue *q, void *item, tutti_time deadline);

/*
 * See how many items are in. Like the next four, old news by the time it returns.
 *
 * q          the queue
 * Returns    items
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API size_t tutti_queue_size(const tutti_queue *q);

/*
 * See whether a get would find nothing.
 *
 * q          the queue
 * Returns    true: no item was in
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_queue_empty(const tutti_queue *q);

/*
 * See whether a put would find no room.
 *
 * q          the queue
 * Returns    true: maxsize items were in; never true without a bound
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_queue_full(const tutti_queue *q);

/*
 * See how many items were put and not yet reported done.
 *
 * q          the queue
 * Returns    items
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API size_t tutti_queue_unfinished(const tutti_queue *q);

/*
 * See whether the queue was shut down.
 *
 * q          the queue
 * Returns    true: shut down, and will stay so
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_queue_is_shutdown(const tutti_queue *q);

/*
 * Say that one item taken out has been dealt with.
 *
 * q          the queue
 * Returns    0
 * Errors     -EINVAL   said more often than items were put
 * Context    any thread or task
 * Waits      never
 * Order      happens-before the return of the joins that waited for it
 */
TUTTI_API int tutti_queue_task_done(tutti_queue *q);

/*
 * Wait until every item that was put has been reported done.
 *
 * q          the queue
 * Returns    0; none was unfinished
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      every tutti_queue_task_done happens-before this return
 */
TUTTI_API int tutti_queue_join(tutti_queue *q);

/*
 * The same with a deadline.
 *
 * q          the queue
 * deadline   absolute; in the past: only look
 * Returns    0; none was unfinished
 * Errors     TUTTI_ETIMEDOUT   some unfinished at the deadline
 *            TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_queue_join
 */
TUTTI_API int tutti_queue_join_until(tutti_queue *q, tutti_time deadline);

/*
 * Shut the queue: no more puts; waiting puts fail, gets fail once it is drained.
 *
 * q          the queue
 * immediate  true: drop the items that are in and count them as done
 * Returns    0, also the second time
 * Errors     -ENOMEM   of a shared queue only, at the process' first touch of one
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_queue_shutdown(tutti_queue *q, bool immediate);

/*
 * Free the queue and the items in it.
 *
 * q          a queue that nobody uses any more; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_queue_free(tutti_queue *q);

TUTTI_END

#endif
