/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_PRINT_H
#define TUTTI_PRINT_H

#include <tutti/api.h>

/*
 * print.h - lines that stay whole.
 *
 * What printf writes into a pipe or a file is handed on when a buffer is full, wherever that is: of
 * several processes that print, one comes into the middle of another's line. What tutti_print is
 * given at a time is handed on at a time: it is not mixed with what others print by it, threads,
 * tasks or processes. (Into a pipe the system takes up to PIPE_BUF bytes at a time, which are 4096:
 * longer texts may be mixed there.) The buffer is that of stdout: printf may be called beside it.
 *
 * Example:
 *
 *     void ping(int n)
 *     {
 *             tutti_print(0, "%d pages so far\n", n);
 *             tutti_print(TUTTI_FLUSH, "Ping"); // no end of a line, and yet to be seen at once
 *     }
 *
 * No buffer is inherited: tutti_fork and all that starts a process or a program write out first
 * what is in it. A process that is killed loses what is in its buffer, and nothing else.
 */

TUTTI_BEGIN

/* For tutti_print: hand on at once what has been printed so far. */
enum { TUTTI_FLUSH = 1 };

/*
 * Print a text on standard output, in one piece. It comes out at once where stdout is a terminal
 * and it ends a line, or with TUTTI_FLUSH; otherwise when the buffer is full, or at the end.
 *
 * flags      0, or TUTTI_FLUSH
 * format     as printf; "" with TUTTI_FLUSH: nothing but the flush
 * Returns    how many bytes the text has
 * Errors     -EINVAL   unknown flags, or a format that printf refuses
 *            -ENOMEM   no memory for a long text
 *            -errno    what stdout says: -ENOSPC, -EPIPE, -EBADF ...; a part may have been written
 * Context    any thread or task
 * Waits      never in tutti; a full pipe holds the thread, as it does with printf
 */
TUTTI_API int tutti_print(unsigned flags, const char *format, ...) TUTTI_PRINTF(2, 3);

TUTTI_END

#endif
