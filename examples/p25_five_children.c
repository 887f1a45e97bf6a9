/* SPDX-License-Identifier: MIT */
/* rows: P25 */
/* Five children, which run in whatever order the system likes. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct task {
	int n;
	double seconds;
} task;

static void work(task t)
{
	printf("%d: %d is running\n", t.n, tutti_process_pid(NULL));
	tutti_sleep(TUTTI_SECONDS(t.seconds));
	printf("%d:%d is done\n", t.n, tutti_process_pid(NULL));
}
TUTTI_JOB(work, void, task);

int main(void)
{
	for (int i = 0; i < 5; i++) {
		task t = { i, tutti_random_real(0, 1) };

		tutti_future_unref(tutti_process_start(&work_job, &t, NULL));
	}
	return 0;
}
