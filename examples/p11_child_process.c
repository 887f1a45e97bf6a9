/* SPDX-License-Identifier: MIT */
/* rows: F1 F15 F16 P11 */
/* A child process has a number of its own. Main ends only after it. */
#include <stdio.h>
#include <tutti/tutti.h>

static void coding(void)
{
	printf("开始写代码，PID是%d\n", tutti_process_pid(NULL));
	printf("休息一会儿，PID是%d\n", tutti_process_pid(NULL));
}
TUTTI_JOB(coding, void, void);

int main(void)
{
	tutti_process *p1 = tutti_process_start(&coding_job, NULL, NULL);

	tutti_future_unref(p1);
	return 0;
}
