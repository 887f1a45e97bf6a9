/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_PIPE_VALUES_H
#define TUTTI_PIPE_VALUES_H

#include <tutti/pipe.h>
#include <tutti/value.h>

/*
 * pipe_values.h - values through a pipe: each is a message in tutti's own form (value_codec.h), and
 * all that pipe.h says of messages holds. Between queues the same is TUTTI_VALUES (queue.h).
 *
 * What is read is a value of the reader's own, whatever becomes of the one that was written.
 *
 * Example:
 *
 *     #include <tutti/pipe_values.h>
 *
 *     int ask(tutti_pipe *p, const char *name, int64_t *age)
 *     {
 *             tutti_value *question, *answer;
 *             int rc = tutti_value_pack(&question, "{s:s}", "name", name);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_pipe_write_value(p, question);
 *             tutti_value_unref(question);
 *             if (rc < 0 || (rc = tutti_pipe_read_value(p, &answer)) < 0)
 *                     return rc;
 *             rc = tutti_value_unpack(answer, "{s:L}", "age", age);
 *             tutti_value_unref(answer);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/*
 * Write a value.
 *
 * p          an end to write to
 * v          lent
 * Returns    0; it will arrive if it is read
 * Errors     -EINVAL   v is NULL
 *            -ENOMEM   no memory; also -EMFILE, -ENFILE
 *            and those of tutti_pipe_write, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      happens-before the return of the read that gets it
 */
TUTTI_API int tutti_pipe_write_value(tutti_pipe *p, const tutti_value *v);

/*
 * The same with a deadline.
 *
 * p          an end to write to
 * v          lent
 * deadline   absolute; in the past: do not wait
 * Returns    0; it will arrive if it is read
 * Errors     TUTTI_ETIMEDOUT   not all of it had room by then; nothing will arrive
 *            and those of tutti_pipe_write_value, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_pipe_write_value
 */
TUTTI_API int tutti_pipe_write_value_until(
	tutti_pipe *p, const tutti_value *v, tutti_time deadline);

/*
 * Read the next message as a value, waiting until there is one.
 *
 * p          an end to read from
 * v          receives it
 * Returns    0; *v is the caller's to unref
 * Errors     TUTTI_EDONE       the end: nothing will come any more
 *            TUTTI_EPROTO      the message is no value; it is dropped, the next read has the next
 *            TUTTI_ECANCELED   the caller was cancelled; no message is lost
 *            TUTTI_ETYPE       the end is only for writing
 *            -ENOMEM           no memory; no message is lost. Also -EMFILE, -ENFILE
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      the matching write happens-before this return
 */
TUTTI_API int tutti_pipe_read_value(tutti_pipe *p, tutti_value **v);

/*
 * The same with a deadline.
 *
 * p          an end to read from
 * v          receives it
 * deadline   absolute; in the past: do not wait
 * Returns    0; *v is the caller's to unref
 * Errors     TUTTI_ETIMEDOUT   no message, or not all of it, by then; none is lost
 *            and those of tutti_pipe_read_value, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_pipe_read_value
 */
TUTTI_API int tutti_pipe_read_value_until(tutti_pipe *p, tutti_value **v, tutti_time deadline);

/*
 * A case of tutti_select: read the next message as a value.
 *
 * p          an end to read from; NULL: never ready
 * v          receives it if the case is chosen and its code is 0; it is the caller's to unref
 * Returns    the case; its code is 0, or an error of tutti_pipe_read_value
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_case tutti_case_read_value(tutti_pipe *p, tutti_value **v);

TUTTI_END

#endif
