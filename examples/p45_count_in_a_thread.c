/* SPDX-License-Identifier: MIT */
/* rows: F59 F62 F69 P45 T5 */
/* A started thread sees two: itself, and main, which waits for it at the end of the program. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *run(void *arg)
{
	printf("启动线程\n");
	printf("线程数量: %zu\n", tutti_thread_active_count());
	printf("结束线程\n");
	return arg;
}

int main(void)
{
	printf("线程数量: %zu\n", tutti_thread_active_count());
	tutti_future_unref(tutti_thread_start(run, NULL, NULL));
	return 0;
}
