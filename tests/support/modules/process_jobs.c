/* SPDX-License-Identifier: MIT */
/* process_jobs.c - jobs for map_processes.py that are not good to the process they run in. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tutti/tutti.h>

static bool is(const tutti_bytes *in, const char *text)
{
	return in->size == strlen(text) && memcmp(in->data, text, in->size) == 0;
}

/* Leave a mark in that directory, and end some time after there is a file "go" in it. */
static void hold(const char *directory)
{
	static int n;
	char path[1100];
	FILE *f;

	snprintf(path, sizeof(path), "%s/begun-%d-%d", directory, (int)getpid(), n++);
	f = fopen(path, "w");
	if (!f || fclose(f) != 0)
		abort();
	snprintf(path, sizeof(path), "%s/go", directory);
	while (access(path, F_OK) != 0)
		usleep(10000);
	usleep(50000);
}

/*
 * abort, exit and spin do that; once:DIRECTORY kills its process the first time of all;
 * hold:DIRECTORY waits
 */
static int bad(tutti_bytes const *in, tutti_bytes *out)
{
	char path[1000];

	if (is(in, "abort"))
		abort();
	if (is(in, "exit"))
		_exit(7);
	if (is(in, "spin") && getenv("TELL") && write(2, "begun\n", 6) != 6)
		abort();
	while (is(in, "spin"))
		__asm__ volatile(""); /* and asks nobody whether it is to stop */
	snprintf(path, sizeof(path), "%.*s", (int)in->size, (const char *)in->data);
	if (strncmp(path, "once:", 5) == 0 && mkdir(path + 5, 0700) == 0)
		kill(getpid(), 9);
	if (strncmp(path, "hold:", 5) == 0)
		hold(path + 5);
	return tutti_bytes_copy(out, in->data, in->size);
}
TUTTI_JOB_TRY(bad, tutti_bytes, tutti_bytes);

static int where(tutti_bytes const *in, tutti_bytes *out)
{
	(void)in;
	return tutti_bytes_printf(out, "%d", (int)getpid());
}
TUTTI_JOB_TRY(where, tutti_bytes, tutti_bytes);
