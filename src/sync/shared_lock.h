/* SPDX-License-Identifier: MIT */
/*
 * shared_lock.h - a lock in one word of memory that processes share, and that outlives its holder.
 *
 *     bits 3 to 31   id of the process that holds it (family.h); 0: free
 *     WAITERS        somebody may sleep on the word
 *     SETTLING       taken from one who died, and what he left is being looked at: for its users
 *     KEPT           its user's, who sets it once: the lock leaves it as it is
 *
 * A zeroed word is a free lock. A process that dies holding it holds it no longer: the next one who
 * wants it is told so, and has it; what it guards may be half-changed. Whoever takes the lock, and
 * lets it go, does so by one store, so there is nothing in between.
 *
 * It is for short sections: usually the wait is no cancellation point. Whoever sleeps is
 * woken by the next release, but who runs may be quicker: nobody is first by right.
 */
#ifndef TU_SYNC_SHARED_LOCK_H
#define TU_SYNC_SHARED_LOCK_H

#include "core/crash_point.h"
#include "core/family.h"
#include "core/word.h"

#include <tutti/error.h>
#include <tutti/time.h>

#define TU_SHARED_KEPT UINT32_C(1)
#define TU_SHARED_WAITERS UINT32_C(2)
#define TU_SHARED_SETTLING UINT32_C(4)
enum { TU_SHARED_SHIFT = 3 };

static inline uint32_t tu_shared_lock_holder(uint32_t value)
{
	return value >> TU_SHARED_SHIFT;
}

/* For users whose holders may wait themselves, and who look at what the dead have left. */
struct tu_shared_how {
	bool patient;      /* the holder may need our thread: do not spin for it */
	unsigned flags;    /* of the wait, see tu_wait: TUTTI_ECANCELED too, and it is not held */
	uint32_t settling; /* TU_SHARED_SETTLING, or 0: set in the word with TUTTI_EBROKEN */
	uint32_t dead;     /* receives who held it, with TUTTI_EBROKEN */
};

/* What acquire_until does when the word was not free at once. how: may be NULL. */
int tu_shared_lock_wait(uint32_t *word, int64_t deadline, struct tu_shared_how *how);
void tu_shared_lock_wake(uint32_t *word);

/* false: it is not free, or perhaps; nothing happened. */
static inline bool tu_shared_lock_grab(uint32_t *word, uint32_t self)
{
	uint32_t value = tu_load_rlx(word); /* a guess; the exchange below tells */

	if (tu_unlikely(tu_shared_lock_holder(value) != 0) || tu_unlikely(self == 0))
		return false;
	tu_crash_point();
	/* [shared-1] acquire: all that was done under the lock; from release */
	return tu_likely(tu_cas_acq(word, &value, value | self << TU_SHARED_SHIFT));
}

/*
 * Take the lock, if it comes free by the deadline, or its holder dies. 0; TUTTI_EBROKEN: the lock
 * is held, and was taken from one who had died with it; TUTTI_ETIMEDOUT: it is not; -ENOMEM: nor is
 * it, as the process can be in no family.
 */
static inline int tu_shared_lock_acquire_until(uint32_t *word, int64_t deadline)
{
	return tu_likely(tu_shared_lock_grab(word, tu_family_self()))
		       ? 0
		       : tu_shared_lock_wait(word, deadline, NULL);
}

static inline int tu_shared_lock_acquire(uint32_t *word)
{
	return tu_shared_lock_acquire_until(word, TUTTI_FOREVER);
}

static inline int tu_shared_lock_try(uint32_t *word)
{
	return tu_shared_lock_acquire_until(word, 0);
}

/* Let it go. Any process may, if it is held; the memory is not touched after the store. */
static inline void tu_shared_lock_release(uint32_t *word)
{
	uint32_t kept = tu_load_rlx(word) & TU_SHARED_KEPT; /* it does not change */

	tu_crash_point();
	/* [shared-1] release: all that was done under the lock */
	if (tu_unlikely(tu_swap_acqrel(word, kept) & TU_SHARED_WAITERS))
		tu_shared_lock_wake(word);
}

#endif
