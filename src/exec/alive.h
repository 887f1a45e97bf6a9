/* SPDX-License-Identifier: MIT */
/* alive.h - which threads there are: numbers, names, and a list of those alive. */
#ifndef TU_EXEC_ALIVE_H
#define TU_EXEC_ALIVE_H

#include "exec/thread.h"

/* Main is known before it calls tutti, and never forgotten: not allocated. */
extern struct tu_thread tu_main_thread;

/*
 * t begins: it is given its number, and a name if it has none. It is on the list from here on,
 * until tu_alive_remove, unless it is one of tutti's own helpers. No reference is taken: a thread
 * leaves the list before it lets go of its own.
 */
void tu_alive_add(struct tu_thread *t, bool helper);

/* Take it off the list, if it is still there. */
void tu_alive_remove(struct tu_thread *t);

/* As tutti_thread_active_count, for who does not ask for the program. */
size_t tu_alive_count(void);

/* In a forked child: nobody is but self, and that only if it was; NULL: nobody. */
void tu_alive_after_fork(struct tu_thread *self);

/*
 * For whom exit waits, the caller's own thread not: how many, and their names in buf, "thread 'a',
 * thread 'b'", as far as they fit.
 */
size_t tu_threads_waited_for(char *buf, size_t n);

/* Is there one that was started and has not come to its first line yet? */
bool tu_threads_are_coming(void);

/* The next thread without a name of its own is "Thread-n+1"; what n would have been. */
unsigned tu_thread_names_from(unsigned n);

#endif
