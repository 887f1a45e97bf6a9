/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_LOCK_H
#define TUTTI_LOCK_H

#include <tutti/time.h>

/*
 * lock.h - one holder at a time. A thread and a task can share one lock.
 *
 * A plain lock has no owner: whoever has reason to may release it, and a second acquire by the
 * holder waits. With TUTTI_RECURSIVE (a tutti_rlock) it has one: the holder may acquire again,
 * others wait until it has released as often. All bytes zero is a free plain lock. There is nothing
 * to destroy, but it must not go away while somebody holds it or waits for it.
 *
 * Locks barge: a release frees the lock and wakes one waiter, and a running thread may be quicker.
 * A waiter older than 1 ms is handed the lock directly, so nobody starves.
 *
 * With TUTTI_SHARED a lock lies in memory that processes share, and one of them makes it. If the
 * process that holds it dies, whoever acquires it next has it, and is told so once: by
 * TUTTI_EBROKEN, with the lock held, or where nothing is returned through the reporter. It puts
 * right what it finds and goes on. Waiters of several processes are in no line, and none is handed
 * the lock. See docs/sharing.md.
 *
 * Two ways to hold a lock for a block release it on every exit: end, return, goto, in C++ also a
 * throw.
 *
 *     TUTTI_HOLD(&lock);           to the end of the enclosing block
 *     TUTTI_WITH(&lock) { ... }    for a block of its own
 *
 * TUTTI_WITH is a loop of one turn: break and continue leave this block, not a loop around it.
 * Inside a loop write TUTTI_HOLD. longjmp and pthread_exit do not release in C. They expand to
 *
 *     tutti_hold h __attribute__((cleanup(tutti_hold_end), unused)) = tutti_hold_begin(&lock)
 *     for (tutti_hold h ... = tutti_hold_begin(&lock); !h.turned; h.turned = true) { ... }
 *
 * with a fresh name for h; the plain form is tutti_lock_acquire ... tutti_lock_release. The acquire
 * inside cannot fail, which is why there is no such form for anything whose acquire can.
 *
 * Example:
 *
 *     static tutti_lock lock = TUTTI_LOCK_INIT;
 *     static long balance;
 *
 *     long deposit(long amount)
 *     {
 *             TUTTI_HOLD(&lock);
 *             balance += amount;
 *             return balance;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_lock {
	uint32_t priv[2];
	uint64_t holder; /* tutti's: who acquired it last */
} tutti_lock;
typedef tutti_lock tutti_rlock;

/* clang-format off */
#define TUTTI_LOCK_INIT { { 0, 0 }, 0 }
#define TUTTI_RLOCK_INIT { { 0, TUTTI_RECURSIVE }, 0 }
/* clang-format on */

/*
 * Make l a free lock. Not needed where it is all zero or has its TUTTI_..._INIT.
 *
 * l          memory that nobody uses as a lock yet
 * flags      0 or of TUTTI_RECURSIVE and TUTTI_SHARED
 * Returns    0
 * Errors     -EINVAL   a flag that is not for locks
 *            -ENOMEM   TUTTI_SHARED: no memory or descriptor for what the processes share
 * Context    any thread or task, before the lock is shared
 * Waits      never
 */
TUTTI_API int tutti_lock_init(tutti_lock *l, unsigned flags);

/*
 * Take the lock, waiting until it is free. Cannot fail, so a lock never has to be asked twice; a
 * cancel is kept for the next cancellation point. A shared one that is had after a process which
 * died with it is reported: its address, and that process' number.
 *
 * l          the lock; a recursive one may be held by the caller already
 * Context    any thread or task
 * Waits      may; not a cancellation point
 * Order      the release before it happens-before this return
 */
TUTTI_API void tutti_lock_acquire(tutti_lock *l);

/*
 * Take the lock if it comes free in time.
 *
 * l          the lock
 * deadline   absolute; in the past: only try
 * Returns    0; the lock is held
 * Errors     TUTTI_ETIMEDOUT   not free by then, also of a call that only tried
 *            TUTTI_EBROKEN     shared: the lock is held, and a process has died with it before
 *            -ENOMEM           shared: this process cannot join those that share it
 * Context    any thread or task
 * Waits      may; not a cancellation point
 * Order      the release before it happens-before a return of 0
 */
TUTTI_API int tutti_lock_acquire_until(tutti_lock *l, tutti_time deadline);

/*
 * Let the lock go; a recursive one is free when it was released as often as acquired.
 *
 * l          the lock
 * Returns    0
 * Errors     TUTTI_EUNLOCKED   nobody holds it
 *            -EPERM            recursive, and held by another
 * Context    any thread or task; recursive: the holder
 * Waits      never
 * Order      happens-before the return of the next acquire
 */
TUTTI_API int tutti_lock_release(tutti_lock *l);

/*
 * See whether somebody holds the lock. Old news by the time it returns.
 *
 * l          the lock
 * Returns    true: it was held
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_lock_locked(const tutti_lock *l);

/*
 * Take several locks, in an order that is the same for all who do so (by address): two who take the
 * same locks this way never end up waiting for each other. A lock that is listed more than once is
 * taken once. It helps only where no lock of theirs is held yet.
 *
 * locks      n of them, in any order; not changed
 * n          how many; 0: nothing happens
 * Context    any thread or task
 * Waits      may; not a cancellation point
 * Order      for each lock as tutti_lock_acquire
 */
TUTTI_API void tutti_lock_acquire_many(tutti_lock *const *locks, size_t n);

/*
 * Let go what tutti_lock_acquire_many has taken, each lock once.
 *
 * locks      the same n, in any order
 * n          how many
 * Returns    0
 * Errors     TUTTI_EUNLOCKED   nobody holds one of them; the others are let go
 *            -EPERM            one is recursive, and held by another; likewise
 *            -EINVAL           locks is NULL, and n is not 0
 * Context    any thread or task; recursive: the holder
 * Waits      never
 * Order      for each lock as tutti_lock_release
 */
TUTTI_API int tutti_lock_release_many(tutti_lock *const *locks, size_t n);

/* What TUTTI_HOLD and TUTTI_WITH put on the stack; not for use by hand. */
typedef struct tutti_hold {
	tutti_lock *lock;
	bool turned; /* TUTTI_WITH's one turn is over */
} tutti_hold;

TUTTI_UNUSED static inline tutti_hold tutti_hold_begin(tutti_lock *l)
{
	tutti_hold h = { l, false };

	tutti_lock_acquire(l);
	return h;
}

TUTTI_UNUSED static inline void tutti_hold_end(tutti_hold *h)
{
	tutti_lock_release(h->lock);
}

#define TUTTI_GUARD_(name, l) \
	tutti_hold name __attribute__((cleanup(tutti_hold_end), unused)) = tutti_hold_begin(l)
#define TUTTI_HOLD(l) TUTTI_GUARD_(TUTTI_CAT(tutti_hold_, __COUNTER__), l)
#define TUTTI_WITH(l) TUTTI_WITH_(TUTTI_CAT(tutti_hold_, __COUNTER__), l)
#define TUTTI_WITH_(h, l) for (TUTTI_GUARD_(h, l); !h.turned; h.turned = true)

TUTTI_END

#endif
