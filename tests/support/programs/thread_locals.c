/* SPDX-License-Identifier: MIT */
/*
 * A thread's own variables, before and after many waits of many tasks: each has its thread's, and
 * errno its own. Built by tests/scripts/thread_locals.py in every way that could make the compiler
 * keep an address for too long.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

enum { THREADS = 3, TASKS = 20, WAITS = 300 };

static __thread int turns; /* of all tasks of the thread */
static tutti_lock lock;
static tutti_semaphore permits;

static void check(int so, const char *what)
{
	if (so)
		return;
	fprintf(stderr, "not so: %s\n", what);
	_Exit(1);
}

static void wait_somehow(int i)
{
	switch (i % 4) {
	case 0:
		tutti_yield();
		break;
	case 1:
		tutti_sleep(1000);
		break;
	case 2:
		tutti_lock_acquire(&lock);
		tutti_yield();
		tutti_lock_release(&lock);
		break;
	default:
		tutti_semaphore_release(&permits, 1);
		tutti_semaphore_acquire(&permits);
	}
}

static void *work(void *arg)
{
	int *home = &turns, number = (int)(long)arg;
	tutti_thread *thread = tutti_thread_current();

	for (int i = 0; i < WAITS; i++) {
		int before = turns, mine = number * WAITS + i + 1;

		errno = mine;
		turns++;
		check(turns == before + 1, "nobody else counts here");
		wait_somehow(i + number);
		check(errno == mine, "errno is the task's own");
		check(&turns == home, "the variable is where it was");
		check(turns > before, "and counts on");
		check(tutti_thread_current() == thread, "the thread is the same");
	}
	return NULL;
}

static void *run_tasks(void *arg)
{
	tutti_future *f[TASKS];

	for (long i = 0; i < TASKS; i++)
		f[i] = tutti_task_start(work, (void *)i, NULL);
	check(tutti_join_all(f, TASKS) == 0, "all tasks end");
	check(turns == TASKS * WAITS, "each thread has counted its own");
	return arg;
}

int main(void)
{
	tutti_future *f[THREADS];

	check(tutti_semaphore_init(&permits, 0, 0) == 0, "a semaphore");
	for (int i = 0; i < THREADS; i++)
		f[i] = tutti_thread_start(run_tasks, NULL, NULL);
	run_tasks(NULL);
	check(tutti_join_all(f, THREADS) == 0, "all threads end");
	puts("done");
	return 0;
}
