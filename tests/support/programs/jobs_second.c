/* SPDX-License-Identifier: MIT */
<<<<<<< HEAD
/* jobs_second.c - another job with the name of the one in jobs_first.c: both are static. */
=======
/* jobs_second.c - another job of the same name as the one of jobs_first.c; both are static. */
>>>>>>> main
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
