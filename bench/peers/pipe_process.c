/* SPDX-License-Identifier: MIT */
/* A pipe each way, one write and one read for each item. */
#include "../process_race.h"

static int ways[2][2];

static void way_create(void)
{
	for (int i = 0; i < 2; i++)
		bench_require(pipe(ways[i]) == 0, "pipe failed");
}

static void way_put(int way, const struct race_item *item)
{
	bench_require(write(ways[way][1], item, sizeof(*item)) == sizeof(*item), "write failed");
}

static void way_get(int way, struct race_item *item)
{
	bench_require(read(ways[way][0], item, sizeof(*item)) == sizeof(*item), "read failed");
}

int main(int argc, char **argv)
{
	return race_main(argc, argv, 4000000, 100000);
}
