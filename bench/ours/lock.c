/* SPDX-License-Identifier: MIT */
/* tutti_lock between two threads, and alone. */
#include "../lock_race.h"
#include "threads.h"

static _Alignas(128) tutti_lock race_lock = TUTTI_LOCK_INIT;

static inline void lock_take(void)
{
	tutti_lock_acquire(&race_lock);
}

static inline void lock_give(void)
{
	tutti_lock_release(&race_lock);
}

static void thread_pair(void *(*fn)(void *), void *args[2])
{
	void *(*const fns[2])(void *) = { fn, fn };

	threads_run(fns, args, 2);
}

int main(int argc, char **argv)
{
	return lock_races(argc, argv);
}
