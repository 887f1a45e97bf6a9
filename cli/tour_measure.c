/* SPDX-License-Identifier: MIT */
/*
 * tour_measure.c - see tour.h. Each kernel does the same many times and takes the clock before and
 * after; of a few tries the quickest counts, since what disturbs only ever adds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tour.h"

enum { TRIES = 5, PARKED = 10000 };

/* Do n things: 0, or < 0. */
typedef int (*kernel)(long n);

static double best_of(kernel run, long n)
{
	double best = -1;

	for (int i = 0; i < TRIES; i++) {
		tutti_time began = tutti_now();
		int rc = run(n);
		double each = (double)(tutti_now() - began) / (double)n;

		if (rc < 0)
			return rc;
		if (best < 0 || each < best)
			best = each;
	}
	return best;
}

/* -- calls and locks --------------------------------------------------------------------------- */

static void *nothing(void *arg)
{
	return arg;
}

static int call(long n)
{
	tutti_fn volatile fn = nothing; /* not known when compiling */

	for (long i = 0; i < n; i++)
		fn(NULL);
	return 0;
}

double measure_call(void)
{
	return best_of(call, 3000000);
}

static tutti_lock lock = TUTTI_LOCK_INIT;
static long counter;

static int lock_and_release(long n)
{
	for (long i = 0; i < n; i++) {
		tutti_lock_acquire(&lock);
		counter++;
		tutti_lock_release(&lock);
	}
	return 0;
}

double measure_lock(void)
{
	return best_of(lock_and_release, 1000000);
}

static void *lock_often(void *n)
{
	lock_and_release(*(const long *)n);
	return NULL;
}

double measure_lock_wanted(int threads)
{
	tutti_future *all[64];
	long n = 200000;
	tutti_time began = tutti_now();
	int rc;

	threads = threads > 64 ? 64 : threads;
	for (int i = 0; i < threads; i++)
		all[i] = tutti_thread_start(lock_often, &n, NULL);
	rc = tutti_join_all(all, (size_t)threads);
	return rc < 0 ? rc : (double)(tutti_now() - began) / (double)(n * threads);
}

/* -- to start and to join ---------------------------------------------------------------------- */

static int start_tasks(long n)
{
	int rc = 0;

	for (long i = 0; i < n && rc == 0; i++) {
		tutti_task *t = tutti_task_start(nothing, NULL, NULL);

		rc = tutti_join_all(&t, 1);
	}
	return rc;
}

double measure_task(void)
{
	return best_of(start_tasks, 200000);
}

static int start_threads(long n)
{
	int rc = 0;

	for (long i = 0; i < n && rc == 0; i++) {
		tutti_thread *t = tutti_thread_start(nothing, NULL, NULL);

		rc = tutti_join_all(&t, 1);
	}
	return rc;
}

double measure_thread(void)
{
	return best_of(start_threads, 300);
}

static void tour_nothing(void)
{
}
TUTTI_JOB(tour_nothing, void, void);

static int start_processes(long n)
{
	int rc = 0;

	for (long i = 0; i < n && rc == 0; i++) {
		tutti_process *p = tutti_process_start(&tour_nothing_job, NULL, NULL);

		rc = tutti_join_all(&p, 1);
	}
	return rc;
}

double measure_process(void)
{
	return best_of(start_processes, 30);
}

/* -- to switch --------------------------------------------------------------------------------- */

static void *yield_often(void *n)
{
	for (long i = *(const long *)n; i > 0; i--)
		tutti_yield();
	return NULL;
}

/* Two that take turns: each yield is a switch. */
static int take_turns(long n)
{
	long half = n / 2;
	tutti_task *tasks[] = { tutti_task_start(yield_often, &half, NULL),
		tutti_task_start(yield_often, &half, NULL) };

	return tutti_join_all(tasks, 2);
}

double measure_switch(void)
{
	return best_of(take_turns, 2000000);
}

/* -- to hand over ------------------------------------------------------------------------------ */

