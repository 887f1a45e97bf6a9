/* SPDX-License-Identifier: MIT */
/* rows: F87 P64 T23 */
/* A daemon thread that would speak after a second is not heard: main has ended. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *work(void *arg)
{
	tutti_sleep(TUTTI_SECONDS(1));
	printf("子线程正在执行! \n");
	return arg;
}

int main(void)
{
	tutti_future_unref(tutti_thread_start(work, NULL, &(tutti_thread_options){ .daemon = 1 }));
	printf("主线程结束! \n");
	return 0;
}
