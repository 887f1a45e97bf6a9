/* SPDX-License-Identifier: MIT */
/* OpenMP tasks, for and reduction; built with gcc and libgomp, and with clang and libomp. */
#include "../fork_race.h"
#include <omp.h>

static long fib(int n)
{
	long x, y;

	if (n < 2)
		return n;
#pragma omp task shared(x)
	x = fib(n - 1);
	y = fib(n - 2);
#pragma omp taskwait
	return x + y;
}

static long race_fib(int n)
{
	long result;

#pragma omp parallel
#pragma omp single
	result = fib(n);
	return result;
}

static void race_fill(uint32_t *out, size_t n)
{
#pragma omp parallel for
	for (size_t i = 0; i < n; i++)
		out[i] = (uint32_t)(i * i + i);
}

static uint64_t race_sum(size_t n)
{
	uint64_t sum = 0;

#pragma omp parallel for reduction(+ : sum)
	for (size_t i = 0; i < n; i++)
		sum += light(i);
	return sum;
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);

	omp_set_num_threads(atoi(o.mode));
	fork_races(&o);
	return 0;
}