static void *take_all(void *arg)
{
	long item;

	while (tutti_queue_get(arg, &item) == 0)
		continue;
	return NULL;
}

static int fill(tutti_queue *q, long n)
{
	int rc = 0;

	for (long i = 0; i < n && rc == 0; i++)
		rc = tutti_queue_put(q, &i);
	tutti_queue_shutdown(q, false);
	return rc;
}

static int through_threads(long n)
{
	tutti_queue *q;
	tutti_thread *taker;
	int rc = tutti_queue_create(&q, sizeof(long), &(tutti_queue_options){ .maxsize = 1024 });

	if (rc < 0)
		return rc;
	taker = tutti_thread_start(take_all, q, NULL);
	rc = fill(q, n);
	if (rc == 0)
		rc = tutti_join_all(&taker, 1);
	tutti_queue_free(q);
	return rc;
}

double measure_queue(void)
{
	return best_of(through_threads, 500000);
}

static int tour_take_all(tutti_handle h)
{
	tutti_queue *q;
	int rc = tutti_queue_attach(&q, h);

	if (rc < 0)
		return rc;
	take_all(q);
	tutti_queue_free(q);
	return 0;
}
TUTTI_JOB(tour_take_all, int, tutti_handle);

/* Begun before the clock, as the process' start is measured by itself. */
double measure_shared_queue(void)
{
	enum { ITEMS = 500000 };
	tutti_queue *q;
	tutti_handle h;
	tutti_process *taker;
	tutti_time began;
	int rc = tutti_queue_create(
		&q, sizeof(long), &(tutti_queue_options){ .maxsize = 1024, .flags = TUTTI_SHARED });

	if (rc < 0)
		return rc;
	h = tutti_queue_handle(q);
	taker = tutti_process_start(&tour_take_all_job, &h, NULL);
	rc = tutti_queue_put(q, &(long){ 0 });
	while (rc == 0 && tutti_queue_size(q) > 0 && !tutti_future_done(taker))
		tutti_sleep(TUTTI_MILLISECONDS(1)); /* until it is there, and takes */
	began = tutti_now();
	if (rc == 0)
		rc = fill(q, ITEMS);
	if (rc == 0)
		rc = tutti_join_all(&taker, 1);
	tutti_queue_free(q);
	return rc < 0 ? rc : (double)(tutti_now() - began) / ITEMS;
}

/* -- memory ------------------------------------------------------------------------------------ */

static double resident(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long all, resident = 0;

	if (f && fscanf(f, "%ld %ld", &all, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void *wait_for_it(void *event)
{
	tutti_event_wait(event);
	return NULL;
}

/* In a process that has had no tasks yet, and so none of their memory. */
static int tour_task_bytes(void)
{
	tutti_task_options options = { .stack_bytes = 64 << 10 };
	tutti_future **tasks = calloc(PARKED, sizeof(tutti_future *));
	tutti_event go = { 0 };
	double before, bytes;
	int rc;

	if (!tasks)
		return -ENOMEM;
	before = resident();
	for (int i = 0; i < PARKED; i++)
		tasks[i] = tutti_task_start(wait_for_it, &go, &options);
	tutti_yield(); /* now all of them have come to their wait */
	bytes = (resident() - before) / PARKED;
	tutti_event_set(&go);
	rc = tutti_join_all(tasks, PARKED);
	free(tasks);
	return rc < 0 ? rc : (int)bytes;
}
TUTTI_JOB(tour_task_bytes, int, void);

double measure_task_bytes(void)
{
	tutti_process *p = tutti_process_start(&tour_task_bytes_job, NULL, NULL);
	int bytes, rc = tour_task_bytes_result(p, &bytes);

	tutti_future_unref(p);
	return rc < 0 ? rc : bytes;
}

double measure_memory_left(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	char line[128];
	double kib = 0;

	while (f && kib == 0 && fgets(line, sizeof line, f))
		if (sscanf(line, "MemAvailable: %lf kB", &kib) != 1)
			kib = 0;
	if (f)
		fclose(f);
	return kib * 1024;
}
