/* SPDX-License-Identifier: MIT */
/* rows: F150 P97 */
/*
 * Wait for all and show how many are done: a bar on standard error if that is a terminal, else a
 * line for each tenth, or here for each task.
 */
#include <stdio.h>
#include <tutti/tutti.h>

enum { TASKS = 3 };

static void *wait_a_while(void *arg)
{
	tutti_sleep(TUTTI_SECONDS(*(int *)arg));
	return NULL;
}

static int wait_with_progress(tutti_future *const *futures, size_t n)
{
	tutti_completion *completion = tutti_completion_create(futures, n);
	tutti_progress *bar = tutti_progress_create(NULL, n);
	size_t done = 0;

	for (; completion && tutti_completion_next(completion, NULL) == 0; done++)
		tutti_progress_add(bar, 1);
	tutti_progress_free(bar);
	tutti_completion_free(completion);
	return done == n ? 0 : -1;
}

int main(void)
{
	int seconds[TASKS] = { 3, 1, 2 };
	tutti_task *tasks[TASKS];

	for (int i = 0; i < TASKS; i++)
		tasks[i] = tutti_task_start(wait_a_while, &seconds[i], NULL);

	int rc = wait_with_progress(tasks, TASKS);

	if (rc == 0)
		printf("all %d done\n", TASKS);
	return tutti_join_all(tasks, TASKS) < 0 || rc < 0;
}
