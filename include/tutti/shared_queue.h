/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SHARED_QUEUE_H
#define TUTTI_SHARED_QUEUE_H

#include <tutti/bytes.h>
#include <tutti/handle.h>
#include <tutti/queue.h>

/*
 * shared_queue.h - a queue between processes: made by tutti_queue_create with TUTTI_SHARED, used by
 * every function of queue.h, from threads and tasks as ever. Each item goes to one getter, and
 * items of one putter stay in order.
 *
 *     kind      first in, first out only: TUTTI_LIFO and compare are -ENOTSUP
 *     items     copied as bytes: a pointer in one means nothing elsewhere. With TUTTI_BYTES an item
 *               is a tutti_bytes: put copies the bytes, of any number up to 1 GiB, and get hands
 *               out bytes that are the caller's to free. With TUTTI_VALUES it is a tutti_value *:
 *               put writes it in tutti's own form (value_codec.h), of up to 1 GiB too, and get
 *               makes one of it that is the caller's to unref
 *     bound     none, or maxsize. Without one it takes up memory as items come in, at most 32 GiB
 *               (less where the process may not map as much), and gives it back when they are
 *               taken out. Nothing runs in the background: what was put is in, and the putter may
 *               end
 *     waits     as ever, tutti_select too
 *     death     a process that is killed, at whatever moment, leaves the queue whole: what it had
 *               put is in, once; what it had not, is not; what it had taken is gone with it. Nobody
 *               else hangs
 *     stopping  one that is stopped in the midst of a call, by SIGSTOP or a debugger, may keep
 *               others out until it goes on. Deadlines and cancels count nevertheless: those calls
 *               end with TUTTI_ETIMEDOUT, nothing put or taken, a quarter of a second late at most.
 *               A shutdown has no deadline, and waits
 *     freeing   gives back what this process has of it; the queue lives as long as somebody has it
 *
 * Beside the errors of queue.h a put has -EMSGSIZE, of an item beyond that, and both have -ENOMEM:
 * nothing was put, nothing taken. A get that finds bytes that are no value, as somebody has written
 * over the queue's memory, drops them and says TUTTI_EPROTO.
 *
 * A forked child has the queues of its parent as they are, without attaching.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/shared_queue.h>
 *     #include <unistd.h>
 *
 *     int hear_from_child(void)
 *     {
 *             tutti_queue *q;
 *             int n = 0, rc = tutti_queue_create(&q, sizeof(int),
 *                     &(tutti_queue_options){ .flags = TUTTI_SHARED });
 *
 *             if (rc < 0)
 *                     return rc;
 *             if (fork() == 0)
 *                     _exit(tutti_queue_put(q, &(int){ 42 }) < 0);
 *             rc = tutti_queue_get(q, &n);
 *             printf("%d\n", n);
 *             tutti_queue_free(q);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/*
 * Name a shared queue, for another process.
 *
 * q          a queue made with TUTTI_SHARED, or attached
 * Returns    its handle; good as handle.h says. All zeros if q is not shared
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_handle tutti_queue_handle(const tutti_queue *q);

/*
 * Have the queue that a handle names, with the size of item, bound and flags it was made with.
 *
 * q          receives it
 * handle     of a shared queue
 * Returns    0; *q is the caller's to free
 * Errors     -EINVAL        the handle names nothing
 *            -ESRCH         the process that gave it is gone
 *            -ESTALE        that process has freed it
 *            -EACCES        that process is another user's
 *            -EBUSY         both processes have shared with others before, see handle.h
 *            TUTTI_ETYPE    it names something else, not a queue
 *            TUTTI_EPROTO   the other process has a version of tutti that does not fit
 *            -ENOMEM        no memory, or no room to map it; also -EMFILE, -ENFILE
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_queue_attach(tutti_queue **q, tutti_handle handle);

TUTTI_END

#endif
