/* SPDX-License-Identifier: MIT */
/* Work that waits. Exact in virtual time (TUTTI_SIM=1), which every one of these can run in but
   C11: C16 together or in turn, C24 what blocks the loop, C25 so many at once, C33 who hears of a
   result when. */
#include "claims.h"

#include <tutti/sim.h>

static double seconds_since(tutti_time start)
{
	return (double)(tutti_now() - start) / 1e9;
}

static void *sleep_for(void *duration)
{
	fine(tutti_sleep(*(tutti_time *)duration), "a sleep");
	return NULL;
}

/* A twentieth of the tutorials' seconds in real time, none in virtual. */
static tutti_time lasting(double seconds)
{
	return (tutti_time)(seconds * (tutti_simulated() ? 1e9 : 5e7));
}

static void report_lasting(const char *name, tutti_time start)
{
	/* As if it had been the tutorials' seconds. */
	bench_report(name, seconds_since(start) * (tutti_simulated() ? 1 : 20), "s");
}

/* -- C11: P42 ---------------------------------------------------------------------------------- */

enum { SLEEPERS = 999 };

static void sleep_in_child(void *duration)
{
	fine(tutti_sleep(*(tutti_time *)duration), "a sleep");
}

static void sleepers(const char *name, long n, tutti_time duration,
	tutti_future *(*start_one)(tutti_time *duration))
{
	tutti_future **all = bench_alloc((size_t)n, sizeof(*all));
	tutti_time start = tutti_now();

	for (long i = 0; i < n; i++)
		all[i] = start_one(&duration);
	fine(tutti_join_all(all, (size_t)n), name);
	report_for(name, "s", seconds_since(start), "s");
	free(all);
}

static tutti_future *sleeping_task(tutti_time *duration)
{
	return tutti_task_start(sleep_for, duration, NULL);
}

static tutti_future *sleeping_thread(tutti_time *duration)
{
	return tutti_thread_start(sleep_for, duration, NULL);
}

static void sleeping_processes(long n, tutti_time duration)
{
	int *pids = bench_alloc((size_t)n, sizeof(int));
	tutti_time start = tutti_now();

	for (long i = 0; i < n; i++)
		pids[i] = child_start(sleep_in_child, &duration);
	for (long i = 0; i < n; i++)
		child_join(pids[i]);
	report_for("processes", "s", seconds_since(start), "s");
	free(pids);
}

/* rows: C11 */
void claim_11(const struct scale *s)
{
	tutti_time duration = s->size == SMOKE ? TUTTI_MILLISECONDS(50) : TUTTI_SECONDS(2);
	long n = sized(s, SLEEPERS, SLEEPERS, 20);

	sleeping_processes(n, duration);
	sleepers("coroutines", n, duration, sleeping_task);
	sleepers("threads", n, duration, sleeping_thread);
}

/* -- C16 --------------------------------------------------------------------------------------- */

enum { DOWNLOADS = 3 };

static void in_turn(tutti_time *durations)
{
	tutti_time start = tutti_now();

	for (int i = 0; i < DOWNLOADS; i++)
		sleep_for(&durations[i]);
	report_lasting("in_turn", start);
}

static void by_wait(tutti_time *durations)
{
	tutti_future *all[DOWNLOADS];
	tutti_time start = tutti_now();

	for (int i = 0; i < DOWNLOADS; i++)
		all[i] = sleeping_task(&durations[i]);
	bench_require(
		tutti_wait(all, DOWNLOADS, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER) == DOWNLOADS,
		"the wait ended early");
	report_lasting("coroutines_wait", start);
	for (int i = 0; i < DOWNLOADS; i++)
		tutti_future_unref(all[i]);
}

static void by_gather(tutti_time *durations)
{
	tutti_future *all[DOWNLOADS], *one;
	tutti_time start = tutti_now();

	for (int i = 0; i < DOWNLOADS; i++)
		all[i] = sleeping_task(&durations[i]);
	one = tutti_gather(all, DOWNLOADS, TUTTI_ALL_COMPLETED);
	end_well(one, "the gather");
	report_lasting("coroutines_gather", start);
	for (int i = 0; i < DOWNLOADS; i++)
		tutti_future_unref(all[i]);
}

static void by_threads(tutti_time *durations)
{
	tutti_time start = tutti_now();

	in_threads(DOWNLOADS, sleep_for, durations, sizeof(*durations));
	report_lasting("threads", start);
}

static int download(int64_t duration)
{
	return tutti_sleep(duration);
}
TUTTI_JOB(download, int, int64_t);

static void by_processes(const tutti_time *durations)
{
	tutti_future *all[DOWNLOADS];
	tutti_time start = tutti_now();

	for (int i = 0; i < DOWNLOADS; i++)
		all[i] = tutti_process_start(&download_job, &durations[i], NULL);
	fine(tutti_join_all(all, DOWNLOADS), "a process");
	report_lasting("processes", start);
}

