/* SPDX-License-Identifier: MIT */
/* Work that computes, on all CPUs: C6 in processes, C7 in threads, C8 in threads that share one
   lock as Python's do, C10 a hundred jobs at once, C13 more tasks than CPUs, C32
   what C alone makes of it. */
#define _GNU_SOURCE 1
#include "../work_race.h"
#include "claims.h"

/* -- the prime list ---------------------------------------------------------------------------- */

/* Whether n is prime, and what finding out cost. */
typedef struct finding {
	int64_t cpu_ns;
	bool prime;
} finding;

static finding try_prime(uint64_t n)
{
	int64_t start = thread_cpu_ns();
	bool prime = odd_is_prime(n);

	return (finding){ thread_cpu_ns() - start, prime };
}
TUTTI_JOB(try_prime, finding, uint64_t);

enum { HELD_NS = 5000000 }; /* how long CPython lets one thread go on */

static tutti_lock one_for_all = TUTTI_LOCK_INIT;

/* The same by a thread that may only compute while it has the lock. */
static finding try_locked(uint64_t n)
{
	int64_t start = thread_cpu_ns(), since;
	bool prime = true;

	tutti_lock_acquire(&one_for_all);
	since = bench_now();
	for (uint64_t d = 3; d * d <= n && prime; d += 2) {
		prime = n % d != 0;
		if (d % 4096 != 1 || bench_now() - since < HELD_NS)
			continue;
		tutti_lock_release(&one_for_all);
		tutti_lock_acquire(&one_for_all);
		since = bench_now();
	}
	tutti_lock_release(&one_for_all);
	return (finding){ thread_cpu_ns() - start, prime };
}
TUTTI_JOB(try_locked, finding, uint64_t);

