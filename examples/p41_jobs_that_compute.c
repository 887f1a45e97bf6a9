/* SPDX-License-Identifier: MIT */
/* rows: F11 P41 D18 */
/*
 * A hundred jobs that multiply a million times: as many at once as there are CPUs.
 *
 * usage: p41_jobs_that_compute [processes]     else threads
 */
#include <stdio.h>
#include <string.h>
#include <tutti/tutti.h>

enum { JOBS = 100, FACTORS = 1000000 };

static void word(void)
{
	volatile unsigned product = 1; /* 0 from the first step on: but multiply all the same */

	for (unsigned i = 0; i < FACTORS; i++)
		product *= i;
}
TUTTI_JOB(word, void, void);

static void *work(void *arg)
{
	word();
	return arg;
}

int main(int argc, char **argv)
{
	bool processes = argc > 1 && strcmp(argv[1], "processes") == 0;
	tutti_future *ps[JOBS]; /* either is one */
	tutti_time start = tutti_now();

	printf("当前计算机的核数为: %d\n", tutti_cpu_count_online());
	for (int i = 0; i < JOBS; i++)
		ps[i] = processes ? tutti_process_start(&word_job, NULL, NULL)
				  : tutti_thread_start(work, NULL, NULL);

	int rc = tutti_join_all(ps, JOBS);

	printf("总耗时:  %f\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
