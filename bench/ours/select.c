/* SPDX-License-Identifier: MIT */
/*
 * tutti_select over three queues, of which one never has anything: what is there is taken; a server
 * task that waits in it and answers; items that come from another thread through either queue.
 */
#include "../bench.h"
#include "threads.h"

enum { BOUND = 1024, SPREAD_NS = 30000000 };

static tutti_queue *first, *second, *quit;
static long items;
static int64_t begin;

static void put(tutti_queue *q, uint64_t item)
{
	bench_require(tutti_queue_put(q, &item) == 0, "tutti_queue_put failed");
}

static inline uint64_t take(tutti_case *cases, const uint64_t *got)
{
	int chosen = tutti_select(cases, 3, TUTTI_FOREVER);

	bench_require(chosen == 0 || chosen == 1, "tutti_select failed");
	return got[chosen];
}

#define CASES(got)                                                                   \
	{                                                                            \
		tutti_case_get(first, &(got)[0]), tutti_case_get(second, &(got)[1]), \
			tutti_case_get(quit, &(got)[2])                              \
	}

static void make(size_t bound)
{
	tutti_queue_options o = { .maxsize = bound };

	bench_require(tutti_queue_create(&first, sizeof(uint64_t), &o) == 0 &&
			      tutti_queue_create(&second, sizeof(uint64_t), &o) == 0 &&
			      tutti_queue_create(&quit, sizeof(uint64_t), &o) == 0,
		"tutti_queue_create failed");
}

static void drop(void)
{
	tutti_queue_free(first);
	tutti_queue_free(second);
	tutti_queue_free(quit);
}

/* Both queues are filled, unseen, and emptied. */
static void ready(long rounds)
{
	uint64_t got[3], sum = 0, n = 2 * BOUND;
	int64_t took = 0, start;

	make(BOUND);
	tutti_case cases[] = CASES(got);
	for (long r = 0; r < rounds; r++) {
		for (uint64_t i = 0; i < n; i++)
			put(i % 2 ? first : second, i + 1);
		start = bench_now();
		for (uint64_t i = 0; i < n; i++)
			sum += take(cases, got);
		took += bench_now() - start;
	}
	bench_require(sum == (uint64_t)rounds * n * (n + 1) / 2, "items were lost or came twice");
	bench_report("select_ready", (double)took / (double)rounds / (double)n, "ns");
	drop();
}

/* -- a server and its client, both tasks ------------------------------------------------------- */

static tutti_queue *answers;

static void *serve(void *arg)
{
	uint64_t got[3];
	tutti_case cases[] = CASES(got);

	for (long i = 0; i < items; i++)
		put(answers, take(cases, got) + 1);
	return arg;
}

static void *ask(void *arg)
{
	uint64_t answer, sum = 0, n = (uint64_t)items;

	for (uint64_t i = 0; i < n; i++) {
		put(i % 2 ? first : second, i);
		bench_require(tutti_queue_get(answers, &answer) == 0, "tutti_queue_get failed");
		sum += answer;
	}
	bench_require(sum == n * (n + 1) / 2, "answers were lost or came twice");
	return arg;
}

static void exchange(void)
{
	tutti_queue_options one = { .maxsize = 1 };
	int64_t start;

	make(1);
	bench_require(tutti_queue_create(&answers, sizeof(uint64_t), &one) == 0,
		"tutti_queue_create failed");
	start = bench_now();
	tutti_future *tasks[] = { tutti_task_start(serve, NULL, NULL),
		tutti_task_start(ask, NULL, NULL) };
	bench_require(tutti_join_all(tasks, 2) == 0, "a task failed");
	bench_report("select_exchange", (double)(bench_now() - start) / (double)items, "ns");
	tutti_queue_free(answers);
	drop();
}

/* -- from thread to thread --------------------------------------------------------------------- */

static void *produce(void *arg)
{
	while (bench_now() < begin)
		;
	for (long i = 0; i < items; i++)
		put(i % 2 ? first : second, (uint64_t)i + 1);
	return arg;
}

static void *consume(void *arg)
{
	uint64_t got[3], sum = 0, n = (uint64_t)items;
	tutti_case cases[] = CASES(got);

	while (bench_now() < begin)
		;
	for (long i = 0; i < items; i++)
		sum += take(cases, got);
	bench_require(sum == n * (n + 1) / 2, "items were lost or came twice");
	return arg;
}

static void between_threads(void)
{
	void *(*fns[])(void *) = { produce, consume };
	void *args[] = { NULL, NULL };

	make(BOUND);
	begin = bench_now() + SPREAD_NS;
	threads_run(fns, args, 2);
	bench_report("select_threads", (double)items * 1e3 / (double)(bench_now() - begin), "M/s");
	drop();
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);

	ready(2000 / o.divide);
	items = 3000000 / o.divide;
	exchange();
	items = 5000000 / o.divide;
	between_threads();
	return 0;
}
