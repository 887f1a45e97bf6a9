/* SPDX-License-Identifier: MIT */
/* A map over the primes on "threads:2", and tutti_parallel_reduce on two CPUs. */
#include "../work_race.h"
#include <tutti/tutti.h>

static bool is_prime(uint64_t n)
{
	return odd_is_prime(n);
}
TUTTI_JOB(is_prime, bool, uint64_t);

static void sum_range(size_t begin, size_t end, void *sum, void *arg)
{
	(void)arg;
	*(uint64_t *)sum += sum_up(begin, end);
}

static void add(void *sum, const void *more)
{
	*(uint64_t *)sum += *(const uint64_t *)more;
}

static void race_primes(const struct bench_options *o)
{
	int n = primes_to_test(o);
	uint64_t numbers[PRIMES];
	bool yes[PRIMES];
	tutti_executor *e;
	int64_t start;

	for (int i = 0; i < n; i++)
		numbers[i] = thirteen[i % 13];
	start = bench_now();
	bench_require(tutti_executor_open(&e, "threads:2", NULL) == 0, "no executor");
	bench_require(is_prime_map(e, numbers, yes, (size_t)n) == 0, "a job failed");
	tutti_executor_free(e);
	work_report("primes", start);
	check_primes(yes, n);
}

static void race_sum(const struct bench_options *o)
{
	uint64_t n = sum_to(o), sum = 0;
	int64_t start = bench_now();

	tutti_parallel_reduce(1, n + 1, 0, sizeof(sum), &sum, sum_range, add, NULL);
	work_report("sum", start);
	bench_require(sum == n * (n + 1) / 2, "wrong sum");
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);

	setenv("TUTTI_CPUS", "2", 1);
	race_primes(&o);
	race_sum(&o);
	return 0;
}
