/* SPDX-License-Identifier: MIT */
/* oneTBB: parallel_invoke, parallel_for, parallel_reduce. */
#include "../fork_race.h"
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>
#include <tbb/parallel_reduce.h>

static long race_fib(int n)
{
	long x, y;

	if (n < 2)
		return n;
	tbb::parallel_invoke([&] { x = race_fib(n - 1); }, [&] { y = race_fib(n - 2); });
	return x + y;
}

static void race_fill(uint32_t *out, size_t n)
{
	tbb::parallel_for(tbb::blocked_range<size_t>(0, n),
		[=](const tbb::blocked_range<size_t> &r) { fill_range(out, r.begin(), r.end()); });
}

static uint64_t race_sum(size_t n)
{
	return tbb::parallel_reduce(
		tbb::blocked_range<size_t>(0, n), uint64_t(0),
		[](const tbb::blocked_range<size_t> &r, uint64_t sum) {
			return sum + sum_range(r.begin(), r.end());
		},
		[](uint64_t a, uint64_t b) { return a + b; });
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	tbb::global_control threads(
		tbb::global_control::max_allowed_parallelism, (size_t)atoi(o.mode));

	fork_races(&o);
	return 0;
}
