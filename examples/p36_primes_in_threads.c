/* SPDX-License-Identifier: MIT */
/* rows: F12 F84 P36 D8 */
/*
 * Which of 65 numbers are prime, by sixteen threads: as many at once as there are CPUs.
 *
 * usage: p36_primes_in_threads [NUMBER...]     these in place of the 65
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

enum { NUMBERS = 13, TIMES = 5, MOST = NUMBERS * TIMES };

static const uint64_t numbers[NUMBERS] = { 1116281, 1297337, 104395303, 472882027, 533000389,
	817504243, 982451653, 112272535095293, 112582705942171, 112272535095293, 115280095190773,
	115797848077099, 1099726899285419 };

static bool is_prime(uint64_t n)
{
	for (uint64_t d = 2; d * d <= n; d++)
		if (n % d == 0)
			return false;
	return n != 1;
}
TUTTI_JOB(is_prime, bool, uint64_t);

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? (size_t)argc - 1 : MOST;
	uint64_t all[MOST];
	bool prime[MOST];
	tutti_executor *pool;
	int rc = n <= MOST ? tutti_executor_open(&pool, "threads:16", NULL) : -E2BIG;

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	for (size_t i = 0; i < n; i++)
		all[i] = argc > 1 ? strtoull(argv[i + 1], NULL, 10) : numbers[i % NUMBERS];
	rc = is_prime_map(pool, all, prime, n);
	for (size_t i = 0; rc == 0 && i < n; i++)
		printf("%" PRIu64 " is prime: %s\n", all[i], prime[i] ? "True" : "False");
	tutti_executor_free(pool);
	return rc < 0;
}