static int larger_first(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

enum { LIST = 4 * PRIMES }; /* the thirteen numbers twenty times over */

/* The largest first, so that all have something to do until nearly the end. */
static int fill_list(uint64_t *numbers, const struct scale *s)
{
	int n = (int)sized(s, LIST, LIST, 13);

	for (int i = 0; i < n; i++)
		numbers[i] = s->size == SMOKE ? thirteen[i % 3] : thirteen[i % 13];
	qsort(numbers, (size_t)n, sizeof(numbers[0]), larger_first);
	return n;
}

/* Wall time, and how many CPUs it kept busy; the pool is there before. */
static double primes_on(const struct scale *s, const char *name, const char *where, tutti_job *job)
{
	uint64_t numbers[LIST];
	tutti_future *f[LIST];
	int n = fill_list(numbers, s), primes = 0;
	double cpu = 0, wall;
	tutti_executor *e;
	int64_t start;

	fine(tutti_executor_open(&e, where, NULL), where);
	for (int i = 0; i < n; i++)
		f[i] = tutti_submit(e, job, &(uint64_t){ 3 }, NULL);
	fine(tutti_join_all(f, (size_t)n), "the first jobs");
	start = bench_now();
	for (int i = 0; i < n; i++)
		f[i] = tutti_submit(e, job, &numbers[i], NULL);
	for (int i = 0; i < n; i++) {
		finding found;

		fine(tutti_job_result(f[i], job, &found), "a job");
		tutti_future_unref(f[i]);
		cpu += (double)found.cpu_ns;
		primes += found.prime;
	}
	wall = (double)(bench_now() - start);
	bench_require(primes == (s->size == SMOKE ? n : n / 13 * 12), "wrong primes");
	tutti_executor_free(e);
	report_for(name, "ms", wall / 1e6, "ms");
	report_for(name, "cores", cpu / wall, "CPUs");
	return wall;
}

/* The list of P37. */
/* rows: C6 */
void claim_6(const struct scale *s)
{
	primes_on(s, "one", "processes:1", &try_prime_job);
	primes_on(s, "processes", "processes:16", &try_prime_job);
}

/* The list of P35 to P37 once, and the sum of P38, on one core and without any pool. */
/* rows: C32 */
void claim_32(const struct scale *s)
{
	int primes = 0, n = s->size == SMOKE ? 3 : 13;
	uint64_t most = (uint64_t)sized(s, 100000000, 10000000, 1000);
	int64_t start = bench_now();

	for (int i = 0; i < n; i++)
		primes += odd_is_prime(thirteen[i]);
	bench_report("list_ms", (double)(bench_now() - start) / 1e6, "ms");
	bench_require(primes == (n == 3 ? 3 : 12), "wrong primes");
	start = bench_now();
	bench_require(sum_up(1, most + 1) == most * (most + 1) / 2, "wrong sum");
	bench_report("sum_ms", (double)(bench_now() - start) / 1e6 * 1e8 / (double)most, "ms");
}

static int stop_spinning;

static void *spin(void *cpu_ns)
{
	while (!__atomic_load_n(&stop_spinning, __ATOMIC_RELAXED))
		compute(1000);
	*(int64_t *)cpu_ns = thread_cpu_ns();
	return NULL;
}

/* P43: a thread for each CPU that never ends by itself. */
static void endless_threads(const struct scale *s)
{
	tutti_future **threads = bench_alloc((size_t)s->cpus, sizeof(*threads));
	int64_t *cpu = bench_alloc((size_t)s->cpus, sizeof(*cpu));
	int64_t start = bench_now(), wall;
	double sum = 0;

	for (int i = 0; i < s->cpus; i++)
		threads[i] = tutti_thread_start(spin, &cpu[i], NULL);
	tutti_sleep(TUTTI_MILLISECONDS(sized(s, 500, 200, 20)));
	__atomic_store_n(&stop_spinning, 1, __ATOMIC_RELAXED);
	fine(tutti_join_all(threads, (size_t)s->cpus), "a thread");
	wall = bench_now() - start;
	for (int i = 0; i < s->cpus; i++)
		sum += (double)cpu[i];
	bench_report("endless_cores", sum / (double)wall, "CPUs");
	free(threads);
	free(cpu);
}

/* rows: C7 */
void claim_7(const struct scale *s)
{
	primes_on(s, "processes", "processes:16", &try_prime_job);
	primes_on(s, "threads", "threads:16", &try_prime_job);
	endless_threads(s);
}

/* rows: C8 */
void claim_8(const struct scale *s)
{
	primes_on(s, "processes", "processes:16", &try_locked_job);
	primes_on(s, "threads", "threads:16", &try_locked_job);
}

/* -- C10: P41 ---------------------------------------------------------------------------------- */

static void word(int factors)
{
	volatile unsigned product = 1; /* 0 from the first step on: but multiply all the same */

	for (int i = 0; i < factors; i++)
		product *= (unsigned)i;
}
TUTTI_JOB(word, void, int);

static void *word_in_thread(void *factors)
{
	word(*(int *)factors);
	return NULL;
}

enum { JOBS = 100 };

static void jobs_at_once(const char *name, bool processes, int factors)
{
	tutti_future *all[JOBS];
	int64_t start = bench_now();

	for (int i = 0; i < JOBS; i++)
		all[i] = processes ? tutti_process_start(&word_job, &factors, NULL)
				   : tutti_thread_start(word_in_thread, &factors, NULL);
	fine(tutti_join_all(all, JOBS), name);
	report_for(name, "ms", (double)(bench_now() - start) / 1e6, "ms");
}

/* rows: C10 */
void claim_10(const struct scale *s)
{
	int factors = (int)sized(s, 5000000, 5000000, 1000);
	int64_t start;

	end_well(tutti_process_start(&word_job, &(int){ 1 }, NULL), "a process");
	start = bench_now();
	for (int i = 0; i < JOBS; i++)
		word(factors);
	bench_report("one_ms", (double)(bench_now() - start) / 1e6, "ms");
	jobs_at_once("threads", false, factors);
	jobs_at_once("processes", true, factors);
}

/* -- C13 --------------------------------------------------------------------------------------- */

static void *part(void *steps)
{
	compute(*(long *)steps);
	return NULL;
}

static void part_in_child(void *steps)
{
	compute(*(long *)steps);
}

static double split_over_threads(int parts, long steps)
{
	long *each = bench_alloc((size_t)parts, sizeof(*each));
	int64_t start = bench_now();

	for (int i = 0; i < parts; i++)
		each[i] = steps / parts;
	in_threads(parts, part, each, sizeof(*each));
	free(each);
	return (double)(bench_now() - start) / 1e6;
}

static double split_over_processes(int parts, long steps)
{
	int *pids = bench_alloc((size_t)parts, sizeof(*pids));
	long each = steps / parts;
	int64_t start = bench_now();

	for (int i = 0; i < parts; i++)
		pids[i] = child_start(part_in_child, &each);
	for (int i = 0; i < parts; i++)
		child_join(pids[i]);
	free(pids);
	return (double)(bench_now() - start) / 1e6;
}

/* The time with so many parts by the time with one for each CPU, in turn with that. */
static void report_split(const char *kind, const char *name, double (*split)(int parts, long steps),
	int parts, const struct scale *s, long steps)
{
	double mine = split(parts, steps), beside = split(s->cpus, steps);

	report_for(kind, name, mine / beside, "of-n");
}

/* rows: C13 */
void claim_13(const struct scale *s)
{
	static const struct {
		const char *name;
		int times;
	} rows[] = { { "1", 0 }, { "2n", 2 }, { "4n", 4 }, { "16n", 16 }, { "64n", 64 } };
	long steps = (long)(sized(s, 400000000, 200000000, 100000) / step_ns());

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int parts = rows[i].times ? rows[i].times * s->cpus : 1;

		report_split("processes", rows[i].name, split_over_processes, parts, s, steps);
		report_split("threads", rows[i].name, split_over_threads, parts, s, steps);
	}
}
