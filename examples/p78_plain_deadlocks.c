/* SPDX-License-Identifier: MIT */
/* rows: F78 P78 */
/*
 * The two classic deadlocks, with nothing that gets out of them. On real threads this hangs; in
 * virtual time (TUTTI_SIM=1) a report names threads and locks, and the exit status is 99.
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
	printf("one: has the lock, and forgets it\n");
	tutti_sleep(TUTTI_FOREVER);
	return NULL;
}

static void *wait_for(void *lock)
{
	printf("two: waits for the lock\n");
	tutti_lock_acquire(lock);
	tutti_lock_release(lock);
	return NULL;
}

static void *cross(void *first)
{
	tutti_lock *second = first == &red ? &blue : &red;

	tutti_lock_acquire(first);
	printf("%s: has its first lock\n", tutti_thread_name(NULL));
	tutti_sleep(TUTTI_SECONDS(0.1)); /* the other takes its first */
	tutti_lock_acquire(second);
	tutti_lock_release(second);
	tutti_lock_release(first);
	return NULL;
}

int main(int argc, char **argv)
{
	const tutti_thread_options one = { .name = "one" }, two = { .name = "two" };
	int kind = argc > 1 ? atoi(argv[1]) : 0;

	if (kind < 1 || kind > 2)
		return fprintf(stderr, "usage: %s 1|2\n", argv[0]), 2;

	tutti_thread *threads[] = {
		tutti_thread_start(kind == 1 ? forget : cross, &red, &one),
		tutti_thread_start(kind == 1 ? wait_for : cross, kind == 1 ? &red : &blue, &two),
	};

	return tutti_join_all(threads, 2) < 0;
}
