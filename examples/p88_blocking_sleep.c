/* SPDX-License-Identifier: MIT */
/* rows: F101 P88 C24 T28 */
/* A sleep that blocks the thread holds all its tasks: they run one after another, three seconds. */
#include <stdio.h>
#include <tutti/tutti.h>

#include "support.h"

static void *hello(void *arg)
{
	char text[128];

	printf("Hello world! (%s)\n", thread_text(tutti_thread_current(), text));
	tutti_thread_sleep(TUTTI_SECONDS(1));
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
