/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_POLLER_H
#define TUTTI_POLLER_H

#include <tutti/api.h>

/*
 * poller.h - by which of the system's means threads wait for descriptors and move bytes. Programs
 * need nothing of this: it is for comparing, and for a system that one of the two does not suit.
 *
 *     epoll      says what is ready; each read and each write is a call
 *     io_uring   epoll says what is ready; of a thread with many tasks, what several of them write
 *                at the same time goes out by one call, through a ring of io_uring
 *
 * Whoever runs the program may say so in its place: TUTTI_POLLER=epoll, io_uring or auto in the
 * environment. `tutti info` shows which it is.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/error.h>
 *
 *     void insist(void)
 *     {
 *             int rc = tutti_poller_choose(TUTTI_IO_URING);
 *
 *             if (rc < 0)
 *                     printf("no io_uring here: %s\n", tutti_strerror(rc));
 *     }
 */

TUTTI_BEGIN

typedef enum tutti_poller {
	TUTTI_POLLER_AUTO = 0, /* io_uring where the kernel allows it, else epoll */
	TUTTI_EPOLL = 1,
	TUTTI_IO_URING = 2
} tutti_poller;

/*
 * Choose for all threads, from their next writes on. What TUTTI_POLLER says goes before it: then
 * nothing changes. A simulated run (sim.h) uses epoll alone.
 *
 * which      one of the three
 * Returns    0; also if it is not heard because of TUTTI_POLLER
 * Errors     -EINVAL   none of the three
 *            -ENOSYS   io_uring: the kernel is older than Linux 6.1, or this library is without
 *            -EPERM    io_uring: forbidden here, by kernel.io_uring_disabled or a filter of calls;
 *                      such a filter may say another error, as -EACCES
 *            -EMFILE   io_uring: no descriptor left to try it with; also -ENFILE, -ENOMEM
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_poller_choose(tutti_poller which);

/*
 * Which is used?
 *
 * Returns    TUTTI_EPOLL or TUTTI_IO_URING
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API tutti_poller tutti_poller_used(void);

TUTTI_END

#endif
