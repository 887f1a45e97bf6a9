/* SPDX-License-Identifier: MIT */
/* C2: one switch from a coroutine, thread or process to the next. C3: very many coroutines. */
#define _GNU_SOURCE 1
#include "claims.h"

static void report_switch(const char *name, int64_t start, long n)
{
	bench_report(name, (double)(bench_now() - start) / (double)n, "ns");
}

/* -- coroutines -------------------------------------------------------------------------------- */

static long turns_left;

static void *take_turns(void *arg)
{
	while (turns_left > 0) {
		turns_left--;
		fine(tutti_yield(), "a yield");
	}
	return arg;
}

static void between_coroutines(long n)
{
	tutti_future *two[2];
	int64_t start;

	turns_left = n;
	for (int i = 0; i < 2; i++)
		two[i] = tutti_task_start(take_turns, NULL, NULL);
	start = bench_now();
	fine(tutti_join_all(two, 2), "a task");
	report_switch("coroutine", start, n);
}

/* -- threads, by a condition ------------------------------------------------------------------- */

static struct {
	tutti_lock lock;
	tutti_condition turned;
	long n;
} table = { .lock = TUTTI_LOCK_INIT };

static void *play(void *arg)
{
	long side = *(long *)arg;

	TUTTI_HOLD(&table.lock);
	while (table.n > 0) {
		if (table.n % 2 != side) {
			fine(tutti_condition_wait(&table.turned, &table.lock), "a wait");
			continue;
		}
		table.n--;
		tutti_condition_notify(&table.turned, &table.lock, 1);
	}
	return NULL;
}

static void between_threads(const char *name, long n)
{
	long sides[2] = { 0, 1 };
	int64_t start = bench_now();

	table.n = n;
	in_threads(2, play, sides, sizeof(sides[0]));
	report_switch(name, start, n);
}

/* -- processes, by two pipes ------------------------------------------------------------------- */

struct line {
	int there[2], back[2];
	long n;
};

static void pass_on(int from, int to, long n)
{
	char ball = 0;

	for (long i = 0; i < n; i++)
		bench_require(read(from, &ball, 1) == 1 && write(to, &ball, 1) == 1,
			"the pipe is broken");
}

static void other_player(void *arg)
{
	struct line *l = arg;

	pass_on(l->there[0], l->back[1], l->n);
}

static void between_processes(const char *name, long n)
{
	struct line l = { .n = n / 2 };
	char ball = 0;
	int64_t start;
	int child;

	bench_require(pipe(l.there) == 0 && pipe(l.back) == 0, "no pipe");
	child = child_start(other_player, &l);
	start = bench_now();
	bench_require(write(l.there[1], &ball, 1) == 1, "the pipe is broken");
	pass_on(l.back[0], l.there[1], l.n - 1);
	bench_require(read(l.back[0], &ball, 1) == 1, "the pipe is broken");
	report_switch(name, start, n);
	child_join(child);
}

/* So that it is the switch that is measured and not the waking of another CPU. */
static void on_one_cpu(void *scale)
{
	const struct scale *s = scale;
	long n = sized(s, 100000, 20000, 200);

	pin(0);
	between_processes("process", n);
	between_coroutines(sized(s, 1000000, 200000, 1000));
	between_threads("thread", n);
}

/* rows: C2 */
void claim_2(const struct scale *s)
{
	struct scale copy = *s;
	long n = sized(s, 100000, 20000, 200);

	/* In a child: how many CPUs there are is looked up once in each process. */
	child_join(child_start(on_one_cpu, &copy));
	between_processes("process_awake_elsewhere", n);
	between_threads("thread_awake_elsewhere", n);
}

/* -- C3 ---------------------------------------------------------------------------------------- */

static long awake;

static void *sleep_once(void *arg)
{
	fine(tutti_sleep(*(tutti_time *)arg), "a sleep");
	awake++;
	return NULL;
}

static void very_many(const char *name, long n, tutti_time duration)
{
	tutti_future **all = bench_alloc((size_t)n, sizeof(*all));
	tutti_task_options small = { .stack_bytes = 65536 };
	double before = bench_resident();
	int64_t start = bench_now();

	awake = 0;
	for (long i = 0; i < n; i++)
		all[i] = tutti_task_start(sleep_once, &duration, &small);
	fine(tutti_yield(), "a yield"); /* each has begun its sleep */
	report_for(name, "kib", (bench_resident() - before) / 1024 / (double)n, "KiB");
	fine(tutti_join_all(all, (size_t)n), "a task");
	report_for(name, "s", (double)(bench_now() - start) / 1e9, "s");
	bench_require(awake == n, "not every coroutine has slept");
	free(all);
}

/* rows: C3 */
void claim_3(const struct scale *s)
{
	tutti_time duration = s->size == SMOKE ? TUTTI_MILLISECONDS(20) : TUTTI_SECONDS(1);

	very_many("coroutines_10k", sized(s, 10000, 10000, 1000), duration);
	very_many("coroutines_100k", sized(s, 100000, 100000, 2000), duration);
	if (s->size != FULL)
		return;
	if (available_mib() > 7000)
		very_many("coroutines_1m", 1000000, duration);
	else
		fprintf(stderr, "a million coroutines need 7 GiB, which are not free here\n");
}
