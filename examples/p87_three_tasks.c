/* SPDX-License-Identifier: MIT */
/* rows: F5 F64 F93 F102 P87 */
/* Three tasks on one thread. None waits, so each runs to its end before the next begins. */
#include <stdio.h>
#include <tutti/tutti.h>

#include "support.h"

static void *hello(void *arg)
{
	char text[128];

	printf("Hello world! (%s)\n", thread_text(tutti_thread_current(), text));
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
