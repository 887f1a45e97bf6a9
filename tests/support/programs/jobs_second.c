/* SPDX-License-Identifier: MIT */
/* jobs_second.c - another job with the name of the one in jobs_first.c: both are static. */
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
