/* SPDX-License-Identifier: MIT */
/*
 * Tasks that wait, on stacks of 64 KiB with guards. Mode "million": a million at once, what each
 * keeps resident, then all are woken and joined. Mode "waves": 10,000 parked from fresh stacks,
 * woken and joined, then 10,000 again from the stacks the first left behind; the waves need a
 * process of their own, since it has to begin without any stack.
 */
#include "../bench.h"
#include <tutti/tutti.h>

struct wave {
	tutti_event all_wait; /* set by the last to park */
	tutti_event wake;
	tutti_future **tasks;
	long count;
	long waiting; /* tasks of one loop: a plain count is enough */
	long woken;
};

static void *waits(void *arg)
{
	struct wave *w = arg;

	if (++w->waiting == w->count)
		tutti_event_set(&w->all_wait);
	if (tutti_event_wait(&w->wake) == 0)
		w->woken++;
	return NULL;
}

/* Nanoseconds per task until all of them wait. */
static double wave_park(struct wave *w)
{
	int64_t start = bench_now();

	for (long i = 0; i < w->count; i++)
		w->tasks[i] = tutti_task_start(
			waits, w, &(tutti_task_options){ .stack_bytes = (size_t)64 * 1024 });
	bench_require(tutti_event_wait(&w->all_wait) == 0, "the wait for the tasks failed");
	return (double)(bench_now() - start) / (double)w->count;
}

/* Nanoseconds per task until all of them are woken, ended and joined. */
static double wave_end(struct wave *w)
{
	int64_t start = bench_now();

	tutti_event_set(&w->wake);
	bench_require(tutti_join_all(w->tasks, (size_t)w->count) == 0, "a task failed");
	bench_require(w->woken == w->count, "not every task was woken");
	return (double)(bench_now() - start) / (double)w->count;
}

static void park_million(long n)
{
	struct wave w = { .count = n, .tasks = bench_alloc((size_t)n, sizeof(tutti_future *)) };
	double resident = bench_resident(), tables = bench_page_tables();

	bench_report("parked_start", wave_park(&w), "ns");
	bench_report("parked_bytes", (bench_resident() - resident) / (double)n, "B");
	bench_report("parked_tables", (bench_page_tables() - tables) / (double)n, "B");
	bench_report("parked_end", wave_end(&w), "ns");
	bench_report("parked_count", (double)w.woken, "tasks");
	free(w.tasks);
}

static void park_waves(long n)
{
	static const char *const names[] = { "park_fresh", "park_cached" };
	tutti_future **tasks = bench_alloc((size_t)n, sizeof(tutti_future *));

	for (int i = 0; i < 2; i++) {
		struct wave w = { .count = n, .tasks = tasks };

		bench_report(names[i], wave_park(&w), "ns");
		wave_end(&w);
	}
	free(tasks);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);

	if (strcmp(o.mode, "million") == 0)
		park_million(1000000 / o.divide);
	else if (strcmp(o.mode, "waves") == 0)
		park_waves(10000); /* quick enough; fewer would be a different question */
	else
		bench_fail("mode is million or waves");
	return 0;
}