/* rows: C16 */
void claim_16(const struct scale *s)
{
	tutti_time durations[DOWNLOADS] = { lasting(5), lasting(9), lasting(7) };

	(void)s;
	/* The fork server is there: its start is not part of a download. */
	end_well(tutti_process_start(&download_job, &(int64_t){ 0 }, NULL), "a process");
	in_turn(durations);
	by_processes(durations);
	by_threads(durations);
	by_wait(durations);
	by_gather(durations);
}

/* -- C24: P88 and P91, P101 and P102 ----------------------------------------------------------- */

static void *sleep_and_block(void *duration)
{
	fine(tutti_thread_sleep(*(tutti_time *)duration), "a sleep");
	return NULL;
}

static void three(const char *name, tutti_fn fn, double seconds)
{
	tutti_time duration = lasting(seconds), start = tutti_now();
	tutti_future *all[3];

	for (int i = 0; i < 3; i++)
		all[i] = tutti_task_start(fn, &duration, NULL);
	fine(tutti_join_all(all, 3), "a task");
	report_lasting(name, start);
}

/* rows: C24 */
void claim_24(const struct scale *s)
{
	(void)s;
	three("p88_blocking", sleep_and_block, 1);
	three("p91_waiting", sleep_for, 1);
	three("p101_blocking", sleep_and_block, 2);
	three("p102_waiting", sleep_for, 2);
}

/* -- C25 --------------------------------------------------------------------------------------- */

static struct {
	tutti_semaphore permits;
	int inside, most;
} gate;

static void *pass_gate(void *duration)
{
	fine(tutti_semaphore_acquire(&gate.permits), "the semaphore");
	if (++gate.inside > gate.most)
		gate.most = gate.inside;
	sleep_for(duration);
	gate.inside--;
	return (void *)(intptr_t)tutti_semaphore_release(&gate.permits, 1);
}

/* How long n coroutines take with k permits, in durations of one. */
static double rounds_of(int n, int k, tutti_time duration)
{
	tutti_future *all[10];
	tutti_time start = tutti_now();

	gate.most = 0;
	fine(tutti_semaphore_init(&gate.permits, (uint32_t)k, 0), "the semaphore");
	for (int i = 0; i < n; i++)
		all[i] = tutti_task_start(pass_gate, &duration, NULL);
	fine(tutti_join_all(all, (size_t)n), "a task");
	bench_require(gate.most <= k && gate.inside == 0, "more were inside than permits");
	return (double)(tutti_now() - start) / (double)duration;
}

/* rows: C25 */
void claim_25(const struct scale *s)
{
	tutti_time duration = tutti_simulated() ? TUTTI_SECONDS(2) : TUTTI_MILLISECONDS(10);
	double longest = 0, took;
	int exact = 0;

	(void)s;
	for (int n = 1; n <= 10; n++)
		for (int k = 1; k <= 5; k++) {
			took = rounds_of(n, k, duration) / ((n + k - 1) / k);
			exact += took == 1;
			longest = took > longest ? took : longest;
		}
	/* Of fifty; in real time each is a little longer. */
	if (tutti_simulated())
		bench_report("exact", exact, "of-50");
	bench_report("longest", longest, "x");
}

/* -- C33 --------------------------------------------------------------------------------------- */

enum { RESULTS = 10 };

static tutti_time ended[RESULTS];

static void *end_at(void *arg)
{
	tutti_time *mine = arg;

	fine(tutti_sleep(*mine), "a sleep");
	*mine = tutti_now();
	return NULL;
}

/* The last one to start is the first to end. */
static void start_results(tutti_future **all)
{
	for (int i = 0; i < RESULTS; i++) {
		ended[i] = lasting(RESULTS - i);
		all[i] = tutti_task_start(end_at, &ended[i], NULL);
	}
}

static void hear_as_completed(tutti_future **all)
{
	tutti_completion *c = tutti_completion_create(all, RESULTS);
	tutti_time latest = 0, after;
	size_t index;

	bench_require(c != NULL, "no memory");
	for (int i = 0; i < RESULTS; i++) {
		fine(tutti_completion_next(c, &index), "the next result");
		bench_require(index == (size_t)(RESULTS - 1 - i), "results out of order");
		after = tutti_now() - ended[index];
		latest = after > latest ? after : latest;
	}
	bench_report("as_completed_latest", (double)latest / 1e3, "µs");
	tutti_completion_free(c);
}

/* rows: C33 */
void claim_33(const struct scale *s)
{
	tutti_future *all[RESULTS];
	tutti_time scale = lasting(1);

	(void)s;
	start_results(all);
	hear_as_completed(all);
	fine(tutti_join_all(all, RESULTS), "a task");
	start_results(all);
	bench_require(tutti_wait(all, RESULTS, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER) == RESULTS,
		"the wait ended early");
	/* The first result has waited for the nine others, the last one for nobody. */
	bench_report(
		"wait_first", (double)(tutti_now() - ended[RESULTS - 1]) / (double)scale, "units");
	bench_report("wait_last", (double)(tutti_now() - ended[0]) / (double)scale, "units");
	fine(tutti_join_all(all, RESULTS), "a task");
}
