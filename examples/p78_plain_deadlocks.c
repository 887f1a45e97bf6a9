/* SPDX-License-Identifier: MIT */
/*
 * The two classic deadlocks with nothing to get them out. On real threads this hangs for ever; in
 * virtual time (TUTTI_SIM=1) the report names the threads and the locks, and the exit status is 99.
 *
 * usage: p78_plain_deadlocks 1     a lock that is never let go
 *        p78_plain_deadlocks 2     two locks, taken in opposite order
 */
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

static tutti_lock red, blue;

static void *forget(void *lock)
{
	tutti_lock_acquire(lock);
	tutti_sleep(TUTTI_FOREVER); /* other things to do */
	return lock;
}

static void *wait_for(void *lock)
{
	tutti_lock_acquire(lock);
	tutti_lock_release(lock);
	return NULL;
}

static void *cross(void *first)
{
	tutti_lock *second = first == &red ? &blue : &red;

	tutti_lock_acquire(first);
	tutti_sleep(TUTTI_SECONDS(0.1)); /* meanwhile the other has its first */
	tutti_lock_acquire(second);
	tutti_lock_release(second);
	tutti_lock_release(first);
	return NULL;
}

int main(int argc, char **argv)
{
	int kind = argc > 1 ? atoi(argv[1]) : 0;

	if (kind < 1 || kind > 2)
		return fprintf(stderr, "usage: %s 1|2\n", argv[0]), 2;

	tutti_thread *threads[] = {
		tutti_thread_start(
			kind == 1 ? forget : cross, &red, &(tutti_thread_options){ .name = "one" }),
		tutti_thread_start(kind == 1 ? wait_for : cross, kind == 1 ? &red : &blue,
			&(tutti_thread_options){ .name = "two" }),
	};

	return tutti_join_all(threads, 2) < 0;
}
