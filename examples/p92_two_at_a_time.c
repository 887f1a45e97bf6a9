/* SPDX-License-Identifier: MIT */
/* rows: F76 F103 P92 T41 */
/* A semaphore lets two of three tasks in at a time: two seconds. */
#include <stdio.h>
#include <tutti/tutti.h>

#include "support.h"

static tutti_semaphore semaphore;

static void *hello(void *arg)
{
	char text[128];

	if (tutti_semaphore_acquire(&semaphore) < 0)
		return NULL;
	printf("Hello world! (%s)\n", thread_text(tutti_thread_current(), text));
	tutti_sleep(TUTTI_SECONDS(1));
	printf("Hello again! (%s)\n", thread_text(tutti_thread_current(), text));
	tutti_semaphore_release(&semaphore, 1);
	return arg;
}

int main(void)
{
	tutti_task *tasks[3];

	tutti_semaphore_init(&semaphore, 2, 0);
	for (int i = 0; i < 3; i++)
		tasks[i] = tutti_task_start(hello, NULL, NULL);
	return tutti_join_all(tasks, 3) < 0;
}
