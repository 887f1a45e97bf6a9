/* SPDX-License-Identifier: MIT */
/* fork.h - a forked child has one thread and gets a fresh runtime for it. */
#ifndef TU_CORE_FORK_H
#define TU_CORE_FORK_H

/* Be there when this process forks. At each thread's first call; works once. */
void tu_fork_watch(void);

/* What exec does in the child, after core; set by exec. NULL: nothing. */
extern void (*tu_after_fork)(void);

#endif
