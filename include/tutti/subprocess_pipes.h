/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SUBPROCESS_PIPES_H
#define TUTTI_SUBPROCESS_PIPES_H

#include <tutti/subprocess.h>
#include <tutti/time.h>

/*
 * subprocess_pipes.h - to talk with a program: those of its streams that were started as
 * TUTTI_PIPE. Either all at once, with communicate; or bit by bit, with the others.
 *
 * Each pipe is one's at a time: who finds it in use gets -EBUSY. Writing and reading, or reading
 * both, are different pipes. A pipe holds some 64 KiB: who writes more while the child's output is
 * not read may wait for ever, as the child does. communicate and two tasks cannot.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     int ask(tutti_subprocess *calculator, const char *question)
 *     {
 *             tutti_bytes answer;
 *             long rc = tutti_subprocess_write(calculator, tutti_bytes_text(question));
 *
 *             if (rc >= 0)
 *                     rc = tutti_subprocess_read_line(calculator, 1, &answer);
 *             if (rc < 0)
 *                     return (int)rc;
 *             puts((const char *)answer.data);
 *             tutti_bytes_free(&answer);
 *             return 0;
 *     }
 */

TUTTI_BEGIN

/*
 * Write all input, close its stdin, read its pipes to their end and wait for the child's: at once,
 * so that nobody waits in a circle. Of input that nobody reads the rest is dropped.
 *
 * p          with any of its streams a pipe
 * input      borrowed; must be empty if its stdin is no pipe
 * result     as for tutti_subprocess_run; what was read before is not in it. NULL: what comes is
 *            dropped
 * Returns    0; it has ended
 * Errors     TUTTI_ECANCELED   the caller was cancelled; see the next function
 *            -EBUSY            another uses one of its pipes
 *            -EINVAL           input, and no pipe for it, or it is closed
 *            -ENOMEM           no memory; as after a deadline
 *            and those of tutti_subprocess_join
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_subprocess_communicate(
	tutti_subprocess *p, tutti_bytes input, tutti_subprocess_result *result);

/*
 * The same with a deadline. If it passes, or the caller is cancelled, the child goes on and nothing
 * is lost: what was read, and what is left to be written, is kept for the next call, whose input
 * comes after that.
 *
 * p          as above
 * input      as above
 * result     as above, but untouched if the call ends early
 * deadline   absolute; in the past: what can be done at once
 * Returns    0; it has ended
 * Errors     TUTTI_ETIMEDOUT   it has not, or one of its pipes has not come to its end
 *            and those of tutti_subprocess_communicate, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_subprocess_communicate_until(tutti_subprocess *p, tutti_bytes input,
	tutti_subprocess_result *result, tutti_time deadline);

/*
 * Write to its stdin: all.
 *
 * p          with its stdin a pipe
 * data       borrowed
 * Returns    how many bytes were written; fewer than all if then the caller was cancelled
 * Errors     TUTTI_ECANCELED   the caller was cancelled, and none was written
 *            -EPIPE            nobody reads any more; there is no signal
 *            -EBADF            closed
 *            TUTTI_ETYPE       p has no such pipe; or as tutti_subprocess_pid
 *            -EBUSY            another uses it
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API long tutti_subprocess_write(tutti_subprocess *p, tutti_bytes data);

/*
 * The same with a deadline.
 *
 * p          with its stdin a pipe
 * data       borrowed
 * deadline   absolute; in the past: what there is room for
 * Returns    how many bytes were written; fewer than all at the deadline
 * Errors     TUTTI_ETIMEDOUT   none by then
 *            and those of tutti_subprocess_write, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API long tutti_subprocess_write_until(
	tutti_subprocess *p, tutti_bytes data, tutti_time deadline);

/*
 * Close its stdin: it reads the end, after what was written. The second time does nothing.
 *
 * p          with its stdin a pipe
 * Returns    0
 * Errors     TUTTI_ETYPE   p has no such pipe; or as tutti_subprocess_pid
 *            -EBUSY        another uses it
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_subprocess_close_input(tutti_subprocess *p);

/*
 * Read what it has printed, as soon as there is anything.
 *
 * p          with that stream a pipe
 * stream     1: its stdout; 2: its stderr
 * buf        receives the bytes
 * n          room, at least 1, else -EINVAL
 * Returns    how many; 0: the end
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 *            TUTTI_ETYPE       p has no such pipe; or as tutti_subprocess_pid
 *            -EBUSY            another uses it
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API long tutti_subprocess_read(tutti_subprocess *p, int stream, void *buf, size_t n);

/*
 * The same with a deadline.
 *
 * p          with that stream a pipe
 * stream     1: its stdout; 2: its stderr
 * buf        receives the bytes
 * n          room, at least 1
 * deadline   absolute; in the past: only what is there
 * Returns    how many; 0: the end
 * Errors     TUTTI_ETIMEDOUT   nothing came by then
 *            and those of tutti_subprocess_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API long tutti_subprocess_read_until(
	tutti_subprocess *p, int stream, void *buf, size_t n, tutti_time deadline);

/*
 * Read the next line as soon as all of it has come. Lines and bytes may be read by turns.
 *
 * p          with that stream a pipe
 * stream     1: its stdout; 2: its stderr
 * line       receives it without its newline, the caller's to free; a zero follows, not counted.
 *            What comes after the last newline is a line too
 * Returns    0
 * Errors     TUTTI_EDONE   the end
 *            -ENOMEM       no memory; nothing is lost
 *            and those of tutti_subprocess_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_subprocess_read_line(tutti_subprocess *p, int stream, tutti_bytes *line);

/*
 * The same with a deadline.
 *
 * p          with that stream a pipe
 * stream     1: its stdout; 2: its stderr
 * line       as above
 * deadline   absolute; in the past: only if it is there
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   not all of it came by then; nothing is lost
 *            and those of tutti_subprocess_read_line, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_subprocess_read_line_until(
	tutti_subprocess *p, int stream, tutti_bytes *line, tutti_time deadline);

/*
 * Get our end of a pipe, to be waited for with others (tutti_case_fd). It never blocks. What came
 * with the lines read so far is not in it any more: read with a deadline in the past first.
 *
 * p          with that stream a pipe
 * stream     0: its stdin; 1: its stdout; 2: its stderr
 * Returns    the descriptor, p's own: only to be waited for
 * Errors     TUTTI_ETYPE   p has no such pipe; or as tutti_subprocess_pid
 *            -EBADF        closed
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_subprocess_fd(const tutti_subprocess *p, int stream);

TUTTI_END

#endif
