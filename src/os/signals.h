/* SPDX-License-Identifier: MIT */
/* signals.h - the part of the port's contract (os.h) that is the program's own signals. */
#ifndef TU_OS_SIGNALS_H
#define TU_OS_SIGNALS_H

#include <stdbool.h>

enum { TU_OS_SIGNALS = 64 }; /* numbers are from 1 to this */

/*
 * Have caught(number) called, in a signal handler of whatever thread, at each signal of that
 * number, instead of what was done so far. 0; -EINVAL: nobody can catch it. Once until release,
 * after which all is as it was before.
 */
int tu_os_signal_catch(int number, void (*caught)(int number));
void tu_os_signal_release(int number);

/* A descriptor that is readable once it was rung, until it is quiet. -EMFILE, -ENFILE, -ENOMEM. */
int tu_os_ring_open(void);
void tu_os_ring(int fd);       /* any thread, signal handlers too */
bool tu_os_ring_quiet(int fd); /* had it been rung? */

/* In a forked child: the parent's is another one from now on, under the same number. */
void tu_os_ring_part(int fd);

void tu_os_ring_close(int fd);

#endif
