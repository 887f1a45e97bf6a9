/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_RWLOCK_H
#define TUTTI_RWLOCK_H

#include <tutti/time.h>

/*
 * rwlock.h - many readers or one writer.
 *
 * Phase-fair: while both kinds wait, phases of reading and writing alternate. A reader waits for
 * one writer at most, a writer for the readers who were there before it and the writers ahead of
 * it. So a reader must not read-acquire again while it holds the lock: a writer may be waiting in
 * between.
 *
 * All bytes zero is a free lock; there is nothing to destroy. Like a plain lock it has no owner.
 *
 * Example:
 *
 *     static tutti_rwlock lock;
 *     static int table[16];
 *
 *     int look(int i)
 *     {
 *             tutti_rwlock_acquire_read(&lock);
 *             int value = table[i & 15];
 *             tutti_rwlock_release(&lock);
 *             return value;
 *     }
 *     void change(int i, int value)
 *     {
 *             tutti_rwlock_acquire_write(&lock);
 *             table[i & 15] = value;
 *             tutti_rwlock_release(&lock);
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_rwlock {
	uint32_t priv[4];
} tutti_rwlock;

/*
 * Make l a free lock. Not needed where it is all zero.
 *
 * l          memory that nobody uses as a lock yet
 * flags      0
 * Returns    0
 * Errors     -EINVAL    a flag that is not for this kind of lock
 *            -ENOTSUP   TUTTI_SHARED: not yet
 * Context    any thread or task, before the lock is shared
 * Waits      never
 */
TUTTI_API int tutti_rwlock_init(tutti_rwlock *l, unsigned flags);

/*
 * Take the lock together with other readers.
 *
 * l          the lock, not held by the caller
 * Context    any thread or task
 * Waits      may; not a cancellation point
 * Order      the release of the writer before happens-before this return
 */
TUTTI_API void tutti_rwlock_acquire_read(tutti_rwlock *l);

/*
 * The same if it can be had in time.
 *
 * l          the lock, not held by the caller
 * deadline   absolute; in the past: only try
 * Returns    0; held for reading
 * Errors     TUTTI_ETIMEDOUT   not by then, also of a call that only tried
 * Context    any thread or task
 * Waits      may; not a cancellation point
 * Order      the release of the writer before happens-before a return of 0
 */
TUTTI_API int tutti_rwlock_acquire_read_until(tutti_rwlock *l, tutti_time deadline);

/*
 * Take the lock alone.
 *
 * l          the lock, not held by the caller
 * Context    any thread or task
 * Waits      may; not a cancellation point
 * Order      all releases before happen-before this return
 */
TUTTI_API void tutti_rwlock_acquire_write(tutti_rwlock *l);

/*
 * The same if it can be had in time. A writer that gives up lets the readers behind it in.
 *
 * l          the lock, not held by the caller
 * deadline   absolute; in the past: only try
 * Returns    0; held for writing
 * Errors     TUTTI_ETIMEDOUT   not by then, also of a call that only tried
 * Context    any thread or task
 * Waits      may; not a cancellation point
 * Order      all releases before happen-before a return of 0
 */
TUTTI_API int tutti_rwlock_acquire_write_until(tutti_rwlock *l, tutti_time deadline);

/*
 * Let the lock go, whichever way it is held.
 *
 * l          the lock
 * Returns    0
 * Errors     TUTTI_EUNLOCKED   nobody holds it
 * Context    any thread or task
 * Waits      never
 * Order      of a reader: happens-before the next writer's return; of a writer: before the next
 *            return of either kind
 */
TUTTI_API int tutti_rwlock_release(tutti_rwlock *l);

TUTTI_END

#endif
