/* SPDX-License-Identifier: MIT */
/* What it costs to have one more: C1 to start and end it, C4 its memory, C5 a pool instead. */
#define _GNU_SOURCE 1
#include "claims.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void *nothing(void *arg)
{
	return arg;
}

static void empty(void)
{
}
TUTTI_JOB(empty, void, void);

static int same(int n)
{
	return n;
}
TUTTI_JOB(same, int, int);

/* -- C1 ---------------------------------------------------------------------------------------- */

static void bare_thread(void)
{
	pthread_t t;

	bench_require(pthread_create(&t, NULL, nothing, NULL) == 0, "pthread_create failed");
	pthread_join(t, NULL);
}

static void bare_fork(void)
{
	pid_t pid = fork();

	bench_require(pid >= 0, "fork failed");
	if (pid == 0)
		_exit(0);
	child_join(pid);
}

static void thread(void)
{
	end_well(tutti_thread_start(nothing, NULL, NULL), "a thread");
}

static void coroutine(void)
{
	end_well(tutti_task_start(nothing, NULL, NULL), "a task");
}

static void process_by(tutti_start_method method)
{
	end_well(
		tutti_process_start(&empty_job, NULL, &(tutti_process_options){ .method = method }),
		"a process");
}

static void forked(void)
{
	process_by(TUTTI_FORK);
}

static void spawned(void)
{
	process_by(TUTTI_SPAWN);
}

static void by_server(void)
{
	process_by(TUTTI_FORKSERVER);
}

static void by_tutti_fork(void)
{
	int pid = tutti_fork();

	fine(pid, "tutti_fork");
	if (pid == 0)
		_exit(0);
	child_join(pid);
}

/* A piece of the measurement: of every kind some, over and over, so that whatever else the machine
   does meets all of them. */
struct kind {
	const char *name;
	void (*one)(void);
	long every; /* this much rarer than the others */
	int64_t spent;
	long count;
};

static void some_of(struct kind *k, long n)
{
	int64_t start = bench_now();

	for (long i = 0; i < n; i++)
		k->one();
	k->spent += bench_now() - start;
	k->count += n;
}

/* rows: C1 */
void claim_1(const struct scale *s)
{
	static struct kind kinds[] = { { "bare_fork", bare_fork, 1, 0, 0 },
		{ "tutti_fork", by_tutti_fork, 1, 0, 0 }, { "fork", forked, 1, 0, 0 },
		{ "bare_thread", bare_thread, 1, 0, 0 }, { "thread", thread, 1, 0, 0 },
		{ "coroutine", coroutine, 1, 0, 0 }, { "fork_server", by_server, 2, 0, 0 },
		{ "spawn", spawned, 5, 0, 0 } };
	size_t n = sizeof(kinds) / sizeof(kinds[0]);
	long turns = sized(s, 10, 5, 2), each = sized(s, 100, 40, 5);

	for (size_t k = 0; k < n; k++)
		kinds[k].one(); /* what is made once is there */
	for (long i = 0; i < turns; i++)
		for (size_t k = 0; k < n; k++)
			some_of(&kinds[k], each / kinds[k].every);
	for (size_t k = 0; k < n; k++)
		bench_report(
			kinds[k].name, (double)kinds[k].spent / 1e3 / (double)kinds[k].count, "µs");
}

/* -- C4 ---------------------------------------------------------------------------------------- */

static tutti_event go_on;

static void *wait_for_event(void *arg)
{
	tutti_event_wait(&go_on);
	return arg;
}

static double own_kib(void)
{
	return (bench_resident() + bench_page_tables()) / 1024;
}

static void memory_of(const char *name, tutti_future *(*start)(void), long n)
{
	tutti_future **all = bench_alloc((size_t)n, sizeof(tutti_future *));
	double before = own_kib();

	for (long i = 0; i < n; i++)
		all[i] = start();
	tutti_sleep(TUTTI_MILLISECONDS(200)); /* each has run as far as to its wait */
	bench_report(name, (own_kib() - before) / (double)n, "KiB");
	tutti_event_set(&go_on);
	fine(tutti_join_all(all, (size_t)n), name);
	tutti_event_clear(&go_on);
	free(all);
}

static tutti_future *waiting_task(void)
{
	return tutti_task_start(wait_for_event, NULL, NULL);
}

static tutti_future *waiting_thread(void)
{
	return tutti_thread_start(wait_for_event, NULL, NULL);
}

static void sleep_on(void *arg)
{
	(void)arg;
	tutti_sleep(TUTTI_FOREVER / 4);
}

static void memory_of_children(long n)
{
	int *pids = bench_alloc((size_t)n, sizeof(int));
	double kib = 0;
	long asked = n < 50 ? n : 50;

	for (long i = 0; i < n; i++)
		pids[i] = child_start(sleep_on, NULL);
	tutti_sleep(TUTTI_MILLISECONDS(200));
	for (long i = 0; i < asked; i++)
		kib += private_kib(pids[n - 1 - i]);
	bench_report("process", kib / (double)asked, "KiB");
	for (long i = 0; i < n; i++)
		child_kill(pids[i]);
	free(pids);
}

/* rows: C4 */
void claim_4(const struct scale *s)
{
	long n = sized(s, 1000, 500, 20);

	memory_of_children(n);
	memory_of("coroutine", waiting_task, n);
	memory_of("thread", waiting_thread, n);
}

/* -- C5 ---------------------------------------------------------------------------------------- */

static void by_pool(const char *name, const char *where, long n)
{
	tutti_future **f = bench_alloc((size_t)n, sizeof(*f));
	tutti_executor *e;
	int64_t start;

	start = bench_now(); /* to open and to close it is part of the price */
	fine(tutti_executor_open(&e, where, NULL), where);
	for (long i = 0; i < n; i++)
		f[i] = same_submit(e, (int)i);
	for (long i = 0; i < n; i++) {
		int got;

		fine(same_result(f[i], &got), "a job");
		bench_require(got == i, "another job's result");
		tutti_future_unref(f[i]);
	}
	tutti_executor_free(e);
	report_each(name, "pool", start, n);
	free(f);
}

static void one_by_one(const char *name, void (*one)(void), long n)
{
	int64_t start = bench_now();

	for (long i = 0; i < n; i++)
		one();
	report_each(name, "each", start, n);
}

/* rows: C5 */
void claim_5(const struct scale *s)
{
	long n = sized(s, 10000, 2000, 50);

	one_by_one("process", forked, n / 10);
	by_pool("process", "processes:4", n);
	one_by_one("thread", thread, n);
	by_pool("thread", "threads:4", n);
}
