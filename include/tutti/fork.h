/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_FORK_H
#define TUTTI_FORK_H

#include <tutti/api.h>

/*
 * fork.h - how processes come to be: the three ways of process.h, and the one by hand.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <sys/wait.h>
 *
 *     int two_lines(void)
 *     {
 *             int child = tutti_fork();
 *
 *             if (child < 0)
 *                     return child;
 *             printf(child == 0 ? "the child\n" : "the parent\n");
 *             return child == 0 ? 0 : waitpid(child, NULL, 0);
 *     }
 */

TUTTI_BEGIN

typedef enum tutti_start_method { TUTTI_FORKSERVER, TUTTI_SPAWN, TUTTI_FORK } tutti_start_method;

/*
 * Choose how processes start that do not say so themselves: once, before the first of them. Whoever
 * runs the program may have chosen for it: with TUTTI_START_METHOD=forkserver, spawn or fork in the
 * environment this returns what it would, but unless force is set it changes nothing.
 *
 * method     the usual one from now on
 * force      also if it was chosen before, or one has started
 * Returns    0
 * Errors     -EINVAL   there is no such method
 *            -EBUSY    it was chosen already, or one has started that way
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_process_set_method(tutti_start_method method, bool force);

/*
 * See which one it is.
 *
 * Returns    the usual one
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_start_method tutti_process_method(void);

/*
 * Copy the calling process, as fork does, with what it has printed written out before: nothing is
 * printed twice. The child has one thread and a fresh runtime (thread.h).
 *
 * Returns    the child's number in the parent, which is to wait for it; 0 in the child
 * Errors     -EAGAIN   the system's limit
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_fork(void);

TUTTI_END

#endif
