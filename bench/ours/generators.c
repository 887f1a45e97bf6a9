/* SPDX-License-Identifier: MIT */
/* One generator hands out numbers; what one costs, there and back. */
#include "../bench.h"
#include <tutti/tutti.h>

static void *count_up(tutti_generator *self, void *limit)
{
	for (long i = 0; i < *(long *)limit; i++)
		tutti_generator_yield(self, &i, NULL);
	return NULL;
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long items = 20000000 / o.divide, sum = 0;
	tutti_generator *g = tutti_generator_create(count_up, &items);
	void *item;
	int64_t start;

	bench_require(g && tutti_generator_next(g, &item) == 0, "no first item");
	start = bench_now();
	while (tutti_generator_next(g, &item) == 0)
		sum += *(long *)item;
	bench_report("generator_next", (double)(bench_now() - start) / (double)items, "ns");
	bench_require(sum == items * (items - 1) / 2, "an item was lost");
	tutti_generator_free(g);
	return 0;
}
