/* SPDX-License-Identifier: MIT */
/* jobs_second.c - another job of the same name as jobs_first.c's, which is static there and here. */
#include <tutti/tutti.h>

static int change(int n)
{
	return -n;
}
TUTTI_JOB(change, int, int);

tutti_job *second_job(void);

tutti_job *second_job(void)
{
	return &change_job;
}
