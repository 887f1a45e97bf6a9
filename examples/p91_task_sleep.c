/* SPDX-License-Identifier: MIT */
/* rows: F93 F100 P91 C24 T32 */
/* A sleep that holds only its task: three at once, one second. */
#include <stdio.h>
#include <tutti/tutti.h>

#include "support.h"

static void *hello(void *arg)
{
	char text[128];

	printf("Hello world! (%s)\n", thread_text(tutti_thread_current(), text));
	tutti_sleep(TUTTI_SECONDS(1));
	printf("Hello again! (%s)\n", thread_text(tutti_thread_current(), text));
	return arg;
}

int main(void)
{
	tutti_task *tasks[3];

	for (int i = 0; i < 3; i++)
		tasks[i] = tutti_task_start(hello, NULL, NULL);
	return tutti_join_all(tasks, 3) < 0;
}
