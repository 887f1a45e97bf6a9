/* SPDX-License-Identifier: MIT */
/* late_jobs.c - jobs for programs that load tutti late; found by name. */
#include <tutti/tutti.h>

#include <signal.h>
#include <unistd.h>

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

static int parent_of_worker(void)
{
	return tutti_process_parent_pid();
}
TUTTI_JOB(parent_of_worker, int, void);

static void be_killed(int number)
{
	raise(number);
}
TUTTI_JOB(be_killed, void, int);

/* A child's child: there, too, tutti was loaded late. */
static int square_further(int n)
{
	tutti_process *p = tutti_process_start(&square_job, &n, NULL);
	int squared = -1;
	int rc = square_result(p, &squared);

	tutti_future_unref(p);
	return rc < 0 ? rc : squared;
}
TUTTI_JOB(square_further, int, int);
