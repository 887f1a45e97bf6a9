/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_DEBUG_H
#define TUTTI_DEBUG_H

#include <tutti/api.h>
#include <tutti/report.h>
#include <tutti/time.h>

/*
 * debug.h - mistakes with locks, told while the program runs, if possible before it hangs.
 *
 * While it is on, tutti keeps a ledger: who holds which lock or rwlock and where it was taken, who
 * waits for what. The reporter (report.h) gets a line
 *
 *     lock order   two locks are taken in one order here and were taken in the other there (or more
 *                  than two, in a circle): that can end in a deadlock, also if it has not yet. Not
 *                  if one more lock was held both times; an acquire with a deadline does not count
 *     deadlock     it has come to that: who waits for whom, with which lock, taken where. Also one
 *                  who waits for what it holds itself: a plain lock acquired twice, or a rwlock
 *     lock held    a thread, a task or a pool's job has ended, and holds a lock
 *     nothing      for a while everybody has waited, without a deadline and for nothing that could
 *     moves        come from outside (descriptors, other processes): a line for each, saying for
 *                  what, since when, and for whom if that is known
 *
 * and, since they cost time, once each and if it was a second or more,
 *
 *     in turn      threads or processes are each waited for before the next is started
 *     one at a     three or more want a lock that is held nearly all the time, so that what they do
 *     time         is never done at once
 *
 * A thing that happens again at the same places in the code is told once. Nothing is prevented: who
 * waits for itself waits on. A place is PROGRAM(function+0x1f), or with addr2line's offset alone if
 * the program was stripped; so are locks named that are variables of the program.
 *
 * A lock is known by its address. One that begins where another was freed inherits what was seen
 * of that other, unless it is made with tutti_lock_init. Locks taken before the start are not
 * known. Who waits for a future waits for the thread, the task or the job that ends it.
 *
 * Without a line of code: TUTTI_DEBUG=1 in the environment starts it before main, with all
 * defaults. A lock and its release together take 0.1 us then instead of 10 ns, and all threads
 * share the ledger; while it is off it costs nothing. A forked child has none until it starts its
 * own. The ledger that the environment starts takes its memory from malloc: an allocator of the
 * program (memory.h) may be set after that, and sees nothing of it.
 *
 * Example:
 *
 *     int checked(void (*program)(void))
 *     {
 *             int rc = tutti_debug_start(NULL);
 *
 *             program();
 *             tutti_debug_dump(NULL, NULL);
 *             tutti_debug_stop();
 *             return rc < 0 ? rc : tutti_debug_count() > 0;
 *     }
 */

TUTTI_BEGIN

/* Zero means default. */
typedef struct tutti_debug_options {
	tutti_time still; /* nothing has moved for so long, ns; 0: 1 s; negative: not looked for */
	tutti_time exit;  /* for so long exit waits before it says for whom, ns; 0: 1 s. (Without
	                     a ledger: 10 s, and their names are all it says) */
	void *reserved[4];
} tutti_debug_options;

/*
 * Begin to keep the ledger.
 *
 * o          options, copied; NULL: all defaults
 * Returns    0
 * Errors     -EALREADY         it is kept
 *            -EINVAL           exit is negative
 *            -ENOMEM, -EAGAIN  no memory, or no thread to be had
 *            TUTTI_ESHUTDOWN   the program is ending
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_debug_start(const tutti_debug_options *o);

/*
 * End it. Nothing happens if it is not kept.
 *
 * Returns    0
 * Errors     -EDEADLK   called by the reporter, on the thread that looks whether anything moves
 * Context    any thread or task
 * Waits      may, for a report of that thread; not a cancellation point
 */
TUTTI_API int tutti_debug_stop(void);

/*
 * How much was found so far, by this ledger and those before it, each told or told before: orders,
 * deadlocks, locks held at an end.
 *
 * Returns    the number
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API uint64_t tutti_debug_count(void);

/*
 * Say who waits for what and who holds what just now, in a line for each.
 *
 * fn         gets the lines, with code 0, as a reporter does; NULL: the reporter
 * arg        for fn
 * Returns    how many lines; 0 too if no ledger is kept
 * Errors     -ENOMEM   no memory for the lines
 * Context    any thread or task
 * Waits      never but in fn
 */
TUTTI_API int tutti_debug_dump(tutti_reporter fn, void *arg);

TUTTI_END

#endif
