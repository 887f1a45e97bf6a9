/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_FUTURE_H
#define TUTTI_FUTURE_H

#include <tutti/error.h>
#include <tutti/time.h>

/*
 * future.h - something under way. A thread, a task and a timer *is* a future, the same C type, and
 * so is what tutti_submit returns: all mix in one array. Which kind it is, is checked when it
 * matters.
 *
 * Ownership, one rule: every function that returns a tutti_future * gives you a reference; unref it
 * once. Names ending in _current and _main are the exceptions: they lend. Starters and submitters
 * never return NULL: what could not start is a future that has already failed with the reason.
 *
 * Dropping the last reference does not stop the work. A failure that nobody looked at (with
 * result, error, text or a join, once it was done) is reported once through the reporter
 * (report.h) when the last reference is gone. To have been cancelled is not a failure.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     void answer(tutti_future *question)
 *     {
 *             int number = 42;
 *             tutti_future_set_result(question, &number);
 *     }
 *     int ask(tutti_future *question)
 *     {
 *             int number, rc = tutti_future_result(question, &number, sizeof(number));
 *             if (rc < 0)
 *                     fprintf(stderr, "%s: %s\n", tutti_errname(rc), tutti_future_text(question));
 *             return rc < 0 ? rc : number;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_future tutti_future;
typedef tutti_future tutti_thread, tutti_task, tutti_process, tutti_timer;

/*
 * Make a promise that you will keep yourself, with one of the next two calls.
 *
 * result_size  bytes of the result; 0: none
 * Returns    the future; NULL: no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_future *tutti_future_create(size_t result_size);

/*
 * Keep the promise: the future is done.
 *
 * f          from tutti_future_create, or what an engine was given
 * result     result_size bytes, copied; may be NULL if that is 0
 * Returns    0
 * Errors     TUTTI_EDONE   done already, or cancelled
 *            TUTTI_ETYPE   a thread, task or timer, which ends by itself
 * Context    any thread or task
 * Waits      never
 * Order      happens-before the return of each call that finds f done
 */
TUTTI_API int tutti_future_set_result(tutti_future *f, const void *result);

/*
 * Break the promise: the future has failed.
 *
 * f          from tutti_future_create, or what an engine was given
 * code       < 0
 * text       copied; NULL: tutti_strerror(code)
 * Returns    0
 * Errors     TUTTI_EDONE   done already, or cancelled
 *            TUTTI_ETYPE   a thread, task or timer, which ends by itself
 *            -EINVAL       code is not negative
 * Context    any thread or task
 * Waits      never
 * Order      happens-before the return of each call that finds f done
 */
TUTTI_API int tutti_future_set_error(tutti_future *f, int code, const char *text);

/*
 * Wait until f is done and copy the result. May be called again; every call gives the same.
 *
 * f          the future
 * out        receives the result; NULL if size is 0
 * size       the result's size in bytes (a bare function's is sizeof(void *)), or 0 to leave it
 * Returns    0
 * Errors     TUTTI_ECANCELED      the caller was cancelled
 *            TUTTI_ETYPE          size is neither 0 nor the result's
 *            -EINVAL              out is NULL, and size is not 0
 *            TUTTI_EJOBCANCELED   f was cancelled
 *            TUTTI_EJOBTIMEDOUT   f ran out of time
 *            -EDEADLK             f is the caller, or a job that waits, for ever, for the caller's
 *            any other            f failed with it; tutti_future_text has the words
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      all that f's function did happens-before this return
 */
TUTTI_API int tutti_future_result(tutti_future *f, void *out, size_t size);

/*
 * The same with a deadline.
 *
 * f          the future
 * out        receives the result; NULL if size is 0
 * size       the result's size in bytes, or 0 to leave it
 * deadline   absolute; in the past: only look
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   not done at the deadline
 *            and those of tutti_future_result, TUTTI_ECANCELED among them; -EDEADLK only if f is
 *            the caller, unless deadline is TUTTI_FOREVER
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_future_result
 */
TUTTI_API int tutti_future_result_until(
	tutti_future *f, void *out, size_t size, tutti_time deadline);

/*
 * See how f ended, in f's own code: one that was cancelled says TUTTI_ECANCELED here.
 *
 * f          the future
 * Returns    0 done and fine; < 0 the code it failed with; TUTTI_EPENDING not done
 * Context    any thread or task
 * Waits      never
 * Order      as tutti_future_result if f is done
 */
TUTTI_API int tutti_future_error(const tutti_future *f);

/*
 * Get the words that f failed with.
 *
 * f          the future
 * Returns    a text, borrowed until your unref; never NULL, "" if it did not fail or is not done
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_future_text(const tutti_future *f);

/*
 * See whether f has ended, one way or another.
 *
 * f          the future
 * Returns    true: has its result, failed or was cancelled
 * Context    any thread or task
 * Waits      never
 * Order      as tutti_future_result if true
 */
TUTTI_API bool tutti_future_done(const tutti_future *f);

/*
 * See whether f has begun and not ended.
 *
 * f          the future
 * Returns    true: it was running
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_future_running(const tutti_future *f);

/*
 * Ask f to end. One that has not begun (or that tutti_future_create made) is cancelled at once.
 * One that runs is told so by every cancellation point from now on, and by tutti_cancelled; it
 * ends when its function returns. What it was waiting for and is given before it has heard of the
 * cancel, a permit say, it has got: the wait returns 0 and the next point says so.
 *
 * f          the future
 * Returns    0 it will never run; 1 it was asked to stop
 * Errors     TUTTI_EDONE   too late
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_future_cancel(tutti_future *f);

/*
 * Have fn called once when f is done, at once if it is already: in the adder's loop if a task adds
 * it, else wherever f is completed.
 *
 * f          the future, lent to fn for its call
 * fn         must not wait
 * arg        for fn
 * Returns    0
 * Errors     -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 * Order      as tutti_future_result for fn
 */
TUTTI_API int tutti_future_add_done_callback(
	tutti_future *f, void (*fn)(tutti_future *f, void *arg), void *arg);

/*
 * Take a callback back, as often as it was added: each time that it was added it either has been
 * called, or counts here and never will be. A call that has begun may still be under way on another
 * thread; what a task has added is called on the task's own.
 *
 * f          the future
 * fn         as it was added
 * arg        as it was added
 * Returns    how many will not be called; 0: none was left
 * Context    any thread or task; also within a callback of f
 * Waits      never
 */
TUTTI_API int tutti_future_remove_done_callback(
	tutti_future *f, void (*fn)(tutti_future *f, void *arg), void *arg);

/*
 * Take one more reference.
 *
 * f          the future
 * Returns    f
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_future *tutti_future_ref(tutti_future *f);

/*
 * Give a reference back. The work goes on also without any.
 *
 * f          the future; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_future_unref(tutti_future *f);

TUTTI_END

#include <tutti/wait.h>

#endif
