/* SPDX-License-Identifier: MIT */
/*
 * mutex.h - the lock under the locks: a word on which OS threads exclude each other for a few
 * instructions. Never held over a park or over anything of the program's.
 *
 *     0   free
 *     1   held
 *     2   held, and somebody may sleep on the word
 */
#ifndef TU_CORE_MUTEX_H
#define TU_CORE_MUTEX_H

#include "base/atomic.h"
#include "base/check.h"

#include <stdint.h>

void tu_mutex_lock_slow(uint32_t *m);
void tu_mutex_wake(uint32_t *m);

static inline void tu_mutex_lock(uint32_t *m)
{
	uint32_t free = 0;

	/* [mutex-1] acquire: all that was done under the lock before; from tu_mutex_unlock */
	if (tu_unlikely(!tu_cas_acq(m, &free, 1)))
		tu_mutex_lock_slow(m);
}

static inline void tu_mutex_unlock(uint32_t *m)
{
	/* [mutex-1] release: done under the lock, for the next holder in tu_mutex_lock */
	if (tu_unlikely(tu_swap_acqrel(m, 0) == 2))
		tu_mutex_wake(m);
}

#endif
