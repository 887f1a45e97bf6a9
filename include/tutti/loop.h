/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_LOOP_H
#define TUTTI_LOOP_H

#include <tutti/future.h>
#include <tutti/time.h>

/*
 * loop.h - what runs the tasks of a thread, taken in hand. Every thread has one, made on first use;
 * it runs whenever its thread waits in tutti, and ends with it. So programs that only use tasks
 * need nothing of this but tutti_loop_current, to start a task on the loop of another thread
 * (task.h, options.loop).
 *
 * The rest is for callbacks instead of tasks, for a thread that does nothing but run its loop, and
 * for living inside a loop that is not tutti's: GLib's, Qt's, a poll() of your own. Wherever a
 * loop is asked for, NULL is the caller's.
 *
 * Example:
 *
 *     #include <poll.h>
 *     #include <tutti/tutti.h>
 *
 *     static void hello(void *arg)
 *     {
 *             tutti_loop_call_at(NULL, tutti_after(TUTTI_SECONDS(1)), hello, arg);
 *     }
 *     int in_a_loop_of_my_own(void)
 *     {
 *             struct pollfd p = { .fd = tutti_loop_fd(NULL), .events = POLLIN };
 *
 *             tutti_loop_call_soon(NULL, hello, NULL);
 *             while (poll(&p, 1, -1) > 0)
 *                     tutti_loop_run_ready(NULL);
 *             return 0;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_loop tutti_loop;

/*
 * Get the loop of the calling thread.
 *
 * Returns    borrowed until the thread ends; NULL: no memory to make it
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_loop *tutti_loop_current(void);

/*
 * Run the loop until f is done: a wait for f that tutti_loop_stop can end. Callbacks of f that were
 * there before have been called when it returns. Tasks that have not ended go on the next time
 * the thread waits.
 *
 * l          the caller's own loop
 * f          any future
 * Returns    0
 * Errors     TUTTI_EPENDING    stopped, and f is not done
 *            TUTTI_ECANCELED   the calling thread was cancelled
 *            TUTTI_ESHUTDOWN   closed
 *            -EBUSY            the loop is running: the caller is a task
 *            -EPERM            another thread's
 *            -EDEADLK          f is the calling thread
 *            -EINVAL           f is NULL
 *            any other         f failed with it, as tutti_future_result
 * Context    owner, not a task
 * Waits      may; cancellation point
 * Order      as tutti_future_result
 */
TUTTI_API int tutti_loop_run_until_complete(tutti_loop *l, tutti_future *f);

/*
 * Run the loop until it is stopped. One that was stopped before runs once what is ready.
 *
 * l          the caller's own loop
 * Returns    0; stopped
 * Errors     TUTTI_ECANCELED   the calling thread was cancelled
 *            TUTTI_ESHUTDOWN   closed
 *            -EBUSY            the loop is running: the caller is a task
 *            -EPERM            another thread's
 * Context    owner, not a task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_loop_run_forever(tutti_loop *l);

/*
 * Have the last two calls return, once what is ready now has had its turn. Safe in a signal
 * handler.
 *
 * l          the loop; NULL (not in a handler): the caller's
 * Returns    0
 * Errors     TUTTI_ESHUTDOWN   closed
 * Context    any thread or task, signal handler
 * Waits      never
 */
TUTTI_API int tutti_loop_stop(tutti_loop *l);

/*
 * End all that the loop has to do: what has begun is cancelled and runs to its end, what has not
 * never will. Each such task is named through the reporter (report.h), since a program that is
 * done waits for its tasks. Afterwards the loop takes no more tasks, callbacks and timers; locks,
 * queues and the like wait as ever. The second time does nothing.
 *
 * l          the caller's own loop
 * Returns    0
 * Errors     -EBUSY    the loop is running: the caller is a task
 *            -EPERM    another thread's
 * Context    owner, not a task
 * Waits      may, until those tasks have ended; no cancellation point
 */
TUTTI_API int tutti_loop_close(tutti_loop *l);

/*
 * Have fn called at the loop's next turn, in the order of these calls and of tasks started. It is
 * called as a task is: it may wait. What it says with tutti_fail is reported.
 *
 * l          the caller's own loop
 * fn         what to call
 * arg        for fn; must live until fn is done with it
 * Returns    0
 * Errors     TUTTI_ESHUTDOWN   closed
 *            -EPERM            another thread's: see the next function
 *            -ENOMEM           no memory
 * Context    owner
 * Waits      never
 */
TUTTI_API int tutti_loop_call_soon(tutti_loop *l, void (*fn)(void *arg), void *arg);

/*
 * The same from anywhere.
 *
 * l          the loop of any thread
 * fn         what to call
 * arg        for fn; must live until fn is done with it
 * Returns    0
 * Errors     TUTTI_ESHUTDOWN   closed
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      never
 * Order      happens-before fn
 */
TUTTI_API int tutti_loop_call_soon_threadsafe(tutti_loop *l, void (*fn)(void *arg), void *arg);

/*
 * Have fn called once in the loop, at a deadline. Far cheaper than a thread's timer (timer.h). If
 * the loop's thread or its tutti_run ends before, it is cancelled.
 *
 * l          the loop of any thread
 * deadline   absolute, so tutti_after(d) for "in d"; in the past: at the loop's next turn. Equal
 *            ones fire in the order of calls.
 * fn         called as a task is: it may wait
 * arg        for fn; must live until fn is done with it
 * Returns    a reference, never NULL: done when fn has returned; tutti_future_cancel prevents it,
 *            and so does the end of the loop's thread. Already failed with -ENOMEM without memory,
 *            -EINVAL without fn, TUTTI_ESHUTDOWN if closed or that thread has ended
 * Context    any thread or task
 * Waits      never
 * Order      happens-before fn
 */
TUTTI_API tutti_timer *tutti_loop_call_at(
	tutti_loop *l, tutti_time deadline, void (*fn)(void *arg), void *arg);

/*
 * Have the loop's descriptor become readable: the call for a signal handler that has set a flag.
 * Rings merge.
 *
 * l          the loop, not NULL in a handler; its thread must not have ended
 * Returns    0
 * Errors     TUTTI_ESHUTDOWN   closed
 * Context    any thread or task, signal handler
 * Waits      never
 */
TUTTI_API int tutti_loop_wake(tutti_loop *l);

/*
 * Get a descriptor for another loop to poll: it is readable when there is something to do, timers
 * included. Then call tutti_loop_run_ready from that loop; nothing else need be done with it. Any
 * other call of ours on this thread makes it readable too, since that may have made something
 * ready: a loop that has one in each of its turns never rests. Made by the first call; it goes with
 * the loop.
 *
 * l          the caller's own loop
 * Returns    the descriptor, borrowed: only to be polled
 * Errors     TUTTI_ESHUTDOWN   closed
 *            -EPERM            another thread's
 *            -EMFILE           too many descriptors; also -ENFILE, -ENOMEM
 * Context    owner
 * Waits      never
 */
TUTTI_API int tutti_loop_fd(tutti_loop *l);

/*
 * Run what is ready, and what that makes ready, without waiting for anything else; of tasks that go
 * on for ever a few rounds, after which the descriptor is readable still.
 *
 * l          the caller's own loop
 * Returns    how many turns were given; 0 is cheap
 * Errors     TUTTI_ESHUTDOWN   closed
 *            -EBUSY            the loop is running: the caller is a task
 *            -EPERM            another thread's
 * Context    owner, not a task
 * Waits      never
 */
TUTTI_API int tutti_loop_run_ready(tutti_loop *l);

TUTTI_END

#endif
