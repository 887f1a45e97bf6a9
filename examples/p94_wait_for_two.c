/* SPDX-License-Identifier: MIT */
/* rows: F112 F116 P94 */
/* Two I/O tasks at once, waited for together: three seconds, results in order of completion. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *task_io_1(void *arg)
{
	printf("开始运行IO任务1...\n");
	tutti_sleep(TUTTI_SECONDS(2));
	printf("IO任务1已完成，耗时2s\n");
	return arg;
}

static void *task_io_2(void *arg)
{
	printf("开始运行IO任务2...\n");
	tutti_sleep(TUTTI_SECONDS(3));
	printf("IO任务2已完成，耗时3s\n");
	return arg;
}

int main(void)
{
	tutti_time start = tutti_now();
	tutti_task *tasks[2] = {
		tutti_task_start(task_io_1, "taskIO_1", NULL),
		tutti_task_start(task_io_2, "taskIO_2", NULL),
	};
	size_t order[2];
	int done = tutti_wait(tasks, 2, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER);

	for (int i = 0; i < done; i++) {
		char *name;

		if (tutti_future_result(tasks[order[i]], &name, sizeof(name)) == 0)
			printf("协程无序返回值：%s\n", name);
	}
	printf("所有IO任务总耗时%.5f秒\n", (tutti_now() - start) / 1e9);
	return tutti_join_all(tasks, 2) < 0;
}
