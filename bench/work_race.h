/* SPDX-License-Identifier: MIT */
/*
 * Work that computes and nothing else: which of 65 numbers are prime (the largest has sixteen
 * digits), and the sum of the numbers from 1 to 10^8, one addition after the other.
 */
#ifndef WORK_RACE_H
#define WORK_RACE_H
#include "bench.h"
#include <stdbool.h>

static const uint64_t thirteen[13] = { 1116281, 1297337, 104395303, 472882027, 533000389, 817504243,
	982451653, 112272535095293, 112582705942171, 112272535095293, 115280095190773,
	115797848077099, 1099726899285419 };

enum { PRIMES = 65 };

static inline bool odd_is_prime(uint64_t n)
{
	for (uint64_t d = 3; d * d <= n; d += 2)
		if (n % d == 0)
			return false;
	return true;
}

/* A loop that the compiler must leave as it is. */
static inline uint64_t sum_up(uint64_t begin, uint64_t end)
{
	uint64_t sum = 0;

	for (uint64_t i = begin; i < end; i++) {
		sum += i;
		__asm__ volatile("" : "+r"(sum));
	}
	return sum;
}

static inline int primes_to_test(const struct bench_options *o)
{
	return PRIMES / (o->divide > 1 ? 5 : 1);
}

static inline uint64_t sum_to(const struct bench_options *o)
{
	return 100000000 / (uint64_t)o->divide;
}

static inline void work_report(const char *name, int64_t start)
{
	bench_report(name, (double)(bench_now() - start) / 1e6, "ms");
}

static inline void check_primes(const bool *yes, int n)
{
	int count = 0;

	for (int i = 0; i < n; i++)
		count += yes[i];
	bench_require(count == n / 13 * 12, "wrong primes");
}

#endif
