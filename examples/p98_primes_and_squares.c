/* SPDX-License-Identifier: MIT */
/* rows: F111 F113 P98 */
/* Two tasks in turns, gathered; a callback of the gather prints what both have found. */
#include "numbers.h"

static void *prime_filter(void *arg)
{
	numbers *primes = arg;

	for (int i = 2; i <= MOST; i++) {
		if (is_prime(i)) {
			printf("Prime => %d\n", i);
			primes->values[primes->n++] = i;
		}
		tutti_sleep(TUTTI_MILLISECONDS(1));
	}
	return primes;
}

static void *square_mapper(void *arg)
{
	numbers *squares = arg;

	for (int i = 1; i <= MOST; i++) {
		printf("Square => %d\n", i * i);
		squares->values[squares->n++] = i * i;
		tutti_sleep(TUTTI_MILLISECONDS(1));
	}
	return squares;
}

static void print_both(tutti_future *gather, void *arg)
{
	tutti_task **tasks = arg;

	if (tutti_future_error(gather) < 0)
		return;
	printf("[");
	print_numbers(tasks[0], "(", "), ");
	print_numbers(tasks[1], "[", "]]\n");
}

int main(void)
{
	static numbers primes, squares;
	tutti_task *tasks[2] = {
		tutti_task_start(prime_filter, &primes, NULL),
		tutti_task_start(square_mapper, &squares, NULL),
	};
	tutti_future *both = tutti_gather(tasks, 2, TUTTI_ALL_COMPLETED);
	int rc = tutti_future_add_done_callback(both, print_both, tasks);

	if (rc == 0)
		rc = tutti_future_result(both, NULL, 0);
	tutti_future_unref(both);
	return tutti_join_all(tasks, 2) < 0 || rc < 0;
}
