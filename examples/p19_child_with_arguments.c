/* SPDX-License-Identifier: MIT */
/* rows: F17 F18 P19 */
/* A child with two arguments: a job has one, which may be a struct. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct numbers {
	int num1, num2;
} numbers;

static void func(numbers n)
{
	printf("我是绑定给子进程的一组任务! %d %d\n", n.num1, n.num2);
}
TUTTI_JOB(func, void, numbers);

int main(void)
{
	tutti_process *p;

	printf("主进程开始执行!\n");
	p = tutti_process_start(&func_job, &(numbers){ 123, 456 }, NULL);
	tutti_future_unref(p);
	printf("主进程执行结束!\n");
	return 0;
}
