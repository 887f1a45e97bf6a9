/* SPDX-License-Identifier: MIT */
/* State Threads: start 1,000 threads, each returns at once, join them all; many times over. */
#include "../bench.h"
#include <st.h>

enum { BATCH = 1000 };

static void *nothing(void *arg)
{
	return arg;
}

static void batch(void)
{
	st_thread_t threads[BATCH];

	for (int i = 0; i < BATCH; i++) {
		threads[i] = st_thread_create(nothing, NULL, 1, 0);
		bench_require(threads[i] != NULL, "st_thread_create failed");
	}
	for (int i = 0; i < BATCH; i++)
		bench_require(st_thread_join(threads[i], NULL) == 0, "st_thread_join failed");
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long batches = 3000 / o.divide;
	int64_t start;

	bench_require(st_init() == 0, "st_init failed");
	batch();
	start = bench_now();
	for (long i = 0; i < batches; i++)
		batch();
	bench_report("task", (double)(bench_now() - start) / (double)(batches * BATCH), "ns");
	return 0;
}
