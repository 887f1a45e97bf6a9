/* SPDX-License-Identifier: MIT */
/* lock.h - what conditions, and who takes many, need of locks. */
#ifndef TU_SYNC_LOCK_H
#define TU_SYNC_LOCK_H

#include "core/wait.h"

#include <tutti/lock.h>

/*
 * priv[0], the word:
 *     LOCKED   somebody has it
 *     QUEUED   somebody may be in the lot; set and taken away under the bucket's lock
 *     WOKEN    a waiter was let go to compete for it and has neither got it nor queued again: no
 *              need to let go another
 */
enum { TU_LOCK_LOCKED = 1, TU_LOCK_QUEUED = 2, TU_LOCK_WOKEN = 4 };

/* What a waiter in the lot is told: compete, or it is yours already. */
enum { TU_LOCK_COMPETE, TU_LOCK_YOURS };

/*
 * priv[1]: TUTTI_RECURSIVE, TUTTI_SHARED, and above them how often the holder has it besides the
 * first time. What a shared one's other words mean is told in lock_shared.c.
 */
enum { TU_LOCK_DEPTH = 4 };

/* tutti_lock_acquire and _release, but for what tells that they were called (core/probe.h). */
void tu_lock_acquire(tutti_lock *l);
int tu_lock_release(tutti_lock *l);

/* 0 if the caller may wait on a condition of l or notify it; TUTTI_EUNLOCKED, -EPERM. */
int tu_lock_check(const tutti_lock *l, const struct tu_context *self);

/* Give l up however often it is held; returns what reacquire takes. */
uint32_t tu_lock_give_all(tutti_lock *l);

/* Take it back. answer is what tu_wait's waiter got from l's queue, or -1 if it was in another. */
void tu_lock_take_back(tutti_lock *l, struct tu_context *self, int answer, uint32_t depth);

/* Under both buckets: let w, which waits for something else, wait for l, which is held. */
void tu_lock_queue_moved(struct tu_bucket *from, struct tu_bucket *to, struct tu_waiter *w,
	tutti_lock *l, struct tu_wakes *wakes);

/* Under l's bucket: a waiter that gave up has left the queue. */
void tu_lock_waiter_left(tutti_lock *l, struct tu_bucket *b);

#endif
