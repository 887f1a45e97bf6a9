/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_PROCESS_H
#define TUTTI_PROCESS_H

#include <tutti/fork.h>
#include <tutti/job.h>

/*
 * process.h - another process runs a job. A tutti_process * is a tutti_future *; its result is the
 * job's, and it is done when the process has ended.
 *
 * Only the job's argument crosses, as bytes: memory is not shared, and a pointer means nothing
 * there. A process is born started, and where a function takes one NULL means the caller's own. The
 * first one of all is MainProcess, those that it starts are Process-1, Process-2, ...; theirs
 * Process-1:1 and so on. Jobs are found by name in the child, so they stand in the program or in a
 * library that it has loaded (TUTTI_JOB).
 *
 * Three ways to come by a process. TUTTI_FORKSERVER, the usual one: a server, started once, which
 * has loaded the program but not entered main, forks; so the child is quickly made however large
 * the parent is, and has neither its threads nor its locks. TUTTI_SPAWN: the program is started
 * anew, up to where main would begin. TUTTI_FORK: the child is a copy of its parent, with all its
 * memory; the system can do that only while the parent has no other threads. In the first two the
 * program's main is not run, so that nothing guards it; constructors are. Standard streams and the
 * working directory are the starter's of now; what it has printed is written out before.
 *
 * How it ends. The exit code is 0 when the job ended well; 1 when it failed, and then the child
 * says so on its error stream; what exit was called with, if the job did; -N if signal N killed it.
 * If the job gave no result the future fails with TUTTI_ECRASHED; its text says how it ended.
 *
 * Who outlives whom. When a process ends, by return from main or by exit, it first waits for its
 * threads; then terminates the children that are daemons; then waits for the others. When it is
 * killed, its children are killed too. A daemon may have no children of its own. Cancelling a
 * process' future terminates it.
 *
 * Example:
 *
 *     static int square(int n)
 *     {
 *             return n * n;
 *     }
 *     TUTTI_JOB(square, int, int);
 *
 *     int square_elsewhere(int n, int *squared)
 *     {
 *             tutti_process *p = tutti_process_start(&square_job, &n, NULL);
 *             int rc = square_result(p, squared);
 *
 *             tutti_future_unref(p);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_process_options {
	const char *name;          /* copied; NULL: Process-N, N from 1 */
	tutti_start_method method; /* 0, TUTTI_FORKSERVER: as tutti_process_set_method says */
	int daemon;                /* -1 no, 0 as the starter, 1 yes; main is none */
	uint64_t reserved[4];      /* 0 */
} tutti_process_options;

/*
 * Start a process that runs a job.
 *
 * job        which
 * arg        its argument, copied before this returns; NULL if it takes none
 * options    NULL: all defaults
 * Returns    a reference, never NULL; already failed if the process could not start, with a text:
 *            -EAGAIN (the system's limit), -ENOMEM, -EMFILE, -EINVAL (options, no job), -EPERM
 *            (the caller's process is a daemon), -EDEADLK (TUTTI_FORK while other threads live),
 *            -EBUSY (a constructor in a child starts one), -ENOTSUP (the program cannot be started
 *            again: see tutti_process_serve), TUTTI_ESHUTDOWN when exit has waited for the last
 *            child already
 * Context    any thread or task; TUTTI_FORK: not a task
 * Waits      never for long: for the fork server, some hundred microseconds
 */
TUTTI_API tutti_process *tutti_process_start(
	tutti_job *job, const void *arg, const tutti_process_options *options);

/*
 * Wait until the process has ended, however. Does not unref; may be called again.
 *
 * p          the process
 * Returns    0; tutti_process_exitcode and tutti_future_result say how it ended
 * Errors     -EDEADLK          p is the caller's own process, or NULL
 *            TUTTI_ETYPE       p is not a process
 *            -ECHILD           p was started by another: this one is its forked child
 *            TUTTI_ECANCELED   the caller was cancelled
 *            any other         p could not start
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_process_join(tutti_process *p);

/*
 * The same with a deadline.
 *
 * p          the process
 * deadline   absolute; in the past: only look
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   still alive at the deadline
 *            and those of tutti_process_join, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_process_join_until(tutti_process *p, tutti_time deadline);

/*
 * Have the process end: SIGTERM, which it may handle. Its own children end with it. One that has
 * ended already is left alone.
 *
 * p          the process
 * Returns    0; asked, not yet ended
 * Errors     TUTTI_ETYPE   p is not a process
 *            -ECHILD       p was started by another: this one is its forked child
 *            any other     p could not start
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_process_terminate(tutti_process *p);

/*
 * The same by SIGKILL, which nobody can handle.
 *
 * p          the process
 * Returns    0; asked, not yet ended
 * Errors     as tutti_process_terminate
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_process_kill(tutti_process *p);

/*
 * Send it any signal.
 *
 * p          the process; NULL: the caller's
 * number     as SIGUSR1
 * Returns    0
 * Errors     -EINVAL       there is no such signal
 *            and those of tutti_process_terminate
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_process_signal(tutti_process *p, int number);

/*
 * See whether the process has not ended yet.
 *
 * p          the process; NULL: the caller's
 * Returns    true: alive; false also for what is not a process
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_process_is_alive(const tutti_process *p);

/*
 * Get the system's number of the process. That of the caller is never one from before a fork.
 *
 * p          the process; NULL: the caller's
 * Returns    the number, > 0, also after its end
 * Errors     TUTTI_ETYPE   p is not a process
 *            any other     p could not start
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_process_pid(const tutti_process *p);

/*
 * Get the number of the caller's parent, or of whoever has adopted it.
 *
 * Returns    the number
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_process_parent_pid(void);

/*
 * Get how the process ended.
 *
 * p          the process
 * code       receives what it passed to exit, or -N if signal N killed it
 * Returns    0
 * Errors     TUTTI_EPENDING   it has not ended
 *            TUTTI_ETYPE      p is not a process
 *            -ECHILD          somebody else has taken its exit code: the program ignores SIGCHLD,
 *                             or waits for any child
 *            any other        p could not start
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_process_exitcode(const tutti_process *p, int *code);

/*
 * Get the name.
 *
 * p          the process; NULL: the caller's
 * Returns    the name, borrowed as long as p; NULL for what is not a process
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_process_name(const tutti_process *p);

/*
 * See whether it ends with its parent.
 *
 * p          the process; NULL: the caller's
 * Returns    true: a daemon
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_process_daemon(const tutti_process *p);

/*
 * List the children that the caller's process has started and that are alive.
 *
 * buf        receives as many as there is room for, each a reference; NULL: none
 * n          room
 * Returns    how many there are, also if that is more than n
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API size_t tutti_process_children(tutti_process **buf, size_t n);

/*
 * Do what the process that has started this one wants, if it is such a child: for programs that
 * take the place of one which has loaded libtutti after its start, as tutti-worker does. In others
 * this is done before main. See "Other languages" in docs/processes.md.
 *
 * Returns    never, in such a child
 * Errors     -EINVAL   it is none
 * Context    the first thread, before there are others
 * Waits      may
 */
TUTTI_API int tutti_process_serve(void);

TUTTI_END

#endif
