/* SPDX-License-Identifier: MIT */
/* ending.h - the program's end waits for threads that are no daemons. */
#ifndef TU_EXEC_ENDING_H
#define TU_EXEC_ENDING_H

#include <stdbool.h>
#include <stdint.h>

/* Be there when the program ends: exit handlers that come later run before. 0 or -ENOMEM. */
int tu_ending_watch(void);

/*
 * After how long exit says whom it waits for: 10 s at first, ns. What is to be told besides, then:
 * set by observe; NULL: nothing.
 */
void tu_ending_be_patient(int64_t ns);
extern void (*tu_ending_told)(void);

/*
 * Children come after the threads: wait for them; were there any? Set by proc, before it has
 * one; NULL: there are none.
 */
extern bool (*tu_ending_children)(void);

/*
 * The process is about to end without all this: what is left of its helpers, other processes, is to
 * end before. Set likewise.
 */
extern void (*tu_ending_at_once)(void);

/* After all that: the last to be told, set by observe. NULL: nobody. */
extern void (*tu_ending_last)(void);

/* All that exit does of this, for a process that ends without it. */
void tu_ending_now(void);

/* A thread is about to start. 0; TUTTI_ESHUTDOWN if the program is past waiting; -ENOMEM. */
int tu_ending_begin(bool daemon);

/* It has ended, or could not start. */
void tu_ending_done(bool daemon);

/* A forked child has none of its parent's threads; executors say themselves what they have. */
void tu_ending_after_fork(void);

#endif
