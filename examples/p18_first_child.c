/* SPDX-License-Identifier: MIT */
/* rows: F20 P18 */
/* The parent does not wait for its child, and mostly is through with its own code before it. */
#include <stdio.h>
#include <tutti/tutti.h>

static void func(void)
{
	printf("我是绑定给子进程的一组任务!\n");
}
TUTTI_JOB(func, void, void);

int main(void)
{
	tutti_process *p;

	printf("主进程开始执行!\n");
	p = tutti_process_start(&func_job, NULL, NULL);
	tutti_future_unref(p);
	printf("主进程执行结束!\n");
	return 0;
}
