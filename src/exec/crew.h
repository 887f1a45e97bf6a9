/* SPDX-License-Identifier: MIT */
/*
 * crew.h - helper threads that steal what callers of fork-join have forked. One crew for the whole
 * process: tutti_cpu_count() - 1 threads, started when something is shared for the first time.
 */
#ifndef TU_EXEC_CREW_H
#define TU_EXEC_CREW_H

#include "core/context.h"
#include "exec/deque.h"

/* Give self a deque, which it must not have; it is given back empty. NULL: no memory. */
struct tu_deque *tu_crew_join(struct tu_context *self);
void tu_crew_leave(struct tu_context *self);

/* Share some of mine, because somebody is hungry, and see to it that somebody comes for it. */
void tu_crew_share(struct tu_deque *mine);

/* Steal one from victim and run it here. false: there was nothing. */
bool tu_crew_help(struct tu_deque *mine, struct tu_deque *victim);

/* A forked child has no crew: parts that were stolen from its one thread are lost. */
void tu_crew_after_fork(void);

#endif
