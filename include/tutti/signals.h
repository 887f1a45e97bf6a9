/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SIGNALS_H
#define TUTTI_SIGNALS_H

#include <stddef.h>
#include <tutti/time.h>

/*
 * signals.h - the process' signals as something to wait for. A handler may hardly do anything; a
 * task or thread that waits for signals may do everything.
 *
 * While somebody listens for a signal it does nothing else: SIGTERM does not end the program. When
 * the last one who listens has gone, it does again what it did before. Each who listens hears of
 * each signal; of one that comes several times before it was waited for, once. SIGKILL and SIGSTOP
 * cannot be heard, nor those by which the system reports faults.
 *
 * Example:
 *
 *     #include <signal.h>
 *     #include <stdio.h>
 *     #include <tutti/signals.h>
 *
 *     int until_asked_to_end(void)
 *     {
 *             const int numbers[] = { SIGINT, SIGTERM };
 *             tutti_signals *s;
 *             int rc = tutti_signals_open(&s, numbers, 2);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_signals_wait(s);
 *             tutti_signals_free(s);
 *             printf("ended by signal %d\n", rc);
 *             return 0;
 *     }
 */

#include <tutti/error.h>

TUTTI_BEGIN

typedef struct tutti_signals tutti_signals;

/*
 * Listen for signals, from now on.
 *
 * s          receives who listens
 * numbers    which, as SIGHUP
 * n          how many, at least one
 * Returns    0; *s is the caller's to free
 * Errors     -EINVAL   none, or one that cannot be heard
 *            -ENOSPC   64 listen already
 *            -EMFILE   no descriptor; also -ENFILE
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_signals_open(tutti_signals **s, const int *numbers, size_t n);

/*
 * Wait for the next one; of several that have come, the one with the lowest number. Of several who
 * wait with the same s, one gets it.
 *
 * s          who listens
 * Returns    its number, > 0
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 *            -EMFILE, -ENOMEM and the like, at a thread's first wait: as tutti_fd_wait
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_signals_wait(tutti_signals *s);

/*
 * The same with a deadline.
 *
 * s          who listens
 * deadline   absolute; in the past: only one that has come
 * Returns    its number, > 0
 * Errors     TUTTI_ETIMEDOUT   none came by then
 *            and those of tutti_signals_wait, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_signals_wait_until(tutti_signals *s, tutti_time deadline);

/*
 * Get a descriptor that can be read from while one has come, for tutti_case_fd. It is not to be
 * read: tutti_signals_wait takes the signal.
 *
 * s          who listens
 * Returns    the descriptor, borrowed as long as s
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_signals_fd(const tutti_signals *s);

/*
 * Listen no more.
 *
 * s          nobody waits with it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_signals_free(tutti_signals *s);

TUTTI_END

#endif
