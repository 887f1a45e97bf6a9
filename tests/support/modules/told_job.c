/* SPDX-License-Identifier: MIT */
/* told_job.c - a job that waits for a byte from the test, so that a bar is seen half way. */
#include <stdlib.h>
#include <unistd.h>

#include <tutti/tutti.h>

static tutti_bytes told(tutti_bytes b)
{
	char c;

	if (read(atoi(getenv("EAR")), &c, 1) != 1)
		abort();
	return b;
}
TUTTI_JOB(told, tutti_bytes, tutti_bytes);
