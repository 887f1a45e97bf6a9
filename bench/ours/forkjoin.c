/* SPDX-License-Identifier: MIT */
/* tutti_parallel_invoke, _for and _reduce. */
#include "../fork_race.h"
#include <tutti/tutti.h>

struct fib {
	int n;
	long value;
};

static void fib(void *arg)
{
	struct fib *f = arg;
	struct fib x = { f->n - 1, 0 }, y = { f->n - 2, 0 };

	if (f->n < 2) {
		f->value = f->n;
		return;
	}
	tutti_parallel_invoke(fib, &x, fib, &y);
	f->value = x.value + y.value;
}

static long race_fib(int n)
{
	struct fib f = { n, 0 };

	fib(&f);
	return f.value;
}

static void fill(size_t begin, size_t end, void *out)
{
	fill_range(out, begin, end);
}

static void race_fill(uint32_t *out, size_t n)
{
	tutti_parallel_for(0, n, 0, fill, out);
}

static void sum(size_t begin, size_t end, void *sum, void *arg)
{
	(void)arg;
	*(uint64_t *)sum += sum_range(begin, end);
}

static void add(void *sum, const void *more)
{
	*(uint64_t *)sum += *(const uint64_t *)more;
}

static uint64_t race_sum(size_t n)
{
	uint64_t total = 0;

	tutti_parallel_reduce(0, n, 0, sizeof(total), &total, sum, add, NULL);
	return total;
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);

	setenv("TUTTI_CPUS", o.mode, 1);
	fork_races(&o);
	return 0;
}
