/* SPDX-License-Identifier: MIT */
/* C14: what a lock costs, and what it leaves of several CPUs. C15: coroutines need none. C28: a
   value for each thread, by thread-local data or by a dict that all share. */
#define _GNU_SOURCE 1
#include "claims.h"

/* -- C14 --------------------------------------------------------------------------------------- */

enum { OPERATION_STEPS = 4000 };

static tutti_lock lock = TUTTI_LOCK_INIT;

struct share {
	long operations;
	int percent; /* of each operation, inside the lock */
};

static void *operate(void *arg)
{
	const struct share *mine = arg;
	long inside = OPERATION_STEPS * mine->percent / 100;

	for (long i = 0; i < mine->operations; i++) {
		if (inside > 0) {
			TUTTI_HOLD(&lock);
			compute(inside);
		}
		if (inside < OPERATION_STEPS)
			compute(OPERATION_STEPS - inside);
	}
	return NULL;
}

static double time_of(int threads, long operations, int percent)
{
	struct share *each = bench_alloc((size_t)threads, sizeof(*each));
	int64_t start;

	for (int i = 0; i < threads; i++)
		each[i] = (struct share){ operations / threads, percent };
	start = bench_now();
	in_threads(threads, operate, each, sizeof(*each));
	free(each);
	return (double)(bench_now() - start);
}

static void uncontended(long n)
{
	int64_t start = bench_now();

	for (long i = 0; i < n; i++) {
		tutti_lock_acquire(&lock);
		__asm__ volatile("" : : : "memory");
		tutti_lock_release(&lock);
	}
	bench_report("uncontended", (double)(bench_now() - start) / (double)n, "ns");
}

/* rows: C14 */
void claim_14(const struct scale *s)
{
	static const int percents[] = { 100, 50, 0 };
	static const char *const names[] = { "inside", "half", "outside" };
	long operations = sized(s, 100000, 20000, 20);

	for (int i = 0; i < 3; i++)
		report_for(names[i], "speedup",
			time_of(1, operations, percents[i]) /
				time_of(s->cpus, operations, percents[i]),
			"x");
	uncontended(sized(s, 10000000, 1000000, 1000));
}

/* -- C15 --------------------------------------------------------------------------------------- */

enum { COUNTERS = 4, BETWEEN_YIELDS = 1000 };

static volatile long counter; /* volatile: each increment is made */

static void *count_alone(void *n)
{
	for (long i = 0; i < *(long *)n; i++) {
		counter = counter + 1;
		if (i % BETWEEN_YIELDS == 0)
			fine(tutti_yield(), "a yield");
	}
	return NULL;
}

static void *count_locked(void *n)
{
	for (long i = 0; i < *(long *)n; i++) {
		TUTTI_HOLD(&lock);
		counter = counter + 1;
	}
	return NULL;
}

static void counted(const char *name, int64_t start, long n)
{
	report_for(name, "ns", (double)(bench_now() - start) / (double)n, "ns");
	bench_require(counter == n, "increments were lost");
	counter = 0;
}

/* rows: C15 */
void claim_15(const struct scale *s)
{
	long n = sized(s, 10000000, 1000000, 10000), each[COUNTERS];
	tutti_future *tasks[COUNTERS];
	int64_t start;

	for (int i = 0; i < COUNTERS; i++)
		each[i] = n / COUNTERS;
	start = bench_now();
	for (int i = 0; i < COUNTERS; i++)
		tasks[i] = tutti_task_start(count_alone, &each[i], NULL);
	fine(tutti_join_all(tasks, COUNTERS), "a task");
	counted("coroutines", start, n);
	start = bench_now();
	in_threads(COUNTERS, count_locked, each, sizeof(each[0]));
	counted("threads", start, n);
}

/* -- C28 --------------------------------------------------------------------------------------- */

enum { SLOTS = 64 };

/* A small dict from a thread's number to its value, as the tutorials' global_dict. */
static struct {
	tutti_lock lock;
	uint64_t keys[SLOTS];
	void *values[SLOTS];
} dict = { .lock = TUTTI_LOCK_INIT };

static void **slot_of(uint64_t key)
{
	size_t i = key % SLOTS;

	while (dict.keys[i] != 0 && dict.keys[i] != key)
		i = (i + 1) % SLOTS;
	dict.keys[i] = key;
	return &dict.values[i];
}

static tutti_local local = TUTTI_LOCAL_INIT(NULL);
static __thread void *compilers;

struct reader {
	long n;
	int how;
};

static void *read_mine(void *arg)
{
	const struct reader *r = arg;
	uint64_t me = tutti_thread_ident(NULL);
	void *got = NULL;

	fine(tutti_local_set(&local, arg), "tutti_local_set");
	TUTTI_WITH(&dict.lock)
	*slot_of(me) = arg;
	compilers = arg;
	for (long i = 0; i < r->n; i++) {
		if (r->how == 0)
			got = tutti_local_get(&local);
		else if (r->how == 1)
			TUTTI_WITH(&dict.lock)
		got = *slot_of(tutti_thread_ident(NULL));
		else got = compilers;
		__asm__ volatile("" : "+r"(got) : : "memory");
		bench_require(got == arg, "another thread's value");
	}
	return NULL;
}

/* rows: C28 */
void claim_28(const struct scale *s)
{
	static const char *const names[] = { "thread_local", "locked_dict", "compiler_tls" };
	struct reader *readers = bench_alloc((size_t)s->cpus, sizeof(*readers));

	for (int how = 0; how < 3; how++) {
		long n = sized(s, 5000000, 500000, 1000) * (how == 1 ? 1 : 4);
		int64_t start;

		for (int i = 0; i < s->cpus; i++)
			readers[i] = (struct reader){ n, how };
		start = bench_now();
		in_threads(s->cpus, read_mine, readers, sizeof(*readers));
		bench_report(names[how], (double)(bench_now() - start) / (double)n, "ns");
	}
	free(readers);
}
