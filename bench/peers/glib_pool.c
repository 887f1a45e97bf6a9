/* SPDX-License-Identifier: MIT */
/* GThreadPool, exclusive, two threads. */
#include "../pool_race.h"
#include <glib.h>

static long counted;

static void count(gpointer data, gpointer arg)
{
	(void)arg;
	__atomic_fetch_add(&counted, (long)GPOINTER_TO_INT(data), __ATOMIC_RELAXED);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long n = 1000000 / o.divide;
	GThreadPool *pool = g_thread_pool_new(count, NULL, POOL_WORKERS, TRUE, NULL);
	int64_t start;

	bench_require(pool != NULL, "no pool");
	start = bench_now();
	for (long i = 0; i < n; i++)
		g_thread_pool_push(pool, GINT_TO_POINTER(1), NULL);
	g_thread_pool_free(pool, FALSE, TRUE);
	pool_report("pool_plain", start, n);
	pool_report("pool_each", start, n);
	bench_require(counted == n, "not every job ran once");
	return 0;
}
