/* SPDX-License-Identifier: MIT */
/* rows: F3 F32 P14 */
/*
 * A parent waits for a child that is stuck. Once that is killed, the others have a turn.
 *
 * usage: p14_stuck_process [SECONDS]     it is killed from here, after so many
 */
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

static void stuck(void)
{
	printf("p1 (%d) waits for ever\n", tutti_process_pid(NULL));
	tutti_sleep(TUTTI_FOREVER);
}
TUTTI_JOB(stuck, void, void);

static void run(int number)
{
	printf("p%d runs\n", number);
}
TUTTI_JOB(run, void, int);

static void *end_it(void *p1)
{
	tutti_process_kill(p1);
	return NULL;
}

int main(int argc, char **argv)
{
	tutti_process *p1 = tutti_process_start(&stuck_job, NULL, NULL), *rest[2];
	int code = 0, rc;

	if (argc > 1)
		tutti_future_unref(tutti_timer_start(TUTTI_SECONDS(atof(argv[1])), end_it, p1));
	rc = tutti_process_join(p1);
	if (rc == 0)
		rc = tutti_process_exitcode(p1, &code);
	printf("p1 has ended with %d\n", code);
	for (int i = 0; i < 2; i++)
		rest[i] = tutti_process_start(&run_job, &(int){ i + 2 }, NULL);
	tutti_future_unref(p1);
	return tutti_join_all(rest, 2) < 0 || rc < 0;
}
