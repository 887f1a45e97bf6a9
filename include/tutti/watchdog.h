/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_WATCHDOG_H
#define TUTTI_WATCHDOG_H

#include <tutti/api.h>
#include <tutti/time.h>

/*
 * watchdog.h - who holds up a loop. Tasks of one thread run one after the other, so a task that
 * sleeps in the kernel, or computes for long, makes all others of its thread wait. The watchdog is
 * a thread that looks at all loops from outside and says so: which task it is, where it stands,
 * whether it computes or sleeps.
 *
 * A stall is: something could run on a thread (it is ready, its timer is due, another thread has
 * sent it), and for longer than a limit it does not, because what runs there has not once waited
 * or yielded. Time for which the thread gets no CPU does not count. Where nobody waits for the
 * thread there is no stall, however long a task runs; nor in a pool's worker that computes its job.
 *
 * A stall is told when it has lasted for the limit, each time it has lasted twice as long as when
 * it was told last, and when it is over. The reporter gets one line for each,
 *
 *     task 'fetch' on thread 'MainThread' holds up its loop for 104 ms, sleeping:
 *     libc.so.6(read+0xd) < crawl(fetch+0x2b) < ...
 *
 * (here it is two), and a few a second at most: then how many were left out. A callback gets all.
 *
 * While it is off nothing is done for it. While it is on it looks four times within the limit, and
 * once in a stall it interrupts the thread with a signal, to have it say where it is. That is
 * SIGURG, whose default is that nothing happens; from start to stop it is the watchdog's. What the
 * thread does in the kernel goes on as SA_RESTART has it: read(2) and its like do, while sleep(3),
 * nanosleep(2), poll(2) and select(2) end early, with EINTR. A thread that has blocked the signal
 * is not interrupted; then neither the name of its task nor its stack is known.
 *
 * Without a line of code: TUTTI_WATCHDOG=100ms in the environment (also us, s; on: the default
 * limit) starts it before main. A forked child has none until it starts its own.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     static void count(const tutti_stall *stall, void *worst)
 *     {
 *             if (stall->over && stall->lasted > *(tutti_time *)worst)
 *                     *(tutti_time *)worst = stall->lasted;
 *     }
 *     int watched(void (*program)(void))
 *     {
 *             tutti_time worst = 0;
 *             const tutti_watchdog_options o = { .fn = count, .arg = &worst };
 *             int rc = tutti_watchdog_start(&o);
 *
 *             program();
 *             tutti_watchdog_stop();
 *             printf("nobody waited for more than %.3f s\n", (double)worst / 1e9);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/* What is told of a stall. All of it is borrowed for the call. */
typedef struct tutti_stall {
	uint64_t number;      /* which stall, counted from 1: the same each time it is told */
	bool over;            /* what waited has got its turn; lasted and cpu are final */
	bool computing;       /* most looks found it running, or waiting for a CPU; else it slept in
	                         the kernel */
	const char *what;     /* what runs: "task 'fetch'", "callback '...'"; "a task": not known */
	const char *thread;   /* and on which thread, its name */
	int thread_native_id; /* and its number in the kernel */
	tutti_time lasted;    /* for how long others have been seen to wait, ns */
	tutti_time cpu;       /* CPU time that the thread has used meanwhile, ns; about */
	void *const *stack;   /* where it was: addresses, innermost first */
	size_t depth;         /* how many; 0: it did not answer */
	const char *text;     /* all that in one line, each address with its function, if that is
	                         known, or for addr2line */
} tutti_stall;

/* Zero means default. */
typedef struct tutti_watchdog_options {
	tutti_time stall; /* the limit, ns; 0: 100 ms. At least 1 ms */
	bool quiet;       /* nothing to the reporter (report.h) */
	int signal;       /* to interrupt threads with; 0: SIGURG, -1: none, and so no stacks */
	/* Called on the watchdog's thread, which looks at nothing meanwhile; NULL: none */
	void (*fn)(const tutti_stall *stall, void *arg);
	void *arg; /* for fn */
	void *reserved[4];
} tutti_watchdog_options;

/*
 * Begin to watch all loops of the process, those to come too.
 *
 * o          options, copied; NULL: all defaults
 * Returns    0
 * Errors     -EALREADY         there is one
 *            -EBUSY            the program handles that signal
 *            -EINVAL           stall is negative or below 1 ms, or that signal cannot be handled
 *            -ENOMEM, -EAGAIN  no memory, or no thread to be had
 *            TUTTI_ESHUTDOWN   the program is ending
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_watchdog_start(const tutti_watchdog_options *o);

/*
 * End it; fn is not called any more after that. Nothing happens if there is none.
 *
 * Returns    0
 * Errors     -EDEADLK   called by fn
 * Context    any thread or task
 * Waits      may, for fn; not a cancellation point
 */
TUTTI_API int tutti_watchdog_stop(void);

/*
 * How many stalls were found so far, by this watchdog and those before it.
 *
 * Returns    the number
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API uint64_t tutti_watchdog_count(void);

TUTTI_END

#endif
