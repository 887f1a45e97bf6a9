/* SPDX-License-Identifier: MIT */
/* rows: P38 D29 */
/*
 * The sum of a list of numbers.
 *
 * usage: p38_sum_in_turn [COUNT]     by default a hundred million
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000000;
	uint32_t *numbers = malloc(n * sizeof(*numbers));
	uint64_t total = 0;
	tutti_time start;

	if (!numbers)
		return fprintf(stderr, "no memory for %zu numbers\n", n), 1;
	for (size_t i = 0; i < n; i++)
		numbers[i] = (uint32_t)(i + 1);
	start = tutti_now();
	for (size_t i = 0; i < n; i++)
		total += numbers[i];
	printf("%" PRIu64 "\n", total);
	printf("Execution time: %.3fs\n", (tutti_now() - start) / 1e9);
	free(numbers);
	return 0;
}
