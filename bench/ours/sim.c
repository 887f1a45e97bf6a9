/* SPDX-License-Identifier: MIT */
/*
 * Complete executions of a program of three threads, main and two that take a lock twice each: in a
 * simulation under random schedules, and ("threads") on real threads. And what a place to switch
 * costs in a long run of two that access a variable.
 */
#include "../bench.h"

#include <tutti/lock.h>
#include <tutti/race.h>
#include <tutti/sim.h>
#include <tutti/thread.h>

static tutti_lock lock;
static long balance;

static void *deposit_twice(void *arg)
{
	for (int i = 0; i < 2; i++) {
		tutti_lock_acquire(&lock);
		balance++;
		tutti_lock_release(&lock);
	}
	return arg;
}

static void program(void *arg)
{
	tutti_thread *a, *b;

	(void)arg;
	balance = 0;
	tutti_lock_init(&lock, 0);
	a = tutti_thread_start(deposit_twice, NULL, NULL);
	b = tutti_thread_start(deposit_twice, NULL, NULL);
	tutti_thread_join(a, NULL);
	tutti_thread_join(b, NULL);
	tutti_future_unref(a);
	tutti_future_unref(b);
	if (balance != 4)
		tutti_sim_fail("balance %ld", balance);
}

static tutti_sim_result check(void (*test)(void *), uint64_t runs, long arg)
{
	tutti_sim_result result;
	tutti_sim_options o = { .strategy = "random",
		.runs = runs,
		.budget = TUTTI_SECONDS(60),
		.save = "",
		.steps = UINT64_MAX,
		.arg = &arg,
		.result = &result };

	bench_require(tutti_sim_check(test, &o) == 0, "a run failed");
	return result;
}

static void *access_often(void *arg)
{
	for (long n = *(long *)arg; n > 0; n--)
		tutti_point(&balance);
	return NULL;
}

static void accesses(void *arg)
{
	tutti_thread *a = tutti_thread_start(access_often, arg, NULL);
	tutti_thread *b = tutti_thread_start(access_often, arg, NULL);

	tutti_thread_join(a, NULL);
	tutti_thread_join(b, NULL);
	tutti_future_unref(a);
	tutti_future_unref(b);
}

static void simulated(const struct bench_options *o)
{
	uint64_t runs = (uint64_t)(1000000 / o->divide);
	long each = 10000000 / o->divide;
	tutti_sim_result result;
	int64_t begin;

	check(program, 1000, 0);
	begin = bench_now();
	result = check(program, runs, 0);
	bench_report("executions", (double)runs * 1e9 / (double)(bench_now() - begin), "/s");
	bench_report("points", (double)result.steps / (double)runs, "each");
	tutti_sim_result_clear(&result);
	begin = bench_now();
	result = check(accesses, 1, each);
	bench_report("point", (double)(bench_now() - begin) / (double)result.steps, "ns");
	tutti_sim_result_clear(&result);
}

static void real(const struct bench_options *o)
{
	long runs = 100000 / o->divide;
	int64_t begin = bench_now();

	for (long i = 0; i < runs; i++)
		program(NULL);
	bench_report("executions", (double)runs * 1e9 / (double)(bench_now() - begin), "/s");
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);

	if (strcmp(o.mode, "threads") == 0)
		real(&o);
	else
		simulated(&o);
	return 0;
}
