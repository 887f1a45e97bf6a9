/* SPDX-License-Identifier: MIT */
/* A thousand threads less one that sleep for two seconds, all at once. */
#include <stdio.h>
#include <tutti/tutti.h>

enum { SLEEPERS = 999 };

static void *work(void *arg)
{
	tutti_sleep(TUTTI_SECONDS(2));
	printf("-----\n");
	return arg;
}

int main(void)
{
	static tutti_thread *threads[SLEEPERS];
	tutti_time start = tutti_now();

	printf("当前计算机的核数为:  %d\n", tutti_cpu_count_online());
	for (int i = 0; i < SLEEPERS; i++)
		threads[i] = tutti_thread_start(work, NULL, NULL);

	int rc = tutti_join_all(threads, SLEEPERS);

	printf("总耗时:  %f\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
