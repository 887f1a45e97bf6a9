/* SPDX-License-Identifier: MIT */
/*
 * Threads, tasks, a pool, locks, queues, timers and random numbers, all at once: what it prints
 * depends on the schedule in every line. On standard error it says where its memory lies. Built and
 * run by tests/scripts/same_twice.py.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

enum { CONTEXTS = 4, ROUNDS = 20 };

static tutti_lock lock;
static tutti_rwlock rwlock;
static tutti_semaphore permits;
static tutti_queue *queue;
static int shared;

/* A step of each kind, which one is drawn. */
static void step(const char *who)
{
	int item = (int)tutti_random_between(0, 99), chosen;
	tutti_case cases[] = { tutti_case_get(queue, &item), tutti_case_acquire(&permits) };

	switch (tutti_random_between(0, 6)) {
	case 0:
		TUTTI_STORE(&shared, TUTTI_LOAD(&shared) + item);
		break;
	case 1:
		TUTTI_WITH(&lock)
		{
			tutti_sleep(TUTTI_MILLISECONDS(item % 3));
			shared++;
		}
		break;
	case 2:
		tutti_rwlock_acquire_read(&rwlock);
		tutti_yield();
		tutti_rwlock_release(&rwlock);
		break;
	case 3:
		tutti_queue_put(queue, &item);
		break;
	case 4:
		tutti_semaphore_release(&permits, 1);
		break;
	case 5:
		chosen = tutti_select(cases, 2, tutti_after(TUTTI_MILLISECONDS(2)));
		printf("%s chose %d, got %d\n", who, chosen, item);
		return;
	default:
		tutti_rwlock_acquire_write(&rwlock);
		tutti_sleep(TUTTI_SECONDS(tutti_random_real(0, 0.001)));
		tutti_rwlock_release(&rwlock);
	}
	printf("%s at %lld: %d\n", who, (long long)tutti_now(), shared);
}

static void *walk(void *who)
{
	for (int i = 0; i < ROUNDS; i++)
		step(who);
	return NULL;
}

static void *with_tasks(void *who)
{
	tutti_task *tasks[2] = { tutti_task_start(walk, who, NULL),
		tutti_task_start(walk, who, NULL) };

	walk(who);
	tutti_join_all(tasks, 2);
	return NULL;
}

static int job(int n)
{
	step("job");
	return n * n;
}
TUTTI_JOB(job, int, int);

int main(void)
{
	static char *const names[CONTEXTS] = { "ann", "bob", "cid", "dan" };
	int numbers[ROUNDS] = { 1, 2, 3 }, squares[ROUNDS];
	tutti_future *all[CONTEXTS + 1];
	tutti_executor *pool;

	fprintf(stderr, "%p %p %p\n", (void *)all, malloc(1), (void *)main);
	if (tutti_queue_create(&queue, sizeof(int), NULL) < 0 ||
		tutti_executor_open(&pool, "threads:3", NULL) < 0)
		return 1;
	for (int i = 0; i < CONTEXTS; i++)
		all[i] = tutti_thread_start(with_tasks, names[i], NULL);
	all[CONTEXTS] = tutti_timer_start(TUTTI_MILLISECONDS(3), walk, "timer");
	job_map(pool, numbers, squares, ROUNDS);
	tutti_executor_free(pool);
	if (tutti_join_all(all, CONTEXTS + 1) < 0)
		return 1;
	printf("%d %d\n", squares[2], shared);
	tutti_queue_free(queue);
	return 0;
}
