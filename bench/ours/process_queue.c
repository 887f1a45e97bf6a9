/* SPDX-License-Identifier: MIT */
/* A shared tutti_queue each way. */
#include "../process_race.h"

#include <tutti/tutti.h>

static tutti_queue *ways[2];

static void way_create(void)
{
	for (int i = 0; i < 2; i++)
		bench_require(tutti_queue_create(&ways[i], sizeof(struct race_item),
				      &(tutti_queue_options){ .flags = TUTTI_SHARED }) == 0,
			"tutti_queue_create failed");
}

static void way_put(int way, const struct race_item *item)
{
	bench_require(tutti_queue_put(ways[way], item) == 0, "tutti_queue_put failed");
}

static void way_get(int way, struct race_item *item)
{
	bench_require(tutti_queue_get(ways[way], item) == 0, "tutti_queue_get failed");
}

int main(int argc, char **argv)
{
	return race_main(argc, argv, 10000000, 500000);
}
