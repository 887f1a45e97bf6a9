/* SPDX-License-Identifier: MIT */
/* C21: the same jobs by threads and by processes. C22: whether a window stays alive. C23: what is
   left of a hundred deposits without a lock. */
#include "claims.h"

#include <tutti/sim.h>

/* -- C21 --------------------------------------------------------------------------------------- */

static long toil(long steps)
{
	compute(steps);
	return steps;
}
TUTTI_JOB(toil, long, long);

static double seconds_on(const char *kind, const struct scale *s, long steps, long n)
{
	tutti_future **f = bench_alloc((size_t)n, sizeof(*f));
	tutti_executor *e;
	char where[32];
	int64_t start;

	snprintf(where, sizeof(where), "%s:%d", kind, s->cpus);
	fine(tutti_executor_open(&e, where, NULL), where);
	for (int i = 0; i < s->cpus; i++)
		f[i] = toil_submit(e, 1000000);
	fine(tutti_join_all(f, (size_t)s->cpus), "the first jobs");
	start = bench_now();
	for (long i = 0; i < n; i++)
		f[i] = toil_submit(e, steps);
	fine(tutti_join_all(f, (size_t)n), "a job");
	start = bench_now() - start;
	tutti_executor_free(e);
	free(f);
	return (double)start / 1e9;
}

/* rows: C21 */
void claim_21(const struct scale *s)
{
	static const char *const names[] = { "size_10us", "size_100us", "size_1ms", "size_10ms",
		"size_100ms" };
	double steps = 1e4 / step_ns(), total_ns = (double)sized(s, 400, 200, 1) * 1e6;

	for (int i = 0; i < (s->size == SMOKE ? 2 : 5); i++, steps *= 10) {
		long n = (long)(total_ns * s->cpus / 2 / (steps * step_ns()));
		double threads, processes;

		n = n < 2 * s->cpus ? 2 * s->cpus : n;
		processes = seconds_on("processes", s, (long)steps, n);
		threads = seconds_on("threads", s, (long)steps, n);
		report_for(names[i], "threads", threads * 1e6 / (double)n, "µs");
		report_for(names[i], "processes", processes * 1e6 / (double)n, "µs");
	}
}

/* -- C22: P80 and P81, with a script for the user ---------------------------------------------- */

enum { CLICK_EVERY_MS = 5 };

static struct {
	bool long_job_over;
	double worst_ms;
} window;

/* The user's clicks come whatever the window does: each is due at its instant. */
static void *handle_clicks(void *arg)
{
	tutti_time due = tutti_now();

	while (!window.long_job_over) {
		double late;

		due += TUTTI_MILLISECONDS(CLICK_EVERY_MS);
		fine(tutti_sleep_until(due), "a sleep");
		late = (double)(tutti_now() - due) / 1e6;
		window.worst_ms = late > window.worst_ms ? late : window.worst_ms;
	}
	return arg;
}

static void *long_job(void *duration)
{
	tutti_thread_sleep(*(tutti_time *)duration); /* holds its thread up */
	return NULL;
}

static void *button_pressed(void *arg)
{
	tutti_time *duration = arg;

	if (*duration < 0) { /* in a thread of its own */
		tutti_time length = -*duration;

		end_well(tutti_thread_start(long_job, &length, NULL), "the thread");
	} else {
		long_job(duration);
	}
	window.long_job_over = true;
	return NULL;
}

static void press(const char *name, tutti_time duration)
{
	tutti_future *two[2];

	window.long_job_over = false;
	window.worst_ms = 0;
	two[0] = tutti_task_start(handle_clicks, NULL, NULL);
	fine(tutti_sleep(TUTTI_MILLISECONDS(20)), "a sleep"); /* it is up */
	two[1] = tutti_task_start(button_pressed, &duration, NULL);
	fine(tutti_join_all(two, 2), "the window");
	report_for(name, "worst", window.worst_ms, "ms");
}

/* rows: C22 */
void claim_22(const struct scale *s)
{
	/* A tenth of the tutorial's ten seconds. */
	tutti_time duration = s->size == SMOKE ? TUTTI_MILLISECONDS(100) : TUTTI_SECONDS(1);

	bench_report("job", (double)duration / 1e6, "ms");
	press("one_thread", duration);
	press("threaded", -duration);
}

/* -- C23: P65 and P67 -------------------------------------------------------------------------- */

enum { DEPOSITS = 100 };

static int balance;

static void deposit(int money)
{
	int new_balance = TUTTI_LOAD(&balance) + money;

	tutti_sleep(TUTTI_SECONDS(0.01));
	TUTTI_STORE(&balance, new_balance);
}
TUTTI_JOB(deposit, void, int);

static void *deposit_one(void *arg)
{
	deposit(1);
	return arg;
}

static void by_threads(void *left)
{
	char args[DEPOSITS];

	TUTTI_STORE(&balance, 0);
	in_threads(DEPOSITS, deposit_one, args, 1);
	*(int *)left = TUTTI_LOAD(&balance);
}

static void by_pool(void *left)
{
	tutti_future *f[DEPOSITS];
	tutti_executor *e;

	TUTTI_STORE(&balance, 0);
	fine(tutti_executor_open(&e, "threads:16", NULL), "a pool");
	for (int i = 0; i < DEPOSITS; i++)
		f[i] = deposit_submit(e, 1);
	fine(tutti_join_all(f, DEPOSITS), "a deposit");
	tutti_executor_free(e);
	*(int *)left = TUTTI_LOAD(&balance);
}

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* How much of the hundred was left: least, in the middle, most. */
static void spread(const char *name, int *left, long n)
{
	qsort(left, (size_t)n, sizeof(*left), by_value);
	report_for(name, "least", left[0], "of-100");
	report_for(name, "median", left[n / 2], "of-100");
	report_for(name, "most", left[n - 1], "of-100");
}

static void in_real_time(const char *name, void (*run)(void *left), long n)
{
	int *left = bench_alloc((size_t)n, sizeof(*left));

	for (long i = 0; i < n; i++)
		run(&left[i]);
	spread(name, left, n);
	free(left);
}

/* The same under so many random schedules, in which nothing depends on how busy the machine is. */
static void in_simulations(const char *name, void (*run)(void *left), long n)
{
	int *left = bench_alloc((size_t)n, sizeof(*left));

	for (long i = 0; i < n; i++)
		fine(tutti_sim_check(run, &(tutti_sim_options){ .strategy = "random",
						  .runs = 1,
						  .seed = (uint64_t)i + 1,
						  .save = "",
						  .flags = TUTTI_SIM_STRICT_TIME,
						  .arg = &left[i] }),
			"a simulation");
	spread(name, left, n);
	free(left);
}

/* rows: C23 */
void claim_23(const struct scale *s)
{
	long real = sized(s, 200, 20, 1), simulated = sized(s, 200, 50, 5);

	in_simulations("threads_simulated", by_threads, simulated);
	in_simulations("pool_simulated", by_pool, simulated);
	in_real_time("threads", by_threads, real);
	in_real_time("pool", by_pool, real / 4 + 1);
}
