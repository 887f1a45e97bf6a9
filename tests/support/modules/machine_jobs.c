/* SPDX-License-Identifier: MIT */
/* machine_jobs.c - jobs for workers on other machines, and the deaths of these. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <tutti/job.h>

/* Takes a moment, so that it is under way when its worker dies. */
static int brief(tutti_bytes const *in, tutti_bytes *out)
{
	usleep(1000);
	return tutti_bytes_printf(out, "brief %.*s", (int)in->size, (const char *)in->data);
}
TUTTI_JOB_TRY(brief, tutti_bytes, tutti_bytes);

/* Ends its worker. */
static int deadly(tutti_bytes const *in, tutti_bytes *out)
{
	(void)in, (void)out;
	kill(getpid(), SIGKILL);
	return -EINTR;
}
TUTTI_JOB_TRY(deadly, tutti_bytes, tutti_bytes);
