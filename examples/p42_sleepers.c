/* SPDX-License-Identifier: MIT */
/* rows: F11 F31 P42 */
/*
 * A thousand less one that sleep for two seconds, all at once.
 *
 * usage: p42_sleepers [threads | processes [COUNT]]     by default 999 threads
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/tutti.h>

enum { SLEEPERS = 999 };

static void word(void)
{
	tutti_sleep(TUTTI_SECONDS(2));
	printf("-----\n");
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
	int n = argc > 2 ? atoi(argv[2]) : SLEEPERS;
	static tutti_future *ps[SLEEPERS]; /* either is one */
	tutti_time start = tutti_now();

	printf("当前计算机的核数为:  %d\n", tutti_cpu_count_online());
	for (int i = 0; i < n && i < SLEEPERS; i++)
		ps[i] = processes ? tutti_process_start(&word_job, NULL, NULL)
				  : tutti_thread_start(work, NULL, NULL);

	int rc = tutti_join_all(ps, SLEEPERS);

	printf("总耗时:  %f\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
