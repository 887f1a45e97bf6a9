/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_THREAD_H
#define TUTTI_THREAD_H

#include <tutti/cpu.h>
#include <tutti/future.h>
#include <tutti/timer.h>

/*
 * thread.h - an OS thread. A tutti_thread * is a tutti_future *; its result is fn's void *.
 *
 * A thread is born started, and counts as alive before its starter returns. Where a function takes
 * a thread, NULL means the caller's; a timer (timer.h) is a thread too. A thread that tutti did
 * not make gets a stand-in called Dummy-N when it first asks; the first thread of all is
 * MainThread.
 *
 * When the program ends, by return from main or by exit, it first waits for all threads that are
 * not daemons, also for those started meanwhile. Then daemons stop at their next call into tutti
 * or line of stdio; nothing of theirs is cleaned up.
 *
 * After fork the child has a fresh runtime in which the forking thread is alone; futures of the
 * other threads fail there with TUTTI_ECRASHED. If that thread was started by tutti, the child ends
 * with status 0 when its function returns.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     static void *count(void *arg)
 *     {
 *             for (int i = 0; i < 3; i++)
 *                     printf("%s: %d\n", tutti_thread_name(NULL), i);
 *             return arg;
 *     }
 *     int two_threads(void)
 *     {
 *             tutti_future *f[2];
 *             f[0] = tutti_thread_start(count, NULL, NULL);
 *             f[1] = tutti_thread_start(count, NULL, &(tutti_thread_options){ .name = "B" });
 *             return tutti_join_all(f, 2);
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_thread_options {
	const char *name;     /* copied; NULL: Thread-N, N from 1 */
	size_t stack_bytes;   /* 0: as the system gives */
	int daemon;           /* -1 no, 0 as the starter, 1 yes; main is none */
	uint64_t reserved[4]; /* 0 */
} tutti_thread_options;

/*
 * Start a thread that runs fn(arg).
 *
 * fn         its result is the future's, unless it said tutti_fail
 * arg        for fn; must live until fn is done with it
 * options    NULL: all defaults
 * Returns    a reference, never NULL; already failed if the thread could not start, with -EAGAIN
 *            (the system's limit), -ENOMEM, -EINVAL (options, no fn), or TUTTI_ESHUTDOWN when exit
 *            has waited for the last thread already
 * Context    any thread or task
 * Waits      never
 * Order      happens-before fn
 */
TUTTI_API tutti_thread *tutti_thread_start(
	tutti_fn fn, void *arg, const tutti_thread_options *options);

/*
 * Wait until the thread has ended. Does not unref; may be called again.
 *
 * t          the thread
 * result     receives what fn returned; may be NULL
 * Returns    0
 * Errors     -EDEADLK          t is the caller's own thread, or NULL
 *            TUTTI_ETYPE       t is not a thread
 *            TUTTI_ECANCELED   the caller was cancelled
 *            any other         t failed, as tutti_future_result
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      all that fn did happens-before this return
 */
TUTTI_API int tutti_thread_join(tutti_thread *t, void **result);

/*
 * The same with a deadline.
 *
 * t          the thread
 * result     receives what fn returned; may be NULL
 * deadline   absolute; in the past: only look
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   still alive at the deadline
 *            and those of tutti_thread_join, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 * Order      as tutti_thread_join
 */
TUTTI_API int tutti_thread_join_until(tutti_thread *t, void **result, tutti_time deadline);

/*
 * See whether the thread has not ended yet.
 *
 * t          the thread; NULL: the caller's
 * Returns    true: alive; false also for what is not a thread
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_thread_is_alive(const tutti_thread *t);

/*
 * Get the thread's name.
 *
 * t          the thread; NULL: the caller's
 * Returns    the name, borrowed as long as t; NULL for what is not a thread
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_thread_name(const tutti_thread *t);

/*
 * Get the thread's number in tutti: stable, and not given again while the process lives.
 *
 * t          the thread; NULL: the caller's
 * Returns    the number; 0 only for what is not a thread
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API uint64_t tutti_thread_ident(const tutti_thread *t);

/*
 * Get the kernel's number of the thread, as top and gdb show it.
 *
 * t          the thread; NULL: the caller's
 * Returns    the number, > 0
 * Errors     TUTTI_ETYPE      t is not a thread
 *            TUTTI_EPENDING   t has not got as far as having one, or never started
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_thread_native_id(const tutti_thread *t);

/*
 * See whether the program's end does not wait for the thread.
 *
 * t          the thread; NULL: the caller's
 * Returns    true: a daemon; false also for what is not a thread
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_thread_daemon(const tutti_thread *t);

/*
 * Write the thread as a text, as Python shows it: <KIND(NAME, STATE IDENT)>, for instance
 * <_MainThread(MainThread, started 1)>. KIND is _MainThread, Thread, Timer or, of threads of other
 * makers, _DummyThread; STATE is started or stopped, and says whether it is a daemon.
 *
 * t          the thread; NULL: the caller's
 * text       receives it, cut off where there is no more room; NULL with n 0
 * n          the room, in bytes
 * Returns    how many bytes it has without the zero that ends it, be they written or not
 * Errors     TUTTI_ETYPE   t is not a thread; text is untouched
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_thread_repr(const tutti_thread *t, char *text, size_t n);

/*
 * Get the thread that is calling; in a task the one it runs on.
 *
 * Returns    borrowed until the thread ends, never NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_thread *tutti_thread_current(void);

/*
 * Get the thread that runs main.
 *
 * Returns    borrowed for ever, never NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_thread *tutti_thread_main(void);

/*
 * List the threads that are alive: main, daemons and timers too, tutti's own helpers not.
 *
 * buf        receives up to n references, each to be unref'd; NULL: none
 * n          slots in buf
 * Returns    how many are alive, which may be more than n
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API size_t tutti_thread_enumerate(tutti_thread **buf, size_t n);

/*
 * Count the threads that are alive: what tutti_thread_enumerate would list.
 *
 * Returns    threads, at least 1
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API size_t tutti_thread_active_count(void);

/*
 * Sleep and hold the OS thread with all its tasks, as a call that knows nothing of tutti does. To
 * demonstrate that; programs want tutti_sleep. A cancel is looked for before the sleep only.
 *
 * duration   nanoseconds; <= 0 returns at once
 * Returns    0
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_thread_sleep(tutti_time duration);

TUTTI_END

#endif
