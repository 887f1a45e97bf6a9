/* SPDX-License-Identifier: MIT */
/* C26: what buffering saves. C27: four algorithms of scheduling. C29: what a program of many
   threads takes from one of one. */
#define _GNU_SOURCE 1
#include "claims.h"

#include <tutti/sched.h>

/* -- C26 --------------------------------------------------------------------------------------- */

static long writes_so_far(void)
{
	FILE *f = fopen("/proc/self/io", "r");
	char line[128];
	long n = -1;

	bench_require(f != NULL, "/proc/self/io cannot be read");
	while (n < 0 && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "syscw: %ld", &n) != 1)
			n = -1;
	fclose(f);
	bench_require(n >= 0, "/proc/self/io has no syscw");
	return n;
}

static void print_many(const char *name, long n, bool flush)
{
	FILE *out = tmpfile();
	long before = writes_so_far();
	int64_t start = bench_now();

	bench_require(out != NULL, "no temporary file");
	for (long i = 0; i < n; i++) {
		fprintf(out, "Ping %ld\n", i % 10);
		if (flush)
			fflush(out);
	}
	fflush(out);
	report_for(name, "ms", (double)(bench_now() - start) / 1e6, "ms");
	report_for(name, "writes", (double)(writes_so_far() - before), "calls");
	bench_require(ftell(out) == n * 7, "lines were lost");
	fclose(out);
}

/* rows: C26 */
void claim_26(const struct scale *s)
{
	long n = sized(s, 100000, 100000, 5000);

	print_many("buffered", n, false);
	print_many("flushed", n, true);
}

/* -- C27 --------------------------------------------------------------------------------------- */

enum { SHORT = 12, LONG = 4, MIXES = 50 };

static const char *const algorithms[] = { "fcfs", "sjf", "rr", "mlfq" };

/* Interactive ones, that compute a tick or two between inputs, and batch jobs among them. */
static void mix(tutti_sched_process *p, int64_t (*bursts)[5], uint64_t *random)
{
	for (int i = 0; i < SHORT + LONG; i++) {
		bool is_long = i % (SHORT / LONG + 1) == 0;

		bursts[i][0] = is_long ? 30 + (int64_t)(bench_random(random) % 30)
				       : 1 + (int64_t)(bench_random(random) % 2);
		bursts[i][1] = 5;
		bursts[i][2] = bursts[i][0];
		bursts[i][3] = 5;
		bursts[i][4] = bursts[i][0];
		p[i] = (tutti_sched_process){ .arrival = (int64_t)(bench_random(random) % 60),
			.bursts = bursts[i],
			.bursts_n = is_long ? 1 : 5 };
	}
}

struct means {
	double short_response, waiting, turnaround, batch_waiting;
};

/* The same jobs in one piece each, all there at once: a batch. */
static void batch_of(tutti_sched_process *batch, const tutti_sched_process *p)
{
	for (int i = 0; i < SHORT + LONG; i++) {
		batch[i] = p[i];
		batch[i].arrival = 0;
		batch[i].bursts_n = 1;
	}
}

static void add_run(struct means *m, const char *algorithm, const tutti_sched_process *p)
{
	tutti_sched_process batch[SHORT + LONG];
	tutti_sched_result r;
	double response = 0;

	fine(tutti_sched_run(tutti_sched_find(algorithm), p, SHORT + LONG, NULL, &r), algorithm);
	for (int i = 0; i < SHORT + LONG; i++)
		if (p[i].bursts_n > 1)
			response += (double)r.measures[i].response / SHORT;
	m->short_response += response / MIXES;
	m->waiting += r.waiting_mean / MIXES;
	m->turnaround += r.turnaround_mean / MIXES;
	tutti_sched_result_clear(&r);
	batch_of(batch, p);
	fine(tutti_sched_run(tutti_sched_find(algorithm), batch, SHORT + LONG, NULL, &r),
		algorithm);
	m->batch_waiting += r.waiting_mean / MIXES;
	tutti_sched_result_clear(&r);
}

/* The same fifty mixes for all: exact, not measured. */
/* rows: C27 */
void claim_27(const struct scale *s)
{
	struct means means[4] = { { 0, 0, 0, 0 } };
	uint64_t random = 42;

	(void)s;
	for (int i = 0; i < MIXES; i++) {
		tutti_sched_process p[SHORT + LONG];
		int64_t bursts[SHORT + LONG][5];

		mix(p, bursts, &random);
		for (int a = 0; a < 4; a++)
			add_run(&means[a], algorithms[a], p);
	}
	for (int a = 0; a < 4; a++) {
		report_for(algorithms[a], "short_response", means[a].short_response, "ticks");
		report_for(algorithms[a], "waiting", means[a].waiting, "ticks");
		report_for(algorithms[a], "turnaround", means[a].turnaround, "ticks");
		report_for(algorithms[a], "batch_waiting", means[a].batch_waiting, "ticks");
	}
}

/* -- C29 --------------------------------------------------------------------------------------- */

static int stop;

static void *spin(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		compute(100000);
	return arg;
}

static void spin_in_threads(void *n)
{
	char args[256];

	in_threads(*(int *)n, spin, args, 1); /* until it is killed */
}

/* Which part of its CPU a program of one thread gets beside one of k, both on that CPU alone. */
static void share_beside(const char *name, int k, int64_t ns)
{
	int child;
	int64_t start, cpu;

	pin(0);
	child = child_start(spin_in_threads, &k);
	tutti_thread_sleep(TUTTI_MILLISECONDS(50)); /* they spin */
	start = bench_now();
	cpu = thread_cpu_ns();
	while (bench_now() - start < ns)
		compute(100000);
	cpu = thread_cpu_ns() - cpu;
	report_for(name, "share", 100.0 * (double)cpu / (double)(bench_now() - start), "%");
	report_for(name, "fair", 100.0 / (k + 1), "%");
	child_kill(child);
	pin(-1);
}

/* rows: C29 */
void claim_29(const struct scale *s)
{
	int64_t ns = sized(s, 1000, 500, 20) * 1000000;

	share_beside("beside_1", 1, ns);
	share_beside("beside_n", s->cpus, ns);
	share_beside("beside_4n", 4 * s->cpus, ns);
}
