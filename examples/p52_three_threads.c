/* SPDX-License-Identifier: MIT */
/* rows: P52 */
/* Three threads by function: two seconds for all of them together. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *run(void *arg)
{
	printf("当前子线程正在执行\n");
	tutti_sleep(TUTTI_SECONDS(2));
	printf("当前子线程执行结束\n");
	return arg;
}

int main(void)
{
	tutti_time start = tutti_now();
	tutti_thread *ts[3];

	for (int i = 0; i < 3; i++)
		ts[i] = tutti_thread_start(run, NULL, NULL);

	int rc = tutti_join_all(ts, 3);

	printf("总耗时: %f\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
