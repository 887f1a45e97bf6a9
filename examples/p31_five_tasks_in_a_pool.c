/* SPDX-License-Identifier: MIT */
/* rows: F47 F48 F49 F50 F51 F53 P31 P32 T7 D17 */
/*
 * Five tasks in a pool of processes.
 *
 * usage: p31_five_tasks_in_a_pool [PROCESSES]     by default four; 0: one for each CPU
 */
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

typedef struct task {
	int name;
	double seconds;
} task;

static void long_time_task(task t)
{
	tutti_time start = tutti_now();

	printf("Run task %d (%d)...\n", t.name, tutti_process_pid(NULL));
	tutti_sleep(TUTTI_SECONDS(t.seconds));
	printf("Task %d runs %0.2f seconds.\n", t.name, (tutti_now() - start) / 1e9);
}
TUTTI_JOB(long_time_task, void, task);

int main(int argc, char **argv)
{
	tutti_executor_options options = { .max_workers = argc > 1 ? atoi(argv[1]) : 4 };
	tutti_executor *p;
	int rc = tutti_executor_open(&p, "processes", &options);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	printf("Parent process %d.\n", tutti_process_pid(NULL));
	for (int i = 0; i < 5; i++) {
		task t = { i, tutti_random_real(0, 3) };

		tutti_future_unref(long_time_task_submit(p, t));
	}
	printf("Waiting for all subprocesses done...\n");
	tutti_executor_free(p);
	printf("All subprocesses done.\n");
	return 0;
}
