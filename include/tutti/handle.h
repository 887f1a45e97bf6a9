/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_HANDLE_H
#define TUTTI_HANDLE_H

#include <tutti/api.h>

/*
 * handle.h - a name for something that processes share, to be handed to another process.
 *
 * A handle is 16 plain bytes: it can stand in the argument of a job, go through a pipe, a queue or
 * a file. Shared queues, pipes, memory and arrays give one, and each has an _attach that makes it
 * an object again:
 *
 *     tutti_queue_handle    tutti_queue_attach      shared_queue.h
 *     tutti_pipe_handle     tutti_pipe_attach       pipe.h
 *     tutti_shm_handle      tutti_shm_attach        shm.h
 *     tutti_array_handle    tutti_array_attach      array.h
 *     tutti_progress_handle tutti_progress_attach   observe.h
 *
 * It names the process that gave it, and what that process has open. So it is good as long as that
 * process lives and has not freed the object; one that an attached process gives is good as long
 * as that one has it. What was attached stays, whatever becomes of the giver. In the process that
 * has the object already, _attach gives the same object once more, to be freed once more.
 *
 * Processes that share memory are one family, as they must know of each other's deaths: one that a
 * process has started, or that attaches before it shares anything, is of the family of the other.
 * Two families do not become one: -EBUSY.
 *
 * Only processes of the same user can attach (and those who may do all), on the same machine and
 * where they can see each other by number. A handle of all zeros names nothing.
 *
 * Example:
 *
 *     #include <tutti/shared_queue.h>
 *
 *     struct order {
 *             tutti_handle answers;
 *             int number;
 *     };
 *
 *     int answer(const struct order *o, int text)
 *     {
 *             tutti_queue *q;
 *             int rc = tutti_queue_attach(&q, o->answers);
 *
 *             if (rc == 0) {
 *                     rc = tutti_queue_put(q, &text);
 *                     tutti_queue_free(q);
 *             }
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_handle {
	uint64_t id[2];
} tutti_handle;

TUTTI_END

#endif
