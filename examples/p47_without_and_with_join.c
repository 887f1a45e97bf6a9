/* SPDX-License-Identifier: MIT */
/* rows: F60 P47 T51 */
/* Without join main may be through before its thread has begun; with join it comes last. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *run(void *arg)
{
	printf("子线程开始\n");
	printf("子线程结束\n");
	return arg;
}

int main(void)
{
	printf("无阻塞输出：\n");
	printf("主线程开始\n");

	tutti_thread *t1 = tutti_thread_start(run, NULL, NULL);

	printf("主线程结束\n");

	printf("有阻塞输出：\n");
	printf("主线程开始\n");

	tutti_thread *t2 = tutti_thread_start(run, NULL, NULL);
	int rc = tutti_thread_join(t2, NULL);

	printf("主线程结束\n");
	tutti_future_unref(t1);
	tutti_future_unref(t2);
	return rc < 0;
}
