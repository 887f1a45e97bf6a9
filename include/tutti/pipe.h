/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_PIPE_H
#define TUTTI_PIPE_H

#include <tutti/bytes.h>
#include <tutti/handle.h>
#include <tutti/select.h>
#include <tutti/time.h>

/*
 * pipe.h - two ends, between which whole messages go in order: both ways, or one way only. The ends
 * are used in one process, or one is handed to another by its handle, or by fork.
 *
 * A message is bytes of any number, also none; it arrives in one piece or not at all. With
 * pipe_values.h it is a value. Some are on their way at a time, then a write waits until the other
 * side reads (at least 16 small ones, mostly 256, or 60 KiB): not a place to keep things, for that
 * see shared_queue.h. To wait for one of several, or for other things beside them: tutti_case_read
 * and tutti_case_write.
 *
 * The end of the stream comes when nobody can write any more: all processes that had the other end
 * have freed it, or have ended, however. What was written before is read first, but for a message
 * that a killed writer had not finished. So free your own copy of an end that you hand on, right
 * after the start of the process that gets it: it is kept for that one. If you free it only after
 * that one has freed its own, or hand it to several, the stream ends when they do.
 *
 * Any number of threads and tasks may use an end at once. Several processes may too, as long as all
 * messages through it have at most 4 KiB less a few bytes; of longer ones that come in between each
 * other, one is lost.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/pipe.h>
 *     #include <unistd.h>
 *
 *     int greet_parent(void)
 *     {
 *             tutti_pipe *mine, *childs;
 *             tutti_bytes text;
 *             int rc = tutti_pipe_create(&mine, &childs, false);
 *
 *             if (rc < 0)
 *                     return rc;
 *             if (fork() == 0) {
 *                     tutti_pipe_write(childs, "hello", 5);
 *                     _exit(0);
 *             }
 *             tutti_pipe_free(childs);
 *             while ((rc = tutti_pipe_read(mine, &text)) == 0) {
 *                     printf("%.*s\n", (int)text.size, (const char *)text.data);
 *                     tutti_bytes_free(&text);
 *             }
 *             tutti_pipe_free(mine);
 *             return rc == TUTTI_EDONE ? 0 : rc;
 *     }
 */

#include <tutti/error.h>

TUTTI_BEGIN

typedef struct tutti_pipe tutti_pipe; /* one end */

/*
 * Make a pipe.
 *
 * a          receives one end; with one_way the one to read from
 * b          receives the other; with one_way the one to write to
 * one_way    false: both ends read and write
 * Returns    0; *a and *b are the caller's to free
 * Errors     -ENOMEM    no memory; also -EMFILE, -ENFILE
 *            -ENOTSUP   the system has no pipes that keep messages apart
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_pipe_create(tutti_pipe **a, tutti_pipe **b, bool one_way);

/*
 * Name an end, for another process.
 *
 * p          the end
 * Returns    its handle; good as handle.h says
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_handle tutti_pipe_handle(const tutti_pipe *p);

/*
 * Have the end that a handle names.
 *
 * p          receives it
 * handle     of an end
 * Returns    0; *p is the caller's to free
 * Errors     -EINVAL       the handle names nothing
 *            -ESRCH        the process that gave it is gone
 *            -ESTALE       that process has freed it
 *            -EACCES       that process is another user's
 *            -EPIPE        nobody has the other end any more
 *            TUTTI_ETYPE   it names something else
 *            -ENOMEM       no memory; also -EMFILE, -ENFILE
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_pipe_attach(tutti_pipe **p, tutti_handle handle);

/*
 * Write a message.
 *
 * p          an end to write to
 * data       the message; may be NULL if size is 0
 * size       bytes
 * Returns    0; it will arrive if it is read
 * Errors     -EPIPE            nobody can read it
 *            TUTTI_ECANCELED   the caller was cancelled; nothing will arrive
 *            TUTTI_ETYPE       the end is only for reading
 *            -ENOMEM           no memory to wait; also -EMFILE, -ENFILE
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      happens-before the return of the read that gets it
 */
TUTTI_API int tutti_pipe_write(tutti_pipe *p, const void *data, size_t size);

/*
 * The same with a deadline.
 *
 * p          an end to write to
 * data       the message; may be NULL if size is 0
 * size       bytes
 * deadline   absolute; in the past: do not wait
 * Returns    0; it will arrive if it is read
 * Errors     TUTTI_ETIMEDOUT   not all of it had room by then; nothing will arrive
 *            and those of tutti_pipe_write, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_pipe_write
 */
TUTTI_API int tutti_pipe_write_until(
	tutti_pipe *p, const void *data, size_t size, tutti_time deadline);

/*
 * Read the next message, waiting until there is one.
 *
 * p          an end to read from
 * message    receives it
 * Returns    0; *message is the caller's to free
 * Errors     TUTTI_EDONE       the end: nothing will come any more
 *            TUTTI_ECANCELED   the caller was cancelled; no message is lost
 *            TUTTI_ETYPE       the end is only for writing
 *            -ENOMEM           no memory; also -EMFILE, -ENFILE
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the matching write happens-before this return
 */
TUTTI_API int tutti_pipe_read(tutti_pipe *p, tutti_bytes *message);

/*
 * The same with a deadline.
 *
 * p          an end to read from
 * message    receives it
 * deadline   absolute; in the past: do not wait
 * Returns    0; *message is the caller's to free
 * Errors     TUTTI_ETIMEDOUT   no message, or not all of it, by then; none is lost
 *            and those of tutti_pipe_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_pipe_read
 */
TUTTI_API int tutti_pipe_read_until(tutti_pipe *p, tutti_bytes *message, tutti_time deadline);

/*
 * Wait until a read would find something: a message, the beginning of one, or the end.
 *
 * p          an end to read from
 * deadline   absolute; in the past: only look
 * Returns    0; somebody else may still be quicker to read it
 * Errors     TUTTI_ETIMEDOUT   nothing by then
 *            TUTTI_ECANCELED   the caller was cancelled
 *            TUTTI_ETYPE       the end is only for writing
 *            -ENOMEM           no memory; also -EMFILE, -ENFILE
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_pipe_poll_until(tutti_pipe *p, tutti_time deadline);

/*
 * A case of tutti_select: read the next message.
 *
 * p          an end to read from; NULL: never ready
 * message    receives it if the case is chosen and its code is 0; it is the caller's to free
 * Returns    the case; its code is 0, or an error of tutti_pipe_read, TUTTI_EDONE among them
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_case tutti_case_read(tutti_pipe *p, tutti_bytes *message);

/*
 * A case of tutti_select: write a message of one packet, so of at most 4 KiB less a few bytes.
 *
 * p          an end to write to; NULL: never ready
 * message    as it is when the case is chosen
 * Returns    the case; its code is 0, or an error of tutti_pipe_write, or -EMSGSIZE: it is longer
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_case tutti_case_write(tutti_pipe *p, const tutti_bytes *message);

/*
 * Give an end back. Once for each time that this process has made or attached it.
 *
 * p          nobody waits for it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_pipe_free(tutti_pipe *p);

TUTTI_END

#endif
