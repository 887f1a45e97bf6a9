/* SPDX-License-Identifier: MIT */
/*
 * fork.h - a forked child has one thread and gets a fresh runtime for it.
 *
 * What is guarded by a lock of its own and outlives a fork says so with a guard: that lock is held
 * over each fork, so that the child finds neither it taken nor what it guards half-changed. At a
 * fork all guards' locks are taken one after another, so nobody may hold two of them, nor add or
 * remove a guard with one held.
 */
#ifndef TU_CORE_FORK_H
#define TU_CORE_FORK_H

#include "base/list.h"

#include <stdint.h>

struct tu_fork_guard {
	struct tu_link link;                     /* fork.c's, as the next */
	uint32_t there;                          /* atomic: it is on the list, by _once */
	uint32_t *lock;                          /* a tu_mutex; fixed */
	void (*before)(struct tu_fork_guard *g); /* with all guards' locks held; NULL: nothing */
	void (*in_child)(
		struct tu_fork_guard *g); /* after all else, in order; NULL: nothing. Fixed */
};

void tu_fork_guard_add(struct tu_fork_guard *g);
/*
 * Add one that stays for ever, at the first call, and be there when this process forks: on return
 * it guards, whoever called first.
 */
void tu_fork_guard_once(struct tu_fork_guard *g);
void tu_fork_guard_remove(struct tu_fork_guard *g);

/* Be there when this process forks. At each thread's first call; works once. */
void tu_fork_watch(void);

/* How often this process has forked, since its first thread was known. Atomic. */
extern uint32_t tu_forks;

/* What exec does in the child, after core; set by exec. NULL: nothing. */
extern void (*tu_after_fork)(void);

#endif
