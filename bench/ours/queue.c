/* SPDX-License-Identifier: MIT */
/*
 * tutti_queue, bounded: between threads (mode "threads") and between two tasks of one loop (mode
 * "tasks").
 */
#include "../queue_race.h"
#include "threads.h"

static tutti_queue *queue;
static bool in_tasks;

static inline void queue_put(uint64_t item)
{
	bench_require(tutti_queue_put(queue, &item) == 0, "tutti_queue_put failed");
}

static inline uint64_t queue_get(void)
{
	uint64_t item;

	bench_require(tutti_queue_get(queue, &item) == 0, "tutti_queue_get failed");
	return item;
}

static void tasks_run(void *(*const *fns)(void *), void **args, int n)
{
	tutti_future *tasks[THREADS_MAX];

	bench_require(n <= THREADS_MAX, "too many tasks");
	for (int i = 0; i < n; i++)
		tasks[i] = tutti_task_start(fns[i], args[i], NULL);
	bench_require(tutti_join_all(tasks, (size_t)n) == 0, "a task failed");
}

static void thread_all(void *(*const *fns)(void *), void **args, int n)
{
	if (in_tasks)
		tasks_run(fns, args, n);
	else
		threads_run(fns, args, n);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long items = 10000000 / o.divide;

	bench_require(tutti_queue_create(&queue, sizeof(uint64_t),
			      &(tutti_queue_options){ .maxsize = QUEUE_BOUND }) == 0,
		"tutti_queue_create failed");
	in_tasks = strcmp(o.mode, "tasks") == 0;
	if (in_tasks) {
		queue_race("queue_tasks", 1, items, 0);
	} else {
		bench_require(strcmp(o.mode, "threads") == 0, "mode is threads or tasks");
		queue_race("queue_1_1", 1, items, QUEUE_SPREAD_NS);
		queue_race("queue_2_2", 2, items, QUEUE_SPREAD_NS);
	}
	tutti_queue_free(queue);
	return 0;
}
