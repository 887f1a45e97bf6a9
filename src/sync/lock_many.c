/* SPDX-License-Identifier: MIT */
/*
 * lock_many.c - several locks in the order of their addresses.
 *
 * Nothing is sorted, as there may be no memory for it: the next one is looked for each time. Those
 * who take so many that it matters have more to wait for than this.
 */
#include "sync/lock.h"

#include "base/check.h"

#include <errno.h>

/* The lowest above that one; NULL: that was the highest. Above NULL they all are. */
static tutti_lock *next(tutti_lock *const *locks, size_t n, const tutti_lock *above)
{
	tutti_lock *lowest = NULL;

	for (size_t i = 0; i < n; i++)
		if ((uintptr_t)locks[i] > (uintptr_t)above &&
			(!lowest || (uintptr_t)locks[i] < (uintptr_t)lowest))
			lowest = locks[i];
	return lowest;
}

void tutti_lock_acquire_many(tutti_lock *const *locks, size_t n)
{
	tu_check(locks || n == 0, "tutti_lock_acquire_many: no locks");
	for (tutti_lock *l = next(locks, n, NULL); l; l = next(locks, n, l)) {
		tu_point(TU_OP_LOCK_ACQUIRE, l);
		tu_lock_acquire(l);
		tu_took(TU_OP_LOCK_ACQUIRE, l);
	}
}

int tutti_lock_release_many(tutti_lock *const *locks, size_t n)
{
	int rc = 0;

	if (!locks && n > 0)
		return -EINVAL;
	for (tutti_lock *l = next(locks, n, NULL); l; l = next(locks, n, l)) {
		int one;

		tu_point(TU_OP_LOCK_RELEASE, l);
		one = tu_lock_release(l);
		if (rc == 0)
			rc = one;
	}
	return rc;
}
