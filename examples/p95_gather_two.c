/* SPDX-License-Identifier: MIT */
/* rows: F113 P95 D2 */
/* The longer task comes first: gathered, the results are in the order of the tasks all the same. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *task_io_1(void *arg)
{
	printf("开始运行IO任务1...\n");
	tutti_sleep(TUTTI_SECONDS(3));
	printf("IO任务1已完成，耗时3s\n");
	return arg;
}

static void *task_io_2(void *arg)
{
	printf("开始运行IO任务2...\n");
	tutti_sleep(TUTTI_SECONDS(2));
	printf("IO任务2已完成，耗时2s\n");
	return arg;
}

int main(void)
{
	tutti_time start = tutti_now();
	tutti_task *tasks[2] = {
		tutti_task_start(task_io_1, "taskIO_1", NULL),
		tutti_task_start(task_io_2, "taskIO_2", NULL),
	};
	tutti_future *both = tutti_gather(tasks, 2, TUTTI_ALL_COMPLETED);
	char *names[2];

	if (tutti_future_result(both, NULL, 0) == 0) {
		for (int i = 0; i < 2; i++)
			tutti_future_result(tasks[i], &names[i], sizeof(names[i]));
		printf("['%s', '%s']\n", names[0], names[1]);
	}
	printf("所有IO任务总耗时%.5f秒\n", (tutti_now() - start) / 1e9);
	tutti_future_unref(both);
	return tutti_join_all(tasks, 2) < 0;
}
