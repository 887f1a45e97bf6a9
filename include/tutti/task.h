/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_TASK_H
#define TUTTI_TASK_H

#include <tutti/future.h>
#include <tutti/group.h>
#include <tutti/loop.h>
#include <tutti/scope.h>

/*
 * task.h - many functions in turn on one thread, each with a stack of its own. A tutti_task * is a
 * tutti_future *; its result is fn's void *.
 *
 * main needs no loop to start tasks: waiting for one (or for anything in tutti) is what runs them.
 * A task starts at its loop's next turn, in order of creation, gives way only where it waits or
 * yields, and stays on its thread to the end. So tasks of one loop need no locks between two
 * waits.
 *
 * A started task that is cancelled is told so by every cancellation point; it should clean up and
 * return. Tasks of a thread share its thread-local variables; errno is kept for each.
 *
 * After fork the child has none of the tasks but the one that called it; the others' futures fail
 * there with TUTTI_ECRASHED. That task returns to its thread's own stack in the child too, where
 * tutti_run or whatever waits there goes on.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     static void *greet(void *name)
 *     {
 *             printf("hello, %s\n", (const char *)name);
 *             tutti_sleep(TUTTI_SECONDS(1));
 *             printf("bye, %s\n", (const char *)name);
 *             return NULL;
 *     }
 *     int both(void)
 *     {
 *             tutti_future *f[] = { tutti_task_start(greet, "ann", NULL),
 *                                   tutti_task_start(greet, "bob", NULL) };
 *             return tutti_join_all(f, 2);
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_task_options {
	const char *name;     /* copied; NULL: Task-N, N from 1 */
	size_t stack_bytes;   /* address space, rounded up to a size class; 0: 256 KiB. Only touched
	                         pages cost memory. */
	tutti_loop *loop;     /* where it runs; NULL: the caller's */
	uint64_t reserved[4]; /* 0 */
} tutti_task_options;

/*
 * Start a task that runs fn(arg) at the loop's next turn.
 *
 * fn         its result is the future's, unless it said tutti_fail
 * arg        for fn; must live until fn is done with it
 * options    NULL: all defaults
 * Returns    a reference, never NULL; already failed if it could not start, with -ENOMEM,
 *            -EINVAL (no fn), or TUTTI_ESHUTDOWN (the loop's thread has ended)
 * Context    any thread or task
 * Waits      never
 * Order      happens-before fn
 */
TUTTI_API tutti_task *tutti_task_start(tutti_fn fn, void *arg, const tutti_task_options *options);

/*
 * Get the task that is calling.
 *
 * Returns    borrowed until the task ends; NULL in a plain thread
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_task *tutti_task_current(void);

/*
 * Get the task's name.
 *
 * t          the task; NULL: the caller
 * Returns    the name, borrowed as long as t; NULL for what is not a task
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_task_name(const tutti_task *t);

/*
 * Let the others go first: a task the other tasks of its loop, a thread its tasks and then other
 * threads.
 *
 * Returns    0
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_yield(void);

/*
 * A coroutine object: a call that was written down and not made. It is awaited, which makes the
 * call here and now, or given to a task. tutti_task_start does both steps at once.
 */
typedef struct tutti_coroutine tutti_coroutine;

/*
 * Write down the call fn(arg). Nothing of it runs.
 *
 * fn         what to call, once
 * arg        for fn; must live until fn is done with it
 * Returns    the object; NULL: no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_coroutine *tutti_coroutine_create(tutti_fn fn, void *arg);

/*
 * Make the call, as a plain call in the caller's stack: nothing else runs unless fn waits. What fn
 * says with tutti_fail is this call's error, and not the caller's.
 *
 * c          the object
 * result     receives what fn returned; may be NULL
 * Returns    0
 * Errors     -EALREADY         the call has been made, or given to a task
 *            TUTTI_ETYPE       c is NULL: nothing that can be awaited
 *            TUTTI_ECANCELED   the caller was cancelled, which fn has been told
 *            any other         fn said it with tutti_fail; tutti_coroutine_text has the words
 * Context    any thread or task
 * Waits      may; cancellation point where fn has one
 */
TUTTI_API int tutti_coroutine_await(tutti_coroutine *c, void **result);

/*
 * Get the words that the awaited call failed with.
 *
 * c          the object
 * Returns    a text, borrowed until c is freed; never NULL, "" if it has not failed here
 * Context    any thread or task; the one that awaited it
 * Waits      never
 */
TUTTI_API const char *tutti_coroutine_text(const tutti_coroutine *c);

/*
 * Have a task make the call, as tutti_task_start. c may be freed at once.
 *
 * c          the object
 * options    NULL: all defaults
 * Returns    a reference, never NULL; already failed with -EALREADY if the call has been made, with
 *            TUTTI_ETYPE if c is NULL, with -ENOMEM without memory
 * Context    any thread or task
 * Waits      never
 * Order      happens-before fn
 */
TUTTI_API tutti_task *tutti_coroutine_task(tutti_coroutine *c, const tutti_task_options *options);

/*
 * Free the object. If its call was never made, that is reported (report.h).
 *
 * c          the object; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_coroutine_free(tutti_coroutine *c);

/*
 * See whether the caller should stop, without waiting: for loops that compute. Takes nanoseconds.
 *
 * Returns    true: the next cancellation point will say TUTTI_ECANCELED
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_cancelled(void);

/*
 * Run fn(arg) on a helper thread and wait for it, so that what blocks the thread does not hold up
 * the other tasks. Once fn has begun it is waited for, cancelled or not and whatever limit the
 * caller is in, since it uses arg. For a limit, start a thread and use tutti_future_result_until
 * on it: then arg must live until that thread has ended.
 *
 * fn         may call what blocks
 * arg        for fn
 * result     receives what fn returned; may be NULL
 * Returns    0
 * Errors     TUTTI_ECANCELED   the caller was cancelled before fn began; it never will
 *            -EAGAIN           no helper thread to be had
 *            -EINVAL           no fn
 *            -ENOMEM           no memory
 *            any other         fn said it with tutti_fail
 * Context    any thread or task
 * Waits      may; cancellation point until fn begins
 * Order      the call happens-before fn, fn happens-before its return
 */
TUTTI_API int tutti_call_blocking(tutti_fn fn, void *arg, void **result);

/*
 * Run a whole program of tasks: fn(arg) as a task on the caller's loop, and leave nothing behind.
 * When it ends the loop's other tasks are cancelled and joined. Meanwhile SIGINT cancels it; a
 * second SIGINT has its default action.
 *
 * fn         the first task's function
 * arg        for fn
 * result     receives what fn returned; may be NULL
 * Returns    0
 * Errors     -EBUSY            called from a task
 *            -ENOMEM           no memory
 *            TUTTI_ECANCELED   the calling thread was cancelled, which cancels fn's task
 *            any other         fn's task failed with it, as tutti_future_result
 * Context    any thread
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_run(tutti_fn fn, void *arg, void **result);

TUTTI_END

#endif
