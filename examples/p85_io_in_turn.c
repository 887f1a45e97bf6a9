/* SPDX-License-Identifier: MIT */
/* rows: F116 P85 */
/* Two I/O jobs one after the other: the second begins when the first is done, five seconds. */
#include <stdio.h>
#include <tutti/tutti.h>

static void task_io_1(void)
{
	printf("开始运行IO任务1...\n");
	tutti_sleep(TUTTI_SECONDS(2));
	printf("IO任务1已完成，耗时2s\n");
}

static void task_io_2(void)
{
	printf("开始运行IO任务2...\n");
	tutti_sleep(TUTTI_SECONDS(3));
	printf("IO任务2已完成，耗时3s\n");
}

int main(void)
{
	tutti_time start = tutti_now();

	task_io_1();
	task_io_2();
	printf("所有IO任务总耗时%.5f秒\n", (tutti_now() - start) / 1e9);
	return 0;
}
