/* SPDX-License-Identifier: MIT */
/*
 * mutex.c - the part of tu_mutex that waits. Most model tests put a simpler one in its place.
 *
 * It waits and wakes on the machine, also in a simulation. Those that are simulated run on one OS
 * thread and never meet here, as none of them stops with a mutex held: who meets is one of them
 * and a thread outside, to which the simulation's own futex would be nobody.
 */
#include "core/mutex.h"

#include "os/port.h"

enum {
#ifdef TU_MODEL
	SPINS = 1,
#else
	SPINS = 64,
#endif
};

void tu_mutex_lock_slow(uint32_t *m)
{
	for (int i = 0; i < SPINS; i++) {
		uint32_t free = 0;

		/* Relaxed: a look, so that spinning only reads. [mutex-1] acquire, as in
		   tu_mutex_lock. */
		if (tu_load_rlx(m) == 0 && tu_cas_acq(m, &free, 1))
			return;
		tu_os_pause();
	}
	/* [mutex-1] acquire as above. 2 also if nobody else sleeps: a needless wake, none lost */
	while (tu_swap_acqrel(m, 2) != 0)
		tu_real_futex_wait(m, 2, INT64_MAX);
}

void tu_mutex_wake(uint32_t *m)
{
	tu_real_futex_wake(m, 1);
}
