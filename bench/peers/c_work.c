/* SPDX-License-Identifier: MIT */
/* The same in C on one thread. */
#include "../work_race.h"

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	uint64_t n = sum_to(&o);
	bool yes[PRIMES];
	int64_t start = bench_now();

	for (int i = 0; i < primes_to_test(&o); i++)
		yes[i] = odd_is_prime(thirteen[i % 13]);
	work_report("primes", start);
	check_primes(yes, primes_to_test(&o));
	start = bench_now();
	bench_require(sum_up(1, n + 1) == n * (n + 1) / 2, "wrong sum");
	work_report("sum", start);
	return 0;
}
