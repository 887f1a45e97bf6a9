/* SPDX-License-Identifier: MIT */
/* rows: F19 P13 T27 */
/* Without a join the parent goes on at once; with one it goes on when the child has ended. */
#include <stdio.h>
#include <tutti/tutti.h>

static void coding(void)
{
	printf("开始写代码，PID是%d\n", tutti_process_pid(NULL));
	printf("休息一会儿，PID是%d\n", tutti_process_pid(NULL));
}
TUTTI_JOB(coding, void, void);

static void say_who(void)
{
	printf("我是主进程，PID是%d\n", tutti_process_pid(NULL));
}

int main(void)
{
	tutti_process *p1, *p2;
	int rc;

	printf("无阻塞输出：\n");
	say_who();
	p1 = tutti_process_start(&coding_job, NULL, NULL);
	say_who();
	tutti_sleep(TUTTI_SECONDS(5));
	printf("********************\n");
	printf("有阻塞输出：\n");
	say_who();
	p2 = tutti_process_start(&coding_job, NULL, NULL);
	rc = tutti_process_join(p2);
	say_who();
	tutti_future_unref(p1);
	tutti_future_unref(p2);
	return rc < 0;
}
