/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_FD_H
#define TUTTI_FD_H

#include <tutti/time.h>

/*
 * fd.h - wait until a descriptor can be read from or written to. A task that waits leaves its
 * thread to others; a thread blocks, but for the tasks of its own loop. So a library that brings
 * descriptors of its own can be driven from a task like anything else. To wait for one of several,
 * or for queues and the like beside them: tutti_case_fd in select.h.
 *
 * A descriptor is ready when a read or write would not block, as poll() sees it: also at the end
 * of the input, when the other side has gone and after an error. What it is, the next read or write
 * says. Files, directories and the like are always ready. Being ready is not used up by waiting:
 * whoever waits is told, until somebody has read or written. So set O_NONBLOCK where several do,
 * and read or write first, and wait when that says EAGAIN.
 *
 * Any number of threads and tasks may wait for one descriptor, for the same or not. Between two
 * waits tutti neither owns nor remembers it, and it may be closed as ever. While others wait it
 * must not just be closed: they would not be told. First say tutti_fd_closing.
 *
 * The first wait gives the calling thread two descriptors for good, to sleep in; what waits for no
 * descriptor never gets them.
 *
 * Example:
 *
 *     #include <errno.h>
 *     #include <unistd.h>
 *
 *     long read_some(int fd, void *buf, size_t n, tutti_time deadline)
 *     {
 *             int rc = tutti_fd_wait(fd, TUTTI_READABLE, deadline);
 *             ssize_t got = rc < 0 ? 0 : read(fd, buf, n);
 *
 *             return rc < 0 ? rc : got < 0 ? -errno : (long)got;
 *     }
 */

TUTTI_BEGIN

enum { TUTTI_READABLE = 1, TUTTI_WRITABLE = 2 };

/*
 * Wait until fd is ready for any of events.
 *
 * fd         open for as long as the call lasts, but see tutti_fd_closing
 * events     TUTTI_READABLE, TUTTI_WRITABLE or both
 * deadline   absolute; in the past: only look
 * Returns    those of events that it is ready for, at least one; after an error or a hang-up all
 * Errors     TUTTI_ETIMEDOUT   not ready by then
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -EBADF            not open, or it is about to be closed
 *            -EINVAL           no events, or unknown ones
 *            -ELOOP            fd is that of a poller which itself waits for the caller's loop, as
 *                              the loop's own tutti_loop_fd
 *            -EMFILE           no descriptor left to wait with, at a thread's first; also -ENFILE
 *            -ENOMEM           no memory; also -ENOSPC, of the user's share of it in the kernel
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_fd_wait(int fd, unsigned events, tutti_time deadline);

/*
 * Say that fd is about to be closed: who waits for it, in tutti_fd_wait or as a case of a select,
 * goes on with -EBADF. Who begins to wait between this and the close() is not told of that.
 *
 * fd         any descriptor; nothing happens if nobody waits for it
 * Context    any thread or task
 * Waits      never
 * Order      happens-before the end of each wait that it ends
 */
TUTTI_API void tutti_fd_closing(int fd);

TUTTI_END

#endif
