/* SPDX-License-Identifier: MIT */
/* deadlocks.h - two threads that get in each other's way, and two that have agreed on an order. */
#ifndef EXAMPLES_DEADLOCKS_H
#define EXAMPLES_DEADLOCKS_H

#include <tutti/tutti.h>

static tutti_lock forgotten, red, blue;
static tutti_barrier both_hold_one;

static inline void *forget(void *arg)
{
	tutti_lock_acquire(&forgotten);
	return arg;
}

static inline void *want(void *arg)
{
	tutti_lock_acquire(&forgotten);
	tutti_lock_release(&forgotten);
	return arg;
}

static inline void *cross(void *arg)
{
	tutti_lock *const *pair = arg;

	tutti_lock_acquire(pair[0]);
	tutti_barrier_wait(&both_hold_one);
	tutti_lock_acquire(pair[1]);
	tutti_lock_release(pair[1]);
	tutti_lock_release(pair[0]);
	return NULL;
}

/* The remedy: whoever takes both takes them in one order. */
static inline void *agree(void *arg)
{
	tutti_lock_acquire_many(arg, 2);
	tutti_yield();
	tutti_lock_release_many(arg, 2);
	return NULL;
}

static inline int run_two(tutti_fn first, void *first_arg, tutti_fn second, void *second_arg)
{
	tutti_thread *threads[] = {
		tutti_thread_start(first, first_arg, &(tutti_thread_options){ .name = "one" }),
		tutti_thread_start(second, second_arg, &(tutti_thread_options){ .name = "two" }),
	};

	return tutti_join_all(threads, 2);
}

#endif
