/* SPDX-License-Identifier: MIT */
/* rows: F66 P56 */
/* A timer is a thread that waits first, and is joined like one. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *run(void *arg)
{
	printf("启动线程\n");
	printf("结束线程\n");
	return arg;
}

int main(void)
{
	tutti_timer *t1 = tutti_timer_start(TUTTI_SECONDS(5), run, NULL);
	int rc = tutti_join_all(&t1, 1);

	printf("结束\n");
	return rc < 0;
}
