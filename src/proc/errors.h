/* SPDX-License-Identifier: MIT */
/*
 * errors.h - the error stream of a child, passed on: the last lines of who crashed say why.
 *
 * The child writes to a pipe. A task of the minder's writes what comes on to our own error stream,
 * line by line, so that those of several children are not torn, and remembers the last ones. It
 * goes on until nobody has the other end any more.
 */
#ifndef TU_PROC_ERRORS_H
#define TU_PROC_ERRORS_H

#include <stddef.h>
#include <tutti/time.h>

enum { TU_ERRORS_LINES = 5, TU_ERRORS_TEXT = 900 };

struct tu_errors;

/* A pipe, of which *to is the end for the child: the caller's. 0 or -errno. There is a minder. */
int tu_errors_open(struct tu_errors **errors, int *to);

/*
 * The last lines, each with a line break before it: those that had come when the other end was
 * closed, or at the deadline. Returns buf.
 */
const char *tu_errors_last(struct tu_errors *e, char *buf, size_t n, tutti_time deadline);

void tu_errors_unref(struct tu_errors *e); /* NULL does nothing */

/* Wait until all that came is written, or until the deadline: of all whose other end is closed. */
void tu_errors_flush(tutti_time deadline);

#endif
