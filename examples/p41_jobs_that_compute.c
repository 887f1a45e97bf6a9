/* SPDX-License-Identifier: MIT */
/* A hundred threads that multiply a million times: as many at once as there are CPUs. */
#include <stdio.h>
#include <tutti/tutti.h>

enum { JOBS = 100, FACTORS = 1000000 };

static void *work(void *arg)
{
	volatile unsigned product = 1; /* 0 from the first step on: but multiply all the same */

	for (unsigned i = 0; i < FACTORS; i++)
		product *= i;
	return arg;
}

int main(void)
{
	tutti_thread *threads[JOBS];
	tutti_time start = tutti_now();

	printf("当前计算机的核数为: %d\n", tutti_cpu_count_online());
	for (int i = 0; i < JOBS; i++)
		threads[i] = tutti_thread_start(work, NULL, NULL);

	int rc = tutti_join_all(threads, JOBS);

	printf("总耗时:  %f\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
