/* SPDX-License-Identifier: MIT */
/* rows: F101 P90 T30 */
/* A blocking call stays one when wrapped in a function of its own: still one after another. */
#include <stdio.h>
#include <tutti/tutti.h>

#include "support.h"

static void sleep_one_second(void)
{
	tutti_thread_sleep(TUTTI_SECONDS(1));
}

static void *hello(void *arg)
{
	char text[128];

	printf("Hello world! (%s)\n", thread_text(tutti_thread_current(), text));
	sleep_one_second();
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
